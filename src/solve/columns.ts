import { boundOf, PARTS } from './bound.ts';
import { bestFilling } from './filling.ts';
import { fill } from './greedy.ts';
import type { Master, Multipliers } from './master.ts';
import { ceilingsOf, mostOf, type PackingModel, type Pattern } from './packing.ts';

/**
 * Column generation: the master's multipliers say what placing one of each row is worth; a bin that can be filled with
 * more than its price is a pattern that was missing. When none is missing the master's value is a lower bound; before,
 * multipliers made small enough are one.
 */

export interface Generation {
  readonly patterns: readonly Pattern[];
  /** The multipliers of the best bound, in thousandths of the unit of prices. */
  readonly multipliers: readonly bigint[];
  /** See `boundOf`. */
  readonly surplus: readonly bigint[];
  readonly bound: bigint;
  /** Whether no pattern is missing any more. */
  readonly complete: boolean;
  readonly rounds: number;
}

export interface Limits {
  /** Branches per bin and round. */
  readonly nodes: number;
  readonly rounds: number;
  /** Whether time is up. */
  expired(): boolean;
  /** A bound that suffices: nothing is gained by a better one. */
  readonly enough: bigint;
}

/** Of the doubles that multipliers are made of, so much is given away for being on the safe side. */
const SAFETY = 1 - 2 ** -40;
const PER_UNIT = Number(PARTS);
/** Less than this in relation to its price is no gain. */
const GAIN = 1e-9;

const toParts = (value: number): bigint => BigInt(Math.floor(value * PER_UNIT));

/** What is proved by multipliers that are made small enough for fillings worth `uppers` at the most. */
export function proved(
  model: PackingModel,
  { rows }: Multipliers,
  uppers: readonly number[],
): Pick<Generation, 'multipliers' | 'surplus' | 'bound'> {
  let scale = 1;
  for (const [index, { price, supply }] of model.bins.entries())
    if (supply === undefined && uppers[index]! > price) scale = Math.min(scale, price / uppers[index]!);
  scale *= SAFETY;
  const multipliers = Array.from(rows, (value) => toParts(Math.max(0, value * scale)));
  const surplus = model.supplies.map(() => 0n);
  for (const [index, { price, supply }] of model.bins.entries()) {
    if (supply === undefined) continue;
    const over = BigInt(Math.ceil(uppers[index]! * scale * (1 + 1e-9) * PER_UNIT)) - BigInt(price) * PARTS;
    if (over > surplus[supply]!) surplus[supply] = over;
  }
  return { multipliers, surplus, bound: boundOf(model, multipliers, surplus) };
}

/** @param start patterns that cover all demand */
export function generate(
  model: PackingModel,
  master: Master,
  start: readonly Pattern[],
  { nodes, rounds, expired, enough }: Limits,
): Generation {
  const most = ceilingsOf(model);
  const patterns = [...start];
  const known = new Set(patterns.map(({ bin, counts }) => `${bin}:${counts.join(',')}`));
  let best: Pick<Generation, 'multipliers' | 'surplus' | 'bound'> = {
    multipliers: model.rows.map(() => 0n),
    surplus: model.supplies.map(() => 0n),
    bound: 0n,
  };
  let complete = false;
  let round = 0;
  let depth = nodes;
  while (round < rounds && !expired()) {
    round += 1;
    const multipliers = master.multipliers(model, patterns);
    if (multipliers === undefined) break;
    const uppers: number[] = [];
    let added = 0;
    for (const [index, bin] of model.bins.entries()) {
      const allowed = bin.price + (bin.supply === undefined ? 0 : multipliers.supplies[bin.supply]!);
      const threshold = allowed * (1 + GAIN);
      const found = bestFilling(model, bin, multipliers.rows, { threshold, nodes: depth, most });
      uppers.push(found.upper);
      if (found.counts === undefined) continue;
      const counts = filledUp(model, index, found.counts, most, multipliers.rows);
      const key = `${index}:${counts.join(',')}`;
      if (known.has(key)) continue;
      known.add(key);
      patterns.push({ bin: index, counts });
      added += 1;
    }
    const now = proved(model, multipliers, uppers);
    if (now.bound > best.bound) best = now;
    if (added === 0) {
      complete = !model.bins.some(
        ({ price, supply }, index) => supply === undefined && uppers[index]! > price * (1 + 2 * GAIN),
      );
      if (complete || depth >= nodes * 512) break;
      // What was not searched to the end is searched further before it is believed that nothing is there.
      depth *= 8;
    } else depth = nodes;
    if (best.bound >= enough) break;
  }
  return { patterns, ...best, complete, rounds: round };
}

/** A pattern with whatever else there is room for. */
function filledUp(
  model: PackingModel,
  index: number,
  counts: readonly number[],
  most: readonly number[],
  values: ArrayLike<number>,
): readonly number[] {
  const bin = model.bins[index]!;
  const capacity = [...bin.capacity];
  const blocked = new Set<number>();
  for (const [row, count] of counts.entries()) {
    if (count === 0) continue;
    for (const [dimension, amount] of bin.sizes[row]!.entries()) capacity[dimension]! -= amount * count;
    for (const other of model.rows[row]!.apart) blocked.add(other);
  }
  const sizes = bin.sizes.map((size, row) => (blocked.has(row) ? undefined : size));
  const left = most.map((count, row) => Math.min(count, mostOf(model, bin, row)) - counts[row]!);
  const { most: own, ...rest } = bin;
  const more = fill(model, { ...rest, capacity, sizes }, left, values);
  return counts.map((count, row) => count + more[row]!);
}
