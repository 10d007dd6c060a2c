import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Result } from '../src/index.ts';
import { readImport, settingsOf } from '../src/storage/imports.ts';
import { loadVocabulary } from '../src/storage/packs.ts';
import { writeTree } from '../src/storage/trees.ts';
import { ROOT, stowage } from './support/cli.ts';
import { answer, compile, loadCatalog, loadRules, parseRequest, verifyCompiled } from './support/library.ts';

/** One's own cloud and prices at the command line, in a folder with the files of examples/own-cloud. */

const folder = mkdtempSync(join(tmpdir(), 'stowage-'));
afterAll(() => rmSync(folder, { recursive: true }));
cpSync(join(ROOT, 'examples', 'own-cloud'), folder, { recursive: true });
writeFileSync(
  join(folder, 'contract.yaml'),
  'format: stowage.prices/1\nprices:\n  "aws:m8i*@us-*": {price: -12%, reason: contract of 2026-11}\n  aws:m8i-flex.large@us-east-1: "+0.001"\n',
);
writeFileSync(join(folder, 'rack.yaml'), 'format: stowage.prices/1\nprices:\n  "maas:*": 0.3\n  vm-*: -50%\n');

const run = (...args: readonly string[]) => stowage(args, { cwd: folder });

describe("one's own cloud", () => {
  it.each<[string, readonly (readonly string[])[]]>([
    [
      'openstack',
      [
        [
          'catalog',
          'import',
          'flavors.json',
          'images.json',
          '--cloud',
          'mycloud',
          '--region',
          'RegionOne',
          '--prices',
          'prices.yaml',
          '-o',
          'mycloud',
        ],
        ['add-machine', 'lxd', '--constraints', 'cores=2 mem=4G', '--catalog', 'mycloud'],
        ['catalog', 'list', '--catalog', 'mycloud', '--catalog', 'bundled'],
        ['catalog', 'show', 'm1.medium', '--catalog', 'mycloud'],
        ['catalog', 'show', 'm1.medum', '--catalog', 'mycloud'],
      ],
    ],
    [
      'maas',
      [
        ['catalog', 'import', 'machines.json', '-o', 'rack'],
        ['add-machine', 'lxd', '--catalog', 'rack'],
        ['add-machine', 'kvm', '--constraints', 'cores=2 mem=4G', '--catalog', 'rack', '--prices', 'rack.yaml'],
        ['add-machine', 'node-7', '--catalog', 'rack', '--prices', 'rack.yaml'],
        ['add-machine', 'node-6', '--catalog', 'rack', '--prices', 'rack.yaml'],
      ],
    ],
    [
      'prices',
      [
        [
          'add-machine',
          'kvm',
          '--constraints',
          'cores=2 mem=4G',
          '--cloud',
          'aws',
          '--region',
          'us-east-1',
          '--prices',
          'contract.yaml',
        ],
        ['catalog', 'import', 'types.csv', '-o', 'table'],
        [
          'add-machine',
          'lxd',
          '--constraints',
          'cores=2 mem=4G cloud=aws,rack region=us-east-1,north',
          '--catalog',
          'table',
          '--catalog',
          'bundled',
        ],
      ],
    ],
  ])('%s', async (name, commands) => {
    const told = commands.map((args) => {
      const { out, err, code } = run(...args);
      const shown = args.map((word) => (/^[\w.=/@-]+$/.test(word) ? word : `"${word}"`)).join(' ');
      return `$ stowage ${shown}\n${out}${err}exit code ${code}\n`;
    });
    await expect(told.join('\n')).toMatchFileSnapshot(`golden/own-cloud-${name}.txt`);
  });

  it('is written whole or not at all', () => {
    const bad = join(folder, 'bad.csv');
    writeFileSync(bad, `type,cores\n${Array.from({ length: 25 }, (_, row) => `t${row},x\n`).join('')}`);
    const before = readdirSync(folder).sort();
    const ran = run('catalog', 'import', 'types.csv', 'bad.csv', '-o', 'none');
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err.match(/^error: /gm)).toHaveLength(20);
    expect(ran.err).toContain('\nand 5 more\n');
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  it('may be imported again, and writes over nothing else', () => {
    const first = run('catalog', 'import', 'types.csv', '-o', 'again', '--quiet');
    expect(first).toMatchObject({ code: 0, out: '', err: '' });
    expect(run('catalog', 'import', 'machines.json', '-o', 'again/', '-q').code).toBe(0);
    expect(readdirSync(join(folder, 'again', 'streams', 'v1')).sort()).toEqual([
      'index.json',
      'stowage.instance-types.maas.json',
      'stowage.regions.json',
    ]);
    writeFileSync(join(folder, 'again', 'notes.txt'), 'mine');
    mkdirSync(join(folder, 'full'));
    writeFileSync(join(folder, 'full', 'a'), '');
    cpSync(join(ROOT, 'rules/examples/juju-dev-2013/catalog'), join(folder, 'mirror'), { recursive: true });
    expect(run('catalog', 'import', 'types.csv', '-o', 'again')).toMatchObject({ code: 2, out: '' });
    for (const [target, why] of [
      ['again', 'it holds more than a catalog: notes.txt'],
      ['full', 'it is a folder that holds something else'],
      ['mirror', 'it is a catalog that was not imported'],
      ['types.csv', 'it is a file'],
      ['no/such', 'there is no folder no'],
    ]) {
      const fault = writeTree(target === 'no/such' ? join(folder, 'no/such') : join(folder, target!), []);
      expect(fault).toMatchObject({ ok: false, diagnostics: [{ code: 'unwritable-catalog' }] });
      expect(fault.ok ? '' : fault.diagnostics[0]!.message.replaceAll(`${folder}/`, '')).toBe(
        `no catalog can be written to ${target}: ${why}`,
      );
    }
    expect(readFileSync(join(folder, 'again', 'notes.txt'), 'utf8')).toBe('mine');
    expect(readdirSync(folder).filter((name) => /\.(part|old)$/.test(name))).toEqual([]);
  });

  it('is refused with what the command line itself gets wrong', () => {
    const vocabulary = loadVocabulary();
    const told = (result: Result<unknown>): readonly string[] =>
      result.ok ? [] : result.diagnostics.map((one) => one.message);
    expect(told(settingsOf({ cloud: 'a b', arch: 'x64' }, vocabulary))).toEqual([
      '"a b" cannot name a cloud',
      '--arch cannot hold "x64"',
    ]);
    const options = { from: undefined, cloud: undefined, region: undefined, arch: undefined, prices: [] };
    expect(told(readImport([join(folder, 'none.csv')], options))[0]).toContain('there is no such file');
    const prices = [join(folder, 'rack.yaml')];
    expect(told(readImport([join(folder, 'types.csv')], { ...options, prices }))).toEqual([
      'price of "maas:*": no cloud of the catalog is called "maas"',
      'price of "vm-*": no instance type matches "vm-*"',
    ]);
    expect(run('catalog', 'import', 'types.csv').code).toBe(2);
  });

  it('has no bytes that are no text, and may begin with a byte order mark', () => {
    writeFileSync(join(folder, 'bytes.csv'), Buffer.from([0x74, 0xff, 0xfe]));
    expect(run('catalog', 'import', 'bytes.csv', '-o', 'x').err).toContain('it is no UTF-8 text');
    writeFileSync(join(folder, 'mark.csv'), '\ufefftype,region,price\na,r1,1\n');
    expect(run('catalog', 'import', 'mark.csv', '-o', 'mark', '-q')).toMatchObject({ code: 0, err: '' });
  });
});

describe('price files', () => {
  const args = ['add-machine', 'kvm', '--constraints', 'cores=2 mem=4G', '--region', 'us-east-1', '--format', 'json'];

  it('give the same answer whichever clouds are read, and whatever stands in which of them', () => {
    const one = run(...args, '--cloud', 'aws', '--prices', 'contract.yaml');
    expect(
      run(...args, '--constraints', 'cloud=aws', '--prices', './contract.yaml', '--prices', 'contract.yaml').out,
    ).toBe(one.out.replaceAll('contract.yaml:', './contract.yaml:'));
    writeFileSync(
      join(folder, 'a.yaml'),
      'format: stowage.prices/1\nprices:\n  "gcp:*": -1%\n  "azure:Standard_D2s_v5": -1%\n',
    );
    // Of another cloud: it is known there, and changes nothing here.
    const load = (name: string) => loadCatalog({ clouds: ['aws'], prices: [join(folder, name)] });
    const other = load('a.yaml');
    const plain = loadCatalog({ clouds: ['aws'] });
    expect(other.ok && plain.ok && [...other.value.offers.price]).toEqual(plain.ok && [...plain.value.offers.price]);
    writeFileSync(join(folder, 'b.yaml'), 'format: stowage.prices/1\nprices:\n  "gcp:n9-standard-2": -1%\n');
    expect(load('b.yaml')).toMatchObject({ ok: false, diagnostics: [{ code: 'idle-price' }] });
  });

  it('are told step by step, from the list price to the billed one', () => {
    const { out } = run(...args, '--cloud', 'aws', '--prices', 'contract.yaml');
    expect(JSON.parse(out)).toMatchObject({
      // (0.10055 + 0.001) x 0.88
      cost: '0.089364',
      machines: [{ price: '0.089364', 'list-price': '0.10055', 'as-of': '2026-07-20', 'price-basis': 'own' }],
      explanation: {
        'price-steps': [
          { rule: 'contract.yaml:4:3', component: 'machine', change: '0.001' },
          { rule: 'contract.yaml:3:3', component: 'machine', change: '-0.012186' },
        ],
      },
    });
  });

  it('keep answers that the verifier accepts', () => {
    const rules = loadRules(['default']);
    const catalog = loadCatalog({
      paths: ['mycloud', 'table'].map((name) => join(folder, name)),
      prices: [join(folder, 'prices.yaml')],
    });
    const request = parseRequest({ placement: 'lxd', constraints: 'cores=2 mem=4G' });
    if (!rules.ok || !catalog.ok || !request.ok) throw new Error('the examples are damaged');
    const compiled = compile(catalog.value, rules.value);
    const given = answer(compiled, request.value);
    expect(given.machines[0]).toMatchObject({
      type: 'm1.medium',
      price: '0.02',
      'list-price': '0.02',
      'price-basis': 'own',
    });
    expect(verifyCompiled(given, compiled, request.value)).toEqual([]);
    const lied = { ...given, machines: [{ ...given.machines[0]!, 'list-price': '0.03' }] };
    expect(verifyCompiled(lied, compiled, request.value)).toEqual([
      'machine new-0: the list-price is "0.02", the answer says "0.03"',
    ]);
  });
});
