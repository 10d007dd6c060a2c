import type { Query } from '../match/query.ts';
import type { MachineRequest } from '../request/request.ts';
import { minimalSets } from './conflicts.ts';
import type { Change, Lever, Ways } from './lever.ts';
import { type Levers, leversOf } from './levers.ts';

/** Ways to let one candidate fit: sets of levers, as bits, with their settings. */

/** One candidate with one way to make it fit. */
export interface Entry {
  readonly set: bigint;
  readonly ways: Ways;
  readonly offer: number;
  readonly image: number;
  /** Nano-dollars per hour as billed. */
  readonly price: number;
  /** What it ranks by among others: its price, unless rules prefer some to others. */
  readonly rank: number;
}

export function setOf(ways: Ways): bigint {
  let set = 0n;
  for (const lever of ways.keys()) set |= 1n << BigInt(lever);
  return set;
}

export function joined(list: readonly Lever[], a: Ways, b: Ways): Ways {
  const both = new Map(a);
  for (const [lever, setting] of b) {
    both.set(lever, both.has(lever) ? list[lever]!.join(both.get(lever)!, setting) : setting);
  }
  return both;
}

/** Every smallest set of levers, with settings, that mends all the needs that a candidate misses. */
export function waysFor(
  levers: Levers,
  missing: readonly number[],
  offer: number,
  image: number,
  price: number,
): readonly Ways[] {
  let ways: readonly Ways[] | undefined;
  for (const need of missing) {
    const mends = levers.mend(need, offer, image, price);
    if (mends.length === 0) return [];
    ways = ways?.flatMap((way) => mends.map((mend) => joined(levers.list, way, mend))) ?? mends;
  }
  if (ways === undefined) return [new Map()];
  if (ways.length < 2) return ways;
  const { list } = levers;
  const sets = ways.map(setOf);
  return minimalSets(sets).flatMap((set) => {
    const same = ways.filter((_, index) => sets[index] === set);
    if (same.length === 1) return same;
    // Of the same levers the least settings: those that admit what no other does not.
    return same.filter((way, index) =>
      same.every((other, before) => !admits(list, way, other) || (admits(list, other, way) && before >= index)),
    );
  });
}

/** Whether a request with settings `a` admits all that one with settings `b` does; the levers are the same. */
export function admits(list: readonly Lever[], a: Ways, b: Ways): boolean {
  for (const [lever, setting] of a) if (!list[lever]!.admits(setting, b.get(lever)!)) return false;
  return true;
}

/** The changes of a way, in the order of the levers. */
export function changesOf(levers: Levers, ways: Ways): readonly Change[] {
  return [...ways].sort(([a], [b]) => a - b).map(([lever, setting]) => ({ lever: levers.list[lever]!, setting }));
}

/** A request with changes made. */
export function changed(request: MachineRequest, changes: readonly Change[]): MachineRequest {
  return changes.reduce((from, { lever, setting }) => lever.apply(from, setting), request);
}

/** The smallest changes with which one candidate fits, by the exact amounts. */
export function waysToFit(
  query: Query,
  at: string | undefined,
  missing: readonly number[],
  { offer, image, price }: { readonly offer: number; readonly image: number; readonly price: number },
): readonly { readonly changes: readonly Change[]; readonly request: MachineRequest }[] {
  const levers = leversOf(query, at);
  return waysFor(levers, missing, offer, image, price).map((ways) => {
    const changes = changesOf(levers, ways);
    return { changes, request: changed(query.request, changes) };
  });
}
