import { compareOffers } from '../catalog/catalog.ts';
import { numberRows } from '../match/join-masks.ts';
import type { Query } from '../match/query.ts';
import type { Sweep } from '../match/scan.ts';

/**
 * Candidates (an offer with an image) of the regions asked for, grouped by the very set of needs that they miss. All
 * explanations are read off these groups; no request is solved again for them.
 */

/** Need n is bit n. */
export type Needs = bigint;

export interface Group {
  /** Needs that must be met and are missed. */
  readonly missing: Needs;
  /** Those of them that are missed because a fact is unknown. */
  readonly unknown: Needs;
  /** Candidates side by side, in the catalog's order. */
  readonly offers: Int32Array;
  readonly images: Int32Array;
  /** Nano-dollars per hour as billed. */
  readonly prices: Float64Array;
  /** The lowest of these. */
  readonly cheapest: number;
  /** How many offers are in the group with their best image: each considered offer counts in one group. */
  readonly counted: number;
  /** The lowest price of those. */
  readonly lowest: number;
  readonly example: number;
  /** Worked out by `cheapestOfEachKind` when it is first asked for. */
  kinds: readonly number[] | undefined;
}

export interface Candidates {
  readonly query: Query;
  readonly groups: readonly Group[];
  /** Offers of the regions asked for. */
  readonly considered: number;
  /** Whether each offer has one candidate at the most. */
  readonly single: boolean;
}

/** A group whose candidates are being counted. */
interface Growing extends Pick<Group, 'missing' | 'unknown'> {
  readonly index: number;
  /** Candidates so far. */
  size: number;
  cheapest: number;
  counted: number;
  lowest: number;
  example: number;
}

/** The bits of the words that are also in a mask, as one integer. */
function bitsOf(words: Uint32Array, base: number, within: Uint32Array): Needs {
  let bits = 0n;
  for (let word = within.length - 1; word >= 0; word -= 1)
    bits = (bits << 32n) | BigInt((words[base + word]! & within[word]!) >>> 0);
  return bits;
}

/** The indexes of the bits of a set, ascending. */
export function membersOf(set: Needs): readonly number[] {
  const members: number[] = [];
  // By parts that are small integers: large ones are made anew at every step.
  for (let rest = set, base = 0; rest !== 0n; rest >>= 31n, base += 31)
    for (let part = Number(BigInt.asUintN(31, rest)), bit = base; part !== 0; part >>>= 1, bit += 1)
      if ((part & 1) === 1) members.push(bit);
  return members;
}

/** Whether all of a set is in another. */
export function isWithin(set: Needs, other: Needs): boolean {
  return (set & ~other) === 0n;
}

/** Groups by the words of both masks: no text or big integer is made per candidate. */
function grouping({ words, musts }: Query) {
  type Branch = Map<number, Branch | Growing>;
  const groups: Growing[] = [];
  const root: Branch = new Map();
  const depth = 2 * words;
  // Most candidates fall into few groups: one that was found lately is looked for first.
  const lately: { readonly missing: number; readonly unknown: number; readonly group: Growing }[] = [];
  const groupAt = (missing: Uint32Array, unknown: Uint32Array, base: number): Growing => {
    if (words > 1) return groupIn(missing, unknown, base);
    const [lacks, doubts] = [missing[base]! & musts[0]!, unknown[base]! & musts[0]!];
    const slot = ((lacks ^ (lacks >>> 11)) + 31 * doubts) & 0x3ff;
    const known = lately[slot];
    if (known !== undefined && known.missing === lacks && known.unknown === doubts) return known.group;
    const group = groupIn(missing, unknown, base);
    lately[slot] = { missing: lacks, unknown: doubts, group };
    return group;
  };
  const groupIn = (missing: Uint32Array, unknown: Uint32Array, base: number): Growing => {
    let branch = root;
    for (let index = 0; index < depth; index += 1) {
      const word = index < words ? index : index - words;
      const key = (index < words ? missing : unknown)[base + word]! & musts[word]!;
      const found = branch.get(key);
      if (index === depth - 1) {
        if (found !== undefined) return found as Growing;
        const group: Growing = {
          missing: bitsOf(missing, base, musts),
          unknown: bitsOf(unknown, base, musts),
          index: groups.length,
          size: 0,
          cheapest: Number.POSITIVE_INFINITY,
          counted: 0,
          lowest: Number.POSITIVE_INFINITY,
          example: -1,
        };
        branch.set(key, group);
        groups.push(group);
        return group;
      }
      const next: Branch = (found as Branch | undefined) ?? new Map();
      if (found === undefined) branch.set(key, next);
      branch = next;
    }
    throw new Error('a mask has at least one word');
  };
  return { groups, groupAt };
}

