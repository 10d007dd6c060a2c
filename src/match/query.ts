import type { Offers } from '../catalog/catalog.ts';
import { numberAt, type Table, textAt } from '../catalog/column.ts';
import { inSequence } from '../catalog/offers.ts';
import type { MachineRequest } from '../request/request.ts';
import { classesBy, type Split } from '../rules/classes.ts';
import type { Derivation, Question } from '../rules/derive.ts';
import { rankPrice } from '../rules/preference.ts';
import { type BilledPrice, billedPrice } from '../rules/price.ts';
import { keepsOrder, withoutRules } from '../rules/program.ts';
import type { Site, Space } from '../rules/space.ts';
import { FALSE, TRUE, type Tri, UNKNOWN_TRUTH } from '../rules/tri.ts';
import type { Compiled } from './compiled.ts';
import { deriveFor } from './derived.ts';
import { type Images, imagesIn } from './images.ts';
import { joinMasks, kindsOf, missByCode } from './join-masks.ts';
import { countBits, isClear, type Masks, maskOf, masksOf, setBit, wordsFor } from './mask.ts';
import { factNeeds, type NeedText, wantedArch } from './needs.ts';
import { IMAGE, LAUNCHER, type SiteNeeds, siteNeeds } from './site-needs.ts';

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
  /** The derivation without launch options: what Juju can bring about. */
  readonly unaided: Derivation;
  /** Need n is bit n of every mask. */
  readonly needs: readonly NeedText[];
  /** Words per mask. */
  readonly words: number;
  /** Needs that bound what is considered, as a mask. */
  readonly scopeMask: Uint32Array;
  /** Everything that must be met, scope included. */
  readonly musts: Uint32Array;
  /** By row of `regions`: 1 where the region is considered. */
  readonly inScope: Uint8Array;
  /** By row of `types`: 1 where the type by itself misses nothing that must be met. */
  readonly possibleTypes: Uint8Array;
  /** Whether an offer's type and region miss nothing that must be met: a quick look before judging. */
  isPossible(offer: number): boolean;
  /** Judges one offer; the verdict is overwritten by the next call. */
  judge(offer: number): Verdict;
  /** Judges one offer into a row of verdicts. */
  judgeInto(offer: number, verdicts: Verdicts, row: number): void;
  /** Judges every offer into its row of verdicts. */
  judgeAll(verdicts: Verdicts): void;
  /** Judges one offer with one image that boots on it; the verdict is overwritten by the next call. */
  judgeWith(offer: number, image: number): Verdict;
  /** Images that boot on an offer, or may. */
  imagesFor(offer: number): readonly number[];
  /** Whether no offer has more than one image that may boot on it; false where that takes a look at each. */
  isSingle(): boolean;
  /** Whether what a type can host depends on the offer and its region, by some rule; else a type and an image decide. */
  readonly dependsOnOffer: boolean;
  /** The needs that a type and an image decide together. */
  readonly atSite: SiteNeeds;
  site(offer: number, image: number): Site;
  /** What the offer is billed at with an image, with the steps from its list price. */
  bill(offer: number, image: number): BilledPrice;
  /** What it ranks by with an image, where it is billed so much. */
  rank(offer: number, image: number, billed: number): number;
  /** For a query like this one; only where a type and an image decide what rules say. */
  readonly decided: Decided | undefined;
}

/** Stands for a best image that was not asked for yet. */
const UNDECIDED = -2;

/** What became of many offers, side by side: a row each. */
export interface Verdicts extends Masks {
  /** The best image of each, -1 where there is none. */
  readonly image: Int32Array;
  /** Nano-dollars per hour as billed; NaN where unknown. */
  readonly price: Float64Array;
  /** What they rank by: the billed price itself where no rule prefers some to others. */
  readonly rank: Float64Array;
}

/** What became of one offer. */
export interface Verdict extends Masks {
  /** The best image: one that fits, cheapest first; else the one that misses least; -1 when there is none. */
  image: number;
  /** Nano-dollars per hour with that image; NaN when unknown. */
  price: number;
  /** What it ranks by. */
  rank: number;
}

