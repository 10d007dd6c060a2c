import type { Catalog } from '../catalog/catalog.ts';
import type { Program } from '../rules/program.ts';

/** A catalog and the rules to judge it by: what requests are answered from. */
export interface Compiled {
  readonly catalog: Catalog;
  readonly program: Program;
}

/**
 * Binds rules to a catalog, which must speak the same vocabulary. What can be worked out before a request is known is
 * worked out by whoever asks often: `indexOffers` of `search`.
 *
 * @example const compiled = compile(catalog, program)
 */
export function compile(catalog: Catalog, program: Program): Compiled {
  if (catalog.vocabulary !== program.vocabulary)
    throw new Error('catalog and rules were read with different vocabularies');
  return { catalog, program };
}
