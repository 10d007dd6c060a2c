import type { Catalog } from '../catalog/catalog.ts';
import { numberAt, setAt, type Table, textAt } from '../catalog/column.ts';
import type { Compiled } from '../match/compiled.ts';
import type { CapabilityNeed } from '../request/constraints.ts';
import { DIMENSIONS, type ModelRequest, type RunningMachine, type UnitGroup } from '../request/model.ts';
import type { Base, MachineRequest } from '../request/request.ts';
import { isRefusal, type Program, readsOf, violationOf } from '../rules/program.ts';
import { type Definition, definitionOf, type Reading } from './definition.ts';

/** What a model may be made of, read anew for whoever checks a plan: nothing here is shared with who made it. */

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
  readonly perGuest: ReadonlyMap<string, number>;
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

export interface World {
  readonly catalog: Catalog;
  readonly request: ModelRequest;
  readonly companies: readonly Company[];
  readonly dimensions: readonly string[];
  readonly sites: readonly Site[];
  /** Running machines that the catalog knows an offer of, as the site that they are. */
  readonly running: readonly { readonly machine: RunningMachine; readonly site: Site }[];
  /** Where all machines may be together: sites by cloud and region, as far as these may not be mixed. */
  readonly places: ReadonlyMap<string, readonly Site[]>;
}

/** Zones that an offer may be had in; undefined where nobody knows. */
export function zonesAt({ offers, regions }: Catalog, offer: number): readonly string[] | undefined {
  return setAt(offers, 'offer.zones', offer) ?? setAt(regions, 'offer.region-zones', offers.region[offer]!);
}

