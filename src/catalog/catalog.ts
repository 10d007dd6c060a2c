import { compareText } from '../quantity/order.ts';
import { buildColumn, type Column, type ColumnBuilder, reorder, type Table, textAt } from './column.ts';
import type { Attribute, Value, Vocabulary } from './value.ts';

/**
 * All that is known of instance types, regions, images and offers: immutable columns.
 *
 * A type's attributes are stored once however many offers it has. Offers are in total order: price, cloud, region,
 * type, market, zones, by code units; so the first offer that fits is the cheapest, and ties never depend on the order
 * of files.
 */
export interface Catalog {
  readonly vocabulary: Vocabulary;
  /** Key (cloud, name). Attributes `type.*`. */
  readonly types: Table;
  /** Key (cloud, region). Attributes `type.cloud` and those of scope `region`. */
  readonly regions: Table;
  readonly images: Table;
  readonly offers: Offers;
  /** Offers that a source lists without a price. */
  readonly listedUnpriced: Offers;
  /**
   * Whether a type without an offer in a region of its cloud may still be sold there: true for price lists, whose gaps
   * say nothing; false for a problem file, which lists what there is.
   */
  readonly gapsAreUnknown: boolean;
  /** The date of the newest price, `2026-08-03`; undefined when no price has a date. */
  readonly newestPrice: string | undefined;
  /** `sha256:…` of what the catalog was read from. */
  readonly digest: string;
}

/** Offers as a table of their own attributes, with references to type and region and the list price. */
export interface Offers extends Table {
  /** Row of the offer's type in `types`. */
  readonly type: Uint32Array;
  /** Row of the offer's region in `regions`. */
  readonly region: Uint32Array;
  /** Nano-dollars per hour; NaN where no price is known. */
  readonly price: Float64Array;
  /** How many machines of the offer can be had; Infinity where nothing limits it. */
  readonly limit: Float64Array;
}

/**
 * The order of two offers whose price is the same: cloud, region, type, market, zones. Rows of regions and types are
 * in order of their names, and rows of offers break what is left.
 */
export function compareOffers(offers: Offers, a: number, b: number): number {
  const market = (row: number): string => textAt(offers, 'offer.market', row) ?? '';
  return (
    offers.region[a]! - offers.region[b]! ||
    offers.type[a]! - offers.type[b]! ||
    compareText(market(a), market(b)) ||
    a - b
  );
}

/** The name under which a type or region is unique: a blank cannot be part of a cloud's name. */
export function keyOf(cloud: string, name: string): string {
  return `${cloud} ${name}`;
}

/** Gathers facts row by row; order of calls does not matter for the result. */
export interface CatalogBuilder {
  /** The row of a type, made when it is new. */
  type(cloud: string, name: string): number;
  region(cloud: string, name: string): number;
  image(): number;
  /** A new offer. `price` is NaN when unknown. */
  offer(type: number, region: number, price: number, limit: number): number;
  /** States a fact of a row of the attribute's scope. */
  fact(attribute: Attribute, row: number, value: Value): void;
  hasType(cloud: string, name: string): boolean;
  finish(about: Pick<Catalog, 'gapsAreUnknown' | 'digest'>): Catalog;
}

class Growing<T extends Float64Array | Uint32Array> {
  #values: T;
  length = 0;
  readonly #make: (size: number) => T;
  constructor(make: (size: number) => T) {
    this.#make = make;
    this.#values = make(256);
  }
  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = this.#make(this.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length] = value;
    this.length += 1;
  }
  finish(): T {
    return this.#values.slice(0, this.length) as T;
  }
}

/** One stable pass of a radix sort: `order` rearranged by ascending `rank[row]`, ranks below `count`. */
function sortByRank(order: Uint32Array, rank: Uint32Array, count: number): Uint32Array {
  const starts = new Uint32Array(count + 1);
  for (const row of order) starts[rank[row]! + 1]! += 1;
  for (let i = 0; i < count; i += 1) starts[i + 1]! += starts[i]!;
  const result = new Uint32Array(order.length);
  for (const row of order) result[starts[rank[row]!]!++] = row;
  return result;
}

/** Rank of each row by a text: equal texts share a rank. */
function rankTexts(texts: readonly string[]): { rank: Uint32Array; count: number } {
  const distinct = [...new Set(texts)].sort(compareText);
  const rankOf = new Map(distinct.map((text, rank) => [text, rank]));
  return { rank: Uint32Array.from(texts, (text) => rankOf.get(text)!), count: distinct.length };
}

function rankColumn(column: Column | undefined, size: number): { rank: Uint32Array; count: number } {
  if (column === undefined) return { rank: new Uint32Array(size), count: 1 };
  const ofCode = rankTexts(column.values.map((value) => (value === undefined ? '' : String(value))));
  return { rank: Uint32Array.from(column.codes, (code) => ofCode.rank[code]!), count: ofCode.count };
}

function rankPrices(price: Float64Array): { rank: Uint32Array; count: number } {
  const distinct = Float64Array.from(new Set(price)).sort();
  const rankOf = new Map<number, number>();
  for (const [rank, value] of distinct.entries()) rankOf.set(value, rank);
  return { rank: Uint32Array.from(price, (value) => rankOf.get(value)!), count: distinct.length };
}

