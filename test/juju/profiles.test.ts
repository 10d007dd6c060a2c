import { describe, expect, it } from 'vitest';
import { answer, check, compile, loadCatalog, loadRules, parseRequest, solveProblem } from '../../src/index.ts';

/** What Juju itself would pick, by the rule of each provider; null wherever that is not certain. */

interface Facts {
  readonly [fact: string]: unknown;
}
const type = (name: string, cores: number | undefined, mem: number | undefined, facts: Facts = {}) => ({
  name,
  arch: ['amd64'],
  ...(cores === undefined ? {} : { cores }),
  ...(mem === undefined ? {} : { mem }),
  'previous-generation': false,
  ...facts,
});

const pickOf = (
  cloud: string,
  types: readonly Facts[],
  constraints: string,
  { request = {}, offers }: { readonly request?: Facts; readonly offers?: readonly Facts[] } = {},
) => {
  const solved = solveProblem({
    format: 'stowage.problem/1',
    catalog: {
      types: types.map((one) => ({ ...one, cloud })),
      offers: offers ?? types.map((one, index) => ({ type: one.name, region: 'r1', price: `${index + 1}` })),
    },
    rules: [],
    request: { kind: 'machine', constraints, ...request },
  });
  expect(solved.diagnostics).toBeUndefined();
  return solved['juju-pick'];
};
const picked = (...given: Parameters<typeof pickOf>): string | null => pickOf(...given)?.type ?? null;

