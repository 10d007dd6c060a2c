import type { Catalog } from '../catalog/catalog.ts';
import { valueAt } from '../catalog/column.ts';

/** By what rules Juju 3.6's own providers of clouds narrow what there is to choose from. */

/** Whether something is so, where what decides may not be known. */
export type Certainty = 'yes' | 'no' | 'maybe';

/** A type that Juju may be choosing from, in one region. */
export interface Candidate {
  readonly row: number;
  readonly name: string;
  /** Whether it is certain that the type can be had in the region. */
  readonly listed: boolean;
}

export interface Profile {
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
  /** The placement directives that the provider follows; it refuses others. */
  readonly directives: readonly string[];
  /** Whether an image that is named by its id bears on nothing but the image. */
  readonly takesAnyImage: boolean;
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
  directives: ['zone', 'subnet'],
  takesAnyImage: true,
};

/**
 * juju/juju, provider/gce/instance_information.go and environ_broker.go of 3.x: what the zones of the region list,
 * without cost, cpu-power or disk. The list is cut to at least 2 cores and 2048 MiB before the constraints are looked
 * at, named types included. Juju takes every type for amd64, since the API did not tell; whether later releases of 3.6
 * do is not known here. Some releases check that a named image suits the rest, others know no image-id.
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
  directives: ['zone'],
  takesAnyImage: false,
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
  directives: ['subnet'],
  takesAnyImage: false,
};

const PROFILES: Readonly<Record<string, Profile>> = { aws: EC2, gcp: GCE, azure: AZURE };

/** The profile of a cloud, by the name that catalogs give it; undefined for clouds whose rule is not known here. */
export function profileOf(cloud: string): Profile | undefined {
  return Object.hasOwn(PROFILES, cloud) ? PROFILES[cloud] : undefined;
}
