import fc from 'fast-check';

/** Random small problems about models: every wish that units may have, few units, two clouds. */

const stated = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
const rarely = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 });
const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const cloud = fc.constantFrom('lab', 'lab', 'lab', 'hut');
const region = fc.constantFrom('r1', 'r1', 'r2');

const type = fc.record({
  cloud,
  arch: fc.constantFrom(['amd64'], ['amd64'], ['amd64'], ['amd64', 'i386'], ['arm64']),
  cores: fc.integer({ min: 1, max: 8 }),
  mem: fc.constantFrom(1024, 2048, 4096, 5000, 8192, 16384),
  'root-disk': rarely(fc.constantFrom(8192, 20000)),
  gpus: seldom(fc.integer({ min: 0, max: 2 })),
  'local-disk': seldom(fc.constantFrom(10, 100)),
  'bare-metal': seldom(fc.constant(true)),
  'nested-virt': seldom(fc.constant('yes')),
  'nested-basis': seldom(fc.constant('documented')),
  capacity: seldom(
    fc.record({ slots: fc.integer({ min: 1, max: 6 }), 'cpu-milli': seldom(fc.constantFrom(1500, 3900)) }).map(stated),
  ),
});

const price = fc.oneof(
  fc.constantFrom('0.1', '0.2', '0.3', '0.4', '1'),
  fc.constantFrom('0.123456789', '0.0999', '0.000000001', '0'),
  fc.integer({ min: 1, max: 2000 }).map((milli) => `${(milli / 1000).toFixed(3)}`),
);

const catalog = fc
  .record({
    types: fc.array(type, { minLength: 1, maxLength: 6 }),
    offers: fc.array(
      fc.record({
        type: fc.nat(5),
        region,
        market: fc.constantFrom('on-demand', 'on-demand', 'on-demand', 'spot'),
        price,
        zones: fc.option(fc.subarray(['za', 'zb', 'zc'], { minLength: 1 }), { nil: undefined, freq: 2 }),
        limit: seldom(fc.integer({ min: 1, max: 3 })),
      }),
      { minLength: 2, maxLength: 12 },
    ),
    images: seldom(fc.constant(true)),
  })
  .map(({ types, offers, images }) => {
    const named = types.map((one, index) => ({ name: `t${index}`, ...stated(one) }));
    const seen = new Set<string>();
    return {
      types: named,
      offers: offers.flatMap(({ type: index, ...offer }) => {
        const of = `t${index % named.length}`;
        const key = `${of} ${offer.region} ${offer.market} ${String(offer.zones)}`;
        if (seen.has(key)) return [];
        seen.add(key);
        return [stated({ type: of, ...offer })];
      }),
      ...(images === undefined
        ? {}
        : {
            images: [...new Set(types.map((one) => one.cloud))].flatMap((own) =>
              ['24.04', '22.04'].flatMap((release) =>
                ['1', '2'].map((version) => ({
                  id: `${own}-${release}-${version}`,
                  cloud: own,
                  os: 'ubuntu',
                  release,
                  arch: 'amd64',
                  version,
                })),
              ),
            ),
          }),
    };
  });

const rules = fc.constantFrom<readonly unknown[]>(
  [],
  [],
  [],
  ['default'],
  [
    {
      format: 1,
      module: 'lab',
      rules: {
        hosts: { summary: 'hosts', when: { 'type.cores': { 'at-least': 2 } }, provide: { lxd: '5.0', kvm: '8.2' } },
        keeps: {
          summary: 'keeps',
          when: { 'type.cores': { known: true } },
          reserve: {
            os: { mem: { percent: 7, 'at-least': '100 MiB' } },
            each: { mem: '64 MiB', per: 'lxd' },
            spare: { cores: { percent: 10 } },
          },
        },
        more: {
          summary: 'more',
          when: { 'offer.market': 'on-demand' },
          reserve: { os: { mem: '150 MiB' }, vm: { mem: '128 MiB', per: 'kvm' } },
        },
        discount: { summary: 'off', when: { 'type.mem': { 'at-least': '4 GiB' } }, price: { times: '0.333333' } },
        licence: {
          summary: 'licence',
          when: { 'can.kvm': true },
          price: { plus: '0.0123', per: 'type.cores', component: 'licence' },
        },
        never: { summary: 'no', when: { 'type.name': 't3' }, forbid: true },
      },
    },
  ],
);

