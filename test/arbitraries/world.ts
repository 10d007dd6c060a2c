import fc from 'fast-check';

/** Random small worlds as problem values: catalogs with gaps, rules, requests. Everything may be unknown. */

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });

/** Without the keys whose value is undefined: absent means unknown. */
const stated = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const archs = fc.subarray(['amd64', 'arm64', 'i386'], { minLength: 1 });
const cloud = fc.constantFrom('lab', 'hut');
const region = fc.constantFrom('r1', 'r2');
const price = fc.constantFrom('0.1', '0.100000001', '0.2', '0.25', '1', '0');
const zones = fc.subarray(['za', 'zb', 'zc'], { minLength: 1 });

const typeFacts = fc
  .record({
    arch: optional(archs),
    cores: optional(fc.integer({ min: 1, max: 8 })),
    mem: optional(fc.constantFrom(512, 1024, 1664, 2048, 4096, 4736, 8192)),
    virt: optional(fc.subarray(['hvm', 'pv'], { minLength: 1 })),
    hypervisor: optional(fc.constantFrom('xen', 'kvm')),
    'hypervisor-role': optional(fc.constantFrom('guest', 'host')),
    'bare-metal': optional(fc.boolean()),
    'nested-virt': optional(fc.constantFrom('no', 'opt-in', 'yes')),
    'nested-basis': optional(fc.constantFrom('documented', 'measured', 'inferred')),
    burstable: optional(fc.boolean()),
    baseline: optional(fc.constantFrom('20', '22.5', '100')),
    gpus: optional(fc.integer({ min: 0, max: 2 })),
    'gpu-name': optional(fc.constantFrom('T4', 'A100')),
    'local-disk': optional(fc.constantFrom(0, 10, 100)),
    'root-disk': optional(fc.constantFrom(0, 8192, 65536)),
    'cpu-power': optional(fc.constantFrom(50, 100, 400)),
    deprecated: optional(fc.boolean()),
    tags: optional(fc.subarray(['ssd', 'fast'])),
    family: optional(fc.constantFrom('a', 'b')),
  })
  .map(stated);

const imageFacts = fc
  .record({
    cloud,
    os: fc.constantFrom('ubuntu', 'ubuntu', 'windows'),
    release: fc.constantFrom('24.04', '24.04', '22.04'),
    arch: optional(fc.constantFrom('amd64', 'arm64', 'i386')),
    virt: optional(fc.subarray(['hvm', 'pv'], { minLength: 1 })),
    region: optional(region),
    version: optional(fc.constantFrom('1', '2')),
    'root-store': optional(fc.constantFrom('ebs', 'ebs-gp3')),
    eol: optional(fc.constantFrom('2020-01-01', '2030-01-01')),
    'eol-extended': optional(fc.constantFrom('2021-01-01', '2035-01-01')),
    features: optional(fc.subarray(['kvm-module', 'xen-dom0'])),
  })
  .map(stated);

const regionFacts = fc
  .record({
    eu: optional(fc.boolean()),
    access: optional(fc.constantFrom('open', 'restricted')),
    'region-zones': optional(zones),
  })
  .map(stated);

