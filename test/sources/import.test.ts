import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { describeDiagnostic } from '../../src/diagnostic/frame.ts';
import { importCatalog } from '../../src/sources/import.ts';
import type { ImportSettings } from '../../src/sources/import-rows.ts';
import { publishStreams } from '../../src/sources/publish.ts';
import { readStreams } from '../../src/sources/simplestreams.ts';
import { readIndex } from '../../src/sources/stream-index.ts';
import { sha256 } from '../../src/storage/files.ts';
import { loadVocabulary } from '../../src/storage/packs.ts';
import { catalogs } from '../arbitraries/world.ts';
import { ROOT } from '../support/cli.ts';
import { dump, inline } from '../support/dump.ts';
import { runs } from '../support/fuzz.ts';

const vocabulary = loadVocabulary();
const UNSAID: ImportSettings = { cloud: undefined, region: undefined, arch: undefined };
const example = (name: string): string => readFileSync(join(ROOT, 'examples', 'own-cloud', name), 'utf8');

function read(files: Readonly<Record<string, string>>, settings: Partial<ImportSettings> = {}) {
  const list = Object.entries(files).map(([source, text]) => ({ source, text }));
  return importCatalog(list, undefined, { ...UNSAID, ...settings }, vocabulary);
}

function imported(files: Readonly<Record<string, string>>, settings: Partial<ImportSettings> = {}) {
  const result = read(files, settings);
  if (!result.ok) throw new Error(result.diagnostics.map(describeDiagnostic).join('\n'));
  return result.value;
}

/** What is wrong, each with its place: `flavors.json: [3].RAM` or `types.csv:4:3`. */
function faults(files: Readonly<Record<string, string>>, settings: Partial<ImportSettings> = {}): readonly string[] {
  const result = read(files, settings);
  if (result.ok) return [];
  return result.diagnostics.map((one) => {
    const [, place = ''] = /\n {2}at (.*)/.exec(describeDiagnostic(one)) ?? [];
    return `${place} ${one.message}`;
  });
}

/** A catalog as its tree says it. */
function readBack(catalog: Catalog): Catalog {
  const files = new Map(publishStreams(catalog, sha256, 'test').map(({ path, text }) => [path, text]));
  const index = readIndex('index', JSON.parse(files.get('streams/v1/index.json')!));
  if (!index.ok) throw new Error(index.diagnostics[0]!.message);
  for (const { path, sha256: digest } of index.value) expect(sha256(files.get(path)!)).toBe(digest);
  const parsed = index.value.map(({ path }) => ({ source: path, json: JSON.parse(files.get(path)!) as unknown }));
  const newest = index.value.flatMap((entry) => entry.newest ?? []);
  const result = readStreams(index.value, parsed, vocabulary, { digest: '', at: undefined, newest });
  if (!result.ok) throw new Error(`${result.diagnostics[0]!.message} @ ${result.diagnostics[0]!.path}`);
  return result.value;
}

const typeFacts = (catalog: Catalog) =>
  Object.fromEntries(dump(catalog).types.map((facts) => [(facts as Record<string, unknown>)['type.name'], facts]));

