import { type Bin, type Cover, fitsIn } from './verify-model-cover.ts';

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

/** Beyond this, what doubles add up is no longer exact, and certainly more than any price. */
const EXACT = 2n ** 50n;

/** Multipliers rounded down to units in which every price is a small integer. */
export function worthOf({ bins }: Cover, multipliers: readonly bigint[]): Worth {
  const dearest = bins.reduce((most, { price }) => Math.max(most, price), 0);
  let unit = 1n;
  for (const amount of [BigInt(dearest) * PARTS, ...multipliers]) while (amount / unit >= EXACT) unit *= 2n;
  return { unit, each: multipliers.map((one) => Number((one > 0n ? one : 0n) / unit)) };
}

/** A price in units of worth, rounded down. */
export const priceIn = ({ unit }: Worth, price: number): number => Number((BigInt(price) * PARTS) / unit);

/** What all units are worth, in thousandths: of what is spread evenly, the last ones where they are worth least. */
export function worthOfAll({ rows, evens }: Pick<Cover, 'rows' | 'evens'>, { unit, each }: Worth): bigint {
  let sum = rows.reduce((total, { demand }, row) => total + BigInt(each[row]!) * BigInt(demand), 0n);
  for (const even of evens)
    for (const one of even.rows
      .map((row) => each[row]!)
      .sort((a, b) => a - b)
      .slice(0, even.extra))
      sum += BigInt(one);
  return sum * unit;
}

/**
 * What a unit of each dimension is worth at the least for no more of the bin to be worth than `enough`: found by steps
 * along subgradients, rounded to integers. Any values are valid; good ones end searches early.
 */
function rates(
  bin: Bin,
  rows: readonly number[],
  each: readonly number[],
  enough: number,
  from: readonly number[],
): number[] {
  const { room, sizes, most } = bin;
  let best = from.map(() => 0);
  let least = Infinity;
  const rate = [...from];
  for (let time = 0; time < 80; time += 1) {
    const slope = room.map((amount) => (amount === Infinity ? 0 : amount));
    let value = room.reduce((sum, amount, at) => sum + (amount === Infinity ? 0 : amount * rate[at]!), 0);
    for (const row of rows) {
      const size = sizes[row]!;
      let profit = each[row]!;
      for (let at = 0; at < rate.length; at += 1) profit -= rate[at]! * size[at]!;
      if (profit <= 0) continue;
      const count = countIn(bin, row, most);
      value += profit * count;
      for (let at = 0; at < rate.length; at += 1) slope[at]! -= size[at]! * count;
    }
    if (value < least) {
      least = value;
      best = [...rate];
      if (least <= enough) break;
    }
    // In parts of the room, so that dimensions of other measures count alike.
    const scaled = slope.map((one, at) => (room[at] === Infinity || room[at] === 0 ? 0 : one / room[at]!));
    const length = scaled.reduce((sum, one) => sum + one * one, 0);
    if (length < 1e-18) break;
    const step = (Math.max(value - enough, value * 1e-6) / length) * (time < 40 ? 1 : 0.5);
    for (const [at, one] of scaled.entries())
      if (room[at] !== Infinity && room[at]! > 0) rate[at] = Math.max(0, rate[at]! - (step * one) / room[at]!);
  }
  return best.map((one, at) => (room[at] === Infinity ? 0 : Math.round(one)));
}

/** How many of a row fit at the most. */
function countIn({ room, sizes }: Pick<Bin, 'room' | 'sizes'>, row: number, most: readonly number[]): number {
  let count = most[row]!;
  for (const [at, amount] of sizes[row]!.entries())
    if (amount > 0) count = Math.min(count, Math.floor(room[at]! / amount));
  return count;
}

/** How fillings of a bin are looked through. */
interface Walk {
  /** Rows that are of use. */
  readonly rows: readonly number[];
  /** Fillings that are worth less need not be looked at. */
  least(): number;
  /** Whether of two ways to the same rest only the one that is worth more is of interest. */
  readonly merge: boolean;
  /** Told of each filling that was not left out; true ends the walk. */
  found(counts: readonly number[], worth: number, room: readonly number[]): boolean;
}

