import { compareText } from '../quantity/order.ts';
import { type Column, joinTables, reorder, type Table, textAt } from './column.ts';

/** Offers as a table of their own attributes, with references to type and region and the list price. */
export interface Offers extends Table {
  /** Row of the offer's type in `types`. */
  readonly type: Uint32Array;
  /** Row of the offer's region in `regions`. */
  readonly region: Uint32Array;
  /** Nano-dollars per hour, as one's own price files change it; NaN where no price is known. */
  readonly price: Float64Array;
  /** The source's own price, NaN where it had none. Absent where no price file was laid over it: the same as `price`. */
  readonly list?: Float64Array;
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

/** A number for each row, below `count`. */
export interface Ranks {
  readonly rank: Uint32Array;
  readonly count: number;
}

/** Whether rows stand in ascending order of their ranks. */
function isSorted(order: Uint32Array, rank: Uint32Array): boolean {
  for (let at = 1; at < order.length; at += 1) if (rank[order[at - 1]!]! > rank[order[at]!]!) return false;
  return true;
}

/** One stable pass of a radix sort: `order` rearranged by ascending `rank[row]`. */
export function sortByRank(order: Uint32Array, { rank, count }: Ranks): Uint32Array {
  if (isSorted(order, rank)) return order;
  const starts = new Uint32Array(count + 1);
  for (const row of order) starts[rank[row]! + 1]! += 1;
  for (let i = 0; i < count; i += 1) starts[i + 1]! += starts[i]!;
  const result = new Uint32Array(order.length);
  for (const row of order) result[starts[rank[row]!]!++] = row;
  return result;
}

/** The rows 0 … size - 1. */
export function inSequence(size: number): Uint32Array {
  const rows = new Uint32Array(size);
  for (let row = 0; row < size; row += 1) rows[row] = row;
  return rows;
}

/** Rank of each row by a text: equal texts share a rank. */
function rankTexts(texts: readonly string[]): Ranks {
  const distinct = [...new Set(texts)].sort(compareText);
  const rankOf = new Map<string, number>();
  for (let rank = 0; rank < distinct.length; rank += 1) rankOf.set(distinct[rank]!, rank);
  const rank = new Uint32Array(texts.length);
  for (let row = 0; row < rank.length; row += 1) rank[row] = rankOf.get(texts[row]!)!;
  return { rank, count: distinct.length };
}

/** Rank of each row by the texts of a column, unknown ones first. */
export function rankColumn(column: Column, size: number): Ranks {
  const ofCode = rankTexts(column.values.map((value) => (value === undefined ? '' : String(value))));
  const rank = new Uint32Array(size);
  for (let row = 0; row < size; row += 1) rank[row] = ofCode.rank[column.codes[row]!]!;
  return { rank, count: ofCode.count };
}

function rankPrices(price: Float64Array): Ranks {
  // NaN comes last.
  const distinct = new Float64Array([...new Set(price)]).sort();
  const rankOf = new Map<number, number>();
  for (let rank = 0; rank < distinct.length; rank += 1) rankOf.set(distinct[rank]!, rank);
  const rank = new Uint32Array(price.length);
  for (let row = 0; row < rank.length; row += 1) rank[row] = rankOf.get(price[row]!)!;
  return { rank, count: distinct.length };
}

/** The price of an offer in its source, before one's own price files; NaN where it had none. */
export function listPriceAt(offers: Offers, row: number): number {
  return (offers.list ?? offers.price)[row]!;
}

/**
 * Offers in any order, put in total order: price, region (and so cloud), type, market, zones; those without a price
 * apart.
 *
 * @param types,regions how many rows those tables have
 */
export function orderOffers(
  { size, columns, type, region, price, limit, list }: Offers,
  types: number,
  regions: number,
): { readonly offers: Offers; readonly listedUnpriced: Offers } {
  let order = inSequence(size);
  for (const name of ['offer.zones', 'offer.market']) {
    const column = columns.get(name);
    if (column !== undefined) order = sortByRank(order, rankColumn(column, size));
  }
  for (const ranks of [{ rank: type, count: types }, { rank: region, count: regions }, rankPrices(price)])
    order = sortByRank(order, ranks);
  const picked = <T extends Float64Array | Uint32Array>(result: T, of: T, rows: Uint32Array): T => {
    for (let row = 0; row < rows.length; row += 1) result[row] = of[rows[row]!]!;
    return result;
  };
  const numbers = (of: Float64Array, rows: Uint32Array): Float64Array =>
    picked(new Float64Array(rows.length), of, rows);
  const pick = (rows: Uint32Array): Offers => {
    const offers: Offers = {
      size: rows.length,
      columns: reorder({ size, columns }, rows).columns,
      type: picked(new Uint32Array(rows.length), type, rows),
      region: picked(new Uint32Array(rows.length), region, rows),
      price: numbers(price, rows),
      limit: numbers(limit, rows),
    };
    return list === undefined ? offers : { ...offers, list: numbers(list, rows) };
  };
  // Those without a price have come last.
  let priced = size;
  while (priced > 0 && Number.isNaN(price[order[priced - 1]!]!)) priced -= 1;
  return { offers: pick(order.subarray(0, priced)), listedUnpriced: pick(order.subarray(priced)) };
}

/** Some rows of a list of offers, in the order given. */
export function pickOffers({ size, columns, type, region, price, limit, list }: Offers, rows: Uint32Array): Offers {
  return {
    ...reorder({ size, columns }, rows),
    type: rows.map((row) => type[row]!),
    region: rows.map((row) => region[row]!),
    price: Float64Array.from(rows, (row) => price[row]!),
    limit: Float64Array.from(rows, (row) => limit[row]!),
    ...(list === undefined ? {} : { list: Float64Array.from(rows, (row) => list[row]!) }),
  };
}

const byType = new WeakMap<Offers, { readonly starts: Uint32Array; readonly rows: Uint32Array }>();

/** The rows of a type's offers, in order. */
export function offersOfType(offers: Offers, type: number): Uint32Array {
  let known = byType.get(offers);
  if (known === undefined) {
    const types = offers.type.reduce((most, one) => Math.max(most, one + 1), 0);
    const starts = new Uint32Array(types + 1);
    for (const one of offers.type) starts[one + 1]! += 1;
    for (let one = 0; one < types; one += 1) starts[one + 1]! += starts[one]!;
    known = { starts, rows: sortByRank(inSequence(offers.size), { rank: offers.type, count: types }) };
    byType.set(offers, known);
  }
  return known.rows.subarray(known.starts[type] ?? 0, known.starts[type + 1] ?? 0);
}

/** The rows of two lists of offers in one, first those of `a`: its order is nobody's yet. */
export function joinOffers(a: Offers, b: Offers): Offers {
  const join = <T extends Float64Array | Uint32Array>(result: T, left: T, right: T): T => {
    result.set(left);
    result.set(right, left.length);
    return result;
  };
  const size = a.size + b.size;
  const numbers = (left: Float64Array, right: Float64Array): Float64Array => join(new Float64Array(size), left, right);
  const rows = (left: Uint32Array, right: Uint32Array): Uint32Array => join(new Uint32Array(size), left, right);
  return {
    ...joinTables(a, b),
    type: rows(a.type, b.type),
    region: rows(a.region, b.region),
    price: numbers(a.price, b.price),
    limit: numbers(a.limit, b.limit),
    ...(a.list === undefined && b.list === undefined ? {} : { list: numbers(a.list ?? a.price, b.list ?? b.price) }),
  };
}
