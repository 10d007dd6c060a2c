import type { RunningMachine } from '../request/model.ts';
import { isSpread, keptOn, zonesFor } from './verify-model-plan.ts';
import { type Room, type Site, type World, zonesAt } from './verify-model-world.ts';

/** What has to be placed in one place, and what it may be placed on, as numbers. */

/** Units that nothing tells apart: companies, of those that are spread in one zone each. */
export interface Row {
  readonly companies: readonly number[];
  /** Number of the zone, in order of names. */
  readonly zone: number | undefined;
  readonly demand: number;
  /** More than the demand where it may be in a lot; see `Even`. */
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
  /** What is free, by dimension; Infinity where nothing binds. */
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
  /** Why nothing can be placed at all, where that shows at once. */
  readonly impossible: string | undefined;
}

/** Companies that nothing tells apart, neither the catalog nor `mark`, as lists of their indices. */
export function alike({ companies, sites }: World, mark: (company: number) => string): readonly (readonly number[])[] {
  const masks = [...new Set(sites.map(({ allows }) => allows))];
  const lots = new Map<string, number[]>();
  for (const [index, { groups }] of companies.entries()) {
    const ids = new Set(groups.map(({ id }) => id));
    const isAlone =
      groups.some((one) => one.spread !== undefined || one.maxPerMachine !== undefined || one.apartFrom.length > 0) ||
      companies.some((other) => other.groups.some((one) => one.apartFrom.some((id) => ids.has(id))));
    const takes = new Map<string, number>();
    for (const { needs, container } of groups) {
      for (const [dimension, amount] of needs) takes.set(dimension, (takes.get(dimension) ?? 0) + amount);
      if (container !== undefined)
        takes.set(`${container.capability}!`, (takes.get(`${container.capability}!`) ?? 0) + 1);
    }
    const key = isAlone
      ? index
      : `${mark(index)} ${[...takes].sort().join()} ${masks.map((mask) => Number(mask[index])).join('')}`;
    lots.set(String(key), [...(lots.get(String(key)) ?? []), index]);
  }
  return [...lots.values()];
}

interface Standing {
  readonly machine: RunningMachine;
  readonly site: Site;
  /** By company: how many stay on it. */
  readonly counts: readonly number[];
}

/** How many of each company stay where they are, on machines that are left out too. */
function staying(world: World, machine: RunningMachine): readonly number[] {
  const kept = new Set(keptOn(world, machine));
  return world.companies.map(
    ({ leader }) =>
      Array.from({ length: leader.count }, (_, at) => `${leader.id}/${at}`).filter((id) => kept.has(id)).length,
  );
}

function rowsOf(
  world: World,
  lots: readonly (readonly number[])[],
  sites: readonly Site[],
  running: readonly Standing[],
): Pick<Cover, 'rows' | 'evens' | 'impossible'> & { readonly zones: readonly (string | undefined)[] } {
  const { companies, request } = world;
  const kept = request.machines.map((machine) => staying(world, machine));
  const open = companies.map(({ leader }, at) => leader.count - kept.reduce((sum, counts) => sum + counts[at]!, 0));
  const rows: Omit<Row, 'apart'>[] = [];
  const zones: (string | undefined)[] = [];
  const evens: Even[] = [];
  let impossible: string | undefined;
  for (const lot of lots) {
    const [index] = lot as [number];
    const demand = lot.reduce((sum, company) => sum + open[company]!, 0);
    if (!isSpread(companies[index]!)) {
      rows.push({ companies: lot, zone: undefined, demand, ceiling: demand });
      zones.push(undefined);
      continue;
    }
    const own = zonesFor(world, sites, index);
    const there = own.map((zone) =>
      running.reduce((sum, { machine, counts }) => sum + (machine.zone === zone ? counts[index]! : 0), 0),
    );
    const total = there.reduce((sum, count) => sum + count, demand);
    const each = Math.floor(total / Math.max(1, own.length));
    const fuller = there.filter((count) => count > each).length;
    const extra = total - each * own.length - fuller;
    if ((own.length === 0 && demand > 0) || (own.length > 0 && (extra < 0 || there.some((count) => count > each + 1))))
      impossible = `${companies[index]!.leader.id} cannot be spread evenly`;
    const first = rows.length;
    for (const [zone, name] of own.entries()) {
      const least = Math.max(0, each - there[zone]!);
      rows.push({ companies: lot, zone, demand: least, ceiling: least + (extra > 0 && there[zone]! <= each ? 1 : 0) });
      zones.push(name);
    }
    const even = own.flatMap((_, zone) => (there[zone]! <= each ? [first + zone] : []));
    if (extra > 0 && impossible === undefined) evens.push({ rows: even, extra });
  }
  const areApart = (a: number, b: number): boolean =>
    companies[a]!.groups.some((one) =>
      companies[b]!.groups.some((other) => one.apartFrom.includes(other.id) || other.apartFrom.includes(one.id)),
    );
  const apart = rows.map((row) =>
    rows.flatMap((other, at) =>
      other.companies[0] !== row.companies[0] && areApart(row.companies[0]!, other.companies[0]!) ? [at] : [],
    ),
  );
  return { rows: rows.map((row, at) => ({ ...row, apart: apart[at]! })), evens, impossible, zones };
}

/**
 * The sites of one place, and what runs, as bins.
 *
 * @param lots companies that are counted together; see `alike`
 */
