import { type Company, type ModelDefinition, type Site, sizeOf, zonesAt } from '../plan/model-definition.ts';
import type { RunningMachine } from '../request/model.ts';

/** What has to be placed in one place, and what it may be placed on, as numbers. */

/** Units that nothing tells apart: companies, of those that are spread in one zone each. */
export interface Row {
  readonly companies: readonly number[];
  readonly zone: string | undefined;
  /** Number of the zone, in order of names. */
  readonly number: number | undefined;
  readonly demand: number;
  /** One more than the demand where it may be an extra; see `Even`. */
  readonly ceiling: number;
  readonly apart: readonly number[];
}

/** Rows of which `extra` have one unit more. */
export interface Even {
  readonly rows: readonly number[];
  readonly extra: number;
}

export interface Bin {
  /** Nano-dollars an hour. */
  readonly price: number;
  /** What is free, by dimension, and no more than all that may come takes. */
  readonly room: readonly number[];
  /** By row; undefined where none may be here. */
  readonly sizes: readonly (readonly number[] | undefined)[];
  /** By row: how many may be here at the most. */
  readonly most: readonly number[];
  /** Which limit it counts against; undefined: none. */
  readonly supply: number | undefined;
}

export interface Cover {
  readonly rows: readonly Row[];
  readonly evens: readonly Even[];
  /** Without those that others do as well as. */
  readonly bins: readonly Bin[];
  readonly supplies: readonly number[];
  /** What divides all prices; 0 where they are 0. */
  readonly grain: bigint;
  /** Whether it shows at once that nothing can be placed. */
  readonly isImpossible: boolean;
}

export const isSpread = ({ groups }: Company): boolean => groups.some(({ spread }) => spread !== undefined);

export const fitsIn = (size: readonly number[] | undefined, room: readonly number[]): boolean =>
  size?.every((amount, at) => amount <= room[at]!) === true;

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));

/** What an empty machine has for units, by dimension. */
const freeAt = ({ room }: Site): readonly number[] =>
  room.map(({ capacity, reserved }) => (capacity ?? Infinity) - reserved);

/** Zones of a place in which a company that is spread may have a machine, in order of their names. */
export function zonesFor(world: ModelDefinition, sites: readonly Site[], company: number): readonly string[] {
  const own = sites.filter(
    (site) =>
      site.allows[company]! && fitsIn(sizeOf(world.companies[company]!, site.room, world.dimensions), freeAt(site)),
  );
  return [...new Set(own.flatMap(({ offer }) => zonesAt(world.catalog, offer) ?? []))].sort();
}

/** Names of the units that stay on a running machine, those that are with them included. */
export function keptOn({ companies }: ModelDefinition, { units }: RunningMachine): readonly string[] {
  const names = new Set(units);
  return companies.flatMap(({ leader, groups }) =>
    Array.from({ length: leader.count }, (_, number) => number)
      .filter((number) => names.has(`${leader.id}/${number}`))
      .flatMap((number) => groups.map(({ id }) => `${id}/${number}`)),
  );
}

/** How many of each company stay on a running machine. */
const keptBy = (world: ModelDefinition, machine: RunningMachine): readonly number[] => {
  const kept = keptOn(world, machine);
  return world.companies.map(({ leader: { id } }) => kept.filter((name) => name.replace(/\/\d+$/, '') === id).length);
};

const areApart = (one: Company, other: Company): boolean =>
  one.groups.some((a) => other.groups.some((b) => a.apartFrom.includes(b.id) || b.apartFrom.includes(a.id)));

