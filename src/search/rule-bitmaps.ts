import type { Bitmap, Bitmaps } from '../catalog/bitmaps.ts';
import { numberAt, textAt } from '../catalog/column.ts';
import { bootsBetween } from '../match/boots.ts';
import type { Compiled } from '../match/compiled.ts';
import { deriveFor } from '../match/derived.ts';
import { imagesIn } from '../match/images.ts';
import type { MachineRequest } from '../request/request.ts';
import type { Derivation, Question } from '../rules/derive.ts';
import { rankPrice } from '../rules/preference.ts';
import { billedPrice } from '../rules/price.ts';
import { keepsOrder, type Program, type RuleOf, withoutRules } from '../rules/program.ts';
import type { Rule } from '../rules/rule.ts';
import { NOWHERE, type Site } from '../rules/space.ts';
import { TRUE } from '../rules/tri.ts';
import type { FactBitmaps } from './fact-bitmaps.ts';
import { kindsOf } from './image-kinds.ts';
import { once } from './once.ts';
import { passes, refusalsOf, refuseOffers } from './refusals.ts';

/**
 * What rules say of the offers, as bitmaps: what they can host, what is refused, what is kept back, what is billed.
 * Worked out once for all requests of the same base by which the leaves that read the request come out alike.
 */
export interface RuleBitmaps {
  /** Images that no rule and no type tells apart stand for one another. */
  readonly kinds: readonly ImageKind[];
  /**
   * Those of an architecture; of any, where none is given. For at most one capability they are all put in one where that
   * tells the same.
   */
  kindsOf(arch: string | undefined, capabilities: number): readonly ImageKind[];
}

export interface ImageKind {
  readonly arch: string | undefined;
  /** Offers that have such an image, on which it boots, and that no rule refuses then. */
  readonly usable: Bitmap;
  /**
   * Those of `usable` that have what nearly every request asks for: an architecture, a market, an open region. Undefined
   * where it is not asked for.
   */
  usual(arch: string | undefined, market: string | undefined, open: boolean): UsualOffers;
  /** Those of `usable` that certainly can host a capability at a level or above. */
  hosting(capability: string, least: number): Bitmap;
  /** The same without launch options: what Juju can bring about. */
  hostingByJuju(capability: string, least: number): Bitmap;
  /** The offers by what rules keep back of them; no bitmap where it is the same for all. */
  readonly reserves: readonly ReserveClass[];
  /** The offers by what rules make of their prices; undefined where no rule changes or prefers any. */
  readonly prices: readonly PriceClass[] | undefined;
}

export interface UsualOffers {
  readonly offers: Bitmap;
  /** Those that certainly can host a capability at a level or above. */
  hosting(capability: string, least: number): Bitmap;
}

export interface ReserveClass {
  readonly rules: readonly RuleOf<'reserve'>[];
  readonly offers: Bitmap | undefined;
}

/** Offers whose prices change alike: the billed price never falls where the list price rises. */
export interface PriceClass {
  readonly offers: Bitmap | undefined;
  /** Nano-dollars per hour as billed, of those listed. */
  bill(list: number): number;
  /** What they rank by, of the list price; undefined where that is what they are billed at. Never falls either. */
  readonly rank: ((list: number) => number) | undefined;
}

/** Stands for a level that was not worked out. */
const UNDECIDED = -1;

const idsOf = (rules: readonly Rule[]): string => rules.map(({ id }) => id).join(' ');

