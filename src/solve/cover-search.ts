import { PARTS } from './bound.ts';
import { merged } from './greedy.ts';
import type { PackingModel, Pattern, Use } from './packing.ts';

/**
 * Searches for a packing that costs less than the best one known, in exact integers. Multipliers split what a packing
 * costs into their bound, what each pattern costs beyond what it is worth (its reduced cost), and the worth of what is
 * placed beyond demand; so whoever may cost no more than so much can afford few patterns, and a branch ends when it
 * has spent what may be spent. What is left to be placed is all that matters to what follows: a rest that could not be
 * placed once is not tried with less to spend.
 */

export interface CoverSearch {
  /** Whether all there is was looked at. */
  readonly complete: boolean;
  /** The cheapest packing found that costs no more than `most`. */
  readonly uses: readonly Use[] | undefined;
}

export interface CoverQuestion {
  /** By row, in thousandths; see `boundOf`. */
  readonly multipliers: readonly bigint[];
  /** By supply, in thousandths; see `boundOf`. */
  readonly surplus: readonly bigint[];
  /** All patterns that a packing of this cost may be made of. */
  readonly patterns: readonly Pattern[];
  /** What the packing may cost. */
  readonly most: bigint;
  /** How many rests are looked at, at the most. */
  readonly nodes: number;
}

/** Beyond this, sums of thousandths are no longer exact. */
const EXACT = 2 ** 52;

/** Bins that a packing may need for the search to be tried. */
const MOST_BINS = 500;

export function searchCover(model: PackingModel, question: CoverQuestion): CoverSearch {
  const { multipliers, surplus, patterns, most, nodes } = question;
  const { rows, supplies } = model;
  let best: readonly Pattern[] | undefined;
  let looked = 0;
  const base =
    rows.reduce((sum, { demand }, row) => sum + multipliers[row]! * BigInt(demand), 0n) -
    supplies.reduce((sum, limit, supply) => sum + surplus[supply]! * BigInt(limit), 0n);
  const exact = patterns.map(({ bin, counts }) => {
    const { price, supply } = model.bins[bin]!;
    const worth = counts.reduce((sum, count, row) => sum + multipliers[row]! * BigInt(count), 0n);
    return BigInt(price) * PARTS + (supply === undefined ? 0n : surplus[supply]!) - worth;
  });
  // A reduced cost below nothing would be a slip of whoever made the multipliers: then nothing can be proved.
  if (exact.some((cost) => cost < 0n)) return { complete: false, uses: undefined };
  const worths = multipliers.map(Number);
  // The dearest patterns first in vain: cheap ones lead to packings sooner.
  const order = patterns
    .map((_, index) => index)
    .filter((index) => exact[index]! <= BigInt(EXACT))
    .sort((a, b) => Number(exact[a]! - exact[b]!) || a - b);
  const costs = order.map((index) => Number(exact[index]!));
  const counts = order.map((index) => patterns[index]!.counts);
  const supplyOf = order.map((index) => model.bins[patterns[index]!.bin]!.supply);
  const holding = rows.map((_, row) => order.flatMap((_index, at) => (counts[at]![row]! > 0 ? [at] : [])));

  /** @param afford what may be spent beyond the bound, in thousandths */
  const begin = (demand: readonly number[], afford: number): void => {
    /** By rest: what does not suffice for it. */
    const failed = new Map<string, number>();
    const chosen: number[] = [];
    let limit = afford;
    const visit = (rest: readonly number[], left: readonly number[], spent: number): void => {
      looked += 1;
      // A rest that needs so many bins is beyond this search.
      if (chosen.length > MOST_BINS) looked = nodes + 1;
      if (looked > nodes) return;
      let narrow = -1;
      for (const [row, count] of rest.entries())
        if (count > 0 && (narrow === -1 || holding[row]!.length < holding[narrow]!.length)) narrow = row;
      if (narrow === -1) {
        // What a supply has left over saves nothing.
        const whole = left.reduce((sum, count, supply) => sum + count * Number(surplus[supply]!), spent);
        if (whole > limit) return;
        best = chosen.map((at) => patterns[order[at]!]!);
        // The next one has to be cheaper, by a whole unit at the least.
        limit = whole - Number(PARTS);
        return;
      }
      const key = supplies.length === 0 ? rest.join() : `${rest.join()}|${left.join()}`;
      const before = failed.get(key);
      if (before !== undefined && before >= limit - spent) return;
      for (const at of holding[narrow]!) {
        if (spent + costs[at]! > limit) break;
        const supply = supplyOf[at];
        if (supply !== undefined && left[supply] === 0) continue;
        let now = spent + costs[at]!;
        const next = rest.map((count, row) => {
          const over = counts[at]![row]! - count;
          if (over > 0) now += over * worths[row]!;
          return over >= 0 ? 0 : -over;
        });
        if (now > limit) continue;
        chosen.push(at);
        visit(next, supply === undefined ? left : left.map((count, one) => count - (one === supply ? 1 : 0)), now);
        chosen.pop();
        if (looked > nodes) return;
      }
      failed.set(key, limit - spent);
    };
    visit(demand, supplies, 0);
  };

  // Each way to place the last ones evenly is a question of its own.
  let demands: readonly (readonly number[])[] = [rows.map((row) => row.demand)];
  for (const { rows: lot, extra } of model.evenly)
    demands = demands.flatMap((demand) =>
      choices(lot, extra).map((more) => demand.map((count, row) => count + (more.includes(row) ? 1 : 0))),
    );
  if (demands.length > 1_000) return { complete: false, uses: undefined };
  let cheapest = most;
  for (const demand of demands) {
    const own = demand.reduce((sum, count, row) => sum + multipliers[row]! * BigInt(count - rows[row]!.demand), base);
    const afford = cheapest * PARTS - own;
    if (afford < 0n) continue;
    if (afford > BigInt(EXACT)) return { complete: false, uses: undefined };
    const before = best;
    begin(demand, Number(afford));
    if (looked > nodes) break;
    if (best !== before && best !== undefined)
      cheapest = best.reduce((sum, { bin }) => sum + BigInt(model.bins[bin]!.price), 0n) - 1n;
  }
  return {
    complete: looked <= nodes,
    uses: best === undefined ? undefined : merged(best.map((pattern) => ({ pattern, times: 1 }))),
  };
}

/** All ways to choose so many. */
function choices(from: readonly number[], count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  return from.flatMap((first, at) => choices(from.slice(at + 1), count - 1).map((rest) => [first, ...rest]));
}
