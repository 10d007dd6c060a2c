import { type Candidates, cheapestOfEachKind, isWithin, membersOf, type Needs, offersMeeting } from './candidates.ts';

/** Why nothing fits: the smallest sets of needs that no candidate meets together. */

export interface Conflict {
  readonly needs: readonly ConflictingNeed[];
}

export interface ConflictingNeed {
  readonly need: number;
  /** Offers that meet this need, whatever else they miss. */
  readonly meet: number;
  /** Offers that meet all the other needs of the conflict. */
  readonly meetOthers: number;
  /** Where an amount decides: the best that an offer has which meets all the others. */
  readonly closest: number | undefined;
}

/** Sets that contain no other of the list, smallest first, then by their members. */
export function minimalSets(sets: Iterable<Needs>): readonly Needs[] {
  const distinct = [...new Set(sets)];
  if (distinct.length < 2) return distinct;
  const sorted = distinct
    .map((set) => ({ set, members: membersOf(set) }))
    .sort((a, b) => a.members.length - b.members.length || compareMembers(a.members, b.members));
  const minimal: Needs[] = [];
  for (const { set } of sorted) if (!minimal.some((other) => isWithin(other, set))) minimal.push(set);
  return minimal;
}

function compareMembers(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((member, index) => member !== b[index]);
  return at === -1 ? a.length - b.length : a[at]! - (b[at] ?? Number.POSITIVE_INFINITY);
}

// Beyond this the sets that are under way are cut, and the answer says that more exist.
const MOST_PARTIAL = 10_000;

/**
 * The minimal sets that share a member with every one of the given sets, by Berge's multiplication (C. Berge,
 * Hypergraphs, 1989).
 */
export function minimalHittingSets(sets: readonly Needs[]): {
  readonly sets: readonly Needs[];
  readonly complete: boolean;
} {
  let hitting: readonly Needs[] = [0n];
  let complete = true;
  for (const set of sets) {
    const extended = hitting.flatMap((partial) =>
      (partial & set) !== 0n ? [partial] : membersOf(set).map((member) => partial | (1n << BigInt(member))),
    );
    hitting = minimalSets(extended);
    if (hitting.length > MOST_PARTIAL) {
      hitting = hitting.slice(0, MOST_PARTIAL);
      complete = false;
    }
  }
  return { sets: hitting, complete };
}

/**
 * Needs of room follow from needs of size: whoever misses the size misses the room too. A conflict that names the room
 * where the size alone would do says nothing more, and is left out.
 */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  reserve: ['mem', 'guest-mem', 'cores', 'guest-cores'],
};

/** Every minimal conflict, smallest first. Without any where something fits. */
export function conflictsOf(candidates: Candidates): {
  readonly conflicts: readonly Conflict[];
  readonly complete: boolean;
} {
  const { query, groups } = candidates;
  const { sets, complete } = minimalHittingSets(minimalSets(groups.map((group) => group.missing)));
  const known = groups.length === 0 ? [] : sets;
  const bitOf = (id: string): number => query.needs.findIndex((need) => need.id === id && need.bearing === 'must');
  const saysMore = (set: Needs): boolean =>
    Object.entries(FOLLOWS).every(([room, sizes]) => {
      const bit = bitOf(room);
      if (bit === -1 || ((set >> BigInt(bit)) & 1n) === 0n) return true;
      const rest = set & ~(1n << BigInt(bit));
      return sizes.every((size) => {
        const other = bitOf(size);
        return other === -1 || !known.some((one) => one !== set && isWithin(one, rest | (1n << BigInt(other))));
      });
    });
  const conflicts = known.filter(saysMore).map((set): Conflict => {
    return {
      needs: membersOf(set).map((need) => {
        const others = set & ~(1n << BigInt(need));
        return {
          need,
          meet: offersMeeting(candidates, 1n << BigInt(need)),
          meetOthers: offersMeeting(candidates, others),
          closest: closestAmount(candidates, need, others),
        };
      }),
    };
  });
  return { conflicts, complete };
}

/** The best amount for a need among the candidates that meet some others. */
function closestAmount({ query, groups }: Candidates, need: number, others: Needs): number | undefined {
  const { measure } = query.needs[need]!;
  if (measure === undefined) return undefined;
  let best: number | undefined;
  for (const group of groups) {
    if ((group.missing & others) !== 0n) continue;
    for (const index of cheapestOfEachKind(query, group)) {
      const has = measure.has(query.space.offers.type[group.offers[index]!]!, group.prices[index]!);
      if (has === undefined || Number.isNaN(has)) continue;
      if (best === undefined || (measure.bound === 'at-least' ? has > best : has < best)) best = has;
    }
  }
  return best;
}
