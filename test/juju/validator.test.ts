import { describe, expect, it } from 'vitest';
import {
  ACCEPT_ALL,
  type Constraints,
  canonicalConstraints,
  mergeConstraints,
  PROVIDER_VALIDATORS,
  parseConstraints,
  type Result,
  uniteConstraints,
  type Validator,
  validateConstraints,
  validatorOf,
  withConflicts,
  withResolver,
  withUnsupported,
  withVocabulary,
} from '../../src/index.ts';

const read = (text: string): Constraints => {
  const parsed = parseConstraints(text, undefined, 'juju-3.6');
  if (!parsed.ok) throw new Error(parsed.diagnostics[0]!.message);
  return parsed.value;
};
const fault = (validator: Validator, text: string): string | undefined =>
  validateConstraints(validator, read(text)).fault?.message;
const told = (result: Result<Constraints>): string =>
  result.ok ? canonicalConstraints(result.value) : `! ${result.diagnostics[0]!.message}`;

const typeOrSize = withConflicts(ACCEPT_ALL, ['instance-type'], ['mem', 'cores']);

describe('conflicts', () => {
  it.each([
    ['mem=4G cores=2', undefined],
    ['instance-type=a', undefined],
    ['instance-type=a mem=4G', 'ambiguous constraints: "instance-type" overlaps with "mem"'],
    // Keys are walked by name, and so is what each conflicts with.
    ['mem=4G instance-type=a cores=1', 'ambiguous constraints: "cores" overlaps with "instance-type"'],
    // Present but empty is present.
    ['instance-type= mem=', 'ambiguous constraints: "instance-type" overlaps with "mem"'],
  ])('%s: %s', (text, expected) => expect(fault(typeOrSize, text)).toBe(expected));

  it('registered again replace the earlier ones of every key that is named', () => {
    const again = withConflicts(typeOrSize, ['instance-type'], ['arch']);
    expect(fault(again, 'instance-type=a arch=amd64')).toBe(
      'ambiguous constraints: "arch" overlaps with "instance-type"',
    );
    // mem was not named again, so it still has its own; from the side of instance-type nothing is left of it.
    expect(fault(again, 'instance-type=a mem=1G')).toBe('ambiguous constraints: "mem" overlaps with "instance-type"');
    const forgotten = withConflicts(again, ['mem', 'cores'], []);
    expect(fault(forgotten, 'instance-type=a mem=1G')).toBeUndefined();
  });

  it('may be resolved, or told of in other words', () => {
    const archOfType = withConflicts(typeOrSize, ['instance-type'], ['arch', 'mem']);
    const resolved = withResolver(archOfType, 'arch', 'instance-type', ({ byKey }) =>
      byKey.get('instance-type')?.value === 'arm' && byKey.get('arch')?.value === 'amd64'
        ? 'arm is not amd64'
        : undefined,
    );
    expect(fault(resolved, 'instance-type=x arch=amd64')).toBeUndefined();
    expect(fault(resolved, 'instance-type=arm arch=amd64')).toBe(
      'ambiguous constraints: "arch" overlaps with "instance-type": arm is not amd64',
    );
    // A pair that is resolved does not hide the next one.
    expect(fault(resolved, 'instance-type=x arch=amd64 mem=1G')).toBe(
      'ambiguous constraints: "instance-type" overlaps with "mem"',
    );
  });
});

describe('unsupported keys', () => {
  const validator = withUnsupported(typeOrSize, ['virt-type', 'tags']);
  it('are told of by name and refuse nothing', () =>
    expect(validateConstraints(validator, read('virt-type=kvm tags= mem=1G'))).toEqual({
      unsupported: ['tags', 'virt-type'],
      fault: undefined,
    }));
  it('are told of beside a fault', () =>
    expect(validateConstraints(validator, read('tags=a instance-type=a mem=1G'))).toMatchObject({
      unsupported: ['tags'],
      fault: { code: 'ambiguous-constraints' },
    }));
  it('registered again replace the earlier ones', () =>
    expect(validateConstraints(withUnsupported(validator, ['arch']), read('tags=a arch=amd64')).unsupported).toEqual([
      'arch',
    ]));
});