/** Companies that nothing tells apart, neither the catalog nor `mark`, as lists of their indices. */
export function alike(
  { companies, sites, dimensions }: ModelDefinition,
  mark: (company: number) => string,
): readonly (readonly number[])[] {
  const masks = [...new Set(sites.map(({ allows }) => allows))];
  const lots = new Map<string, number[]>();
  for (const [index, company] of companies.entries()) {
    const { groups } = company;
    const isSingular =
      isSpread(company) ||
      groups.some(({ maxPerMachine }) => maxPerMachine !== undefined) ||
      companies.some((other) => areApart(company, other));
    const needs = dimensions.map((one) => groups.reduce((sum, group) => sum + (group.needs.get(one) ?? 0), 0));
    const guests = groups.map(({ container }) => container?.capability ?? '').sort();
    const key = isSingular ? index : [mark(index), ...needs, ...guests, ...masks.map((mask) => mask[index])];
    lots.set(String(key), [...(lots.get(String(key)) ?? []), index]);
  }
  return [...lots.values()];
}

/** Rows of a place, where some of each company stay on running machines; undefined: they cannot be spread evenly. */
function rowsOf(
  world: ModelDefinition,
  lots: readonly (readonly number[])[],
  sites: readonly Site[],
): Pick<Cover, 'rows' | 'evens'> | undefined {
  const { companies, request } = world;
  const kept = request.machines.map((machine) => keptBy(world, machine));
  const standing = world.running.map(({ machine }) => ({ zone: machine.zone, counts: keptBy(world, machine) }));
  const rows: Omit<Row, 'apart'>[] = [];
  const evens: Even[] = [];
  for (const lot of lots) {
    const [company] = lot as [number];
    const left = (one: number): number =>
      kept.reduce((sum, counts) => sum - counts[one]!, companies[one]!.leader.count);
    const demand = lot.reduce((sum, one) => sum + left(one), 0);
    if (!isSpread(companies[company]!)) {
      rows.push({ companies: lot, zone: undefined, number: undefined, demand, ceiling: demand });
      continue;
    }
    const zones = zonesFor(world, sites, company);
    const there = zones.map((zone) =>
      standing.reduce((sum, one) => sum + (one.zone === zone ? one.counts[company]! : 0), 0),
    );
    const total = there.reduce((sum, count) => sum + count, demand);
    const each = Math.floor(total / Math.max(1, zones.length));
    const extra = total - each * zones.length - there.filter((count) => count > each).length;
    if (zones.length === 0 ? demand > 0 : extra < 0 || there.some((count) => count > each + 1)) return undefined;
    const isOpen = (zone: number): boolean => extra > 0 && there[zone]! <= each;
    if (extra > 0 && zones.length > 0)
      evens.push({ rows: zones.flatMap((_, zone) => (isOpen(zone) ? [rows.length + zone] : [])), extra });
    for (const [number, zone] of zones.entries()) {
      const least = Math.max(0, each - there[number]!);
      rows.push({ companies: lot, zone, number, demand: least, ceiling: least + Number(isOpen(number)) });
    }
  }
  const isApart = (a: number, b: number): boolean => a !== b && areApart(companies[a]!, companies[b]!);
  const apartFrom = ([own]: readonly number[]): readonly number[] =>
    rows.flatMap((other, at) => (isApart(own!, other.companies[0]!) ? [at] : []));
  return { rows: rows.map((row) => ({ ...row, apart: apartFrom(row.companies) })), evens };
}

/**
 * The sites of one place, and what runs, as bins.
 *
 * @param lots companies that are counted together; see `alike`
 */
