import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { numberAt, setAt, textAt } from '../../src/catalog/column.ts';
import { loadCatalog } from '../../src/storage/catalogs.ts';
import { sha256 } from '../../src/storage/files.ts';

const top = mkdtempSync(join(tmpdir(), 'stowage-'));
afterAll(() => rmSync(top, { recursive: true }));

let trees = 0;

/** A tree of files on disk; the index is made from `entries`. */
function tree(
  entries: Readonly<Record<string, { datatype: string; file: unknown; [extra: string]: unknown }>>,
): string {
  const path = join(top, `tree-${(trees += 1)}`);
  const index: Record<string, unknown> = {};
  for (const [id, { datatype, file, ...extra }] of Object.entries(entries)) {
    const name = `streams/v1/${id.replaceAll(':', '.')}.json`;
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(
      join(path, name),
      JSON.stringify({ format: 'products:1.0', content_id: id, datatype, ...(file as object) }),
    );
    index[id] = { format: 'products:1.0', datatype, path: name, products: [], ...extra };
  }
  writeFileSync(join(path, 'streams/v1/index.json'), JSON.stringify({ format: 'index:1.0', index }));
  return path;
}

function load(path: string, at?: string): Catalog {
  const catalog = loadCatalog({ path, at });
  if (!catalog.ok) throw new Error(catalog.diagnostics[0]!.message);
  return catalog.value;
}

const messageOf = (path: string): string => {
  const catalog = loadCatalog({ path });
  return catalog.ok ? 'fine' : `${catalog.diagnostics[0]!.message} @ ${catalog.diagnostics[0]!.path ?? ''}`;
};

const typesFile = (products: unknown, head: object = {}) => ({
  'x:types': {
    datatype: 'instance-types',
    file: { cloud: 'lab', market: 'on-demand', currency: 'USD', ...head, products },
  },
});
const oneType = (versions: unknown, facts: object = {}) =>
  typesFile({ 'x:lab:a': { name: 'a', arch: 'amd64', ...facts, versions } });
const offer = (price: string, extra: object = {}) => ({ items: { 'r1-on-demand': { region: 'r1', price, ...extra } } });

describe('instance types', () => {
  it('have facts as texts, lists as JSON lists or comma strings', () => {
    const catalog = load(
      tree(
        typesFile({
          'x:lab:a': { name: 'a', arch: ['arm64', 'amd64'], mem: '4096', versions: {} },
          'x:lab:b': {
            name: 'b',
            arch: 'arm64,amd64',
            baseline: '22.5',
            mem: '4 GiB',
            'bare-metal': 'false',
            'nested-basis': '',
            versions: {},
          },
        }),
      ),
    );
    expect([0, 1].map((row) => setAt(catalog.types, 'type.arch', row))).toEqual([
      ['amd64', 'arm64'],
      ['amd64', 'arm64'],
    ]);
    expect(numberAt(catalog.types, 'type.baseline', 1)).toBe(225);
    expect(numberAt(catalog.types, 'type.baseline', 0)).toBeUndefined();
    expect(numberAt(catalog.types, 'type.mem', 1)).toBe(4096);
    expect(textAt(catalog.types, 'type.nested-basis', 1)).toBeUndefined();
  });

  it('are priced by the newest version, or the newest that is not later than a day', () => {
    const path = tree(
      oneType({
        20250101: offer('0.1'),
        20260101: offer('0.3'),
        '20250601': { items: { 'r2-on-demand': { region: 'r2', price: '0.2' } } },
      }),
    );
    const prices = (at?: string): unknown => {
      const { offers, regions } = load(path, at);
      return Array.from(offers.price, (price, row) => [
        textAt(regions, 'offer.region', offers.region[row]!),
        price / 1e9,
        textAt(offers, 'offer.as-of', row),
      ]);
    };
    expect(prices()).toEqual([
      ['r2', 0.2, '2025-06-01'],
      ['r1', 0.3, '2026-01-01'],
    ]);
    expect(prices('2025-12-31')).toEqual([
      ['r1', 0.1, '2025-01-01'],
      ['r2', 0.2, '2025-06-01'],
    ]);
    expect(prices('2024-12-31')).toEqual([]);
    expect(load(path).newestPrice).toBe('2026-01-01');
    expect(load(path, '2025-12-31').newestPrice).toBe('2025-06-01');
  });

  it('have no known price where a list says zero', () => {
    const catalog = load(tree(oneType({ 20250101: offer('0.0') })));
    expect([catalog.offers.size, catalog.listedUnpriced.size]).toEqual([0, 1]);
  });

  it.each([
    ['-1', 'price "-1" is not an amount of USD per hour'],
    ['', 'price "" is not an amount of USD per hour'],
    ['1e999', 'price "1e999" is not an amount of USD per hour'],
    ['0.1234567891', 'price "0.1234567891" is not an amount of USD per hour'],
  ])('with a price of %j are refused, with their place', (price, message) => {
    expect(messageOf(tree(oneType({ 20250101: offer(price) })))).toContain(`${message} @ `);
    expect(messageOf(tree(oneType({ 20250101: offer(price) })))).toContain(
      'products.x:lab:a.versions.20250101.items.r1-on-demand',
    );
  });

  it.each([
    ['an unknown fact', oneType({}, { memory: '4' }), 'type.memory is no declared attribute'],
    [
      'a fact of the wrong kind',
      oneType({}, { mem: 'much' }),
      'type.mem must be a non-negative whole number, not "much"',
    ],
    ['an unknown word', oneType({}, { 'nested-virt': 'maybe' }), 'type.nested-virt cannot be "maybe"'],
    [
      'an unknown field of an offer',
      oneType({ 20250101: offer('1', { discount: '1' }) }),
      'an offer has no field "discount"',
    ],
    ['another currency', oneType({ 20250101: offer('1', { currency: 'CNY' }) }), 'prices must be in USD, not "CNY"'],
    [
      'a number for a price',
      oneType({ 20250101: { items: { a: { region: 'r1', price: 1 } } } }),
      'an offer needs region, market and price as texts',
    ],
    ['no name', typesFile({ x: { versions: {} } }), 'an instance type needs a cloud and a name'],
    [
      'the same name twice',
      typesFile({ x: { name: 'a', versions: {} }, y: { name: 'a', versions: {} } }),
      'type a of lab is given twice',
    ],
    ['no versions', typesFile({ x: { name: 'a' } }), 'a product needs versions'],
    [
      'a confusable name',
      typesFile({ x: { name: 'm5.l\u0430rge', versions: {} } }),
      'type.name must be a plain ASCII name',
    ],
    ['another format', typesFile({}, { format: 'products:2.0' }), '"products:1.0"'],
  ])('with %s are refused', (_, files, message) => expect(messageOf(tree(files))).toContain(message));
});

