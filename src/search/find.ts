import { countOnes, type Levels, lowestOne } from '../catalog/bitmaps.ts';
import { compareOffers, type Offers } from '../catalog/catalog.ts';
import type { Search, Way } from './prepare.ts';

/** Finds what fits a prepared request. Nothing here allocates but the lists that are asked for. */

const ALL_ROWS = -1;

/** What the bitmaps of a way have in common at a place of their words. */
function commonAt(buffer: Int32Array, all: readonly number[], place: number): number {
  let bits = buffer[all[0]! + place]!;
  for (let index = 1; index < all.length && bits !== 0; index += 1) bits &= buffer[all[index]! + place]!;
  return bits;
}

function passesChecks({ checks }: Way, type: number): boolean {
  if (checks !== undefined) for (const check of checks) if (!check(type)) return false;
  return true;
}

/** Whether an offer fits by a way, whatever it costs. */
function suits(buffer: Int32Array, offers: Offers, way: Way, row: number): boolean {
  return ((commonAt(buffer, way.all, row >>> 5) >>> (row & 31)) & 1) === 1 && passesChecks(way, offers.type[row]!);
}

/** Whether an offer fits by a way. */
function fits(buffer: Int32Array, offers: Offers, way: Way, row: number): boolean {
  return row < way.end && suits(buffer, offers, way, row);
}

/** The first row that fits by a way, from a row on and below another; -1 where there is none. */
function firstRow({ buffer, levels, offers, rows }: Search, way: Way, from: number, below: number): number {
  if (rows !== undefined) {
    for (let index = 0; index < rows.length; index += 1) {
      const row = rows[index]!;
      if (row >= below) return -1;
      if (row >= from && fits(buffer, offers, way, row)) return row;
    }
    return -1;
  }
  return firstInBitmaps(buffer, levels, offers, way, Math.max(from, way.from), Math.min(below, way.end));
}

function firstInBitmaps(
  buffer: Int32Array,
  { summary, top, topWords }: Levels,
  offers: Offers,
  way: Way,
  from: number,
  below: number,
): number {
  if (from >= below) return -1;
  const { all, stop, checks } = way;
  // Most words end with the two rarest bitmaps: these are looked at without a loop.
  const rarest = all[0]!;
  const second = all.length > 1 ? all[1]! : rarest;
  const start = from >>> 5;
  // Bits that stand before the start are masked at each level; the mask holds for the first word of a level alone.
  let topMask = ALL_ROWS << (start >>> 5);
  for (let at = start >>> 10; at < topWords; at += 1) {
    let groups = commonAt(buffer, all, top + at) & topMask;
    topMask = ALL_ROWS;
    for (; groups !== 0; groups &= groups - 1) {
      const group = (at << 5) + lowestOne(groups);
      if (group << 5 > stop) return -1;
      let words = commonAt(buffer, all, summary + group);
      if (group === start >>> 5) words &= ALL_ROWS << start;
      for (; words !== 0; words &= words - 1) {
        const word = (group << 5) + lowestOne(words);
        let bits = buffer[rarest + word]! & buffer[second + word]!;
        if (bits === 0) continue;
        for (let index = 2; index < all.length && bits !== 0; index += 1) bits &= buffer[all[index]! + word]!;
        if (word === start) bits &= ALL_ROWS << from;
        for (; bits !== 0; bits &= bits - 1) {
          const row = (word << 5) + lowestOne(bits);
          if (row >= below) return -1;
          if (checks === undefined || passesChecks(way, offers.type[row]!)) return row;
        }
      }
    }
  }
  return -1;
}

/**
 * The row of the cheapest offer that fits, ties in the catalog's order; -1 where nothing fits.
 *
 * @param without by row: 1 for offers that are passed over
 */
export function cheapest(search: Search, without?: Uint8Array): number {
  const { ways, offers } = search;
  let best = -1;
  let lowest = Number.POSITIVE_INFINITY;
  for (let index = 0; index < ways.length; index += 1) {
    const way = ways[index]!;
    if (way.bill === undefined) {
      const below = best === -1 ? offers.size : best;
      let row = firstRow(search, way, 0, below);
      while (row !== -1 && without?.[row] === 1) row = firstRow(search, way, row + 1, below);
      if (row !== -1) best = row;
      continue;
    }
    const rankOf = way.rank ?? way.bill;
    // The first ranks first, but others may rank the same, and the catalog's order is by list price.
    for (
      let row = firstRow(search, way, 0, offers.size);
      row !== -1;
      row = firstRow(search, way, row + 1, offers.size)
    ) {
      if (without?.[row] === 1) continue;
      const rank = rankOf(offers.price[row]!);
      if (rank > lowest) break;
      if (rank < lowest || compareOffers(offers, row, best) < 0) best = row;
      lowest = rank;
    }
  }
  return best;
}

