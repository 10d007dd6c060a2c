import { type Filling, relax } from './knapsack-relaxation.ts';
import { type Bin, mostOf, type PackingModel } from './packing.ts';

/** A bin's items ready to be searched, in the order in which they are decided. */
export interface Items {
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

export function itemsOf(
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

/** The greatest common divisor; 0 divides nothing and counts as none. */
export const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
