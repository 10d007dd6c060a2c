import { compareText } from '../quantity/order.ts';
import { type Constraints, canonicalConstraints, listOf, textOf } from '../request/constraints.ts';
import type { JujuVersion } from '../request/dialect.ts';
import type { Key } from '../request/keys.ts';
import type { InstanceType } from './instance-type.ts';
import { quoted } from './wording.ts';

/** Which instance types serve constraints, and in what order, by Juju's generic algorithm (`environs/instances`). */

/** What Juju assumes where nothing is asked for, MiB and cores. */
const DEFAULTS: Readonly<Record<JujuVersion, { readonly mem: bigint; readonly cores: bigint | undefined }>> = {
  '2.8': { mem: 1024n, cores: undefined },
  '3.6': { mem: 2048n, cores: 1n },
};

/** The number of a key, 0 where it is present but empty; undefined where it is absent. */
function numberGiven(constraints: Constraints, key: Key): bigint | undefined {
  const value = constraints.byKey.get(key)?.value;
  return typeof value === 'bigint' ? value : undefined;
}

/** Constraints with some values put in place of what they have. */
export function withValues(
  constraints: Constraints,
  values: Readonly<Partial<Record<Key, bigint | string>>>,
): Constraints {
  const span = { source: '', text: '', start: 0, end: 0 };
  const set = Object.entries(values).map(([key, value]) => [key as Key, { key: key as Key, value, span }] as const);
  return { ...constraints, byKey: new Map([...constraints.byKey, ...set]) };
}

/**
 * The type as far as it serves the constraints: in 2.8 with the architectures alone that were asked for. Undefined
 * where it does not serve. Keys that speak of something else than the type play no part.
 */
export function matchType(
  type: InstanceType,
  constraints: Constraints,
  version: JujuVersion,
): InstanceType | undefined {
  const modern = version === '3.6';
  const name = textOf(constraints, 'instance-type');
  if (name !== undefined && type.name !== name) return undefined;
  if (!modern && type.deprecated && name === undefined) return undefined;

  const arch = constraints.byKey.get('arch')?.value;
  let { archs } = type;
  if (modern) {
    if (typeof arch === 'string' && arch !== '' && archs[0] !== arch) return undefined;
  } else {
    // An empty `arch=` is an architecture that no type has.
    if (arch !== undefined) archs = archs.filter((one) => one === arch);
    if (archs.length === 0) return undefined;
  }

  const reaches = (wanted: bigint | undefined, has: number, most: number | undefined): boolean =>
    wanted === undefined || BigInt(has) >= wanted || (modern && most !== undefined && BigInt(most) >= wanted);
  if (!reaches(numberGiven(constraints, 'cores'), type.cores, type.maxCores)) return undefined;
  if (!reaches(numberGiven(constraints, 'mem'), type.mem, type.maxMem)) return undefined;
  const power = numberGiven(constraints, 'cpu-power');
  if (power !== undefined && type.cpuPower !== undefined && BigInt(type.cpuPower) < power) return undefined;
  const disk = numberGiven(constraints, 'root-disk');
  if (disk !== undefined && type.rootDisk > 0 && BigInt(type.rootDisk) < disk) return undefined;
  if (!listOf(constraints, 'tags').every((tag) => type.tags.includes(tag))) return undefined;
  const virt = textOf(constraints, 'virt-type');
  if (virt !== undefined && type.virt?.includes(virt) !== true) return undefined;
  return { ...type, archs };
}

/**
 * Juju's order of types that serve: cost, memory, cpu-power, cores, root disk. Juju compares cpu-power only where both
 * types have one, which is no order; here the unknown comes last. What is then still equal goes by name.
 */
export function compareTypes(a: InstanceType, b: InstanceType): number {
  const power = ({ cpuPower }: InstanceType): number => cpuPower ?? Number.MAX_SAFE_INTEGER;
  return (
    a.cost - b.cost ||
    a.mem - b.mem ||
    power(a) - power(b) ||
    a.cores - b.cores ||
    a.rootDisk - b.rootDisk ||
    compareText(a.name, b.name)
  );
}

/** Names of types in the order in which Juju lists a vocabulary: by what stands before the first `,`, `-` or `.`, then by cost. */
export function compareByName(a: InstanceType, b: InstanceType): number {
  const family = ({ name }: InstanceType): string => name.split(/[,.-]+/).find((part) => part !== '') ?? '';
  return compareText(family(a), family(b)) || a.cost - b.cost || compareText(a.name, b.name);
}

/** Either the types that serve, best first and at least one, or Juju's own error. */
export type ChosenTypes = { readonly types: readonly InstanceType[] } | { readonly error: string };

/** Constraints with what Juju assumes where nothing is asked for: enough cores and memory to run a server. */
export function withDefaults(constraints: Constraints, version: JujuVersion): Constraints {
  if (textOf(constraints, 'instance-type') !== undefined) return constraints;
  const { mem, cores } = DEFAULTS[version];
  // In 2.8 `mem=` and `mem=0` switch the default off; in 3.6 they ask for nothing, like no key at all.
  const lacks = (key: 'cores' | 'mem'): boolean => {
    const given = numberGiven(constraints, key);
    return given === undefined || (version === '3.6' && given === 0n);
  };
  return withValues(constraints, {
    ...(lacks('mem') ? { mem } : {}),
    ...(cores !== undefined && lacks('cores') ? { cores } : {}),
  });
}

/**
 * The types that serve constraints, best first. Where no memory is asked for and no type has as much as Juju assumes,
 * the one with the most memory has to do.
 */
export function chooseTypes(
  all: readonly InstanceType[],
  region: string,
  constraints: Constraints,
  version: JujuVersion,
): ChosenTypes {
  const assumed = withDefaults(constraints, version);
  const serving = (wanted: Constraints): readonly InstanceType[] =>
    all.flatMap((type) => matchType(type, wanted, version) ?? []).sort(compareTypes);
  const types = serving(assumed);
  if (types.length > 0) return { types };
  const isAssumed = numberGiven(assumed, 'mem') !== numberGiven(constraints, 'mem');
  const byMemory = isAssumed ? [...serving(constraints)].sort((a, b) => b.mem - a.mem || compareTypes(a, b)) : [];
  if (byMemory.length > 0) return { types: byMemory.slice(0, 1) };
  const asked = quoted(canonicalConstraints(constraints));
  return { error: `no instance types in ${region} matching constraints ${asked}` };
}
