import type { Catalog } from '../catalog/catalog.ts';
import { numberAt, setAt, type Table, textAt } from '../catalog/column.ts';
import type { Compiled } from '../match/compiled.ts';
import type { CapabilityNeed } from '../request/constraints.ts';
import { DIMENSIONS, type ModelRequest, type RunningMachine, type UnitGroup } from '../request/model.ts';
import type { Base, MachineRequest } from '../request/request.ts';
import { isRefusal, type Program, readsOf, violationOf } from '../rules/program.ts';
import { type Definition, definitionOf, type Reading } from './definition.ts';

/**
 * What a model may be made of, from the definition alone: which offer with which image may hold which units, at which
 * price, with how much room. Beside `definition`, which says it of single machines; nothing is shared with the solver.
 */

/** Groups whose units of one number share a machine, the one that the others are with first. */
export interface Company {
  readonly leader: UnitGroup;
  readonly groups: readonly UnitGroup[];
}

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
  /** By company. */
  readonly allows: readonly boolean[];
  /** By dimension. */
  readonly room: readonly Room[];
}

export interface ModelDefinition {
  readonly catalog: Catalog;
  readonly request: ModelRequest;
  readonly companies: readonly Company[];
  readonly dimensions: readonly string[];
  readonly sites: readonly Site[];
  /** Running machines that the catalog knows an offer of, as the site that they are. */
  readonly running: readonly { readonly machine: RunningMachine; readonly site: Site }[];
  /** Where machines run, those that the catalog knows no offer of included. */
  readonly homes: ReadonlySet<string>;
  /** Where all machines may be together: sites by cloud and region, as far as these may not be mixed. */
  readonly places: ReadonlyMap<string, readonly Site[]>;
}

/** Zones that an offer may be had in; undefined where nobody knows. */
export function zonesAt({ offers, regions }: Catalog, offer: number): readonly string[] | undefined {
  return setAt(offers, 'offer.zones', offer) ?? setAt(regions, 'offer.region-zones', offers.region[offer]!);
}

/** Type, cloud and region of a site, by their names. */
export function whatIs(
  { types, regions, offers }: Catalog,
  { offer }: Site,
): { readonly type: string; readonly cloud: string; readonly region: string } {
  const [type, region] = [offers.type[offer]!, offers.region[offer]!];
  const [cloud, name] = [textAt(regions, 'offer.cloud', region), textAt(regions, 'offer.region', region)];
  return { type: textAt(types, 'type.name', type) ?? '', cloud: cloud ?? '', region: name ?? '' };
}

/** The place that a site is of, as `ModelDefinition.places` names it. */
export function placeOf({ catalog, request }: Pick<ModelDefinition, 'catalog' | 'request'>, site: Site): string {
  return placeNamed(request, whatIs(catalog, site));
}

const placeNamed = ({ mix }: ModelRequest, { cloud, region }: { readonly cloud: string; readonly region: string }) =>
  mix.includes('cloud') ? '' : mix.includes('region') ? cloud : `${cloud} ${region}`;

/** The places of a running machine, as far as these can be told: one, or none where several clouds have such a type. */
function homeOf({ types }: Catalog, request: ModelRequest, machine: RunningMachine): readonly string[] {
  const rows = Array.from({ length: types.size }, (_, row) => row);
  const own = rows.filter((row) => textAt(types, 'type.name', row) === machine.type);
  const clouds = new Set(
    machine.cloud === undefined ? own.map((row) => textAt(types, 'type.cloud', row)!) : [machine.cloud],
  );
  return clouds.size === 1 ? [placeNamed(request, { cloud: [...clouds][0]!, region: machine.region })] : [];
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
export function sizeOf({ groups }: Company, room: readonly Room[], dimensions: readonly string[]): readonly number[] {
  return dimensions.map((dimension, at) =>
    groups.reduce((sum, group) => sum + takenBy(group, room[at]!, dimension), 0),
  );
}

const named = ({ os, release }: Base): string => `${os}@${release}`;

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
function sitesOf(
  { catalog, program }: Compiled,
  model: ModelRequest,
  { companies, dimensions }: Pick<ModelDefinition, 'companies' | 'dimensions'>,
  base: Base,
  at: string | undefined,
): readonly Site[] {
  // Units in no container run on the machine itself, and are of its base.
  const may = companies.map(({ groups }) =>
    groups.every((group) => group.container !== undefined || named(group.base) === named(base)),
  );
  const asked = companies.flatMap(({ groups }, company) => (may[company]! ? groups : []));
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
  // The same masks are one object.
  const masks = new Map<string, readonly boolean[]>();
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
    const own = companies.map(({ groups }, company) => may[company]! && groups.every(fits));
    const allows = masks.get(own.join()) ?? own;
    masks.set(own.join(), allows);
    const reading = fit.get(first)!;
    return [{ offer, image, images, base, price: prices.get(reading)!, allows, room: roomAt(reading, offer) }];
  };
  return Array.from(likenesses, (alike, offer) => {
    const known = judged.get(alike) ?? judge(offer);
    judged.set(alike, known);
    return known.flatMap((one) => siteOf(offer, one));
  }).flat();
}

/**
 * All that a model may be made of.
 *
 * @param at the day that prices and rules are judged by
 */
export function modelDefinition(compiled: Compiled, request: ModelRequest, at: string | undefined): ModelDefinition {
  const { catalog } = compiled;
  const { units } = request;
  const companies = units
    .filter((group) => group.with === undefined)
    .map((leader) => ({ leader, groups: [leader, ...units.filter((group) => group.with === leader.id)] }));
  const dimensions = [...new Set(units.flatMap(({ needs }) => [...needs.keys()]))].sort();
  const bases = [request.base, ...units.filter(({ container }) => container === undefined).map(({ base }) => base)];
  const sites = [...new Map(bases.map((base) => [named(base), base])).values()].flatMap((base) =>
    sitesOf(compiled, request, { companies, dimensions }, base, at),
  );
  // What runs is taken to run on demand, and with the model's base, where it may.
  const rank = ({ offer, base }: Site): number =>
    (textAt(catalog.offers, 'offer.market', offer) === 'spot' ? 2 : 0) + (named(base) === named(request.base) ? 0 : 1);
  const running = request.machines.flatMap((machine) => {
    const [site] = sites
      .filter((one) => {
        const { type, cloud, region } = whatIs(catalog, one);
        const isThere = type === machine.type && region === machine.region;
        return isThere && (machine.cloud === undefined || cloud === machine.cloud);
      })
      .sort((a, b) => rank(a) - rank(b));
    return site === undefined ? [] : [{ machine, site }];
  });
  const homes = new Set(
    request.machines.flatMap((machine) => {
      const known = running.find((one) => one.machine === machine);
      return known === undefined ? homeOf(catalog, request, machine) : [placeOf({ catalog, request }, known.site)];
    }),
  );
  const places = new Map<string, Site[]>();
  for (const site of sites) {
    const place = placeOf({ catalog, request }, site);
    if (homes.size > 1 || (homes.size === 1 && !homes.has(place))) continue;
    places.set(place, places.get(place) ?? []);
    places.get(place)!.push(site);
  }
  return { catalog, request, companies, dimensions, sites, running, homes, places };
}