describe('a table', () => {
  it('says the same as CSV and as YAML', () => {
    const [csv, yaml] = [imported({ a: example('types.csv') }), imported({ a: example('types.yaml') })];
    expect(dump(csv.catalog)).toEqual(dump(yaml.catalog));
    expect(dump(csv.catalog).offers[0]).toEqual({
      'offer.market': 'on-demand',
      'offer.price-basis': 'list',
      'offer.zones': ['north-a'],
      type: 's1.small',
      cloud: 'rack',
      region: 'north',
      price: 15_000_000,
      list: 15_000_000,
      limit: Number.POSITIVE_INFINITY,
    });
    expect(csv.catalog.listedUnpriced.size).toBe(1);
  });

  it('may have Windows line ends, quoted commas and line ends, comments and blanks around cells', () => {
    const text = '# mine\r\nname , cores,tags,region\r\n\r\na, 2 ,"x,y",r1\r\n# c\r\nb,3,"x\r\ny",r1\r\n';
    expect(typeFacts(imported({ 'a.csv': text }).catalog)).toEqual({
      a: { 'type.name': 'a', 'type.cloud': 'local', 'type.cores': 2, 'type.tags': ['x', 'y'] },
      b: { 'type.name': 'b', 'type.cloud': 'local', 'type.cores': 3, 'type.tags': ['x', 'y'] },
    });
  });

  it('may take cloud, region and architecture from the command line', () => {
    const settings = { cloud: 'lab', region: 'r9', arch: 'arm64' };
    const { catalog } = imported({ 'a.csv': 'type,arch,region,price\na,,,1\nb,amd64,r1,2\n' }, settings);
    expect(typeFacts(catalog)).toMatchObject({ a: { 'type.arch': ['arm64'] }, b: { 'type.arch': ['amd64'] } });
    expect(dump(catalog).offers.map(({ cloud, region }) => [cloud, region])).toEqual([
      ['lab', 'r9'],
      ['lab', 'r1'],
    ]);
  });

  it('puts facts of several files together', () => {
    const files = { 'a.csv': 'type,cores,region\na,2,r1\n', 'b.csv': 'type,mem,cores\na,4 GiB,2\n' };
    expect(typeFacts(imported(files).catalog).a).toMatchObject({ 'type.cores': 2, 'type.mem': 4096 });
    expect(faults({ ...files, 'c.csv': 'type,mem\na,4095\n' })).toEqual([
      'c.csv:2:3 mem of type a is 4095 here and 4 GiB at b.csv:2:3',
    ]);
  });

  it('may hold images', () => {
    const images = 'id,os,release,arch,version\nimg-1,ubuntu,24.04,amd64,20261101\nimg-2,windows,2022,amd64,\n';
    const { catalog } = imported({ 'a.csv': 'type,region\na,r1\n', 'i.csv': images });
    expect(dump(catalog).images).toMatchObject([
      { 'image.id': 'img-1', 'image.product': 'com.ubuntu.cloud:server:24.04:amd64', 'image.version': '20261101' },
      { 'image.id': 'img-2', 'image.product': 'windows:2022:amd64', 'image.version': '0' },
    ]);
  });

  it.each<[string, string, readonly string[]]>([
    ['an unknown column', 'type,memory\na,1\n', ['a.csv:1:6 column "memory" is no attribute']],
    ['no name', 'cores,mem\n1,2\n', ['a.csv:1:1 no column names the type']],
    ['two names', 'type,name\na,b\n', ['a.csv:1:1 both "type" and "name" are there']],
    ['a column twice', 'type,mem,mem\na,1,1\n', ['a.csv:1:6 two columns are called "mem"']],
    ['no rows', 'type,mem\n', ['a.csv:1:1 a.csv has titles and no rows']],
    ['nothing', ' \n', ['a.csv a.csv is empty']],
    ['a price without a region', 'type,price\na,1\n', ['a.csv:2:3 price of a is given, but no region']],
    ['an open quote', 'type,mem\n"a,1\n', ['a.csv:2:1 a.csv is no table: a quote is opened and never closed']],
    [
      'the same offer twice',
      'type,region,price\na,r,1\na,r,1\n',
      ['a.csv:3:1 the offer of a in r (on-demand) is given twice'],
    ],
    [
      'several bad rows',
      'type,cores,mem,region,price,limit\na,-1,1,r,1,\nb,1,,r,1\nc,1,1,r,-1,\nd,1,1,r,1,0\nd,2,1,s,1,\n,1,1,r,1,\ne,70000,1,r,1,\n',
      [
        'a.csv:2:3 type.cores must be a non-negative whole number, not "-1"',
        'a.csv:3:1 the row has 5 cells, and there are 6 columns',
        'a.csv:4:9 price "-1" is not an amount of USD per hour',
        'a.csv:5:11 limit must be a whole number of at least 1, not "0"',
        'a.csv:6:3 cores of type d is 2 here and 1 at a.csv:5:3',
        'a.csv:7:1 the row names no type',
        'a.csv:8:3 type.cores cannot be 70000',
      ],
    ],
  ])('with %s is refused, with its places', (_, text, expected) => expect(faults({ 'a.csv': text })).toEqual(expected));

  it('of YAML is refused with its places, too', () => {
    const text = 'types:\n  - {name: a, cores: two}\n  - {name: a, mem: 1}\noffers:\n  - {type: a, price: "1"}\n';
    expect(faults({ 'a.yaml': text })).toEqual([
      'a.yaml:2:22 type.cores must be a non-negative whole number, not "two"',
      'a.yaml:3:12 type a of cloud local is given twice, also at a.yaml:2:5',
      'a.yaml:5:5 the offer names no region',
    ]);
    expect(faults({ 'a.yaml': 'typs: []\n' })).toEqual(['a.yaml:1:1 a catalog file has no key "typs" here']);
  });
});

