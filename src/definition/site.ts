import type { Catalog } from '../catalog/catalog.ts';
import { numberAt, type Table } from '../catalog/column.ts';
import type { Compiled } from '../match/compiled.ts';
import type { CapabilityNeed } from '../request/constraints.ts';
import { DIMENSIONS, type ModelRequest, type UnitGroup } from '../request/model.ts';
import type { Base, MachineRequest } from '../request/request.ts';
import { isRefusal, type Program, readsOf, violationOf } from '../rules/program.ts';
import { type Definition, definitionOf, type Reading } from './machine.ts';

/** Which offer with which image may hold which units, at which price, with how much room, from the definition alone. */

/** What a machine has of a dimension, and how much of that is kept back. */
export interface Room {
  /** Undefined: chosen at launch, so that it never binds. */
  readonly capacity: number | undefined;
  readonly reserved: number;
  /** By kind of guest. */
  readonly perGuest: ReadonlyMap<string | undefined, number>;
}

/** An offer with an image that some units may be on. */
export interface Site {
  readonly offer: number;
  readonly image: number;
  readonly images: Table;
  readonly base: Base;
  /** Nano-dollars an hour as billed. */
  readonly price: number;
  /** By company: what its units of one number take together, by dimension; undefined where they may not be here. */
  readonly sizes: readonly (readonly number[] | undefined)[];
  /** By dimension. */
  readonly room: readonly Room[];
  /** What an empty machine has for units, by dimension. */
  readonly free: readonly number[];
}

/** The machine that a unit would ask for alone; what it takes is counted apart. */
function requestOf({ constraints, container }: UnitGroup, base: Base, model: ModelRequest): MachineRequest {
  const listed = (constraints.byKey.get('containers')?.value ?? []) as readonly CapabilityNeed[];
  const single = constraints.byKey.get('container')?.value;
  const named = typeof single === 'string' && !['', 'none'].includes(single) ? [single] : [];
  return {
    constraints,
    placement: { kind: 'none' },
    containers: [
      ...(container === undefined ? [] : [container]),
      ...named.map((capability) => ({ capability, atLeast: undefined })),
      ...listed,
    ],
    guests: [],
    base,
    count: 1,
    attributes: model.attributes,
    reserve: false,
    waived: model.waived,
  };
}

/** Attributes that rules read. */
function readBy({ rules }: Program): ReadonlySet<string> {
  const names = new Set<string>();
  for (const rule of rules)
    for (const leaf of readsOf(isRefusal(rule) ? violationOf(rule) : rule.when)) {
      if (leaf.kind !== 'leaf') continue;
      names.add(leaf.attribute.name);
      for (const { operand } of leaf.tests) if (operand.kind !== 'values') names.add(operand.attribute.name);
    }
  return names;
}

