import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cacheIn } from '../../src/storage/cache.ts';
import {
  type CacheFolder,
  cachePath,
  isCacheOff,
  makeCacheFolder,
  openCacheFolder,
} from '../../src/storage/cache-folder.ts';
import { loaderWith } from '../../src/storage/loader.ts';
import { dump } from '../support/dump.ts';

const scratch = mkdtempSync(join(tmpdir(), 'stowage-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let made = 0;
function folder(): CacheFolder {
  made += 1;
  const opened = makeCacheFolder(join(scratch, `cache-${made}`));
  if (opened === undefined) throw new Error('there is no cache to test');
  return opened;
}

const VALUE = {
  words: ['a', 'a word that is kept apart from the others'],
  rows: Uint16Array.of(1, 2, 3),
  prices: Float64Array.of(0.25, Number.NaN),
};

describe('an entry of the cache', () => {
  it('is found under its key, and under no other', () => {
    const cache = cacheIn(folder(), 'build 1');
    cache.keep('rules', ['a', 1], VALUE);
    expect(cache.find('rules', ['a', 1])).toStrictEqual(VALUE);
    expect(cache.find('rules', ['a', 2])).toBe(undefined);
    expect(cache.find('catalog', ['a', 1])).toBe(undefined);
  });

  it('is that of one build of the program', () => {
    const place = folder();
    cacheIn(place, 'build 1').keep('rules', ['a'], VALUE);
    expect(cacheIn(place, 'build 2').find('rules', ['a'])).toBe(undefined);
  });

  it('is not believed under the name of another', () => {
    const place = folder();
    const cache = cacheIn(place, 'build 1');
    cache.keep('rules', ['a'], VALUE);
    const [own] = place.list();
    cache.keep('rules', ['b'], 'another');
    const other = place.list().find(({ name }) => name !== own!.name)!;
    writeFileSync(join(place.path, other.name), readFileSync(join(place.path, own!.name)));
    expect(cache.find('rules', ['b'])).toBe(undefined);
    expect(cache.find('rules', ['a'])).toStrictEqual(VALUE);
  });

  it('is not believed with any byte changed, cut off anywhere, or with anything after its end', () => {
    const place = folder();
    const cache = cacheIn(place, 'build 1');
    cache.keep('rules', ['a'], VALUE);
    const path = join(place.path, place.list()[0]!.name);
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at] = changed[at]! ^ (1 << (at % 8));
      writeFileSync(path, changed);
      expect(cache.find('rules', ['a']), `byte ${at} changed`).toBe(undefined);
      writeFileSync(path, whole.subarray(0, at));
      expect(cache.find('rules', ['a']), `cut off at ${at}`).toBe(undefined);
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.of(0)]));
    expect(cache.find('rules', ['a'])).toBe(undefined);
    writeFileSync(path, whole);
    expect(cache.find('rules', ['a'])).toStrictEqual(VALUE);
  });

  it('is readable by its owner alone, and leaves no other file', () => {
    const place = folder();
    cacheIn(place, 'build 1').keep('rules', ['a'], VALUE);
    const names = readdirSync(place.path);
    expect(names).toEqual([expect.stringMatching(/^rules-[0-9a-f]{64}\.cache$/)]);
    expect(lstatSync(join(place.path, names[0]!)).mode & 0o777).toBe(0o600);
    expect(lstatSync(place.path).mode & 0o777).toBe(0o700);
  });

  it('is no link', () => {
    const place = folder();
    const cache = cacheIn(place, 'build 1');
    cache.keep('rules', ['a'], VALUE);
    const path = join(place.path, place.list()[0]!.name);
    const elsewhere = join(scratch, 'elsewhere.cache');
    writeFileSync(elsewhere, readFileSync(path));
    rmSync(path);
    symlinkSync(elsewhere, path);
    expect(cache.find('rules', ['a'])).toBe(undefined);
  });
});

