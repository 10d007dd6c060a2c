import { gcd, type Items, itemsOf } from './filling-items.ts';
import { tableFilling } from './filling-table.ts';
import type { Bin, PackingModel } from './packing.ts';

/**
 * The most valuable filling of one bin: depth-first branch and bound. Each item is tried from the count that the
 * relaxation prefers; what a count gives away against the relaxation (its reduced value), and room that nothing left
 * can fill, are losses that only add up, so a branch ends when they exceed what may still be lost.
 */

export interface BestFilling {
  /** By row; undefined where none worth more than the threshold was found. */
  readonly counts: readonly number[] | undefined;
  /** What it is worth. */
  readonly value: number;
  /** No filling is worth more. */
  readonly upper: number;
}

export interface Search {
  /** Only fillings worth more than this are looked for. */
  readonly threshold: number;
  /** How many branches are looked at, at the most. */
  readonly nodes: number;
  /** By row: how many of it are of use at the most; finite. */
  readonly most: ArrayLike<number>;
}

/** Room of each dimension that nothing from `item` on can fill, at what it is worth. */
function idle({ dimensions, room, worth }: Items, left: Float64Array, item: number): number {
  let loss = 0;
  for (let dimension = 0; dimension < dimensions; dimension += 1) {
    const unused = left[dimension]! - room[item * dimensions + dimension]!;
    if (unused > 0) loss += unused * worth[dimension]!;
  }
  return loss;
}

/** How many of an item what is left can hold. */
function atMost({ dimensions, sizes, most }: Items, left: Float64Array, item: number): number {
  let result = most[item]!;
  for (let dimension = 0; dimension < dimensions; dimension += 1) {
    const size = sizes[item * dimensions + dimension]!;
    if (size > 0) result = Math.min(result, Math.floor(left[dimension]! / size));
  }
  return result;
}

function take({ dimensions, sizes }: Items, left: Float64Array, item: number, count: number): void {
  for (let dimension = 0; dimension < dimensions; dimension += 1)
    left[dimension]! -= sizes[item * dimensions + dimension]! * count;
}

/**
 * Names for states of a search: what is left, as far as the items from `item` on can make use of it, in the units that
 * sizes come in; and of which rows with company to keep away from there are any. Undefined where a number cannot hold it.
 */
function stateNames(
  model: PackingModel,
  items: Items,
): ((item: number, left: Float64Array, chosen: Float64Array) => number) | undefined {
  const { count, dimensions, sizes, room, capacity } = items;
  const units = new Float64Array(dimensions);
  for (let dimension = 0; dimension < dimensions; dimension += 1)
    for (let item = 0; item < count; item += 1)
      units[dimension] = gcd(sizes[item * dimensions + dimension]!, units[dimension]!);
  const radix = capacity.map((amount, dimension) =>
    units[dimension] === 0 ? 1 : Math.floor(amount / units[dimension]!) + 1,
  );
  const choosy: number[] = [];
  for (let item = 0; item < count; item += 1) if (model.rows[items.rows[item]!]!.apart.length > 0) choosy.push(item);
  const names = radix.reduce((product, each) => product * each, 1) * 2 ** choosy.length;
  if (names > 2 ** 50) return undefined;
  return (item, left, chosen) => {
    let name = 0;
    for (let dimension = 0; dimension < dimensions; dimension += 1) {
      if (units[dimension] === 0) continue;
      const useful = Math.min(left[dimension]!, room[item * dimensions + dimension]!);
      name = name * radix[dimension]! + Math.floor(useful / units[dimension]!);
    }
    for (const one of choosy) name = name * 2 + (one < item && chosen[one]! > 0 ? 1 : 0);
    return name;
  };
}

/** Searches with more branches than this remember the states that they have seen. */
const REMEMBERED = 2_000;

const asCounts = (rows: number, items: Items, chosen: Float64Array): readonly number[] => {
  const counts = new Array<number>(rows).fill(0);
  for (let item = 0; item < items.count; item += 1) counts[items.rows[item]!] = chosen[item]!;
  return counts;
};

/** Doubles that should be equal may differ by this much of themselves. */
const SLIP = 1e-12;