/** The `catalog` of a problem: some types in two clouds, offers with repeated prices, perhaps images. */
export const catalogs = fc
  .record({
    types: fc.array(fc.record({ cloud, facts: typeFacts }), { minLength: 1, maxLength: 6 }),
    offers: fc.array(
      fc.record({
        type: fc.nat(5),
        region,
        market: fc.constantFrom('on-demand', 'on-demand', 'spot'),
        price: optional(price),
        zones: optional(zones),
        limit: optional(fc.integer({ min: 1, max: 3 })),
        'as-of': optional(fc.constantFrom('2026-01-01', '2026-06-01', '2026-12-01')),
      }),
      { maxLength: 12 },
    ),
    images: fc.option(fc.array(imageFacts, { maxLength: 5 }), { nil: undefined }),
    regions: fc.array(fc.record({ cloud, region, facts: regionFacts }), { maxLength: 3 }),
  })
  .map(({ types, offers, images, regions }) => {
    const named = types.map(({ cloud: own, facts }, index) => ({ name: `t${index}`, cloud: own, ...facts }));
    const clouds = new Set<string>(named.map((type) => type.cloud));
    const seen = new Set<string>();
    const distinct = offers.flatMap(({ type, zones: own, ...offer }) => {
      const of = named[type % named.length]!;
      const key = `${of.name} ${offer.region} ${offer.market} ${String(own ?? '')} ${String(offer['as-of'])}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [stated({ type: of.name, ...offer, zones: own })];
    });
    const seenRegions = new Set<string>();
    return {
      types: named,
      offers: distinct,
      ...(images === undefined
        ? {}
        : {
            images: images
              .filter((image) => clouds.has(String(image.cloud)))
              .map((image, index) => ({ id: `img-${index}`, ...image })),
          }),
      regions: regions.flatMap(({ cloud: own, region: name, facts }) => {
        if (!clouds.has(own) || seenRegions.has(`${own} ${name}`)) return [];
        seenRegions.add(`${own} ${name}`);
        return [{ cloud: own, region: name, ...facts }];
      }),
    };
  });

const leaf = fc.oneof(
  fc.constantFrom('lab', 'hut').map((value) => ({ 'type.cloud': value })),
  fc.constantFrom('yes', 'no', 'opt-in').map((value) => ({ 'type.nested-virt': value })),
  fc.boolean().map((value) => ({ 'type.bare-metal': value })),
  fc.boolean().map((value) => ({ 'type.burstable': { eq: value } })),
  fc.constantFrom('1 GiB', '2 GiB', '4736 MiB').map((value) => ({ 'type.mem': { 'at-least': value } })),
  fc.integer({ min: 1, max: 8 }).map((value) => ({ 'type.cores': { below: value } })),
  fc.subarray(['ssd', 'fast'], { minLength: 1 }).map((value) => ({ 'type.tags': { 'has-any': value } })),
  fc.constantFrom('amd64', 'arm64').map((value) => ({ 'type.arch': { has: value } })),
  fc.boolean().map((value) => ({ 'type.family': { known: value } })),
  fc.constantFrom('t*', '*1', 't0').map((value) => ({ 'type.name': value })),
  fc.constantFrom('kvm-module', 'xen-dom0').map((value) => ({ 'image.features': { has: value } })),
  fc.constantFrom('22.04', '24.04').map((value) => ({ 'image.release': { 'at-most': value } })),
  fc.constant({ 'image.eol': { 'at-most': { attr: 'request.date' } } }),
  fc.constant({ 'image.cloud': { ne: { attr: 'type.cloud' } } }),
  fc.constant({ 'type.arch': { has: { attr: 'image.arch' } } }),
  fc.constant({ 'type.gpus': { 'at-least': { attr: 'request.gpus' } } }),
  fc.constant({ 'request.gpus': { above: 0 } }),
  fc.boolean().map((value) => ({ 'offer.eu': value })),
  fc.constantFrom('on-demand', 'spot').map((value) => ({ 'offer.market': value })),
  fc.constantFrom('0.1', '0.2').map((value) => ({ 'offer.price': { above: value } })),
  fc.subarray(['za', 'zb'], { minLength: 1 }).map((value) => ({ 'offer.zones': { 'has-all': value } })),
  fc.constantFrom('production', 'staging').map((value) => ({ 'request.env': value })),
  fc.constantFrom('production', 'staging').map((value) => ({ 'request.env': { 'not-in': [value] } })),
);

/** Capabilities in an order that keeps negation stratified: a rule for one reads only those before it, and itself. */
const ORDER = ['lxc', 'lxd', 'kvm', 'xen', 'podman'] as const;

const conditionOver = (capabilities: readonly string[]): fc.Arbitrary<Record<string, unknown>> => {
  const leaves: fc.Arbitrary<Record<string, unknown>>[] = [leaf];
  if (capabilities.length > 0) {
    leaves.push(
      fc
        .constantFrom(...capabilities)
        .chain((name) =>
          fc.constantFrom<unknown>(true, false, { 'at-least': '2' }).map((value) => ({ [`can.${name}`]: value })),
        ),
    );
  }
  return fc.letrec<{ condition: Record<string, unknown> }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc.oneof(...leaves),
      fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((of) => ({ all: of })),
      fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((of) => ({ any: of })),
      tie('condition').map((of) => ({ not: of })),
    ),
  })).condition;
};

const version = fc.constantFrom('any', '1', '1.9', '1.10', '2', '2:1');

const capabilityRule = fc.nat(ORDER.length - 1).chain((index) => {
  const name = ORDER[index]!;
  const when = conditionOver(ORDER.slice(0, index));
  return fc.oneof(
    fc.record({
      summary: fc.constant('gives'),
      when,
      provide: version.map((one) => ({ [name]: one })),
      via: fc.constantFrom('launch', 'launch-option', 'after-launch', 'image'),
    }),
    fc.record({
      summary: fc.constant('gives'),
      when: conditionOver([]),
      provide: version.map((one) => ({ [name]: one })),
    }),
    fc.record({ summary: fc.constant('refines'), when, refine: version.map((one) => ({ [name]: one })) }),
    fc.record({ summary: fc.constant('withholds'), when, withhold: fc.constant([name]) }),
  );
});

const otherRule = fc.oneof(
  fc.record({
    summary: fc.constant('forbids'),
    when: conditionOver(ORDER),
    forbid: fc.constant(true),
    'on-unknown': fc.constantFrom('refuse', 'allow', 'warn'),
  }),
  fc.record({
    summary: fc.constant('requires'),
    when: conditionOver([]),
    require: conditionOver(ORDER),
    effect: fc.constantFrom('enforce', 'enforce', 'warn'),
  }),
  fc.record({
    summary: fc.constant('prices'),
    when: conditionOver(['kvm']),
    price: fc.oneof(
      fc.record({ times: fc.constantFrom('0.5', '1.333333') }),
      fc.record({
        plus: fc.constantFrom('0.01', '0.1'),
        per: fc.constant('type.cores'),
        component: fc.constant('licence'),
      }),
      fc.record({ 'at-most': fc.constant('0.15') }),
    ),
  }),
  fc.record({
    summary: fc.constant('prefers'),
    when: conditionOver(['kvm']),
    prefer: fc.constantFrom(
      { penalty: '3%' },
      { penalty: '150%' },
      { bonus: '50 %' },
      { bonus: '0.0001%' },
      { bonus: '100%' },
    ),
  }),
  fc.record({
    summary: fc.constant('keeps'),
    when: conditionOver([]),
    reserve: fc.record({
      os: fc.record({ mem: fc.constantFrom<unknown>('512 MiB', { percent: 10, 'at-least': '100 MiB' }) }),
      vm: fc.record({ mem: fc.constant('128 MiB'), per: fc.constant('kvm') }),
      spare: fc.record({ cores: fc.constant(1) }),
    }),
  }),
);

/** Dates, effects, and overrides of rules with higher numbers, so that none leads back to itself. */
const limits = fc.record({
  since: optional(fc.constantFrom('2020-01-01', '2026-11-22', '2026-11-23')),
  until: optional(fc.constantFrom('2026-11-22', '2026-11-23', '2040-01-01')),
  off: fc.nat(9).map((drawn) => drawn === 0),
  overrides: fc.array(fc.nat(9), { maxLength: 1 }),
});

/** A negation that an override brings must not close a cycle: overriding rules read no capabilities, or are not over. */
const readsCapability = (rule: unknown): boolean => JSON.stringify(rule).includes('"can.');

const OWN_PARAMS = {
  env: { type: 'enum', values: ['production', 'staging'], default: 'staging' },
  mem: { type: 'number', unit: 'GiB', default: 2, min: 1, max: 8 },
  factor: { type: 'number', default: '1.25', min: 0, max: 2 },
  tags: { type: 'set', default: ['ssd'] },
};

const paramRule = fc.constantFrom<Record<string, unknown>>(
  { summary: 'by a parameter', when: { 'request.env': { param: 'env' } }, withhold: ['podman'] },
  { summary: 'by a parameter', when: { 'type.mem': { below: { param: 'mem' } } }, forbid: true, 'on-unknown': 'allow' },
  {
    summary: 'by a parameter',
    when: { 'type.tags': { 'has-any': { param: 'tags' } } },
    price: { times: { param: 'factor' } },
  },
);

/** What sets facts, each by facts of the same kind, and some of them by one another. */
const typeLeaf = fc.oneof(
  fc.constantFrom('lab', 'hut').map((value) => ({ 'type.cloud': value })),
  fc.constantFrom('t*', '*1', 't0').map((value) => ({ 'type.name': value })),
  fc.boolean().map((value) => ({ 'type.bare-metal': value })),
  fc.constantFrom('a', 'b').map((value) => ({ 'type.family': { ne: value } })),
  fc.boolean().map((value) => ({ 'type.family': { known: value } })),
);
const setRule = fc
  .oneof(
    fc.record({
      when: typeLeaf,
      set: fc.oneof(
        fc.boolean().map((value) => ({ 'type.burstable': value })),
        fc.constantFrom('2 GiB', '4736 MiB').map((value) => ({ 'type.mem': value, 'type.cores': 4 })),
        fc.constant({ 'type.arch': ['amd64'] }),
        fc.constant({ 'type.gpus': 2 }),
      ),
    }),
    fc.record({
      when: fc.oneof(
        fc.boolean().map((value) => ({ 'type.burstable': value })),
        fc.constantFrom('1 GiB', '4 GiB').map((value) => ({ 'type.mem': { 'at-least': value } })),
      ),
      set: fc.constantFrom('no', 'yes').map((value) => ({ 'type.nested-virt': value })),
    }),
    fc.record({
      when: fc.constantFrom('22.04', '24.04').map((value) => ({ 'image.release': { 'at-most': value } })),
      set: fc.constant({ 'image.features': ['kvm-module'] }),
    }),
    fc.record({
      when: fc.constantFrom('r1', 'r2').map((value) => ({ 'offer.region': value })),
      set: fc.boolean().map((value) => ({ 'offer.eu': value })),
    }),
  )
  .map((rule) => ({ summary: 'sets', ...rule }));

/** A random rule file. */
export const ruleFiles = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 6, arbitrary: capabilityRule },
        { weight: 3, arbitrary: otherRule },
        { weight: 1, arbitrary: paramRule },
        { weight: 2, arbitrary: setRule },
      ),
      fc.option(limits, { nil: undefined, freq: 2 }),
    ),
    { maxLength: 8 },
  )
  .map((drawn) => ({
    format: 1,
    module: 'random',
    params: OWN_PARAMS,
    rules: Object.fromEntries(
      drawn.map(([rule, limit], index) => {
        // Facts rest on no dates, and on nothing that other rules read.
        const { since, until, off = false, overrides = [] } = 'set' in rule ? {} : (limit ?? {});
        const over = readsCapability(rule)
          ? []
          : overrides
              .map((step) => index + 1 + step)
              .filter((other) => other < drawn.length && !('set' in drawn[other]![0]));
        return [
          `rule-${index}`,
          stated({
            ...rule,
            since,
            until: since !== undefined && until !== undefined && since >= until ? undefined : until,
            effect: off ? 'off' : (rule as { effect?: string }).effect,
            overrides: over.length === 0 ? undefined : over.map((other) => `rule-${other}`),
          }),
        ];
      }),
    ),
  }));

/** Packs: `default`, none, or a random rule file. */
export const packs = fc.oneof<fc.Arbitrary<readonly unknown[]>[]>(
  fc.constant(['default']),
  fc.constant([]),
  ruleFiles.map((file) => [file]),
  ruleFiles.map((file) => ['default', file]),
);

const constraint = fc.oneof(
  fc.constantFrom('arch=', 'arch=amd64', 'arch=arm64', 'arch=i386'),
  fc.integer({ min: 0, max: 6 }).map((cores) => `cores=${cores}`),
  fc.constantFrom('mem=512M', 'mem=1G', 'mem=4G', 'mem='),
  fc.constantFrom('root-disk=8G', 'root-disk=32G'),
  fc.constant('cpu-power=100'),
  fc.constantFrom('virt-type=hvm', 'tags=ssd', 'tags=ssd,fast'),
  fc.constantFrom('market=spot', 'market=any', 'market='),
  fc.constantFrom('max-price=0.2', 'budget=146', 'max-price=0'),
  fc.constantFrom('gpus=1', 'gpu=t*', 'local-disk=10G', 'cores-baseline=1', 'cores-baseline=0.9'),
  fc.constantFrom('burstable=false', 'burstable=true', 'bare-metal=true'),
  fc.constantFrom('cloud=l*', 'cloud=^hu*', 'region=r*', 'region=^*2'),
  fc.constantFrom('launcher=juju', 'zones=za,zb'),
  fc.constantFrom('containers=kvm>=1.9,lxd', 'containers=lxc', 'container=kvm', 'containers=podman,xen'),
);

/** A machine request, each key at most once. */
export const requests = fc
  .record({
    placement: optional(fc.constantFrom('lxd', 'kvm', 'kvm>=2', 'lxc>=1.10', 'xen', 'zone=za')),
    constraints: fc
      .uniqueArray(constraint, { maxLength: 5, selector: (text) => text.slice(0, text.indexOf('=')) })
      .map((texts) => texts.join(' ')),
    base: optional(fc.constantFrom('ubuntu@24.04', 'ubuntu@22.04', 'windows@24.04')),
    count: fc.constantFrom(1, 1, 1, 2, 4),
    env: optional(fc.constantFrom('production', 'staging')),
    guests: optional(
      fc.array(
        fc.record({
          type: fc.constantFrom('kvm', 'lxd'),
          count: fc.integer({ min: 1, max: 2 }),
          constraints: fc.constantFrom('', 'mem=512M', 'cores=1 mem=1G'),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    ),
    reserve: fc.boolean(),
  })
  .map(
    ({ env, placement, count, ...request }): Record<string, unknown> => ({
      kind: 'machine',
      ...stated({
        ...request,
        placement,
        count: placement === 'zone=za' ? 1 : count,
        attributes: env === undefined ? undefined : { env },
      }),
    }),
  );

/** Whole problems. */
export const problems = fc.record({ catalog: catalogs, rules: packs, request: requests }).map((problem) => ({
  format: 'stowage.problem/1',
  ...problem,
  options: { at: '2026-11-22' },
}));
