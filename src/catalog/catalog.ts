import { buildColumn, type Column, type ColumnBuilder, reorder, type Table } from './column.ts';
import type { Filled } from './filled.ts';
import { inSequence, type Offers, orderOffers, rankColumn, sortByRank } from './offers.ts';
import type { PriceEdit } from './prices.ts';
import type { Attribute, Value, Vocabulary } from './value.ts';

export { compareOffers, type Offers } from './offers.ts';

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
  /** Offers that are taken to be sold no more: no gaps of a list, and nothing to choose. */
  readonly withdrawn?: Offers;
  /**
   * Whether a type without an offer in a region of its cloud may still be sold there: true for price lists, whose gaps
   * say nothing; false for a problem file, which lists what there is.
   */
  readonly gapsAreUnknown: boolean;
  /** What types state of other dimensions, or otherwise, by row of `types`; see `capacityOf`. */
  readonly capacities?: ReadonlyMap<number, ReadonlyMap<string, number>>;
  /** Clouds whose offers are all listed even where gaps of other clouds say nothing: those of one's own. */
  readonly completeClouds: ReadonlySet<string>;
  /** What one's own price files changed, in canonical order; see `priceEditSteps`. */
  readonly priceEdits: readonly PriceEdit[];
  /** The date of the newest price, `2026-08-03`; undefined when no price has a date. */
  readonly newestPrice: string | undefined;
  /** `sha256:…` of what the catalog was read from. */
  readonly digest: string;
  /** What rules filled in; the tables above have it. */
  readonly filled?: Filled;
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
  /** States how much of a dimension a type has, in place of what its attributes say. */
  capacity(type: number, dimension: string, amount: number): void;
  hasType(cloud: string, name: string): boolean;
  finish(about: Pick<Catalog, 'gapsAreUnknown' | 'digest'> & Partial<Pick<Catalog, 'completeClouds'>>): Catalog;
}

export function buildCatalog(vocabulary: Vocabulary): CatalogBuilder {
  const columns = new Map<Attribute, ColumnBuilder>();
  const types = new Map<string, number>();
  const regions = new Map<string, number>();
  let images = 0;
  const capacities = new Map<number, Map<string, number>>();
  const offerType: number[] = [];
  const offerRegion: number[] = [];
  const offerPrice: number[] = [];
  const offerLimit: number[] = [];

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
    capacity(type, dimension, amount) {
      capacities.set(type, (capacities.get(type) ?? new Map<string, number>()).set(dimension, amount));
    },
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
        let order = inSequence(table.size);
        for (let at = names.length - 1; at >= 0; at -= 1) {
          const column = table.columns.get(names[at]!);
          if (column !== undefined) order = sortByRank(order, rankColumn(column, table.size));
        }
        const moved = new Uint32Array(table.size);
        for (let to = 0; to < order.length; to += 1) moved[order[to]!] = to;
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
      const own = tableOf('offer', size);
      const unordered: Offers = {
        size,
        columns: own.columns,
        type: new Uint32Array(offerType.map((row) => sortedTypes.moved[row]!)),
        region: new Uint32Array(offerRegion.map((row) => sortedRegions.moved[row]!)),
        price: new Float64Array(offerPrice),
        limit: new Float64Array(offerLimit),
      };
      const dates = own.columns.get('offer.as-of')?.values.filter((value) => value !== undefined) ?? [];
      return {
        vocabulary,
        types: sortedTypes.table,
        regions: sortedRegions.table,
        images: sortedImages.table,
        ...orderOffers(unordered, types.size, regions.size),
        priceEdits: [],
        ...(capacities.size === 0
          ? {}
          : { capacities: new Map([...capacities].map(([row, own]) => [sortedTypes.moved[row]!, own])) }),
        completeClouds: new Set(),
        newestPrice: dates.length === 0 ? undefined : String([...dates].sort().at(-1)),
        ...about,
      };
    },
  };
}