/** @param values by row, what one of it is worth */
export function bestFilling(model: PackingModel, bin: Bin, values: ArrayLike<number>, search: Search): BestFilling {
  const { threshold, nodes } = search;
  // What is worth nothing is left out.
  const items = itemsOf(model, bin, values, search.most, Number.MIN_VALUE);
  if (items === undefined) return { counts: undefined, value: 0, upper: 0 };
  const bound = items.bound * (1 + SLIP);
  if (bound <= threshold) return { counts: undefined, value: 0, upper: bound };
  const { count } = items;
  const left = Float64Array.from(items.capacity);
  const chosen = new Float64Array(count);
  const blocked = new Int32Array(model.rows.length);
  let best: Float64Array | undefined;
  let value = threshold;
  let looked = 0;
  const nameOf = nodes > REMEMBERED ? stateNames(model, items) : undefined;
  // Who comes to a state that was seen before with no more in hand makes no more of it (dynamic programming).
  const seen = Array.from({ length: nameOf === undefined ? 0 : count }, () => new Map<number, number>());
  const visit = (item: number, worth: number, loss: number): void => {
    looked += 1;
    if (looked > nodes) return;
    if (item === count) {
      if (worth > value) {
        value = worth;
        best = chosen.slice();
      }
      return;
    }
    if (nameOf !== undefined && item < count - 1) {
      const name = nameOf(item, left, chosen);
      const known = seen[item]!.get(name);
      if (known !== undefined && known >= worth) return;
      seen[item]!.set(name, worth);
    }
    const row = items.rows[item]!;
    const top = blocked[row]! > 0 ? 0 : atMost(items, left, item);
    const [each, most] = [items.reduced[item]!, items.most[item]!];
    const last = item === count - 1;
    const upwards = each < 0 && !last;
    for (let tried = 0; tried <= top; tried += 1) {
      const amount = upwards ? tried : top - tried;
      const lost = loss + (each > 0 ? each * (most - amount) : -each * amount);
      if (bound - lost <= value) break;
      take(items, left, item, amount);
      if (bound - lost - idle(items, left, item + 1) > value) {
        chosen[item] = amount;
        if (amount > 0) for (const other of model.rows[row]!.apart) blocked[other]! += 1;
        visit(item + 1, worth + items.values[item]! * amount, lost);
        if (amount > 0) for (const other of model.rows[row]!.apart) blocked[other]! -= 1;
      }
      take(items, left, item, -amount);
      // Of the last item, as many as fit are worth most.
      if (last || looked > nodes) break;
    }
    chosen[item] = 0;
  };
  visit(0, 0, 0);
  const complete = looked <= nodes;
  if (!complete && nodes > REMEMBERED) {
    const found = tableFilling(model, items);
    if (found !== undefined) {
      const counts = found.value > threshold ? asCounts(model.rows.length, items, found.chosen) : undefined;
      return { counts, value: found.value, upper: Math.min(bound, found.value * (1 + SLIP)) };
    }
  }
  return {
    counts: best === undefined ? undefined : asCounts(model.rows.length, items, best),
    value: best === undefined ? 0 : value,
    upper: complete ? Math.min(bound, value * (1 + SLIP)) : bound,
  };
}

export interface Fillings {
  readonly counts: readonly (readonly number[])[];
  /** Whether these are all. */
  readonly complete: boolean;
}

/**
 * Every filling worth more than the threshold to which nothing can be added; some of them where there are more than
 * `limit`, or the search takes more than `nodes`.
 */
export function fillingsAbove(
  model: PackingModel,
  bin: Bin,
  values: ArrayLike<number>,
  { threshold, nodes, most }: Search,
  limit: number,
): Fillings {
  const items = itemsOf(model, bin, values, most, 0);
  if (items === undefined) return { counts: [], complete: true };
  const bound = items.bound * (1 + SLIP);
  const { count } = items;
  const left = Float64Array.from(items.capacity);
  const chosen = new Float64Array(count);
  const blocked = new Int32Array(model.rows.length);
  const found: (readonly number[])[] = [];
  let looked = 0;
  const isFull = (): boolean => {
    for (let item = 0; item < count; item += 1) {
      if (blocked[items.rows[item]!]! > 0 || chosen[item]! >= items.most[item]!) continue;
      if (atMost(items, left, item) > 0) return false;
    }
    return true;
  };
  const visit = (item: number, loss: number): void => {
    looked += 1;
    if (looked > nodes || found.length > limit) return;
    if (item === count) {
      if (isFull()) found.push(asCounts(model.rows.length, items, chosen));
      return;
    }
    const row = items.rows[item]!;
    const top = blocked[row]! > 0 ? 0 : atMost(items, left, item);
    const [each, most] = [items.reduced[item]!, items.most[item]!];
    for (let tried = 0; tried <= top; tried += 1) {
      const amount = each < 0 ? tried : top - tried;
      const lost = loss + (each > 0 ? each * (most - amount) : -each * amount);
      if (bound - lost <= threshold) break;
      take(items, left, item, amount);
      if (bound - lost - idle(items, left, item + 1) > threshold) {
        chosen[item] = amount;
        if (amount > 0) for (const other of model.rows[row]!.apart) blocked[other]! += 1;
        visit(item + 1, lost);
        if (amount > 0) for (const other of model.rows[row]!.apart) blocked[other]! -= 1;
      }
      take(items, left, item, -amount);
      if (looked > nodes || found.length > limit) break;
    }
    chosen[item] = 0;
  };
  visit(0, 0);
  return { counts: found, complete: looked <= nodes && found.length <= limit };
}
