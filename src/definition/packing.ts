import { zonesAt } from './facts.ts';
import type { ModelDefinition } from './model.ts';
import type { Site } from './site.ts';

/** What has to be placed in one place, and what it may be placed on, as numbers, from the definition alone. */

/** What has to be placed of a company in one zone of a place, or anywhere in it. */
export interface Share {
  readonly zone: string | undefined;
  /** Number of the zone, in order of names. */
  readonly number: number | undefined;
  readonly demand: number;
  /** One more than the demand where it may be one of the zones that have an extra one. */
  readonly ceiling: number;
}

/** Units that nothing tells apart: those of companies that are alike, of one that is spread in one zone each. */
export interface Row extends Share {
  /** The first of them. */
  readonly company: number;
  /** Rows none of which may be on a machine with it. */
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

/** A place as numbers. */
export interface Packing {
  readonly rows: readonly Row[];
  readonly evens: readonly Even[];
  readonly bins: readonly Bin[];
  readonly supplies: readonly number[];
}

/** Zones of a place in which a company that is spread may have a machine, in order of their names. */
export function zonesFor({ catalog }: ModelDefinition, sites: readonly Site[], company: number): readonly string[] {
  const own = sites.filter(({ sizes, free }) => sizes[company]?.every((amount, at) => amount <= free[at]!) === true);
  return [...new Set(own.flatMap(({ offer }) => zonesAt(catalog, offer) ?? []))].sort();
}

/**
 * What has to be placed of a company in a place, beside what stays where it is. Of a company that is spread, the numbers
 * by zone differ by at most one; `extra` zones have one unit more than their demand.
 *
 * @returns undefined where it cannot be spread evenly
 */
export function sharesIn(
  world: ModelDefinition,
  sites: readonly Site[],
  company: number,
): { readonly shares: readonly Share[]; readonly extra: number } | undefined {
  const { leader, isSpread } = world.companies[company]!;
  const standing = [...world.running.values()].map(({ machine, site, counts }) => ({
    zone: site === undefined ? undefined : machine.zone,
    count: counts[company]!,
  }));
  const demand = standing.reduce((left, { count }) => left - count, leader.count);
  if (!isSpread) return { shares: [{ zone: undefined, number: undefined, demand, ceiling: demand }], extra: 0 };
  const zones = zonesFor(world, sites, company);
  const there = zones.map((zone) => standing.reduce((sum, one) => sum + (one.zone === zone ? one.count : 0), 0));
  const total = there.reduce((sum, count) => sum + count, demand);
  const each = Math.floor(total / Math.max(1, zones.length));
  const extra = total - each * zones.length - there.filter((count) => count > each).length;
  if (zones.length === 0 ? demand > 0 : extra < 0 || there.some((count) => count > each + 1)) return undefined;
  const shares = zones.map((zone, number) => {
    const least = Math.max(0, each - there[number]!);
    return { zone, number, demand: least, ceiling: least + (extra > 0 && there[number]! <= each ? 1 : 0) };
  });
  return { shares, extra: zones.length === 0 ? 0 : extra };
}

/** The rows of a place; undefined where something cannot be spread evenly. */
function rowsOf(world: ModelDefinition, lots: readonly (readonly number[])[], sites: readonly Site[]) {
  const rows: Omit<Row, 'apart'>[] = [];
  const evens: Even[] = [];
  for (const lot of lots) {
    const parts = lot.flatMap((company) => sharesIn(world, sites, company) ?? []);
    const [first] = parts;
    if (first === undefined) return undefined;
    const sum = (at: number, what: 'demand' | 'ceiling'): number =>
      parts.reduce((total, { shares }) => total + shares[at]![what], 0);
    const open = first.shares.flatMap(({ demand, ceiling }, at) => (ceiling > demand ? [rows.length + at] : []));
    if (first.extra > 0) evens.push({ rows: open, extra: first.extra });
    for (const [at, share] of first.shares.entries())
      rows.push({ ...share, company: lot[0]!, demand: sum(at, 'demand'), ceiling: sum(at, 'ceiling') });
  }
  const apartFrom = (company: number): readonly number[] =>
    rows.flatMap((other, at) => (world.companies[company]!.apart.has(other.company) ? [at] : []));
  return { rows: rows.map((row): Row => ({ ...row, apart: apartFrom(row.company) })), evens };
}

/**
 * The sites of one place, and what runs, as bins; undefined where something cannot be spread evenly.
 *
 * @param lots companies that are alike and counted together, as lists of their indices
 */
export function packingOf(
  world: ModelDefinition,
  lots: readonly (readonly number[])[],
  sites: readonly Site[],
): Packing | undefined {
  const { companies, catalog } = world;
  const spread = rowsOf(world, lots, sites);
  if (spread === undefined) return undefined;
  const { rows, evens } = spread;
  const usual = rows.map(({ company, ceiling }) => Math.min(companies[company]!.most, ceiling));
  const isInZones = rows.some(({ zone }) => zone !== undefined);
  const bins: Bin[] = [];
  const supplies: number[] = [];
  // The same sizes are one object, so that bins are quickly compared.
  const shared = new Map<Site['sizes'], Map<string | undefined, Bin['sizes']>>();
  const add = (site: Site, zone: string | undefined, free: Site['free'], bin: Omit<Bin, 'room' | 'sizes'>): void => {
    const known = shared.get(site.sizes) ?? new Map<string | undefined, Bin['sizes']>();
    const mayHold = (row: Row): boolean => row.ceiling > 0 && (row.zone === undefined || row.zone === zone);
    const sizes = known.get(zone) ?? rows.map((row) => (mayHold(row) ? site.sizes[row.company] : undefined));
    shared.set(site.sizes, known.set(zone, sizes));
    const room = free.map((amount, at) =>
      Math.min(
        amount,
        sizes.reduce((sum, size, row) => sum + (size?.[at] ?? 0) * usual[row]!, 0),
      ),
    );
    bins.push({ ...bin, room, sizes });
  };
  for (const { machine, site, counts, free } of world.running.values()) {
    if (site === undefined) continue;
    const isShut = ({ apart }: Row): boolean => apart.some((at) => counts[rows[at]!.company]! > 0);
    const leftFor = ({ company }: Row): number => Math.max(0, companies[company]!.most - counts[company]!);
    const most = rows.map((row) => (isShut(row) ? 0 : Math.min(row.ceiling, leftFor(row))));
    // A machine on which something stays is paid for in any case.
    const price = counts.some((count) => count > 0) ? 0 : machine.keepPrice;
    add(site, machine.zone, free, { price, most, supply: supplies.push(1) - 1 });
  }
  const supplyOf = new Map<number, number>();
  for (const site of sites) {
    const limit = catalog.offers.limit[site.offer]!;
    if (site.free.some((amount) => amount < 0)) continue;
    if (limit !== Infinity && !supplyOf.has(site.offer)) supplyOf.set(site.offer, supplies.push(limit) - 1);
    for (const zone of (isInZones ? zonesAt(catalog, site.offer) : undefined) ?? [undefined])
      add(site, zone, site.free, { price: site.price, most: usual, supply: supplyOf.get(site.offer) });
  }
  return { rows, evens, bins, supplies };
}
