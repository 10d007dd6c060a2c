import { compareOffers } from '../catalog/catalog.ts';
import { keepsOrder } from '../rules/program.ts';
import type { Candidates, Needs } from './candidates.ts';

/** Why nothing cheaper fits: every offer that comes before the chosen one, counted once, by all the needs it misses. */
export interface CheaperOffers {
  readonly missing: Needs;
  /** Those of them that are missed because a fact is unknown. */
  readonly unknown: Needs;
  readonly offers: number;
  /** The cheapest of them. */
  readonly example: number;
  /** Nano-dollars per hour. */
  readonly lowest: number;
}

/** @param price the billed price of each offer with its best image; `rank` what it ranks by */
export function cheaperOffers(
  { query, groups }: Candidates,
  winner: number,
  price: (offer: number) => number,
  rank: (offer: number) => number,
  image: (offer: number) => number,
): readonly CheaperOffers[] {
  const { offers } = query.space;
  const [limit, result]: [number, CheaperOffers[]] = [rank(winner), []];
  const inOrder = keepsOrder(query.derivation.program);
  for (const group of groups) {
    const { missing, unknown } = group;
    let [count, example, lowest] = [0, -1, Number.POSITIVE_INFINITY];
    for (let index = 0; index < group.offers.length; index += 1) {
      const offer = group.offers[index]!;
      const own = rank(offer);
      // Offers come in the order of their prices, unless rules change those.
      if (inOrder && own > limit) break;
      // An offer counts with its best image, as it was judged.
      if (group.images[index] !== image(offer) || own > limit) continue;
      if (own === limit && compareOffers(offers, offer, winner) >= 0) continue;
      count += 1;
      if (own < lowest) [example, lowest] = [offer, own];
    }
    if (count > 0) result.push({ missing, unknown, offers: count, example, lowest: price(example) });
  }
  return result.sort(
    (a, b) => b.offers - a.offers || a.lowest - b.lowest || compareOffers(offers, a.example, b.example),
  );
}
