import type { Catalog } from '../catalog/catalog.ts';
import { setAt, type Table, textAt } from '../catalog/column.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { type Constraint, listOf, textOf } from '../request/constraints.ts';
import type { Key } from '../request/keys.ts';
import { type MachineRequest, zonesOf } from '../request/request.ts';

/** Names that a request spells out and the catalog does not have: bad input, and not "nothing fits". */

function namesOf(table: Table, attribute: string): ReadonlySet<string> {
  const values = table.columns.get(attribute)?.values ?? [];
  return new Set(
    values.flatMap((value) =>
      typeof value === 'string' ? [value] : [...((value as readonly string[] | undefined) ?? [])],
    ),
  );
}

const isLiteral = (pattern: string): boolean => !pattern.includes('*');

/** What a cloud launches images by; ids of one kind can be compared with the catalog's, others cannot. */
function kindOfImageId(id: string): string {
  if (id.startsWith('ami-')) return 'ami';
  if (id.startsWith('resolve:ssm:')) return 'ssm';
  if (id.startsWith('projects/')) return 'gce';
  if (id.split(':').length === 4) return 'urn';
  return /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(id) ? 'uuid' : 'other';
}

/** The faults of a request against a catalog. */
export function validateRequest(request: MachineRequest, catalog: Catalog): readonly Diagnostic[] {
  const { constraints } = request;
  const faults: Diagnostic[] = [];
  const fault = (key: Key, code: string, message: string, hint: string | undefined): void => {
    const constraint: Constraint | undefined = constraints.byKey.get(key);
    faults.push({
      code,
      message,
      ...(constraint === undefined ? {} : { span: constraint.span }),
      ...(hint === undefined ? {} : { hint }),
    });
  };

  const { placement } = request;
  if (placement.kind === 'existing') {
    faults.push({
      code: 'existing-machine',
      message: `nothing is known here of machine ${placement.machine}: only new machines are planned`,
      path: 'placement',
      hint: `for a new machine with such a container write ${placement.need.capability} alone`,
    });
  }

  const clouds = namesOf(catalog.types, 'type.cloud');
  const bare = (patterns: readonly string[]): readonly string[] =>
    patterns.filter(isLiteral).map((pattern) => pattern.replace(/^\^/, ''));
  for (const name of bare(listOf(constraints, 'cloud'))) {
    if (!clouds.has(name))
      fault('cloud', 'unknown-cloud', `no cloud of the catalog is called "${name}"`, didYouMean(name, clouds));
  }
  const wanted = listOf(constraints, 'cloud').filter((pattern) => isLiteral(pattern) && !pattern.startsWith('^'));
  const inClouds = (cloud: string | undefined): boolean => wanted.length === 0 || wanted.includes(cloud ?? '');
  const rowsOf = (table: Table, cloudName: string, name: string): string[] =>
    Array.from({ length: table.size }, (_, row) =>
      inClouds(textAt(table, cloudName, row)) ? (textAt(table, name, row) ?? '') : '',
    ).filter((text) => text !== '');

  const regions = rowsOf(catalog.regions, 'offer.cloud', 'offer.region');
  for (const name of bare(listOf(constraints, 'region'))) {
    if (faults.length > 0 || regions.includes(name)) continue;
    const elsewhere = namesOf(catalog.regions, 'offer.region').has(name);
    const message = elsewhere
      ? `cloud ${wanted.join(', ')} has no region "${name}"`
      : `no region of the catalog is called "${name}"`;
    fault('region', 'unknown-region', message, didYouMean(name, regions));
  }

  const type = textOf(constraints, 'instance-type');
  if (type !== undefined) {
    const types = rowsOf(catalog.types, 'type.cloud', 'type.name');
    if (!types.includes(type))
      fault(
        'instance-type',
        'unknown-type',
        `no instance type of the catalog is called "${type}"`,
        didYouMean(type, types),
      );
  }

  const zones = new Set<string>();
  let allKnown = catalog.regions.size > 0;
  for (let row = 0; row < catalog.regions.size; row += 1) {
    if (!inClouds(textAt(catalog.regions, 'offer.cloud', row))) continue;
    const own = setAt(catalog.regions, 'offer.region-zones', row);
    if (own === undefined) allKnown = false;
    for (const zone of own ?? []) zones.add(zone);
  }
  for (const zone of namesOf(catalog.offers, 'offer.zones')) zones.add(zone);
  const owners = new Map<string, string>();
  for (let row = 0; row < catalog.regions.size; row += 1) {
    const place = `${textAt(catalog.regions, 'offer.cloud', row)} ${textAt(catalog.regions, 'offer.region', row)}`;
    for (const zone of setAt(catalog.regions, 'offer.region-zones', row) ?? []) owners.set(zone, place);
  }
  for (const zone of zonesOf(request)) {
    if (zones.has(zone) || zones.size === 0) continue;
    const owner = owners.get(zone);
    if (owner !== undefined) {
      fault('zones', 'unknown-zone', `zone "${zone}" is in ${owner}, which is not asked for`, undefined);
      continue;
    }
    // Where some region's zones are unknown, the zone may be one of them; but a near miss of a known name is a slip.
    const region = listOf(constraints, 'region').filter(isLiteral)[0];
    if (allKnown || [...zones].some((known) => known.slice(0, -1) === zone.slice(0, -1)) || region !== undefined) {
      fault('zones', 'unknown-zone', `no zone of the catalog is called "${zone}"`, didYouMean(zone, zones));
    }
  }

  const image = textOf(constraints, 'image-id');
  if (image !== undefined) {
    const alike = [...namesOf(catalog.images, 'image.id')].filter(
      (id) => kindOfImageId(id) === kindOfImageId(image) && kindOfImageId(id) !== 'other',
    );
    if (alike.length > 0 && !alike.includes(image))
      fault('image-id', 'unknown-image', `no image of the catalog has the id "${image}"`, didYouMean(image, alike));
  }
  return faults;
}
