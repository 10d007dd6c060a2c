import type { Bin } from '../definition/packing.ts';
import { type Cover, fitsIn, mayHold } from './model-cover.ts';

/**
 * What multipliers prove, in exact integers. Whatever each unit is said to be worth: where no machine can be filled with
 * more than its price, no plan costs less than all units are worth together.
 */

/** Steps that may be taken yet; whoever takes them counts them. */
export interface Steps {
  left: number;
}

/** Multipliers are thousandths of a nano-dollar. */
export const PARTS = 1_000n;

/** What multipliers prove. Worth is counted in units that doubles add up exactly. */
export interface Proof {
  /** Thousandths of a nano-dollar in one unit of worth. */
  readonly unit: bigint;
  /** What one of each row is worth. */
  readonly each: readonly number[];
  /** By supply: how much more than its price one of its bins may hold. */
  readonly surplus: readonly number[];
  /** Thousandths of a nano-dollar that no plan costs less than; less than 0 where nothing is proved. */
  readonly parts: bigint;
  /** Whether a bin without a limit may hold more than its price, so that the multipliers prove nothing. */
  readonly isOverfull: boolean;
}

/** Beyond this, what doubles add up is no longer exact, and certainly more than any price. */
const EXACT = 2n ** 50n;

/** A price in units of worth, rounded down. */
export const priceIn = ({ unit }: Pick<Proof, 'unit'>, price: number): number => Number((BigInt(price) * PARTS) / unit);

/** How many of a size fit at the most. */
function countIn(size: readonly number[], room: readonly number[], most: number): number {
  const lesser = (count: number, amount: number, at: number): number =>
    amount > 0 ? Math.min(count, Math.floor(room[at]! / amount)) : count;
  return size.reduce(lesser, most);
}

/**
 * What each dimension's room is worth, so that no more of the bin than `enough` is, if that can be found by steps along
 * subgradients. Any integers are valid; good ones end walks early.
 */
function ratesOf({ room, sizes, most }: Bin, rows: readonly number[], each: readonly number[], enough: number) {
  let [best, least] = [room.map(() => 0), Infinity];
  let rate = best;
  for (let time = 0; time < 80 && least > enough; time += 1) {
    const slope = [...room];
    let value = room.reduce((sum, amount, at) => sum + amount * rate[at]!, 0);
    for (const row of rows) {
      const size = sizes[row]!;
      const profit = size.reduce((left, amount, at) => left - amount * rate[at]!, each[row]!);
      const count = profit > 0 ? countIn(size, room, most[row]!) : 0;
      value += profit * count;
      for (const [at, amount] of size.entries()) slope[at]! -= amount * count;
    }
    if (value < least) [best, least] = [rate, value];
    // In parts of the room, so that dimensions of other measures count alike.
    const scaled = slope.map((one, at) => one / Math.max(1, room[at]!));
    const length = scaled.reduce((sum, one) => sum + one * one, 0);
    const step = (Math.max(value - enough, value * 1e-6) / Math.max(length, 1e-18)) * (time < 40 ? 1 : 0.5);
    rate = rate.map((one, at) => Math.max(0, one - (step * scaled[at]!) / Math.max(1, room[at]!)));
  }
  return best.map(Math.round);
}

/** How fillings of a bin are looked through. */
interface Walk {
  /** Fillings that are worth less need not be looked at. */
  least(): number;
  /** Whether of two ways to the same rest only the one that is worth more is of interest. */
  readonly isBest: boolean;
  /** Told of each filling that was not left out; true ends the walk. */
  found(counts: readonly number[], worth: number, room: readonly number[]): boolean;
}