/** A number for each offer, the same for those of which rules and constraints see nothing different but the type. */
function likeness({ offers, regions, vocabulary }: Catalog, seen: ReadonlySet<string>): Uint32Array {
  const codes: ((offer: number) => number)[] = [];
  for (const name of seen) {
    const scope = vocabulary.attributes.get(name)?.scope;
    if (name === 'offer.price') codes.push((offer) => offers.price[offer]!);
    else if (scope === 'region' || scope === 'offer') {
      const column = (scope === 'region' ? regions : offers).columns.get(name);
      if (column !== undefined)
        codes.push((offer) => column.codes[scope === 'region' ? offers.region[offer]! : offer]!);
    }
  }
  const numbers = new Map<string, number>();
  return Uint32Array.from(offers.type, (type, offer) => {
    const key = `${type} ${codes.map((code) => code(offer)).join()}`;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}

/** What a type has of each dimension, and what rules keep back of it. */
function roomOf(
  catalog: Catalog,
  type: number,
  rules: ReturnType<Definition['reserves']>,
  dimensions: readonly string[],
): readonly Room[] {
  return dimensions.map((dimension) => {
    const attribute = (DIMENSIONS as Readonly<Record<string, string>>)[dimension];
    const own = attribute === undefined ? undefined : numberAt(catalog.types, attribute, type);
    const scale = dimension === 'cpu-milli' ? 1000 : 1;
    const derived = own === undefined ? (dimension === 'root-disk' ? undefined : 0) : own * scale;
    const capacity = catalog.capacities?.get(type)?.get(dimension) ?? derived;
    const kind = { mem: 'mem', 'cpu-milli': 'cores' }[dimension];
    // Of shares of one name and guest the largest counts.
    const shares = new Map<string, { readonly per: string | undefined; readonly amount: number }>();
    for (const { name, per, percent, atLeast, dimension: of } of rules.flatMap(({ action }) => action.shares)) {
      if (of !== kind) continue;
      const part = (BigInt(capacity ?? 0) * BigInt(percent) + BigInt(100 * scale - 1)) / BigInt(100 * scale);
      const amount = Math.max(atLeast, Number(part), shares.get(`${name} ${per ?? ''}`)?.amount ?? 0);
      shares.set(`${name} ${per ?? ''}`, { per, amount });
    }
    const perGuest = new Map<string | undefined, number>();
    for (const { per, amount } of shares.values()) perGuest.set(per, (perGuest.get(per) ?? 0) + amount * scale);
    return { capacity, reserved: perGuest.get(undefined) ?? 0, perGuest };
  });
}

/** What a unit takes of a dimension of a machine, with what is kept back for its container. */
export function takenBy({ needs, container }: UnitGroup, { perGuest }: Room, dimension: string): number {
  return (needs.get(dimension) ?? 0) + (container === undefined ? 0 : (perGuest.get(container.capability) ?? 0));
}

/** The same of all units of a company together, by dimension. */
export function sizeOf(
  groups: readonly UnitGroup[],
  room: readonly Room[],
  dimensions: readonly string[],
): readonly number[] {
  return dimensions.map((dimension, at) =>
    groups.reduce((sum, group) => sum + takenBy(group, room[at]!, dimension), 0),
  );
}

/** What units on a machine fill of it, with what is kept back. Doubles are exact: capacities are not beyond that. */
export function fillOf(
  { room }: Site,
  dimensions: readonly string[],
  units: readonly { readonly group: UnitGroup }[],
  before: ReadonlyMap<string, number> | undefined,
) {
  const sum = (amountOf: (group: UnitGroup) => number, start: number): number =>
    units.reduce((total, { group }) => total + amountOf(group), start);
  return dimensions.map((dimension, at) => {
    const { capacity = null, reserved } = room[at]!;
    const used = sum(({ needs }) => needs.get(dimension) ?? 0, 0);
    const all = sum((group) => takenBy(group, room[at]!, dimension), reserved);
    return { dimension, used: used + (before?.get(dimension) ?? 0), reserved: all - used, capacity };
  });
}

/** A base in a word. */
export const named = ({ os, release }: Base): string => `${os}@${release}`;

/** What of an offer rules and constraints of units read, beside its type. */
function seenOf(program: Program, asked: readonly UnitGroup[], images: Table): ReadonlySet<string> {
  const keys = new Set(asked.flatMap(({ constraints }) => [...constraints.byKey.keys()]));
  const inPlaces = keys.has('region') || keys.has('zones') || images.columns.has('image.region');
  return new Set([
    ...readBy(program),
    ...['offer.access', 'offer.market'],
    ...(keys.has('zones') ? ['offer.zones', 'offer.region-zones'] : []),
    ...(inPlaces ? ['offer.region', 'offer.cloud'] : []),
  ]);
}

/** The sites of one base. */
export function sitesOf(
  { catalog, program }: Compiled,
  model: ModelRequest,
  companies: readonly (readonly UnitGroup[])[],
  dimensions: readonly string[],
  base: Base,
  at: string | undefined,
): readonly Site[] {
  // Units in no container run on the machine itself, and are of its base.
  const may = companies.map((groups) =>
    groups.every((group) => group.container !== undefined || named(group.base) === named(base)),
  );
  const asked = companies.flatMap((groups, company) => (may[company]! ? groups : []));
  if (asked.length === 0) return [];
  const definition = definitionOf({ catalog, program }, base, model.waived, at);
  const images = definition.images.table;
  const seen = seenOf(program, asked, images);
  const requests = new Map(asked.map((group) => [group, requestOf(group, base, model)]));
  const judge = (offer: number) =>
    definition.imagesOn(offer).map((image) => {
      // All that rules read of a request beside what the model says is its root disk.
      const readings = new Map<unknown, Reading>();
      const fit = new Map<UnitGroup, Reading>();
      for (const [group, request] of requests) {
        const disk = seen.has('request.root-disk') ? group.constraints.byKey.get('root-disk')?.value : '';
        const reading = readings.get(disk) ?? definition.read(request, offer, image);
        readings.set(disk, reading);
        if (definition.meets({ ...reading, request }, 0)) fit.set(group, reading);
      }
      return { image, fit };
    });
  const rooms = new Map<Reading, readonly Room[]>();
  const roomAt = (reading: Reading, offer: number): readonly Room[] => {
    const known = rooms.get(reading);
    if (known !== undefined) return known;
    const rules = model.reserve ? definition.reserves(reading) : [];
    const room = roomOf(catalog, catalog.offers.type[offer]!, rules, dimensions);
    rooms.set(reading, room);
    return room;
  };
  // By likeness and image: what is read there for each group that may be there, whatever the price.
  const judged = new Map<number, ReturnType<typeof judge>>();
  // The same sizes are one object.
  const known = new Map<string, Site['sizes']>();
  const likenesses = likeness(catalog, seen);
  const siteOf = (offer: number, { image, fit }: ReturnType<typeof judge>[number]): readonly Site[] => {
    const prices = new Map<Reading, number>();
    const fits = (group: UnitGroup): boolean => {
      const reading = fit.get(group);
      if (reading === undefined) return false;
      if (!prices.has(reading)) prices.set(reading, definition.bill(reading, offer));
      const most = group.constraints.byKey.get('max-price')?.value;
      return typeof most !== 'number' || prices.get(reading)! <= most;
    };
    const first = asked.find(fits);
    if (first === undefined) return [];
    const reading = fit.get(first)!;
    const room = roomAt(reading, offer);
    const free = room.map(({ capacity, reserved }) => (capacity ?? Infinity) - reserved);
    const own = companies.map((groups, company) =>
      may[company]! && groups.every(fits) ? sizeOf(groups, room, dimensions) : undefined,
    );
    const key = own.map((size) => size ?? 'none').join(' ');
    const sizes = known.get(key) ?? own;
    known.set(key, sizes);
    return [{ offer, image, images, base, price: prices.get(reading)!, sizes, room, free }];
  };
  return Array.from(likenesses, (alike, offer) => {
    const images = judged.get(alike) ?? judge(offer);
    judged.set(alike, images);
    return images.flatMap((one) => siteOf(offer, one));
  }).flat();
}
