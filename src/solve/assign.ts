/**
 * Demands met from offers that are limited in number, at least cost: a transportation problem, solved by successive
 * cheapest augmenting paths, which is exact in integers.
 */

export interface AssignModel {
  /** How many of each demand are to be met. */
  readonly demands: readonly number[];
  /** How often each offer can be taken; Infinity where nothing limits it. */
  readonly limits: readonly number[];
  /** What serves each demand: offers with their costs (non-negative integers), the cheapest first. */
  readonly choices: readonly (readonly { readonly offer: number; readonly cost: number }[])[];
}

export interface Assignment {
  /** How many of each demand each offer serves, in the order of demands and of their choices. */
  readonly taken: readonly (readonly { readonly offer: number; readonly count: number }[])[];
  readonly cost: bigint;
}

/** The cheapest assignment, always the same of several that cost the same; undefined where the offers are too few. */
export function assign({ demands, limits, choices }: AssignModel): Assignment | undefined {
  const taken = demands.map(() => new Map<number, number>());
  const used = new Map<number, number>();
  const free = (offer: number): number => limits[offer]! - (used.get(offer) ?? 0);
  for (const [demand, wanted] of demands.entries()) {
    for (let left = wanted; left > 0; ) {
      const path = cheapestPath(demand, demands.length, choices, taken, free);
      if (path === undefined) return undefined;
      const count = Math.min(
        left,
        ...path.hops.map(({ from, gives }) => (gives === undefined ? Infinity : taken[from]!.get(gives)!)),
        free(path.last),
      );
      for (const { from, gives, takes } of path.hops) {
        if (gives !== undefined) taken[from]!.set(gives, taken[from]!.get(gives)! - count);
        taken[from]!.set(takes, (taken[from]!.get(takes) ?? 0) + count);
      }
      used.set(path.last, (used.get(path.last) ?? 0) + count);
      left -= count;
    }
  }
  let cost = 0n;
  const rows = choices.map((options, demand) =>
    options.flatMap(({ offer, cost: each }) => {
      const count = taken[demand]!.get(offer) ?? 0;
      cost += BigInt(each) * BigInt(count);
      return count === 0 ? [] : [{ offer, count }];
    }),
  );
  return { taken: rows, cost };
}

/** One demand takes an offer, and gives one that it had, which the demand before it in the path takes. */
interface Hop {
  readonly from: number;
  readonly gives: number | undefined;
  readonly takes: number;
}

/** How one more of a demand is met at least cost, perhaps by moving others; `last` is the offer of which one more is taken. */
function cheapestPath(
  start: number,
  size: number,
  choices: AssignModel['choices'],
  taken: readonly ReadonlyMap<number, number>[],
  free: (offer: number) => number,
): { readonly hops: readonly Hop[]; readonly last: number } | undefined {
  // Bellman and Ford over demands: moving others may save money, so edges have negative costs, and no cycle has.
  const reached: ({ cost: bigint; hop: Hop | undefined; before: number } | undefined)[] = new Array(size).fill(
    undefined,
  );
  reached[start] = { cost: 0n, hop: undefined, before: -1 };
  const costOf = new Map(
    choices.map((options, demand) => [demand, new Map(options.map(({ offer, cost }) => [offer, BigInt(cost)]))]),
  );
  /** Demands that hold some of an offer. */
  const holders = (offer: number): readonly number[] =>
    taken.flatMap((held, demand) => ((held.get(offer) ?? 0) > 0 ? [demand] : []));
  for (let changed = true; changed; ) {
    changed = false;
    for (let demand = 0; demand < size; demand += 1) {
      const here = reached[demand];
      if (here === undefined) continue;
      for (const { offer, cost } of choices[demand]!) {
        if (free(offer) > 0) continue;
        for (const other of holders(offer)) {
          if (other === demand) continue;
          const total = here.cost + BigInt(cost) - costOf.get(other)!.get(offer)!;
          const known = reached[other];
          if (known !== undefined && known.cost <= total) continue;
          reached[other] = { cost: total, hop: { from: demand, gives: undefined, takes: offer }, before: demand };
          changed = true;
        }
      }
    }
  }
  let best: { cost: bigint; demand: number; offer: number } | undefined;
  for (let demand = 0; demand < size; demand += 1) {
    const here = reached[demand];
    if (here === undefined) continue;
    const next = choices[demand]!.find(({ offer }) => free(offer) > 0);
    if (next === undefined) continue;
    const total = here.cost + BigInt(next.cost);
    if (best === undefined || total < best.cost) best = { cost: total, demand, offer: next.offer };
  }
  if (best === undefined) return undefined;
  // From the end: each demand on the way takes one offer and gives the one that the demand before it takes.
  const hops: Hop[] = [];
  let takes = best.offer;
  for (let demand = best.demand; ; ) {
    const { hop, before } = reached[demand]!;
    hops.push({ from: demand, gives: hop?.takes, takes });
    if (hop === undefined) break;
    takes = hop.takes;
    demand = before;
  }
  return { hops, last: best.offer };
}
