import { describe, expect, it } from 'vitest';
import { stowage } from './support/cli.ts';

/** The prose of answers, kept in files: a change of wording is a change that someone has to look at. */

const CASES: Readonly<Record<string, readonly string[]>> = {
  'kvm-nested-at-launch': [
    'kvm',
    '--cloud',
    'aws',
    '--region',
    'us-east-1',
    '--constraints',
    'cores=2 mem=4G root-disk=32G',
  ],
  'kvm-derived-price': ['kvm', '--cloud', 'aws', '--region', 'eu-west-1', '--constraints', 'cores=2 mem=4G'],
  'kvm-only-metal-is-priced': ['kvm', '--cloud', 'aws', '--region', 'sa-east-1', '--constraints', 'cores=2 mem=4G'],
  'kvm-on-arm-hardware': [
    'kvm',
    '--cloud',
    'aws',
    '--region',
    'us-east-1',
    '--constraints',
    'cores=2 mem=4G arch=arm64',
  ],
  'kvm-everywhere-verbose': ['kvm', '--constraints', 'cores=2 mem=4G', '--verbose'],
  'lxd-with-the-best-three': [
    'lxd',
    '--cloud',
    'aws',
    '--region',
    'us-east-1',
    '--constraints',
    'cores=2 mem=4G',
    '--top',
    '3',
  ],
  'two-hosts-with-guests-apart': [
    '-n',
    '2',
    '--guest',
    '2x kvm:cores=2 mem=4G',
    '--guest',
    'lxd:mem=2G',
    '--cloud',
    'azure',
    '--region',
    'westeurope',
  ],
  'gcp-spot-in-a-zone': [
    'kvm',
    '--cloud',
    'gcp',
    '--region',
    'us-central1',
    '--market',
    'spot',
    '--constraints',
    'cores=2 mem=4G zones=us-central1-b',
  ],
  'linear-program': [
    'lxd',
    '--cloud',
    'gcp',
    '--region',
    'europe-west1',
    '--constraints',
    'cores=4 mem=8G',
    '--engine',
    'lp',
  ],
  'podman-by-hand': ['--cloud', 'aws', '--region', 'us-east-1', '--constraints', 'containers=podman mem=2G'],
  'nothing-fits': [
    'kvm',
    '--cloud',
    'aws',
    '--region',
    'eu-west-1',
    '--constraints',
    'mem=64G arch=arm64 max-price=0.05',
  ],
  'nothing-fits-because-unknown': [
    'kvm',
    '--cloud',
    'azure',
    '--region',
    'westeurope',
    '--constraints',
    'instance-type=Standard_DC2as_v5',
  ],
  'inferred-nesting-is-refused': [
    'kvm',
    '--cloud',
    'gcp',
    '--region',
    'us-central1',
    '--constraints',
    'instance-type=c3-standard-4',
  ],
  'old-release-in-extended-support': [
    'lxd',
    '--cloud',
    'aws',
    '--region',
    'us-east-1',
    '--base',
    'ubuntu@20.04',
    '--constraints',
    'cores=2 mem=4G',
  ],
  'release-past-all-support': ['lxd', '--cloud', 'aws', '--region', 'us-east-1', '--base', 'ubuntu@16.04'],
  'policy-in-production': [
    'lxd',
    '--cloud',
    'aws',
    '--region',
    'us-east-1',
    '--constraints',
    'cores=2 mem=4G',
    '--rules',
    'examples/policies',
    '--with',
    'env=production',
  ],
};

/** Commands beside `add-machine`. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'why-not-arch-memory-and-kvm': [
    'why-not',
    't4g.medium',
    '--placement',
    'kvm',
    '--cloud',
    'aws',
    '--region',
    'us-east-1',
    '--constraints',
    'cores=2 mem=4G',
  ],
  'why-not-dearer-and-chosen': [
    'why-not',
    'm8i.large',
    'm8i-flex.large',
    '--placement',
    'kvm',
    '--cloud',
    'aws',
    '--region',
    'us-east-1',
  ],
  'why-not-withheld': ['why-not', 'c3-standard-4', '--placement', 'kvm', '--cloud', 'gcp', '--region', 'us-central1'],
  'why-not-unknown': [
    'why-not',
    'Standard_DC2as_v5',
    '--placement',
    'kvm',
    '--cloud',
    'azure',
    '--region',
    'westeurope',
    '--max-price',
    '0.1',
  ],
  'why-not-no-price-here': ['why-not', 'm7g.metal', '--placement', 'kvm', '--cloud', 'aws', '--region', 'eu-west-1'],
  'why-not-an-older-base': [
    'why-not',
    'ubuntu@20.04',
    '--placement',
    'kvm>=6',
    '--cloud',
    'gcp',
    '--region',
    'us-central1',
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