export function buildCatalog(vocabulary: Vocabulary): CatalogBuilder {
  const columns = new Map<Attribute, ColumnBuilder>();
  const types = new Map<string, number>();
  const regions = new Map<string, number>();
  let images = 0;
  const offerType = new Growing((size) => new Uint32Array(size));
  const offerRegion = new Growing((size) => new Uint32Array(size));
  const offerPrice = new Growing((size) => new Float64Array(size));
  const offerLimit = new Growing((size) => new Float64Array(size));

  const attribute = (name: string): Attribute => {
    const found = vocabulary.attributes.get(name);
    if (found === undefined) throw new Error(`the vocabulary lacks ${name}`);
    return found;
  };
  const [typeCloud, typeName, regionName, regionCloud] = ['type.cloud', 'type.name', 'offer.region', 'offer.cloud'].map(
    attribute,
  );

  const fact = (of: Attribute, row: number, value: Value): void => {
    let column = columns.get(of);
    if (column === undefined) {
      column = buildColumn(of);
      columns.set(of, column);
    }
    column.set(row, value);
  };
  const tableOf = (scope: string, size: number): Table => {
    const finished = new Map<string, Column>();
    for (const of of [...columns.keys()].filter((candidate) => candidate.scope === scope)) {
      finished.set(of.name, columns.get(of)!.finish(size));
    }
    return { size, columns: finished };
  };
  const keyed =
    (known: Map<string, number>, cloudOf: Attribute, nameOf: Attribute) => (cloud: string, name: string) => {
      const key = keyOf(cloud, name);
      let row = known.get(key);
      if (row === undefined) {
        row = known.size;
        known.set(key, row);
        fact(cloudOf, row, cloud);
        fact(nameOf, row, name);
      }
      return row;
    };

  return {
    type: keyed(types, typeCloud!, typeName!),
    region: keyed(regions, regionCloud!, regionName!),
    image: () => images++,
    hasType: (cloud, name) => types.has(keyOf(cloud, name)),
    fact,
    offer(type, region, price, limit) {
      offerType.push(type);
      offerRegion.push(region);
      offerPrice.push(price);
      offerLimit.push(limit);
      return offerType.length - 1;
    },
    finish(about) {
      // Types, regions and images are put in order of their names, so that nothing depends on the order of reading.
      const sortRows = (table: Table, names: readonly string[]): { table: Table; moved: Uint32Array } => {
        const ranks = names.map((name) =>
          rankTexts(Array.from({ length: table.size }, (_, row) => textAt(table, name, row) ?? '')),
        );
        let order: Uint32Array = Uint32Array.from({ length: table.size }, (_, row) => row);
        for (const { rank, count } of ranks.reverse()) order = sortByRank(order, rank, count);
        const moved = new Uint32Array(table.size);
        for (const [to, from] of order.entries()) moved[from] = to;
        return { table: reorder(table, order), moved };
      };
      const sortedTypes = sortRows(tableOf('type', types.size), ['type.cloud', 'type.name']);
      const sortedRegions = sortRows(tableOf('region', regions.size), ['offer.cloud', 'offer.region']);
      const sortedImages = sortRows(tableOf('image', images), [
        'image.cloud',
        'image.product',
        'image.region',
        'image.version',
        'image.root-store',
        'image.id',
      ]);

      const size = offerType.length;
      const type = offerType.finish().map((row) => sortedTypes.moved[row]!);
      const region = offerRegion.finish().map((row) => sortedRegions.moved[row]!);
      const price = offerPrice.finish();
      const limit = offerLimit.finish();
      const own = tableOf('offer', size);
      const passes = [
        rankColumn(own.columns.get('offer.zones'), size),
        rankColumn(own.columns.get('offer.market'), size),
        { rank: type, count: sortedTypes.table.size },
        { rank: region, count: sortedRegions.table.size },
        rankPrices(price),
      ];
      let order: Uint32Array = Uint32Array.from({ length: size }, (_, row) => row);
      for (const { rank, count } of passes) order = sortByRank(order, rank, Math.max(count, 1));
      const pick = (rows: Uint32Array): Offers => ({
        ...reorder(own, rows),
        type: Uint32Array.from(rows, (row) => type[row]!),
        region: Uint32Array.from(rows, (row) => region[row]!),
        price: Float64Array.from(rows, (row) => price[row]!),
        limit: Float64Array.from(rows, (row) => limit[row]!),
      });
      const dates = own.columns.get('offer.as-of')?.values.filter((value) => value !== undefined) ?? [];
      return {
        vocabulary,
        types: sortedTypes.table,
        regions: sortedRegions.table,
        images: sortedImages.table,
        offers: pick(order.filter((row) => !Number.isNaN(price[row]!))),
        listedUnpriced: pick(order.filter((row) => Number.isNaN(price[row]!))),
        newestPrice: dates.length === 0 ? undefined : String([...dates].sort().at(-1)),
        ...about,
      };
    },
  };
}
