import { numberAt, setAt, textAt } from '../src/catalog/column.ts';
import type { Bin, PackingModel } from '../src/solve/packing.ts';
import { loadCatalog } from '../src/storage/catalogs.ts';
import { seeded } from './harness.ts';

/**
 * Generated packing problems: units in so many shapes over the shipped AWS offers of one region. The same numbers for
 * the same seed.
 */

export interface Family {
  readonly units: number;
  readonly shapes: number;
  /** Cores and memory first, then disks, then made-up ones. */
  readonly dimensions: number;
  /** The share of shapes of which one machine may hold but one, two or three units. */
  readonly apart: number;
}

/** An offer as the families need it: nano-dollars an hour, milli-cores, MiB. */
export interface PlainOffer {
  readonly name: string;
  readonly price: number;
  readonly cores: number;
  readonly mem: number;
}

/** On-demand offers of us-east-1 for amd64, cheapest first. */
export function awsOffers(): readonly PlainOffer[] {
  const loaded = loadCatalog({ clouds: ['aws'] } as never);
  if (!loaded.ok) throw new Error('the shipped data are damaged');
  const { offers, types, regions } = loaded.value;
  const plain: PlainOffer[] = [];
  for (let row = 0; row < offers.size; row += 1) {
    const type = offers.type[row]!;
    if (textAt(regions, 'offer.cloud', offers.region[row]!) !== 'aws') continue;
    if (textAt(regions, 'offer.region', offers.region[row]!) !== 'us-east-1') continue;
    if (textAt(offers, 'offer.market', row) !== 'on-demand') continue;
    if (setAt(types, 'type.arch', type)?.includes('amd64') !== true) continue;
    const [cores, mem] = [numberAt(types, 'type.cores', type), numberAt(types, 'type.mem', type)];
    const price = offers.price[row]!;
    if (cores === undefined || mem === undefined || Number.isNaN(price)) continue;
    plain.push({ name: textAt(types, 'type.name', type)!, price, cores: cores * 1000, mem });
  }
  return plain;
}

/** A packing problem of a family. */
export function modelOf(offers: readonly PlainOffer[], family: Family, seed: number): PackingModel {
  const random = seeded(seed * 7919 + family.units * 31 + family.shapes);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const sizes: number[][] = [];
  const most: number[] = [];
  for (let shape = 0; shape < family.shapes; shape += 1) {
    const cores = pick([100, 250, 500, 500, 1000, 1000, 1500, 2000, 3000, 4000, 6000, 8000]);
    const perCore = pick([512, 1024, 2048, 3072, 4096, 6144, 8192]);
    const size = [cores, Math.max(128, Math.round((cores * perCore) / 1000 / 64) * 64)];
    for (let dimension = 2; dimension < family.dimensions; dimension += 1) size.push(Math.round(1 + random() * 10));
    sizes.push(size);
    most.push(random() < family.apart ? pick([1, 2, 3]) : Number.POSITIVE_INFINITY);
  }
  const demand = new Array<number>(family.shapes).fill(1);
  for (let unit = family.shapes; unit < family.units; unit += 1) demand[Math.floor(random() * family.shapes)]! += 1;
  const bins = offers.map(
    ({ price, cores, mem }): Bin => ({
      price,
      capacity: [
        cores,
        mem,
        ...Array.from({ length: family.dimensions - 2 }, (_, index) => 20 + (cores / 1000) * (5 + index)),
      ],
      sizes,
      supply: undefined,
    }),
  );
  return {
    rows: demand.map((count, row) => ({ demand: count, most: most[row]!, apart: [] })),
    bins,
    supplies: [],
    evenly: [],
  };
}
