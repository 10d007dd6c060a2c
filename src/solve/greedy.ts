import { mostIn } from './filling-items.ts';
import {
  type Bin,
  costOf,
  coverage,
  isHeld,
  mostOf,
  type Packing,
  type PackingModel,
  type Pattern,
  type Use,
} from './packing.ts';

/** Heuristics: packings that are good, fast, and prove nothing. */

/** What is still to be placed. */
export interface Residual {
  /** By row, how many at the least; more than nothing more is needed is 0. */
  readonly demand: number[];
  /** By supply, how many bins there are still. */
  readonly supplies: number[];
}

export function residualOf(model: PackingModel): Residual {
  const demand = model.rows.map((row) => row.demand);
  // One more in the first rows of each lot is a way to place them evenly.
  for (const { rows, extra } of model.evenly)
    for (const row of rows.filter((one) => isHeld(model, one)).slice(0, extra)) demand[row]! += 1;
  return { demand, supplies: [...model.supplies] };
}

export const isDone = ({ demand }: Residual): boolean => demand.every((count) => count <= 0);

/**
 * Fills a bin: again and again the item that is worth most for the room that it takes, room being worth more the less
 * there is of it in relation to what is still to be placed.
 */
export function fill(
  model: PackingModel,
  bin: Bin,
  demand: readonly number[],
  values: ArrayLike<number>,
): readonly number[] {
  const counts = new Array<number>(model.rows.length).fill(0);
  const left = [...bin.capacity];
  const blocked = new Set<number>();
  const dimensions = left.length;
  for (;;) {
    const wanted = new Array<number>(dimensions).fill(0);
    const open: number[] = [];
    for (const row of model.rows.keys()) {
      const size = bin.sizes[row];
      if (
        size === undefined ||
        blocked.has(row) ||
        demand[row]! - counts[row]! <= 0 ||
        counts[row]! >= mostOf(model, bin, row)
      )
        continue;
      if (size.some((amount, dimension) => amount > left[dimension]!)) continue;
      open.push(row);
      for (const [dimension, amount] of size.entries()) wanted[dimension]! += amount * (demand[row]! - counts[row]!);
    }
    if (open.length === 0) return counts;
    let best = -1;
    let score = -1;
    for (const row of open) {
      let room = 0;
      for (const [dimension, amount] of bin.sizes[row]!.entries())
        if (amount > 0) room += (amount / bin.capacity[dimension]!) * (wanted[dimension]! / (left[dimension]! + 1));
      const worth = (values[row]! + 1e-9) / (room + 1e-12);
      if (worth > score) [best, score] = [row, worth];
    }
    const size = bin.sizes[best]!;
    const space = mostIn(
      { ...bin, capacity: left },
      size,
      Math.min(demand[best]! - counts[best]!, mostOf(model, bin, best) - counts[best]!),
    );
    // A few at a time, since what is scarce changes.
    const count = Math.max(1, Math.min(space, Math.ceil(space / 4)));
    counts[best]! += count;
    for (const [dimension, amount] of size.entries()) left[dimension]! -= amount * count;
    for (const other of model.rows[best]!.apart) blocked.add(other);
  }
}

/** By row: the least price of the share of a bin that one takes in the dimension that it takes most of. */
export function shareValues(model: PackingModel): Float64Array {
  const values = new Float64Array(model.rows.length).fill(Number.POSITIVE_INFINITY);
  for (const { price, capacity, sizes } of model.bins) {
    for (const [row, size] of sizes.entries()) {
      if (size === undefined) continue;
      let share = 1 / model.rows[row]!.most;
      for (const [dimension, amount] of size.entries())
        if (amount > 0) share = Math.max(share, amount / capacity[dimension]!);
      if (share <= 1) values[row] = Math.min(values[row]!, price * share);
    }
  }
  return values.map((value) => (value === Number.POSITIVE_INFINITY ? 0 : value));
}

/** How often a pattern can be used without placing more than is wanted. */
function timesOf({ counts, bin }: Pattern, model: PackingModel, { demand, supplies }: Residual): number {
  let times = Number.POSITIVE_INFINITY;
  for (const [row, count] of counts.entries()) if (count > 0) times = Math.min(times, Math.floor(demand[row]! / count));
  const { supply } = model.bins[bin]!;
  return Math.max(1, supply === undefined ? times : Math.min(times, supplies[supply]!));
}

