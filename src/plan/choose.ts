import type { Offers } from '../catalog/catalog.ts';
import { type CoverSolution, solveCover } from '../solve/cover.ts';

/** How machines are chosen among the offers that fit, listed cheapest first. */

export type Engine = 'scan' | 'lp';

export interface Choice {
  /** Offer rows, cheapest first, each with how many machines of it are taken. */
  readonly taken: readonly { readonly row: number; readonly count: number }[];
  /** Nano-dollars per hour as billed. */
  readonly cost: bigint;
  /** What it ranks by: the cost itself where no rule prefers some offers to others. */
  readonly rank: bigint;
  /** A lower bound on what any choice ranks by. */
  readonly bound: bigint;
}

/**
 * The cheapest `demand` machines, or undefined when the fitting offers are limited to fewer.
 *
 * @param rows fitting offers, those that rank first first, ties in the catalog's order
 * @param price the billed price of each row, nano-dollars per hour
 * @param rank what each row ranks by
 */
export function choose(
  engine: Engine,
  rows: readonly number[],
  price: (row: number) => number,
  rank: (row: number) => number,
  offers: Offers,
  demand: number,
): Choice | undefined {
  if (engine === 'lp') {
    const solution: CoverSolution = solveCover({
      costs: rows.map(rank),
      limits: rows.map((row) => offers.limit[row]!),
      demand,
    });
    if (solution.status === 'infeasible') return undefined;
    const taken = rows.map((row, index) => ({ row, count: solution.counts[index]! })).filter(({ count }) => count > 0);
    const cost = taken.reduce((sum, { row, count }) => sum + BigInt(price(row)) * BigInt(count), 0n);
    return { taken, cost, rank: solution.cost, bound: solution.bound };
  }
  // Machines of one request do not depend on one another: taking the cheapest until its limit is optimal.
  const taken: { row: number; count: number }[] = [];
  let open = demand;
  let cost = 0n;
  let ranked = 0n;
  for (const row of rows) {
    if (open === 0) break;
    const count = Math.min(open, offers.limit[row]!);
    taken.push({ row, count });
    cost += BigInt(price(row)) * BigInt(count);
    ranked += BigInt(rank(row)) * BigInt(count);
    open -= count;
  }
  return open === 0 ? { taken, cost, rank: ranked, bound: ranked } : undefined;
}