/** Calls `visit` with each row that fits, in the catalog's order, until it gives false. */
function visitRows(search: Search, visit: (row: number) => boolean): void {
  const { buffer, ways, offers, rows } = search;
  if (rows !== undefined) {
    for (const row of rows) if (ways.some((way) => fits(buffer, offers, way, row)) && !visit(row)) return;
    return;
  }
  const start = Math.min(...ways.map((way) => way.from >>> 5));
  const stop = Math.max(...ways.map((way) => Math.min(way.stop, way.end >>> 5)));
  for (let word = start; word <= stop && word < search.levels.words; word += 1) {
    let bits = 0;
    for (const way of ways) if (word >= way.from >>> 5 && word <= way.stop) bits |= commonAt(buffer, way.all, word);
    for (; bits !== 0; bits &= bits - 1) {
      const row = (word << 5) + lowestOne(bits);
      if (ways.some((way) => fits(buffer, offers, way, row)) && !visit(row)) return;
    }
  }
}

/** What an offer which fits ranks by and is billed at, with the image by which it ranks first. */
function rankedAt({ buffer, ways, offers }: Search, row: number): { readonly rank: number; readonly billed: number } {
  const list = offers.price[row]!;
  let [rank, billed] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const way of ways) {
    if (!fits(buffer, offers, way, row)) continue;
    const own = way.bill?.(list) ?? list;
    const ranked = way.rank?.(list) ?? own;
    if (ranked < rank || (ranked === rank && own < billed)) [rank, billed] = [ranked, own];
  }
  return { rank, billed };
}

/** Nano-dollars per hour that an offer which fits is billed at, with the image by which it ranks first. */
export function billedAt(search: Search, row: number): number {
  return rankedAt(search, row).billed;
}

/**
 * What an offer would be billed at if its price were another, by the way that makes it cheapest; undefined where it does
 * not fit, or would cost too much then.
 */
export function billedIf({ buffer, ways, offers, rows, most }: Search, row: number, price: number): number | undefined {
  if (rows !== undefined && !rows.includes(row)) return undefined;
  let lowest: number | undefined;
  for (const way of ways) {
    if (!suits(buffer, offers, way, row)) continue;
    const billed = way.bill?.(price) ?? price;
    if (billed <= most && (lowest === undefined || billed < lowest)) lowest = billed;
  }
  return lowest;
}

/** How many offers fit. */
export function count(search: Search): number {
  const [only] = search.ways;
  let fitting = 0;
  if (search.ways.length === 1 && search.rows === undefined && only!.checks === undefined) {
    const last = Math.min(only!.stop, (only!.end - 1) >>> 5);
    for (let word = only!.from >>> 5; word <= last; word += 1) {
      let bits = commonAt(search.buffer, only!.all, word);
      if (bits !== 0 && only!.end < (word + 1) << 5) bits &= ~(ALL_ROWS << only!.end);
      fitting += countOnes(bits);
    }
    return fitting;
  }
  visitRows(search, () => {
    fitting += 1;
    return true;
  });
  return fitting;
}

/** The rows of the `k` cheapest offers that fit, cheapest first, ties in the catalog's order. */
export function top(search: Search, k: number): readonly number[] {
  const { offers, ways } = search;
  const rows: number[] = [];
  if (k < 1) return rows;
  const inOrder = ways.every((way) => way.bill === undefined);
  visitRows(search, (row) => rows.push(row) < k || !inOrder);
  if (inOrder) return rows;
  const ranks = new Map(rows.map((row) => [row, rankedAt(search, row).rank]));
  return rows.sort((a, b) => ranks.get(a)! - ranks.get(b)! || compareOffers(offers, a, b)).slice(0, k);
}

/** The rows of all offers that fit, cheapest first. */
export function all(search: Search): readonly number[] {
  return top(search, Number.POSITIVE_INFINITY);
}
