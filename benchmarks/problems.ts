import { seeded } from './harness.ts';

/** Made-up small problems, as a service that plans for many users gets them: a catalog of its own each, few sets of rules. */

const ARCHS = [['amd64'], ['amd64'], ['arm64'], ['i386', 'amd64']];
const IMAGE_ARCHS = ['amd64', 'arm64', 'i386'];
const CONTAINERS = ['lxd', 'lxd', 'kvm', 'kvm', undefined];

/** Rules written out in the problem, of which a stream has a few. */
const WRITTEN = [
  {
    format: 1,
    module: 'own',
    rules: {
      'no-burstable': { summary: 'Production runs at full speed.', when: { 'type.burstable': true }, forbid: true },
    },
  },
  {
    format: 1,
    module: 'own',
    rules: {
      licence: { summary: 'A licence per core.', price: { plus: '0.01', per: 'type.cores' } },
      'few-cores': { summary: 'No giants.', when: { 'type.cores': { above: 64 } }, forbid: true, waivable: true },
    },
  },
];
const RULES: readonly (readonly unknown[])[] = [
  ['default'],
  ['default'],
  ['default', WRITTEN[0]],
  ['hosting', WRITTEN[1]],
];

/** So many problems, one JSON text each; about a third of them have no answer. The same for the same seed. */
export function* smallProblems(count: number, seed: number): Generator<string> {
  const random = seeded(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  for (let index = 0; index < count; index += 1) {
    const types = Array.from({ length: 5 + Math.floor(random() * 16) }, (_, type) => {
      const cores = pick([1, 2, 4, 8, 16, 32]);
      return {
        name: `t${type}.x${cores}`,
        arch: pick(ARCHS),
        cores,
        mem: cores * pick([1024, 2048, 4096, 8192]),
        virt: ['hvm'],
        'bare-metal': random() < 0.1,
        'nested-virt': pick(['yes', 'no', 'opt-in']),
        burstable: random() < 0.3,
      };
    });
    const offers = types.flatMap(({ name, cores }) =>
      ['r1', 'r2']
        .filter(() => random() < 0.8)
        .map((region) => ({
          type: name,
          region,
          price: (cores * (0.02 + random() * 0.03)).toFixed(4),
          ...(random() < 0.1 ? { market: 'spot' } : {}),
        })),
    );
    const images = IMAGE_ARCHS.map((arch) => ({
      id: `img-${arch}`,
      os: 'ubuntu',
      release: '24.04',
      arch,
      virt: ['hvm'],
    }));
    const words = [`cores=${pick([1, 2, 4, 8])}`, `mem=${pick([1, 2, 8, 16, 64])}G`];
    if (random() < 0.2) words.push(`arch=${pick(['amd64', 'arm64'])}`);
    if (random() < 0.2) words.push(`max-price=${pick(['0.05', '0.2', '1'])}`);
    if (random() < 0.1) words.push('burstable=false');
    const placement = pick(CONTAINERS);
    yield JSON.stringify({
      format: 'stowage.problem/1',
      catalog: { types, offers, images },
      rules: pick(RULES),
      request: { kind: 'machine', ...(placement === undefined ? {} : { placement }), constraints: words.join(' ') },
    });
  }
}
