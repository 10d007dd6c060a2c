import { compareText } from '../../src/quantity/order.ts';
import type { OfferFacts } from '../offer-facts.ts';
import type { Wanted } from '../wanted.ts';
import type { Finder } from './rival.ts';

/** The loops that everybody writes first, over one plain object per offer. */

interface PlainOffer {
  readonly row: number;
  readonly price: number;
  readonly cloud: string;
  readonly region: string;
  readonly restricted: boolean;
  readonly market: string;
  readonly cores: number;
  readonly mem: number;
  readonly gpus: number;
  readonly localDisk: number;
  readonly sustained: number;
  readonly burstable: boolean | undefined;
  readonly bareMetal: boolean | undefined;
  readonly tags: readonly string[];
  readonly zones: readonly string[];
  /** What it can host, by architecture of the image; an architecture without an image that may be used is absent. */
  readonly hosts: readonly { readonly arch: string; readonly capabilities: readonly string[] }[];
}

export function plainOffers(facts: OfferFacts): readonly PlainOffer[] {
  // Lists that are equal are one object, so that a million offers fit into memory.
  const shared = new Map<string, readonly string[]>();
  const chosen = (names: readonly string[], bits: number): readonly string[] => {
    const own = names.filter((_, at) => ((bits >>> at) & 1) === 1);
    const key = own.join(' ');
    if (!shared.has(key)) shared.set(key, own);
    return shared.get(key)!;
  };
  const sharedHosts = new Map<string, PlainOffer['hosts']>();
  const hostsOf = (row: number): PlainOffer['hosts'] => {
    const bits = facts.hosts.map((column) => column[row]!);
    const key = bits.join(' ');
    if (!sharedHosts.has(key))
      sharedHosts.set(
        key,
        facts.archs.flatMap((arch, at) =>
          bits[at] === 0 ? [] : [{ arch, capabilities: chosen(facts.capabilities, bits[at]! >> 1) }],
        ),
      );
    return sharedHosts.get(key)!;
  };
  const flags = [undefined, false, true];
  return Array.from({ length: facts.size }, (_, row): PlainOffer => {
    const region = facts.regions[facts.region[row]!]!;
    return {
      row,
      price: facts.price[row]!,
      cloud: region.cloud,
      region: region.name,
      restricted: region.restricted,
      market: facts.markets[facts.market[row]!]!,
      cores: facts.cores[row]!,
      mem: facts.mem[row]!,
      gpus: facts.gpus[row]!,
      localDisk: facts.localDisk[row]!,
      sustained: facts.sustained[row]!,
      burstable: flags[facts.burstable[row]!],
      bareMetal: flags[facts.bareMetal[row]!],
      tags: chosen(facts.tagNames, facts.tags[row]!),
      zones: chosen(region.zones, facts.zones[row]!),
      hosts: hostsOf(row),
    };
  });
}

function fits(offer: PlainOffer, wanted: Wanted): boolean {
  return (
    (wanted.market === undefined || offer.market === wanted.market) &&
    (wanted.regions.length === 0 ? !offer.restricted : wanted.regions.includes(offer.region)) &&
    (wanted.clouds.length === 0 || wanted.clouds.includes(offer.cloud)) &&
    offer.cores >= wanted.cores &&
    offer.mem >= wanted.mem &&
    (wanted.gpus === 0 || offer.gpus >= wanted.gpus) &&
    (wanted.localDisk === 0 || offer.localDisk >= wanted.localDisk) &&
    (wanted.sustained === 0 || offer.sustained >= wanted.sustained) &&
    offer.price <= wanted.most &&
    (wanted.burstable === undefined || offer.burstable === wanted.burstable) &&
    (wanted.bareMetal === undefined || offer.bareMetal === wanted.bareMetal) &&
    (wanted.zones.length === 0 || wanted.zones.some((zone) => offer.zones.includes(zone))) &&
    wanted.tags.every((tag) => offer.tags.includes(tag)) &&
    offer.hosts.some(
      ({ arch, capabilities }) =>
        (wanted.arch === undefined || arch === wanted.arch) &&
        wanted.capabilities.every((name) => capabilities.includes(name)),
    )
  );
}

/** How many offers meet a request. */
export function countFitting(offers: readonly PlainOffer[], wanted: Wanted): number {
  return offers.filter((offer) => fits(offer, wanted)).length;
}

/** All that fit, sorted by price and name: the first is the answer. */
export function filterAndSort(offers: readonly PlainOffer[]): Finder {
  return {
    name: 'filter + sort',
    prepare: (wanted) => () => {
      const fitting = offers.filter((offer) => fits(offer, wanted));
      fitting.sort(
        (a, b) =>
          a.price - b.price || compareText(a.cloud, b.cloud) || compareText(a.region, b.region) || a.row - b.row,
      );
      return fitting[0]?.row ?? -1;
    },
  };
}

/** The first that fits, of objects sorted by price beforehand. */
export function firstHit(offers: readonly PlainOffer[]): Finder {
  return {
    name: 'first hit, sorted objects',
    prepare: (wanted) => () => offers.find((offer) => fits(offer, wanted))?.row ?? -1,
  };
}