/** @param at the day that rules are judged by */
export function ruleBitmaps(
  { catalog, program: whole }: Compiled,
  request: MachineRequest,
  at: string | undefined,
  bitmaps: Bitmaps,
  facts: FactBitmaps,
): RuleBitmaps {
  const program = withoutRules(whole, ({ id }) => request.waived.includes(id));
  const { images, space, derivation, unaided } = deriveFor({ catalog, program }, request, at, catalog.offers);
  const { types, regions, offers } = space;
  const boots = bootsBetween(types, images.table);
  const imagesOfRegion = Array.from({ length: regions.size }, (_, row) => new Set(imagesIn(images, regions, row)));
  const usualOf = (usable: Bitmap, hosting: ImageKind['hosting']): ImageKind['usual'] => {
    const of = once((arch: string | undefined) =>
      once((market: string | undefined) =>
        once((open: boolean): UsualOffers => {
          const usual = bitmaps.common([
            usable,
            ...(arch === undefined ? [] : [facts.having('type.arch', arch)]),
            ...(market === undefined ? [] : [facts.inMarket(market)]),
            ...(open ? [facts.openOr([])] : []),
          ]);
          const sets = once((capability: string) =>
            once((least: number) => bitmaps.common([usual, hosting(capability, least)])),
          );
          return { offers: usual, hosting: (capability, least) => sets(capability)(least) };
        }),
      ),
    );
    return (arch, market, open) => of(arch)(market)(open);
  };

  const kindOf = (image: number, flags: Uint8Array): ImageKind => {
    const ofType = (type: number): Site => ({ type, image, region: NOWHERE, offer: NOWHERE });
    const ofOffer = (offer: number): Site => {
      return { type: offers.type[offer]!, image, region: offers.region[offer]!, offer };
    };
    /** An answer for every offer: asked once for all offers that rules do not tell apart, found by `of[row]`. */
    const ask = <T>(
      question: Question,
      answer: (site: Site) => T,
    ): { readonly of: Uint32Array; readonly answers: (T | undefined)[] } => {
      if (!derivation.dependsOnOffer(question))
        return { of: offers.type, answers: Array.from({ length: types.size }, (_, row) => answer(ofType(row))) };
      const { of, first } = derivation.offersAlike(question);
      return { of, answers: Array.from(first, (row) => (row === NOWHERE ? undefined : answer(ofOffer(row)))) };
    };

    const usable = bitmaps.where((row) => flags[row] === 1);
    const hostingBy = (of: Derivation): ImageKind['hosting'] => {
      // Asked only of what is usable, once per class of offers that rules do not tell apart.
      const levels = once((capability: string) => {
        const question = { capability };
        const readsOffer = derivation.dependsOnOffer(question);
        const { of: classes, first } = readsOffer
          ? derivation.offersAlike(question)
          : { of: offers.type, first: { length: types.size } };
        const known = new Int32Array(first.length).fill(UNDECIDED);
        for (let row = 0; row < offers.size; row += 1) {
          const place = classes[row]!;
          if (flags[row] === 0 || known[place] !== UNDECIDED) continue;
          known[place] = of.capability(capability, readsOffer ? ofOffer(row) : ofType(place)).lower;
        }
        return { classes, known };
      });
      const sets = once((capability: string) =>
        once((least: number) => {
          const { classes, known } = levels(capability);
          return bitmaps.where((row) => flags[row] === 1 && known[classes[row]!]! >= least);
        }),
      );
      return (capability, least) => sets(capability)(least);
    };
    const hosting = hostingBy(derivation);
    /** The classes that keys tell apart, each with what its first member has. */
    const numbered = <T>() => {
      const classes = new Map<string, T & { readonly number: number }>();
      return {
        classes,
        numberOf(key: string, member: T): number {
          const found = classes.get(key) ?? { ...member, number: classes.size };
          classes.set(key, found);
          return found.number;
        },
      };
    };
    const reservesOf = (): readonly ReserveClass[] => {
      const { classes, numberOf } = numbered<Pick<ReserveClass, 'rules'>>();
      const { of, answers } = ask({ rules: 'reserve' }, (site) => {
        const rules = derivation.reserveRules(site);
        return numberOf(idsOf(rules), { rules });
      });
      return [...classes.values()].map(({ rules, number }) => {
        if (classes.size === 1) return { rules, offers: undefined };
        const flags = Uint8Array.from(answers, (one) => (one === number ? 1 : 0));
        return { rules, offers: bitmaps.gather(of, flags) };
      });
    };
    const sizeAt =
      (type: number) =>
      (attribute: string): number | undefined =>
        numberAt(types, attribute, type);
    const pricesOf = (): readonly PriceClass[] => {
      const { classes, numberOf } = numbered<{
        readonly rules: Program['prices'];
        readonly preferred: Program['prefers'];
        readonly type: number;
      }>();
      const { of, answers } = ask({ rules: 'price' }, (site) => derivation.priceRules(site));
      const preferring = ask({ rules: 'prefer' }, (site) => derivation.preferRules(site));
      // Rules that count by a size of the type tell types apart that they do not read otherwise.
      const numberOfTriple = once((place: number) =>
        once((preferences: number) =>
          once((type: number) => {
            const rules = answers[place]!;
            const preferred = preferring.answers[preferences]!;
            const sizes = rules.map(({ action: { change } }) =>
              change.per === undefined ? null : (sizeAt(type)(change.per.name) ?? null),
            );
            return numberOf(JSON.stringify([idsOf(rules), idsOf(preferred), sizes]), { rules, preferred, type });
          }),
        ),
      );
      const numbers = Uint32Array.from(offers.type, (type, row) => numberOfTriple(of[row]!)(preferring.of[row]!)(type));
      return [...classes.values()].map(({ rules, preferred, type, number }) => {
        const bill = (list: number): number => billedPrice(list, rules, sizeAt(type)).total;
        return {
          offers: classes.size === 1 ? undefined : bitmaps.where((row) => numbers[row] === number),
          bill,
          rank: preferred.length === 0 ? undefined : (list) => rankPrice(bill(list), preferred),
        };
      });
    };
    return {
      arch: textAt(images.table, 'image.arch', image),
      usable,
      usual: usualOf(usable, hosting),
      hosting,
      hostingByJuju: unaided === derivation ? hosting : hostingBy(unaided),
      reserves: reservesOf(),
      prices: keepsOrder(program) ? undefined : pricesOf(),
    };
  };
  /** Several kinds as one: an offer is usable, or hosts a capability, with one of them. */
  const together = (kinds: readonly ImageKind[]): ImageKind => {
    const usable = bitmaps.union(kinds.map((kind) => kind.usable));
    const someHosting = (of: 'hosting' | 'hostingByJuju'): ImageKind['hosting'] => {
      const sets = once((capability: string) =>
        once((least: number) => bitmaps.union(kinds.map((kind) => kind[of](capability, least)))),
      );
      return (capability, least) => sets(capability)(least);
    };
    const hosting = someHosting('hosting');
    return {
      arch: undefined,
      usable,
      usual: usualOf(usable, hosting),
      hosting,
      hostingByJuju: someHosting('hostingByJuju'),
      reserves: kinds[0]!.reserves,
      prices: undefined,
    };
  };
  const { ofTypes, ofOffers } = refusalsOf(derivation);
  const usableKinds = kindsOf(space, program).map((members) => {
    const image = members[0]!;
    const bootable = Uint8Array.from({ length: types.size }, (_, type) => {
      const site: Site = { type, image, region: NOWHERE, offer: NOWHERE };
      return boots(type, image) === TRUE && ofTypes.every((one) => passes(derivation, one, site)) ? 1 : 0;
    });
    const present = Uint8Array.from(imagesOfRegion, (own) => (members.some((member) => own.has(member)) ? 1 : 0));
    const usable = new Uint8Array(offers.size);
    for (let row = 0; row < usable.length; row += 1)
      usable[row] = bootable[offers.type[row]!]! & present[offers.region[row]!]!;
    return { image, usable };
  });
  refuseOffers(derivation, ofOffers, offers, usableKinds);
  const kinds = usableKinds.map(({ image, usable }) => kindOf(image, usable));
  const ofArch = once((arch: string | undefined) =>
    arch === undefined ? kinds : kinds.filter((kind) => kind.arch === arch),
  );
  const ofArchInOne = once((arch: string | undefined) => {
    const own = ofArch(arch);
    const [first] = own;
    const reserved = ({ reserves }: ImageKind): string => idsOf(reserves.flatMap(({ rules }) => rules));
    const isAlike = own.every(({ reserves, prices }) => reserves.length === 1 && prices === undefined);
    return first !== undefined && isAlike && own.every((kind) => reserved(kind) === reserved(first))
      ? [together(own)]
      : own;
  });
  return {
    kinds,
    kindsOf: (arch, capabilities) => (capabilities <= 1 ? ofArchInOne(arch) : ofArch(arch)),
  };
}
