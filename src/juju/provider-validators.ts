import type { Key } from '../request/keys.ts';
import { ACCEPT_ALL, type Validator, withConflicts, withUnsupported, withVocabulary } from './validator.ts';

/**
 * What Juju's providers have been seen to accept. Examples, gathered from several versions of Juju: providers change
 * between versions, and names of types and architectures come from the cloud itself.
 */
export interface ProviderValidator {
  readonly provider: string;
  readonly unsupported: readonly Key[];
  /** What `instance-type` cannot stand beside. */
  readonly typeConflicts: readonly Key[];
  /** Values that are the same everywhere; those of `instance-type` and `arch` are the cloud's. */
  readonly vocabularies: Readonly<Partial<Record<Key, readonly string[]>>>;
  /** What of the row is not certain. */
  readonly doubt: string | undefined;
}

export const PROVIDER_VALIDATORS: readonly ProviderValidator[] = [
  {
    provider: 'ec2',
    unsupported: ['tags', 'virt-type'],
    typeConflicts: ['mem', 'cores', 'cpu-power'],
    vocabularies: {},
    doubt: 'allocate-public-ip is unsupported in some versions; arch beside instance-type is judged by the type',
  },
  {
    provider: 'azure',
    unsupported: ['cpu-power', 'tags', 'virt-type'],
    typeConflicts: ['mem', 'cores'],
    vocabularies: {},
    doubt: 'older versions accept amd64 alone, and no arch beside instance-type',
  },
  {
    provider: 'gce',
    unsupported: ['tags', 'virt-type'],
    typeConflicts: ['cores', 'cpu-power', 'mem', 'container'],
    vocabularies: { container: ['kvm'] },
    doubt: 'older versions accept no arch beside instance-type',
  },
  {
    provider: 'openstack',
    unsupported: ['tags', 'cpu-power'],
    typeConflicts: ['mem', 'cores', 'root-disk'],
    vocabularies: {},
    doubt: 'root-disk may stand beside instance-type with root-disk-source=volume; the row is not verified as a whole',
  },
  {
    provider: 'maas',
    unsupported: ['cpu-power', 'instance-type', 'virt-type'],
    typeConflicts: [],
    vocabularies: {},
    doubt: undefined,
  },
  {
    provider: 'vsphere',
    unsupported: ['tags', 'virt-type'],
    typeConflicts: [],
    vocabularies: {},
    doubt: undefined,
  },
];

/**
 * The validator of a provider, with the names that its cloud has; undefined for a provider that is not in the table.
 *
 * @example validatorOf('ec2', { 'instance-type': ['m5.large'] })
 */
export function validatorOf(
  provider: string,
  names: Readonly<Partial<Record<Key, readonly string[]>>> = {},
): Validator | undefined {
  const row = PROVIDER_VALIDATORS.find((one) => one.provider === provider);
  if (row === undefined) return undefined;
  const conflicting =
    row.typeConflicts.length === 0 ? ACCEPT_ALL : withConflicts(ACCEPT_ALL, ['instance-type'], row.typeConflicts);
  const vocabularies = Object.entries({ ...row.vocabularies, ...names });
  return vocabularies.reduce(
    (validator, [key, values]) => withVocabulary(validator, key, values),
    withUnsupported(conflicting, row.unsupported),
  );
}
