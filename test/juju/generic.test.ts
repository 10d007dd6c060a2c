import { describe, expect, it } from 'vitest';
import { chooseTypes, compareByName, type InstanceType, parseConstraints } from '../../src/index.ts';
import { newestImages, preferredByStore } from '../../src/juju/images.ts';
import { baseName, listed, quoted } from '../../src/juju/wording.ts';

/** Parts of the generic algorithm by themselves; how they work together stands in test/conformance/juju. */

const type = (name: string, facts: Partial<InstanceType> = {}): InstanceType => ({
  name,
  archs: ['amd64'],
  cores: 1,
  mem: 2048,
  cost: 0,
  rootDisk: 0,
  virt: undefined,
  cpuPower: undefined,
  tags: [],
  deprecated: false,
  maxCores: undefined,
  maxMem: undefined,
  sev: false,
  ...facts,
});
const image = (id: string, facts: Readonly<Record<string, unknown>> = {}) => ({
  row: 0,
  id,
  arch: 'amd64',
  virt: undefined,
  version: undefined,
  rootStore: undefined,
  ...facts,
});
const ids = (images: readonly { readonly id: string }[]): readonly string[] => images.map(({ id }) => id);

describe('the order by name', () => {
  it('is that of what stands before the first separator, then that of cost', () => {
    const names = ['m5.large', 'c5-x', 'm5,a', '-a1', 'm5.nano'];
    const costs = [3, 9, 1, 9, 2];
    const types = names.map((name, index) => type(name, { cost: costs[index]! }));
    expect(types.sort(compareByName).map(({ name }) => name)).toEqual(['-a1', 'c5-x', 'm5,a', 'm5.nano', 'm5.large']);
  });
});

describe('types without costs', () => {
  it('come by memory, so the cheapest is the one with the least', () => {
    const constraints = parseConstraints('', undefined, 'juju-3.6');
    if (!constraints.ok) throw new Error('an empty text is valid');
    const types = [type('a', { mem: 8192 }), type('b', { mem: 4096 }), type('c', { mem: 1024 })];
    const chosen = chooseTypes(types, 'r1', constraints.value, '3.6');
    expect('types' in chosen && chosen.types.map(({ name }) => name)).toEqual(['b', 'a']);
  });
});

describe('numbers beyond a double', () => {
  it('are compared exactly', () => {
    const constraints = parseConstraints('mem=9007199254740993', undefined, 'juju-3.6');
    if (!constraints.ok) throw new Error('the text is valid');
    const chosen = chooseTypes([type('a', { mem: Number.MAX_SAFE_INTEGER })], 'r1', constraints.value, '3.6');
    expect(chosen).toEqual({ error: 'no instance types in r1 matching constraints "mem=9007199254740992M"' });
  });
});

describe('images', () => {
  it('of one kind and an older version are passed over, those of a kind of their own are not', () => {
    const images = [
      image('e', { version: '20240101', rootStore: 'ssd' }),
      image('d', { version: '20260101', rootStore: 'ssd' }),
      image('c', { version: '20240101', rootStore: 'ebs' }),
      image('b', { version: '20240101', rootStore: 'ssd', virt: ['pv'] }),
      image('a', { version: '20240101', rootStore: 'ssd', arch: 'arm64' }),
    ];
    expect(ids(newestImages(images))).toEqual(['a', 'b', 'c', 'd']);
  });
  it('of one version are all kept, and those of no known version too', () =>
    expect(ids(newestImages([image('b', { version: '1' }), image('c'), image('a', { version: '1' })]))).toEqual([
      'a',
      'b',
      'c',
    ]));
  it('are wished for on ec2 by root store: ssd, ebs, then what is of type gp3, which 2.8 does not know', () => {
    const [gp3, ebs, ssd, other] = ['ebs-gp3', 'ebs', 'ssd', 'instance'].map((rootStore) =>
      image(rootStore, { rootStore }),
    );
    expect(ids(preferredByStore([gp3!, ebs!, ssd!, other!], '3.6'))).toEqual(['ssd']);
    expect(ids(preferredByStore([gp3!, ebs!, other!], '3.6'))).toEqual(['ebs']);
    expect(ids(preferredByStore([gp3!, other!], '3.6'))).toEqual(['ebs-gp3']);
    expect(ids(preferredByStore([gp3!, other!], '2.8'))).toEqual(['ebs-gp3', 'instance']);
    expect(ids(preferredByStore([other!], '3.6'))).toEqual(['instance']);
  });
});

describe('words', () => {
  it.each([
    ['mem=1M', '"mem=1M"'],
    ['a\\ "b"', '"a\\\\ \\"b\\""'],
    ['\t\u0001\u007fé', '"\\t\\x01\\x7fé"'],
    ['\u00a0\u200b\u{e0001}\u{1f600}', '"\\u00a0\\u200b\\U000e0001\u{1f600}"'],
  ])('%j is quoted as Go quotes it', (text, expected) => expect(quoted(text)).toBe(expected));
  it('lists stand in brackets', () => expect(listed(['a', 'b'])).toBe('[a b]'));
  it.each([
    ['ubuntu', '24.04', '3.6', 'ubuntu@24.04'],
    ['ubuntu', '18.04', '2.8', 'bionic'],
    ['ubuntu', '99.04', '2.8', 'ubuntu99.04'],
    ['centos', '7', '2.8', 'centos7'],
    ['centos', '7', '3.6', 'centos@7'],
  ] as const)('%s %s in %s is %s', (os, release, version, expected) =>
    expect(baseName({ os, release }, version)).toBe(expected),
  );
});
