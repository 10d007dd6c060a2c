import type { Catalog } from '../catalog/catalog.ts';
import { setAt } from '../catalog/column.ts';

const known = new WeakMap<Catalog, ReadonlyMap<string, ReadonlySet<number>>>();

/** Rows of the regions in which each zone is known to be, by the regions' own lists and by what is sold there. */
export function homesOfZones(catalog: Catalog): ReadonlyMap<string, ReadonlySet<number>> {
  const found = known.get(catalog);
  if (found !== undefined) return found;
  const homes = new Map<string, Set<number>>();
  const note = (list: readonly string[] | undefined, region: number): void => {
    for (const zone of list ?? []) homes.set(zone, (homes.get(zone) ?? new Set()).add(region));
  };
  const { regions } = catalog;
  for (let row = 0; row < regions.size; row += 1) note(setAt(regions, 'offer.region-zones', row), row);
  for (const listed of [catalog.offers, catalog.listedUnpriced]) {
    for (let row = 0; row < listed.size; row += 1) note(setAt(listed, 'offer.zones', row), listed.region[row]!);
  }
  known.set(catalog, homes);
  return homes;
}

/**
 * Whether a zone may be in a region of which nobody knows the zones. Juju tries zones one after the other, so a zone
 * that nobody knows may be there; but a zone that is known to be elsewhere is not.
 */
export function mayBeIn(homes: ReadonlyMap<string, ReadonlySet<number>>, zone: string, region: number): boolean {
  return homes.get(zone)?.has(region) ?? true;
}