export function use(model: PackingModel, residual: Residual, pattern: Pattern, times: number): Use {
  for (const [row, count] of pattern.counts.entries())
    residual.demand[row] = Math.max(0, residual.demand[row]! - count * times);
  const { supply } = model.bins[pattern.bin]!;
  if (supply !== undefined) residual.supplies[supply]! -= times;
  return { pattern, times };
}

/** Whether there is a bin left of the kind. */
export const isLeft = (bin: Bin, { supplies }: Residual): boolean =>
  bin.supply === undefined || supplies[bin.supply]! > 0;

/**
 * Takes, until all is placed, the bin whose filling is worth most for its price.
 *
 * @param values by row, what placing one is worth
 * @returns undefined where it finds no packing, which proves nothing
 */
export function greedy(
  model: PackingModel,
  values: ArrayLike<number>,
  from = residualOf(model),
): readonly Use[] | undefined {
  const residual: Residual = { demand: [...from.demand], supplies: [...from.supplies] };
  const uses: Use[] = [];
  while (!isDone(residual)) {
    let best: Pattern | undefined;
    let score = 0;
    for (const [index, bin] of model.bins.entries()) {
      if (!isLeft(bin, residual)) continue;
      const counts = fill(model, bin, residual.demand, values);
      let worth = 0;
      for (const [row, count] of counts.entries()) worth += count * (values[row]! + 1e-9);
      const density = worth / (bin.price + 1e-9);
      if (worth > 0 && density > score * (1 + 1e-12)) [best, score] = [{ bin: index, counts }, density];
    }
    if (best === undefined) return undefined;
    uses.push(use(model, residual, best, timesOf(best, model, residual)));
  }
  return uses;
}

/** Each bin's content in the cheapest kind that holds it. */
export function downsized(model: PackingModel, uses: readonly Use[]): readonly Use[] {
  const taken = new Array<number>(model.supplies.length).fill(0);
  for (const { pattern, times } of uses) {
    const { supply } = model.bins[pattern.bin]!;
    if (supply !== undefined) taken[supply]! += times;
  }
  return uses.map(({ pattern, times }) => {
    const { counts } = pattern;
    let best = pattern.bin;
    for (const [index, bin] of model.bins.entries()) {
      if (bin.price >= model.bins[best]!.price) continue;
      if (bin.supply !== undefined && taken[bin.supply]! + times > model.supplies[bin.supply]!) continue;
      const left = [...bin.capacity];
      const holds = counts.every((count, row) => {
        if (count === 0) return true;
        const size = bin.sizes[row];
        if (size === undefined || count > mostOf(model, bin, row)) return false;
        for (const [dimension, amount] of size.entries()) left[dimension]! -= amount * count;
        return true;
      });
      if (holds && left.every((amount) => amount >= 0)) best = index;
    }
    if (best !== pattern.bin) {
      const [from, to] = [model.bins[pattern.bin]!.supply, model.bins[best]!.supply];
      if (from !== undefined) taken[from]! -= times;
      if (to !== undefined) taken[to]! += times;
    }
    return { pattern: { bin: best, counts }, times };
  });
}

/** Uses that place nothing beyond what is demanded, where bins with less in them may be cheaper. */
export function trimmed(model: PackingModel, uses: readonly Use[]): readonly Use[] {
  const demand = model.rows.map((row) => row.demand);
  const placed = coverage(model, uses);
  for (const { rows, extra } of model.evenly)
    for (const row of rows.filter((one) => placed[one]! > demand[one]!).slice(0, extra)) demand[row]! += 1;
  const result: Use[] = [];
  for (const { pattern, times } of uses) {
    for (let time = 0; time < times; time += 1) {
      const counts = pattern.counts.map((count, row) => {
        const kept = Math.min(count, demand[row]!);
        demand[row]! -= kept;
        return kept;
      });
      if (counts.some((count) => count > 0)) result.push({ pattern: { bin: pattern.bin, counts }, times: 1 });
    }
  }
  return merged(result);
}

/** Uses of the same pattern as one. */
export function merged(uses: readonly Use[]): readonly Use[] {
  const byKey = new Map<string, { pattern: Pattern; times: number }>();
  for (const { pattern, times } of uses) {
    const key = `${pattern.bin}:${pattern.counts.join(',')}`;
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { pattern, times });
    else known.times += times;
  }
  return [...byKey.values()];
}

/** A packing made as cheap as small changes make it. */
export function settled(model: PackingModel, uses: readonly Use[]): Packing {
  const better = merged(downsized(model, trimmed(model, uses)));
  const [before, after] = [costOf(model, uses), costOf(model, better)];
  return after <= before ? { uses: better, cost: after } : { uses, cost: before };
}
