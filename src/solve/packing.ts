/**
 * Covering demands by bins at least cost: variable-sized vector bin packing with bounded counts. Numbers only; what
 * rows and bins stand for is nobody's business here.
 */

/** Something that is demanded so many times, always of the same size. */
export interface Row {
  /** How often it must be placed at the least; 0 and more. */
  readonly demand: number;
  /** How many one bin may hold; Infinity where nothing but its size bounds it. */
  readonly most: number;
  /** Rows that may not share a bin with this one, by index; symmetric. */
  readonly apart: readonly number[];
}

/** A kind of bin. */
export interface Bin {
  /** An integer, not negative. */
  readonly price: number;
  /** Integers, one per dimension. */
  readonly capacity: readonly number[];
  /** By row: what one of it takes in each dimension (integers, not negative); undefined where it may not be here. */
  readonly sizes: readonly (readonly number[] | undefined)[];
  /** Bins of one supply share its limit; undefined: without limit. */
  readonly supply: number | undefined;
  /** By row: how many it may hold where that is fewer than the row says. */
  readonly most?: readonly number[];
}

/**
 * Rows among which `extra` more units are to be placed, at most one more in each: how numbers that differ by at most
 * one are said.
 */
export interface Evenly {
  readonly rows: readonly number[];
  /** From 0 to the number of rows. */
  readonly extra: number;
}

export interface PackingModel {
  readonly rows: readonly Row[];
  /** Ties are broken by their order. */
  readonly bins: readonly Bin[];
  /** How many bins each supply has. */
  readonly supplies: readonly number[];
  readonly evenly: readonly Evenly[];
}

/** What one bin holds. */
export interface Pattern {
  /** The index of the bin's kind. */
  readonly bin: number;
  /** How many of each row. */
  readonly counts: readonly number[];
}

/** So many bins of one pattern. */
export interface Use {
  readonly pattern: Pattern;
  readonly times: number;
}

/** Bins that cover all demand. */
export interface Packing {
  readonly uses: readonly Use[];
  readonly cost: bigint;
}

/** By row: how many can be of use, in all bins together. */
export function ceilingsOf({ rows, evenly }: PackingModel): readonly number[] {
  const most = rows.map((row) => row.demand);
  for (const lot of evenly) if (lot.extra > 0) for (const row of lot.rows) most[row]! += 1;
  return most;
}

/** How many of a row a bin may hold, whatever room there is. */
export function mostOf({ rows }: PackingModel, { most }: Bin, row: number): number {
  return Math.min(rows[row]!.most, most?.[row] ?? Number.POSITIVE_INFINITY);
}

/** Whether there is a bin that can hold one of a row. */
export function isHeld(model: PackingModel, row: number): boolean {
  return model.bins.some((bin) => {
    const { capacity, sizes, supply } = bin;
    return (
      (supply === undefined || model.supplies[supply]! > 0) &&
      mostOf(model, bin, row) > 0 &&
      sizes[row]?.every((amount, dimension) => amount <= capacity[dimension]!) === true
    );
  });
}

/** What bins cost together. */
export function costOf(model: PackingModel, uses: readonly Use[]): bigint {
  return uses.reduce((sum, { pattern, times }) => sum + BigInt(model.bins[pattern.bin]!.price) * BigInt(times), 0n);
}

/** How often each row is placed. */
export function coverage(model: PackingModel, uses: readonly Use[]): number[] {
  const placed = new Array<number>(model.rows.length).fill(0);
  for (const { pattern, times } of uses)
    for (const [row, count] of pattern.counts.entries()) placed[row]! += count * times;
  return placed;
}

/** Whether a bin of the kind can hold these counts, by sizes, most and company. */
export function fits(model: PackingModel, { bin, counts }: Pattern): boolean {
  const kind = model.bins[bin]!;
  const { sizes } = kind;
  const left = [...kind.capacity];
  for (const [row, count] of counts.entries()) {
    if (count === 0) continue;
    const size = sizes[row];
    const { apart } = model.rows[row]!;
    if (size === undefined || count > mostOf(model, kind, row) || count < 0 || !Number.isInteger(count)) return false;
    if (apart.some((other) => counts[other]! > 0)) return false;
    for (const [dimension, amount] of size.entries()) left[dimension]! -= amount * count;
  }
  return left.every((amount) => amount >= 0);
}

/** Whether uses are patterns that fit, cover all demand, and stay within supplies. */
export function isPacking(model: PackingModel, uses: readonly Use[]): boolean {
  const taken = new Array<number>(model.supplies.length).fill(0);
  for (const { pattern, times } of uses) {
    if (!Number.isInteger(times) || times < 1 || !fits(model, pattern)) return false;
    const { supply } = model.bins[pattern.bin]!;
    if (supply !== undefined) taken[supply]! += times;
  }
  const placed = coverage(model, uses);
  const over = placed.map((count, row) => count - model.rows[row]!.demand);
  return (
    taken.every((count, supply) => count <= model.supplies[supply]!) &&
    over.every((count) => count >= 0) &&
    model.evenly.every(({ rows, extra }) => rows.filter((row) => over[row]! > 0).length >= extra)
  );
}
