import { numberAt, setAt, type Table, textAt, valueAt } from '../src/catalog/column.ts';
import type { Compiled } from '../src/match/compiled.ts';
import { prepare } from '../src/match/query.ts';
import type { MachineRequest } from '../src/request/request.ts';
import { passesLevel } from '../src/rules/capability.ts';
import { ANY_VERSION } from '../src/rules/program.ts';
import { TRUE } from '../src/rules/tri.ts';

/**
 * The facts of offers as every rival gets them: plain columns in the order of the catalog, cheapest first, with what
 * the rules say of each offer worked out beforehand, as a program without rules would have it.
 */
export interface OfferFacts {
  readonly size: number;
  /** Nano-dollars per hour, rising. */
  readonly price: Float64Array;
  /** Row of `regions`. */
  readonly region: Uint16Array;
  readonly regions: readonly RegionFacts[];
  /** Row of `markets`. */
  readonly market: Uint8Array;
  readonly markets: readonly string[];
  /** Numbers are -1 where they are unknown, which is never enough. Sizes are MiB, `sustained` is 0.1 % of a core. */
  readonly cores: Int32Array;
  readonly mem: Int32Array;
  readonly gpus: Int32Array;
  readonly localDisk: Int32Array;
  readonly sustained: Int32Array;
  /** 0 unknown, 1 no, 2 yes. */
  readonly burstable: Uint8Array;
  readonly bareMetal: Uint8Array;
  /** Bit n: the type has tag n of `tagNames`. */
  readonly tags: Uint32Array;
  readonly tagNames: readonly string[];
  /** Bit n: sold in zone n of its region. */
  readonly zones: Uint32Array;
  readonly archs: readonly string[];
  /** By architecture of the image: bit 0 where one boots and no rule refuses, bit n + 1 where it hosts capability n. */
  readonly hosts: readonly Uint8Array[];
  readonly capabilities: readonly string[];
}

export interface RegionFacts {
  readonly cloud: string;
  readonly name: string;
  /** Counts only when it is named. */
  readonly restricted: boolean;
  readonly zones: readonly string[];
}

/** A flag of a type as a code. */
export const codeOfFlag = (flag: unknown): number => (flag === true ? 2 : flag === false ? 1 : 0);

/** What the rules say of a type with an image: bits as in `hosts`, 0 where a rule refuses it. */
function hostingBits(compiled: Compiled, plain: MachineRequest, names: readonly string[]) {
  const query = prepare(compiled, plain);
  const { derivation, space } = query;
  const { refusals, prices } = compiled.program;
  const questions = [...names.map((capability) => ({ capability })), ...refusals.map((_, refusal) => ({ refusal }))];
  if (prices.length > 0 || questions.some((question) => derivation.dependsOnOffer(question)))
    throw new Error('these rules cannot be worked out by type');
  const archOf = (image: number): string => textAt(space.images, 'image.arch', image) ?? '';
  const known = new Map<number, number>();
  const ofPair = (offer: number, image: number): number => {
    const site = query.site(offer, image);
    const pair = site.type * space.images.size + image;
    let bits = known.get(pair);
    if (bits === undefined) {
      const refused = refusals.some((rule, index) => {
        if (rule.effect !== 'enforce') return false;
        const violated = derivation.violated(index, site);
        return violated === TRUE || (violated !== 0 && rule.onUnknown === 'refuse');
      });
      const has = (name: string): boolean => passesLevel(derivation.capability(name, site), ANY_VERSION) === TRUE;
      const boots = query.atSite.boots(site.type, image) === TRUE;
      bits = !boots || refused ? 0 : names.reduce((all, name, at) => (has(name) ? all | (2 << at) : all), 1);
      known.set(pair, bits);
    }
    return bits;
  };
  return { imagesFor: query.imagesFor, archOf, ofPair };
}

