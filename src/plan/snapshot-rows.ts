import { keyOf } from '../catalog/catalog.ts';
import { setAt, type Table, textAt } from '../catalog/column.ts';
import { type Candidates, candidatesOf, type Needs } from '../explain/candidates.ts';
import { conflictsOf } from '../explain/conflicts.ts';
import { relaxationsOf, savingsOf } from '../explain/relaxations.ts';
import type { Compiled } from '../match/compiled.ts';
import { isNamed, namedMachine } from '../match/machines.ts';
import { prepare, type Query } from '../match/query.ts';
import { ranked, type Sweep, sweep } from '../match/scan.ts';
import { listOf, textOf } from '../request/constraints.ts';
import { zonesOf } from '../request/request.ts';
import type { CatalogRows } from '../sources/written-catalog.ts';
import { withinBudget } from './answer.ts';
import type { Problem } from './problem.ts';
import type { Answer } from './schema.ts';

/**
 * Which rows of a catalog a snapshot keeps. What is kept of types and regions is kept with everything that is sold of
 * those types in those regions, so that a gap of the snapshot is a gap of the catalog.
 */

/** How much is kept: what the answer rests on, all that is for sale where it was asked for, or the whole catalog. */
export const WIDTHS = ['answer', 'scope', 'catalog'] as const;
export type Width = (typeof WIDTHS)[number];

const rowsOf = ({ size }: { readonly size: number }): readonly number[] =>
  Array.from({ length: size }, (_, row) => row);
const ascending = (rows: Iterable<number>): readonly number[] => [...new Set(rows)].sort((a, b) => a - b);

/** What is gathered: types and regions of which everything is kept, and single pairs beside them. */
interface Kept {
  readonly types: Set<number>;
  readonly regions: Set<number>;
  /** Pairs of a type and a region that is not asked for. */
  readonly pairs: Set<string>;
}

const pairOf = (type: number, region: number): string => `${type} ${region}`;

/** Everything in an answer that names a type in a region. */
function* offersNamed(
  value: unknown,
): Generator<{ readonly cloud: string; readonly type: string; readonly region: string }> {
  if (typeof value !== 'object' || value === null) return;
  const { cloud, type, region } = value as Record<string, unknown>;
  if (typeof cloud === 'string' && typeof type === 'string' && typeof region === 'string')
    yield { cloud, type, region };
  for (const part of Object.values(value)) yield* offersNamed(part);
}

const indexOf = (table: Table, cloud: string, name: string): ReadonlyMap<string, number> =>
  new Map(rowsOf(table).map((row) => [keyOf(textAt(table, cloud, row) ?? '', textAt(table, name, row) ?? ''), row]));

/** The offer of each group of candidates that explanations take: the cheapest, and as many as machines are asked for. */
function* examplesOf({ query, groups }: Candidates): Generator<number> {
  const { limit } = query.space.offers;
  for (const { offers, prices, example } of groups) {
    if (example !== -1) yield example;
    if (query.request.count === 1) {
      let best = 0;
      for (let index = 1; index < offers.length; index += 1) if (prices[index]! < prices[best]!) best = index;
      yield offers[best]!;
      continue;
    }
    const order = offers.map((_, index) => index).sort((a, b) => prices[a]! - prices[b]! || offers[a]! - offers[b]!);
    let room = 0;
    for (const index of order) {
      if (room >= query.request.count) break;
      room += limit[offers[index]!]!;
      yield offers[index]!;
    }
  }
}

/** The offers that come closest to a need of a conflict while they meet its others. */
function* closestOf(candidates: Candidates, told: number): Generator<number> {
  const { query, groups } = candidates;
  for (const { needs } of conflictsOf(candidates).conflicts.slice(0, told)) {
    for (const { need, closest } of needs) {
      const { measure } = query.needs[need]!;
      if (closest === undefined || measure === undefined) continue;
      const others = needs.reduce((set: Needs, one) => (one.need === need ? set : set | (1n << BigInt(one.need))), 0n);
      const group = groups.find(
        ({ missing, offers, prices }) =>
          (missing & others) === 0n &&
          offers.some((offer, index) => measure.has(query.space.offers.type[offer]!, prices[index]!) === closest),
      );
      const at = group?.offers.findIndex(
        (offer, index) => measure.has(query.space.offers.type[offer]!, group.prices[index]!) === closest,
      );
      if (group !== undefined && at !== undefined) yield group.offers[at]!;
    }
  }
}

