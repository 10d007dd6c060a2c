import { compareOffers } from '../catalog/catalog.ts';
import { type Candidates, cheapestOfEachKind, membersOf } from './candidates.ts';
import { leversOf } from './levers.ts';
import { type Chooser, isFelt, type Relaxation, turnedOut } from './relaxations.ts';
import { changed, changesOf, type Entry, waysFor } from './ways.ts';

/**
 * Single changes that save money where something fits already: of each lever the least change that saves anything.
 *
 * @param winner the (first) offer that was chosen, its billed price, what it ranks by, and what all machines cost together
 */
export function savingsOf(
  candidates: Candidates,
  at: string | undefined,
  winner: { readonly offer: number; readonly price: number; readonly rank: number; readonly cost: bigint },
  chooser: Chooser,
): readonly Relaxation[] {
  const { query, groups } = candidates;
  const { request, space } = query;
  const levers = leversOf(query, at);
  const best = new Map<number, Entry>();
  for (const group of groups) {
    if (group.missing === 0n || !(group.cheapest < winner.price)) continue;
    const missing = membersOf(group.missing);
    const always = missing.map((need) => levers.always(need));
    if (always.includes(undefined)) continue;
    const fixed = new Set(always.flatMap((set) => membersOf(set!)));
    if (fixed.size > 1) continue;
    for (const index of request.count > 1 ? group.offers.keys() : cheapestOfEachKind(query, group)) {
      const [offer, price] = [group.offers[index]!, group.prices[index]!];
      if (!(price < winner.price) || space.offers.limit[offer]! < request.count) continue;
      const image = group.images[index]!;
      const rank = query.rank(offer, image, price);
      if (!(rank < winner.rank)) continue;
      for (const ways of waysFor(levers, missing, offer, image, price)) {
        const [change] = [...ways];
        if (ways.size !== 1 || change === undefined) continue;
        const [lever, setting] = change;
        const entry: Entry = { set: 1n << BigInt(lever), ways, offer, image, price, rank };
        const known = best.get(lever);
        if (known === undefined) best.set(lever, entry);
        else {
          const before = known.ways.get(lever)!;
          const own = levers.list[lever]!;
          const [wider, narrower] = [own.admits(setting, before), own.admits(before, setting)];
          const cheaper =
            rank < known.rank || (rank === known.rank && compareOffers(space.offers, offer, known.offer) < 0);
          if (wider === narrower ? cheaper : narrower) best.set(lever, entry);
        }
      }
    }
  }
  const alone = [...best.values()].map(({ ways, offer, image, price }): Relaxation => {
    const changes = changesOf(levers, ways);
    const cost = BigInt(price) * BigInt(request.count);
    return { changes, request: changed(request, changes), offer, image, price, cost };
  });
  // Several machines may come to be of several types.
  const settled = (one: Relaxation): Relaxation | [] =>
    request.count > 1 || isFelt(one) || query.compiled.program.prefers.length > 0
      ? (turnedOut(one, request, chooser) ?? [])
      : one;
  return alone
    .flatMap(settled)
    .filter((one) => one.cost < winner.cost)
    .sort(
      (a, b) => Number(a.cost - b.cost < 0n ? -1 : a.cost > b.cost) || compareOffers(space.offers, a.offer, b.offer),
    );
}