describe('images', () => {
  const images = (file: object) =>
    load(tree({ ...oneType({ 20250101: offer('1') }), 'x:images': { datatype: 'image-ids', cloudname: 'lab', file } }))
      .images;

  it('inherit from the nearest level, and by alias from the item alone', () => {
    const table = images({
      _aliases: { crsn: { usww1: { region: 'us-west-1' } } },
      virt: 'pv',
      products: {
        'com.ubuntu.cloud:server:12.04:amd64': {
          os: 'ubuntu',
          version: '12.04',
          release: 'precise',
          arch: 'amd64',
          virt: 'hvm',
          supported: true,
          versions: {
            20130101: {
              root_store: 'ebs',
              items: {
                a: { id: 'ami-1', crsn: 'r1' },
                b: { id: 'ami-2', root_store: 'ssd', virt: ['hvm', 'pv'], containers: 'lxc,kvm' },
              },
            },
          },
        },
      },
    });
    const rows = [0, 1].map((row) => ({
      id: textAt(table, 'image.id', row),
      release: textAt(table, 'image.release', row),
      region: textAt(table, 'image.region', row),
      store: textAt(table, 'image.root-store', row),
      virt: setAt(table, 'image.virt', row),
      containers: setAt(table, 'image.containers', row),
      version: textAt(table, 'image.version', row),
      cloud: textAt(table, 'image.cloud', row),
    }));
    expect(rows).toEqual([
      {
        id: 'ami-2',
        release: '12.04',
        region: undefined,
        store: 'ssd',
        virt: ['hvm', 'pv'],
        containers: ['kvm', 'lxc'],
        version: '20130101',
        cloud: 'lab',
      },
      {
        id: 'ami-1',
        release: '12.04',
        region: 'r1',
        store: 'ebs',
        virt: ['hvm'],
        containers: undefined,
        version: '20130101',
        cloud: 'lab',
      },
    ]);
  });

  it.each([
    // An alias puts its words in place of what the item says, and comes before what is inherited.
    [{ crsn: 'usww1' }, {}, 'us-west-1'],
    [{ crsn: 'usww1', region: 'elsewhere' }, {}, 'us-west-1'],
    [{ crsn: 'usww1' }, { region: 'r2' }, 'us-west-1'],
    // Of an attribute that the item does not have itself no alias is looked for.
    [{ region: 'r1' }, { crsn: 'usww1' }, 'r1'],
    [{}, { region: 'r2' }, 'r2'],
    // Only blanks are filled.
    [{ region: '' }, { region: 'r2' }, 'r2'],
    [{ region: 'r1' }, { region: 'r2' }, 'r1'],
  ])('of %j in a product of %j are in %s', (item, product, region) => {
    const table = images({
      _aliases: { crsn: { usww1: { region: 'us-west-1' } } },
      products: { p: { os: 'ubuntu', ...product, versions: { 20130101: { items: { a: { id: 'ami-1', ...item } } } } } },
    });
    expect(textAt(table, 'image.region', 0)).toBe(region);
  });

  it('may be called what objects call their own', () => {
    const table = images({
      products: { constructor: { os: 'ubuntu', versions: { toString: { items: { hasOwnProperty: { id: 'x' } } } } } },
    });
    expect(textAt(table, 'image.product', 0)).toBe('constructor');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('an index', () => {
  it.each([
    '/etc/passwd',
    '../x.json',
    'a/../b.json',
    'http://x/y.json',
    '//x/y',
    'a\\b',
    'a%2e',
    './x',
    'a//b',
    'a?b',
  ])('may not name the file %j', (path) => {
    const files = tree({ 'x:types': { datatype: 'instance-types', file: { products: {} }, path } });
    expect(messageOf(files)).toContain('which is no plain relative path');
  });

  it('vouches for its files', () => {
    const file = { cloud: 'lab', market: 'on-demand', currency: 'USD', products: {} };
    const path = tree({ 'x:types': { datatype: 'instance-types', file, sha256: sha256('other') } });
    expect(messageOf(path)).toContain('is not the file that the index describes');
  });

  it('may name files of other datatypes, which are left alone', () => {
    expect(
      messageOf(
        tree({ ...oneType({}), 'x:other': { datatype: 'image-downloads', file: { products: 'not even products' } } }),
      ),
    ).toBe('fine');
  });
});
