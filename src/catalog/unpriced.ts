import type { Catalog } from './catalog.ts';
import { buildColumn, type Column, textAt } from './column.ts';
import { joinOffers, type Offers, pickOffers } from './offers.ts';

/**
 * The offers that may exist but whose price nobody knows: those a source lists without a price and, in catalogs made
 * of price lists, every pair of a type and a region of its cloud that the list has no row for. A missing price is not a
 * missing offer.
 *
 * @param inScope by row of `regions`, which regions matter
 * @param marketName the market whose gaps are meant
 */
export function unpricedOffers(catalog: Catalog, inScope: Uint8Array, marketName: 'on-demand' | 'spot'): Offers {
  const { types, regions, offers, listedUnpriced, completeClouds, withdrawn } = catalog;
  if (!catalog.gapsAreUnknown) return listedUnpriced;
  const priced = new Set<number>();
  const market = offers.columns.get('offer.market');
  const wanted = market?.values.indexOf(marketName) ?? -1;
  for (const sold of [offers, ...(withdrawn === undefined ? [] : [withdrawn])]) {
    const codes = sold.columns.get('offer.market')?.codes;
    for (let row = 0; row < sold.size; row += 1) {
      if (codes?.[row] === wanted) priced.add(sold.type[row]! * regions.size + sold.region[row]!);
    }
  }
  const typesOf = new Map<string, number[]>();
  for (let t = 0; t < types.size; t += 1) {
    const cloud = textAt(types, 'type.cloud', t) ?? '';
    const own = typesOf.get(cloud);
    if (own === undefined) typesOf.set(cloud, [t]);
    else own.push(t);
  }
  const type: number[] = [];
  const region: number[] = [];
  for (let r = 0; r < regions.size; r += 1) {
    const cloud = textAt(regions, 'offer.cloud', r) ?? '';
    if (inScope[r] === 0 || completeClouds.has(cloud)) continue;
    for (const t of typesOf.get(cloud) ?? []) {
      if (priced.has(t * regions.size + r)) continue;
      type.push(t);
      region.push(r);
    }
  }
  const size = type.length;
  const columns = new Map<string, Column>();
  if (market !== undefined) {
    const column = buildColumn(market.attribute);
    for (let row = 0; row < size; row += 1) column.set(row, marketName);
    columns.set(market.attribute.name, column.finish(size));
  }
  const gaps: Offers = {
    size,
    columns,
    type: Uint32Array.from(type),
    region: Uint32Array.from(region),
    price: new Float64Array(size).fill(Number.NaN),
    limit: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
  };
  return completeClouds.size === 0 ? gaps : joinOffers(gaps, listedIn(catalog, completeClouds));
}

/** What some clouds list without a price. */
function listedIn({ listedUnpriced: listed, types }: Catalog, clouds: ReadonlySet<string>): Offers {
  const rows = Uint32Array.from({ length: listed.size }, (_, row) => row).filter((row) =>
    clouds.has(textAt(types, 'type.cloud', listed.type[row]!) ?? ''),
  );
  return pickOffers(listed, rows);
}