/** The place that a site is of, as `World.places` names it. */
export function placeOf({ catalog, request }: Pick<World, 'catalog' | 'request'>, { offer }: Site): string {
  const row = catalog.offers.region[offer]!;
  const cloud = textAt(catalog.regions, 'offer.cloud', row) ?? '';
  if (request.mix.includes('cloud')) return '';
  return request.mix.includes('region') ? cloud : `${cloud} ${textAt(catalog.regions, 'offer.region', row) ?? ''}`;
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
function roomOf(catalog: Catalog, type: number, definition: Definition, reading: Reading, model: ModelRequest): Room[] {
  const rules = model.reserve ? definition.reserves(reading) : [];
  return dimensionsOf(model).map((dimension) => {
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
    let reserved = 0;
    const perGuest = new Map<string, number>();
    for (const { per, amount } of shares.values()) {
      if (per === undefined) reserved += amount * scale;
      else perGuest.set(per, (perGuest.get(per) ?? 0) + amount * scale);
    }
    return { capacity, reserved, perGuest };
  });
}

/** Dimensions that units take something of, in the order of their names. */
function dimensionsOf({ units }: ModelRequest): readonly string[] {
  return [...new Set(units.flatMap(({ needs }) => [...needs.keys()]))].sort();
}

const named = ({ os, release }: Base): string => `${os}@${release}`;

/** The sites of one base. */
function sitesOf(
  compiled: Compiled,
  model: ModelRequest,
  companies: readonly Company[],
  base: Base,
  at: string | undefined,
): readonly Site[] {
  const { catalog, program } = compiled;
  // Units in no container run on the machine itself, and are of its base.
  const may = companies.map(({ groups }) =>
    groups.every((group) => group.container !== undefined || named(group.base) === named(base)),
  );
  const asked = companies.flatMap(({ groups }, company) => (may[company]! ? groups : []));
  if (asked.length === 0) return [];
  const definition = definitionOf(compiled, base, model.waived, at);
  const read = new Set([...readBy(program), 'offer.access', 'offer.market']);
  const keys = new Set(asked.flatMap(({ constraints }) => [...constraints.byKey.keys()]));
  if (keys.has('zones')) for (const name of ['offer.zones', 'offer.region-zones']) read.add(name);
  if (keys.has('region') || keys.has('zones') || definition.images.table.columns.has('image.region'))
    for (const name of ['offer.region', 'offer.cloud']) read.add(name);
  const requests = new Map(asked.map((group) => [group, requestOf(group, base, model)]));
  const dearest = new Map(asked.map((group) => [group, group.constraints.byKey.get('max-price')?.value]));
  /** By likeness and image: what is read there for each group that may be there, whatever the price. */
  const judged = new Map<
    number,
    readonly { readonly image: number; readonly fit: ReadonlyMap<UnitGroup, Reading> }[]
  >();
  const judge = (offer: number) =>
    definition.imagesOn(offer).map((image) => {
      const readings = new Map<unknown, Reading>();
      const fit = new Map<UnitGroup, Reading>();
      for (const group of asked) {
        const one = requests.get(group)!;
        const disk = read.has('request.root-disk') ? group.constraints.byKey.get('root-disk')?.value : '';
        const reading = { ...(readings.get(disk) ?? definition.read(one, offer, image)), request: one };
        if (!readings.has(disk)) readings.set(disk, reading);
        if (definition.meets(reading, 0)) fit.set(group, readings.get(disk)!);
      }
      return { image, fit };
    });
  const rooms = new Map<Reading, readonly Room[]>();
  const alike = likeness(catalog, read);
  const sites: Site[] = [];
  // Where no price binds, what a likeness allows is worked out once, and the same is one object.
  const masks = new Map<string, readonly boolean[]>();
  const isBound = [...dearest.values()].some((most) => typeof most === 'number');
  const allowed = new Map<ReadonlyMap<UnitGroup, Reading>, readonly boolean[]>();
  for (let offer = 0; offer < catalog.offers.size; offer += 1) {
    const known = judged.get(alike[offer]!) ?? judge(offer);
    judged.set(alike[offer]!, known);
    for (const { image, fit } of known) {
      const prices = new Map<Reading, number>();
      const fits = (group: UnitGroup): boolean => {
        const reading = fit.get(group);
        if (reading === undefined) return false;
        if (!prices.has(reading)) prices.set(reading, definition.bill(reading, offer));
        const most = dearest.get(group);
        return typeof most !== 'number' || prices.get(reading)! <= most;
      };
      const first = asked.find(fits);
      if (first === undefined) continue;
      const reading = fit.get(first)!;
      const room = rooms.get(reading) ?? roomOf(catalog, catalog.offers.type[offer]!, definition, reading, model);
      rooms.set(reading, room);
      let mask = isBound ? undefined : allowed.get(fit);
      if (mask === undefined) {
        const allows = companies.map(({ groups }, company) => may[company]! && groups.every(fits));
        mask = masks.get(allows.join()) ?? allows;
        masks.set(allows.join(), mask);
        allowed.set(fit, mask);
      }
      sites.push({
        offer,
        image,
        images: definition.images.table,
        base,
        price: prices.get(reading)!,
        allows: mask,
        room,
      });
    }
  }
  return sites;
}

/** All that a model may be made of. */
export function worldOf(compiled: Compiled, request: ModelRequest, at: string | undefined): World {
  const { catalog } = compiled;
  const { units } = request;
  const companies = units
    .filter((group) => group.with === undefined)
    .map((leader) => ({ leader, groups: [leader, ...units.filter((group) => group.with === leader.id)] }));
  const bases = [request.base, ...units.filter(({ container }) => container === undefined).map(({ base }) => base)];
  const sites = [...new Map(bases.map((base) => [named(base), base])).values()].flatMap((base) =>
    sitesOf(compiled, request, companies, base, at),
  );
  const byKey = new Map<string, Site[]>();
  const keyOf = (type: string, region: string): string => `${type} ${region}`;
  const text = ({ offer }: Site, table: 'types' | 'regions', name: string): string =>
    textAt(catalog[table], name, (table === 'types' ? catalog.offers.type : catalog.offers.region)[offer]!) ?? '';
  if (request.machines.length > 0)
    for (const site of sites) {
      const key = keyOf(text(site, 'types', 'type.name'), text(site, 'regions', 'offer.region'));
      byKey.set(key, [...(byKey.get(key) ?? []), site]);
    }
  // What runs is taken to run on demand, and with the model's base, where it may.
  const rank = ({ offer, base }: Site): number =>
    (textAt(catalog.offers, 'offer.market', offer) === 'spot' ? 2 : 0) + (named(base) === named(request.base) ? 0 : 1);
  const running = request.machines.flatMap((machine) => {
    const own = (byKey.get(keyOf(machine.type, machine.region)) ?? []).filter(
      (site) => machine.cloud === undefined || text(site, 'types', 'type.cloud') === machine.cloud,
    );
    const [site] = own.sort((a, b) => rank(a) - rank(b));
    return site === undefined ? [] : [{ machine, site }];
  });
  const homes = new Set(running.map(({ site }) => placeOf({ catalog, request }, site)));
  const places = new Map<string, Site[]>();
  for (const site of sites) {
    const place = placeOf({ catalog, request }, site);
    if (homes.size > 1 || (homes.size === 1 && !homes.has(place))) continue;
    const known = places.get(place);
    if (known === undefined) places.set(place, [site]);
    else known.push(site);
  }
  return { catalog, request, companies, dimensions: dimensionsOf(request), sites, running, places };
}
