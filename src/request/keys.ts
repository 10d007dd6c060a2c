/** The keys that constraints may have: Juju 3.6's own, in Juju's canonical order, then ours. */

export type KeyKind =
  | 'arch'
  | 'container'
  /** A non-negative integer up to 2^64 - 1. */
  | 'count'
  /** A size in Juju's grammar, held in MiB. */
  | 'size'
  | 'text'
  | 'list'
  | 'spaces'
  /** Go's spellings of a boolean; empty leaves no trace (Juju's allocate-public-ip). */
  | 'go-bool'
  /** Capabilities, each perhaps with a least version: `kvm>=1.1`. */
  | 'capabilities'
  /** USD with at most nine decimals, held in nano-dollars. */
  | 'money'
  /** Cores with at most three decimals, held in thousandths. */
  | 'milli-cores'
  | 'market'
  | 'launcher'
  | 'bool'
  /** Names or globs; `^` in front negates. */
  | 'patterns';

export const JUJU_KEYS = {
  arch: 'arch',
  container: 'container',
  cores: 'count',
  'cpu-power': 'count',
  'instance-role': 'text',
  'instance-type': 'text',
  mem: 'size',
  'root-disk': 'size',
  'root-disk-source': 'text',
  tags: 'list',
  spaces: 'spaces',
  'virt-type': 'text',
  zones: 'list',
  'allocate-public-ip': 'go-bool',
  'image-id': 'text',
} as const satisfies Record<string, KeyKind>;

export const OWN_KEYS = {
  'bare-metal': 'bool',
  budget: 'money',
  burstable: 'bool',
  cloud: 'patterns',
  containers: 'capabilities',
  'cores-baseline': 'milli-cores',
  gpu: 'text',
  gpus: 'count',
  launcher: 'launcher',
  'local-disk': 'size',
  market: 'market',
  'max-price': 'money',
  region: 'patterns',
} as const satisfies Record<string, KeyKind>;

export type Key = keyof typeof JUJU_KEYS | keyof typeof OWN_KEYS;

/** Every key with its kind, in canonical order. */
export const KEYS: ReadonlyMap<string, KeyKind> = new Map<string, KeyKind>([
  ...Object.entries(JUJU_KEYS),
  ...Object.entries(OWN_KEYS),
]);

/** Juju's one alias, from before 2.0. */
export const ALIASES: ReadonlyMap<string, Key> = new Map([['cpu-cores', 'cores']]);
