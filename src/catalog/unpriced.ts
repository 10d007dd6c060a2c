import type { Catalog } from './catalog.ts';
import { type Column, textAt } from './column.ts';
import { joinOffers, type Offers, pickOffers } from './offers.ts';

/**
 * The offers that may exist but whose price nobody knows: those a source lists without a price and, in catalogs made
 * of price lists, every pair of a type and a region of its cloud that the list has no row for. A missing price is not a
 * missing offer.
 *
 * @param inScope by row of `regions`, which regions matter
 * @param marketName the market whose gaps are meant
 * @param wantedTypes by row of `types`, which types matter; all unless given. Offers of others may be among the result
 */
export function unpricedOffers(
  catalog: Catalog,
  inScope: Uint8Array,
  marketName: 'on-demand' | 'spot',
  wantedTypes?: Uint8Array,
): Offers {
  const { types, regions, offers, listedUnpriced, completeClouds, withdrawn } = catalog;
  if (!catalog.gapsAreUnknown) return listedUnpriced;
  const sold = withdrawn === undefined ? offers : joinOffers(offers, withdrawn);
  const market = sold.columns.get('offer.market');
  const priced = pairsSold(sold, market?.codes, market?.values.indexOf(marketName) ?? -1, types.size, regions.size);
  const typesOf = new Map<string, number[]>();
  for (let t = 0; t < types.size; t += 1) {
    if (wantedTypes?.[t] === 0) continue;
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
      if (priced[t * regions.size + r] === 1) continue;
      type.push(t);
      region.push(r);
    }
  }
  const size = type.length;
  const columns = new Map<string, Column>();
  if (market !== undefined) {
    const codes = new Uint16Array(size).fill(1);
    columns.set(market.attribute.name, { attribute: market.attribute, codes, values: [undefined, marketName] });
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

/**
 * Which types are sold in which regions in a market: a byte for every pair, since a set of so many numbers would take
 * longer to fill than all the rest.
 */
function pairsSold(
  { size, type, region }: Offers,
  codes: Uint16Array | Uint32Array | undefined,
  market: number,
  types: number,
  regions: number,
): Uint8Array {
  const sold = new Uint8Array(types * regions);
  if (codes === undefined) return sold;
  for (let row = 0; row < size; row += 1) if (codes[row] === market) sold[type[row]! * regions + region[row]!] = 1;
  return sold;
}

/** What some clouds list without a price. */
function listedIn({ listedUnpriced: listed, types }: Catalog, clouds: ReadonlySet<string>): Offers {
  const rows = Uint32Array.from({ length: listed.size }, (_, row) => row).filter((row) =>
    clouds.has(textAt(types, 'type.cloud', listed.type[row]!) ?? ''),
  );
  return pickOffers(listed, rows);
}
