import type { Catalog } from '../catalog/catalog.ts';
import { type Table, textAt, valueAt } from '../catalog/column.ts';
import { formatValue } from '../catalog/decode.ts';
import { listPriceAt, type Offers } from '../catalog/offers.ts';
import { priceEditSteps } from '../catalog/prices.ts';
import type { Value } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { formatMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';

/** What a catalog holds, counted and in full. */

/** One cloud of a catalog, counted. */
export interface CloudSummary {
  readonly cloud: string;
  readonly regions: number;
  readonly types: number;
  /** Offers with a known price. */
  readonly offers: number;
  /** Offers that are listed without a price. */
  readonly unpriced: number;
  readonly images: number;
  /** Days of the oldest and the newest price; null where none has a date. */
  readonly prices: { readonly oldest: string; readonly newest: string } | null;
}

function count(table: Table, cloudOf: (row: number) => string | undefined): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let row = 0; row < table.size; row += 1) {
    const cloud = cloudOf(row) ?? '';
    counts.set(cloud, (counts.get(cloud) ?? 0) + 1);
  }
  return counts;
}

/** The clouds of a catalog, in order of their names. */
export function summarise(catalog: Catalog): readonly CloudSummary[] {
  const { types, regions, images, offers, listedUnpriced } = catalog;
  const cloudOfOffer = (list: Offers) => (row: number) => textAt(types, 'type.cloud', list.type[row]!);
  const ofTypes = count(types, (row) => textAt(types, 'type.cloud', row));
  const ofRegions = count(regions, (row) => textAt(regions, 'offer.cloud', row));
  const ofImages = count(images, (row) => textAt(images, 'image.cloud', row));
  const ofOffers = count(offers, cloudOfOffer(offers));
  const ofUnpriced = count(listedUnpriced, cloudOfOffer(listedUnpriced));
  const dates = new Map<string, string[]>();
  for (let row = 0; row < offers.size; row += 1) {
    const date = textAt(offers, 'offer.as-of', row);
    const cloud = cloudOfOffer(offers)(row) ?? '';
    const [oldest = date, newest = date] = dates.get(cloud) ?? [];
    if (date === undefined || oldest === undefined || newest === undefined) continue;
    dates.set(cloud, [date < oldest ? date : oldest, date > newest ? date : newest]);
  }
  return [...ofTypes.keys()].sort(compareText).map((cloud) => {
    const [oldest, newest] = dates.get(cloud) ?? [];
    return {
      cloud,
      regions: ofRegions.get(cloud) ?? 0,
      types: ofTypes.get(cloud) ?? 0,
      offers: ofOffers.get(cloud) ?? 0,
      unpriced: ofUnpriced.get(cloud) ?? 0,
      images: ofImages.get(cloud) ?? 0,
      prices: oldest === undefined || newest === undefined ? null : { oldest, newest },
    };
  });
}

/** One offer of a type, as a list shows it. */
export interface ShownOffer {
  readonly region: string;
  readonly market: string;
  readonly zones: readonly string[] | null;
  readonly limit: number | null;
  /** USD per hour, as one's own price files change it; null where no price is known. */
  readonly price: string | null;
  /** The source's own price; null where it has none. */
  readonly 'list-price': string | null;
  readonly 'price-basis': string | null;
  readonly 'as-of': string | null;
  /** What one's own price files did: `-12%, contract (prices.yaml:4:3)`. */
  readonly edits: readonly string[];
}

export interface ShownType {
  readonly type: string;
  readonly cloud: string;
  /** Every attribute of types by name without prefix, with its unit; null where unknown. */
  readonly facts: Readonly<Record<string, string | null>>;
  readonly offers: readonly ShownOffer[];
}

const money = (nano: number): string | null => (Number.isNaN(nano) ? null : formatMoney(nano));

function shownOffers(catalog: Catalog, type: number): readonly ShownOffer[] {
  const shown: ShownOffer[] = [];
  for (const offers of [catalog.offers, catalog.listedUnpriced]) {
    for (let row = 0; row < offers.size; row += 1) {
      if (offers.type[row] !== type) continue;
      const limit = offers.limit[row]!;
      const steps = offers === catalog.offers ? priceEditSteps(catalog, row) : [];
      shown.push({
        region: textAt(catalog.regions, 'offer.region', offers.region[row]!) ?? '',
        market: textAt(offers, 'offer.market', row) ?? 'on-demand',
        zones: (valueAt(offers, 'offer.zones', row) as readonly string[] | undefined) ?? null,
        limit: limit === Number.POSITIVE_INFINITY ? null : limit,
        price: money(offers.price[row]!),
        'list-price': money(listPriceAt(offers, row)),
        'price-basis': textAt(offers, 'offer.price-basis', row) ?? null,
        'as-of': textAt(offers, 'offer.as-of', row) ?? null,
        edits: steps.map(({ text, place }) => `${text} (${place})`),
      });
    }
  }
  return shown.sort((a, b) => compareText(a.region, b.region) || compareText(a.market, b.market));
}

/**
 * Types by name, in every cloud that has one of that name. A name that no cloud has is a fault.
 *
 * @example showTypes(catalog, ['m8i-flex.large'])
 */
export function showTypes(catalog: Catalog, names: readonly string[]): Result<readonly ShownType[]> {
  const { types, vocabulary } = catalog;
  const rowsOf = new Map<string, number[]>();
  for (let row = 0; row < types.size; row += 1) {
    const name = textAt(types, 'type.name', row) ?? '';
    rowsOf.set(name, [...(rowsOf.get(name) ?? []), row]);
  }
  const unknown = names.filter((name) => !rowsOf.has(name));
  if (unknown.length > 0) {
    return fail(
      ...unknown.map((name): Diagnostic => {
        const hint = didYouMean(name, rowsOf.keys());
        const message = `no instance type of the catalog is called "${name}"`;
        return { code: 'unknown-type', message, ...(hint === undefined ? {} : { hint }) };
      }),
    );
  }
  const attributes = [...vocabulary.attributes.values()].filter(
    ({ name, scope }) => scope === 'type' && name !== 'type.name' && name !== 'type.cloud',
  );
  const rows = [...new Set(names)].flatMap((name) => rowsOf.get(name) ?? []);
  return ok(
    rows.map(
      (row): ShownType => ({
        type: textAt(types, 'type.name', row) ?? '',
        cloud: textAt(types, 'type.cloud', row) ?? '',
        facts: Object.fromEntries(
          attributes.map((attribute) => {
            const value: Value | undefined = valueAt(types, attribute.name, row);
            return [attribute.name.slice('type.'.length), value === undefined ? null : formatValue(attribute, value)];
          }),
        ),
        offers: shownOffers(catalog, row),
      }),
    ),
  );
}
