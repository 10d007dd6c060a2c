import type { Catalog } from '../catalog/catalog.ts';
import { type Table, textAt, valueAt } from '../catalog/column.ts';
import { asStated } from '../catalog/filled.ts';
import { listPriceAt, type Offers } from '../catalog/offers.ts';
import { formatChange, type PriceEdit, priceEditsOf } from '../catalog/prices.ts';
import type { Attribute, Value } from '../catalog/value.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';
import type { InlineCatalog } from './inline.ts';

/**
 * Writes rows of a catalog as the `catalog` section of a problem file, which `readInlineCatalog` reads back with the
 * same facts: what is unknown is left out, prices of one's own are written as the list price with the edits that change
 * it. Numbers are in the attribute's own unit.
 */

/** Rows of a catalog, each list ascending. */
export interface CatalogRows {
  readonly types: readonly number[];
  readonly regions: readonly number[];
  readonly images: readonly number[];
  readonly offers: readonly number[];
  /** Rows of `listedUnpriced`. */
  readonly listedUnpriced: readonly number[];
}

/** A decimal as a number where that says the same, else as a text. */
function plain(text: string): string | number {
  return String(Number(text)) === text ? Number(text) : text;
}

function written({ kind }: Attribute, value: Value): unknown {
  if (typeof value === 'number') return plain(formatDecimal(value, kind.kind === 'number' ? kind.decimals : 0));
  return typeof value === 'object' ? [...value] : value;
}

/** The known facts of a row by names without prefix, in order of their names; `left` are stated elsewhere. */
function factsOf(table: Table, row: number, left: readonly string[]): Record<string, unknown> {
  const facts: Record<string, unknown> = {};
  for (const name of [...table.columns.keys()].sort(compareText)) {
    const short = name.slice(name.indexOf('.') + 1);
    const value = left.includes(short) ? undefined : valueAt(table, name, row);
    if (value !== undefined) facts[short] = written(table.columns.get(name)!.attribute, value);
  }
  return facts;
}

function writeEdits(edits: Iterable<PriceEdit>): NonNullable<InlineCatalog['prices']> {
  const bySelector = new Map<string, { price: string; market?: PriceEdit['market']; reason?: string }[]>();
  for (const { selector, market, change, reason } of edits) {
    const entry = {
      price: formatChange(change),
      ...(market === 'on-demand' ? {} : { market }),
      ...(reason === undefined ? {} : { reason }),
    };
    bySelector.set(selector, [...(bySelector.get(selector) ?? []), entry]);
  }
  const written = [...bySelector].map(([selector, entries]) => {
    const [first] = entries;
    const isBare = entries.length === 1 && Object.keys(first!).length === 1;
    return [selector, isBare ? first!.price : entries.length === 1 ? first! : entries] as const;
  });
  return Object.fromEntries(written);
}

/** The rows of a catalog written out. */
export function writeInlineCatalog(given: Catalog, rows: CatalogRows): InlineCatalog {
  // What rules fill in they will fill in again.
  const catalog = asStated(given);
  const { types, regions, images } = catalog;
  const cloudsOf = new Map<string, Set<string>>();
  const clouds = new Set<string>();
  for (const row of rows.types) {
    const [cloud, name] = [textAt(types, 'type.cloud', row) ?? '', textAt(types, 'type.name', row) ?? ''];
    clouds.add(cloud);
    cloudsOf.set(name, (cloudsOf.get(name) ?? new Set()).add(cloud));
  }
  const used = new Set<PriceEdit>();
  const offer = (offers: Offers, row: number): InlineCatalog['offers'][number] => {
    const type = offers.type[row]!;
    const name = textAt(types, 'type.name', type) ?? '';
    const list = listPriceAt(offers, row);
    const edits = offers === catalog.offers ? priceEditsOf(catalog, row) : [];
    for (const edit of edits) used.add(edit);
    const { market, 'price-basis': basis, ...facts } = factsOf(offers, row, []);
    const limit = offers.limit[row]!;
    return {
      type: name,
      ...(cloudsOf.get(name)!.size === 1 ? {} : { cloud: textAt(types, 'type.cloud', type) ?? '' }),
      region: textAt(regions, 'offer.region', offers.region[row]!) ?? '',
      ...(market === undefined || market === 'on-demand' ? {} : { market: market as 'spot' }),
      ...(Number.isNaN(list) ? {} : { price: plain(formatMoney(list)) }),
      ...facts,
      // That the price is one's own follows from the edits.
      ...(basis === undefined || (basis === 'own' && edits.length > 0) ? {} : { 'price-basis': String(basis) }),
      ...(limit === Number.POSITIVE_INFINITY ? {} : { limit }),
    };
  };
  const offers = [
    ...rows.offers.map((row) => offer(catalog.offers, row)),
    ...rows.listedUnpriced.map((row) => offer(catalog.listedUnpriced, row)),
  ];
  const withGaps = catalog.gapsAreUnknown ? [...clouds].filter((cloud) => !catalog.completeClouds.has(cloud)) : [];
  return {
    types: rows.types.map((row) => ({
      name: textAt(types, 'type.name', row) ?? '',
      cloud: textAt(types, 'type.cloud', row) ?? '',
      ...factsOf(types, row, ['name', 'cloud']),
    })),
    offers,
    ...(rows.images.length === 0 ? {} : { images: rows.images.map((row) => factsOf(images, row, [])) }),
    regions: rows.regions.map((row) => {
      const { 'region-zones': zones, ...facts } = factsOf(regions, row, ['region', 'cloud']);
      return {
        region: textAt(regions, 'offer.region', row) ?? '',
        cloud: textAt(regions, 'offer.cloud', row) ?? '',
        ...facts,
        ...(zones === undefined ? {} : { zones }),
      };
    }),
    ...(used.size === 0 ? {} : { prices: writeEdits(catalog.priceEdits.filter((edit) => used.has(edit))) }),
    ...(withGaps.length === 0 ? {} : { 'unknown-gaps': withGaps.sort(compareText) }),
  };
}
