import type { Vocabulary } from '../catalog/value.ts';
import { JUJU_KEYS, KEYS, type KeyKind } from './keys.ts';

/** The versions of Juju whose words and rules are known here. */
export type JujuVersion = '2.8' | '3.6';

/** What `compat` may be: our own way, or a version of Juju to the letter. */
export const COMPAT_MODES = ['none', 'juju-2.8', 'juju-3.6'] as const;
export type CompatMode = (typeof COMPAT_MODES)[number];

/** Which constraint keys there are, and which names the values of some may have. */
export interface Dialect {
  /** What a person calls whoever speaks it. */
  readonly name: string;
  readonly keys: ReadonlyMap<string, KeyKind>;
  readonly archs: readonly string[];
  /** Values of `container=`, `none` among them. */
  readonly containers: readonly string[];
}

/** Our own: Juju 3.6's keys and ours, with every architecture and container type of the vocabulary. */
export function ownDialect(vocabulary: Vocabulary): Dialect {
  const archs = vocabulary.attributes.get('type.arch')?.kind;
  const containers = [...vocabulary.capabilities.values()].filter((one) => one.container).map((one) => one.name);
  return {
    name: 'stowage',
    keys: KEYS,
    archs: archs?.kind === 'set' ? archs.values : [],
    containers: ['none', ...containers],
  };
}

/** Keys that came after 2.8. */
const NEWER_KEYS: readonly string[] = ['instance-role', 'allocate-public-ip', 'image-id'];

const JUJU_DIALECTS: Readonly<Record<JujuVersion, Dialect>> = {
  '2.8': {
    name: 'Juju 2.8',
    keys: new Map(Object.entries(JUJU_KEYS).filter(([key]) => !NEWER_KEYS.includes(key))),
    archs: ['amd64', 'arm64', 'armhf', 'i386', 'ppc64el', 's390x'],
    containers: ['none', 'lxd', 'kvm'],
  },
  '3.6': {
    name: 'Juju 3.6',
    keys: new Map(Object.entries(JUJU_KEYS)),
    archs: ['amd64', 'arm64', 'ppc64el', 'riscv64', 's390x'],
    containers: ['none', 'lxd', 'kvm'],
  },
};

/** The words of a version of Juju. */
export function jujuDialect(version: JujuVersion): Dialect {
  return JUJU_DIALECTS[version];
}

/** The version that a mode follows; undefined for our own way. */
export function jujuVersionOf(mode: CompatMode): JujuVersion | undefined {
  return mode === 'none' ? undefined : (mode.slice('juju-'.length) as JujuVersion);
}

/** The words of a mode. */
export function dialectOf(mode: CompatMode, vocabulary: Vocabulary): Dialect {
  const version = jujuVersionOf(mode);
  return version === undefined ? ownDialect(vocabulary) : jujuDialect(version);
}
