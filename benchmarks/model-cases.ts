import { numberAt, setAt, textAt } from '../src/catalog/column.ts';
import type { Bin, Evenly, PackingModel, Row } from '../src/solve/packing.ts';
import { loadCatalog } from '../src/storage/catalogs.ts';
import { seeded } from './harness.ts';

/**
 * Generated packing problems: units in so many shapes over the shipped AWS offers of one region. The same numbers for
 * the same seed.
 */

export interface Family {
  readonly units: number;
  readonly shapes: number;
  /** Cores and memory first, then made-up ones that grow with a type's cores. */
  readonly dimensions: number;
  /** The share of shapes of which one machine may hold but one, two or three units. */
  readonly bounded: number;
  /** The share of shapes that are spread over three zones. */
  readonly spread: number;
}

/** An offer as the families need it: nano-dollars an hour, milli-cores, MiB. */
export interface PlainOffer {
  readonly price: number;
  readonly cores: number;
  readonly mem: number;
}

/** On-demand offers of us-east-1 for amd64, cheapest first. */
export function awsOffers(): readonly PlainOffer[] {
  const loaded = loadCatalog({});
  if (!loaded.ok) throw new Error('the shipped data are damaged');
  const { offers, types, regions } = loaded.value;
  const plain: PlainOffer[] = [];
  for (let row = 0; row < offers.size; row += 1) {
    const type = offers.type[row]!;
    const region = offers.region[row]!;
    if (textAt(regions, 'offer.cloud', region) !== 'aws') continue;
    if (textAt(regions, 'offer.region', region) !== 'us-east-1') continue;
    if (textAt(offers, 'offer.market', row) !== 'on-demand') continue;
    if (setAt(types, 'type.arch', type)?.includes('amd64') !== true) continue;
    const [cores, mem] = [numberAt(types, 'type.cores', type), numberAt(types, 'type.mem', type)];
    if (cores === undefined || mem === undefined) continue;
    plain.push({ price: offers.price[row]!, cores: cores * 1000, mem });
  }
  return plain;
}

const ZONES = 3;

/** A packing problem of a family. Reserves are left out: they change sizes, not what is hard. */
export function makeModel(offers: readonly PlainOffer[], family: Family, seed: number): PackingModel {
  const random = seeded(seed * 7919 + family.units * 31 + family.shapes);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const shapes = Array.from({ length: family.shapes }, () => {
    const cores = pick([100, 250, 500, 500, 1000, 1000, 1500, 2000, 3000, 4000, 6000, 8000]);
    const perCore = pick([512, 1024, 2048, 3072, 4096, 6144, 8192]);
    const size = [cores, Math.max(128, Math.round((cores * perCore) / 64_000) * 64)];
    for (let dimension = 2; dimension < family.dimensions; dimension += 1) size.push(Math.round(1 + random() * 10));
    const most = random() < family.bounded ? pick([1, 2, 3]) : Number.POSITIVE_INFINITY;
    return { size: size.slice(0, family.dimensions), most, isSpread: random() < family.spread, demand: 1 };
  });
  for (let unit = family.shapes; unit < family.units; unit += 1)
    shapes[Math.floor(random() * family.shapes)]!.demand += 1;
  const rows: Row[] = [];
  const evenly: Evenly[] = [];
  const of: { readonly shape: number; readonly zone: number | undefined }[] = [];
  for (const [shape, { most, isSpread, demand }] of shapes.entries()) {
    if (!isSpread) {
      rows.push({ demand, most, apart: [] });
      of.push({ shape, zone: undefined });
      continue;
    }
    if (demand % ZONES > 0)
      evenly.push({ rows: Array.from({ length: ZONES }, (_, zone) => rows.length + zone), extra: demand % ZONES });
    for (let zone = 0; zone < ZONES; zone += 1) {
      rows.push({ demand: Math.floor(demand / ZONES), most, apart: [] });
      of.push({ shape, zone });
    }
  }
  const zones = of.some(({ zone }) => zone !== undefined)
    ? Array.from({ length: ZONES }, (_, zone) => zone)
    : [undefined];
  const sizes = zones.map((here) =>
    of.map(({ shape, zone }) => (zone === undefined || zone === here ? shapes[shape]!.size : undefined)),
  );
  const bins = offers.flatMap(({ price, cores, mem }) => {
    const further = Array.from({ length: 8 }, (_, index) => 20 + (cores / 1000) * (5 + index));
    const capacity = [cores, mem, ...further].slice(0, family.dimensions);
    return sizes.map((own): Bin => ({ price, capacity, sizes: own, supply: undefined }));
  });
  return { rows, bins, supplies: [], evenly };
}
