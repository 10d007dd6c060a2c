import type { Catalog } from '../catalog/catalog.ts';
import { asStated } from '../catalog/filled.ts';
import { fillTable } from '../rules/fill.ts';
import type { Program } from '../rules/program.ts';

/** A catalog and the rules to judge it by: what requests are answered from. */
export interface Compiled {
  readonly catalog: Catalog;
  readonly program: Program;
}

/**
 * Binds rules to a catalog, which must speak the same vocabulary. What can be worked out before a request is known is
 * worked out by whoever asks often: `indexOffers` of `search`. Facts that rules set are filled in.
 *
 * @example const compiled = compile(catalog, program)
 */
export function compile(catalog: Catalog, program: Program): Compiled {
  if (catalog.vocabulary !== program.vocabulary)
    throw new Error('catalog and rules were read with different vocabularies');
  return { catalog: withSetFacts(catalog, program), program };
}

const filled = new WeakMap<Catalog, WeakMap<Program, Catalog>>();

/** The catalog with the facts that rules set where it states none. */
function withSetFacts(given: Catalog, program: Program): Catalog {
  if (program.sets.length === 0) return asStated(given);
  let byProgram = filled.get(given);
  if (byProgram === undefined) {
    byProgram = new WeakMap();
    filled.set(given, byProgram);
  }
  let found = byProgram.get(program);
  if (found === undefined) {
    const catalog = asStated(given);
    const types = fillTable(program, 'type', catalog.types);
    const regions = fillTable(program, 'region', catalog.regions);
    found = {
      ...catalog,
      types: types.table,
      regions: regions.table,
      filled: { types: { stated: catalog.types, by: types.by }, regions: { stated: catalog.regions, by: regions.by } },
    };
    byProgram.set(program, found);
  }
  return found;
}