const ids = ['web', 'db', 'cache', 'agent'] as const;

const unit = fc.record({
  count: fc.integer({ min: 1, max: 3 }),
  needs: fc
    .record({
      'cpu-milli': fc.option(fc.constantFrom(250, 500, 1000, 2000), { nil: undefined, freq: 4 }),
      mem: fc.option(fc.constantFrom(256, 500, 896, 2048), { nil: undefined, freq: 4 }),
      'root-disk': seldom(fc.constantFrom(2000, 8192)),
      slots: seldom(fc.constant(1)),
      gpus: seldom(fc.constant(1)),
    })
    .map(stated),
  constraints: seldom(
    fc.constantFrom(
      'cores=2',
      'mem=4G',
      'arch=',
      'market=any',
      'max-price=0.4',
      'root-disk=10G',
      'containers=lxd',
      'region=r1',
    ),
  ),
  container: rarely(fc.constantFrom('lxd', 'kvm')),
  base: seldom(fc.constant('ubuntu@22.04')),
  'max-per-machine': seldom(fc.integer({ min: 1, max: 2 })),
  'apart-from': seldom(fc.subarray([...ids], { minLength: 1 })),
  with: seldom(fc.constantFrom(...ids)),
  spread: seldom(fc.constant('zone')),
});

/** Problems, some of which contradict themselves: those are bad input. */
export const modelProblems = fc
  .record({
    catalog,
    rules,
    units: fc.array(unit, { minLength: 1, maxLength: 4 }),
    machines: fc
      .option(
        fc.array(
          fc.record({
            offer: fc.nat(11),
            zone: rarely(fc.constantFrom('za', 'zb')),
            'keep-price': rarely(fc.constantFrom('0.05', '0')),
            used: rarely(fc.constantFrom({ mem: 256 }, { mem: 100_000 }, { 'cpu-milli': 300 })),
            units: fc.subarray([0, 1, 2, 3], { maxLength: 2 }),
          }),
          { minLength: 1, maxLength: 2 },
        ),
        { nil: undefined, freq: 1 },
      )
      .map((machines) => machines ?? []),
    mix: fc.constantFrom([], [], [], ['region'], ['region', 'cloud'], ['cloud']),
    budget: seldom(fc.constantFrom('budget=100', 'budget=400')),
    reserve: seldom(fc.constant(false)),
  })
  .map(({ catalog: own, rules: packs, units, machines, mix, budget, reserve }) => {
    const named = units.map((one, index) => ({ id: ids[index]!, ...one }));
    const groups = named.map((one) => {
      const host = named.find(({ id }) => id === one.with && id !== one.id);
      const others = (one['apart-from'] ?? []).filter(
        (id) => named.some((other) => other.id === id) && id !== host?.id,
      );
      const withHost = host !== undefined && host.with === undefined ? { with: host.id, count: host.count } : {};
      const { with: _, container, ...rest } = one;
      // Without rules nothing is hosted.
      const hosted = container === undefined || packs.length === 0 ? {} : { container };
      return stated({ ...rest, ...hosted, 'apart-from': others.length === 0 ? undefined : others, ...withHost });
    });
    const placed = new Set<string>();
    return {
      format: 'stowage.problem/1',
      catalog: own,
      rules: packs,
      request: stated({
        kind: 'model',
        constraints: budget,
        reserve,
        units: groups,
        machines: machines.map(({ offer, units: indices, ...machine }, index) => {
          const { type: of, region: at } = own.offers[offer % own.offers.length] as { type: string; region: string };
          const stay = indices.flatMap((one) => {
            const group = groups[one % groups.length]!;
            const name = `${String(group.id)}/${index % Number(group.count)}`;
            if (group.with !== undefined || placed.has(name)) return [];
            placed.add(name);
            return [name];
          });
          return stated({ id: String(index), type: of, region: at, ...machine, units: stay });
        }),
      }),
      options: { at: '2026-11-22', mix },
    };
  });
