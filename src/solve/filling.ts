import { type Filling, relax } from './knapsack-relaxation.ts';
import { type Bin, mostOf, type PackingModel } from './packing.ts';

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
  /** By row: how many of it are of use at the most. */
  readonly most: ArrayLike<number>;
}

/** A bin's items ready to be searched, in the order in which they are decided. */
interface Items {
  readonly count: number;
  readonly dimensions: number;
  readonly rows: Int32Array;
  readonly values: Float64Array;
  readonly most: Float64Array;
  /** Reduced values. */
  readonly reduced: Float64Array;
  readonly sizes: Float64Array;
  /** By item: how much of each dimension it and all after it can take together. */
  readonly room: Float64Array;
  readonly worth: Float64Array;
  readonly capacity: readonly number[];
  readonly bound: number;
}

/** How many of a row one empty bin can hold. */
export function mostIn({ capacity }: Bin, size: readonly number[], most: number): number {
  let result = most;
  for (const [dimension, amount] of size.entries())
    if (amount > 0) result = Math.min(result, Math.floor(capacity[dimension]! / amount));
  return result;
}

function itemsOf(
  model: PackingModel,
  bin: Bin,
  values: ArrayLike<number>,
  most: ArrayLike<number>,
  least: number,
): Items | undefined {
  const dimensions = bin.capacity.length;
  const rows: number[] = [];
  const limits: number[] = [];
  for (const row of model.rows.keys()) {
    const size = bin.sizes[row];
    if (size === undefined || values[row]! < least) continue;
    const limit = mostIn(bin, size, Math.min(mostOf(model, bin, row), most[row]!));
    if (limit <= 0) continue;
    rows.push(row);
    limits.push(limit);
  }
  if (rows.length === 0) return undefined;
  const filling: Filling = {
    dimensions,
    items: rows.length,
    sizes: new Float64Array(rows.length * dimensions),
    most: Float64Array.from(limits),
  };
  for (const [item, row] of rows.entries())
    for (let dimension = 0; dimension < dimensions; dimension += 1)
      filling.sizes[item * dimensions + dimension] =
        bin.sizes[row]![dimension]! === 0 ? 0 : bin.sizes[row]![dimension]! / bin.capacity[dimension]!;
  const { bound, worth } = relax(
    filling,
    Float64Array.from(rows, (row) => values[row]!),
  );
  const reducedOf = (item: number): number => {
    let left = values[rows[item]!]!;
    for (let dimension = 0; dimension < dimensions; dimension += 1)
      left -= worth[dimension]! * filling.sizes[item * dimensions + dimension]!;
    return left;
  };
  const reduced = rows.map((_, item) => reducedOf(item));
  // What matters most is decided first; small things that hardly matter fill up what is left.
  const order = rows
    .map((_, item) => item)
    .sort((a, b) => Math.abs(reduced[b]!) - Math.abs(reduced[a]!) || values[rows[b]!]! - values[rows[a]!]! || a - b);
  const count = order.length;
  const items: Items = {
    count,
    dimensions,
    rows: Int32Array.from(order, (item) => rows[item]!),
    values: Float64Array.from(order, (item) => values[rows[item]!]!),
    most: Float64Array.from(order, (item) => limits[item]!),
    reduced: Float64Array.from(order, (item) => reduced[item]!),
    sizes: new Float64Array(count * dimensions),
    room: new Float64Array((count + 1) * dimensions),
    worth: Float64Array.from(worth, (each, dimension) =>
      bin.capacity[dimension]! === 0 ? 0 : each / bin.capacity[dimension]!,
    ),
    capacity: bin.capacity,
    bound,
  };
  for (let item = count - 1; item >= 0; item -= 1) {
    for (let dimension = 0; dimension < dimensions; dimension += 1) {
      const size = bin.sizes[items.rows[item]!]![dimension]!;
      items.sizes[item * dimensions + dimension] = size;
      items.room[item * dimensions + dimension] =
        items.room[(item + 1) * dimensions + dimension]! + size * items.most[item]!;
    }
  }
  return items;
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

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Searches with more branches than this remember the states that they have seen. */
const REMEMBERED = 2_000;
/** Steps that a table of all amounts of room may take. */
const MOST_STEPS = 60_000_000;
const MOST_CELLS = 4_000_000;

/**
 * The most valuable filling by a table over all amounts of room, in the units that sizes come in (bounded knapsacks by
 * powers of two); undefined where that is too large, or rows must be kept apart.
 */
function byTable(
  model: PackingModel,
  items: Items,
): { readonly value: number; readonly chosen: Float64Array } | undefined {
  const { count, dimensions, sizes, most, values, capacity, room } = items;
  for (let item = 0; item < count; item += 1) if (model.rows[items.rows[item]!]!.apart.length > 0) return undefined;
  const strides: number[] = [];
  const units: number[] = [];
  const extents: number[] = [];
  let cells = 1;
  for (let dimension = 0; dimension < dimensions; dimension += 1) {
    let unit = 0;
    for (let item = 0; item < count; item += 1) unit = gcd(sizes[item * dimensions + dimension]!, unit);
    // Room in which everything fits does not bind.
    const binds = unit > 0 && room[dimension]! > capacity[dimension]!;
    units.push(unit);
    extents.push(binds ? Math.floor(capacity[dimension]! / unit) : 0);
    strides.push(cells);
    cells *= extents[dimension]! + 1;
  }
  const lots: { readonly item: number; readonly amount: number }[] = [];
  for (let item = 0; item < count; item += 1) {
    for (let rest = most[item]!, power = 1; rest > 0; power *= 2) {
      const amount = Math.min(power, rest);
      lots.push({ item, amount });
      rest -= amount;
    }
  }
  if (cells > MOST_CELLS || cells * lots.length > MOST_STEPS) return undefined;
  const worth = new Float64Array(cells);
  const taken = lots.map(() => new Uint8Array(Math.ceil(cells / 8)));
  for (const [lot, { item, amount }] of lots.entries()) {
    const steps = extents.map((extent, dimension) =>
      extent === 0 ? 0 : (sizes[item * dimensions + dimension]! * amount) / units[dimension]!,
    );
    if (steps.some((step, dimension) => step > extents[dimension]!)) continue;
    const offset = steps.reduce((sum, step, dimension) => sum + step * strides[dimension]!, 0);
    const gain = values[item]! * amount;
    const flags = taken[lot]!;
    // From the largest room down, so that each lot is taken once.
    const position = [...extents];
    for (let cell = cells - 1; cell >= 0; cell -= 1) {
      let holds = true;
      for (let dimension = 0; dimension < dimensions; dimension += 1)
        if (position[dimension]! < steps[dimension]!) holds = false;
      if (holds) {
        const candidate = worth[cell - offset]! + gain;
        if (candidate > worth[cell]!) {
          worth[cell] = candidate;
          flags[cell >> 3]! |= 1 << (cell & 7);
        }
      }
      for (let dimension = 0; dimension < dimensions; dimension += 1) {
        if (position[dimension]! > 0) {
          position[dimension]! -= 1;
          break;
        }
        position[dimension] = extents[dimension]!;
      }
    }
  }
  const chosen = new Float64Array(count);
  let cell = cells - 1;
  for (let lot = lots.length - 1; lot >= 0; lot -= 1) {
    if ((taken[lot]![cell >> 3]! & (1 << (cell & 7))) === 0) continue;
    const { item, amount } = lots[lot]!;
    chosen[item]! += amount;
    for (let dimension = 0; dimension < dimensions; dimension += 1)
      if (extents[dimension]! > 0)
        cell -= ((sizes[item * dimensions + dimension]! * amount) / units[dimension]!) * strides[dimension]!;
  }
  return { value: worth[cells - 1]!, chosen };
}

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
    const found = byTable(model, items);
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