/** @param plain a request for a machine of the base that all requests ask for, with nothing else */
export function factsOf(compiled: Compiled, plain: MachineRequest): OfferFacts {
  const { types, regions: regionTable, offers, vocabulary } = compiled.catalog;
  const { size } = offers;
  const capabilities = [...vocabulary.capabilities.keys()];
  const byType = <T extends Int32Array | Uint8Array | Uint32Array>(column: T, at: (type: number) => number): T => {
    const values = Float64Array.from({ length: types.size }, (_, type) => at(type));
    for (let row = 0; row < size; row += 1) column[row] = values[offers.type[row]!]!;
    return column;
  };
  const numbers = (at: (type: number) => number | undefined): Int32Array =>
    byType(new Int32Array(size), (type) => at(type) ?? -1);
  const number = (name: string, scale = 1): Int32Array =>
    numbers((type) => {
      const value = numberAt(types, name, type);
      return value === undefined ? undefined : value * scale;
    });
  const flag = (name: string): Uint8Array =>
    byType(new Uint8Array(size), (type) => codeOfFlag(valueAt(types, name, type)));

  const homes = zonesByRegion(regionTable, compiled);
  const regions = Array.from(
    { length: regionTable.size },
    (_, row): RegionFacts => ({
      cloud: textAt(regionTable, 'offer.cloud', row) ?? '',
      name: textAt(regionTable, 'offer.region', row) ?? '',
      restricted: textAt(regionTable, 'offer.access', row) === 'restricted',
      zones: homes[row]!,
    }),
  );
  const tagNames = [
    ...new Set(Array.from({ length: types.size }, (_, type) => setAt(types, 'type.tags', type) ?? []).flat()),
  ].sort();
  if (tagNames.length > 31 || homes.some((zones) => zones.length > 31)) throw new Error('more tags or zones than bits');
  const bitsOf = (names: readonly string[], among: readonly string[]): number =>
    names.reduce((bits, name) => bits | (1 << among.indexOf(name)), 0);

  const { imagesFor, archOf, ofPair } = hostingBits(compiled, plain, capabilities);
  const archs: string[] = [];
  const hosts: Uint8Array[] = [];
  const markets: string[] = [];
  const market = new Uint8Array(size);
  const zones = new Uint32Array(size);
  for (let row = 0; row < size; row += 1) {
    for (const image of imagesFor(row)) {
      let arch = archs.indexOf(archOf(image));
      if (arch === -1) {
        arch = archs.push(archOf(image)) - 1;
        hosts.push(new Uint8Array(size));
      }
      const before = hosts[arch]![row]!;
      const bits = ofPair(row, image);
      if (before !== 0 && bits !== before) throw new Error('images of one architecture differ in what they can host');
      hosts[arch]![row] = bits;
    }
    const name = textAt(offers, 'offer.market', row) ?? 'on-demand';
    market[row] = markets.includes(name) ? markets.indexOf(name) : markets.push(name) - 1;
    const own = homes[offers.region[row]!]!;
    zones[row] = bitsOf(
      setAt(offers, 'offer.zones', row) ?? setAt(regionTable, 'offer.region-zones', offers.region[row]!) ?? [],
      own,
    );
  }
  return {
    size,
    price: offers.price,
    region: Uint16Array.from(offers.region),
    regions,
    market,
    markets,
    cores: number('type.cores'),
    mem: number('type.mem'),
    gpus: number('type.gpus'),
    localDisk: number('type.local-disk', 1024),
    sustained: numbers((type) => {
      const [cores, baseline] = [numberAt(types, 'type.cores', type), numberAt(types, 'type.baseline', type)];
      return cores === undefined || baseline === undefined ? undefined : cores * baseline;
    }),
    burstable: flag('type.burstable'),
    bareMetal: flag('type.bare-metal'),
    tags: byType(new Uint32Array(size), (type) => bitsOf(setAt(types, 'type.tags', type) ?? [], tagNames)),
    tagNames,
    zones,
    archs,
    hosts,
    capabilities,
  };
}

/** The zones that each region is known to have, by its own list and by what is sold there. */
function zonesByRegion(regions: Table, { catalog }: Compiled): readonly (readonly string[])[] {
  const found = Array.from({ length: regions.size }, (_, row) => new Set(setAt(regions, 'offer.region-zones', row)));
  const { offers } = catalog;
  for (let row = 0; row < offers.size; row += 1)
    for (const zone of setAt(offers, 'offer.zones', row) ?? []) found[offers.region[row]!]!.add(zone);
  return found.map((zones) => [...zones]);
}