describe('vocabularies', () => {
  const archs = withVocabulary(ACCEPT_ALL, 'arch', ['amd64', 'arm64']);
  it.each([
    ['arch=amd64', undefined],
    ['mem=1G', undefined],
    ['arch=s390x', 'invalid constraint value: arch=s390x\nvalid values are: amd64 arm64'],
    // Present but empty is a value too.
    ['arch=', 'invalid constraint value: arch=\nvalid values are: amd64 arm64'],
  ])('%s: %s', (text, expected) => expect(fault(archs, text)).toBe(expected));

  it('compare numbers as numbers, and know the alias', () => {
    const cores = withVocabulary(ACCEPT_ALL, 'cpu-cores', [1, 2, 16]);
    expect(fault(cores, 'cores=2')).toBeUndefined();
    expect(fault(cores, 'cores=3')).toBe('invalid constraint value: cores=3\nvalid values are: 1 2 16');
    // Of a number, empty is 0.
    expect(fault(cores, 'cores=')).toBe('invalid constraint value: cores=0\nvalid values are: 1 2 16');
  });

  it('hold for each element of a list; an empty list passes', () => {
    const zones = withVocabulary(ACCEPT_ALL, 'zones', ['za', 'zb']);
    expect(fault(zones, 'zones=za,zb,za')).toBeUndefined();
    expect(fault(zones, 'zones=')).toBeUndefined();
    expect(fault(zones, 'zones=za,zz')).toBe('invalid constraint value: zones=zz\nvalid values are: za zb');
  });

  it('list the ten nearest names once each, by distance, then by name', () => {
    // Distances to "m5.lrge": m5.large 1, m6.large 2, m5a.large 2, then those of 3 and more.
    const types = ['t3.nano', 'm6.large', 'm5.large', 'm5a.large', 'm5.large'];
    expect(fault(withVocabulary(ACCEPT_ALL, 'instance-type', types), 'instance-type=m5.lrge')).toBe(
      'invalid constraint value: instance-type=m5.lrge\nvalid values are: m5.large m5a.large m6.large t3.nano',
    );
    const many = Array.from({ length: 13 }, (_, index) => `z${String.fromCharCode(109 - index)}`);
    expect(fault(withVocabulary(ACCEPT_ALL, 'instance-type', many), 'instance-type=z')).toBe(
      'invalid constraint value: instance-type=z\nvalid values are: za zb zc zd ze zf zg zh zi zj (plus 3 more)',
    );
  });

  it('come before conflicts, and in the canonical order of keys', () => {
    const both = withVocabulary(
      withVocabulary(withConflicts(ACCEPT_ALL, ['arch'], ['mem']), 'instance-type', ['a']),
      'arch',
      ['amd64'],
    );
    expect(fault(both, 'instance-type=b mem=1G arch=arm64')).toMatch('arch=arm64');
    expect(fault(both, 'instance-type=b mem=1G arch=amd64')).toMatch('instance-type=b');
    expect(fault(both, 'instance-type=a mem=1G arch=amd64')).toBe('ambiguous constraints: "arch" overlaps with "mem"');
  });

  it('point to the place of the value', () =>
    expect(validateConstraints(archs, read('mem=1G arch=s390x')).fault?.span).toMatchObject({ start: 7, end: 17 }));
});

