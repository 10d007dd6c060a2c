import type { Catalog } from '../catalog/catalog.ts';
import { setAt, type Table, textAt } from '../catalog/column.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean, nearest } from '../diagnostic/nearest.ts';
import { type Constraint, listOf, textOf } from '../request/constraints.ts';
import type { Key } from '../request/keys.ts';
import { type MachineRequest, zonesOf } from '../request/request.ts';
import type { Program } from '../rules/program.ts';
import type { Compiled } from './compiled.ts';
import { isNamed, namedMachine } from './machines.ts';
import { passesPatterns } from './needs.ts';

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

/** Zones that are known to be elsewhere, or that no region asked for can have. */
function unknownZones(request: MachineRequest, { regions, offers }: Catalog): readonly Diagnostic[] {
  const { constraints, placement } = request;
  const [clouds, names] = [listOf(constraints, 'cloud'), listOf(constraints, 'region')];
  const owners = new Map<string, string>();
  const possible = new Set<string>();
  let allKnown = regions.size > 0;
  for (let row = 0; row < regions.size; row += 1) {
    const [cloud, region] = [textAt(regions, 'offer.cloud', row) ?? '', textAt(regions, 'offer.region', row) ?? ''];
    const own = setAt(regions, 'offer.region-zones', row);
    const asked = passesPatterns(clouds, cloud) && passesPatterns(names, region);
    if (asked && own === undefined) allKnown = false;
    for (const zone of own ?? []) {
      owners.set(zone, `${cloud} ${region}`);
      if (asked) possible.add(zone);
    }
  }
  for (const zone of namesOf(offers, 'offer.zones')) if (!owners.has(zone)) possible.add(zone);
  const isNear = (zone: string): boolean => [...possible].some((known) => known.slice(0, -1) === zone.slice(0, -1));
  const span = placement.kind === 'directive' ? undefined : constraints.byKey.get('zones')?.span;
  return zonesOf(request).flatMap((zone): Diagnostic[] => {
    const owner = owners.get(zone);
    // Where the zones of some region are unknown, the zone may be one of them; a near miss of a known name is a slip.
    if (possible.has(zone) || possible.size === 0 || (owner === undefined && !allKnown && !isNear(zone))) return [];
    const message =
      owner === undefined
        ? `no zone of the catalog is called "${zone}"`
        : `zone "${zone}" is in ${owner}, which is not asked for`;
    const hint = owner === undefined ? didYouMean(zone, possible) : undefined;
    const place = span === undefined ? { path: 'placement' } : { span };
    return [{ code: 'unknown-zone', message, ...place, ...(hint === undefined ? {} : { hint }) }];
  });
}

/** A machine that no MAAS of the catalog has. */
function unknownMachine(request: MachineRequest, catalog: Catalog): readonly Diagnostic[] {
  const { types } = catalog;
  const machine = namedMachine(request, catalog);
  if (machine === undefined) return [];
  const rows = Array.from({ length: types.size }, (_, row) => row);
  if (rows.some((row) => isNamed(catalog, row, machine))) return [];
  const { placement } = request;
  const known = rows
    .filter((row) => machine.clouds.has(textAt(types, 'type.cloud', row) ?? ''))
    .flatMap((row) => textAt(types, machine.attribute, row) ?? []);
  const near = nearest(machine.value, known);
  if (placement.kind === 'host') {
    const { otherwise } = placement;
    // Without a machine that it may have been meant for, it is a misspelt container type.
    return near.length === 0 ? [otherwise] : [{ ...otherwise, hint: `did you mean ${near.join(' or ')}?` }];
  }
  const hint = didYouMean(machine.value, known);
  const message = `no machine of the catalog has the system id "${machine.value}"`;
  return [{ code: 'unknown-machine', message, path: 'placement', ...(hint === undefined ? {} : { hint }) }];
}

/** Rules that a request waives and that are not there, or that nobody may waive. */
function unwaivable({ waived }: MachineRequest, { rules }: Program): readonly Diagnostic[] {
  return waived.flatMap((id): Diagnostic[] => {
    const rule = rules.find((one) => one.id === id);
    if (rule?.waivable === true) return [];
    const may = rules.filter((one) => one.waivable).map((one) => one.id);
    const message = rule === undefined ? `no rule is called "${id}"` : `rule ${id} does not say that it may be waived`;
    const hint = rule === undefined ? didYouMean(id, may) : undefined;
    return [{ code: 'bad-waiver', message, path: 'waive', ...(hint === undefined ? {} : { hint }) }];
  });
}

/** The faults of a request against a catalog and its rules. */
export function validateRequest(request: MachineRequest, { catalog, program }: Compiled): readonly Diagnostic[] {
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

  faults.push(...unknownMachine(request, catalog));

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

  faults.push(...unknownZones(request, catalog), ...unwaivable(request, program));

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
