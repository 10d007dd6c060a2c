import { seeded } from './harness.ts';
import { REGIONS, TAGS } from './world.ts';

/**
 * Made-up rules for made-up catalogs, as the text of a rule file, of the same shape as real ones: what types can host
 * by their facts, versions by image, and policies that read regions, markets, prices and the request.
 */

/** How often a rule has each verb. */
const VERBS = { provide: 0.42, refine: 0.18, withhold: 0.08, forbid: 0.2, require: 0.12 };
/** What a leaf reads: of rules on capabilities, and of policies. */
const READS = {
  capability: { type: 0.72, image: 0.16, region: 0.04, request: 0.08 },
  policy: { type: 0.5, image: 0.08, region: 0.2, offer: 0.08, request: 0.14 },
};
const LEAVES = { one: 0.1, two: 0.45, three: 0.45 };
/** Rules may read capabilities that stand before the one they give, so that none depends on itself. */
const CAPABILITIES = ['lxc', 'lxd', 'kvm', 'xen', 'podman'];
const READS_CAPABILITY = 0.06;

type Text = Record<string, unknown>;

export function makeRules(count: number, seed: number): string {
  const random = seeded(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const weighted = <N extends string>(weights: Readonly<Record<N, number>>): N => {
    let left = random();
    const names = Object.keys(weights) as N[];
    for (const name of names) if ((left -= weights[name]) < 0) return name;
    return names.at(-1)!;
  };
  const leaves: Readonly<Record<'type' | 'image' | 'region' | 'offer' | 'request', () => Text>> = {
    type: () =>
      pick<() => Text>([
        () => ({ 'type.cores': { 'at-least': pick([2, 4, 8, 16, 32]) } }),
        () => ({ 'type.cores': { 'at-most': pick([4, 16, 48]) } }),
        () => ({ 'type.mem': { 'at-least': pick(['4 GiB', '16 GiB', '64 GiB', '128 GiB']) } }),
        () => ({ 'type.arch': { has: pick(['amd64', 'arm64']) } }),
        () => ({ 'type.nested-virt': pick(['yes', 'no']) }),
        () => ({ 'type.bare-metal': pick([true, false]) }),
        () => ({ 'type.burstable': pick([true, false]) }),
        () => ({ 'type.tags': { has: pick(TAGS)[0] } }),
        () => ({ 'type.gpus': { 'at-least': pick([1, 4]) } }),
        () => ({ 'type.local-disk': { known: true, above: pick([0, 200, 1000]) } }),
        () => ({ 'type.name': `t${pick([1, 2, 3, 4, 5, 6, 7, 8, 9])}*` }),
      ])(),
    image: () =>
      pick<() => Text>([
        () => ({ 'image.arch': pick(['amd64', 'arm64']) }),
        () => ({ 'image.release': { 'at-least': pick(['18.04', '22.04', '24.04']) } }),
        () => ({ 'image.release': pick(['20.04', '22.04', '24.04']) }),
        () => ({ 'image.os': { 'not-in': ['windows'] } }),
      ])(),
    region: () =>
      pick<() => Text>([
        () => ({ 'offer.eu': pick([true, false]) }),
        () => ({ 'offer.region': [0, 1, 2].map(() => `r${Math.floor(random() * REGIONS)}`) }),
      ])(),
    offer: () =>
      pick<() => Text>([
        () => ({ 'offer.market': 'spot' }),
        () => ({ 'offer.price': { above: pick(['0.5', '2', '8']) } }),
      ])(),
    request: () =>
      pick<() => Text>([
        () => ({ 'request.data': pick(['personal', 'restricted']) }),
        () => ({ 'request.home': 'eu' }),
        () => ({ 'request.interruptible': pick([true, false]) }),
        () => ({ 'request.team': pick(['web', 'batch', 'unstated']) }),
      ])(),
  };
  const condition = (kind: keyof typeof READS, readable: readonly string[]): Text => {
    const parts = Array.from({ length: { one: 1, two: 2, three: 3 }[weighted(LEAVES)] }, () =>
      leaves[weighted<keyof typeof leaves>({ offer: 0, ...READS[kind] })](),
    );
    if (readable.length > 0 && random() < READS_CAPABILITY) parts.push({ [`can.${pick(readable)}`]: random() < 0.7 });
    const whole: Text = parts.length > 2 && random() < 0.1 ? { any: parts } : Object.assign({}, ...parts);
    return kind === 'policy' && random() < 0.1 ? { not: whole } : whole;
  };
  const version = (): string => `${1 + Math.floor(random() * 8)}.${Math.floor(random() * 4)}`;
  const rule = (): Text => {
    const verb = weighted(VERBS);
    const at = Math.floor(random() * CAPABILITIES.length);
    const capability = CAPABILITIES[at]!;
    switch (verb) {
      case 'provide':
        return {
          when: condition('capability', CAPABILITIES.slice(0, at)),
          provide: { [capability]: random() < 0.3 ? version() : 'any' },
          via: pick(['launch', 'launch', 'image', 'launch-option', 'after-launch']),
        };
      case 'refine':
        return { when: condition('capability', []), refine: { [capability]: version() } };
      case 'withhold':
        // Narrow, or little would be left.
        return {
          when: { all: [condition('capability', []), leaves.type(), leaves.type()] },
          withhold: [capability],
        };
      case 'forbid':
        return {
          when: { all: [condition('policy', CAPABILITIES), leaves.type(), leaves.type()] },
          forbid: true,
          'on-unknown': pick(['allow', 'warn', 'refuse']),
        };
      case 'require':
        return {
          when: { all: [condition('policy', []), leaves.type()] },
          require: { any: [leaves.type(), leaves.type(), leaves.region()] },
          'on-unknown': pick(['allow', 'warn', 'refuse']),
        };
    }
  };
  const lines = Array.from({ length: count }, (_, at) => {
    return `  rule-${at}: ${JSON.stringify({ summary: `rule ${at} on {type.name}`, ...rule() })}`;
  });
  return ['format: 1', 'module: made-up', 'rules:', ...lines, ''].join('\n');
}
