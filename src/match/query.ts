import type { Offers } from '../catalog/catalog.ts';
import { numberAt, setAt, textAt, valueAt } from '../catalog/column.ts';
import type { Attribute, Value } from '../catalog/value.ts';
import { formatSize } from '../quantity/size.ts';
import { numberOf, textOf } from '../request/constraints.ts';
import { type Guest, guestsOf, type MachineRequest } from '../request/request.ts';
import { type Derivation, derive, passesLevel, type RequestFacts, type Site, type Space } from '../rules/derive.ts';
import { type BilledPrice, billedPrice } from '../rules/price.ts';
import { ANY_VERSION, leastLevel } from '../rules/program.ts';
import { easiestProvider } from '../rules/proof.ts';
import { reservedShare } from '../rules/reserve.ts';
import { FALSE, TRUE, type Tri, triOf, UNKNOWN_TRUTH } from '../rules/tri.ts';
import type { Compiled } from './compiled.ts';
import { type Images, imagesOf } from './images.ts';
import { countBits, isClear, maskOf, setBit, wordsFor } from './mask.ts';
import { type FactNeed, factNeeds, type NeedText, type TypeNeed, wantedArch } from './needs.ts';

/**
 * A request made ready to be put to a catalog: its needs as bits, decided once per type and once per region, and a way
 * to judge any one offer with each of its images.
 */
export interface Query {
  readonly compiled: Compiled;
  readonly request: MachineRequest;
  readonly space: Space;
  readonly images: Images;
  readonly derivation: Derivation;
  /** Need n is bit n of every mask. */
  readonly needs: readonly NeedText[];
  /** Words per mask. */
  readonly words: number;
  readonly scope: Uint32Array;
  /** Everything that must be met, scope included. */
  readonly musts: Uint32Array;
  /** By row of `regions`: 1 where the region is considered. */
  readonly inScope: Uint8Array;
  /** Whether an offer's type and region miss nothing that must be met: a quick look before judging. */
  isPossible(offer: number): boolean;
  /** Judges one offer; the verdict is overwritten by the next call. */
  judge(offer: number): Verdict;
  site(offer: number, image: number): Site;
  /** What the offer is billed at with an image, with the steps from its list price. */
  bill(offer: number, image: number): BilledPrice;
  factAt(attribute: Attribute, site: Site): Value | undefined;
}

/** What became of one offer. */
export interface Verdict {
  /** Needs that are missed: one mask. */
  readonly missing: Uint32Array;
  /** Those of them that are missed because a fact is unknown. */
  readonly unknown: Uint32Array;
  /** The best image: one that fits, cheapest first; else the one that misses least; -1 when there is none. */
  image: number;
  /** Nano-dollars per hour with that image; NaN when unknown. */
  price: number;
}

/** The day that a request is judged by. */
export function requestDate(compiled: Compiled, at: string | undefined): string | undefined {
  return at ?? compiled.catalog.newestPrice;
}

function requestFacts(compiled: Compiled, request: MachineRequest, at: string | undefined): RequestFacts {
  const facts = new Map<string, Value>();
  for (const attribute of compiled.catalog.vocabulary.attributes.values()) {
    if (attribute.scope === 'request' && attribute.default !== undefined) facts.set(attribute.name, attribute.default);
  }
  for (const [name, value] of request.attributes) facts.set(name, value);
  const date = requestDate(compiled, at);
  if (date !== undefined) facts.set('request.date', date);
  const rootDisk = numberOf(request.constraints, 'root-disk');
  facts.set('request.root-disk', rootDisk === 0 ? 8 : Math.ceil(rootDisk / 1024));
  return facts;
}

const GIVEN_BY_OFFER = 'offer.price';

/** Guests whose memory is really taken from the host: virtual machines, and all that are stated apart. */
function countedGuests(compiled: Compiled, request: MachineRequest): readonly Guest[] {
  const { capabilities } = compiled.catalog.vocabulary;
  return guestsOf(request).filter(
    (guest) => request.guests !== undefined || capabilities.get(guest.kind)?.guest === 'vm',
  );
}

/**
 * Prepares a request.
 *
 * @param at the day that rules are judged by, `2026-11-22`; undefined means the newest price date of the catalog
 * @param offers the offers to be judged, in the order in which the cheapest comes first; the catalog's unless given
 */
