import type { Catalog } from '../catalog/catalog.ts';
import { textAt } from '../catalog/column.ts';
import type { Compiled } from '../match/compiled.ts';
import { compareText } from '../quantity/order.ts';
import type { ModelRequest, RunningMachine } from '../request/model.ts';
import type { Bin, Evenly, PackingModel, Row } from '../solve/packing.ts';
import { dimensionsOf, type Host, hostsFor, placeOfOffer, type Room, zonesOfOffer } from './hosts.ts';
import { type Company, classesOf, companiesOf, type UnitClass } from './unit-classes.ts';

/**
 * A model as packing problems, one for each place that its machines may be in: units are rows, machines are bins.
 * Classes that are spread have a row in each zone, and then a machine stands in one zone.
 */

/** What a bin stands for. */
export interface Site {
  readonly host: Host;
  /** Where some class is spread, or the machine runs already. */
  readonly zone: string | undefined;
  readonly running: RunningMachine | undefined;
}

/** What a row stands for. */
export interface RowOf {
  /** Index of the class. */
  readonly of: number;
  readonly zone: string | undefined;
}

/** One cloud and region, or what may be mixed. */
export interface Partition {
  /** `aws us-east-1`; `aws` or nothing where machines may differ in region, or in cloud too. */
  readonly name: string;
  readonly cloud: string | undefined;
  readonly region: string | undefined;
  readonly model: PackingModel;
  /** By bin. */
  readonly sites: readonly Site[];
  /** By row. */
  readonly rows: readonly RowOf[];
}

export interface Formulation {
  readonly companies: readonly Company[];
  readonly classes: readonly UnitClass[];
  /** Companies whose own units need machines of different bases. */
  readonly clashing: readonly Company[];
  readonly dimensions: readonly string[];
  readonly hosts: readonly Host[];
  /** In order of their names. */
  readonly partitions: readonly Partition[];
  /** Nano-dollars an hour of the running machines on which units stay: every plan costs so much more than its bins. */
  readonly kept: bigint;
  /** Where machines run already; more than one place only where they may be mixed. */
  readonly homes: readonly string[];
  /** Running machines of which no offer is known, which are left out. */
  readonly unknownMachines: readonly RunningMachine[];
}

/** What one of a class takes on a host, by dimension. */
export function sizeOn(one: UnitClass, room: ReadonlyMap<string, Room>, dimensions: readonly string[]): number[] {
  return dimensions.map((dimension) => {
    let amount = one.needs.get(dimension) ?? 0;
    for (const [kind, each] of room.get(dimension)!.perGuest) amount += each * (one.guests.get(kind) ?? 0);
    return amount;
  });
}

/** What stands on a running machine already: how many of each class, and what they take. */
function standing(
  machine: RunningMachine,
  host: Host,
  { classes, dimensions }: Pick<Formulation, 'classes' | 'dimensions'>,
): { readonly counts: readonly number[]; readonly taken: readonly number[] } {
  const counts = classes.map(({ companies }) => {
    const ids = new Set(companies.map(({ leader }) => leader.id));
    return machine.units.filter((unit) => ids.has(unit.slice(0, unit.lastIndexOf('/')))).length;
  });
  const taken = dimensions.map((dimension) => machine.used.get(dimension) ?? 0);
  for (const [index, count] of counts.entries()) {
    const size = sizeOn(classes[index]!, host.room, dimensions);
    for (const [dimension, amount] of size.entries()) taken[dimension]! += amount * count;
  }
  return { counts, taken };
}

/** The host that a running machine is: by its type and region, on demand where that is offered. */
function hostOf(machine: RunningMachine, hosts: readonly Host[], { base }: ModelRequest): Host | undefined {
  const own = hosts.filter(({ query, offer }) => {
    const { cloud, region } = placeOfOffer(query, offer);
    return (
      textAt(query.space.types, 'type.name', query.space.offers.type[offer]!) === machine.type &&
      region === machine.region &&
      (machine.cloud === undefined || cloud === machine.cloud)
    );
  });
  const rank = ({ query, offer, base: its }: Host): number =>
    (textAt(query.space.offers, 'offer.market', offer) === 'spot' ? 2 : 0) +
    (its.os === base.os && its.release === base.release ? 0 : 1);
  return [...own].sort((a, b) => rank(a) - rank(b))[0];
}

/** The cloud of a running machine of which no offer is known: the one named, or the only one with types so called. */
function cloudOf({ cloud, type }: RunningMachine, { types }: Catalog): string | undefined {
  if (cloud !== undefined) return cloud;
  const clouds = new Set<string>();
  for (let row = 0; row < types.size; row += 1)
    if (textAt(types, 'type.name', row) === type) clouds.add(textAt(types, 'type.cloud', row) ?? '');
  return clouds.size === 1 ? [...clouds][0] : undefined;
}

