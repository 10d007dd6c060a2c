import type { Query } from '../match/query.ts';
import { formatSize } from '../quantity/size.ts';
import type { Guest } from '../request/guest.ts';
import { variant } from '../request/variant.ts';
import { type LeverList, one, ordered, type Ways } from './lever.ts';

/** What may be changed where guests do not fit: they are made smaller, or some kinds of them are given up. */
export interface RoomLevers {
  /** What guests take of a dimension, MiB or cores. */
  sizeOf(guests: readonly Guest[], dimension: 'mem' | 'cores'): number;
  /** Ways to make guests fit into `free` of a dimension. */
  shrink(dimension: 'mem' | 'cores', free: number, guests: readonly Guest[]): readonly Ways[];
  /** Every set of kinds given up, with what has to be done for the guests that are left. */
  withFewerKinds(guests: readonly Guest[], doneFor: (rest: readonly Guest[]) => readonly Ways[]): readonly Ways[];
}

/** @param capabilityLevers the lever that gives up the guests of each kind */
export function roomLevers(
  { request }: Query,
  { add, indexOf }: LeverList,
  capabilityLevers: ReadonlyMap<string, number>,
): RoomLevers {
  const stated = request.guests;
  const sizeOf = (guests: readonly Guest[], dimension: 'mem' | 'cores'): number =>
    guests.reduce((total, guest) => total + guest.count * guest[dimension], 0);
  /** Of stated guests the ones that take most of a dimension: they are made smaller. */
  const guestLever = (
    dimension: 'mem' | 'cores',
    among: readonly Guest[],
  ): { readonly lever: number; readonly guest: Guest } | undefined => {
    if (sizeOf(among, dimension) === 0) return undefined;
    const guest = [...among].sort((a, b) => b.count * b[dimension] - a.count * a[dimension])[0]!;
    // Where guests of other kinds are given up, its place among its own stays.
    const index = stated!.filter(({ kind }) => kind === guest.kind).indexOf(guest);
    const text = (size: number): string => (dimension === 'mem' ? formatSize(size) : String(size));
    const lever = add({
      id: `guest.${guest.kind}.${index}.${dimension}`,
      felt: false,
      ...ordered('at-least'),
      describe: (setting) =>
        `guest ${guest.count}x ${guest.kind} ${dimension} ${text(guest[dimension])} → ${text(Number(setting))}`,
      apply: (from, setting) =>
        variant(from, (draft) => {
          const changed = draft.guests?.filter(({ kind }) => kind === guest.kind)[index];
          if (changed !== undefined) changed[dimension] = Number(setting);
        }),
    });
    return { lever, guest };
  };
  const shrink = (dimension: 'mem' | 'cores', free: number, guests: readonly Guest[]): readonly Ways[] => {
    const largest = stated === undefined ? undefined : guestLever(dimension, guests);
    const lever = stated === undefined ? indexOf(dimension) : largest?.lever;
    if (lever === undefined) return [];
    const count = largest?.guest.count ?? guests.reduce((total, guest) => total + guest.count, 0);
    const others =
      largest === undefined ? 0 : sizeOf(guests, dimension) - largest.guest.count * largest.guest[dimension];
    const least = Math.floor((free - others) / Math.max(1, count));
    return least >= 1 ? [one(lever, least)] : [];
  };
  const withFewerKinds = (
    guests: readonly Guest[],
    doneFor: (rest: readonly Guest[]) => readonly Ways[],
  ): readonly Ways[] => {
    const present = [...new Set(guests.map((guest) => guest.kind))];
    return Array.from({ length: 2 ** present.length }, (_, set) => set).flatMap((set) => {
      const gone = present.filter((_, index) => ((set >> index) & 1) === 1);
      const given = gone.map((kind) => [capabilityLevers.get(kind)!, null] as const);
      return doneFor(guests.filter(({ kind }) => !gone.includes(kind))).map((ways) => new Map([...given, ...ways]));
    });
  };

  return { sizeOf, shrink, withFewerKinds };
}
