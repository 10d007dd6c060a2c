import type { Catalog } from '../catalog/catalog.ts';
import { textAt } from '../catalog/column.ts';
import { unpricedOffers } from '../catalog/unpriced.ts';
import { textOf } from '../request/constraints.ts';
import type { JujuVersion } from '../request/dialect.ts';
import { matchType, withDefaults, withValues } from './choose-types.ts';
import { type InstanceQuestion, pairOf, possibleImages } from './find-instance.ts';
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

/**
 * How many types would serve with some image but have no known price in the region, so that Juju's choice among them is not known.
 *
 * @param region row of `regions`
 * @param isMeant whether a row of `types` is one to choose from
 */
export function unpricedServing(
  catalog: Catalog,
  region: number,
  question: InstanceQuestion,
  isMeant: (row: number) => boolean,
): number {
  const { version, constraints, agentArch } = question;
  const images = possibleImages(question);
  const inScope = new Uint8Array(catalog.regions.size);
  inScope[region] = 1;
  const unpriced = unpricedOffers(catalog, inScope, 'on-demand');
  const lacksArch = version === '3.6' && textOf(constraints, 'arch') === undefined;
  const wanted = withDefaults(lacksArch ? withValues(constraints, { arch: agentArch }) : constraints, version);
  const rows = new Set(Array.from(unpriced.type).filter((_, row) => unpriced.region[row] === region));
  return [...rows].filter((row) => {
    const type = isMeant(row) ? matchType(instanceTypeOf(catalog.types, row, 0, version), wanted, version) : undefined;
    return type !== undefined && images.some((image) => pairOf(type, image, version) !== undefined);
  }).length;
}