describe('OpenStack lists', () => {
  const settings = { cloud: 'mycloud', region: 'RegionOne' };

  it('give types that are offered without a price', () => {
    const { catalog, notes } = imported({ 'f.json': example('flavors.json') }, settings);
    expect(typeFacts(catalog)).toEqual({
      'm1.small': { ...flavor('m1.small', '1', 1, 2048, 'amd64'), 'type.root-disk': 20_480, 'type.local-disk': 0 },
      'm1.medium': { ...flavor('m1.medium', '2', 2, 4096, 'amd64'), 'type.root-disk': 40_960, 'type.local-disk': 0 },
      'm1.large': { ...flavor('m1.large', '3', 4, 8192, 'amd64'), 'type.root-disk': 81_920, 'type.local-disk': 0 },
      'a1.medium': { ...flavor('a1.medium', '4', 2, 4096, 'arm64'), 'type.local-disk': 20 },
      'metal.large': {
        ...flavor('metal.large', '5', 32, 131_072, 'amd64'),
        'type.root-disk': 921_600,
        'type.local-disk': 0,
        'type.bare-metal': true,
      },
    });
    expect([catalog.offers.size, catalog.listedUnpriced.size]).toEqual([0, 5]);
    expect(dump(catalog).regions).toEqual([
      { 'offer.cloud': 'mycloud', 'offer.region': 'RegionOne', 'offer.provider': 'openstack' },
    ]);
    expect(notes).toEqual(['2 of 5 flavors do not state their architecture: taken as amd64 (--arch)']);
  });

  const flavor = (name: string, id: string, cores: number, mem: number, arch: string) => ({
    'type.name': name,
    'type.cloud': 'mycloud',
    'type.provider-id': id,
    'type.cores': cores,
    'type.mem': mem,
    'type.arch': [arch],
  });

  it.each([
    ["a='1', capabilities:cpu_arch='aarch64'", 'arm64'],
    ["capabilities:cpu_arch='s== x86_64', b='it's, so'", 'amd64'],
    [{ 'capabilities:cpu_arch': 'ppc64le' }, 'ppc64el'],
    ['', 's390x'],
  ])('state architectures as %j', (properties, arch) => {
    const text = JSON.stringify([{ Name: 'a', RAM: '1', VCPUs: '1', Properties: properties }]);
    expect(typeFacts(imported({ 'f.json': text }, { ...settings, arch: 's390x' }).catalog).a).toMatchObject({
      'type.arch': [arch],
    });
  });

  it('may be what the interface itself answers', () => {
    const text = JSON.stringify({
      flavors: [{ id: 7, name: '15.5GB slice', ram: 16_384, vcpus: 8, disk: 620, swap: 0 }],
    });
    expect(typeFacts(imported({ 'f.json': text }, settings).catalog)).toEqual({
      '15.5GB slice': { ...flavor('15.5GB slice', '7', 8, 16_384, 'amd64'), 'type.root-disk': 634_880 },
    });
  });

  it('hold a custom resource that is no bare metal where virtual ones are asked for as well', () => {
    const text = JSON.stringify([{ Name: 'a', RAM: 1, VCPUs: 1, Properties: { 'resources:CUSTOM_FPGA': '1' } }]);
    expect(typeFacts(imported({ 'f.json': text }, settings).catalog).a).not.toHaveProperty('type.bare-metal');
  });

  it('give images where they say what they are, and reasons where they do not', () => {
    const files = { 'f.json': example('flavors.json'), 'i.json': example('images.json') };
    const { catalog, left } = imported(files, settings);
    const image = (row: unknown) => {
      const facts = row as Record<string, string>;
      return [facts['image.id']!.slice(-1), facts['image.release'], facts['image.arch'], facts['image.version']];
    };
    expect(dump(catalog).images.map(image)).toEqual([
      ['7', '20.04', 'amd64', '20261001'],
      ['3', '22.04', 'amd64', '0'],
      ['2', '24.04', 'amd64', '20261020'],
      ['1', '24.04', 'amd64', '20261103'],
      ['6', '24.04', 'arm64', '20261104080000'],
    ]);
    expect(left).toEqual([
      {
        name: 'image ubuntu-24.04-docker',
        why: 'its name has a word that is not understood: docker; set os_distro and os_version on the image',
      },
      { name: 'image ubuntu-24.04-old', why: 'its status is deactivated' },
    ]);
  });

  it.each([
    [{ name: 'win2022' }, 'it states no os_distro and os_version, and its name is no plain name of an Ubuntu image'],
    [{ name: 'ubuntu 22.04 24.04' }, 'its name does not name one release; set os_distro and os_version on the image'],
    [{ name: 'x', os_distro: 'ubuntu', os_version: 'noble' }, 'its os_version "noble" is no number'],
    [{ name: 'ubuntu-22.04', os_distro: 'debian' }, 'its os_distro is debian, and its name says ubuntu'],
    [{ name: 'ubuntu-22.04-arm64', architecture: 'x86_64' }, 'its architecture is amd64, and its name says arm64'],
    [{ name: 'x', properties: { image_type: 'snapshot' } }, 'it is a snapshot of a machine'],
    [{ name: 'x', properties: { product_name: 'com.suse:x' } }, "its product com.suse:x is none of Ubuntu's"],
  ])('leave out the image %j', (image, why) => {
    const files = {
      'f.json': example('flavors.json'),
      'i.json': JSON.stringify([{ id: '1', status: 'active', ...image }]),
    };
    expect(imported(files, settings).left.map((one) => one.why)).toEqual([why]);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['no list', { servers: [] }, ['f.json f.json holds no list but an object with "servers"']],
    ['an empty list', [], ['f.json the list in f.json is empty']],
    ['what is no object', [1], ['f.json: [0] an entry must be an object']],
    [
      'bad flavors',
      [
        { Name: 'a', RAM: '8G', VCPUs: 1 },
        { Name: 'b', RAM: 1, VCPUs: -1 },
        { RAM: 1, VCPUs: 1 },
        { Name: 'c', VCPUs: 1 },
        { Name: 'd', RAM: 1, VCPUs: 0 },
        { Name: 'e', RAM: 1, VCPUs: 1, Properties: 'x' },
        { Name: 'f', RAM: 1, VCPUs: 1, Properties: { 'capabilities:cpu_arch': 'vax' } },
        { Name: 'g', RAM: 1, VCPUs: 1 },
        { Name: 'g', RAM: 1, VCPUs: 1 },
        { Name: 'h' },
        { Name: 'ö', RAM: 1, VCPUs: 1 },
      ],
      [
        'f.json: [0].RAM RAM must be a non-negative whole number, not "8G"',
        'f.json: [1].VCPUs VCPUs must be a non-negative whole number, not -1',
        'f.json: [2].Name a flavor needs a Name',
        'f.json: [3].RAM a flavor needs RAM',
        'f.json: [5].Properties properties are neither an object nor a text such as "k=\'v\'"',
        'f.json: [6].Properties "vax" is no architecture known here',
        'f.json: [9] this is neither a flavor (Name, RAM, VCPUs) nor an image (ID, Name, Status)',
        'f.json: [8].Name type g of cloud mycloud is given twice, also at f.json: [7]',
        'f.json: [4].VCPUs type.cores cannot be 0',
        'f.json: [10].Name type.name must be a plain ASCII name, not "ö"',
      ],
    ],
  ])('with %s are refused, with their places', (_, json, expected) => {
    expect(faults({ 'f.json': JSON.stringify(json) }, settings)).toEqual(expected);
  });

  it('must be of a region, have types, and be JSON', () => {
    expect(faults({ 'f.json': example('flavors.json') })).toEqual([
      'f.json: [0] OpenStack does not say of which region its lists are',
    ]);
    expect(faults({ 'i.json': example('images.json') }, settings)).toEqual([
      'i.json there are no instance types in what is imported',
    ]);
    expect(faults({ 'f.json': '[{]' }, settings)[0]).toContain('f.json f.json is no JSON: ');
  });
});

