import { buildCatalog, type Catalog } from '../src/catalog/catalog.ts';
import type { Value, Vocabulary } from '../src/catalog/value.ts';
import { seeded } from './harness.ts';

/** What some types are labelled with, as a MAAS labels its machines, and the share of types that are. */
export const TAGS: readonly (readonly [tag: string, share: number])[] = [
  ['ssd', 0.45],
  ['10g', 0.3],
  ['rack-a', 0.15],
  ['quiet', 0.08],
  ['tpm', 0.04],
];
/** How many regions there are, `r0` and so on, each with zones `r0a`, `r0b`, `r0c`. */
export const REGIONS = 20;
const ZONE_LETTERS = ['a', 'b', 'c'];

/**
 * A made-up catalog of any size, of the same shape as real ones: types in families, regions, prices near linear, each
 * type sold everywhere but not in every zone.
 */
export function makeCatalog(vocabulary: Vocabulary, offers: number, seed: number): Catalog {
  const random = seeded(seed);
  // Facts that were added later are drawn apart, so that they leave the earlier ones as they were.
  const further = seeded(seed + 1);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const builder = buildCatalog(vocabulary);
  const fact = (name: string, row: number, value: Value): void =>
    builder.fact(vocabulary.attributes.get(name)!, row, value);
  const types = Math.max(10, Math.round(offers / REGIONS));
  for (let index = 0; index < REGIONS; index += 1) {
    const row = builder.region('lab', `r${index}`);
    fact('offer.eu', row, index % 3 === 0);
    fact('offer.access', row, 'open');
    fact(
      'offer.region-zones',
      row,
      ZONE_LETTERS.map((letter) => `r${index}${letter}`),
    );
  }
  const weights: number[] = [];
  for (let index = 0; index < types; index += 1) {
    const row = builder.type('lab', `t${index}`);
    const cores = pick([1, 2, 2, 4, 4, 8, 8, 16, 32, 48, 64, 96]);
    const perCore = pick([1024, 2048, 4096, 4096, 8192]);
    fact('type.arch', row, [pick(['amd64', 'amd64', 'arm64'])]);
    fact('type.cores', row, cores);
    fact('type.mem', row, cores * perCore);
    fact('type.bare-metal', row, random() < 0.04);
    if (random() < 0.9) fact('type.nested-virt', row, random() < 0.08 ? 'yes' : 'no');
    fact('type.nested-basis', row, 'documented');
    fact('type.burstable', row, random() < 0.1);
    fact('type.baseline', row, random() < 0.1 ? 200 : 1000);
    fact('type.deprecated', row, random() < 0.02);
    fact(
      'type.tags',
      row,
      TAGS.filter(([, share]) => further() < share)
        .map(([tag]) => tag)
        .sort(),
    );
    fact('type.gpus', row, further() < 0.08 ? (further() < 0.5 ? 1 : 4) : 0);
    if (further() < 0.95) fact('type.local-disk', row, further() < 0.35 ? cores * 58 : 0);
    weights.push(cores * (0.02 + (perCore / 4096) * 0.02) * (0.8 + random() * 0.6));
  }
  for (let index = 0; index < offers; index += 1) {
    const type = index % types;
    const region = Math.floor(index / types) % REGIONS;
    const price = Math.round(weights[type]! * (0.9 + random() * 0.5) * 1e6) * 1000;
    const row = builder.offer(type, region, price, Number.POSITIVE_INFINITY);
    fact('offer.market', row, random() < 0.15 ? 'spot' : 'on-demand');
    // Most are sold in all zones of their region, which the region itself says.
    const left = Math.floor(further() * 12);
    if (left < ZONE_LETTERS.length)
      fact(
        'offer.zones',
        row,
        ZONE_LETTERS.filter((_, at) => at !== left).map((letter) => `r${region}${letter}`),
      );
  }
  return builder.finish({ gapsAreUnknown: false, digest: `seed ${seed}` });
}
