import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { formatMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';
import { buildCatalog, type Catalog, type CatalogBuilder, keyOf } from './catalog.ts';
import { type Table, textAt, valueAt } from './column.ts';
import { formatValue } from './decode.ts';
import type { Offers } from './offers.ts';
import type { Value } from './value.ts';

/**
 * Several catalogs as one. Facts of a type or region that several of them know are put together, offers by type, region,
 * market and zones, the newest price counting; what contradicts is told, naming both.
 */

export interface CatalogPart {
  /** What people call it: a folder, `bundled`. */
  readonly name: string;
  readonly catalog: Catalog;
}

/** Facts that say where and when a list was made: another list may say otherwise. */
const ABOUT_LISTS: readonly string[] = ['type.source', 'offer.list-date'];

/** Puts the facts of rows of one kind together, and tells of contradictions. */
class Facts {
  readonly #stated = new Map<string, Map<string, { readonly value: Value; readonly from: string }>>();
  readonly #faults: Diagnostic[];
  constructor(faults: Diagnostic[]) {
    this.#faults = faults;
  }

  /** States all facts of a row under the row's key. */
  state(what: string, key: string, table: Table, row: number, from: string): void {
    let facts = this.#stated.get(key);
    if (facts === undefined) {
      facts = new Map();
      this.#stated.set(key, facts);
    }
    for (const [name, column] of table.columns) {
      const value = column.values[column.codes[row]!];
      const before = facts.get(name);
      if (value === undefined) continue;
      if (before === undefined) facts.set(name, { value, from });
      else if (String(before.value) !== String(value)) {
        if (ABOUT_LISTS.includes(name)) {
          if (compareText(String(value), String(before.value)) > 0) facts.set(name, { value, from });
          continue;
        }
        const told = (one: Value): string => formatValue(column.attribute, one);
        this.#faults.push({
          code: 'contradicting-catalogs',
          message: `${name} of ${what} is ${told(before.value)} in ${before.from} and ${told(value)} in ${from}`,
          path: from,
          hint: 'leave one of the catalogs out, or correct one',
        });
      }
    }
  }

  /** Every fact that was stated, by key. */
  *all(): Iterable<readonly [key: string, name: string, value: Value]> {
    for (const [key, facts] of this.#stated) for (const [name, { value }] of facts) yield [key, name, value];
  }
}

interface Sold {
  readonly from: string;
  readonly offers: Offers;
  readonly row: number;
  readonly price: number;
  /** The day of the price; empty when it has none, which is older than any. */
  readonly date: string;
}

/** The one of two offers that counts; undefined where they contradict each other. */
function newer(a: Sold, b: Sold): Sold | undefined {
  // That one catalog has no price says nothing about the other's.
  if (Number.isNaN(a.price) !== Number.isNaN(b.price)) return Number.isNaN(a.price) ? b : a;
  if (a.date !== b.date) return a.date < b.date ? b : a;
  return a.price === b.price || Number.isNaN(a.price) ? a : undefined;
}

function mergeOffers(parts: readonly CatalogPart[], builder: CatalogBuilder, faults: Diagnostic[]): void {
  const known = new Map<string, { sold: Sold; cloud: string; type: string; region: string; market: string }>();
  for (const { name: from, catalog } of parts) {
    const { types, regions } = catalog;
    for (const offers of [catalog.offers, catalog.listedUnpriced]) {
      for (let row = 0; row < offers.size; row += 1) {
        const type = textAt(types, 'type.name', offers.type[row]!) ?? '';
        const cloud = textAt(types, 'type.cloud', offers.type[row]!) ?? '';
        const region = textAt(regions, 'offer.region', offers.region[row]!) ?? '';
        const market = textAt(offers, 'offer.market', row) ?? 'on-demand';
        const key = [cloud, region, market, String(valueAt(offers, 'offer.zones', row) ?? ''), type].join(' ');
        const date = textAt(offers, 'offer.as-of', row) ?? '';
        const sold: Sold = { from, offers, row, price: offers.price[row]!, date };
        const before = known.get(key)?.sold;
        const kept = before === undefined ? sold : newer(before, sold);
        if (kept === undefined) {
          const day = date === '' ? 'both without a date' : `both of ${date}`;
          faults.push({
            code: 'contradicting-catalogs',
            message: `${type} in ${cloud} ${region} (${market}) costs ${formatMoney(before!.price)} in ${before!.from} and ${formatMoney(sold.price)} in ${from}, ${day}`,
            path: from,
            hint: 'give one of the prices its date, or leave one of the catalogs out',
          });
        } else known.set(key, { sold: kept, cloud, type, region, market });
      }
    }
  }
  for (const { sold, cloud, type, region } of known.values()) {
    const { offers, row, price } = sold;
    const merged = builder.offer(builder.type(cloud, type), builder.region(cloud, region), price, offers.limit[row]!);
    for (const column of offers.columns.values()) {
      const value = column.values[column.codes[row]!];
      if (value !== undefined) builder.fact(column.attribute, merged, value);
    }
  }
}