describe('MAAS machines', () => {
  it('are a type each, offered once where they are free', () => {
    const { catalog, left } = imported({ 'm.json': example('machines.json') });
    expect(typeFacts(catalog)).toMatchObject({
      'node-7': {
        'type.cloud': 'maas',
        'type.provider-id': '4y3h7n',
        'type.arch': ['amd64'],
        'type.cores': 16,
        'type.mem': 65_536,
        // One disk of 1000204886016 bytes: 953869.7 MiB, 931.5 GiB.
        'type.root-disk': 953_869,
        'type.local-disk': 931,
        'type.tags': ['ssd'],
        'type.pool': 'default',
        'type.bare-metal': true,
        'type.baseline': 1000,
      },
      'node-8': { 'type.arch': ['arm64'], 'type.local-disk': 465, 'type.bare-metal': true, 'type.tags': [] },
      'node-9': { 'type.mem': 32_768 },
      'vm-1': { 'type.bare-metal': false, 'type.pool': 'virtual' },
    });
    expect(typeFacts(catalog)['node-8']).not.toHaveProperty('type.root-disk');
    expect(typeFacts(catalog)['vm-1']).not.toHaveProperty('type.baseline');
    expect(dump(catalog).listedUnpriced.map((one) => [one.type, one.region, one.limit])).toEqual([
      ['node-7', 'maas', 1],
      ['node-8', 'maas', 1],
      ['vm-1', 'maas', 1],
    ]);
    expect(left).toEqual([{ name: 'offer of machine node-9', why: 'not free: Deployed, owned by admin' }]);
  });

  it('are refused with their places', () => {
    const machine = { system_id: 'a', hostname: 'a', status: 4 };
    const list = [
      { ...machine, cpu_count: -1 },
      { ...machine, architecture: 'vax/generic' },
      { ...machine, memory: 'lots' },
      { hostname: 'b' },
    ];
    expect(faults({ 'm.json': JSON.stringify(list) })).toEqual([
      'm.json: [0].cpu_count cpu_count must be a non-negative number, not -1',
      'm.json: [1].architecture "vax/generic" is no architecture known here',
      'm.json: [2].memory memory must be a non-negative number, not "lots"',
      'm.json: [3] this is no machine: it has no system_id and hostname',
    ]);
  });
});

