import type { Catalog } from '../catalog/catalog.ts';
import { numberAt, setAt, textAt } from '../catalog/column.ts';
import { type Constraints, listOf, numberOf, textOf } from '../request/constraints.ts';
import { jujuDialect } from '../request/dialect.ts';
import type { Key } from '../request/keys.ts';
import type { MachineRequest } from '../request/request.ts';
import { type Candidate, type Certainty, type Profile, profileOf } from './provider-profiles.ts';
import { validatorOf } from './provider-validators.ts';
import { validateConstraints } from './validator.ts';
import { baseName } from './wording.ts';

/**
 * Which type Juju 3.6 itself picks on a cloud, by the rule of that cloud's provider. Said only where it is certain:
 * where Juju leaves a tie open, where a fact that decides is not known, or where a type that nobody lists in the region
 * might come first, there is no pick.
 */
export interface JujuPick {
  /** Juju's own name of the provider. */
  readonly provider: string;
  readonly version: '3.6';
  /** Row of `types`. */
  readonly type: number;
  /** Row of `offers`: the type's cheapest offer on demand in the region. */
  readonly offer: number;
}

/** Juju 3.6 where nothing is asked for (`environs/instances`). */
const ASSUMED = { cores: 1, mem: 2048 };

/** Releases that every 3.6 supports for workloads; the support of others comes and goes with its point releases. */
const BASES: readonly string[] = ['ubuntu@20.04', 'ubuntu@22.04', 'ubuntu@24.04'];

/** What Juju sees of a request's constraints: its own keys. */
function asJujuReads({ byKey }: Constraints): Constraints {
  const { keys } = jujuDialect('3.6');
  return { byKey: new Map([...byKey].filter(([key]) => keys.has(key))), aliases: [] };
}

/** The architecture asked for; undefined where Juju cannot be asked for it, or where it is left open. */
function archOf(constraints: Constraints): string | undefined {
  if (!constraints.byKey.has('arch')) return 'amd64';
  const arch = textOf(constraints, 'arch');
  return arch !== undefined && jujuDialect('3.6').archs.includes(arch) ? arch : undefined;
}

/** Whether Juju can be asked at all, and nothing that is not known here bears on its choice. */
function isDecidable(profile: Profile, request: MachineRequest, constraints: Constraints): boolean {
  // Guests stated apart, and containers that Juju does not make, are no request of Juju's.
  if (request.guests !== undefined) return false;
  if (!request.containers.every((need) => jujuDialect('3.6').containers.includes(need.capability))) return false;
  const asks = (key: Key): boolean => numberOf(constraints, key) > 0;
  if ((profile.hasCpuPower && asks('cpu-power')) || (profile.hasRootDisk && asks('root-disk'))) return false;
  const { base, placement } = request;
  if (!BASES.includes(baseName(base, '3.6'))) return false;
  if (placement.kind === 'host' || placement.kind === 'existing') return false;
  if (placement.kind === 'directive' && !profile.directives.includes(placement.key)) return false;
  if (!profile.takesAnyImage && textOf(constraints, 'image-id') !== undefined) return false;
  // The providers' types have no tags.
  if (listOf(constraints, 'tags').length > 0) return false;
  if (![undefined, profile.virt].includes(textOf(constraints, 'virt-type'))) return false;
  // Juju judges `container` before it drops it.
  const validator = validatorOf(profile.provider);
  return validator !== undefined && validateConstraints(validator, constraints).fault === undefined;
}

/** All types of a cloud that are, or may be, sold in a region. */
function candidatesIn(catalog: Catalog, region: number, cloud: string): readonly Candidate[] {
  const { types } = catalog;
  const sold = new Set<number>();
  for (const { size, region: regions, type } of [catalog.offers, catalog.listedUnpriced]) {
    for (let row = 0; row < size; row += 1) if (regions[row] === region) sold.add(type[row]!);
  }
  const candidates: Candidate[] = [];
  for (let row = 0; row < types.size; row += 1) {
    if (textAt(types, 'type.cloud', row) !== cloud || (!sold.has(row) && !catalog.gapsAreUnknown)) continue;
    candidates.push({ row, name: textAt(types, 'type.name', row) ?? '', listed: sold.has(row) });
  }
  return candidates;
}

const worst = (...parts: readonly Certainty[]): Certainty =>
  parts.includes('no') ? 'no' : parts.includes('maybe') ? 'maybe' : 'yes';

/**
 * The type that Juju 3.6 picks for a machine in a region; undefined where that is not certain. Juju sizes the host by
 * the constraints, whatever it is to hold.
 *
 * @param region row of `regions`
 * @example jujuPick(catalog, request, region)?.provider // 'ec2'
 */
export function jujuPick(catalog: Catalog, request: MachineRequest, region: number): JujuPick | undefined {
  const { types, offers } = catalog;
  const cloud = textAt(catalog.regions, 'offer.cloud', region) ?? '';
  const profile = profileOf(cloud);
  const constraints = asJujuReads(request.constraints);
  const arch = archOf(constraints);
  if (profile === undefined || arch === undefined || !isDecidable(profile, request, constraints)) return undefined;

  const named = textOf(constraints, 'instance-type');
  if (named !== undefined && !profile.launches(named)) return undefined;
  const all = candidatesIn(catalog, region, cloud);
  const isListed = named === undefined ? profile.lists(catalog, all, arch) : () => 'yes' as const;
  const least = (key: 'cores' | 'mem'): number => {
    const asked = numberOf(constraints, key);
    return Math.max(asked > 0 || named !== undefined ? asked : ASSUMED[key], profile.floor[key]);
  };
  const size = (row: number, key: 'cores' | 'mem'): number | undefined => numberAt(types, `type.${key}`, row);
  const reaches = (row: number, key: 'cores' | 'mem'): Certainty => {
    const has = size(row, key);
    return has === undefined ? 'maybe' : has >= least(key) ? 'yes' : 'no';
  };
  const judged = all
    .filter((candidate) => named === undefined || candidate.name === named)
    .map((candidate) => {
      const { row } = candidate;
      const isArch = profile.isArch(setAt(types, 'type.arch', row), arch);
      const serves = worst(isListed(candidate), isArch, reaches(row, 'cores'), reaches(row, 'mem'));
      return { row, serves: worst(serves, candidate.listed ? 'yes' : 'maybe') };
    })
    .filter(({ serves }) => serves !== 'no');

  // Without costs types come by memory. Then by cpu-power where Juju knows it, which leaves ties open here; else by cores.
  const isBefore = (a: number, b: number): boolean => {
    const [mem, other] = [size(a, 'mem'), size(b, 'mem')];
    if (mem === undefined || other === undefined) return false;
    if (mem !== other || profile.hasCpuPower) return mem < other;
    const [cores, others] = [size(a, 'cores'), size(b, 'cores')];
    return cores !== undefined && others !== undefined && cores < others;
  };
  const pick = judged.find(
    ({ row, serves }) => serves === 'yes' && judged.every((other) => other.row === row || isBefore(row, other.row)),
  );
  if (pick === undefined) return undefined;
  for (let offer = 0; offer < offers.size; offer += 1) {
    const isOnDemand = textAt(offers, 'offer.market', offer) !== 'spot';
    if (offers.type[offer] === pick.row && offers.region[offer] === region && isOnDemand)
      return { provider: profile.provider, version: '3.6', type: pick.row, offer };
  }
  return undefined;
}
