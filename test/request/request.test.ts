import { describe, expect, it } from 'vitest';
import { canonicalConstraints, parseRequest, type RequestInput } from '../../src/index.ts';
import { guestsOf, passedOn } from '../../src/request/request.ts';

const read = (input: RequestInput) => {
  const request = parseRequest(input);
  if (!request.ok) throw new Error(request.diagnostics.map((one) => one.message).join('; '));
  return request.value;
};
const faults = (input: RequestInput): readonly string[] => {
  const request = parseRequest(input);
  return request.ok ? [] : request.diagnostics.map((one) => one.message);
};

describe('placement', () => {
  it.each([
    ['lxd', { kind: 'container', need: { capability: 'lxd' } }],
    ['kvm>=1.1', { kind: 'container', need: { capability: 'kvm', atLeast: '1.1' } }],
    ['lxd:4', { kind: 'existing', need: { capability: 'lxd' }, machine: '4' }],
    ['kvm:0/lxd/1', { kind: 'existing', machine: '0/lxd/1' }],
    ['zone=us-east-1a', { kind: 'directive', key: 'zone', value: 'us-east-1a' }],
    ['subnet=10.0.0.0/24', { kind: 'directive', key: 'subnet', value: '10.0.0.0/24' }],
    ['', { kind: 'none' }],
  ])('%j', (placement, expected) => expect(read({ placement }).placement).toMatchObject(expected));

  it.each([
    ['lxd:', 'invalid value "" for "lxd" scope: expected machine-id'],
    ['lxd:04', 'invalid value "04" for "lxd" scope: expected machine-id'],
    [':0', 'placement scope missing'],
    ['4', 'machine-id cannot be specified when adding machines'],
    ['0/lxd/1', 'machine-id cannot be specified when adding machines'],
    ['ssh:ubuntu@host', 'ssh:ubuntu@host names a machine that exists: there is nothing to choose'],
    ['k_n', 'placement "k_n" is neither a container type nor a directive such as zone=NAME'],
    ['zone=', 'placement "zone=" names nothing'],
  ])('%j is refused: %s', (placement, message) => {
    expect(faults({ placement })).toEqual([message]);
  });

  it('may name a machine of a MAAS; where there is none of that name, it is refused as ever', () => {
    const { placement } = read({ placement: 'kvn' });
    expect(placement).toMatchObject({ kind: 'host', name: 'kvn' });
    expect(placement.kind === 'host' && placement.otherwise).toMatchObject({
      code: 'bad-placement',
      message: 'placement "kvn" is neither a container type nor a directive such as zone=NAME',
      hint: 'did you mean kvm?',
    });
    expect(faults({ placement: 'node-7', count: 2 })).toEqual(['cannot use -n when specifying a placement directive']);
  });

  it('of several machines names no place', () => {
    expect(faults({ placement: 'zone=a', count: 2 })).toEqual(['cannot use -n when specifying a placement directive']);
    expect(faults({ placement: 'lxd', count: 2 })).toEqual([]);
  });
});

describe('a request', () => {
  it('is for ubuntu@24.04 unless it says otherwise', () => {
    expect(read({}).base).toEqual({ os: 'ubuntu', release: '24.04' });
    expect(read({ base: 'ubuntu@22.04/stable' }).base).toEqual({ os: 'ubuntu', release: '22.04' });
    expect(faults({ base: 'noble' })).toEqual(['"noble" is no base']);
    expect(faults({ base: 'ubuntu@24.04@x' })).toEqual(['"ubuntu@24.04@x" is no base']);
  });

  it('joins what it must host: placement, container=, containers=, guests', () => {
    expect(read({ placement: 'kvm', constraints: 'containers=kvm>=2,lxc container=lxd' }).containers).toEqual([
      { capability: 'kvm', atLeast: '2' },
      { capability: 'lxd', atLeast: undefined },
      { capability: 'lxc', atLeast: undefined },
    ]);
    expect(read({ constraints: 'container=none' }).containers).toEqual([]);
    expect(read({ placement: 'kvm>=1.9', constraints: 'containers=kvm>=1.10' }).containers).toEqual([
      { capability: 'kvm', atLeast: '1.10' },
    ]);
  });

  it('sizes guests by its constraints unless they are stated apart', () => {
    expect(guestsOf(read({ placement: 'kvm', constraints: 'cores=2 mem=4G root-disk=20G' }))).toEqual([
      { kind: 'kvm', count: 1, cores: 2, mem: 4096, rootDisk: 20480 },
    ]);
    expect(guestsOf(read({ placement: 'kvm', guests: ['2x cores=1 mem=1G', 'lxd:mem=512'] }))).toEqual([
      { kind: 'kvm', count: 2, cores: 1, mem: 1024, rootDisk: 0 },
      { kind: 'lxd', count: 1, cores: 0, mem: 512, rootDisk: 0 },
    ]);
  });

  it.each([
    [{ guests: ['cores=1'] }, 'of what kind is this guest?'],
    [{ guests: ['kvn:cores=1'] }, '"kvn" is no declared capability'],
    [{ guests: ['0x kvm:cores=1'] }, 'a guest cannot come 0 times'],
    [{ guests: ['kvm:arch=arm64'] }, 'a guest takes nothing by "arch"'],
    [{ guests: ['kvm:mem=4GB'] }, 'bad "mem" constraint: must be a non-negative float with optional M/G/T/P suffix'],
    [{ attributes: { enviroment: 'x' } }, 'no request attribute is called "enviroment"'],
    [{ attributes: { data: 'secret' } }, 'request.data cannot be "secret"'],
    [{ attributes: { date: '2026-01-01' } }, 'request.date is worked out from the request itself and cannot be given'],
    [{ count: 0 }, '0 machines cannot be added'],
  ] as readonly (readonly [RequestInput, string])[])('%j is refused: %s', (input, message) =>
    expect(faults(input)).toEqual([message]),
  );

  it('hands on what only Juju or the cloud act on', () => {
    expect(
      canonicalConstraints(
        passedOn(read({ constraints: 'mem=4G spaces=a,^b tags= instance-role=auto allocate-public-ip=true zones=z1' })),
      ),
    ).toBe('instance-role=auto spaces=a,^b zones=z1 allocate-public-ip=true');
  });
});
