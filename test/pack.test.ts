import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packSchema } from '../src/plan/pack-bundle.ts';
import { stowage, within } from './support/cli.ts';

const BUNDLES = 'test/bundles';
const inVirginia = within('aws', 'us-east-1');
const node = ['--overlay', `${BUNDLES}/openstack-sizes.yaml`];

/** Small enough that the best packing is proved, so that it is the same every time. */
const CASES: Readonly<Record<string, readonly string[]>> = {
  openstack: [`${BUNDLES}/openstack.yaml`, ...node, ...inVirginia],
  kubernetes: [`${BUNDLES}/kubernetes.yaml`, ...within('gcp', 'us-central1')],
  hadoop: [`${BUNDLES}/hadoop.yaml`, ...inVirginia, '--with', 'allow-eol=true'],
  landscape: [`${BUNDLES}/landscape.yaml`, ...inVirginia],
  wiki: [`${BUNDLES}/wiki.yaml`, ...within('azure', 'westeurope')],
};

describe('a packed bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stowage-packed-'));

  it.each(Object.entries(CASES))('costs the same when it is priced anew: %s', (name, args) => {
    const [overlay, bundle] = [join(folder, `${name}-overlay.yaml`), join(folder, `${name}.yaml`)];
    const files = ['--write-overlay', overlay, '--write-bundle', bundle, '--format', 'json'];
    const ran = stowage(['plan', '--pack', ...args, ...files]);
    expect([ran.code, ran.err]).toEqual([0, '']);
    const answer = packSchema.parse(JSON.parse(ran.out));
    expect(answer.status).toBe('optimal');
    expect(answer.packed!.cost).toBe(answer.model.cost);
    expect(readFileSync(overlay, 'utf8')).toBe(answer.overlay);
    const place = args.slice(args.indexOf('--cloud')).filter((word) => word !== 'test');
    const costOf = (...what: readonly string[]): string =>
      JSON.parse(stowage(['deploy', '--dry-run', ...what, ...place, '--format', 'json']).out).cost;
    expect(costOf(bundle)).toBe(answer.packed!.cost);
    // Every unit that the author placed is placed, once.
    const units = (of: { readonly units: readonly { readonly unit: string }[] }) =>
      of.units.map(({ unit }) => unit).sort();
    expect(units(answer.packed!)).toEqual(units(answer.author));
    // Units of an application that the author kept on different machines still are.
    const apart = (of: typeof answer.author): readonly string[] => {
      const seen = new Map<string, number>();
      for (const { unit, at } of of.units) {
        const key = `${unit.split('/')[0]} ${at.split('/')[0]}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
      return [...seen].filter(([, count]) => count > 1).map(([key]) => key.split(' ')[0]!);
    };
    for (const shared of apart(answer.packed!)) expect(apart(answer.author)).toContain(shared);
  });

  it.each<readonly [string, readonly string[]]>([
    ['wiki', [...within('azure', 'westeurope')]],
    ['kubernetes', [...inVirginia, '--into', 'lxd']],
    ['hadoop', [...within('gcp', 'us-central1')]],
    [
      'openstack',
      [...inVirginia, '--constraints', 'cores=8 mem=32G', '--into', 'lxd', '--with', 'container-network=provider'],
    ],
  ])('is told with what it saves, or why there is none: %s', async (name, args) => {
    const all = ['plan', '--pack', `${BUNDLES}/${name}.yaml`, ...args];
    const ran = stowage(all);
    const shown = all.map((word) => (/^[\w.=/@-]+$/.test(word) ? word : `"${word}"`)).join(' ');
    const text = `$ stowage ${shown}\n${ran.out}${ran.err}exit code ${ran.code}\n`;
    await expect(text).toMatchFileSnapshot(`golden/pack-${name}.txt`);
  });

  it.each<readonly [string, readonly string[]]>([
    ['what is to be planned?', [`${BUNDLES}/wiki.yaml`]],
    ['give a time such as 10s', [`${BUNDLES}/wiki.yaml`, '--pack', '--time-limit', 'soon']],
    [
      'cannot write /nowhere/o.yaml',
      [`${BUNDLES}/wiki.yaml`, '--pack', ...inVirginia, '--write-overlay', '/nowhere/o.yaml'],
    ],
    ['cannot read nowhere.yaml', ['nowhere.yaml', '--pack']],
    ['no application of the bundle has units', ['-', '--pack']],
  ])('is not made of bad input: %s', (message, args) => {
    const ran = stowage(['plan', ...args], { input: 'applications: {s: {charm: s}}' });
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toContain(message);
  });
});
