import type { Offers } from '../catalog/catalog.ts';
import { buildColumn, type Column, type Table, valueAt } from '../catalog/column.ts';
import type { SetBy } from '../catalog/filled.ts';
import type { Value } from '../catalog/value.ts';
import { derive } from './derive.ts';
import type { Program, SetStratum } from './program.ts';
import { NOWHERE, type RowScope, type Site, type Space } from './space.ts';
import { FALSE, TRUE } from './tri.ts';

/**
 * Facts that rules set, worked out for all rows of a table at once. A fact that its source states stays what it is. One
 * that is unknown becomes what a rule sets it to that certainly applies, unless another may apply that sets it to
 * something else: then nobody knows.
 */

const NO_ROWS: Table = { size: 0, columns: new Map() };
const NO_OFFERS: Offers = {
  ...NO_ROWS,
  type: new Uint32Array(0),
  region: new Uint32Array(0),
  price: new Float64Array(0),
  limit: new Float64Array(0),
};
const NO_SITE: Site = { type: NOWHERE, region: NOWHERE, image: NOWHERE, offer: NOWHERE };

const spaceOf = (scope: RowScope, table: Table): Space => {
  const space: Space = { types: NO_ROWS, regions: NO_ROWS, images: NO_ROWS, offers: NO_OFFERS };
  return scope === 'type'
    ? { ...space, types: table }
    : scope === 'region'
      ? { ...space, regions: table }
      : { ...space, images: table };
};

/** What a rule sets an attribute to, as a text by which values are told apart. */
const keyOf = (value: Value): string => JSON.stringify(value);

function fillColumn(
  program: Program,
  { attribute, rules }: SetStratum,
  scope: RowScope,
  table: Table,
): { readonly column: Column; readonly by: readonly (string | undefined)[] } | undefined {
  const { truth } = derive(program, spaceOf(scope, table), new Map());
  const setting = rules.flatMap((rule) =>
    rule.action.facts.flatMap((fact) => (fact.attribute === attribute ? [{ rule, value: fact.value }] : [])),
  );
  const column = buildColumn(attribute);
  const by: (string | undefined)[] = new Array(table.size).fill(undefined);
  let filled = false;
  for (let row = 0; row < table.size; row += 1) {
    const stated = valueAt(table, attribute.name, row);
    if (stated !== undefined) {
      column.set(row, stated);
      continue;
    }
    const site: Site = { ...NO_SITE, [scope]: row };
    const possible = setting
      .map(({ rule, value }) => ({ rule, value, applies: truth(rule.applies, site) }))
      .filter(({ applies }) => applies !== FALSE);
    const certain = possible.find(({ applies }) => applies === TRUE);
    if (certain === undefined || new Set(possible.map(({ value }) => keyOf(value))).size > 1) continue;
    column.set(row, certain.value);
    by[row] = certain.rule.id;
    filled = true;
  }
  return filled ? { column: column.finish(table.size), by } : undefined;
}

/** A table with the facts that rules set in it, and which rule set each. */
export function fillTable(
  program: Program,
  scope: 'type' | 'region' | 'image',
  table: Table,
): { readonly table: Table; readonly by: SetBy } {
  let result = table;
  const by = new Map<string, readonly (string | undefined)[]>();
  for (const stratum of program.sets) {
    if (stratum.attribute.scope !== scope) continue;
    const filled = fillColumn(program, stratum, scope, result);
    if (filled === undefined) continue;
    const { name } = stratum.attribute;
    result = { ...result, columns: new Map([...result.columns, [name, filled.column]]) };
    by.set(name, filled.by);
  }
  return { table: result, by };
}
