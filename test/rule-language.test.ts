import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT, stowage } from './support/cli.ts';

/** Rules with parameters, imports and words of one's own, as whoever types commands has them. */

const folder = mkdtempSync(join(tmpdir(), 'stowage-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, `format: 1\n${text}`);
  return path;
};
const words = file(
  'words.yaml',
  `attributes:
  request.cost-centre: {type: name, default: none, doc: Who pays.}
  offer.green: {type: bool, scope: region, doc: Whether the region runs on the sun.}
`,
);
file(
  'facts.yaml',
  `module: acme.facts
let: {sunny: {request.cost-centre: "sun*"}}
rules:
  ireland: {summary: Ireland is green, when: {offer.region: eu-west-1}, set: {offer.green: true}}
`,
);
const rules = file(
  'acme.yaml',
  `module: acme
use: [hosting, facts.yaml]
params:
  most: {type: number, default: 8, min: 1, max: 64}
rules:
  small: {summary: not so many cores, when: {type.cores: {above: {param: most}}}, forbid: true}
  green: {summary: green regions alone, when: {is: acme.facts.sunny}, require: {offer.green: true}}
`,
);
const ACME = ['--rules', rules, '--vocabulary', words];
const ask = (...args: readonly string[]) => stowage(['add-machine', 'lxd', '--cloud', 'aws', ...args, '--quiet']);

describe('rules on the command line', () => {
  it('speak words of one’s own, and rest on facts that rules set', () => {
    const green = ask('--region', 'eu-west-1', ...ACME, '--with', 'cost-centre=sun7');
    expect([green.code, green.err]).toEqual([0, '']);
    expect(green.out).toContain('what rule acme.facts/ireland sets: offer.green true');
    const grey = ask('--region', 'us-east-1', ...ACME, '--with', 'cost-centre=sun7');
    expect(grey.code).toBe(1);
    expect(grey.out).toContain('offer.green is unknown, and then it refuses: green regions alone');
  });

  it('take their parameters from it, and command lines that are told have them', () => {
    const own = ['--constraints', 'cores=8', '--region', 'us-east-1', ...ACME];
    expect(ask(...own).code).toBe(0);
    const bounded = ask(...own, '--param', 'acme.most=4');
    expect(bounded.code).toBe(1);
    expect(bounded.out).toContain(`--rules ${rules} --param acme.most=4 --vocabulary ${words}`);
  });

  it.each([
    [['--param', 'acme.mist=4'], 'did you mean acme.most?'],
    [['--param', 'acme.most=65'], 'parameter acme.most must be at most 64, not 65'],
    [['--param', 'acme.most'], '"acme.most" sets no parameter'],
    [['--param', 'acme.most=1', '--param', 'acme.most=2'], 'the parameter acme.most is set twice'],
    [['--with', 'cost-center=x'], 'did you mean cost-centre?'],
    [['--vocabulary', join(folder, 'nowhere.yaml')], 'there is no such file'],
    [['--vocabulary', rules], 'a vocabulary has no key "module" here'],
  ])('refuse %j', (more, message) => {
    const ran = ask(...ACME, ...more);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toContain(message);
  });

  it('are written into snapshots with all that they rest on', () => {
    const question = join(folder, 'question.yaml');
    const own = ['--region', 'eu-west-1', ...ACME, '--with', 'cost-centre=sun7', '--param', 'acme.most=2'];
    const args = ['add-machine', 'lxd', '--cloud', 'aws', ...own];
    expect(stowage(['snapshot', ...args, '-o', question, '--quiet'])).toMatchObject({ code: 0, err: '' });
    const parts = (ran: { readonly out: string }) => {
      const { cost, machines, notes } = JSON.parse(ran.out);
      return { cost, machines, set: notes.filter(({ code }: { code: string }) => code === 'set-fact') };
    };
    const [there, here] = [['solve', question], args].map((line) => parts(stowage([...line, '--format', 'json'])));
    expect(there).toEqual(here);
    expect(there!.set).toHaveLength(1);
  });

  it('are kept for the next time, and read anew where a file that they use has changed', () => {
    const cache = { env: { XDG_CACHE_HOME: join(folder, 'cache') } };
    const args = [
      'add-machine',
      'lxd',
      '--cloud',
      'aws',
      '--region',
      'eu-west-1',
      ...ACME,
      '--with',
      'cost-centre=sun7',
    ];
    const first = stowage(args, cache);
    expect(stowage(args, cache)).toEqual(first);
    const text = readFileSync(join(folder, 'facts.yaml'), 'utf8');
    writeFileSync(join(folder, 'facts.yaml'), text.replace('eu-west-1', 'eu-west-2'));
    expect([first.code, stowage(args, cache).code]).toEqual([0, 1]);
    writeFileSync(join(folder, 'facts.yaml'), text);
    expect(stowage(args, cache)).toEqual(first);
  });

  it('know facts of one’s own flavors, which imports read and publish', () => {
    const tiers = file(
      'tiers.yaml',
      'attributes:\n  type.tier: {type: enum, values: [gold, tin], doc: What it is made of.}\n',
    );
    const flavors = join(folder, 'flavors.csv');
    writeFileSync(
      flavors,
      'cloud,region,name,arch,cores,mem,price,tier\nlab,r1,a,amd64,2,4096,0.1,tin\nlab,r1,b,amd64,2,4096,0.2,gold\n',
    );
    const gold = file('gold.yaml', 'module: gold\nrules: {gold: {summary: gold alone, require: {type.tier: gold}}}\n');
    const tree = join(folder, 'lab');
    const imported = stowage(['catalog', 'import', flavors, '--vocabulary', tiers, '-o', tree, '--quiet']);
    expect([imported.code, imported.err]).toEqual([0, '']);
    const ran = stowage(['add-machine', '--catalog', tree, '--rules', gold, '--vocabulary', tiers, '--format', 'json']);
    expect(JSON.parse(ran.out).machines).toMatchObject([{ type: 'b' }]);
    expect(stowage(['catalog', 'show', 'b', '--catalog', tree, '--vocabulary', tiers]).out).toMatch(
      /type.tier|tier +gold/,
    );
    // Without the words nobody knows what is meant.
    expect(stowage(['add-machine', '--catalog', tree]).err).toContain('type.tier is no declared attribute');
  });

  it('have a schema, with words of one’s own', () => {
    const shipped = stowage(['rules', 'schema']);
    expect(shipped.out).toBe(readFileSync(join(ROOT, 'rules', 'rules.schema.json'), 'utf8'));
    const own = stowage(['rules', 'schema', 'rules', '--vocabulary', words]);
    expect([shipped.out.includes('request.cost-centre'), own.out.includes('request.cost-centre')]).toEqual([
      false,
      true,
    ]);
    expect(stowage(['rules', 'schema', 'vocabulary']).out).toBe(
      readFileSync(join(ROOT, 'rules', 'vocabulary.schema.json'), 'utf8'),
    );
    expect(stowage(['rules', 'schema', 'tasts'])).toMatchObject({ code: 2, out: '' });
    expect(stowage(['rules', 'schema', '--vocabulary', rules]).code).toBe(2);
  });
});
