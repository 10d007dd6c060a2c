import { describe, expect, it } from 'vitest';
import { stowage, within } from './support/cli.ts';

/** The prose of answers, kept in files: a change of wording is a change that someone has to look at. */

const CASES: Readonly<Record<string, readonly string[]>> = {
  'kvm-nested-at-launch': ['kvm', ...within('aws', 'us-east-1'), '--constraints', 'cores=2 mem=4G root-disk=32G'],
  'kvm-derived-price': ['kvm', ...within('aws', 'eu-west-1'), '--constraints', 'cores=2 mem=4G'],
  'kvm-only-metal-is-priced': ['kvm', ...within('aws', 'sa-east-1'), '--constraints', 'cores=2 mem=4G'],
  'kvm-on-arm-hardware': ['kvm', ...within('aws', 'us-east-1'), '--constraints', 'cores=2 mem=4G arch=arm64'],
  'kvm-everywhere-verbose': ['kvm', '--constraints', 'cores=2 mem=4G', '--verbose'],
  'lxd-with-the-best-three': ['lxd', ...within('aws', 'us-east-1'), '--constraints', 'cores=2 mem=4G', '--top', '3'],
  'two-hosts-with-guests-apart': [
    '-n',
    '2',
    '--guest',
    '2x kvm:cores=2 mem=4G',
    '--guest',
    'lxd:mem=2G',
    ...within('azure', 'westeurope'),
  ],
  'gcp-spot-in-a-zone': [
    'kvm',
    ...within('gcp', 'us-central1'),
    '--market',
    'spot',
    '--constraints',
    'cores=2 mem=4G zones=us-central1-b',
  ],
  'linear-program': ['lxd', ...within('gcp', 'europe-west1'), '--constraints', 'cores=4 mem=8G', '--engine', 'lp'],
  'podman-by-hand': [...within('aws', 'us-east-1'), '--constraints', 'containers=podman mem=2G'],
  'nothing-fits': ['kvm', ...within('aws', 'eu-west-1'), '--constraints', 'mem=64G arch=arm64 max-price=0.05'],
  'nothing-fits-because-unknown': [
    'kvm',
    ...within('azure', 'westeurope'),
    '--constraints',
    'instance-type=Standard_DC2as_v5',
  ],
  'inferred-nesting-is-refused': [
    'kvm',
    ...within('gcp', 'us-central1'),
    '--constraints',
    'instance-type=c3-standard-4',
  ],
  'old-release-in-extended-support': [
    'lxd',
    ...within('aws', 'us-east-1'),
    '--base',
    'ubuntu@20.04',
    '--constraints',
    'cores=2 mem=4G',
  ],
  'release-past-all-support': ['lxd', ...within('aws', 'us-east-1'), '--base', 'ubuntu@16.04'],
  'policy-in-production': [
    'lxd',
    ...within('aws', 'us-east-1'),
    '--constraints',
    'cores=2 mem=4G',
    '--rules',
    'examples/policies',
    '--with',
    'env=production',
  ],
  'as-juju-3.6-verbose': [
    'lxd',
    ...within('aws', 'us-east-1'),
    '--constraints',
    'cores=2 mem=4G',
    '--compat',
    'juju-3.6',
    '--verbose',
  ],
  'as-juju-2.8': ['kvm', ...within('gcp', 'us-central1'), '--base', 'ubuntu@20.04', '--compat', 'juju-2.8'],
};

/** Commands beside `add-machine`. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'what-if-prices-rise': [
    'what-if',
    'add-machine',
    'kvm',
    ...within('aws', 'us-east-1'),
    '--constraints',
    'cores=2 mem=4G',
    '--set',
    'price aws:m8i*=+40%',
  ],
  'what-if-a-rule-and-more-memory': [
    'what-if',
    'add-machine',
    'kvm',
    ...within('aws', 'us-east-1'),
    '--constraints',
    'cores=2 mem=4G',
    '--set',
    'rule nested-kvm-aws=off',
    '--set',
    'mem=8G',
  ],
  'what-if-nothing-fits-any-more': [
    'what-if',
    'add-machine',
    'lxd',
    ...within('gcp', 'europe-west1'),
    '--set',
    'max-price=0.001',
    '--set',
    'offer e2-*=off',
  ],
  'why-not-arch-memory-and-kvm': [
    'why-not',
    't4g.medium',
    '--placement',
    'kvm',
    ...within('aws', 'us-east-1'),
    '--constraints',
    'cores=2 mem=4G',
  ],
  'why-not-dearer-and-chosen': [
    'why-not',
    'm8i.large',
    'm8i-flex.large',
    '--placement',
    'kvm',
    ...within('aws', 'us-east-1'),
  ],
  'why-not-withheld': ['why-not', 'c3-standard-4', '--placement', 'kvm', ...within('gcp', 'us-central1')],
  'why-not-unknown': [
    'why-not',
    'Standard_DC2as_v5',
    '--placement',
    'kvm',
    ...within('azure', 'westeurope'),
    '--max-price',
    '0.1',
  ],
  'why-not-no-price-here': ['why-not', 'm7g.metal', '--placement', 'kvm', ...within('aws', 'eu-west-1')],
  'why-not-an-older-base': [
    'why-not',
    'ubuntu@20.04',
    '--placement',
    'kvm>=6',
    ...within('gcp', 'us-central1'),
    '--format',
    'markdown',
  ],
};

describe('golden output', () => {
  const commands = [
    ...Object.entries(CASES).map(([name, args]) => [name, ['add-machine', ...args]] as const),
    ...Object.entries(OTHERS),
  ];
  for (const [name, args] of commands) {
    it(name, async () => {
      const ran = stowage(args);
      expect(ran.err).toBe('');
      const shown = args.map((word) => (/^[\w.=/@-]+$/.test(word) ? word : `"${word}"`)).join(' ');
      await expect(`$ stowage ${shown}\n${ran.out}exit code ${ran.code}\n`).toMatchFileSnapshot(`golden/${name}.txt`);
    });
  }
});
