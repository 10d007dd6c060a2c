import { compareOffers } from '../catalog/catalog.ts';
import { HOURS_PER_MONTH } from '../quantity/money.ts';
import type { MachineRequest } from '../request/request.ts';
import { keepsOrder } from '../rules/program.ts';
import { type Candidates, cheapestOfEachKind, type Group, isWithin, membersOf, type Needs } from './candidates.ts';
import { minimalSets } from './conflicts.ts';
import type { Change, Ways } from './lever.ts';
import { leversOf } from './levers.ts';
import { type Taken, takingSeveral } from './several.ts';
import { admits, changed, changesOf, type Entry, setOf, waysFor } from './ways.ts';

/**
 * What it would take: the smallest sets of changes with which something fits, each by the exact amount, and what one
 * gets for it. A change of a need that bounds where to look (cloud, region) is none: it belongs to another model.
 */

export interface Relaxation {
  readonly changes: readonly Change[];
  /** The request with the changes made. */
  readonly request: MachineRequest;
  /** The machine that it gets (the first, where several are asked for), and what all of them cost together. */
  readonly offer: number;
  readonly image: number;
  readonly price: number;
  /** Nano-dollars per hour. */
  readonly cost: bigint;
}

export interface Relaxations {
  /** Minimal in their changes and amounts, cheapest first. */
  readonly minimal: readonly Relaxation[];
  /** The cheapest with at most so many changes, where more changes cost less. */
  readonly front: readonly Relaxation[];
  /** Whether all were found. */
  readonly complete: boolean;
}

/** What explaining needs of choosing. */
export interface Chooser {
  /** Whether machines of a cost stay within the budget, all together. */
  readonly affordable: (cost: bigint) => boolean;
  /** What a request gets: asked only where rules read what was changed, so that the groups do not tell. */
  readonly solve: (request: MachineRequest) => Outcome | undefined;
}

/** The machine that a request gets (the first, where several are asked for), and what all of them cost together. */
export interface Outcome extends Pick<Relaxation, 'offer' | 'image' | 'price' | 'cost'> {
  /** The highest price of any of them. */
  readonly dearest: number;
}

/** Whether more may come of a relaxation than that needs are met. */
export const isFelt = ({ changes }: Pick<Relaxation, 'changes'>): boolean => changes.some(({ lever }) => lever.felt);

/** Changes of how much may be paid, lowered to what an outcome takes, or to `less` below that; none: undefined. */
function allowing(changes: readonly Change[], { dearest, cost }: Outcome, less: number): readonly Change[] | undefined {
  const enough = new Map([
    ['max-price', dearest],
    ['budget', Number(cost) * HOURS_PER_MONTH],
  ]);
  const isPrice = ({ lever, setting }: Change): boolean =>
    typeof setting === 'number' && Number.isSafeInteger(enough.get(lever.id));
  if (!changes.some(isPrice)) return undefined;
  return changes.map((one) =>
    isPrice(one) ? { ...one, setting: Math.min(Number(one.setting), enough.get(one.lever.id)! - less) } : one,
  );
}

/** A relaxation with an outcome and no more to be paid than is enough: rules may bill otherwise what was changed. */
function payingLeast(relaxation: Relaxation, request: MachineRequest, first: Outcome, { solve }: Chooser): Relaxation {
  // Each turn finds machines that cost less than those before, or ends.
  for (let outcome = first; ; ) {
    const { offer, image, price, cost } = outcome;
    const enough = allowing(relaxation.changes, outcome, 0);
    if (enough === undefined) return { ...relaxation, offer, image, price, cost };
    const cheaper = solve(changed(request, allowing(relaxation.changes, outcome, 1)!));
    if (cheaper === undefined) return { changes: enough, request: changed(request, enough), offer, image, price, cost };
    outcome = cheaper;
  }
}

/**
 * A relaxation as it turns out when it is asked for; undefined where nothing comes of it, or where fewer changes would do.
 */
export function turnedOut(relaxation: Relaxation, request: MachineRequest, chooser: Chooser): Relaxation | undefined {
  const { solve } = chooser;
  const outcome = solve(relaxation.request);
  if (outcome === undefined) return undefined;
  const { changes } = relaxation;
  const suffices = (part: readonly Change[]): boolean => solve(changed(request, part)) !== undefined;
  if (changes.length > 1 && changes.some((left) => suffices(changes.filter((one) => one !== left)))) return undefined;
  return payingLeast(relaxation, request, outcome, chooser);
}