/** The offers that explanations rest on, whether the answer shows them or not. */
function* offersBehind(query: Query, swept: Sweep, answer: Answer, at: string | undefined): Generator<number> {
  const { request, space } = query;
  const candidates = candidatesOf(query, swept);
  yield* examplesOf(candidates);
  const rows = ranked(query, swept, query.musts);
  let room = 0;
  for (const row of rows) {
    yield row;
    if (room >= request.count) break;
    room += space.offers.limit[row]!;
  }
  const [first] = rows;
  if (answer.conflicts !== undefined) {
    yield* closestOf(candidates, answer.conflicts.length);
    const { minimal, front } = relaxationsOf(candidates, at, withinBudget(request));
    for (const { offer } of [...minimal, ...front]) yield offer;
  } else if (first !== undefined)
    for (const { offer } of savingsOf(candidates, at, { offer: first, price: swept.price[first]! })) yield offer;
}

/** What the request names, which must be there so that it can be asked again. */
function keepNamed({ compiled: { catalog }, request }: Problem, kept: Kept): void {
  const { types, regions } = catalog;
  const names = (key: 'cloud' | 'region'): ReadonlySet<string> =>
    new Set(listOf(request.constraints, key).map((pattern) => pattern.replace(/^\^/, '')));
  const [clouds, places] = [names('cloud'), names('region')];
  const type = textOf(request.constraints, 'instance-type');
  const machine = namedMachine(request, catalog);
  const seen = new Set<string>();
  for (const row of rowsOf(types)) {
    const cloud = textAt(types, 'type.cloud', row) ?? '';
    if (
      (clouds.has(cloud) && !seen.has(cloud)) ||
      (type !== undefined && textAt(types, 'type.name', row) === type) ||
      (machine !== undefined && isNamed(catalog, row, machine))
    ) {
      kept.types.add(row);
      seen.add(cloud);
    }
  }
  for (const row of rowsOf(regions)) if (places.has(textAt(regions, 'offer.region', row) ?? '')) kept.regions.add(row);
}

/** Where the zones that are asked for are known to be: elsewhere they are not. */
function keepZones({ compiled: { catalog }, request }: Problem, kept: Kept): void {
  const zones = zonesOf(request);
  if (zones.length === 0) return;
  const { regions, offers, listedUnpriced } = catalog;
  const isOne = (list: readonly string[] | undefined): boolean => list?.some((zone) => zones.includes(zone)) ?? false;
  for (const row of rowsOf(regions)) if (isOne(setAt(regions, 'offer.region-zones', row))) kept.regions.add(row);
  const seen = new Set<string>();
  for (const listed of [offers, listedUnpriced]) {
    for (const row of rowsOf(listed)) {
      const [type, region] = [listed.type[row]!, listed.region[row]!];
      for (const zone of setAt(listed, 'offer.zones', row) ?? []) {
        if (!zones.includes(zone) || seen.has(`${region} ${zone}`)) continue;
        seen.add(`${region} ${zone}`);
        kept.types.add(type);
        kept.regions.add(region);
        kept.pairs.add(pairOf(type, region));
      }
    }
  }
}

/** The prices elsewhere that the answer tells of types without a price here. */
function keepLowestElsewhere({ compiled: { catalog } }: Problem, answer: Answer, kept: Kept): void {
  const { types, regions, offers } = catalog;
  const wanted = new Set(answer.explanation.unpriced.map(({ cloud, type }) => keyOf(cloud, type)));
  for (let row = 0; row < offers.size && wanted.size > 0; row += 1) {
    const [type, region] = [offers.type[row]!, offers.region[row]!];
    const key = keyOf(textAt(types, 'type.cloud', type) ?? '', textAt(types, 'type.name', type) ?? '');
    const isOpen = textAt(regions, 'offer.access', region) !== 'restricted';
    if (!wanted.has(key) || !isOpen || textAt(offers, 'offer.market', row) === 'spot') continue;
    wanted.delete(key);
    kept.regions.add(region);
    kept.pairs.add(pairOf(type, region));
  }
}

/** Types and regions without which the kept ones would be judged otherwise. */
function complete({ catalog }: Compiled, inScope: (region: number) => boolean, kept: Kept): void {
  const { types, regions, images } = catalog;
  const cloudOf = (row: number): string => textAt(types, 'type.cloud', row) ?? '';
  const asked = rowsOf(regions).filter(inScope);
  // Whether one region is meant or several bears on what is said.
  for (const row of asked.slice(0, 2))
    if (asked.filter((one) => kept.regions.has(one)).length < 2) kept.regions.add(row);
  if (kept.types.size === 0) kept.types.add(0);
  const clouds = new Set([...kept.types].map(cloudOf));
  for (const row of kept.regions) clouds.add(textAt(regions, 'offer.cloud', row) ?? '');
  const withImages = new Set(rowsOf(images).map((row) => textAt(images, 'image.cloud', row) ?? ''));
  const known = new Set<string>();
  const keep = (row: number, key: string): void => {
    if (known.has(key)) return;
    known.add(key);
    kept.types.add(row);
  };
  for (const row of [...kept.types, ...rowsOf(types)]) {
    const cloud = cloudOf(row);
    if (!clouds.has(cloud)) continue;
    keep(row, cloud);
    // Where no image is known, there is one for each architecture that some type has.
    if (!withImages.has(cloud))
      for (const arch of setAt(types, 'type.arch', row) ?? ['amd64']) keep(row, keyOf(cloud, arch));
  }
}

