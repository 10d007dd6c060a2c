import { textAt } from '../catalog/column.ts';
import type { Compiled } from '../match/compiled.ts';
import { prepare, type Query } from '../match/query.ts';
import { ranked, sweep } from '../match/scan.ts';
import { compareText } from '../quantity/order.ts';
import { type Assignment, assign } from '../solve/assign.ts';
import type { MachineGroup } from './deploy-requests.ts';

/** Which offers a bundle's machines are, all in one place: that in which they cost least together. */

/** An offer that serves a machine, with the image that it boots. */
export interface Fit {
  readonly row: number;
  readonly image: number;
  /** Nano-dollars per hour, as billed. */
  readonly price: number;
}

/** What serves a group of machines, by place (a row of regions), the cheapest first. */
export interface GroupFits {
  readonly query: Query;
  readonly byPlace: ReadonlyMap<number, readonly Fit[]>;
}

export interface Place {
  /** A row of the catalog's regions. */
  readonly region: number;
  readonly cloud: string;
  readonly name: string;
}

export interface Chosen {
  readonly place: Place;
  /** Nano-dollars per hour of all machines. */
  readonly cost: bigint;
  /** For each group what its machines are, in turn. */
  readonly machines: readonly (readonly Fit[])[];
}

export interface Choices {
  readonly fits: readonly GroupFits[];
  /** Places that hold all machines, the cheapest first, then by names. Of these only the first is worked out in full. */
  readonly places: readonly { readonly place: Place; readonly cost: bigint }[];
  readonly best: Chosen | undefined;
  /** Where nothing holds all: the place that holds the most machines. Undefined where no place holds any. */
  readonly nearest: { readonly place: Place; readonly missing: readonly number[] } | undefined;
}

/** The offers that fit a group, as many in each place as could be needed. */
function fitsOf(compiled: Compiled, { request }: MachineGroup, total: number, at: string | undefined): GroupFits {
  const query = prepare(compiled, request, at);
  const swept = sweep(query);
  const { offers } = query.space;
  const byPlace = new Map<number, Fit[]>();
  const room = new Map<number, number>();
  for (const row of ranked(query, swept, query.musts)) {
    const region = offers.region[row]!;
    const before = room.get(region) ?? 0;
    // Whatever the other machines take, so many offers are enough.
    if (before >= total) continue;
    room.set(region, before + offers.limit[row]!);
    const fit = { row, image: swept.image[row]!, price: swept.price[row]! };
    const fits = byPlace.get(region);
    if (fits === undefined) byPlace.set(region, [fit]);
    else fits.push(fit);
  }
  return { query, byPlace };
}

/** What all machines are in one place; undefined where the offers there are too few. */
function assignIn(region: number, groups: readonly MachineGroup[], fits: readonly GroupFits[]): Assignment | undefined {
  const { limit } = fits[0]!.query.space.offers;
  const rows = [...new Set(fits.flatMap(({ byPlace }) => (byPlace.get(region) ?? []).map(({ row }) => row)))];
  const index = new Map(rows.map((row, at) => [row, at]));
  return assign({
    demands: groups.map(({ machines }) => machines.length),
    limits: rows.map((row) => limit[row]!),
    choices: fits.map(({ byPlace }) =>
      (byPlace.get(region) ?? []).map(({ row, price }) => ({ offer: index.get(row)!, cost: price })),
    ),
  });
}

function machinesIn(region: number, assignment: Assignment, fits: readonly GroupFits[]): Chosen['machines'] {
  const rows = [...new Set(fits.flatMap(({ byPlace }) => (byPlace.get(region) ?? []).map(({ row }) => row)))];
  return assignment.taken.map((taken, group) => {
    const byRow = new Map(fits[group]!.byPlace.get(region)!.map((fit) => [fit.row, fit]));
    return taken.flatMap(({ offer, count }) => new Array<Fit>(count).fill(byRow.get(rows[offer]!)!));
  });
}

/** The cheapest place for all machines, and how they are got there. */
export function chooseOffers(compiled: Compiled, groups: readonly MachineGroup[], at: string | undefined): Choices {
  const { regions } = compiled.catalog;
  const total = groups.reduce((sum, { machines }) => sum + machines.length, 0);
  const fits = groups.map((group) => fitsOf(compiled, group, total, at));
  const all = [...new Set(fits.flatMap(({ byPlace }) => [...byPlace.keys()]))];
  const holding = all.flatMap((region) => {
    const assignment = assignIn(region, groups, fits);
    return assignment === undefined ? [] : [{ place: placeAt(regions, region), cost: assignment.cost, assignment }];
  });
  holding.sort((a, b) => (a.cost < b.cost ? -1 : a.cost > b.cost ? 1 : 0) || comparePlaces(a.place, b.place));
  const [first] = holding;
  const places = holding.map(({ place, cost }) => ({ place, cost }));
  if (first !== undefined) {
    const { place, cost, assignment } = first;
    return {
      fits,
      places,
      best: { place, cost, machines: machinesIn(place.region, assignment, fits) },
      nearest: undefined,
    };
  }
  const near = all
    .map((region) => {
      const missing = fits.flatMap(({ byPlace }, group) => (byPlace.has(region) ? [] : [group]));
      const count = missing.reduce((sum, group) => sum + groups[group]!.machines.length, 0);
      return { place: placeAt(regions, region), missing, count };
    })
    .sort((a, b) => a.count - b.count || comparePlaces(a.place, b.place));
  return { fits, places, best: undefined, nearest: near[0] };
}

function placeAt(regions: Compiled['catalog']['regions'], region: number): Place {
  const cloud = textAt(regions, 'offer.cloud', region) ?? '';
  return { region, cloud, name: textAt(regions, 'offer.region', region) ?? '' };
}

const comparePlaces = (a: Place, b: Place): number => compareText(a.cloud, b.cloud) || compareText(a.name, b.name);