/** What it would take, where nothing fits. */
export function relaxationsOf(candidates: Candidates, at: string | undefined, chooser: Chooser): Relaxations {
  const { query, groups } = candidates;
  const { request, needs, space } = query;
  const levers = leversOf(query, at);
  const several = request.count > 1;
  // The budget is for all machines together: where there are several it is judged for all of them, not for each.
  const budget = several ? needs.findIndex((need) => need.id === 'budget') : -1;
  const judged = (missing: Needs): Needs => (budget === -1 ? missing : missing & ~(1n << BigInt(budget)));
  const before = (a: Entry, b: Entry): number => a.rank - b.rank || compareOffers(space.offers, a.offer, b.offer);

  const hopeful = groups
    .map((group) => ({ group, missing: membersOf(judged(group.missing)) }))
    .filter(({ missing }) => missing.every((need) => levers.always(need) !== undefined))
    .map((one) => ({ ...one, always: one.missing.reduce((set, need) => set | levers.always(need)!, 0n) }))
    .sort((a, b) => a.missing.length - b.missing.length);
  /** @param index of a candidate of the group */
  const entriesAt = (
    { group, missing }: { readonly group: Group; readonly missing: readonly number[] },
    index: number,
  ): readonly Entry[] => {
    const offer = group.offers[index]!;
    const image = group.images[index]!;
    const price = group.prices[index]!;
    if (Number.isNaN(price)) return [];
    return waysFor(levers, missing, offer, image, price).map((ways) => ({
      set: setOf(ways),
      ways,
      offer,
      image,
      price,
      rank: query.rank(offer, image, price),
    }));
  };
  const described = (ways: Ways, taken: readonly Entry[], cost: bigint): Relaxation => {
    const changes = changesOf(levers, ways);
    const [{ offer, image, price }] = taken as [Entry];
    return { changes, request: changed(request, changes), offer, image, price, cost };
  };
  const order = (a: Relaxation, b: Relaxation): number =>
    Number(a.cost - b.cost < 0n ? -1 : a.cost > b.cost) ||
    a.changes.length - b.changes.length ||
    compareOffers(space.offers, a.offer, b.offer);
  const finished = (smallest: readonly Relaxation[], all: readonly Relaxation[], complete: boolean): Relaxations => {
    // What ranks first may cost more than what fits already.
    const { prefers } = query.compiled.program;
    const settled = (one: Relaxation): Relaxation | [] =>
      isFelt(one) || prefers.length > 0 ? (turnedOut(one, request, chooser) ?? []) : one;
    const minimal = smallest.flatMap(settled).sort(order);
    return {
      minimal,
      front: frontOf(all.flatMap(settled)),
      complete: complete && minimal.length === smallest.length,
    };
  };
  if (several) {
    const entries = hopeful.flatMap((one) => [...one.group.offers.keys()].flatMap((index) => entriesAt(one, index)));
    const limit = (offer: number): number => space.offers.limit[offer]!;
    const { affordable } = chooser;
    const { least, cheapest, complete } = takingSeveral(entries, {
      count: request.count,
      levers,
      limit,
      before,
      affordable,
    });
    const all = (some: readonly Taken[]): readonly Relaxation[] =>
      some.map((taken) => described(taken.ways, taken.entries, taken.cost));
    return finished(all(least), all(cheapest), complete);
  }

  /** By set of levers: settings of which none admits another, each with the cheapest candidate that it admits. */
  const bySet = new Map<bigint, Entry[]>();
  let smallest: bigint[] = [];
  /** What rules feel is kept apart, since it may turn out otherwise. */
  const cheapestBySize = new Map<number, Entry>();
  const isFeltBy = (ways: Ways): boolean => {
    for (const lever of ways.keys()) if (levers.list[lever]!.felt) return true;
    return false;
  };
  const take = (entry: Entry, pruned: boolean): void => {
    const size = 2 * entry.ways.size + (isFeltBy(entry.ways) ? 1 : 0);
    const best = cheapestBySize.get(size);
    if (best === undefined || before(entry, best) < 0) cheapestBySize.set(size, entry);
    if (pruned || smallest.some((set) => set !== entry.set && isWithin(set, entry.set))) return;
    if (!bySet.has(entry.set)) {
      smallest = [...minimalSets([...smallest, entry.set])];
      bySet.set(entry.set, []);
    }
    const kept = bySet.get(entry.set)!;
    const admitted = kept.find((other) => admits(levers.list, entry.ways, other.ways));
    const same = admitted !== undefined && admits(levers.list, admitted.ways, entry.ways);
    if (admitted !== undefined && !same) return;
    if (same && before(admitted, entry) <= 0) return;
    bySet.set(entry.set, [...kept.filter((other) => !admits(levers.list, other.ways, entry.ways)), entry]);
  };
  for (const one of hopeful) {
    const pruned = smallest.some((set) => set !== one.always && isWithin(set, one.always));
    // Where one machine is enough, the cheapest of each kind stands for its kind. Of a set that is not minimal only the
    // cheapest candidate counts; where no rule changes the order that is the first.
    const firstIsEnough = pruned && keepsOrder(query.compiled.program);
    for (const index of firstIsEnough ? one.group.offers.keys() : cheapestOfEachKind(query, one.group)) {
      const entries = entriesAt(one, index);
      for (const entry of firstIsEnough ? entries.slice(0, 1) : entries) take(entry, pruned);
      if (firstIsEnough && entries.length > 0) break;
    }
  }
  const alone = (entry: Entry): Relaxation => described(entry.ways, [entry], BigInt(entry.price));
  return finished(
    smallest.flatMap((set) => bySet.get(set) ?? []).map(alone),
    [...cheapestBySize.values()].map(alone),
    true,
  );

  /** Those that cost less than every one with fewer changes. */
  function frontOf(all: readonly Relaxation[]): readonly Relaxation[] {
    const front: Relaxation[] = [];
    for (const one of [...all].sort((a, b) => a.changes.length - b.changes.length || order(a, b))) {
      if (front.every((other) => one.cost < other.cost)) front.push(one);
    }
    return front;
  }
}