/** Whether what a class takes fits into an empty machine. */
function holds(host: Host, one: UnitClass, dimensions: readonly string[]): boolean {
  const size = sizeOn(one, host.room, dimensions);
  return dimensions.every((dimension, index) => {
    const { capacity, reserved } = host.room.get(dimension)!;
    return capacity === undefined || size[index]! + reserved <= capacity;
  });
}

function partitionOf(
  name: string,
  place: Pick<Partition, 'cloud' | 'region'>,
  own: readonly Host[],
  running: readonly { readonly machine: RunningMachine; readonly host: Host }[],
  { classes, dimensions }: Pick<Formulation, 'classes' | 'dimensions'>,
): Partition {
  const { rows, model: spread, evenly } = rowsOf(own, running, { classes, dimensions });
  const isSpread = classes.some((one) => one.spread);
  const bins: Bin[] = [];
  const sites: Site[] = [];
  const supplies: number[] = [];
  const supplyOf = new Map<number, number>();
  // Bins of the same sizes share them, so that they are quickly compared.
  const shared = new Map<string, Bin['sizes']>();
  const sizesFor = (host: Host, zone: string | undefined): Bin['sizes'] => {
    const key = JSON.stringify([
      host.allows,
      [...host.room].map(([dimension, { perGuest }]) => [dimension, ...perGuest]),
      isSpread ? zone : '',
    ]);
    let sizes = shared.get(key);
    if (sizes === undefined) {
      sizes = rows.map((row) =>
        host.allows[row.of]! && (row.zone === undefined || row.zone === zone)
          ? sizeOn(classes[row.of]!, host.room, dimensions)
          : undefined,
      );
      shared.set(key, sizes);
    }
    return sizes;
  };
  // As much as need be: more than all units take together.
  const endless = dimensions.map((_, index) =>
    rows.reduce(
      (sum, row, at) => sum + (spread[at]!.demand + 1) * (classes[row.of]!.needs.get(dimensions[index]!) ?? 0),
      0,
    ),
  );
  const capacityOn = (host: Host, taken: readonly number[]): readonly number[] =>
    dimensions.map((dimension, index) => {
      const { capacity, reserved } = host.room.get(dimension)!;
      return (capacity === undefined ? endless[index]! : capacity) - reserved - taken[index]!;
    });
  const nothing = dimensions.map(() => 0);
  for (const { machine, host } of running) {
    const { counts, taken } = standing(machine, host, { classes, dimensions });
    const capacity = capacityOn(host, taken).map((amount) => Math.max(0, amount));
    const most = rows.map(({ of }) => {
      const kept = classes[of]!.apart.some((other) => counts[other]! > 0);
      return kept ? 0 : classes[of]!.most - counts[of]!;
    });
    const isBound = most.some((count) => count !== Number.POSITIVE_INFINITY);
    bins.push({
      // Where something stays, it is paid for in any case; see `kept`.
      price: counts.some((count) => count > 0) ? 0 : machine.keepPrice,
      capacity,
      sizes: sizesFor(host, machine.zone),
      supply: supplies.length,
      ...(isBound ? { most } : {}),
    });
    supplies.push(1);
    sites.push({ host, zone: machine.zone, running: machine });
  }
  for (const host of own) {
    const capacity = capacityOn(host, nothing);
    if (capacity.some((amount) => amount < 0)) continue;
    const limit = host.query.space.offers.limit[host.offer]!;
    let supply: number | undefined;
    if (limit !== Number.POSITIVE_INFINITY) {
      supply = supplyOf.get(host.offer);
      if (supply === undefined) {
        supply = supplies.length;
        supplyOf.set(host.offer, supply);
        supplies.push(limit);
      }
    }
    const zones = isSpread ? (zonesOfOffer(host.query, host.offer) ?? [undefined]) : [undefined];
    for (const zone of zones) {
      bins.push({ price: host.price, capacity, sizes: sizesFor(host, zone), supply });
      sites.push({ host, zone, running: undefined });
    }
  }
  return { name, ...place, model: { rows: spread, bins, supplies, evenly }, sites, rows };
}