export function prepare(
  compiled: Compiled,
  request: MachineRequest,
  at?: string,
  offers: Offers = compiled.catalog.offers,
): Query {
  const { catalog, program } = compiled;
  const { types, regions } = catalog;
  const images = imagesOf(catalog, request.base);
  const space: Space = { types, regions, images: images.table, offers };
  const derivation = derive(program, space, requestFacts(compiled, request, at));

  const facts = factNeeds(request, space, catalog.vocabulary);
  const guests = countedGuests(compiled, request);
  const refusals = program.refusals
    .map((rule, index) => ({ rule, index }))
    .filter(({ rule }) => rule.effect === 'enforce');
  const launcherIsMust = textOf(request.constraints, 'launcher') === 'juju';
  const taken = guests.reduce((total, guest) => total + guest.count * guest.mem, 0);
  const imageText = `an image of ${request.base.os}@${request.base.release} that boots on it`;
  const siteNeeds: readonly NeedText[] = [
    { id: 'image', text: imageText, bearing: 'must' },
    { id: 'launcher', text: 'can be launched by Juju', bearing: launcherIsMust ? 'must' : 'wish' },
    {
      id: 'reserve',
      text: `mem for ${taken === 0 ? '' : `guests (${formatSize(taken)}) and `}what the host keeps for itself`,
      bearing: request.reserve && guests.length > 0 ? 'must' : 'wish',
    },
    ...request.containers.map(({ capability, atLeast }): NeedText => {
      return {
        id: `can.${capability}`,
        text: `can host ${capability}${atLeast === undefined ? '' : ` >= ${atLeast}`}`,
        bearing: 'must',
      };
    }),
    ...refusals.map(({ rule }): NeedText => ({ id: `rule ${rule.id}`, text: `rule ${rule.id}`, bearing: 'must' })),
  ];
  const needs: readonly NeedText[] = [...facts, ...siteNeeds];
  const bitOf = new Map(needs.map((need, bit) => [need, bit]));
  const words = wordsFor(needs.length);
  const scope = maskOf(needs.length, (bit) => needs[bit]!.bearing === 'scope');
  const musts = maskOf(needs.length, (bit) => needs[bit]!.bearing !== 'wish');
  const arch = wantedArch(request);
  const archBit = facts.findIndex((need) => need.id === 'arch');
  const [imageBit, launcherBit, reserveBit] = [0, 1, 2].map((offset) => facts.length + offset) as [
    number,
    number,
    number,
  ];
  const capabilityBit = facts.length + 3;
  const refusalBit = capabilityBit + request.containers.length;

  const note = (missing: Uint32Array, unknown: Uint32Array, base: number, bit: number, holds: Tri): void => {
    if (holds === TRUE) return;
    setBit(missing, base, bit);
    if (holds === UNKNOWN_TRUTH) setBit(unknown, base, bit);
  };
  const decideAll = <N extends FactNeed>(
    chosen: readonly N[],
    size: number,
    holds: (need: N, row: number) => Tri,
  ): { missing: Uint32Array; unknown: Uint32Array } => {
    const missing = new Uint32Array(size * words);
    const unknown = new Uint32Array(size * words);
    for (const need of chosen) {
      const bit = bitOf.get(need)!;
      for (let row = 0; row < size; row += 1) note(missing, unknown, row * words, bit, holds(need, row));
    }
    return { missing, unknown };
  };
  const ofTypes = decideAll(
    facts.filter((need): need is TypeNeed => need.level === 'type'),
    types.size,
    (need, row) => need.holds(row),
  );
  const ofRegions = decideAll(
    facts.filter((need) => need.level === 'region'),
    regions.size,
    (need, row) => need.holds(row),
  );
  const offerNeeds = facts.filter((need) => need.level === 'offer');
  const priceNeeds = facts.filter((need) => need.level === 'price');

  const inScope = Uint8Array.from({ length: regions.size }, (_, row) =>
    isClear(ofRegions.missing, row * words, scope) ? 1 : 0,
  );

  const possible = (missing: Uint32Array, size: number): Uint8Array =>
    Uint8Array.from({ length: size }, (_, row) => (isClear(missing, row * words, musts) ? 1 : 0));
  const possibleType = possible(ofTypes.missing, types.size);
  const possibleRegion = possible(ofRegions.missing, regions.size);
  const isPossible = (offer: number): boolean =>
    possibleType[offers.type[offer]!] === 1 && possibleRegion[offers.region[offer]!] === 1;

  const cloudOfRegion = Array.from({ length: regions.size }, (_, row) => textAt(regions, 'offer.cloud', row) ?? '');
  const regionName = Array.from({ length: regions.size }, (_, row) => textAt(regions, 'offer.region', row) ?? '');
  const imageRegion = Array.from({ length: images.table.size }, (_, row) => textAt(images.table, 'image.region', row));
  const levels = request.containers.map((need) =>
    need.atLeast === undefined ? ANY_VERSION : leastLevel(program, need.atLeast),
  );
  const market = offers.columns.get('offer.market');
  const spot = market?.values.indexOf('spot') ?? -1;

  /** Whether an image boots on a type: its architecture is one of the type's, and their virtualization agrees. */
  const boots = (type: number, image: number): Tri => {
    const archs = setAt(types, 'type.arch', type);
    const built = textAt(images.table, 'image.arch', image);
    if (archs !== undefined && built !== undefined && !archs.includes(built)) return FALSE;
    const [own, wanted] = [setAt(types, 'type.virt', type), setAt(images.table, 'image.virt', image)];
    if (own !== undefined && wanted !== undefined && !own.some((virt) => wanted.includes(virt))) return FALSE;
    return archs === undefined || built === undefined ? UNKNOWN_TRUTH : TRUE;
  };
  // One answer per pair, worked out when it is first asked for; 3 stands for "not yet".
  const known = new Uint8Array(types.size * images.table.size).fill(3);
  const fits = (type: number, image: number): Tri => {
    const pair = type * images.table.size + image;
    if (known[pair] === 3) known[pair] = boots(type, image);
    return known[pair] as Tri;
  };

  const factAt = (attribute: Attribute, site: Site): Value | undefined => {
    switch (attribute.scope) {
      case 'request':
        return derivation.request.get(attribute.name);
      case 'offer':
        return attribute.name === GIVEN_BY_OFFER && site.offer >= 0
          ? offers.price[site.offer]
          : site.offer < 0
            ? undefined
            : valueAt(offers, attribute.name, site.offer);
      case 'type':
        return valueAt(types, attribute.name, site.type);
      case 'region':
        return valueAt(regions, attribute.name, site.region);
      case 'image':
        return site.image < 0 ? undefined : valueAt(images.table, attribute.name, site.image);
    }
  };

  /** What the host lacks for its guests and what rules keep back. */
  const holdsGuests = (site: Site): Tri => {
    const rules = derivation.reserveRules(site);
    const count = (kind: string): number =>
      guests.reduce((total, guest) => total + (guest.kind === kind ? guest.count : 0), 0);
    let result: Tri = TRUE;
    for (const dimension of ['mem', 'cores'] as const) {
      const size = numberAt(types, `type.${dimension}`, site.type);
      const inUse = guests.reduce((total, guest) => total + guest.count * guest[dimension], 0);
      const reserved = size === undefined ? 0 : reservedShare(rules, dimension, size, count);
      const holds = size === undefined ? UNKNOWN_TRUTH : triOf(size >= inUse + reserved);
      // Virtual machines share the host's cores, so cores bind only where a rule keeps some back.
      if (dimension === 'cores' && reserved === 0) continue;
      if (holds < result) result = holds;
    }
    return result;
  };

  /** The needs that depend on the image, at a site; the market is looked at apart. */
  const judgeSite = (site: Site, missing: Uint32Array, unknown: Uint32Array, base: number): void => {
    note(missing, unknown, base, imageBit, fits(site.type, site.image));
    if (archBit >= 0 && textAt(images.table, 'image.arch', site.image) !== arch) setBit(missing, base, archBit);
    if (guests.length > 0) note(missing, unknown, base, reserveBit, holdsGuests(site));
    let launchable: Tri = TRUE;
    for (const [index, need] of request.containers.entries()) {
      const state = derivation.capability(need.capability, site);
      const holds = passesLevel(state, levels[index]!);
      note(missing, unknown, base, capabilityBit + index, holds);
      if (holds === TRUE && easiestProvider(state, levels[index]!)?.action.via === 'launch-option') launchable = FALSE;
    }
    note(missing, unknown, base, launcherBit, launchable);
    for (const [index, { rule, index: refusal }] of refusals.entries()) {
      const violated = derivation.violated(refusal, site);
      if (violated === TRUE || (violated === UNKNOWN_TRUTH && rule.onUnknown === 'refuse')) {
        note(missing, unknown, base, refusalBit + index, violated === TRUE ? FALSE : UNKNOWN_TRUTH);
      }
    }
  };

  // Where neither capabilities nor refusals read the offer or its region, a pair of type and image is judged once.
  const perPair = !derivation.dependsOnOffer(request.containers.map((need) => need.capability));
  const pairs = perPair ? types.size * images.table.size : 0;
  const pairDone = new Uint8Array(pairs);
  const pairMissing = new Uint32Array(pairs * words);
  const pairUnknown = new Uint32Array(pairs * words);
  const own = { missing: new Uint32Array(words), unknown: new Uint32Array(words) };
  const trial = { missing: new Uint32Array(words), unknown: new Uint32Array(words) };
  const verdict: Verdict = {
    missing: new Uint32Array(words),
    unknown: new Uint32Array(words),
    image: -1,
    price: Number.NaN,
  };

  const site = (offer: number, image: number): Site => ({
    type: offers.type[offer]!,
    region: offers.region[offer]!,
    image,
    offer,
  });
  const bill = (offer: number, image: number): BilledPrice => {
    const at = site(offer, image);
    return billedPrice(offers.price[offer]!, derivation.priceRules(at), (attribute) =>
      numberAt(types, attribute, at.type),
    );
  };
  const billed = (offer: number, image: number): number =>
    program.prices.length === 0 ? offers.price[offer]! : bill(offer, image).total;

  const judge = (offer: number): Verdict => {
    const type = offers.type[offer]!;
    const region = offers.region[offer]!;
    for (let word = 0; word < words; word += 1) {
      own.missing[word] = ofTypes.missing[type * words + word]! | ofRegions.missing[region * words + word]!;
      own.unknown[word] = ofTypes.unknown[type * words + word]! | ofRegions.unknown[region * words + word]!;
    }
    for (const need of offerNeeds) note(own.missing, own.unknown, 0, bitOf.get(need)!, need.holds(offer, region));
    if (spot > 0 && market!.codes[offer] === spot) setBit(own.missing, 0, launcherBit);

    verdict.image = -1;
    let fewest = Number.POSITIVE_INFINITY;
    let lowest = Number.NaN;
    for (const image of images.byCloud.get(cloudOfRegion[region]!) ?? []) {
      const bound = imageRegion[image];
      if ((bound !== undefined && bound !== regionName[region]) || fits(type, image) === FALSE) continue;
      let [missing, unknown, base] = [trial.missing, trial.unknown, 0];
      if (perPair) {
        const pair = type * images.table.size + image;
        [missing, unknown, base] = [pairMissing, pairUnknown, pair * words];
        if (pairDone[pair] === 0) {
          judgeSite(site(offer, image), missing, unknown, base);
          pairDone[pair] = 1;
        }
      } else {
        missing.fill(0);
        unknown.fill(0);
        judgeSite(site(offer, image), missing, unknown, 0);
      }
      const price = billed(offer, image);
      const missed = countBits(missing, base, musts);
      if (missed < fewest || (missed === fewest && price < lowest)) {
        fewest = missed;
        lowest = price;
        verdict.image = image;
        verdict.price = price;
        for (let word = 0; word < words; word += 1) {
          verdict.missing[word] = own.missing[word]! | missing[base + word]!;
          verdict.unknown[word] = own.unknown[word]! | unknown[base + word]!;
        }
      }
    }
    if (verdict.image === -1) {
      // What would need an image to be judged is left unjudged: the image is what is missing.
      verdict.missing.set(own.missing);
      verdict.unknown.set(own.unknown);
      setBit(verdict.missing, 0, imageBit);
      verdict.price = offers.price[offer]!;
    }
    for (const need of priceNeeds)
      if (!(verdict.price <= need.most))
        note(
          verdict.missing,
          verdict.unknown,
          0,
          bitOf.get(need)!,
          Number.isNaN(verdict.price) ? UNKNOWN_TRUTH : FALSE,
        );
    return verdict;
  };
  return {
    compiled,
    request,
    space,
    images,
    derivation,
    needs,
    words,
    scope,
    musts,
    inScope,
    isPossible,
    judge,
    site,
    bill,
    factAt,
  };
}

/** Whether a verdict misses nothing that must be met. */
export function isFit(query: Query, verdict: Verdict): boolean {
  return isClear(verdict.missing, 0, query.musts);
}