describe('the folder of the cache', () => {
  it('is where XDG says, and nowhere without a home', () => {
    expect(cachePath({ XDG_CACHE_HOME: '/var/mine', HOME: '/home/a' })).toBe('/var/mine/stowage');
    expect(cachePath({ HOME: '/home/a' })).toBe('/home/a/.cache/stowage');
    expect(cachePath({ XDG_CACHE_HOME: 'relative', HOME: '/home/a' })).toBe('/home/a/.cache/stowage');
    expect(cachePath({ XDG_CACHE_HOME: '', HOME: '' })).toBe(undefined);
    expect(cachePath({})).toBe(undefined);
    expect([{ STOWAGE_CACHE: 'off' }, { STOWAGE_CACHE: 'on' }, {}].map(isCacheOff)).toEqual([true, false, false]);
  });

  it('is refused where it is a link, a file, missing, or open to others', () => {
    const real = folder().path;
    const link = join(scratch, 'link');
    symlinkSync(real, link);
    expect(makeCacheFolder(link)).toBe(undefined);
    const file = join(scratch, 'file');
    writeFileSync(file, '');
    expect(makeCacheFolder(file)).toBe(undefined);
    expect(openCacheFolder(join(scratch, 'missing'))).toBe(undefined);
    expect(openCacheFolder(real)).toBeDefined();
    chmodSync(real, 0o770);
    expect(openCacheFolder(real)).toBe(undefined);
  });

  it('loses temporary files that are older than an hour, and nothing that is not its own', () => {
    const place = folder();
    const digest = 'ab'.repeat(32);
    const hours = (count: number): number => Date.now() / 1000 - count * 3600;
    const put = (name: string, age: number): void => {
      writeFileSync(join(place.path, name), '');
      utimesSync(join(place.path, name), hours(age), hours(age));
    };
    put(`rules-${digest}.cache.12ab.part`, 2);
    put(`rules-${digest}.cache.34cd.part`, 0.5);
    put('notes.txt', 2000);
    cacheIn(place, 'build 1').keep('rules', ['a'], VALUE);
    expect(readdirSync(place.path).sort()).toEqual(
      ['notes.txt', place.list()[0]!.name, `rules-${digest}.cache.34cd.part`].sort(),
    );
  });

  it('loses the entries that were used longest ago when it has too many or too large ones', () => {
    const place = folder();
    const old = (name: string, size: number, days: number): void => {
      writeFileSync(join(place.path, name), '');
      truncateSync(join(place.path, name), size);
      const then = Date.now() / 1000 - days * 86_400;
      utimesSync(join(place.path, name), then, then);
    };
    const name = (index: number): string => `rules-${index.toString(16).padStart(64, '0')}.cache`;
    for (let index = 0; index < 70; index += 1) old(name(index), 10, index + 1);
    const cache = cacheIn(place, 'build 1');
    cache.keep('catalog', ['a'], VALUE);
    const left = place.list().map((file) => file.name);
    expect(left.length).toBe(64);
    expect(left.slice(1)).toEqual(Array.from({ length: 63 }, (_, index) => name(index)));
    old(name(0), 64 * 1024 * 1024, 0.5);
    cache.keep('catalog', ['a'], VALUE);
    expect(place.list().map((file) => file.name)).toEqual([left[0]]);
    expect(cache.find('catalog', ['a'])).toStrictEqual(VALUE);
  });

  it('notes the day of a use, so that what is used stays', () => {
    const place = folder();
    const cache = cacheIn(place, 'build 1');
    cache.keep('rules', ['a'], VALUE);
    const path = join(place.path, place.list()[0]!.name);
    const then = Date.now() / 1000 - 3 * 86_400;
    utimesSync(path, then, then);
    cache.find('rules', ['a']);
    expect(lstatSync(path).mtimeMs).toBeGreaterThan(then * 1000 + 86_400_000);
  });

  it.skipIf(process.getuid?.() === 0)('may be one that cannot be written to', () => {
    const place = folder();
    chmodSync(place.path, 0o500);
    const cache = cacheIn(place, 'build 1');
    cache.keep('rules', ['a'], VALUE);
    expect(cache.find('rules', ['a'])).toBe(undefined);
    chmodSync(place.path, 0o700);
  });
});