/** What of a query does not depend on its offers, as far as it has been worked out. */
interface Decided {
  readonly ofTypes: Masks;
  readonly ofRegions: Masks;
  /** By row of `types`, its class; see `typeClasses`. */
  readonly classOf: Uint32Array;
  /** A class of types with an image; see `pairOf`. */
  readonly pairMasks: Masks;
  readonly pairDone: Uint8Array;
  /** A class of types with the images of a region; see `bootingAt`. */
  readonly booting: (readonly number[] | undefined)[];
  readonly bestImage: Int32Array;
  readonly bestMasks: Masks;
}

/** Attributes of types by which it is judged whether an image boots, and whether guests have room. */
const TELLING: readonly string[] = ['type.arch', 'type.virt', 'type.mem', 'type.cores'];

/** The class of each type: types of one class are judged alike with any image, whatever the offer. */
function typeClasses(types: Table, questions: readonly Question[], derivation: Derivation): Uint32Array {
  const splits = new Map<unknown, Split>();
  for (const name of TELLING) {
    const column = types.columns.get(name);
    if (column !== undefined)
      splits.set(name, { scope: 'type', codeAt: (row) => column.codes[row]!, bound: column.values.length });
  }
  for (const split of questions.flatMap((question) => derivation.splits(question)))
    if (split.scope === 'type') splits.set(split.codeAt, split);
  const sizes = { type: types.size, region: 0, image: 0, offer: 0 };
  return classesBy([...splits.values()], sizes).ids.type ?? new Uint32Array(types.size);
}

/**
 * Prepares a request.
 *
 * @param at the day that rules are judged by, `2026-11-22`; undefined means the newest price date of the catalog
 * @param offers the offers to be judged, in the order in which the cheapest comes first; the catalog's unless given
 * @param like a query of the same request, day and catalog over other offers with the same columns or more, of which all
 *   is taken that does not depend on offers
 */
