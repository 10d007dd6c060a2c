import type { Catalog } from '../catalog/catalog.ts';
import { textAt } from '../catalog/column.ts';
import type { JujuVersion } from '../request/dialect.ts';
import { type InstanceType, instanceTypeOf } from './instance-type.ts';

/** A type that is for sale in a region, with its cheapest offer. */
export interface TypeForSale {
  /** Row of `offers`. */
  readonly offer: number;
  readonly type: InstanceType;
}

/**
 * The types of one region that have a price on demand, which is their cost to Juju; Juju cannot ask for spot machines.
 *
 * @param region row of `regions`
 */
export function typesForSale(catalog: Catalog, region: number, version: JujuVersion): readonly TypeForSale[] {
  const { types, offers } = catalog;
  const found = new Map<number, TypeForSale>();
  for (let offer = 0; offer < offers.size; offer += 1) {
    const row = offers.type[offer]!;
    // Offers come in order of price, so the first of a type is its cheapest.
    if (offers.region[offer] !== region || found.has(row) || textAt(offers, 'offer.market', offer) === 'spot') continue;
    found.set(row, { offer, type: instanceTypeOf(types, row, offers.price[offer]!, version) });
  }
  return [...found.values()];
}