describe('ec2', () => {
  const m = [
    type('t3.medium', 2, 4096),
    type('m5.large', 2, 8192),
    type('m8i.xlarge', 4, 16384),
    type('m8i.large', 2, 8192),
    type('m8i.48xlarge', 192, 786432),
    type('m8i.metal-48xl', 192, 786432),
    type('m8id.large', 2, 8192),
    type('m8i-flex.large', 2, 8192),
    type('m8a.medium', 1, 4096),
    type('m9g.medium', 1, 4096, { arch: ['arm64'] }),
    type('m9g.large', 2, 8192, { arch: ['arm64'] }),
    type('m8g.medium', 1, 2048, { arch: ['arm64'] }),
    type('mac2.metal', 12, 16384, { arch: ['amd64-mac'] }),
  ];
  it.each([
    // Without costs the least memory wins, of family m, the newest Intel generation, without further letters.
    ['', 'm8i.large'],
    ['cores=3', 'm8i.xlarge'],
    ['mem=9G', 'm8i.xlarge'],
    ['arch=arm64', 'm9g.medium'],
    ['arch=arm64 cores=2', 'm9g.large'],
    // Two have the same memory, and Juju's cpu-power of them is not known here.
    ['mem=512G', null],
    // Nothing of the family is that large, whatever other families have.
    ['mem=2T', null],
    // A named type is added to what there is to choose from.
    ['instance-type=t3.medium', 't3.medium'],
    ['instance-type=m5.large', 'm5.large'],
    ['instance-type=m9g.large arch=arm64', 'm9g.large'],
    // Named with the agent's architecture, it does not serve.
    ['instance-type=m9g.large', null],
    // Juju refuses a type beside sizes.
    ['instance-type=t3.medium mem=2G', null],
    // The provider's types have no tags and virtualization hvm; their cpu-power comes from clock speeds.
    ['tags=ssd', null],
    ['virt-type=hvm', 'm8i.large'],
    // An image that is named takes the place of the one that was found, after the type was chosen.
    ['image-id=ami-1', 'm8i.large'],
    // What machines are to hold is dropped, and no vocabulary of the provider's judges it.
    ['container=lxd', 'm8i.large'],
    ['virt-type=kvm', null],
    ['cpu-power=100', null],
    ['cpu-power=0', 'm8i.large'],
    // The root disk is chosen at launch.
    ['root-disk=1T', 'm8i.large'],
    // Left open, the architecture is not known; Juju has no i386.
    ['arch=', null],
    ['arch=i386', null],
    ['mem= cores=0', 'm8i.large'],
  ])('%j: %s', (constraints, expected) => expect(picked('aws', m, constraints)).toBe(expected));

  it('counts types of further letters, old ones and other architectures towards the newest generation', () => {
    const newer = [...m, type('m9id.large', 2, 8192)];
    expect(picked('aws', newer, '')).toBeNull();
    expect(picked('aws', newer, 'arch=arm64')).toBe('m9g.medium');
    const old = [type('m8i.large', 2, 8192), type('m9i.large', 2, 8192, { 'previous-generation': true })];
    expect(picked('aws', old, '')).toBeNull();
  });

  it('takes names without a letter of a maker for Intel, and no letter twice', () => {
    expect(picked('aws', [type('m5.large', 2, 8192), type('m4.large', 2, 4096)], '')).toBe('m5.large');
    expect(picked('aws', [type('m10.large', 2, 8192), type('m9i.large', 2, 4096)], '')).toBe('m10.large');
    expect(
      picked('aws', [type('m5.large', 2, 8192), type('m5n.large', 2, 4096), type('m5zn.large', 2, 4096)], ''),
    ).toBe('m5.large');
  });

  it.each([
    ['previous-generation', type('m8i.medium', 1, 4096, { 'previous-generation': null })],
    ['memory', type('m8i.medium', 1, undefined)],
    ['cores', type('m8i.medium', undefined, 4096)],
    ['architecture', type('m8i.medium', 1, 4096, { arch: null })],
  ])('says nothing where an unknown %s might decide', (_, unknown) =>
    expect(picked('aws', [...m, unknown], '')).toBeNull(),
  );

  it('never launches what it calls paravirtual', () =>
    expect(picked('aws', [type('m1.large', 2, 8192)], 'instance-type=m1.large')).toBeNull());

  it('tells the price on demand, what it misses, and nothing where that price is not known', () => {
    const types = [type('m8i.large', 2, 8192), type('c8i.large', 2, 4096)];
    const offers = [
      { type: 'm8i.large', region: 'r1', price: '0.05', market: 'spot' },
      { type: 'm8i.large', region: 'r1', price: '0.1', zones: ['a'] },
      { type: 'm8i.large', region: 'r1', price: '0.09', zones: ['b'] },
      { type: 'c8i.large', region: 'r1', price: '0.08' },
    ];
    expect(pickOf('aws', types, 'mem=4G', { offers })).toEqual({
      type: 'm8i.large',
      cloud: 'aws',
      region: 'r1',
      market: 'on-demand',
      price: '0.09',
      version: '3.6',
    });
    expect(pickOf('aws', types, 'market=spot max-price=0.01', { offers })?.needs).toEqual(['market', 'max-price']);
    expect(pickOf('aws', types, '', { offers: [offers[0]!, offers[3]!] })).toBeNull();
    expect(pickOf('aws', types, '', { offers: [{ type: 'm8i.large', region: 'r1' }, offers[3]!] })).toBeNull();
  });

  it('needs one region, one that Juju can be asked for, and an image', () => {
    const types = [type('m8i.large', 2, 8192)];
    const offers = ['r1', 'r2'].map((region) => ({ type: 'm8i.large', region, price: '1' }));
    expect(pickOf('aws', types, '', { offers })).toBeNull();
    expect(pickOf('aws', types, 'region=r2', { offers })?.region).toBe('r2');
    const solved = solveProblem({
      format: 'stowage.problem/1',
      catalog: {
        types: types.map((one) => ({ ...one, cloud: 'aws' })),
        offers: [offers[0]],
        images: [{ id: 'a', os: 'ubuntu', release: '22.04', arch: 'amd64' }],
      },
      rules: [],
      request: { kind: 'machine' },
    });
    expect(solved['juju-pick']).toBeNull();
  });

  it.each([
    ['lxd containers', { placement: 'lxd' }, 'm8i.large'],
    ['kvm containers', { placement: 'kvm>=1.0' }, 'm8i.large'],
    ['podman containers, which Juju does not make', { placement: 'podman' }, null],
    ['guests stated apart', { guests: [{ type: 'lxd', constraints: 'mem=1G' }] }, null],
    ['a zone', { placement: 'zone=r1a' }, 'm8i.large'],
    ['a subnet', { placement: 'subnet=10.0.0.0/8' }, 'm8i.large'],
    ['a directive that the provider refuses', { placement: 'system-id=x' }, null],
    ['a base of old', { base: 'ubuntu@20.04' }, 'm8i.large'],
    ['a base that 3.6 gave up', { base: 'ubuntu@18.04' }, null],
    ['a base that came after 3.6', { base: 'ubuntu@26.04' }, null],
    ['a base of another system', { base: 'debian@12' }, null],
  ])('answers for %s', (_, request, expected) => expect(picked('aws', m, '', { request })).toBe(expected));
});