/** Looks through all fillings of a bin; false where steps did not suffice. */
function walk({ rows }: Cover, bin: Bin, each: Proof['each'], task: Walk, steps: Steps): boolean {
  const { sizes, most, room: all } = bin;
  const held = [...rows.keys()].filter((row) => mayHold(bin, row) && (each[row]! > 0 || !task.isBest));
  const rate = ratesOf(bin, held, each, task.least());
  const priced = (row: number, least: number): number =>
    sizes[row]!.reduce((sum, amount, at) => sum + amount * Math.max(rate[at]!, least), 0);
  const order = held.sort((a, b) => priced(b, 1e-9) - priced(a, 1e-9) || a - b);
  // From each row on: what the rows may bring beyond what their room is worth, and all that they may take.
  const tail = [0];
  const takes = [all.map(() => 0)];
  for (const row of [...order].reverse()) {
    const count = countIn(sizes[row]!, all, most[row]!);
    tail.unshift(tail[0]! + Math.max(0, each[row]! - priced(row, 0)) * count);
    takes.unshift(takes[0]!.map((sum, at) => sum + sizes[row]![at]! * count));
  }
  const counts = rows.map(() => 0);
  const isShut = (row: number): boolean => rows[row]!.apart.some((other) => counts[other]! > 0);
  const seen = new Map<string, number>();
  const visit = (at: number, worth: number, room: readonly number[]): boolean | undefined => {
    if (--steps.left < 0) return undefined;
    if (room.reduce((sum, amount, one) => sum + amount * rate[one]!, worth + tail[at]!) < task.least()) return false;
    const row = order[at];
    if (row === undefined) return task.found(counts, worth, room);
    if (task.isBest) {
      // Room for all that may come is as good as any.
      const rest = room.map((amount, one) => Math.min(amount, takes[at]![one]!));
      const key = `${at} ${rest.join()} ${order.slice(at).filter(isShut).join()}`;
      if ((seen.get(key) ?? -1) >= worth) return false;
      if (seen.size < 200_000) seen.set(key, worth);
    }
    const size = sizes[row]!;
    for (let count = isShut(row) ? 0 : countIn(size, room, most[row]!); count >= 0; count -= 1) {
      counts[row] = count;
      const rest = count === 0 ? room : room.map((amount, one) => amount - size[one]! * count);
      const ended = visit(at + 1, worth + each[row]! * count, rest);
      if (ended !== false) return ended;
    }
    return false;
  };
  return visit(0, 0, all) !== undefined;
}

/** What multipliers prove; `steps` are those of one kind of machine. */
export function proofOf(cover: Cover, multipliers: readonly bigint[], steps: number): Proof {
  const { rows, evens, bins, supplies } = cover;
  let unit = 1n;
  for (const amount of [...bins.map(({ price }) => BigInt(price) * PARTS), ...multipliers])
    while (amount / unit >= EXACT) unit *= 2n;
  const each = multipliers.map((one) => Number((one > 0n ? one : 0n) / unit));
  const surplus = supplies.map(() => 0);
  const proof = { unit, each, surplus, parts: -1n, isOverfull: false };
  for (const bin of each.some((one) => one > 0) ? bins : []) {
    const { supply } = bin;
    const price = priceIn(proof, bin.price);
    let best = price;
    const found = (_: unknown, worth: number): boolean => {
      best = Math.max(best, worth);
      return supply === undefined && best > price;
    };
    if (!walk(cover, bin, each, { least: () => best + 1, isBest: true, found }, { left: steps })) return proof;
    if (supply !== undefined) surplus[supply] = Math.max(surplus[supply]!, best - price);
    else if (best > price) return { ...proof, isOverfull: true };
  }
  const total = [
    ...rows.map(({ demand }, row) => BigInt(each[row]!) * BigInt(demand)),
    // Of what is spread evenly, the last ones are where they are worth least.
    ...evens.flatMap(({ rows: of, extra }) =>
      [...of.map((row) => BigInt(each[row]!))].sort((a, b) => (a < b ? -1 : Number(a > b))).slice(0, extra),
    ),
    ...supplies.map((limit, supply) => -BigInt(surplus[supply]!) * BigInt(limit)),
  ];
  return { ...proof, parts: total.reduce((sum, one) => sum + one, 0n) * unit };
}

/** The least possible cost that is not less than what is proved. */
export function atLeast({ grain }: Cover, parts: bigint): bigint {
  return grain === 0n || parts <= 0n ? 0n : ((parts + grain * PARTS - 1n) / (grain * PARTS)) * grain;
}

/** All fillings of a bin to which nothing can be added, and that are worth `least` or more; undefined: too many. */
export function fillingsOf(cover: Cover, bin: Bin, each: Proof['each'], least: number, steps: Steps) {
  const fillings: (readonly number[])[] = [];
  const found = (counts: readonly number[], _: number, room: readonly number[]): boolean => {
    const isShut = (row: number): boolean => cover.rows[row]!.apart.some((other) => counts[other]! > 0);
    const isOpen = bin.sizes.some((size, row) => counts[row]! < bin.most[row]! && fitsIn(size, room) && !isShut(row));
    if (!isOpen) fillings.push([...counts]);
    return false;
  };
  return walk(cover, bin, each, { least: () => least, isBest: false, found }, steps) ? fillings : undefined;
}
