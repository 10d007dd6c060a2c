import { buildCatalog, type Catalog } from '../src/catalog/catalog.ts';
import type { Value, Vocabulary } from '../src/catalog/value.ts';
import { seeded } from './harness.ts';

/** A made-up catalog of any size, of the same shape as real ones: types in families, regions, prices near linear. */
export function makeCatalog(vocabulary: Vocabulary, offers: number, seed: number): Catalog {
  const random = seeded(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const builder = buildCatalog(vocabulary);
  const fact = (name: string, row: number, value: Value): void =>
    builder.fact(vocabulary.attributes.get(name)!, row, value);
  const regions = 20;
  const types = Math.max(10, Math.round(offers / regions));
  for (let index = 0; index < regions; index += 1) {
    const row = builder.region('lab', `r${index}`);
    fact('offer.eu', row, index % 3 === 0);
    fact('offer.access', row, 'open');
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
    weights.push(cores * (0.02 + (perCore / 4096) * 0.02) * (0.8 + random() * 0.6));
  }
  for (let index = 0; index < offers; index += 1) {
    const type = index % types;
    const region = Math.floor(index / types) % regions;
    const price = Math.round(weights[type]! * (0.9 + random() * 0.5) * 1e6) * 1000;
    fact(
      'offer.market',
      builder.offer(type, region, price, Number.POSITIVE_INFINITY),
      random() < 0.15 ? 'spot' : 'on-demand',
    );
  }
  return builder.finish({ gapsAreUnknown: false, digest: `seed ${seed}` });
}