export function prepare(
  whole: Compiled,
  request: MachineRequest,
  at?: string,
  offers: Offers = whole.catalog.offers,
  like?: Query,
): Query {
  const { catalog } = whole;
  const { waived } = request;
  const program = waived.length === 0 ? whole.program : withoutRules(whole.program, ({ id }) => waived.includes(id));
  const compiled: Compiled = { catalog, program };
  const { types, regions } = catalog;
  const { images, space, derivation, unaided } = deriveFor(compiled, request, at, offers);
  const facts = factNeeds(request, catalog, offers);
  const atSite = siteNeeds(compiled, request, space, derivation, unaided);
  const needs: readonly NeedText[] = [...facts, ...atSite.needs];
  const bitOf = (id: string): number => needs.findIndex((need) => need.id === id);
  const words = wordsFor(needs.length);
  const scopeMask = maskOf(needs.length, (bit) => needs[bit]!.bearing === 'scope');
  const musts = maskOf(needs.length, (bit) => needs[bit]!.bearing !== 'wish');

  // --- types and regions: decided once each ---
  const note = ({ missing, unknown }: Masks, base: number, bit: number, holds: Tri): void => {
    if (holds === TRUE) return;
    setBit(missing, base, bit);
    if (holds === UNKNOWN_TRUTH) setBit(unknown, base, bit);
  };
  const decide = (level: 'type' | 'region', size: number): Masks => {
    const masks = masksOf(size, words);
    for (const [bit, need] of facts.entries()) {
      if (need.level !== level) continue;
      for (let row = 0; row < size; row += 1) note(masks, row * words, bit, need.holds(row));
    }
    return masks;
  };
  const before = like?.request === request && like.derivation.program === program ? like.decided : undefined;
  const ofTypes = before?.ofTypes ?? decide('type', types.size);
  const ofRegions = before?.ofRegions ?? decide('region', regions.size);
  const clearOf = ({ missing }: Masks, size: number, mask: Uint32Array): Uint8Array => {
    const clear = new Uint8Array(size);
    for (let row = 0; row < size; row += 1) if (isClear(missing, row * words, mask)) clear[row] = 1;
    return clear;
  };
  const possibleType = clearOf(ofTypes, types.size, musts);
  const possibleRegion = clearOf(ofRegions, regions.size, musts);

  // --- a type with an image: decided once, unless rules read the offer or its region ---
  const site = (offer: number, image: number): Site => {
    return { type: offers.type[offer]!, region: offers.region[offer]!, image, offer };
  };
  const arch = wantedArch(request);
  const archBit = bitOf('arch');
  const judgeSite = (at: Site, masks: Masks, base: number): void => {
    if (archBit >= 0 && textAt(images.table, 'image.arch', at.image) !== arch) setBit(masks.missing, base, archBit);
    atSite.judge(at, (need, holds) => note(masks, base, facts.length + need, holds));
  };
  const questions: readonly Question[] = [
    { rules: 'reserve' },
    ...program.refusals.map((_, refusal) => ({ refusal })),
    ...request.containers,
  ];
  const perPair = before !== undefined || !questions.some((question) => derivation.dependsOnOffer(question));
  // Warnings are told of the chosen offer alone.
  const judged = questions.filter((one) => !('refusal' in one) || program.refusals[one.refusal]!.effect === 'enforce');
  // Types that neither rules nor images nor guests tell apart are judged together: thousands are a few hundred classes.
  const classOf = before?.classOf ?? (perPair ? typeClasses(types, judged, derivation) : inSequence(types.size));
  const classes = classOf.reduce((most, own) => Math.max(most, own + 1), 0);
  const pairs = perPair ? classes * images.table.size : 1;
  const pairMasks = before?.pairMasks ?? masksOf(pairs, words);
  const pairDone = before?.pairDone ?? new Uint8Array(pairs);
  /** Where in `pairMasks` the masks of an offer with an image stand. */
  const pairOf = (offer: number, image: number): number => {
    const pair = perPair ? classOf[offers.type[offer]!]! * images.table.size + image : 0;
    if (!perPair) {
      pairMasks.missing.fill(0);
      pairMasks.unknown.fill(0);
    }
    if (!perPair || pairDone[pair] === 0) judgeSite(site(offer, image), pairMasks, pair * words);
    pairDone[pair] = 1;
    return pair * words;
  };

  // --- offers ---
  const bill = (offer: number, image: number): BilledPrice => {
    const at = site(offer, image);
    const sizeOf = (attribute: string): number | undefined => numberAt(types, attribute, at.type);
    return billedPrice(offers.price[offer]!, derivation.priceRules(at), sizeOf);
  };
  const billed = (offer: number, image: number): number =>
    program.prices.length === 0 ? offers.price[offer]! : bill(offer, image).total;
  const rank = (offer: number, image: number, price: number): number =>
    program.prefers.length === 0 ? price : rankPrice(price, derivation.preferRules(site(offer, image)));
  const offerNeeds = facts.flatMap((need, bit) => (need.level === 'offer' ? [{ need, bit }] : []));
  const priceNeeds = facts.flatMap((need, bit) => (need.level === 'price' ? [{ need, bit }] : []));
  const [launcherBit, imageBit] = [bitOf(LAUNCHER), bitOf(IMAGE)];
  const market = offers.columns.get('offer.market');
  const spot = market?.values.indexOf('spot') ?? -1;
  const inRegion = Array.from({ length: regions.size }, (_, row) => imagesIn(images, regions, row));
  // Regions mostly share their images, and types what boots on them.
  const lists = [...new Map(inRegion.map((list) => [list.join(' '), list])).values()];
  const listIn = inRegion.map((list) => lists.findIndex((one) => one.join(' ') === list.join(' ')));
  const booting: (readonly number[] | undefined)[] = before?.booting ?? new Array(classes * lists.length);
  const bootingAt = (offer: number): number =>
    classOf[offers.type[offer]!]! * lists.length + listIn[offers.region[offer]!]!;
  const imagesFor = (offer: number): readonly number[] => {
    const at = bootingAt(offer);
    booting[at] ??= lists[listIn[offers.region[offer]!]!]!.filter(
      (image) => atSite.boots(offers.type[offer]!, image) !== FALSE,
    );
    return booting[at];
  };
  const isSingle = (): boolean => {
    if (!perPair) return false;
    const seen = new Uint8Array(classes);
    for (let type = 0; type < types.size; type += 1) {
      if (seen[classOf[type]!] === 1) continue;
      seen[classOf[type]!] = 1;
      for (const list of lists) {
        let booted = 0;
        for (const image of list) if (atSite.boots(type, image) !== FALSE) booted += 1;
        if (booted > 1) return false;
      }
    }
    return true;
  };
  const own = masksOf(1, words);
  const { missing, unknown } = masksOf(1, words);
  const verdict: Verdict = { missing, unknown, image: -1, price: Number.NaN, rank: Number.NaN };

  /** What an offer misses whatever its image, into `masks` from `base` on. */
  const judgeOwn = (offer: number, masks: Masks, base: number): void => {
    const type = offers.type[offer]!;
    const region = offers.region[offer]!;
    for (let word = 0; word < words; word += 1) {
      masks.missing[base + word] = ofTypes.missing[type * words + word]! | ofRegions.missing[region * words + word]!;
      masks.unknown[base + word] = ofTypes.unknown[type * words + word]! | ofRegions.unknown[region * words + word]!;
    }
    for (const { need, bit } of offerNeeds) note(masks, base, bit, need.holds(offer, region));
    if (spot > 0 && market!.codes[offer] === spot) setBit(masks.missing, base, launcherBit);
  };
  const judgePrice = (price: number, masks: Masks, base: number): void => {
    for (const { need, bit } of priceNeeds) {
      if (!(price <= need.most)) note(masks, base, bit, Number.isNaN(price) ? UNKNOWN_TRUTH : FALSE);
    }
  };
  const judgeAmong = (offer: number, among: readonly number[]): Verdict => {
    judgeOwn(offer, own, 0);
    // What would need an image to be judged is left unjudged where there is none: the image is what is missing.
    verdict.image = -1;
    verdict.price = offers.price[offer]!;
    verdict.rank = verdict.price;
    verdict.missing.set(own.missing);
    verdict.unknown.set(own.unknown);
    let fewest = Number.POSITIVE_INFINITY;
    for (const image of among) {
      const base = pairOf(offer, image);
      const price = billed(offer, image);
      const missed = countBits(pairMasks.missing, base, musts);
      const ranked = rank(offer, image, price);
      if (missed > fewest) continue;
      // Of images with which it ranks alike, the one with which it costs less.
      const isBetter = ranked < verdict.rank || (ranked === verdict.rank && price < verdict.price);
      if (missed === fewest && !isBetter) continue;
      fewest = missed;
      verdict.image = image;
      verdict.price = price;
      verdict.rank = ranked;
      for (let word = 0; word < words; word += 1) {
        verdict.missing[word] = own.missing[word]! | pairMasks.missing[base + word]!;
        verdict.unknown[word] = own.unknown[word]! | pairMasks.unknown[base + word]!;
      }
    }
    if (verdict.image === -1) setBit(verdict.missing, 0, imageBit);
    judgePrice(verdict.price, verdict, 0);
    return verdict;
  };

  // Without price rules and preferences the best image is the same for all offers of a type with the same images: chosen once.
  const sameForAll = perPair && keepsOrder(program);
  const bestImage = before?.bestImage ?? new Int32Array(sameForAll ? booting.length : 0).fill(UNDECIDED);
  const bestMasks = before?.bestMasks ?? masksOf(bestImage.length, words);
  const chooseBest = (offer: number, at: number): void => {
    bestImage[at] = -1;
    let fewest = Number.POSITIVE_INFINITY;
    for (const image of imagesFor(offer)) {
      const base = pairOf(offer, image);
      const missed = countBits(pairMasks.missing, base, musts);
      if (missed >= fewest) continue;
      fewest = missed;
      bestImage[at] = image;
    }
    if (bestImage[at] === -1) {
      setBit(bestMasks.missing, at * words, imageBit);
      return;
    }
    const base = pairOf(offer, bestImage[at]!);
    for (let word = 0; word < words; word += 1) {
      bestMasks.missing[at * words + word] = pairMasks.missing[base + word]!;
      bestMasks.unknown[at * words + word] = pairMasks.unknown[base + word]!;
    }
  };
  /** An offer with its best image, into `masks` from `base` on; returns the image. */
  const judgeBest = (offer: number, masks: Masks, base: number): number => {
    const at = bootingAt(offer);
    if (bestImage[at] === UNDECIDED) chooseBest(offer, at);
    judgeOwn(offer, masks, base);
    for (let word = 0; word < words; word += 1) {
      masks.missing[base + word]! |= bestMasks.missing[at * words + word]!;
      masks.unknown[base + word]! |= bestMasks.unknown[at * words + word]!;
    }
    judgePrice(offers.price[offer]!, masks, base);
    return bestImage[at]!;
  };
  const judge = (offer: number): Verdict => {
    if (!sameForAll) return judgeAmong(offer, imagesFor(offer));
    verdict.image = judgeBest(offer, verdict, 0);
    verdict.price = offers.price[offer]!;
    verdict.rank = verdict.price;
    return verdict;
  };
  const judgeInto = (offer: number, verdicts: Verdicts, row: number): void => {
    if (sameForAll) {
      verdicts.image[row] = judgeBest(offer, verdicts, row * words);
      verdicts.price[row] = offers.price[offer]!;
      verdicts.rank[row] = offers.price[offer]!;
      return;
    }
    const { missing, unknown, image, price, rank: ranked } = judge(offer);
    verdicts.missing.set(missing, row * words);
    verdicts.unknown.set(unknown, row * words);
    verdicts.image[row] = image;
    verdicts.price[row] = price;
    verdicts.rank[row] = ranked;
  };
  const judgeAll = (verdicts: Verdicts): void => {
    const { size, type, region, price } = offers;
    if (!sameForAll) {
      for (let offer = 0; offer < size; offer += 1) judgeInto(offer, verdicts, offer);
      return;
    }
    const examples = new Int32Array(types.size * lists.length);
    const kinds = kindsOf(type, region, Uint32Array.from(listIn), lists.length, examples);
    const ofKinds = { ...masksOf(examples.length, words), image: new Int32Array(examples.length) };
    for (let kind = 0; kind < examples.length; kind += 1) {
      const example = examples[kind]!;
      if (example === -1) continue;
      const at = bootingAt(example);
      if (bestImage[at] === UNDECIDED) chooseBest(example, at);
      ofKinds.image[kind] = bestImage[at]!;
      const of = type[example]!;
      for (let word = 0; word < words; word += 1) {
        ofKinds.missing[kind * words + word] =
          ofTypes.missing[of * words + word]! | bestMasks.missing[at * words + word]!;
        ofKinds.unknown[kind * words + word] =
          ofTypes.unknown[of * words + word]! | bestMasks.unknown[at * words + word]!;
      }
    }
    const { missing } = verdicts;
    joinMasks(verdicts, words, kinds, ofKinds, region, ofRegions);
    verdicts.price.set(price);
    if (verdicts.rank !== verdicts.price) verdicts.rank.set(price);
    for (const { need, bit } of offerNeeds) {
      if (need.byCode !== undefined) missByCode(missing, words, bit, need.byCode.codes, need.byCode.passes);
      else
        for (let offer = 0; offer < size; offer += 1)
          note(verdicts, offer * words, bit, need.holds(offer, region[offer]!));
    }
    if (spot > 0) {
      const passes = Uint8Array.from(market!.values, (_, code) => (code === spot ? 0 : 1));
      missByCode(missing, words, launcherBit, market!.codes, passes);
    }
    if (priceNeeds.length > 0)
      for (let offer = 0; offer < size; offer += 1) judgePrice(price[offer]!, verdicts, offer * words);
  };

  return {
    compiled,
    request,
    space,
    images,
    derivation,
    unaided,
    needs,
    words,
    scopeMask,
    musts,
    inScope: clearOf(ofRegions, regions.size, scopeMask),
    possibleTypes: possibleType,
    isPossible: (offer) => possibleType[offers.type[offer]!] === 1 && possibleRegion[offers.region[offer]!] === 1,
    judge,
    judgeInto,
    judgeAll,
    judgeWith: (offer, image) => judgeAmong(offer, [image]),
    dependsOnOffer: !perPair,
    imagesFor,
    isSingle,
    atSite,
    site,
    bill,
    rank,
    decided: perPair ? { ofTypes, ofRegions, classOf, pairMasks, pairDone, booting, bestImage, bestMasks } : undefined,
  };
}

/** Whether a verdict misses nothing that must be met. */
export function isFit(query: Query, verdict: Verdict): boolean {
  return isClear(verdict.missing, 0, query.musts);
}