export function coverOf(world: World, lots: readonly (readonly number[])[], sites: readonly Site[]): Cover {
  const { companies, catalog, dimensions } = world;
  const running = world.running.map((one): Standing => ({ ...one, counts: staying(world, one.machine) }));
  const { rows, evens, impossible, zones } = rowsOf(world, lots, sites, running);
  const takes = (room: readonly Room[], company: number): readonly number[] =>
    dimensions.map((dimension, at) =>
      companies[company]!.groups.reduce(
        (sum, { needs, container }) =>
          sum + (needs.get(dimension) ?? 0) + (room[at]!.perGuest.get(container?.capability ?? '') ?? 0),
        0,
      ),
    );
  const mostOf = companies.map(({ groups }) => Math.min(...groups.map((one) => one.maxPerMachine ?? Infinity)));
  const usual = rows.map(({ companies: [first], ceiling }) => Math.min(mostOf[first!]!, ceiling));
  // The same sizes are one object, so that bins are quickly compared.
  const shared = new Map<string, Bin['sizes']>();
  const numbers = new Map<unknown, number>();
  const numberOf = (value: unknown): number => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  };
  const guestKeys = new Map<readonly Room[], string>();
  const sizesAt = ({ allows, room }: Site, zone: string | undefined): Bin['sizes'] => {
    const guests = guestKeys.get(room) ?? JSON.stringify(room.map(({ perGuest }) => [...perGuest]));
    guestKeys.set(room, guests);
    const key = `${numberOf(allows)} ${zone} ${guests}`;
    const sizes =
      shared.get(key) ??
      rows.map(({ companies: [first], ceiling }, row) =>
        ceiling > 0 && allows[first!]! && (zones[row] === undefined || zones[row] === zone)
          ? takes(room, first!)
          : undefined,
      );
    shared.set(key, sizes);
    return sizes;
  };
  const free = ({ room }: Site): readonly number[] =>
    room.map(({ capacity, reserved }) => (capacity === undefined ? Infinity : capacity - reserved));
  const all: Bin[] = [];
  const supplies: number[] = [];
  for (const { machine, site, counts } of running) {
    const room = free(site).map((amount, at) => {
      const held = counts.reduce(
        (sum, count, company) => sum + count * (count > 0 ? takes(site.room, company)[at]! : 0),
        0,
      );
      return Math.max(0, amount - held - (machine.used.get(dimensions[at]!) ?? 0));
    });
    const most = rows.map(({ companies: [first], apart, ceiling }) => {
      const isKept = apart.some((other) => rows[other]!.companies.some((company) => counts[company]! > 0));
      return isKept ? 0 : Math.max(0, Math.min(ceiling, mostOf[first!]! - counts[first!]!));
    });
    // A machine on which something stays is paid for in any case.
    const price = counts.some((count) => count > 0) ? 0 : machine.keepPrice;
    all.push({ price, room, sizes: sizesAt(site, machine.zone), most, supply: supplies.length });
    supplies.push(1);
  }
  const supplyOf = new Map<number, number>();
  const inZones = zones.some((zone) => zone !== undefined);
  for (const site of sites) {
    const room = free(site);
    if (room.some((amount) => amount < 0)) continue;
    const limit = catalog.offers.limit[site.offer]!;
    if (limit !== Infinity && !supplyOf.has(site.offer)) supplyOf.set(site.offer, supplies.push(limit) - 1);
    for (const zone of inZones ? (zonesAt(catalog, site.offer) ?? [undefined]) : [undefined])
      all.push({ price: site.price, room, sizes: sizesAt(site, zone), most: usual, supply: supplyOf.get(site.offer) });
  }
  const bins = undominated(all, usual);
  const holds = (row: number): boolean => bins.some((bin) => bin.most[row]! > 0 && fitsIn(bin.sizes[row], bin.room));
  const lacking = rows.find(({ demand }, row) => demand > 0 && !holds(row));
  const uneven = evens.find((even) => even.rows.filter(holds).length < even.extra);
  const stuck = lacking ?? (uneven === undefined ? undefined : rows[uneven.rows[0]!]);
  return {
    rows,
    evens,
    bins,
    supplies,
    grain: bins.reduce((common, { price }) => gcd(common, BigInt(price)), 0n),
    impossible:
      impossible ??
      (stuck === undefined ? undefined : `no machine can hold ${companies[stuck.companies[0]!]!.leader.id}`),
  };
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));

export const fitsIn = (size: readonly number[] | undefined, room: readonly number[]): boolean =>
  size?.every((amount, at) => amount <= room[at]!) === true;

/** Bins without those that are no better in anything than another one, of which there is no end. */
function undominated(bins: readonly Bin[], usual: readonly number[]): readonly Bin[] {
  // More room than for all that may come is of no use.
  const ends = new Map<Bin['sizes'], readonly number[]>();
  const endOf = (sizes: Bin['sizes'], width: number): readonly number[] => {
    const end =
      ends.get(sizes) ??
      Array.from({ length: width }, (_, at) =>
        sizes.reduce(
          (sum, size, row) => sum + (size === undefined || usual[row] === 0 ? 0 : size[at]! * usual[row]!),
          0,
        ),
      );
    ends.set(sizes, end);
    return end;
  };
  const kept: Bin[] = [];
  for (const bin of [...bins].sort((a, b) => a.price - b.price)) {
    const { sizes, supply } = bin;
    if (!sizes.some((size, row) => bin.most[row]! > 0 && fitsIn(size, bin.room))) continue;
    const end = endOf(sizes, bin.room.length);
    const room = bin.room.map((amount, at) => Math.min(amount, end[at]!));
    const isBeaten = kept.some((other) => {
      if (other.supply !== undefined && (other.supply !== supply || other.most !== usual)) return false;
      if (!fitsIn(room, other.room)) return false;
      if (other.sizes === sizes) return true;
      return sizes.every((size, row) => size === undefined || fitsIn(other.sizes[row], size));
    });
    if (!isBeaten) kept.push(bin);
  }
  return kept;
}