describe('a loader', () => {
  const prices = join(scratch, 'prices.yaml');
  const pack = join(scratch, 'pack.yaml');
  const priced = (percent: string): void =>
    writeFileSync(prices, `format: stowage.prices/1\nprices:\n  "aws:*": ${percent}\n`);
  const ruled = (summary: string): void =>
    writeFileSync(
      pack,
      `format: 1\nmodule: acme\nrules:\n  no-gpus:\n    summary: ${summary}\n    when: {type.gpus: {at-least: 1}}\n    forbid: true\n`,
    );

  it('gives the same with and without a cache, and keeps what it read', async () => {
    priced('-12%');
    ruled('no graphics');
    const place = folder();
    const load = async (with_: CacheFolder | undefined) => {
      const loader = loaderWith(with_ === undefined ? undefined : cacheIn(with_, 'build 1'));
      const catalog = await loader.catalog({ clouds: ['aws'], prices: [prices], at: '2026-08-01' });
      const rules = await loader.rules(['default', pack]);
      if (!catalog.ok || !rules.ok) throw new Error('the shipped data are damaged');
      const { vocabulary } = catalog.value;
      expect(rules.value.vocabulary).toBe(vocabulary);
      expect(await loader.vocabulary()).toBe(vocabulary);
      const { types, offers, vocabulary: _, ...about } = catalog.value;
      return {
        vocabulary,
        rules: rules.value,
        about,
        codes: [types.columns, offers],
        rows: dump(catalog.value).offers.slice(0, 500),
      };
    };
    const plain = await load(undefined);
    expect(place.list()).toEqual([]);
    const cold = await load(place);
    const kinds = place
      .list()
      .map(({ name }) => name.split('-')[0])
      .sort();
    expect(kinds).toEqual(['catalog', 'rules', 'vocabulary']);
    const warm = await load(place);
    // What is read back was never read from the files.
    expect(warm.vocabulary).not.toBe(cold.vocabulary);
    expect(cold).toStrictEqual(plain);
    expect(warm).toStrictEqual(plain);
  });

  it('notices that rules and prices have changed, and changed back', async () => {
    const place = folder();
    const see = async (): Promise<unknown> => {
      const loader = loaderWith(cacheIn(place, 'build 1'));
      const catalog = await loader.catalog({ clouds: ['aws'], prices: [prices] });
      const rules = await loader.rules([pack]);
      return [catalog.ok && catalog.value.offers.price[0], rules.ok && rules.value.rules[0]!.summary];
    };
    const seen: unknown[] = [];
    for (const [percent, summary] of [
      ['-12%', 'first'],
      ['-50%', 'second'],
      ['-12%', 'first'],
    ] as const) {
      priced(percent);
      ruled(summary);
      seen.push(await see(), await see());
    }
    expect(seen[0]).toEqual([expect.any(Number), 'first']);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual([expect.any(Number), 'second']);
    expect((seen[2] as number[])[0]).toBeLessThan((seen[0] as number[])[0]!);
    expect(seen.slice(3)).toEqual([seen[2], seen[0], seen[0]]);
  });

  it('notices that what was one file has become two', async () => {
    const place = folder();
    priced('-50%');
    const other = join(scratch, 'other.yaml');
    symlinkSync(prices, other);
    const see = async (): Promise<unknown> => {
      const options = { clouds: ['aws'], prices: [prices, other] };
      const catalog = await loaderWith(cacheIn(place, 'build 1')).catalog(options);
      return catalog.ok && catalog.value.priceEdits.length;
    };
    expect([await see(), await see()]).toEqual([1, 1]);
    rmSync(other);
    writeFileSync(other, readFileSync(prices));
    expect([await see(), await see()]).toEqual([2, 2]);
  });

  it('notices every file of a tree that has changed, though its index has not', async () => {
    const tree = join(scratch, 'tree');
    mkdirSync(join(tree, 'streams', 'v1'), { recursive: true });
    const place = folder();
    const file = join(tree, 'streams', 'v1', 'lab.json');
    const write = (price: string): void =>
      writeFileSync(
        file,
        JSON.stringify({
          format: 'products:1.0',
          content_id: 'stowage:instance-types:lab',
          datatype: 'instance-types',
          cloud: 'lab',
          market: 'on-demand',
          currency: 'USD',
          products: {
            'x:lab:small': {
              name: 'small',
              arch: 'amd64',
              versions: {
                '20260801': {
                  items: { 'r1-on-demand': { region: 'r1', price } },
                },
              },
            },
          },
        }),
      );
    writeFileSync(
      join(tree, 'streams', 'v1', 'index.json'),
      JSON.stringify({
        format: 'index:1.0',
        index: {
          'stowage:instance-types:lab': {
            datatype: 'instance-types',
            format: 'products:1.0',
            path: 'streams/v1/lab.json',
            products: [],
          },
        },
      }),
    );
    const see = async (): Promise<unknown> => {
      const catalog = await loaderWith(cacheIn(place, 'build 1')).catalog({ paths: [tree] });
      return catalog.ok ? catalog.value.offers.price[0] : catalog.diagnostics.map(({ message }) => message);
    };
    write('0.25');
    expect(await see()).toBe(250_000_000);
    expect(await see()).toBe(250_000_000);
    const before = lstatSync(file);
    write('0.50');
    // As if nothing had happened to it.
    utimesSync(file, before.atime, before.mtime);
    expect(lstatSync(file).size).toBe(before.size);
    expect(await see()).toBe(500_000_000);
    rmSync(file);
    expect(await see()).toEqual([expect.stringContaining('there is no such file')]);
  });

  it('tells what is wrong as without a cache, and keeps nothing of it', async () => {
    const place = folder();
    const loader = loaderWith(cacheIn(place, 'build 1'));
    await loader.rules(['hosting']);
    for (const packs of [['nonesuch'], ['hosting', 'nonesuch']])
      expect(await loader.rules(packs)).toMatchObject({ ok: false, diagnostics: [{ code: 'unknown-pack' }] });
    expect(await loader.catalog({ paths: [join(scratch, 'nonesuch')] })).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'no-catalog' }],
    });
    const kinds = place.list().map(({ name }) => name.split('-')[0]);
    expect(kinds.sort()).toEqual(['rules', 'vocabulary']);
  });
});