function rowsOf(
  own: readonly Host[],
  running: readonly { readonly machine: RunningMachine; readonly host: Host }[],
  { classes, dimensions }: Pick<Formulation, 'classes' | 'dimensions'>,
): { readonly rows: readonly RowOf[]; readonly model: readonly Row[]; readonly evenly: readonly Evenly[] } {
  const rows: RowOf[] = [];
  const demands: number[] = [];
  const evenly: Evenly[] = [];
  for (const [of, one] of classes.entries()) {
    if (!one.spread) {
      rows.push({ of, zone: undefined });
      demands.push(one.demand);
      continue;
    }
    const zones = new Set<string>();
    for (const host of own)
      if (host.allows[of]! && holds(host, one, dimensions))
        for (const zone of zonesOfOffer(host.query, host.offer) ?? []) zones.add(zone);
    const order = [...zones].sort(compareText);
    const there = order.map((zone) =>
      running
        .filter(({ machine }) => machine.zone === zone)
        .reduce((sum, { machine, host }) => sum + standing(machine, host, { classes, dimensions }).counts[of]!, 0),
    );
    const total = one.demand + there.reduce((sum, count) => sum + count, 0);
    if (order.length === 0) {
      // No zone can take any: a row that nothing holds.
      rows.push({ of, zone: '' });
      demands.push(one.demand);
      continue;
    }
    const each = Math.floor(total / order.length);
    const lot: number[] = [];
    let extra = total - each * order.length;
    for (const [index, zone] of order.entries()) {
      if (there[index]! > each) extra -= there[index]! - each;
      else lot.push(rows.length);
      rows.push({ of, zone });
      demands.push(Math.max(0, each - there[index]!));
    }
    // Where more stand in a zone than may, the numbers cannot be made even: a row that nothing holds says so.
    if (extra < 0 || there.some((count) => count > each + 1)) {
      rows.push({ of, zone: '' });
      demands.push(1);
    } else if (extra > 0) evenly.push({ rows: lot, extra });
  }
  const model = rows.map(
    (row, index): Row => ({
      demand: demands[index]!,
      most: classes[row.of]!.most,
      apart: rows.flatMap((other, at) => (classes[row.of]!.apart.includes(other.of) ? [at] : [])),
    }),
  );
  return { rows, model, evenly };
}

/**
 * A model over a catalog.
 *
 * @param at the day that prices and rules are judged by
 */
export function formulate(compiled: Compiled, model: ModelRequest, at: string | undefined): Formulation {
  const companies = companiesOf(model);
  const { classes, clashing } = classesOf(companies);
  const dimensions = dimensionsOf(model);
  const { hosts } = hostsFor(compiled, model, classes, at);
  const running = model.machines.map((machine) => ({ machine, host: hostOf(machine, hosts, model) }));
  const known = running.filter((one): one is { machine: RunningMachine; host: Host } => one.host !== undefined);
  const keyOf = (cloud: string, region: string): { readonly name: string } & Pick<Partition, 'cloud' | 'region'> => {
    if (model.mix.includes('cloud')) return { name: '', cloud: undefined, region: undefined };
    if (model.mix.includes('region')) return { name: cloud, cloud, region: undefined };
    return { name: `${cloud} ${region}`, cloud, region };
  };
  const places = new Map<string, { readonly place: Pick<Partition, 'cloud' | 'region'>; readonly own: Host[] }>();
  for (const host of hosts) {
    const { cloud, region } = placeOfOffer(host.query, host.offer);
    const { name, ...place } = keyOf(cloud, region);
    const found = places.get(name);
    if (found === undefined) places.set(name, { place, own: [host] });
    else found.own.push(host);
  }
  // Whoever runs machines already is where they are, also those that take nothing more.
  const homes = new Set(
    running.flatMap(({ machine, host }) => {
      const cloud =
        host === undefined ? cloudOf(machine, compiled.catalog) : placeOfOffer(host.query, host.offer).cloud;
      return cloud === undefined ? [] : [keyOf(cloud, machine.region).name];
    }),
  );
  const partitions = [...places]
    // Units that sit together and need machines of different bases can be nowhere.
    .filter(([name]) => clashing.length === 0 && (homes.size === 0 || (homes.size === 1 && homes.has(name))))
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, { place, own }]) => partitionOf(name, place, own, known, { classes, dimensions }));
  return {
    companies,
    classes,
    clashing,
    dimensions,
    hosts,
    partitions,
    kept: known.reduce((sum, { machine, host }) => {
      const { counts } = standing(machine, host, { classes, dimensions });
      return sum + (counts.some((count) => count > 0) ? BigInt(machine.keepPrice) : 0n);
    }, 0n),
    homes: [...homes].sort(compareText),
    unknownMachines: running.filter(({ host }) => host === undefined).map(({ machine }) => machine),
  };
}
