import { fillingsOf, PARTS, type Proof, priceIn, type Steps } from './model-bound.ts';
import type { Cover } from './model-cover.ts';

/** Whether something can be placed at no more than so much, by looking at all ways that multipliers leave open. */

/** How far doubles may be off where thousandths are added up to more than they hold exactly. */
const slackOf = (amount: number): number => (amount === Infinity ? 0 : amount * 1e-12 + 2);

/** A filling of a bin, and by how much it costs more than what it holds is worth. */
interface Pattern {
  readonly counts: readonly number[];
  readonly price: number;
  readonly supply: number | undefined;
  readonly loss: number;
}

const MOST_PATTERNS = 50_000;
const MOST_UNITS = 3_000;
const MOST_REMEMBERED = 1_500_000;

/** Demands by row, for each way to choose who of what is spread evenly has one more; undefined: too many ways. */
function demandsOf({ rows, evens }: Cover): readonly (readonly number[])[] | undefined {
  let demands: readonly (readonly number[])[] = [rows.map(({ demand }) => demand)];
  for (const even of evens) {
    let ways: readonly (readonly number[])[] = [[]];
    for (const row of even.rows) ways = ways.flatMap((way) => (way.length < even.extra ? [way, [...way, row]] : [way]));
    const full = ways.filter((way) => way.length === even.extra);
    if (even.rows.length > 12 || demands.length * full.length > 2_000) return undefined;
    demands = demands.flatMap((demand) =>
      full.map((way) => demand.map((count, row) => count + Number(way.includes(row)))),
    );
  }
  return demands;
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
  const { rows, bins, supplies } = cover;
  const { each, unit } = worth;
  const toUnits = Number(PARTS) / Number(unit);
  const slack = slackOf(most * toUnits);
  // What may be lost, against what the multipliers prove.
  const spare = most === Infinity ? Infinity : Number(BigInt(most) * PARTS - parts) / Number(unit) + slack;
  if (spare < 0) return 'none';
  const demands = demandsOf(cover);
  // Machines are chosen one within another.
  if (demands === undefined || rows.reduce((sum, { ceiling }) => sum + ceiling, 0) > MOST_UNITS) return undefined;
  const patterns: Pattern[] = [];
  for (const bin of bins) {
    const { price, supply } = bin;
    const ceiling = priceIn(worth, price) + (supply === undefined ? 0 : surplus[supply]!);
    const fillings = fillingsOf(cover, bin, worth, Math.max(0, Math.floor(ceiling - spare)), steps);
    if (fillings === undefined || patterns.length + fillings.length > MOST_PATTERNS) return undefined;
    for (const counts of fillings) {
      const loss = counts.reduce((left, count, row) => left - count * each[row]!, ceiling);
      patterns.push({ counts, price, supply, loss });
    }
  }
  patterns.sort((a, b) => a.loss - b.loss || a.price - b.price);
  const holding = rows.map((_, row) => patterns.filter(({ counts }) => counts[row]! > 0));
  const failed = new Map<string, number>();
  const visit = (rest: readonly number[], left: readonly number[], cost: number): number | 'none' | undefined => {
    const open = rest.flatMap((count, row) => (count > 0 ? [row] : []));
    if (cost > most || open.length === 0) return cost > most ? 'none' : cost;
    const value = left.reduce(
      (sum, count, supply) => sum - count * surplus[supply]!,
      open.reduce((sum, row) => sum + rest[row]! * each[row]!, 0),
    );
    // What may be lost yet: whatever is chosen loses its own, so dearer patterns need not be tried.
    const lose = (most - cost) * toUnits - value + slack;
    const key = `${rest.join()} ${left.join()}`;
    if (lose < 0 || (failed.get(key) ?? -1) >= most - cost) return 'none';
    if (--steps.left < 0) return undefined;
    const [row] = open.sort((a, b) => holding[a]!.length - holding[b]!.length) as [number];
    for (const { counts, price, supply, loss } of holding[row]!) {
      if (loss > lose) break;
      if (supply !== undefined && left[supply] === 0) continue;
      const found = visit(
        rest.map((count, at) => Math.max(0, count - counts[at]!)),
        supply === undefined ? left : left.with(supply, left[supply]! - 1),
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
