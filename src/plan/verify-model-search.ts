import { fillingsOf, PARTS, type Proof, priceIn, type Steps } from './verify-model-bound.ts';
import type { Cover } from './verify-model-cover.ts';

/** Whether something can be placed at no more than so much, by looking at all ways that multipliers leave open. */

/** How far doubles may be off where thousandths are added up to more than they hold exactly. */
const slackOf = (amount: number): number => Math.abs(amount) * 1e-12 + 2;

const MOST_PATTERNS = 50_000;
const MOST_UNITS = 3_000;
const MOST_REMEMBERED = 1_500_000;

/** All ways to choose so many; undefined where there are more than can be tried. */
function choices(from: readonly number[], count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  return from.flatMap((first, at) => choices(from.slice(at + 1), count - 1).map((rest) => [first, ...rest]));
}

/**
 * The cost of some way to place everything at `most` nano-dollars or less; `none` where there is none, which is proved;
 * undefined where steps did not suffice.
 *
 * @param most Infinity where anything will do
 */
export function searchWithin(
  cover: Cover,
  { worth, surplus, parts }: Proof,
  most: number,
  steps: Steps,
): number | 'none' | undefined {
  const { rows, evens, bins, supplies } = cover;
  const { each, unit } = worth;
  const toUnits = Number(PARTS) / Number(unit);
  // Machines are chosen one within another.
  if (rows.reduce((sum, { ceiling }) => sum + ceiling, 0) > MOST_UNITS) return undefined;
  // What may be spent beyond what the multipliers prove.
  const spare = most === Infinity ? Infinity : Number(BigInt(most) * PARTS - parts) / Number(unit);
  if (spare < -slackOf(most * toUnits)) return 'none';
  const patterns: {
    readonly counts: readonly number[];
    readonly price: number;
    readonly supply: number | undefined;
    readonly over: number;
  }[] = [];
  for (const { ...bin } of bins) {
    const ceiling = priceIn(worth, bin.price) + (bin.supply === undefined ? 0 : surplus[bin.supply]!);
    const least = most === Infinity ? 0 : Math.max(0, Math.floor(ceiling - spare - slackOf(most * toUnits)));
    const fillings = fillingsOf(cover, bin, worth, least, steps);
    if (fillings === undefined || patterns.length + fillings.length > MOST_PATTERNS) return undefined;
    for (const counts of fillings) {
      const over = ceiling - counts.reduce((sum, count, row) => sum + count * each[row]!, 0);
      patterns.push({ counts, price: bin.price, supply: bin.supply, over });
    }
  }
  patterns.sort((a, b) => a.over - b.over || a.price - b.price);
  const holding = rows.map((_, row) => patterns.filter(({ counts }) => counts[row]! > 0));
  let demands: readonly (readonly number[])[] = [rows.map(({ demand }) => demand)];
  for (const { rows: lot, extra } of evens) {
    if (lot.length > 12) return undefined;
    const ways = choices(lot, extra);
    if (demands.length * ways.length > 2_000) return undefined;
    demands = demands.flatMap((demand) =>
      ways.map((way) => demand.map((count, row) => count + (way.includes(row) ? 1 : 0))),
    );
  }
  const failed = new Map<string, number>();
  const visit = (rest: readonly number[], left: readonly number[], cost: number): number | 'none' | undefined => {
    if (cost > most) return 'none';
    let narrow = -1;
    let value = 0;
    for (const [row, count] of rest.entries()) {
      if (count === 0) continue;
      value += count * each[row]!;
      if (narrow === -1 || holding[row]!.length < holding[narrow]!.length) narrow = row;
    }
    if (narrow === -1) return cost;
    for (const [supply, count] of left.entries()) value -= count * surplus[supply]!;
    const allowed = (most - cost) * toUnits;
    if (value > allowed + slackOf(most * toUnits)) return 'none';
    steps.left -= 1;
    if (steps.left < 0) return undefined;
    const key = `${rest.join()} ${left.join()}`;
    if ((failed.get(key) ?? -1) >= most - cost) return 'none';
    for (const { counts, price, supply } of holding[narrow]!) {
      if (supply !== undefined && left[supply] === 0) continue;
      const found = visit(
        rest.map((count, row) => Math.max(0, count - counts[row]!)),
        supply === undefined ? left : left.map((count, one) => (one === supply ? count - 1 : count)),
        cost + price,
      );
      if (found !== 'none') return found;
    }
    if (failed.size < MOST_REMEMBERED) failed.set(key, most - cost);
    return 'none';
  };
  for (const demand of demands) {
    const found = visit(demand, supplies, 0);
    if (found !== 'none') return found;
  }
  return 'none';
}
