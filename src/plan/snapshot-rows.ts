import { type Catalog, keyOf } from '../catalog/catalog.ts';
import { setAt, type Table, textAt } from '../catalog/column.ts';
import type { Compiled } from '../match/compiled.ts';
import { isNamed, namedMachine } from '../match/machines.ts';
import { prepare } from '../match/query.ts';
import { sweep } from '../match/scan.ts';
import { listOf, textOf } from '../request/constraints.ts';
import { zonesOf } from '../request/request.ts';
import type { CatalogRows } from '../sources/written-catalog.ts';
import { offersBehind } from './offers-behind.ts';
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

/** Where the zones that are asked for are known to be, and names so near that one may be a slip for the other. */
function keepZones({ compiled: { catalog }, request }: Problem, kept: Kept): void {
  const zones = zonesOf(request);
  if (zones.length === 0) return;
  const { regions, offers, listedUnpriced } = catalog;
  const stem = (zone: string): string => zone.slice(0, -1);
  const stems = new Set(zones.map(stem));
  for (const row of rowsOf(regions))
    if (setAt(regions, 'offer.region-zones', row)?.some((zone) => stems.has(stem(zone)))) kept.regions.add(row);
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

/** The images of a cloud that a problem file can have: it must say of what base each is. */
function imagesOfCloud({ images, types }: Catalog, cloud: string): readonly number[] {
  const single = new Set(types.columns.get('type.cloud')?.codes).size === 1;
  return rowsOf(images).filter((row) => {
    const named = textAt(images, 'image.cloud', row);
    const hasBase = ['image.os', 'image.release'].every((fact) => textAt(images, fact, row) !== undefined);
    return hasBase && (named === cloud || (named === undefined && single));
  });
}

/** The images of a cloud that serve the base in the kept regions, or one that shows that the cloud has some. */
function imagesKept(
  { compiled: { catalog }, request }: Problem,
  cloud: string,
  regions: ReadonlySet<string>,
): readonly number[] {
  const { images } = catalog;
  const own = imagesOfCloud(catalog, cloud);
  const serving = own.filter((row) => {
    const region = textAt(images, 'image.region', row);
    return (
      textAt(images, 'image.os', row) === request.base.os &&
      textAt(images, 'image.release', row) === request.base.release &&
      (region === undefined || regions.has(region))
    );
  });
  return serving.length > 0 ? serving : own.slice(0, 1);
}

/** The rows that a snapshot of a problem with this answer keeps. */
export function snapshotRows(problem: Problem, answer: Answer, width: Width): CatalogRows {
  const { compiled, request, options, juju } = problem;
  const { catalog } = compiled;
  const { types, regions, offers, listedUnpriced } = catalog;
  const cloudsOf = (rows: Iterable<number>): ReadonlySet<string> =>
    new Set([...rows].map((row) => textAt(types, 'type.cloud', row) ?? ''));
  const regionsOf = (rows: readonly number[], clouds: ReadonlySet<string>): readonly number[] =>
    rows.filter((row) => clouds.has(textAt(regions, 'offer.cloud', row) ?? ''));
  if (width === 'catalog') {
    const clouds = cloudsOf(rowsOf(types));
    return {
      types: rowsOf(types),
      regions: regionsOf(rowsOf(regions), clouds),
      images: ascending([...clouds].flatMap((cloud) => imagesOfCloud(catalog, cloud))),
      offers: rowsOf(offers),
      listedUnpriced: rowsOf(listedUnpriced),
    };
  }

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
  const clouds = cloudsOf(kept.types);
  const places = regionsOf(ascending(kept.regions), clouds);
  const placeNames = new Set(places.map((row) => textAt(regions, 'offer.region', row) ?? ''));
  return {
    types: ascending(kept.types),
    regions: places,
    images: ascending([...clouds].flatMap((cloud) => imagesKept(problem, cloud, placeNames))),
    offers: rowsOf(offers).filter((row) => isKept(offers.type[row]!, offers.region[row]!)),
    listedUnpriced: rowsOf(listedUnpriced).filter((row) =>
      isKept(listedUnpriced.type[row]!, listedUnpriced.region[row]!),
    ),
  };
}
