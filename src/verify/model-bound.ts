import { type Bin, type Cover, fitsIn } from './model-cover.ts';

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

/** Multipliers by row in units that doubles add up exactly. */
export interface Worth {
  /** Thousandths of a nano-dollar in one unit. */
  readonly unit: bigint;
  readonly each: readonly number[];
}

export interface Proof {
  readonly worth: Worth;
  /** Thousandths of a nano-dollar that no plan costs less than. */
  readonly parts: bigint;
  /** By supply: how much more than its price one of its bins may hold, in units of worth. */
  readonly surplus: readonly number[];
}

/** Beyond this, what doubles add up is no longer exact, and certainly more than any price. */
const EXACT = 2n ** 50n;

/** Multipliers rounded down to units in which every price is a small integer. */
function worthOf({ bins }: Cover, multipliers: readonly bigint[]): Worth {
  let unit = 1n;
  for (const amount of [...bins.map(({ price }) => BigInt(price) * PARTS), ...multipliers])
    while (amount / unit >= EXACT) unit *= 2n;
  return { unit, each: multipliers.map((one) => Number((one > 0n ? one : 0n) / unit)) };
}

/** A price in units of worth, rounded down. */
export const priceIn = ({ unit }: Worth, price: number): number => Number((BigInt(price) * PARTS) / unit);

/** What all units are worth, in thousandths: of what is spread evenly, the last ones where they are worth least. */
function worthOfAll({ rows, evens }: Cover, { unit, each }: Worth): bigint {
  const least = evens.flatMap((even) => {
    const sorted = even.rows.map((row) => each[row]!).sort((a, b) => a - b);
    return sorted.slice(0, even.extra).map(BigInt);
  });
  return (
    [...least, ...rows.map(({ demand }, row) => BigInt(each[row]!) * BigInt(demand))].reduce((a, b) => a + b, 0n) * unit
  );
}

/** How many of a size fit at the most. */
function countIn(size: readonly number[], room: readonly number[], most: number): number {
  return size.reduce(
    (count, amount, at) => (amount > 0 ? Math.min(count, Math.floor(room[at]! / amount)) : count),
    most,
  );
}

/**
 * What each dimension's room is worth, so that no more of the bin than `enough` is, if that can be found by steps along
 * subgradients. Any integers are valid; good ones end walks early.
 */
function ratesOf(
  { room, sizes, most }: Bin,
  rows: readonly number[],
  each: readonly number[],
  enough: number,
): number[] {
  let [best, least] = [room.map(() => 0), Infinity];
  let rate = room.map(() => 0);
  for (let time = 0; time < 80 && least > enough; time += 1) {
    const slope = [...room];
    let value = room.reduce((sum, amount, at) => sum + amount * rate[at]!, 0);
    for (const row of rows) {
      const size = sizes[row]!;
      const profit = size.reduce((left, amount, at) => left - amount * rate[at]!, each[row]!);
      if (profit <= 0) continue;
      const count = countIn(size, room, most[row]!);
      value += profit * count;
      for (const [at, amount] of size.entries()) slope[at]! -= amount * count;
    }
    if (value < least) [best, least] = [rate, value];
    // In parts of the room, so that dimensions of other measures count alike.
    const scaled = slope.map((one, at) => (room[at] === 0 ? 0 : one / room[at]!));
    const length = scaled.reduce((sum, one) => sum + one * one, 0);
    if (length < 1e-18) break;
    const step = (Math.max(value - enough, value * 1e-6) / length) * (time < 40 ? 1 : 0.5);
    rate = rate.map((one, at) => (room[at] === 0 ? 0 : Math.max(0, one - (step * scaled[at]!) / room[at]!)));
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
function walk({ rows }: Cover, bin: Bin, { each }: Worth, task: Walk, steps: Steps): boolean {
  const { sizes, most, room: all } = bin;
  const held = sizes.flatMap((size, row) =>
    most[row]! > 0 && fitsIn(size, all) && (each[row]! > 0 || !task.isBest) ? [row] : [],
  );
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

/** What multipliers prove, or why they prove nothing; `steps` are those of one kind of machine. */
export function proofOf(cover: Cover, multipliers: readonly bigint[], steps: number): Proof | 'overfull' | 'too hard' {
  const worth = worthOf(cover, multipliers);
  const surplus = cover.supplies.map(() => 0);
  for (const bin of worth.each.some((each) => each > 0) ? cover.bins : []) {
    const price = priceIn(worth, bin.price);
    let best = price;
    const found = (_: unknown, value: number): boolean => {
      best = Math.max(best, value);
      return bin.supply === undefined && best > price;
    };
    const isDone = walk(cover, bin, worth, { least: () => best + 1, isBest: true, found }, { left: steps });
    if (!isDone) return 'too hard';
    if (best > price && bin.supply === undefined) return 'overfull';
    if (best > price) surplus[bin.supply!] = Math.max(surplus[bin.supply!]!, best - price);
  }
  const saved = cover.supplies.reduce((sum, limit, at) => sum + BigInt(surplus[at]!) * BigInt(limit), 0n);
  return { worth, surplus, parts: worthOfAll(cover, worth) - saved * worth.unit };
}

/** The least possible cost that is not less than what is proved. */
export function atLeast({ grain }: Cover, parts: bigint): bigint {
  return grain === 0n || parts <= 0n ? 0n : ((parts + grain * PARTS - 1n) / (grain * PARTS)) * grain;
}

/** All fillings of a bin to which nothing can be added, and that are worth `least` or more; undefined: too many. */
export function fillingsOf(
  cover: Cover,
  bin: Bin,
  worth: Worth,
  least: number,
  steps: Steps,
): readonly (readonly number[])[] | undefined {
  const fillings: (readonly number[])[] = [];
  const found = (counts: readonly number[], _: number, room: readonly number[]): boolean => {
    const isOpen = bin.sizes.some(
      (size, row) =>
        counts[row]! < bin.most[row]! &&
        fitsIn(size, room) &&
        !cover.rows[row]!.apart.some((other) => counts[other]! > 0),
    );
    if (!isOpen) fillings.push([...counts]);
    return false;
  };
  return walk(cover, bin, worth, { least: () => least, isBest: false, found }, steps) ? fillings : undefined;
}