/** The images of the kept clouds and regions: those of the base, or one that shows that the cloud has some. */
function imageRows(
  { compiled: { catalog }, request }: Problem,
  types: Iterable<number>,
  regions: ReadonlySet<string>,
): readonly number[] {
  const { images } = catalog;
  const clouds = new Set([...types].map((row) => textAt(catalog.types, 'type.cloud', row) ?? ''));
  const single = new Set(catalog.types.columns.get('type.cloud')?.values).size <= 2;
  const kept: number[] = [];
  for (const cloud of clouds) {
    const own = rowsOf(images).filter((row) => {
      const named = textAt(images, 'image.cloud', row);
      const isWhole = [textAt(images, 'image.os', row), textAt(images, 'image.release', row)].every(
        (fact) => fact !== undefined,
      );
      return isWhole && (named === cloud || (named === undefined && single));
    });
    const serving = own.filter((row) => {
      const region = textAt(images, 'image.region', row);
      return (
        textAt(images, 'image.os', row) === request.base.os &&
        textAt(images, 'image.release', row) === request.base.release &&
        (region === undefined || regions.has(region))
      );
    });
    kept.push(...(serving.length > 0 ? serving : own.slice(0, 1)));
  }
  return ascending(kept);
}

/** The rows that a snapshot of a problem with this answer keeps. */
export function snapshotRows(problem: Problem, answer: Answer, width: Width): CatalogRows {
  const { compiled, request, options, juju } = problem;
  const { catalog } = compiled;
  const { types, regions, offers, listedUnpriced, images } = catalog;
  if (width === 'catalog')
    return {
      types: rowsOf(types),
      regions: rowsOf(regions),
      images: rowsOf(images),
      offers: rowsOf(offers),
      listedUnpriced: rowsOf(listedUnpriced),
    };

  const query = juju === undefined ? prepare(compiled, request, options.at) : undefined;
  const inScope = (region: number): boolean =>
    query === undefined ? region === juju?.region : query.inScope[region] === 1;
  const kept: Kept = { types: new Set(), regions: new Set(), pairs: new Set() };
  const typeRows = indexOf(types, 'type.cloud', 'type.name');
  const regionRows = indexOf(regions, 'offer.cloud', 'offer.region');
  const keep = (type: number, region: number): void => {
    kept.types.add(type);
    kept.regions.add(region);
    if (!inScope(region)) kept.pairs.add(pairOf(type, region));
  };
  for (const { cloud, type, region } of offersNamed(answer)) {
    const [typeRow, regionRow] = [typeRows.get(keyOf(cloud, type)), regionRows.get(keyOf(cloud, region))];
    if (typeRow !== undefined && regionRow !== undefined) keep(typeRow, regionRow);
  }
  if (query !== undefined)
    for (const offer of offersBehind(query, sweep(query), answer, options.at))
      keep(offers.type[offer]!, offers.region[offer]!);
  keepNamed(problem, kept);
  keepZones(problem, kept);
  keepLowestElsewhere(problem, answer, kept);
  if (juju?.region !== undefined) kept.regions.add(juju.region);
  if (width === 'scope') {
    const clouds = new Set<string>();
    for (const row of rowsOf(regions)) {
      if (!inScope(row)) continue;
      kept.regions.add(row);
      clouds.add(textAt(regions, 'offer.cloud', row) ?? '');
    }
    for (const row of rowsOf(types)) if (clouds.has(textAt(types, 'type.cloud', row) ?? '')) kept.types.add(row);
  }
  complete(compiled, inScope, kept);

  const isKept = (type: number, region: number): boolean =>
    kept.types.has(type) && kept.regions.has(region) && (inScope(region) || kept.pairs.has(pairOf(type, region)));
  const typeClouds = new Set([...kept.types].map((row) => textAt(types, 'type.cloud', row)));
  const places = ascending(kept.regions).filter((row) => typeClouds.has(textAt(regions, 'offer.cloud', row)));
  return {
    types: ascending(kept.types),
    regions: places,
    images: imageRows(problem, kept.types, new Set(places.map((row) => textAt(regions, 'offer.region', row) ?? ''))),
    offers: rowsOf(offers).filter((row) => isKept(offers.type[row]!, offers.region[row]!)),
    listedUnpriced: rowsOf(listedUnpriced).filter((row) =>
      isKept(listedUnpriced.type[row]!, listedUnpriced.region[row]!),
    ),
  };
}
