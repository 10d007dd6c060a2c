import { compareOffers } from '../catalog/catalog.ts';
import type { Query } from '../match/query.ts';
import { HOURS_PER_MONTH } from '../quantity/money.ts';
import type { MachineRequest } from '../request/request.ts';
import { type Candidates, cheapestOfEachKind, type Group, isWithin, membersOf, type Needs } from './candidates.ts';
import { minimalSets } from './conflicts.ts';
import { type Lever, type Levers, leversOf, type Setting, type Ways } from './levers.ts';

/**
 * What it would take: the smallest sets of changes with which something fits, each by the exact amount, and what one
 * gets for it. A change of a need that bounds where to look (cloud, region) is none: it belongs to another model.
 */

export interface Relaxation {
  readonly changes: readonly { readonly lever: Lever; readonly setting: Setting }[];
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

/** One candidate with one way to make it fit. */
interface Entry {
  readonly set: bigint;
  readonly ways: Ways;
  readonly offer: number;
  readonly image: number;
  readonly price: number;
}

function setOf(ways: Ways): bigint {
  let set = 0n;
  for (const lever of ways.keys()) set |= 1n << BigInt(lever);
  return set;
}

function joined(list: readonly Lever[], a: Ways, b: Ways): Ways {
  const both = new Map(a);
  for (const [lever, setting] of b) {
    both.set(lever, both.has(lever) ? list[lever]!.join(both.get(lever)!, setting) : setting);
  }
  return both;
}

/** Every smallest set of levers, with settings, that mends all the needs that a candidate misses. */
function waysFor(
  levers: Levers,
  missing: readonly number[],
  offer: number,
  image: number,
  price: number,
): readonly Ways[] {
  let ways: readonly Ways[] = [new Map()];
  for (const need of missing) {
    const mends = levers.mend(need, offer, image, price);
    if (mends.length === 0) return [];
    ways = ways.flatMap((way) => mends.map((mend) => (way.size === 0 ? mend : joined(levers.list, way, mend))));
  }
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
function admits(list: readonly Lever[], a: Ways, b: Ways): boolean {
  for (const [lever, setting] of a) if (!list[lever]!.admits(setting, b.get(lever)!)) return false;
  return true;
}

const MOST_SETS = 2_000;

/** What explaining needs of choosing. */
export interface Chooser {
  /** Whether machines of a cost stay within the budget, all together. */
  readonly affordable: (cost: bigint) => boolean;
  /** What a request gets: asked only where rules read what was changed, so that the groups do not tell. */
  readonly solve: (request: MachineRequest) => Outcome | undefined;
}

/** The machine that a request gets (the first, where several are asked for), and what all of them cost together. */
export type Outcome = Pick<Relaxation, 'offer' | 'image' | 'price' | 'cost'>;

const isFelt = ({ changes }: Pick<Relaxation, 'changes'>): boolean => changes.some(({ lever }) => lever.felt);

/**
 * A relaxation as it turns out when it is asked for; undefined where nothing comes of it, or where fewer changes would do.
 */
function turnedOut(relaxation: Relaxation, request: MachineRequest, { solve }: Chooser): Relaxation | undefined {
  const outcome = solve(relaxation.request);
  if (outcome === undefined) return undefined;
  const { changes } = relaxation;
  const suffices = (part: typeof changes): boolean =>
    solve(part.reduce((from, { lever, setting }) => lever.apply(from, setting), request)) !== undefined;
  if (changes.length > 1 && changes.some((left) => suffices(changes.filter((one) => one !== left)))) return undefined;
  return { ...relaxation, ...outcome };
}

export function relaxationsOf(candidates: Candidates, at: string | undefined, chooser: Chooser): Relaxations {
  const { affordable } = chooser;
  const { query, groups } = candidates;
  const { request, needs, space } = query;
  const levers = leversOf(query, at);
  const several = request.count > 1;
  // The budget is for all machines together: where there are several it is judged for all of them, not for each.
  const budget = several ? needs.findIndex((need) => need.id === 'budget') : -1;
  const judged = (missing: Needs): Needs => (budget === -1 ? missing : missing & ~(1n << BigInt(budget)));
  const before = (a: Entry, b: Entry): number => a.price - b.price || compareOffers(space.offers, a.offer, b.offer);

  const hopeful = groups
    .map((group) => ({ group, missing: membersOf(judged(group.missing)) }))
    .filter(({ missing }) => missing.every((need) => levers.always(need) !== undefined))
    .map((one) => ({ ...one, always: one.missing.reduce((set, need) => set | levers.always(need)!, 0n) }))
    .sort((a, b) => a.missing.length - b.missing.length);
  /** @param among candidates of the group, by index */
  const entriesOf = function* (
    { group, missing }: { group: Group; missing: readonly number[] },
    among: Iterable<number>,
  ): Generator<Entry> {
    for (const index of among) {
      const [offer, image, price] = [group.offers[index]!, group.images[index]!, group.prices[index]!];
      if (Number.isNaN(price)) continue;
      for (const ways of waysFor(levers, missing, offer, image, price))
        yield { set: setOf(ways), ways, offer, image, price };
    }
  };
  const described = (ways: Ways, taken: readonly Entry[], cost: bigint): Relaxation => {
    const changes = [...ways]
      .sort(([a], [b]) => a - b)
      .map(([lever, setting]) => ({ lever: levers.list[lever]!, setting }));
    const changed = changes.reduce((from, { lever, setting }) => lever.apply(from, setting), request);
    const [{ offer, image, price }] = taken as [Entry];
    return { changes, request: changed, offer, image, price, cost };
  };
  const order = (a: Relaxation, b: Relaxation): number =>
    Number(a.cost - b.cost < 0n ? -1 : a.cost > b.cost) ||
    a.changes.length - b.changes.length ||
    compareOffers(space.offers, a.offer, b.offer);
  const finished = (smallest: readonly Relaxation[], all: readonly Relaxation[], complete: boolean): Relaxations => {
    const settled = (one: Relaxation): Relaxation | [] =>
      isFelt(one) ? (turnedOut(one, request, chooser) ?? []) : one;
    const minimal = smallest.flatMap(settled).sort(order);
    return {
      minimal,
      front: frontOf(all.flatMap(settled)),
      complete: complete && minimal.length === smallest.length,
    };
  };
  if (several) return severalMachines();

  /** By set of levers: settings of which none admits another, each with the cheapest candidate that it admits. */
  const bySet = new Map<bigint, Entry[]>();
  let smallest: bigint[] = [];
  /** What rules feel is kept apart, since it may turn out otherwise. */
  const cheapestBySize = new Map<number, Entry>();
  const isFeltBy = (ways: Ways): boolean => {
    for (const lever of ways.keys()) if (levers.list[lever]!.felt) return true;
    return false;
  };
  for (const one of hopeful) {
    const pruned = smallest.some((set) => set !== one.always && isWithin(set, one.always));
    // Where one machine is enough, the cheapest of each kind stands for its kind. Of a set that is not minimal only the
    // cheapest candidate counts; without price rules that is the first.
    const firstIsEnough = pruned && query.compiled.program.prices.length === 0;
    for (const entry of entriesOf(
      one,
      firstIsEnough ? one.group.offers.keys() : cheapestOfEachKind(query, one.group),
    )) {
      const size = 2 * entry.ways.size + (isFeltBy(entry.ways) ? 1 : 0);
      const best = cheapestBySize.get(size);
      if (best === undefined || before(entry, best) < 0) cheapestBySize.set(size, entry);
      if (firstIsEnough) break;
      if (pruned) continue;
      if (smallest.some((set) => set !== entry.set && isWithin(set, entry.set))) continue;
      if (!bySet.has(entry.set)) {
        smallest = [...minimalSets([...smallest, entry.set])];
        bySet.set(entry.set, []);
      }
      const kept = bySet.get(entry.set)!;
      const admitted = kept.find((other) => admits(levers.list, entry.ways, other.ways));
      const same = admitted !== undefined && admits(levers.list, admitted.ways, entry.ways);
      if (admitted !== undefined && !same) continue;
      if (same && before(admitted, entry) <= 0) continue;
      bySet.set(entry.set, [...kept.filter((other) => !admits(levers.list, other.ways, entry.ways)), entry]);
    }
  }
  const alone = (entry: Entry): Relaxation => described(entry.ways, [entry], BigInt(entry.price));
  return finished(
    smallest.flatMap((set) => bySet.get(set) ?? []).map(alone),
    [...cheapestBySize.values()].map(alone),
    true,
  );

  /** Several machines: offers run out, and the budget is shared, so sets of levers are tried with their unions. */
  function severalMachines(): Relaxations {
    const all: Entry[] = [];
    const pool = new Map<bigint, Entry[]>();
    for (const one of hopeful) {
      for (const entry of entriesOf(one, one.group.offers.keys())) {
        const known = pool.get(entry.set) ?? [];
        known.push(entry);
        pool.set(entry.set, known);
        all.push(entry);
      }
    }
    const limit = (offer: number): number => space.offers.limit[offer]!;
    for (const [set, entries] of pool) {
      let room = 0;
      const counted = new Set<number>();
      const needed = entries.sort(before).filter((entry) => {
        if (room >= request.count) return false;
        // An offer with several images can be had once.
        if (!counted.has(entry.offer)) room += limit(entry.offer);
        counted.add(entry.offer);
        return true;
      });
      pool.set(set, needed);
    }
    type Taken = { readonly taken: readonly Entry[]; readonly cost: bigint; readonly ways: Ways };
    const cheapestOf = (open: readonly Entry[]): Taken | undefined => {
      const used = new Set<number>();
      const taken: Entry[] = [];
      let left = request.count;
      let cost = 0n;
      let ways: Ways = new Map();
      for (const entry of [...open].sort(before)) {
        if (left === 0) break;
        if (used.has(entry.offer)) continue;
        used.add(entry.offer);
        const count = Math.min(left, limit(entry.offer));
        left -= count;
        cost += BigInt(entry.price) * BigInt(count);
        taken.push(entry);
        ways = joined(levers.list, ways, entry.ways);
      }
      return left === 0 ? { taken, cost, ways } : undefined;
    };
    const take = (set: bigint): Taken | undefined =>
      cheapestOf([...pool].flatMap(([own, entries]) => (isWithin(own, set) ? entries : [])));
    /** The same levers, set one after another to the least with which enough machines are left. */
    const least = (set: bigint): Taken | undefined => {
      let open: readonly Entry[] = all.filter((entry) => isWithin(entry.set, set));
      for (const lever of membersOf(set)) {
        const { admits: admitsSetting } = levers.list[lever]!;
        const within = (setting: Setting): readonly Entry[] =>
          open.filter(({ ways }) => !ways.has(lever) || admitsSetting(setting, ways.get(lever)!));
        const settings = new Set(open.flatMap(({ ways }) => (ways.has(lever) ? [ways.get(lever)!] : [])));
        const choices = [...settings].map(within).sort((a, b) => a.length - b.length);
        open = choices.find((some) => isEnough(cheapestOf(some), set)) ?? open;
      }
      return cheapestOf(open);
    };
    const budgetLever = levers.list.findIndex((lever) => lever.id === 'budget');
    const budgetBit = budgetLever === -1 ? 0n : 1n << BigInt(budgetLever);
    const isEnough = (got: Taken | undefined, set: bigint): boolean =>
      got !== undefined && ((set & budgetBit) !== 0n || affordable(got.cost));
    const asked = ({ taken, cost, ways }: Taken): Relaxation =>
      described(
        affordable(cost) ? ways : new Map(ways).set(budgetLever, Number(cost * BigInt(HOURS_PER_MONTH))),
        taken,
        cost,
      );
    const found = new Map<bigint, Relaxation>();
    const queue: bigint[] = [0n, ...pool.keys()];
    const seen = new Set(queue);
    let complete = true;
    for (const set of queue) {
      const got = take(set & ~budgetBit);
      if (got !== undefined && (affordable(got.cost) || budgetBit !== 0n)) {
        const own = affordable(got.cost) ? setOf(got.ways) : setOf(got.ways) | budgetBit;
        found.set(own, asked(got));
        if (own === set) continue;
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
    const sets = minimalSets(found.keys());
    return finished(
      sets.map((set) => asked(least(set)!)),
      [...found.values()],
      complete,
    );
  }

  /** Those that cost less than every one with fewer changes. */
  function frontOf(all: readonly Relaxation[]): readonly Relaxation[] {
    const front: Relaxation[] = [];
    for (const one of [...all].sort((a, b) => a.changes.length - b.changes.length || order(a, b))) {
      if (front.every((other) => one.cost < other.cost)) front.push(one);
    }
    return front;
  }
}

/**
 * Single changes that save money where something fits already: of each lever the least change that saves anything.
 *
 * @param winner the (first) offer that was chosen, its billed price, and what all machines cost together
 */
export function savingsOf(
  candidates: Candidates,
  at: string | undefined,
  winner: { readonly offer: number; readonly price: number; readonly cost: bigint },
  chooser: Chooser,
): readonly Relaxation[] {
  const { query, groups } = candidates;
  const { request, space } = query;
  const levers = leversOf(query, at);
  const best = new Map<number, Entry>();
  for (const group of groups) {
    if (group.missing === 0n) continue;
    const missing = membersOf(group.missing);
    const always = missing.map((need) => levers.always(need));
    if (always.includes(undefined)) continue;
    const fixed = new Set(always.flatMap((set) => membersOf(set!)));
    if (fixed.size > 1) continue;
    for (const index of request.count > 1 ? group.offers.keys() : cheapestOfEachKind(query, group)) {
      const [offer, price] = [group.offers[index]!, group.prices[index]!];
      if (!(price < winner.price) || space.offers.limit[offer]! < request.count) continue;
      const image = group.images[index]!;
      for (const ways of waysFor(levers, missing, offer, image, price)) {
        const [change] = [...ways];
        if (ways.size !== 1 || change === undefined) continue;
        const [lever, setting] = change;
        const entry: Entry = { set: 1n << BigInt(lever), ways, offer, image, price };
        const known = best.get(lever);
        if (known === undefined) best.set(lever, entry);
        else {
          const before = known.ways.get(lever)!;
          const own = levers.list[lever]!;
          const [wider, narrower] = [own.admits(setting, before), own.admits(before, setting)];
          const cheaper =
            price < known.price || (price === known.price && compareOffers(space.offers, offer, known.offer) < 0);
          if (wider === narrower ? cheaper : narrower) best.set(lever, entry);
        }
      }
    }
  }
  return (
    [...best.entries()]
      .map(([lever, { ways, offer, image, price }]): Relaxation => {
        const change = { lever: levers.list[lever]!, setting: ways.get(lever)! };
        return {
          changes: [change],
          request: change.lever.apply(request, change.setting),
          offer,
          image,
          price,
          cost: BigInt(price) * BigInt(request.count),
        };
      })
      // Several machines may come to be of several types.
      .flatMap((one) => (request.count > 1 || isFelt(one) ? (turnedOut(one, request, chooser) ?? []) : one))
      .filter((one) => one.cost < winner.cost)
      .sort(
        (a, b) => Number(a.cost - b.cost < 0n ? -1 : a.cost > b.cost) || compareOffers(space.offers, a.offer, b.offer),
      )
  );
}

/** The smallest changes with which one candidate fits, by the exact amounts. */
export function waysToFit(
  query: Query,
  at: string | undefined,
  missing: readonly number[],
  { offer, image, price }: { readonly offer: number; readonly image: number; readonly price: number },
): readonly Pick<Relaxation, 'changes' | 'request'>[] {
  const levers = leversOf(query, at);
  return waysFor(levers, missing, offer, image, price).map((ways) => {
    const changes = [...ways].map(([lever, setting]) => ({ lever: levers.list[lever]!, setting }));
    return {
      changes,
      request: changes.reduce((from, { lever, setting }) => lever.apply(from, setting), query.request),
    };
  });
}
