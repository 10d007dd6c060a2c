import { type Candidates, candidatesOf, type Needs } from '../explain/candidates.ts';
import { conflictsOf } from '../explain/conflicts.ts';
import { type Chooser, relaxationsOf } from '../explain/relaxations.ts';
import { savingsOf } from '../explain/savings.ts';
import type { Query } from '../match/query.ts';
import { ranked, type Sweep } from '../match/scan.ts';
import { parseMoney } from '../quantity/money.ts';
import { chooserFor } from './answer.ts';
import type { Answer } from './schema.ts';

/** The offer of each group of candidates that explanations take: the cheapest, and as many as machines are asked for. */
function* examplesOf({ query, groups }: Candidates): Generator<number> {
  const { limit } = query.space.offers;
  for (const { offers, prices, example } of groups) {
    if (example !== -1) yield example;
    if (query.request.count === 1) {
      let best = 0;
      for (let index = 1; index < offers.length; index += 1) if (prices[index]! < prices[best]!) best = index;
      yield offers[best]!;
      continue;
    }
    const order = offers.map((_, index) => index).sort((a, b) => prices[a]! - prices[b]! || offers[a]! - offers[b]!);
    // An offer is listed once for each image, and has its machines once.
    const taken = new Set<number>();
    let room = 0;
    for (const index of order) {
      const offer = offers[index]!;
      if (room >= query.request.count) break;
      if (taken.has(offer)) continue;
      taken.add(offer);
      room += limit[offer]!;
      yield offer;
    }
  }
}

/** The offers that come closest to a need of a conflict while they meet its others. */
function* closestOf(candidates: Candidates, told: number): Generator<number> {
  const { query, groups } = candidates;
  for (const { needs } of conflictsOf(candidates).conflicts.slice(0, told)) {
    for (const { need, closest } of needs) {
      const { measure } = query.needs[need]!;
      if (closest === undefined || measure === undefined) continue;
      const others = needs.reduce((set: Needs, one) => (one.need === need ? set : set | (1n << BigInt(one.need))), 0n);
      for (const { missing, offers, prices } of groups) {
        if ((missing & others) !== 0n) continue;
        const isClosest = (offer: number, index: number): boolean =>
          measure.has(query.space.offers.type[offer]!, prices[index]!) === closest;
        const offer = offers.find(isClosest);
        if (offer === undefined) continue;
        yield offer;
        break;
      }
    }
  }
}

/**
 * The offers that an answer and its explanations rest on, whether it shows them or not. Without the others it should be
 * the same but for its counts; whoever needs that to be so tries it.
 */
export function* offersBehind(query: Query, swept: Sweep, answer: Answer, at: string | undefined): Generator<number> {
  const { request, space } = query;
  const candidates = candidatesOf(query, swept);
  yield* examplesOf(candidates);
  const rows = ranked(query, swept, query.musts);
  let room = 0;
  for (const row of rows) {
    yield row;
    if (room >= request.count) break;
    room += space.offers.limit[row]!;
  }
  const asked = chooserFor(query.compiled, request, at);
  const solved: number[] = [];
  const chooser: Chooser = {
    ...asked,
    solve(changed) {
      const outcome = asked.solve(changed);
      if (outcome !== undefined) solved.push(outcome.offer);
      return outcome;
    },
  };
  const [first] = rows;
  if (answer.conflicts !== undefined) {
    yield* closestOf(candidates, answer.conflicts.length);
    const { minimal, front } = relaxationsOf(candidates, at, chooser);
    for (const { offer } of [...minimal, ...front]) yield offer;
  } else if (first !== undefined) {
    const winner = {
      offer: first,
      price: swept.price[first]!,
      rank: swept.rank[first]!,
      cost: BigInt(parseMoney(answer.cost ?? '0') ?? 0),
    };
    for (const { offer } of savingsOf(candidates, at, winner, chooser)) yield offer;
  }
  yield* solved;
}