describe('gce', () => {
  const types = [
    type('e2-micro', 2, 1024),
    type('n1-standard-1', 1, 3840),
    type('e2-small', 2, 2048),
    type('e2-highcpu-4', 4, 4096),
    type('e2-medium', 2, 4096),
    type('n1-standard-2', 2, 7680),
    type('n2-standard-2', 2, 8192),
    type('e2-standard-2', 2, 8192),
  ];
  it.each([
    // At least 2 cores and 2048 MiB, whatever is asked for.
    ['', 'e2-small'],
    ['cores=1 mem=512M', 'e2-small'],
    // Of the same memory, fewer cores come first, since no type has a cpu-power.
    ['mem=3G', 'e2-medium'],
    ['cpu-power=1000', 'e2-small'],
    ['mem=5G', 'n1-standard-2'],
    // Two that nothing tells apart.
    ['mem=8G', null],
    ['instance-type=n2-standard-2', 'n2-standard-2'],
    // Named, but not among what Juju lists.
    ['instance-type=n1-standard-1', null],
    ['instance-type=n2-standard-2 cores=2', null],
    // The provider takes no container but kvm, and none beside a type, though Juju drops the key later.
    ['container=lxd', null],
    ['container=kvm', 'e2-small'],
    ['container=kvm instance-type=n2-standard-2', null],
    // Releases differ in what they do with an image that is named.
    ['image-id=x', null],
  ])('%j: %s', (constraints, expected) => expect(picked('gcp', types, constraints)).toBe(expected));

  it.each([
    ['zone=a', 'e2-small'],
    ['subnet=10.0.0.0/8', null],
  ])('placed by %s: %s', (placement, expected) =>
    expect(picked('gcp', types, '', { request: { placement } })).toBe(expected),
  );

  it('may take arm64 for amd64, so what comes before is open', () => {
    const arm = type('t2a-standard-1', 2, 3000, { arch: ['arm64'] });
    expect(picked('gcp', [...types, arm], '')).toBe('e2-small');
    expect(picked('gcp', [...types, arm], 'mem=2500M')).toBeNull();
    expect(picked('gcp', [...types, arm], 'arch=arm64')).toBeNull();
  });
});

describe('azure', () => {
  const types = [type('Standard_B1s', 1, 1024), type('Standard_D2s_v5', 2, 8192)];
  it.each([
    // Juju's list of relative costs is not known here.
    ['', null],
    ['instance-type=Standard_D2s_v5', 'Standard_D2s_v5'],
    ['instance-type=Standard_B1s', 'Standard_B1s'],
    ['instance-type=Standard_D2s_v5 arch=arm64', null],
    ['instance-type=Standard_D2s_v5 mem=1G', null],
    // The largest root disk of a type is not known here.
    ['instance-type=Standard_D2s_v5 root-disk=8G', null],
  ])('%j: %s', (constraints, expected) => expect(picked('azure', types, constraints)).toBe(expected));
});

describe('other clouds', () => {
  it.each(['local', 'lab', 'constructor'])('%s has no rule that is known here', (cloud) =>
    expect(picked(cloud, [type('m8i.large', 2, 8192)], '')).toBeNull(),
  );
});

describe('the shipped catalog', () => {
  const catalog = loadCatalog({ clouds: ['aws'] });
  const rules = loadRules(['default']);
  if (!catalog.ok || !rules.ok) throw new Error('the shipped data are damaged');
  const compiled = compile(catalog.value, rules.value);
  it.each([
    ['kvm', 'region=us-east-1 cores=2 mem=4G', { type: 'm8i.large', price: '0.10584', needs: ['launcher'] }],
    ['lxd', 'region=us-east-1 cores=2 mem=4G', { type: 'm8i.large', price: '0.10584' }],
    ['kvm', 'region=us-east-1 cores=2 mem=4G arch=arm64', { type: 'm9g.large', needs: ['launcher', 'can.kvm'] }],
    // A newer Graviton is sold elsewhere, and may be here.
    ['lxd', 'region=eu-west-1 cores=2 mem=4G arch=arm64', null],
    ['lxd', 'region=sa-east-1 cores=2 mem=4G', null],
  ])('%s %s', (placement, constraints, expected) => {
    const request = parseRequest({ placement, constraints: `cloud=aws ${constraints}` });
    if (!request.ok) throw new Error(request.diagnostics[0]!.message);
    expect(check(compiled, request.value)).toEqual([]);
    const pick = answer(compiled, request.value)['juju-pick'];
    if (expected === null) expect(pick).toBeNull();
    else expect(pick).toMatchObject(expected);
    expect(pick?.needs).toEqual(expected === null || !('needs' in expected) ? undefined : expected.needs);
  });
});
