import type { Catalog } from '../catalog/catalog.ts';
import { numberAt } from '../catalog/column.ts';
import { DIMENSIONS } from '../request/model.ts';

/** Cores are counted in thousandths. */
const SCALE: Readonly<Record<string, number>> = { 'cpu-milli': 1000 };

/**
 * How much of a dimension a type has: what it states itself, else what its attributes say. What it does not state it
 * has not; but a root disk that is chosen at launch is as large as need be, which is `undefined`.
 */
export function capacityOf({ types, capacities }: Catalog, type: number, dimension: string): number | undefined {
  const stated = capacities?.get(type)?.get(dimension);
  if (stated !== undefined) return stated;
  const attribute = (DIMENSIONS as Readonly<Record<string, string>>)[dimension];
  if (attribute === undefined) return 0;
  const own = numberAt(types, attribute, type);
  if (own === undefined) return dimension === 'root-disk' ? undefined : 0;
  return own * (SCALE[dimension] ?? 1);
}
