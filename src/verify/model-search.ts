import type { Bin } from '../definition/packing.ts';
import { fillingsOf, PARTS, type Proof, priceIn, type Steps } from './model-bound.ts';
import type { Cover } from './model-cover.ts';

/** Whether something can be placed at no more than so much, by looking at all ways that multipliers leave open. */

/** A filling of a bin, and by how much it costs more than what it holds is worth. */
interface Pattern extends Pick<Bin, 'price' | 'supply'> {
  readonly counts: readonly number[];
  readonly loss: number;
}

const MOST_PATTERNS = 50_000;
const MOST_UNITS = 3_000;
const MOST_REMEMBERED = 1_500_000;
const MOST_DEMANDS = 2_000;

/** The ways to choose so many of some. */
const choices = (some: readonly number[], number: number): readonly (readonly number[])[] =>
  number === 0
    ? [[]]
    : some.flatMap((one, at) => choices(some.slice(at + 1), number - 1).map((more) => [one, ...more]));

/** Demands by row, for each way to choose who of what is spread evenly has one more; undefined: too many ways. */
function demandsOf({ rows, evens }: Cover): readonly (readonly number[])[] | undefined {
  let demands: readonly (readonly number[])[] = [rows.map(({ demand }) => demand)];
  for (const even of evens) {
    if (even.rows.length > 12) return undefined;
    const ways = choices(even.rows, even.extra);
    if (demands.length * ways.length > MOST_DEMANDS) return undefined;
    const raised = (demand: readonly number[]): readonly (readonly number[])[] =>
      ways.map((way) => demand.map((count, row) => count + Number(way.includes(row))));
    demands = demands.flatMap(raised);
  }
  return demands;
}

/**
 * The cost of some way to place everything at `most` nano-dollars or less; `none` where there is none, which is proved;
 * undefined where steps did not suffice.
 *
 * @param most Infinity where anything will do
 */
export function searchWithin(cover: Cover, proof: Proof, most: number, steps: Steps): number | 'none' | undefined {
  const { rows, bins, supplies } = cover;
  const { each, surplus, unit, parts } = proof;
  const toUnits = Number(PARTS) / Number(unit);
  // How far doubles may be off where thousandths are added up to more than they hold exactly.
  const slack = most === Infinity ? 0 : most * toUnits * 1e-12 + 2;
  // What may be lost, against what the multipliers prove.
  const spare = most === Infinity ? Infinity : Number(BigInt(most) * PARTS - parts) / Number(unit) + slack;
  if (spare < 0) return 'none';
  const demands = demandsOf(cover);
  // Machines are chosen one within another.
  if (demands === undefined || rows.reduce((sum, { ceiling }) => sum + ceiling, 0) > MOST_UNITS) return undefined;
  const patterns: Pattern[] = [];
  for (const bin of bins) {
    const { price, supply } = bin;
    const ceiling = priceIn(proof, price) + (supply === undefined ? 0 : surplus[supply]!);
    const fillings = fillingsOf(cover, bin, each, Math.max(0, Math.floor(ceiling - spare)), steps);
    if (fillings === undefined || patterns.length + fillings.length > MOST_PATTERNS) return undefined;
    const lossOf = (counts: readonly number[]): number =>
      counts.reduce((left, count, row) => left - count * each[row]!, ceiling);
    patterns.push(...fillings.map((counts) => ({ counts, price, supply, loss: lossOf(counts) })));
  }
  patterns.sort((a, b) => a.loss - b.loss || a.price - b.price);
  const holding = rows.map((_, row) => patterns.filter(({ counts }) => counts[row]! > 0));
  const failed = new Map<string, number>();
  const visit = (rest: readonly number[], left: readonly number[], cost: number): number | 'none' | undefined => {
    const open = rest.flatMap((count, row) => (count > 0 ? [row] : []));
    if (cost > most || open.length === 0) return cost > most ? 'none' : cost;
    const value = open.reduce((sum, row) => sum + rest[row]! * each[row]!, 0);
    // What may be lost yet: whatever is chosen loses its own, so dearer patterns need not be tried.
    const saved = left.reduce((sum, count, supply) => sum + count * surplus[supply]!, 0);
    const lose = (most - cost) * toUnits - value + saved + slack;
    const key = `${rest.join()} ${left.join()}`;
    if (lose < 0 || (failed.get(key) ?? -1) >= most - cost) return 'none';
    if (--steps.left < 0) return undefined;
    const [row] = open.sort((a, b) => holding[a]!.length - holding[b]!.length) as [number];
    for (const { counts, price, supply, loss } of holding[row]!) {
      if (loss > lose) break;
      if (supply !== undefined && left[supply] === 0) continue;
      const after = rest.map((count, at) => Math.max(0, count - counts[at]!));
      const fewer = supply === undefined ? left : left.with(supply, left[supply]! - 1);
      const found = visit(after, fewer, cost + price);
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
