import { HOURS_PER_MONTH } from '../quantity/money.ts';
import { isWithin, membersOf } from './candidates.ts';
import { minimalSets } from './conflicts.ts';
import type { Setting, Ways } from './lever.ts';
import type { Levers } from './levers.ts';
import { type Entry, joined, setOf } from './ways.ts';

/** What it would take for several machines: offers run out, and the budget is shared, so sets of levers are united. */

/** Machines that are taken, cheapest first, with the changes that let all of them in. */
export interface Taken {
  readonly ways: Ways;
  readonly entries: readonly Entry[];
  /** Nano-dollars per hour of all together. */
  readonly cost: bigint;
}

export interface SeveralMachines {
  /** How many are asked for. */
  readonly count: number;
  readonly levers: Levers;
  /** How many of an offer can be had. */
  readonly limit: (offer: number) => number;
  readonly before: (a: Entry, b: Entry) => number;
  readonly affordable: (cost: bigint) => boolean;
}

const MOST_SETS = 2_000;

/**
 * The smallest sets of changes with which enough machines can be had, each set to the least that does it; and what each
 * set that was tried gets at the lowest price. Entries are judged without the budget.
 */
export function takingSeveral(
  all: readonly Entry[],
  { count, levers, limit, before, affordable }: SeveralMachines,
): { readonly least: readonly Taken[]; readonly cheapest: readonly Taken[]; readonly complete: boolean } {
  const bySet = new Map<bigint, Entry[]>();
  for (const entry of all) {
    const known = bySet.get(entry.set);
    if (known === undefined) bySet.set(entry.set, [entry]);
    else known.push(entry);
  }
  // Of each set no more than there may be need of.
  const pool = new Map<bigint, readonly Entry[]>();
  for (const [set, entries] of bySet) {
    let room = 0;
    const counted = new Set<number>();
    const needed = entries.sort(before).filter((entry) => {
      if (room >= count) return false;
      // An offer with several images can be had once.
      if (!counted.has(entry.offer)) room += limit(entry.offer);
      counted.add(entry.offer);
      return true;
    });
    pool.set(set, needed);
  }

  const cheapestOf = (open: readonly Entry[]): Taken | undefined => {
    const used = new Set<number>();
    const entries: Entry[] = [];
    let left = count;
    let cost = 0n;
    let ways: Ways = new Map();
    for (const entry of [...open].sort(before)) {
      if (left === 0) break;
      if (used.has(entry.offer)) continue;
      used.add(entry.offer);
      const taken = Math.min(left, limit(entry.offer));
      left -= taken;
      cost += BigInt(entry.price) * BigInt(taken);
      entries.push(entry);
      ways = joined(levers.list, ways, entry.ways);
    }
    return left === 0 ? { entries, cost, ways } : undefined;
  };
  const budget = levers.list.findIndex((lever) => lever.id === 'budget');
  const budgetBit = budget === -1 ? 0n : 1n << BigInt(budget);
  /** With as much budget as it takes. */
  const paid = (taken: Taken): Taken =>
    affordable(taken.cost)
      ? taken
      : { ...taken, ways: new Map(taken.ways).set(budget, Number(taken.cost * BigInt(HOURS_PER_MONTH))) };
  const isEnough = (taken: Taken | undefined, set: bigint): boolean =>
    taken !== undefined && ((set & budgetBit) !== 0n || affordable(taken.cost));

  /** The levers of a set, set one after another to the least with which enough machines are left. */
  const leastOf = (set: bigint): Taken | undefined => {
    let open: readonly Entry[] = all.filter((entry) => isWithin(entry.set, set));
    for (const lever of membersOf(set)) {
      const { admits } = levers.list[lever]!;
      const within = (setting: Setting): readonly Entry[] =>
        open.filter(({ ways }) => !ways.has(lever) || admits(setting, ways.get(lever)!));
      const settings = new Set(open.flatMap(({ ways }) => (ways.has(lever) ? [ways.get(lever)!] : [])));
      const choices = [...settings].map(within).sort((a, b) => a.length - b.length);
      open = choices.find((some) => isEnough(cheapestOf(some), set)) ?? open;
    }
    return cheapestOf(open);
  };

  const found = new Map<bigint, Taken>();
  const queue: bigint[] = [0n, ...pool.keys()];
  const seen = new Set(queue);
  let complete = true;
  for (const set of queue) {
    const taken = cheapestOf([...pool].flatMap(([own, entries]) => (isWithin(own, set) ? entries : [])));
    if (taken !== undefined && (affordable(taken.cost) || budgetBit !== 0n)) {
      const own = paid(taken);
      found.set(setOf(own.ways), own);
      if (setOf(own.ways) === set) continue;
    }
    for (const own of pool.keys()) {
      const union = set | own;
      if (seen.has(union)) continue;
      if (seen.size >= MOST_SETS) complete = false;
      else {
        seen.add(union);
        queue.push(union);
      }
    }
  }
  return {
    least: minimalSets(found.keys()).map((set) => paid(leastOf(set)!)),
    cheapest: [...found.values()],
    complete,
  };
}