/** Images that say the same are one. */
function mergeImages(parts: readonly CatalogPart[], builder: CatalogBuilder): void {
  const seen = new Set<string>();
  for (const { catalog } of parts) {
    const { images } = catalog;
    const columns = [...images.columns.values()].sort((a, b) => compareText(a.attribute.name, b.attribute.name));
    for (let row = 0; row < images.size; row += 1) {
      const facts = columns.flatMap((column) => {
        const value = column.values[column.codes[row]!];
        return value === undefined ? [] : [[column.attribute, value] as const];
      });
      const key = JSON.stringify(facts.map(([attribute, value]) => [attribute.name, value]));
      if (seen.has(key)) continue;
      seen.add(key);
      const image = builder.image();
      for (const [attribute, value] of facts) builder.fact(attribute, image, value);
    }
  }
}

/**
 * One catalog out of several of the same vocabulary, without price files laid over them; a single one stays as it is.
 *
 * @param digest of all of them, whatever their order
 */
export function mergeCatalogs(parts: readonly CatalogPart[], digest: string): Result<Catalog> {
  const [first] = parts;
  if (first === undefined) throw new Error('there is no catalog to merge');
  if (parts.length === 1) return ok(first.catalog);
  const { vocabulary } = first.catalog;
  const faults: Diagnostic[] = [];
  const builder = buildCatalog(vocabulary);
  for (const [kind, cloudName, nameName] of [
    ['types', 'type.cloud', 'type.name'],
    ['regions', 'offer.cloud', 'offer.region'],
  ] as const) {
    const facts = new Facts(faults);
    const rows = new Map<string, number>();
    for (const { name: from, catalog } of parts) {
      const table = catalog[kind];
      for (let row = 0; row < table.size; row += 1) {
        const [cloud, name] = [textAt(table, cloudName, row) ?? '', textAt(table, nameName, row) ?? ''];
        const key = keyOf(cloud, name);
        rows.set(key, kind === 'types' ? builder.type(cloud, name) : builder.region(cloud, name));
        facts.state(`${kind === 'types' ? 'type' : 'region'} ${name} of ${cloud}`, key, table, row, from);
      }
    }
    for (const [key, name, value] of facts.all()) builder.fact(vocabulary.attributes.get(name)!, rows.get(key)!, value);
  }
  mergeOffers(parts, builder, faults);
  mergeImages(parts, builder);
  if (faults.length > 0) return fail(...faults);
  // A cloud is wholly listed only where every catalog that has it says so.
  const cloudsOf = ({ types }: Catalog): Set<string> =>
    new Set(Array.from({ length: types.size }, (_, row) => textAt(types, 'type.cloud', row) ?? ''));
  const withGaps = new Set<string>();
  const complete = new Set<string>();
  for (const { catalog } of parts) {
    for (const cloud of cloudsOf(catalog)) {
      if (catalog.gapsAreUnknown && !catalog.completeClouds.has(cloud)) withGaps.add(cloud);
      else complete.add(cloud);
    }
  }
  const merged = builder.finish({
    gapsAreUnknown: parts.some(({ catalog }) => catalog.gapsAreUnknown),
    completeClouds: new Set([...complete].filter((cloud) => !withGaps.has(cloud))),
    digest,
  });
  const dates = parts.map(({ catalog }) => catalog.newestPrice ?? '');
  const newest = [...dates].sort(compareText).at(-1) ?? '';
  return ok({ ...merged, newestPrice: newest === '' ? undefined : newest });
}
