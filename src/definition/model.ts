import type { Catalog } from '../catalog/catalog.ts';
import { textAt } from '../catalog/column.ts';
import type { Compiled } from '../match/compiled.ts';
import type { ModelRequest, RunningMachine, UnitGroup } from '../request/model.ts';
import { placeAt } from './facts.ts';
import { named, type Site, sitesOf, sizeOf } from './site.ts';

/**
 * What a model may be made of, and what has to be placed of it, from the definition alone. Beside `machine`, which
 * says it of single machines; nothing is shared with the solver.
 */

/** Groups whose units of one number share a machine, the one that the others are with first. */
export interface Company {
  readonly leader: UnitGroup;
  readonly groups: readonly UnitGroup[];
  /** How many of them one machine may hold at the most; Infinity: any number. */
  readonly most: number;
  readonly isSpread: boolean;
  /** Companies none of which may be on a machine with one of it. */
  readonly apart: ReadonlySet<number>;
}

/** A unit, called `web/0`. */
export interface Unit {
  readonly name: string;
  readonly group: UnitGroup;
  readonly company: number;
  /** Names of all that are together with it, itself included. */
  readonly together: readonly string[];
}

/** A running machine. */
export interface Running {
  readonly machine: RunningMachine;
  /** What it is; undefined where the catalog knows no offer of it. */
  readonly site: Site | undefined;
  /** Names of the units that stay on it, those that are with them included. */
  readonly kept: ReadonlySet<string>;
  /** The same as numbers by company. */
  readonly counts: readonly number[];
  /** What is free for more, by dimension. */
  readonly free: readonly number[];
}

export interface ModelDefinition {
  readonly catalog: Catalog;
  readonly request: ModelRequest;
  readonly companies: readonly Company[];
  readonly units: ReadonlyMap<string, Unit>;
  readonly dimensions: readonly string[];
  readonly sites: readonly Site[];
  /** By name. */
  readonly running: ReadonlyMap<string, Running>;
  /** Where machines run, those that the catalog knows no offer of included. */
  readonly homes: ReadonlySet<string>;
  /** Where all machines may be together: sites by cloud and region, as far as these may not be mixed. */
  readonly places: ReadonlyMap<string, readonly Site[]>;
}

/** The place of what is in a cloud and region, as `ModelDefinition.places` names it. */
export const placeNamed = (
  { mix }: ModelRequest,
  { cloud, region }: { readonly cloud: string; readonly region: string },
): string => (mix.includes('cloud') ? '' : mix.includes('region') ? cloud : `${cloud} ${region}`);

function companiesOf({ units }: ModelRequest): readonly Company[] {
  const all = units
    .filter((group) => group.with === undefined)
    .map((leader) => [leader, ...units.filter((group) => group.with === leader.id)]);
  const names = ({ id, apartFrom }: UnitGroup, other: UnitGroup): boolean =>
    apartFrom.includes(other.id) || other.apartFrom.includes(id);
  const areApart = (some: readonly UnitGroup[], others: readonly UnitGroup[]): boolean =>
    some !== others && some.some((one) => others.some((other) => names(one, other)));
  return all.map((groups) => ({
    leader: groups[0]!,
    groups,
    most: Math.min(...groups.map(({ maxPerMachine }) => maxPerMachine ?? Infinity)),
    isSpread: groups.some(({ spread }) => spread !== undefined),
    apart: new Set(all.flatMap((others, index) => (areApart(groups, others) ? [index] : []))),
  }));
}

function unitsOf(companies: readonly Company[]): ReadonlyMap<string, Unit> {
  const units = companies.flatMap(({ groups, leader }, company) =>
    Array.from({ length: leader.count }, (_, number) => {
      const together = groups.map(({ id }) => `${id}/${number}`);
      return groups.map((group, at) => ({ name: together[at]!, group, company, together }));
    }).flat(),
  );
  return new Map(units.map((unit) => [unit.name, unit]));
}

/** The places of a machine of a type that nobody offers: one, or none where several clouds have such a type. */
function homeOf({ types }: Catalog, request: ModelRequest, machine: RunningMachine): readonly string[] {
  const rows = Array.from({ length: types.size }, (_, row) => row);
  const own = rows.filter((row) => textAt(types, 'type.name', row) === machine.type);
  const clouds = new Set(
    machine.cloud === undefined ? own.map((row) => textAt(types, 'type.cloud', row)!) : [machine.cloud],
  );
  return clouds.size === 1 ? [placeNamed(request, { cloud: [...clouds][0]!, region: machine.region })] : [];
}

/** A running machine as what it is. It is taken to run on demand, and with the model's base, where it may. */
function runningOf(
  { catalog, request, companies, units, dimensions, sites }: Omit<ModelDefinition, 'running' | 'homes' | 'places'>,
  machine: RunningMachine,
): Running {
  const rank = ({ offer, base }: Site): number =>
    (textAt(catalog.offers, 'offer.market', offer) === 'spot' ? 2 : 0) + (named(base) === named(request.base) ? 0 : 1);
  const [site] = sites
    .filter(({ offer }) => {
      const { type, cloud, region } = placeAt(catalog, offer);
      return type === machine.type && region === machine.region && [undefined, cloud].includes(machine.cloud);
    })
    .sort((a, b) => rank(a) - rank(b));
  const kept = new Set(machine.units.flatMap((name) => units.get(name)?.together ?? []));
  const counts = companies.map(({ leader }) => [...kept].filter((name) => units.get(name)!.group === leader).length);
  const held = companies.map(({ groups }) => (site === undefined ? [] : sizeOf(groups, site.room, dimensions)));
  const free = (site?.free ?? []).map((amount, at) =>
    counts.reduce(
      (left, count, company) => left - count * held[company]![at]!,
      amount - (machine.used.get(dimensions[at]!) ?? 0),
    ),
  );
  return { machine, site, kept, counts, free: free.map((amount) => Math.max(0, amount)) };
}

/**
 * All that a model may be made of.
 *
 * @param at the day that prices and rules are judged by
 */
export function modelDefinition(compiled: Compiled, request: ModelRequest, at: string | undefined): ModelDefinition {
  const { catalog } = compiled;
  const companies = companiesOf(request);
  const dimensions = [...new Set(request.units.flatMap(({ needs }) => [...needs.keys()]))].sort();
  const bare = request.units.filter(({ container }) => container === undefined);
  const bases = new Map([request.base, ...bare.map(({ base }) => base)].map((base) => [named(base), base]));
  const groups = companies.map((company) => company.groups);
  const sites = [...bases.values()].flatMap((base) => sitesOf(compiled, request, groups, dimensions, base, at));
  const world = { catalog, request, companies, units: unitsOf(companies), dimensions, sites };
  const running = new Map(request.machines.map((machine) => [machine.id, runningOf(world, machine)]));
  const homes = new Set(
    [...running.values()].flatMap(({ machine, site }) =>
      site === undefined ? homeOf(catalog, request, machine) : [placeNamed(request, placeAt(catalog, site.offer))],
    ),
  );
  const places = new Map<string, Site[]>();
  for (const site of sites) {
    const place = placeNamed(request, placeAt(catalog, site.offer));
    if (homes.size > 1 || (homes.size === 1 && !homes.has(place))) continue;
    places.set(place, places.get(place) ?? []);
    places.get(place)!.push(site);
  }
  return { ...world, running, homes, places };
}
