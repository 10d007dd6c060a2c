import { compareOffers } from '../catalog/catalog.ts';
import { keepsOrder } from '../rules/program.ts';
import { clearRows } from './join-masks.ts';
import { masksOf } from './mask.ts';
import { isFit, type Query, type Verdicts } from './query.ts';

/**
 * The plain scan: every offer is judged, one after the other. It is the reference that faster ways of matching are
 * held against.
 */

/** Every offer's verdict, by row of `offers`. */
export type Sweep = Verdicts;

/** Judges all offers. */
export function sweep(query: Query): Sweep {
  const { space, words } = query;
  const { size } = space.offers;
  const price = new Float64Array(size);
  const isBilled = query.derivation.program.prefers.length === 0;
  const { missing, unknown } = masksOf(size, words);
  const rank = isBilled ? price : new Float64Array(size);
  const result: Sweep = { missing, unknown, image: new Int32Array(size), price, rank };
  query.judgeAll(result);
  return result;
}

/** The fitting offer that ranks first, or -1. Offers are in price order, so where no rule changes that it is the first. */
export function cheapest(query: Query): number {
  const { size } = query.space.offers;
  const inOrder = keepsOrder(query.derivation.program);
  let best = -1;
  let lowest = Number.POSITIVE_INFINITY;
  for (let offer = 0; offer < size; offer += 1) {
    if (!query.isPossible(offer)) continue;
    const verdict = query.judge(offer);
    if (!isFit(query, verdict) || verdict.rank > lowest) continue;
    if (inOrder) return offer;
    if (verdict.rank === lowest && compareOffers(query.space.offers, best, offer) < 0) continue;
    best = offer;
    lowest = verdict.rank;
  }
  return best;
}

/** How many offers fit. */
export function count(query: Query): number {
  let fitting = 0;
  for (let offer = 0; offer < query.space.offers.size; offer += 1) if (isFit(query, query.judge(offer))) fitting += 1;
  return fitting;
}

/** Offers of a sweep that miss none of `needs`, cheapest first; ties in the catalog's total order. */
export function ranked(query: Query, swept: Sweep, needs: Uint32Array): readonly number[] {
  const { offers } = query.space;
  const rows = clearRows(swept.missing, query.words, offers.size, needs);
  if (keepsOrder(query.derivation.program)) return rows;
  return [...rows].sort((a, b) => swept.rank[a]! - swept.rank[b]! || compareOffers(offers, a, b));
}

/** The `k` cheapest fitting offers, cheapest first. */
export function top(query: Query, k: number): readonly number[] {
  return ranked(query, sweep(query), query.musts).slice(0, k);
}