/** Candidates as they come, side by side, with their groups. */
function candidateList(size: number) {
  let length = 0;
  let offers = new Int32Array(size);
  let images = new Int32Array(size);
  let prices = new Float64Array(size);
  let groups = new Int32Array(size);
  const grow = (): void => {
    const grown = <T extends Int32Array | Float64Array>(larger: T, before: T): T => {
      larger.set(before);
      return larger;
    };
    const room = 2 * length + 16;
    offers = grown(new Int32Array(room), offers);
    images = grown(new Int32Array(room), images);
    prices = grown(new Float64Array(room), prices);
    groups = grown(new Int32Array(room), groups);
  };
  return {
    add(group: Growing, offer: number, image: number, price: number): void {
      if (length === offers.length) grow();
      offers[length] = offer;
      images[length] = image;
      prices[length] = price;
      groups[length] = group.index;
      length += 1;
      group.size += 1;
      if (price < group.cheapest) group.cheapest = price;
    },
    /** The candidates group by group, in one list; each group's in the order in which they came. */
    grouped(sizes: Int32Array): Pick<Group, 'offers' | 'images' | 'prices'> {
      const sorted = {
        offers: new Int32Array(length),
        images: new Int32Array(length),
        prices: new Float64Array(length),
      };
      scatter(sorted, { offers, images, prices }, groups, startsOf(sizes), length);
      return sorted;
    },
  };
}

/** Puts each candidate at the next place of its group. A function of its own, so that it is soon compiled. */
function scatter(
  to: Pick<Group, 'offers' | 'images' | 'prices'>,
  from: Pick<Group, 'offers' | 'images' | 'prices'>,
  groups: Int32Array,
  next: Int32Array,
  length: number,
): void {
  const { offers, images, prices } = to;
  for (let index = 0; index < length; index += 1) {
    const group = groups[index]!;
    const place = next[group]!;
    next[group] = place + 1;
    offers[place] = from.offers[index]!;
    images[place] = from.images[index]!;
    prices[place] = from.prices[index]!;
  }
}

/** The groups, each with its part of the candidates. */
function finish(groups: readonly Growing[], all: Pick<Group, 'offers' | 'images' | 'prices'>): readonly Group[] {
  let start = 0;
  return groups.map(({ missing, unknown, size, cheapest, counted, lowest, example }): Group => {
    const [from, to] = [start, start + size];
    start = to;
    return {
      missing,
      unknown,
      offers: all.offers.subarray(from, to),
      images: all.images.subarray(from, to),
      prices: all.prices.subarray(from, to),
      cheapest,
      counted,
      lowest,
      example,
      kinds: undefined,
    };
  });
}

/** The same where each offer has one image at the most, and a mask is one word: in plain loops. */
function singlesOf(query: Query, swept: Sweep): Candidates {
  const { groups, groupAt } = grouping(query);
  const { region, size } = query.space.offers;
  const numberOf = (row: number): number => groupAt(swept.missing, swept.unknown, row).index;
  const numbers = numberRows(swept, query.musts[0]!, region, query.inScope, numberOf);
  const sizes = new Int32Array(groups.length);
  for (let row = 0; row < size; row += 1) if (numbers[row]! >= 0) sizes[numbers[row]!]! += 1;
  const considered = sizes.reduce((total, one) => total + one, 0);
  const all = {
    offers: new Int32Array(considered),
    images: new Int32Array(considered),
    prices: new Float64Array(considered),
  };
  const next = startsOf(sizes);
  for (let row = 0; row < size; row += 1) {
    const group = numbers[row]!;
    if (group < 0) continue;
    const place = next[group]!;
    next[group] = place + 1;
    all.offers[place] = row;
    all.images[place] = swept.image[row]!;
    all.prices[place] = swept.price[row]!;
  }
  const starts = startsOf(sizes);
  for (const group of groups) {
    const start = starts[group.index]!;
    group.size = sizes[group.index]!;
    group.counted = group.size;
    group.example = all.offers[start]!;
    for (let place = start; place < start + group.size; place += 1) {
      if (!(all.prices[place]! < group.lowest)) continue;
      group.lowest = all.prices[place]!;
      group.example = all.offers[place]!;
    }
    group.cheapest = group.lowest;
  }
  return { query, groups: finish(groups, all), considered, single: true };
}

