import type { Answer, Machine } from '../plan/schema.ts';
import { type Alike, alike } from './alike.ts';
import { dimensionsIn, type Fill, type Filled, tightestOf } from './fill.ts';
import { groupOfUnit } from './unit-names.ts';

/** What a drawing of machines shows, to scale, before it is known how it is drawn. */

/** A unit or container that stands on a machine. */
export interface Guest {
  readonly name: string;
  /** Index of its kind, which has the colour. */
  readonly kind: number;
  /** What it takes, by dimension. */
  readonly needs: Readonly<Record<string, number>>;
  readonly container: string | undefined;
}

export interface Kind {
  readonly name: string;
  readonly container: string | undefined;
  readonly count: number;
  readonly needs: Readonly<Record<string, number>>;
}

/** A dimension of a machine. Its parts are in its own units of measurement and add up to `scale` at the most. */
export interface Bar {
  readonly dimension: string;
  readonly filled: Filled;
  /** What the whole width stands for. */
  readonly scale: number;
  /** Guests that take something of it, those of a kind together. */
  readonly guests: readonly { readonly guest: Guest; readonly amount: number }[];
  /** Taken by what is no guest that is told of. */
  readonly others: number;
  readonly reserved: number;
}

export interface Box {
  readonly alike: Alike;
  /** Of the widest box, from 0 to 1. */
  readonly width: number;
  readonly bars: readonly Bar[];
  /** The dimension with least room. */
  readonly tightest: string | undefined;
}

export interface Picture {
  readonly kinds: readonly Kind[];
  /** The dimension that widths of boxes stand for; undefined where no dimension is known of all machines. */
  readonly leading: string | undefined;
  readonly boxes: readonly Box[];
}

/** How full a machine is; of one that says only what it has, by the sizes of its containers. */
function fillOf(machine: Machine): Fill {
  if (machine.fill !== undefined) return machine.fill;
  const { cores, mem, containers } = machine;
  const sum = (key: 'cores' | 'mem'): number => containers.reduce((total, one) => total + (one[key] ?? 0), 0);
  return {
    ...(cores === undefined ? {} : { 'cpu-milli': { used: sum('cores') * 1000, reserved: 0, capacity: cores * 1000 } }),
    ...(mem === undefined ? {} : { mem: { used: sum('mem'), reserved: 0, capacity: mem } }),
  };
}

/** Kinds in the order of the request, so that a kind keeps its colour when the plan changes. */
function kindsOf({ machines, 'unit-groups': groups }: Answer): readonly Kind[] {
  if (groups !== undefined)
    return groups.map(({ id, container, count, needs }) => ({ name: id, container, count, needs }));
  // Of a single machine the containers are what stands on it.
  const isModel = machines.some(({ units }) => units !== undefined);
  const counts = new Map<string, number>();
  for (const { units, containers } of machines)
    for (const name of isModel ? (units ?? []).map(groupOfUnit) : containers.map(({ type }) => type))
      counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, container: isModel ? undefined : name, count, needs: {} }));
}

function guestsOf(machine: Machine, kinds: readonly Kind[]): readonly Guest[] {
  const numbers = new Map(kinds.map(({ name }, index) => [name, index]));
  const containers = new Map(machine.containers.map(({ unit, type }) => [unit, type]));
  const guests =
    machine.units === undefined
      ? machine.containers.map(
          ({ id, type, cores, mem }): Guest => ({
            name: id,
            kind: numbers.get(type)!,
            needs: {
              ...(cores === undefined ? {} : { 'cpu-milli': cores * 1000 }),
              ...(mem === undefined ? {} : { mem }),
            },
            container: type,
          }),
        )
      : machine.units.flatMap((name): Guest[] => {
          const kind = numbers.get(groupOfUnit(name));
          if (kind === undefined) return [];
          return [{ name, kind, needs: kinds[kind]!.needs, container: containers.get(name) }];
        });
  return [...guests].sort((a, b) => a.kind - b.kind);
}

function barOf(dimension: string, filled: Filled, guests: readonly Guest[]): Bar {
  const { used, reserved, capacity } = filled;
  const taking = guests.flatMap((guest) => {
    const amount = guest.needs[dimension] ?? 0;
    return amount > 0 ? [{ guest, amount }] : [];
  });
  const told = taking.reduce((sum, { amount }) => sum + amount, 0);
  const others = Math.max(0, used - told);
  return {
    dimension,
    filled,
    scale: Math.max(capacity ?? 0, told + others + reserved),
    guests: taking,
    others,
    reserved,
  };
}

/** The dimension that all machines state of which most is taken in all. */
function leadingOf(machines: readonly Machine[]): string | undefined {
  const total: Fill = {};
  for (const machine of machines) {
    for (const [dimension, { used, reserved, capacity }] of Object.entries(fillOf(machine))) {
      const sum = total[dimension] ?? { used: 0, reserved: 0, capacity: 0 };
      total[dimension] = {
        used: sum.used + used,
        reserved: sum.reserved + reserved,
        capacity: sum.capacity === null || capacity === null ? null : sum.capacity + capacity,
      };
    }
  }
  const stated = Object.entries(total).filter(([dimension]) =>
    machines.every((machine) => (fillOf(machine)[dimension]?.capacity ?? 0) > 0),
  );
  return tightestOf(Object.fromEntries(stated));
}

/** What there is to draw of an answer: a box for each machine, those that are alike in one. */
export function pictureOf(answer: Answer): Picture {
  const { machines } = answer;
  const kinds = kindsOf(answer);
  const leading = leadingOf(machines);
  const capacity = (machine: Machine): number =>
    leading === undefined ? 1 : (fillOf(machine)[leading]!.capacity ?? 1);
  const widest = machines.reduce((most, machine) => Math.max(most, capacity(machine)), 1);
  const dimensions = dimensionsIn(machines.map((machine) => ({ ...machine, fill: fillOf(machine) })));
  return {
    kinds,
    leading,
    boxes: alike(machines).map((group): Box => {
      const fill = fillOf(group.first);
      const guests = guestsOf(group.first, kinds);
      const bars = dimensions
        .flatMap((dimension) => (fill[dimension] === undefined ? [] : [barOf(dimension, fill[dimension], guests)]))
        .filter(({ scale }) => scale > 0);
      return { alike: group, width: capacity(group.first) / widest, bars, tightest: tightestOf(fill) };
    }),
  };
}
