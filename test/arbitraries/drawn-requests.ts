import { seeded } from '../../benchmarks/harness.ts';
import { REGIONS, TAGS } from '../../benchmarks/world.ts';
import type { RequestInput } from '../../src/request/written.ts';

/**
 * Requests over the made-up catalogs, drawn by a seed: much faster than an arbitrary, which remembers how to shrink
 * each. Amounts are anything in their range rather than those that types have.
 */
export function drawRequests(seed: number): () => RequestInput {
  const random = seeded(seed);
  const below = (end: number): number => Math.floor(random() * end);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;
  /** Few small ones rather than many large ones: each range of amounts by its order of magnitude. */
  const upTo = (most: number): number => Math.floor(most ** random());
  const region = (): string => `r${below(REGIONS + 1)}`;
  const size = (most: number): string => `${upTo(most)}${pick(['M', 'G', 'G', 'G'])}`;
  const values: Readonly<Record<string, () => string>> = {
    cores: () => String(upTo(130)),
    mem: () => size(1_000),
    arch: () => pick(['', 'amd64', 'arm64', 'i386']),
    region: () => pick([region(), `${region()},${region()}`, 'r1*', '^r1*', `r*,^${region()}`, '']),
    cloud: () => pick(['lab', 'l*', '^l*', '^hut', 'hut']),
    market: () => pick(['', 'spot', 'any', 'on-demand']),
    zones: () => pick([`${region()}a`, `${region()}a,${region()}c`, 'za']),
    'max-price': () => (upTo(1_000_000) / 100_000).toFixed(5),
    budget: () => String(upTo(10_000)),
    burstable: () => pick(['true', 'false']),
    'bare-metal': () => pick(['true', 'false']),
    'instance-type': () => `t${below(2_100)}`,
    tags: () => [...new Set([pick(TAGS)[0], pick([...TAGS, ['none']])[0]])].join(','),
    'cores-baseline': () => String(upTo(100_000) / 1_000),
    gpus: () => String(below(6)),
    gpu: () => pick(['t4', '*', '']),
    'local-disk': () => size(6_000),
    'root-disk': () => size(200),
    'cpu-power': () => String(upTo(500)),
    'virt-type': () => pick(['hvm', '']),
    containers: () => pick(['kvm', 'lxd', 'kvm,lxd>=5', 'lxd>=4,lxc', 'xen']),
    launcher: () => 'juju',
  };
  // What is asked for most often is drawn most often.
  const keys = [...Object.keys(values), ...['cores', 'mem'].flatMap((key) => new Array<string>(6).fill(key)), 'region'];
  const perhaps = <T>(share: number, make: () => T): T | undefined => (random() < share ? make() : undefined);
  return () => {
    const asked = new Set(Array.from({ length: below(7) }, () => pick(keys)));
    const fields: { readonly [K in keyof RequestInput]: RequestInput[K] | undefined } = {
      placement: perhaps(0.4, () => pick(['lxd', 'kvm', 'kvm>=8.2', 'lxc>=4', 'xen'])),
      constraints: [...asked].map((key) => `${key}=${values[key]!()}`).join(' '),
      base: perhaps(0.1, () => pick(['ubuntu@24.04', 'ubuntu@22.04', 'ubuntu@14.04'])),
      attributes: perhaps(0.1, () =>
        pick([{ 'accept-inferred': true }, { 'allow-deprecated': true, 'allow-eol': true }, { env: 'production' }]),
      ),
      guests: perhaps(0.1, () =>
        Array.from({ length: 1 + below(2) }, () => {
          return `${1 + below(3)}x ${pick(['kvm', 'lxd'])}:cores=${1 + upTo(16)} mem=${1 + upTo(64)}G`;
        }),
      ),
      reserve: perhaps(0.1, () => false),
      waive: perhaps(0.05, () => pick([['safety/deprecated'], ['hosting/inferred-nesting']])),
    };
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  };
}