/** Where each group begins in one list of all. */
function startsOf(sizes: Int32Array): Int32Array {
  const starts = new Int32Array(sizes.length);
  for (let group = 1; group < starts.length; group += 1) starts[group] = starts[group - 1]! + sizes[group - 1]!;
  return starts;
}

/** Groups what a sweep found; other images of an offer than its best are judged as well. */
export function candidatesOf(query: Query, swept: Sweep): Candidates {
  if (query.words === 1 && query.isSingle()) return singlesOf(query, swept);
  const { words, inScope } = query;
  const { offers } = query.space;
  const { groups, groupAt } = grouping(query);
  const { add, grouped } = candidateList(offers.size);
  let considered = 0;
  let single = true;
  for (let offer = 0; offer < offers.size; offer += 1) {
    if (inScope[offers.region[offer]!] === 0) continue;
    considered += 1;
    const group = groupAt(swept.missing, swept.unknown, offer * words);
    const price = swept.price[offer]!;
    add(group, offer, swept.image[offer]!, price);
    group.counted += 1;
    if (group.example === -1 || price < group.lowest) {
      group.lowest = price;
      group.example = offer;
    }
    const images = query.imagesFor(offer);
    if (images.length < 2) continue;
    single = false;
    for (const image of images) {
      if (image === swept.image[offer]) continue;
      const verdict = query.judgeWith(offer, image);
      add(groupAt(verdict.missing, verdict.unknown, 0), offer, image, verdict.price);
    }
  }
  const all = grouped(Int32Array.from(groups, ({ size }) => size));
  return { query, groups: finish(groups, all), considered, single };
}

/**
 * Candidates of a group that differ in more than their price, the cheapest of each kind, by index: of one type, image
 * and market one is as good as another, unless rules read more of an offer. Of those that cost the same it is the first
 * by `compareOffers`, which an answer would have.
 */
export function cheapestOfEachKind(query: Query, group: Group): readonly number[] {
  // Conflicts and relaxations ask for the same.
  group.kinds ??= kindsIn(query, group);
  return group.kinds;
}

function kindsIn({ space, images, dependsOnOffer, derivation }: Query, group: Group): readonly number[] {
  // Under preferences the one that ranks first may not be the one that costs least.
  if (dependsOnOffer || derivation.program.prefers.length > 0) return Array.from(group.offers.keys());
  const { offers } = space;
  const market = offers.columns.get('offer.market');
  const markets = (market?.values.length ?? 0) + 1;
  const best = new Map<number, number>();
  for (let index = 0; index < group.offers.length; index += 1) {
    const offer = group.offers[index]!;
    const pair = offers.type[offer]! * (images.table.size + 1) + group.images[index]! + 1;
    const kind = pair * markets + (market?.codes[offer] ?? 0);
    const known = best.get(kind);
    // Rules may bill alike what is listed at different prices; then it is not the first in the list that is chosen.
    const isBefore = (other: number): boolean =>
      group.prices[index] === group.prices[other]
        ? compareOffers(offers, offer, group.offers[other]!) < 0
        : group.prices[index]! < group.prices[other]!;
    if (known === undefined || isBefore(known)) best.set(kind, index);
  }
  return [...best.values()];
}

/** How many offers meet all needs of a set, with some image. */
export function offersMeeting({ query, groups, single }: Candidates, needs: Needs): number {
  const meeting = groups.filter((group) => (group.missing & needs) === 0n);
  if (single) return meeting.reduce((total, group) => total + group.counted, 0);
  const seen = new Uint8Array(query.space.offers.size);
  let count = 0;
  for (const { offers } of meeting) {
    for (const offer of offers) {
      count += 1 - seen[offer]!;
      seen[offer] = 1;
    }
  }
  return count;
}