describe('a tree of an import', () => {
  it.each(['types.csv', 'types.yaml', 'machines.json'])('reads back as %s says', (name) => {
    const { catalog } = imported({ a: example(name) });
    expect(dump(readBack(catalog))).toEqual(dump(catalog));
    expect(readBack(catalog).gapsAreUnknown).toBe(false);
  });

  it('reads back as any catalog says: limits, zones, dates, free prices and unknown ones', () => {
    fc.assert(
      fc.property(catalogs, (section) => {
        const { catalog } = imported({ 'a.json': JSON.stringify(section) });
        expect(dump(readBack(catalog))).toEqual(dump(catalog));
        // And nothing got lost on the way in.
        const own = inline(section);
        expect([catalog.types.size, catalog.offers.price, catalog.images.size]).toEqual([
          own.types.size,
          own.offers.price,
          own.images.size,
        ]);
      }),
      runs(150, 5000),
    );
  });

  it('is the same whatever the order of rows', () => {
    const shuffled = (section: { types: unknown[]; offers: unknown[]; images?: unknown[]; regions: unknown[] }) => ({
      types: [...section.types].reverse(),
      offers: [...section.offers].reverse(),
      regions: [...section.regions].reverse(),
      ...(section.images === undefined ? {} : { images: [...section.images].reverse() }),
    });
    fc.assert(
      fc.property(catalogs, (section) => {
        const files = [section, shuffled(section)].map((one) =>
          publishStreams(imported({ 'a.json': JSON.stringify(one) }).catalog, sha256, 'test'),
        );
        expect(files[1]).toEqual(files[0]);
      }),
      runs(80, 2000),
    );
  });
});
