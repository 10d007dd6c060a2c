import type { Catalog } from '../catalog/catalog.ts';
import { numberAt, setAt, textAt, valueAt } from '../catalog/column.ts';
import { type Constraints, listOf, numberOf, textOf } from '../request/constraints.ts';
import { jujuDialect } from '../request/dialect.ts';
import type { Key } from '../request/keys.ts';
import type { MachineRequest } from '../request/request.ts';
import { validatorOf } from './provider-validators.ts';
import { validateConstraints } from './validator.ts';

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

type Certainty = 'yes' | 'no' | 'maybe';

/** A type that Juju may be choosing from, in one region. */
interface Candidate {
  readonly row: number;
  readonly name: string;
  /** Whether it is certain that the type can be had in the region. */
  readonly listed: boolean;
}

interface Profile {
  readonly provider: string;
  /** Virtualization that Juju states of the provider's types. */
  readonly virt: string;
  /** Whether Juju gives types a cpu-power, from clock speeds that catalogs do not have. */
  readonly hasCpuPower: boolean;
  /** Whether Juju gives types a largest root disk. */
  readonly hasRootDisk: boolean;
  /** What every type must have before Juju looks at the request. */
  readonly floor: { readonly cores: number; readonly mem: number };
  /** Whether Juju knows a type as one of this architecture. */
  readonly isArch: (archs: readonly string[] | undefined, arch: string) => Certainty;
  /** Whether Juju's provider lists a type among those to choose from, when none is named. */
  readonly lists: (catalog: Catalog, all: readonly Candidate[], arch: string) => (candidate: Candidate) => Certainty;
  /** Whether a named type can be launched at all. */
  readonly launches: (name: string) => boolean;
}

/** The first architecture that the cloud states, i386 passed over. */
const firstArch = (archs: readonly string[] | undefined, arch: string): Certainty => {
  const own = archs?.filter((one) => one !== 'i386');
  if (own === undefined) return 'maybe';
  if (!own.includes(arch)) return 'no';
  return own.length === 1 ? 'yes' : 'maybe';
};

interface Ec2Name {
  readonly family: string;
  readonly generation: number;
  readonly processor: string;
  /** Further letters and words: `d`, `n`, `flex`. */
  readonly capabilities: string;
}

/** The parts of an EC2 name, as Juju reads them: `m8gd.large` is family m, generation 8, Graviton, with d. */
function parseEc2Name(name: string): Ec2Name | undefined {
  const [, family = '', generation, letters = '', words = ''] =
    /^([^\d.]*)(\d+)([^\d.-]*)((?:-[^.]*)?)\.[^.]+$/.exec(name) ?? [];
  if (generation === undefined) return undefined;
  // The last letter that names a maker counts; without one it is Intel.
  const processor = [...letters].filter((letter) => 'aig'.includes(letter)).at(-1) ?? 'i';
  const capabilities = letters.replace(/[aig]/g, '') + words;
  return { family, generation: Number(generation), processor, capabilities };
}

const EC2_PROCESSORS: Readonly<Record<string, string>> = { amd64: 'i', arm64: 'g' };

/**
 * juju/juju, provider/ec2/instancetypes.go of 3.x (internal/provider/ec2 since): of what the region's API lists, the
 * highest generation of family m is found for Intel and for Graviton apart, over all types of that family and maker,
 * whatever else they can do and however old. Candidates are the current-generation types of those two generations
 * without further letters, and the named type (StartInstance in environ.go). Types carry no cost. Without a named type
 * image.go adds cpu-power=100, which every type of the family has.
 */
const EC2: Profile = {
  provider: 'ec2',
  virt: 'hvm',
  hasCpuPower: true,
  hasRootDisk: false,
  floor: { cores: 0, mem: 0 },
  isArch: firstArch,
  lists(catalog, all, arch) {
    const ofMaker = (candidate: Candidate): Ec2Name | undefined => {
      const parsed = parseEc2Name(candidate.name);
      return parsed?.family === 'm' && parsed.processor === EC2_PROCESSORS[arch] ? parsed : undefined;
    };
    const highest = (candidates: readonly Candidate[]): number =>
      candidates.reduce((most, candidate) => Math.max(most, ofMaker(candidate)?.generation ?? 0), 0);
    const generation = highest(all);
    // A newer generation that may be sold in the region would be taken instead.
    const certain = highest(all.filter((candidate) => candidate.listed)) === generation;
    return (candidate) => {
      const parsed = ofMaker(candidate);
      if (parsed === undefined || parsed.capabilities !== '') return 'no';
      if (!certain) return 'maybe';
      if (parsed.generation !== generation) return 'no';
      const old = valueAt(catalog.types, 'type.previous-generation', candidate.row);
      return old === undefined ? 'maybe' : old === true ? 'no' : 'yes';
    };
  },
  // Juju calls these paravirtual and no image is.
  launches: (name) => !/^(?:t1|m1|c1|m2)\./.test(name),
};

/**
 * juju/juju, provider/gce/instance_information.go and environ_broker.go of 3.x: what the zones of the region list,
 * without cost, cpu-power or disk. The list is cut to at least 2 cores and 2048 MiB before the constraints are looked
 * at, named types included. Juju takes every type for amd64, since the API did not tell; whether later releases of 3.6
 * do is not known here.
 */
const GCE: Profile = {
  provider: 'gce',
  virt: 'kvm',
  hasCpuPower: false,
  hasRootDisk: false,
  floor: { cores: 2, mem: 2048 },
  isArch: (archs, arch) => {
    const own = firstArch(archs, arch);
    return arch === 'amd64' && own === 'yes' ? 'yes' : own === 'no' && arch !== 'amd64' ? 'no' : 'maybe';
  },
  lists: () => () => 'yes',
  launches: () => true,
};

/**
 * juju/juju, provider/azure/instancetype.go: types cost their place in a built-in list of sizes, which is not known
 * here, so only a named type is certain.
 */
const AZURE: Profile = {
  provider: 'azure',
  virt: 'Hyper-V',
  hasCpuPower: false,
  hasRootDisk: true,
  floor: { cores: 0, mem: 0 },
  isArch: firstArch,
  lists: () => () => 'maybe',
  launches: () => true,
};

/** By the names that catalogs give to clouds. */
const PROFILES: Readonly<Record<string, Profile>> = { aws: EC2, gcp: GCE, azure: AZURE };

/** Juju 3.6 where nothing is asked for (`environs/instances`). */
const ASSUMED = { cores: 1, mem: 2048 };

/** What Juju sees of a request's constraints: its own keys, without `container`, which it drops. */
function asJujuReads({ byKey }: Constraints): Constraints {
  const { keys } = jujuDialect('3.6');
  return { byKey: new Map([...byKey].filter(([key]) => keys.has(key) && key !== 'container')), aliases: [] };
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
  // The providers' types have no tags.
  if (listOf(constraints, 'tags').length > 0) return false;
  if (![undefined, profile.virt].includes(textOf(constraints, 'virt-type'))) return false;
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
  const profile = Object.hasOwn(PROFILES, cloud) ? PROFILES[cloud] : undefined;
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