describe('merging over a fallback', () => {
  it.each([
    ['', 'mem=1G', 'mem=1024M'],
    ['mem=8G', 'cores=2', 'cores=2 mem=8192M'],
    ['mem=8G', 'mem=1G', 'mem=1024M'],
    // What is present but empty masks.
    ['mem=8G cores=1', 'mem=', 'cores=1 mem='],
    ['tags=a,b', 'tags=', 'tags='],
    // Lists are replaced, never united.
    ['tags=a,b spaces=x', 'tags=c', 'tags=c spaces=x'],
    ['tags=a arch=amd64', 'tags=a,b', 'arch=amd64 tags=a,b'],
    // What conflicts with anything given goes, even with what is given empty.
    ['mem=8G cores=4 arch=arm64', 'instance-type=a', 'arch=arm64 instance-type=a'],
    ['instance-type=a arch=arm64', 'mem=', 'arch=arm64 mem='],
    // allocate-public-ip= leaves no trace, so it masks nothing.
    ['allocate-public-ip=true', 'allocate-public-ip=', 'allocate-public-ip=true'],
  ])('%j under %j is %j', (fallback, given, expected) =>
    expect(told(mergeConstraints(typeOrSize, read(fallback), read(given)))).toBe(expected),
  );

  it('refuses either part that is not valid, and lets pass what is unsupported', () => {
    expect(told(mergeConstraints(typeOrSize, read('instance-type=a mem=1G'), read('')))).toMatch('! ambiguous');
    expect(told(mergeConstraints(typeOrSize, read(''), read('instance-type=a mem=1G')))).toMatch('! ambiguous');
    expect(told(mergeConstraints(withUnsupported(typeOrSize, ['tags']), read('tags=a'), read('mem=1G')))).toBe(
      'mem=1024M tags=a',
    );
  });

  it('refuses what a vocabulary does not have, in either part', () => {
    const archs = withVocabulary(ACCEPT_ALL, 'arch', ['amd64']);
    expect(told(mergeConstraints(archs, read('arch=arm64'), read('mem=1G')))).toMatch('! invalid constraint value');
    expect(told(mergeConstraints(archs, read('mem=1G'), read('arch=arm64')))).toMatch('! invalid constraint value');
    // A bad default is refused though it would be masked.
    expect(told(mergeConstraints(archs, read('arch=arm64'), read('arch=amd64')))).toMatch('! invalid constraint value');
  });

  it('looks at the conflicts of what is given alone, as they were last registered', () => {
    // mem still names instance-type, which no longer names mem.
    const again = withConflicts(typeOrSize, ['instance-type'], ['arch']);
    expect(told(mergeConstraints(again, read('instance-type=a'), read('mem=1G')))).toBe('mem=1024M');
    expect(told(mergeConstraints(again, read('mem=1G'), read('instance-type=a')))).toBe('instance-type=a mem=1024M');
  });

  it('drops what conflicts though a resolver would let both stand', () => {
    const resolved = withResolver(typeOrSize, 'mem', 'instance-type', () => undefined);
    expect(told(mergeConstraints(resolved, read('mem=1G'), read('instance-type=a')))).toBe('instance-type=a');
  });
});

describe('a plain union', () => {
  it('has every key of every part', () =>
    expect(told(uniteConstraints(read('mem=1G'), read('cores=2'), read('tags=a')))).toBe('cores=2 mem=1024M tags=a'));
  it.each([
    ['mem=1G', 'mem=2G'],
    ['mem=1G', 'mem='],
    ['mem=', 'mem=1G'],
  ])('refuses a key of two parts: %j, %j', (one, other) =>
    expect(told(uniteConstraints(read(one), read(other)))).toBe('! bad "mem" constraint: already set'),
  );

  it('knows a key by its alias, and minds no conflict and no trace that is not there', () => {
    expect(told(uniteConstraints(read('cpu-cores=1'), read('cores=2')))).toBe('! bad "cores" constraint: already set');
    expect(told(uniteConstraints(read('instance-type=a'), read('mem=1G')))).toBe('instance-type=a mem=1024M');
    expect(told(uniteConstraints(read('allocate-public-ip='), read('allocate-public-ip=true')))).toBe(
      'allocate-public-ip=true',
    );
  });
});

describe('validators of providers', () => {
  it.each([
    ['ec2', 'instance-type=a mem=1G', ['tags'], 'ambiguous constraints: "instance-type" overlaps with "mem"'],
    ['ec2', 'instance-type=a arch=arm64', [], undefined],
    ['azure', 'cpu-power=1 instance-type=a', ['cpu-power'], undefined],
    ['gce', 'container=lxd', [], 'invalid constraint value: container=lxd\nvalid values are: kvm'],
    [
      'openstack',
      'instance-type=a root-disk=8G',
      [],
      'ambiguous constraints: "instance-type" overlaps with "root-disk"',
    ],
    ['maas', 'instance-type=a mem=1G', ['instance-type'], undefined],
    ['vsphere', 'virt-type=kvm arch=amd64', ['virt-type'], undefined],
  ] as const)('%s: %s', (provider, text, unsupported, expected) => {
    const validation = validateConstraints(
      validatorOf(provider)!,
      read(provider === 'ec2' && expected !== undefined ? `${text} tags=x` : text),
    );
    expect(validation.unsupported).toEqual(unsupported);
    expect(validation.fault?.message).toBe(expected);
  });

  it('take the names of the cloud', () =>
    expect(fault(validatorOf('maas', { arch: ['amd64'] })!, 'arch=arm64')).toMatch('valid values are: amd64'));

  it('are known for no other provider', () => expect(validatorOf('oracle')).toBeUndefined());

  it('say where they are in doubt', () =>
    expect(PROVIDER_VALIDATORS.find((one) => one.provider === 'openstack')?.doubt).toMatch('not verified'));
});