/** Looks through all fillings of a bin; false where steps did not suffice. */
function walk(
  { rows: all }: Cover,
  bin: Bin,
  { each }: Worth,
  rate: readonly number[],
  task: Walk,
  steps: Steps,
): boolean {
  const { sizes, most } = bin;
  const width = bin.room.length;
  const weight = (row: number): number =>
    sizes[row]!.reduce((sum, amount, at) => sum + amount * Math.max(rate[at]!, 1e-9), 0);
  const order = [...task.rows].sort((a, b) => weight(b) - weight(a) || a - b);
  const profit = order.map((row) => sizes[row]!.reduce((sum, amount, at) => sum - amount * rate[at]!, each[row]!));
  // From each row on: what the rows may bring beyond what their room is worth, and all that they may take.
  const tail = new Array<number>(order.length + 1).fill(0);
  const takes = order.map(() => new Array<number>(width).fill(0));
  takes.push(new Array<number>(width).fill(0));
  for (let at = order.length - 1; at >= 0; at -= 1) {
    const count = countIn(bin, order[at]!, most);
    tail[at] = tail[at + 1]! + Math.max(0, profit[at]!) * count;
    takes[at] = takes[at + 1]!.map((sum, one) => sum + sizes[order[at]!]![one]! * count);
  }
  const counts = all.map(() => 0);
  const shut = all.map(() => 0);
  const isBound = order.map((row) => all[row]!.apart.length > 0);
  const lastBound = isBound.lastIndexOf(true);
  const seen = new Map<string, number>();
  const visit = (at: number, worth: number, room: readonly number[]): boolean | undefined => {
    steps.left -= 1;
    if (steps.left < 0) return undefined;
    let most = worth + tail[at]!;
    for (let one = 0; one < width; one += 1) if (rate[one]! > 0) most += rate[one]! * room[one]!;
    if (most < task.least()) return false;
    if (at === order.length) return task.found(counts, worth, room);
    if (task.merge) {
      // Room for all that may come is as good as any.
      let key = `${at}`;
      for (let one = 0; one < width; one += 1) key += ` ${room[one]! >= takes[at]![one]! ? '' : room[one]}`;
      if (at <= lastBound)
        for (let later = at; later <= lastBound; later += 1)
          if (isBound[later]) key += shut[order[later]!]! > 0 ? '-' : '+';
      if ((seen.get(key) ?? -1) >= worth) return false;
      if (seen.size < 200_000) seen.set(key, worth);
    }
    const row = order[at]!;
    const size = sizes[row]!;
    const { apart } = all[row]!;
    const top = shut[row]! > 0 ? 0 : countIn({ room, sizes }, row, bin.most);
    for (let count = top; count >= 0; count -= 1) {
      counts[row] = count;
      if (count > 0) for (const other of apart) shut[other]! += 1;
      const ended = visit(
        at + 1,
        worth + each[row]! * count,
        count === 0 ? room : room.map((amount, one) => amount - size[one]! * count),
      );
      if (count > 0) for (const other of apart) shut[other]! -= 1;
      if (ended !== false) return ended;
    }
    counts[row] = 0;
    return false;
  };
  return visit(0, 0, bin.room) !== undefined;
}

/** Rows that a bin can hold one of. */
const heldBy = ({ sizes, most, room }: Bin): readonly number[] =>
  sizes.flatMap((size, row) => (most[row]! > 0 && fitsIn(size, room) ? [row] : []));

/** What a bin's best filling is worth where that is more than its price, else its price; undefined: not within steps. */
function bestOf(cover: Cover, bin: Bin, worth: Worth, rate: number[], steps: Steps): number | undefined {
  const price = priceIn(worth, bin.price);
  const rows = heldBy(bin).filter((row) => worth.each[row]! > 0);
  const own = rates(bin, rows, worth.each, price, rate);
  rate.splice(0, rate.length, ...own);
  let best = price;
  const done = walk(
    cover,
    bin,
    worth,
    own,
    {
      rows,
      least: () => best + 1,
      merge: true,
      found: (_, value) => {
        best = Math.max(best, value);
        return bin.supply === undefined;
      },
    },
    steps,
  );
  return done ? best : undefined;
}

export interface Proof {
  readonly worth: Worth;
  /** Thousandths of a nano-dollar that no plan costs less than. */
  readonly parts: bigint;
  /** By supply: how much more than its price one of its bins may hold, in units of worth. */
  readonly surplus: readonly number[];
}

/** What multipliers prove, or why they prove nothing. */
export function proofOf(cover: Cover, multipliers: readonly bigint[], most: number): Proof | 'overfull' | 'too hard' {
  const { bins, supplies } = cover;
  const worth = worthOf(cover, multipliers);
  const surplus = supplies.map(() => 0);
  const rate = (bins[0]?.room ?? []).map(() => 0);
  for (const bin of bins) {
    const best = bestOf(cover, bin, worth, rate, { left: most });
    if (best === undefined) return 'too hard';
    const over = best - priceIn(worth, bin.price);
    if (over === 0) continue;
    if (bin.supply === undefined) return 'overfull';
    surplus[bin.supply] = Math.max(surplus[bin.supply]!, over);
  }
  const saved =
    supplies.reduce((sum, limit, supply) => sum + BigInt(surplus[supply]!) * BigInt(limit), 0n) * worth.unit;
  return { worth, surplus, parts: worthOfAll(cover, worth) - saved };
}

/** The least possible cost that is not less than what is proved. */
export function atLeast({ grain }: Cover, parts: bigint): bigint {
  if (grain === 0n || parts <= 0n) return 0n;
  return ((parts + grain * PARTS - 1n) / (grain * PARTS)) * grain;
}

/** All fillings of a bin to which nothing can be added, and that are worth `least` or more; undefined: too many. */
export function fillingsOf(
  cover: Cover,
  bin: Bin,
  worth: Worth,
  least: number,
  steps: Steps,
): readonly (readonly number[])[] | undefined {
  const rows = heldBy(bin);
  const found: (readonly number[])[] = [];
  const rate = rates(
    bin,
    rows,
    worth.each,
    least,
    bin.room.map(() => 0),
  );
  const isFull = (counts: readonly number[], room: readonly number[]): boolean =>
    !rows.some(
      (row) =>
        counts[row]! < bin.most[row]! &&
        fitsIn(bin.sizes[row], room) &&
        !cover.rows[row]!.apart.some((other) => counts[other]! > 0),
    );
  const done = walk(
    cover,
    bin,
    worth,
    rate,
    {
      rows,
      least: () => least,
      merge: false,
      found: (counts, _, room) => {
        if (isFull(counts, room)) found.push([...counts]);
        return false;
      },
    },
    steps,
  );
  return done ? found : undefined;
}