export function coverOf(world: ModelDefinition, lots: readonly (readonly number[])[], sites: readonly Site[]): Cover {
  const { companies, catalog, dimensions } = world;
  const spread = rowsOf(world, lots, sites);
  const { rows, evens } = spread ?? { rows: [], evens: [] };
  const mostOf = companies.map(({ groups }) => Math.min(...groups.map((one) => one.maxPerMachine ?? Infinity)));
  const usual = rows.map(({ companies: [first], ceiling }) => Math.min(mostOf[first!]!, ceiling));
  const all: Bin[] = [];
  const supplies: number[] = [];
  // The same sizes are one object, so that bins are quickly compared.
  const shared = new Map<string, Bin['sizes']>();
  const guests = new Map<Site['room'], string>();
  const add = (
    site: Site,
    zone: string | undefined,
    free: readonly number[],
    bin: Omit<Bin, 'room' | 'sizes'>,
  ): void => {
    guests.set(site.room, guests.get(site.room) ?? site.room.map(({ perGuest }) => [...perGuest].join()).join(';'));
    const key = `${site.allows.join()} ${zone} ${guests.get(site.room)}`;
    const own = shared.get(key);
    const mayHold = (row: Row): boolean =>
      row.ceiling > 0 && site.allows[row.companies[0]!]! && (row.zone === undefined || row.zone === zone);
    const sizes =
      own ??
      rows.map((row) => (mayHold(row) ? sizeOf(companies[row.companies[0]!]!, site.room, dimensions) : undefined));
    shared.set(key, sizes);
    const room = free.map((amount, at) =>
      Math.min(
        amount,
        sizes.reduce((sum, size, row) => sum + (size?.[at] ?? 0) * usual[row]!, 0),
      ),
    );
    if (sizes.some((size, row) => bin.most[row]! > 0 && fitsIn(size, room))) all.push({ ...bin, room, sizes });
  };
  for (const { machine, site } of world.running) {
    const counts = keptBy(world, machine);
    const sizes = companies.map((company) => sizeOf(company, site.room, dimensions));
    const free = freeAt(site).map((amount, at) => {
      const held = counts.reduce((sum, count, company) => sum + count * sizes[company]![at]!, 0);
      return Math.max(0, amount - held - (machine.used.get(dimensions[at]!) ?? 0));
    });
    const isShut = (row: Row): boolean => row.apart.some((at) => rows[at]!.companies.some((one) => counts[one]! > 0));
    const leftFor = ([first]: readonly number[]): number => Math.max(0, mostOf[first!]! - counts[first!]!);
    const most = rows.map((row) => (isShut(row) ? 0 : Math.min(row.ceiling, leftFor(row.companies))));
    // A machine on which something stays is paid for in any case.
    const price = counts.some((count) => count > 0) ? 0 : machine.keepPrice;
    add(site, machine.zone, free, { price, most, supply: supplies.push(1) - 1 });
  }
  const supplyOf = new Map<number, number>();
  for (const site of sites) {
    const [free, limit] = [freeAt(site), catalog.offers.limit[site.offer]!];
    if (free.some((amount) => amount < 0)) continue;
    if (limit !== Infinity && !supplyOf.has(site.offer)) supplyOf.set(site.offer, supplies.push(limit) - 1);
    const isInZones = rows.some(({ zone }) => zone !== undefined);
    for (const zone of (isInZones ? zonesAt(catalog, site.offer) : undefined) ?? [undefined])
      add(site, zone, free, { price: site.price, most: usual, supply: supplyOf.get(site.offer) });
  }
  const isBetter = (one: Bin, other: Bin): boolean =>
    (one.supply === undefined || (one.supply === other.supply && one.most === usual)) &&
    fitsIn(other.room, one.room) &&
    (one.sizes === other.sizes || other.sizes.every((size, row) => size === undefined || fitsIn(one.sizes[row], size)));
  const bins: Bin[] = [];
  for (const bin of all.sort((a, b) => a.price - b.price))
    if (!bins.some((better) => isBetter(better, bin))) bins.push(bin);
  const isHeld = (row: number): boolean => bins.some((bin) => bin.most[row]! > 0 && fitsIn(bin.sizes[row], bin.room));
  const isImpossible =
    spread === undefined ||
    rows.some(({ demand }, row) => demand > 0 && !isHeld(row)) ||
    evens.some((even) => even.rows.filter(isHeld).length < even.extra);
  const grain = bins.reduce((common, { price }) => gcd(common, BigInt(price)), 0n);
  return { rows, evens, bins, supplies, grain, isImpossible };
}
