import type { Catalog } from './catalog.ts';
import type { Table } from './column.ts';

/** Facts of a catalog that its source does not state, and that were filled in. */

/** By attribute: for each row, what set its value; undefined where the source states it, or nobody knows it. */
export type SetBy = ReadonlyMap<string, readonly (string | undefined)[]>;

export interface FilledTable {
  /** The rows as their source states them. */
  readonly stated: Table;
  readonly by: SetBy;
}

export interface Filled {
  readonly types: FilledTable;
  readonly regions: FilledTable;
}

/** The catalog as its source states it: without what was filled in. */
export function asStated(catalog: Catalog): Catalog {
  if (catalog.filled === undefined) return catalog;
  const { filled, ...rest } = catalog;
  return { ...rest, types: filled.types.stated, regions: filled.regions.stated };
}
