import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CacheInfo } from '../src/render/cache.ts';
import { CLI, type Ran, ROOT, stowage } from './support/cli.ts';

/** The cache as users see it: not at all. */

const scratch = mkdtempSync(join(tmpdir(), 'stowage-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let homes = 0;
const home = (): string => {
  const path = join(scratch, `home-${(homes += 1)}`);
  mkdirSync(path);
  return path;
};
const entries = (base: string): string[] => readdirSync(join(base, 'stowage')).sort();

const US_EAST = ['--cloud', 'aws', '--region', 'us-east-1'];
const KVM = ['add-machine', 'kvm', '--constraints', 'cores=2 mem=4G'];
const prices = join(scratch, 'prices.yaml');
writeFileSync(prices, 'format: stowage.prices/1\nprices:\n  "aws:*": {price: -12%, reason: contract}\n');

// A catalog of one's own is read in no time, and kept like any other.
const lab = join(scratch, 'lab');
stowage(['catalog', 'import', 'examples/own-cloud/types.csv', '-o', lab, '-q']);
const IN_LAB = ['add-machine', 'lxd', '--catalog', lab, '--constraints', 'arch=', '--format', 'json'];

describe('a cache', () => {
  it.each([
    ['an answer with all explanations', [...KVM, '--cloud', 'aws', '--verbose']],
    ['no answer', ['add-machine', 'kvm', '--constraints', 'cores=900', ...US_EAST, '--format', 'json']],
    [
      'own prices and rules',
      [
        'add-machine',
        'lxd',
        '--prices',
        prices,
        '--rules',
        'examples/policies',
        '--with',
        'env=production',
        '--verbose',
        '--cloud',
        'aws',
      ],
    ],
    ['a fault in what is asked', ['add-machine', 'kvm', '--cloud', 'asw']],
    ['a type', ['catalog', 'show', 'm8i.large', '--prices', prices]],
    ['constraints', ['constraints', 'mem=4096M cores=2']],
    ['a snapshot', ['snapshot', 'add-machine', 'kvm', ...US_EAST]],
  ])('changes no byte of %s', (_, args) => {
    const base = home();
    const plain = stowage(args, { env: { STOWAGE_CACHE: 'off', XDG_CACHE_HOME: base } });
    expect(readdirSync(base)).toEqual([]);
    const cold = stowage(args, { env: { XDG_CACHE_HOME: base } });
    const kept = entries(base);
    expect(kept.length).toBeGreaterThan(0);
    const warm = stowage(args, { env: { XDG_CACHE_HOME: base } });
    expect(cold).toEqual(plain);
    expect(warm).toEqual(plain);
    expect(entries(base)).toEqual(kept);
  });

  it('takes nothing away from what can be read only once', () => {
    const piped = (env: Readonly<Record<string, string>>): Ran => {
      const line = `cat "${prices}" | "${process.execPath}" "${CLI}" catalog show m8i.large --prices /dev/stdin`;
      const ran = spawnSync('sh', ['-c', line], { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...env } });
      return { code: ran.status, out: ran.stdout, err: ran.stderr };
    };
    const env = { XDG_CACHE_HOME: home() };
    const plain = piped({ STOWAGE_CACHE: 'off' });
    expect(plain).toMatchObject({ code: 0, out: expect.stringContaining('contract') });
    expect([piped(env), piped(env)]).toEqual([plain, plain]);
  });

  it('that is damaged is made anew', () => {
    const base = home();
    const args = IN_LAB;
    const cold = stowage(args, { env: { XDG_CACHE_HOME: base } });
    const sound = entries(base).map((name) => readFileSync(join(base, 'stowage', name)));
    for (const damage of [
      (bytes: Buffer) => bytes.fill(bytes[bytes.length >> 1]! ^ 1, bytes.length >> 1, (bytes.length >> 1) + 1),
      (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1),
      () => Buffer.alloc(0),
    ]) {
      for (const [index, name] of entries(base).entries())
        writeFileSync(join(base, 'stowage', name), damage(Buffer.from(sound[index]!)));
      expect(stowage(args, { env: { XDG_CACHE_HOME: base } })).toEqual(cold);
      expect(entries(base).map((name) => readFileSync(join(base, 'stowage', name)))).toEqual(sound);
    }
  });

  it('is made by twenty commands at once as by one', async () => {
    const base = home();
    const args = IN_LAB;
    const one = home();
    const alone = stowage(args, { env: { XDG_CACHE_HOME: one } });
    expect(alone.code).toBe(0);
    const start = (): Promise<Ran> =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, [CLI, ...args], {
          cwd: ROOT,
          env: { ...process.env, XDG_CACHE_HOME: base },
        });
        let [out, err] = ['', ''];
        child.stdout.on('data', (text) => (out += text));
        child.stderr.on('data', (text) => (err += text));
        child.on('close', (code) => resolve({ code, out, err }));
      });
    const together = await Promise.all(Array.from({ length: 20 }, start));
    for (const ran of together) expect(ran).toEqual(alone);
    expect(entries(base)).toEqual(entries(one));
    for (const name of entries(base))
      expect(readFileSync(join(base, 'stowage', name)).equals(readFileSync(join(one, 'stowage', name)))).toBe(true);
  });

  it.each([
    ['has no home', { HOME: '', XDG_CACHE_HOME: '' }],
    ['cannot be written to', { XDG_CACHE_HOME: '/proc/1' }],
    ['lies below a file', { XDG_CACHE_HOME: prices }],
  ])('that %s is not there', (_, env) => {
    const args = IN_LAB;
    expect(stowage(args, { env })).toEqual(stowage(args, { env: { STOWAGE_CACHE: 'off' } }));
  });

  it('is told of, entry by entry, and removed', () => {
    const base = home();
    const env = { XDG_CACHE_HOME: base };
    const where = join(base, 'stowage');
    const info = () => JSON.parse(stowage(['cache', 'info', '--format', 'json'], { env }).out) as CacheInfo;
    expect(info()).toEqual({ folder: where, unused: null, bytes: 0, entries: [] });
    // Looking makes nothing.
    expect(readdirSync(base)).toEqual([]);
    expect(stowage(['constraints', 'mem=4G'], { env }).code).toBe(0);
    const [name] = entries(base);
    const { length } = readFileSync(join(where, name!));
    const used = expect.stringMatching(/^\d{4}-\d\d-\d\d$/);
    expect(info().entries).toEqual([{ kind: 'vocabulary', bytes: length, used, state: 'sound' }]);
    writeFileSync(join(where, name!), 'something else');
    expect(info().entries).toEqual([{ kind: 'vocabulary', bytes: 14, used, state: 'damaged' }]);
    writeFileSync(join(where, `${name}.0123.part`), '');
    writeFileSync(join(where, 'mine.txt'), '');
    const text = stowage(['cache', 'info'], { env });
    expect(text.out).toContain(`The cache is in ${where}.`);
    expect(stowage(['cache', 'clear'], { env })).toEqual({
      code: 0,
      out: `Removed 2 files, 1 KiB, from ${where}.\n`,
      err: '',
    });
    expect(entries(base)).toEqual(['mine.txt']);
    const again = stowage(['cache', 'clear', '--format', 'yaml'], { env });
    expect(again).toEqual({ code: 0, out: `folder: ${where}\nremoved: 0\nbytes: 0\n`, err: '' });
  });

  it('that is switched off, or has no place, says so', () => {
    const base = home();
    const info = (env: Readonly<Record<string, string>>) => stowage(['cache', 'info'], { env }).out;
    expect(info({ XDG_CACHE_HOME: base, STOWAGE_CACHE: 'off' })).toContain('Nothing is kept: STOWAGE_CACHE is "off".');
    expect(info({ XDG_CACHE_HOME: '', HOME: '' })).toContain('There is no cache.');
  });

  it('that is a link is neither used nor cleared', () => {
    const [base, other] = [home(), home()];
    symlinkSync(other, join(base, 'stowage'));
    const env = { XDG_CACHE_HOME: base };
    expect(stowage(['cache', 'info'], { env }).out).toContain('Nothing is kept: it is a link.');
    const cleared = stowage(['cache', 'clear'], { env });
    expect(cleared).toEqual({ code: 2, out: '', err: expect.stringContaining('is not cleared: it is a link') });
    expect(stowage(['constraints', 'mem=4G'], { env }).code).toBe(0);
    expect(readdirSync(other)).toEqual([]);
  });
});

describe('the code that V8 made of the command', () => {
  const root = join(scratch, 'package');
  const command = join(root, 'dist', 'command');
  const run = (): string => {
    const args = [join(root, 'dist', 'cli.js'), 'constraints', 'mem=4096M'];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return stdout + stderr;
  };

  it('is no more than a help', () => {
    cpSync(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
    cpSync(join(ROOT, 'rules'), join(root, 'rules'), { recursive: true });
    const [name, ...others] = readdirSync(command).filter((file) => file.endsWith('.code'));
    expect(others).toEqual([]);
    expect(run()).toBe('mem=4096M\n');
    const code = readFileSync(join(command, name!));
    writeFileSync(join(command, name!), code.subarray(0, code.length >> 1));
    expect(run()).toBe('mem=4096M\n');
    // Another version of V8.
    writeFileSync(join(command, name!), Buffer.concat([code.subarray(0, 4), Buffer.alloc(4, 7), code.subarray(8)]));
    expect(run()).toBe('mem=4096M\n');
    rmSync(join(command, name!));
    expect(run()).toBe('mem=4096M\n');
  });
});
