import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deploySchema } from '../src/plan/deploy-schema.ts';
import { stowage, within } from './support/cli.ts';

const BUNDLES = 'test/bundles';
const overlay = (name: string): readonly string[] => ['--overlay', `${BUNDLES}/${name}.yaml`];
const inVirginia = within('aws', 'us-east-1');

/** Bundles in the manner of the public ones, with every construct that those use. */
const CASES: Readonly<Record<string, readonly string[]>> = {
  openstack: [`${BUNDLES}/openstack.yaml`, ...inVirginia],
  'openstack-with-sizes': [`${BUNDLES}/openstack.yaml`, ...overlay('openstack-sizes'), ...inVirginia],
  kubernetes: [`${BUNDLES}/kubernetes.yaml`, '--cloud', 'aws'],
  hadoop: [`${BUNDLES}/hadoop.yaml`, ...within('gcp', 'us-central1')],
  'hadoop-past-support': [`${BUNDLES}/hadoop.yaml`, '--with', 'allow-eol=true'],
  landscape: [`${BUNDLES}/landscape.yaml`, ...inVirginia, '--constraints', 'root-disk=20G'],
  'landscape-elsewhere': [`${BUNDLES}/landscape.yaml`, ...within('azure', 'westeurope')],
  wiki: [`${BUNDLES}/wiki.yaml`, ...inVirginia],
  'wiki-as-markdown': [`${BUNDLES}/wiki.yaml`, ...inVirginia, '--format', 'markdown'],
  'wiki-by-any-launcher': [`${BUNDLES}/wiki.yaml`, ...inVirginia, '--constraints', 'launcher=any'],
  'wiki-within-a-budget': [`${BUNDLES}/wiki.yaml`, '--cloud', 'gcp', '--constraints', 'budget=100'],
};

describe('a dry run', () => {
  for (const [name, args] of Object.entries(CASES)) {
    it(name, async () => {
      const ran = stowage(['deploy', '--dry-run', ...args]);
      const shown = args.map((word) => (/^[\w.=/@-]+$/.test(word) ? word : `"${word}"`)).join(' ');
      const text = `$ stowage deploy --dry-run ${shown}\n${ran.out}${ran.err}exit code ${ran.code}\n`;
      await expect(text).toMatchFileSnapshot(`golden/deploy-${name}.txt`);
    });
  }

  it.each(Object.entries(CASES).filter(([name]) => ['hadoop', 'landscape', 'wiki-within-a-budget'].includes(name)))(
    'says the same as JSON: %s',
    (_, args) => {
      const ran = stowage(['deploy', '--dry-run', ...args, '--format', 'json', '--quiet']);
      const answer = deploySchema.parse(JSON.parse(ran.out));
      const sum = answer.machines.reduce((total, { price }) => total + BigInt(Math.round(Number(price) * 1e9)), 0n);
      expect(Number(sum) / 1e9).toBe(Number(answer.cost ?? 0));
      // Every unit is told twice: by itself, and on its machine.
      const onMachines = answer.machines.flatMap(({ id, units, containers }) => [
        ...units.map((unit) => `${unit} ${id}`),
        ...containers.flatMap((one) => one.units.map((unit) => `${unit} ${one.id}`)),
      ]);
      if (answer.machines.length > 0)
        expect(onMachines.sort()).toEqual(answer.units.map(({ unit, at }) => `${unit} ${at}`).sort());
    },
  );

  it('finds each machine at the price that add-machine finds', () => {
    const cost = (args: readonly string[]): number =>
      Number(JSON.parse(stowage([...args, '--format', 'json']).out).cost);
    const machine = (constraints: string, ...rest: readonly string[]): number =>
      cost([
        'add-machine',
        ...rest,
        ...inVirginia,
        '--base',
        'ubuntu@22.04',
        '--constraints',
        `launcher=juju ${constraints}`,
      ]);
    // Of the bundle: three etcd, two control planes (one of which holds lxd), three workers.
    const expected =
      4 * machine('cores=2 mem=8G') + machine('cores=2 mem=8G', '--guest', 'lxd:') + 3 * machine('cores=4 mem=16G');
    expect(cost(['deploy', '--dry-run', `${BUNDLES}/kubernetes.yaml`, ...inVirginia])).toBeCloseTo(expected, 9);
  });

  it('reads standard input, and its options and bundles in whatever order', () => {
    const text = readFileSync(`${BUNDLES}/wiki.yaml`, 'utf8');
    const piped = stowage(['deploy', '-', '--dry-run', ...inVirginia], { input: text });
    const named = stowage(['deploy', '--dry-run', ...inVirginia, `${BUNDLES}/wiki.yaml`]);
    expect(piped.out).toBe(named.out.replaceAll(`${BUNDLES}/wiki.yaml`, '<stdin>'));
  });
});

describe('bad input of deploy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stowage-bundles-'));
  const fileOf = (text: string): string => {
    const path = join(folder, 'b.yaml');
    writeFileSync(path, text);
    return path;
  };
  const wiki = `${BUNDLES}/wiki.yaml`;

  it.each<readonly [string, readonly string[]]>([
    ['nothing is deployed here: there are only dry runs\n  at deploy\n  hint: add --dry-run', [wiki]],
    ['cannot read nowhere.yaml', ['nowhere.yaml', '--dry-run']],
    ['cannot read nowhere.yaml', [wiki, '--dry-run', '--overlay', 'nowhere.yaml']],
    ['no region of the catalog is called "us-est-1"', [wiki, '--dry-run', '--region', 'us-est-1']],
    ['unknown constraint "memory"', [wiki, '--dry-run', '--constraints', 'memory=4G']],
    ['no rule is called "nothing/there"', [wiki, '--dry-run', '--waive', 'nothing/there']],
    ['no instance type of the catalog is called "m5.lrge"\n  at b.yaml:1:57', ['TYPE', '--dry-run']],
    ['this bundle is for Kubernetes', ['KUBERNETES', '--dry-run']],
    ['invalid placement syntax', ['PLACEMENT', '--dry-run']],
  ])('%s', (message, args) => {
    const texts: Readonly<Record<string, string>> = {
      TYPE: 'applications: {a: {charm: a, num_units: 1, constraints: instance-type=m5.lrge}}\n',
      KUBERNETES: 'bundle: kubernetes\napplications: {a: {charm: a, scale: 1}}\n',
      PLACEMENT: 'applications: {a: {charm: a, num_units: 1, to: ["0/lxd"]}}\n',
    };
    const text = texts[args[0]!];
    const ran = stowage(['deploy', ...(text === undefined ? args : [fileOf(text), ...args.slice(1)])]);
    expect(ran.code).toBe(2);
    expect(ran.out).toBe('');
    expect(ran.err.replaceAll(`${folder}/`, '')).toContain(message);
    expect(ran.err).not.toMatch(/\n {4}at /);
    // One fault is told once, however many machines have it.
    expect(ran.err.match(/^error: /gm)).toHaveLength(1);
  });
});
