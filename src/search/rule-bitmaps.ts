import type { Bitmap, Bitmaps } from '../catalog/bitmaps.ts';
import { numberAt, textAt } from '../catalog/column.ts';
import { bootsBetween } from '../match/boots.ts';
import type { Compiled } from '../match/compiled.ts';
import { deriveFor } from '../match/derived.ts';
import { imagesIn } from '../match/images.ts';
import type { MachineRequest } from '../request/request.ts';
import type { Derivation, Question } from '../rules/derive.ts';
import { billedPrice } from '../rules/price.ts';
import { type RuleOf, withoutRules } from '../rules/program.ts';
import type { Rule } from '../rules/rule.ts';
import { NOWHERE, type Site } from '../rules/space.ts';
import { TRUE } from '../rules/tri.ts';
import type { FactBitmaps } from './fact-bitmaps.ts';
import { kindsOf } from './image-kinds.ts';
import { once } from './once.ts';
import { allowedByOffers, passes } from './refusals.ts';

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
  /** Offers that certainly can host a capability at a level or above. */
  hosting(capability: string, least: number): Bitmap;
  /** The same without launch options: what Juju can bring about. */
  hostingByJuju(capability: string, least: number): Bitmap;
  /** The offers by what rules keep back of them; no bitmap where it is the same for all. */
  readonly reserves: readonly ReserveClass[];
  /** The offers by what rules make of their prices; undefined where there are no price rules. */
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
}

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
  const refusals = program.refusals.flatMap((rule, refusal) => (rule.effect === 'enforce' ? [{ rule, refusal }] : []));
  const byOffer = refusals.filter(({ refusal }) => derivation.dependsOnOffer({ refusal }));
  const byType = refusals.filter((one) => !byOffer.includes(one));

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

  const kindOf = (members: readonly number[], allowed: Uint8Array | undefined): ImageKind => {
    const image = members[0]!;
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

    const bootable = Uint8Array.from({ length: types.size }, (_, type) =>
      boots(type, image) === TRUE && byType.every((one) => passes(derivation, one, ofType(type))) ? 1 : 0,
    );
    const present = Uint8Array.from(imagesOfRegion, (own) => (members.some((member) => own.has(member)) ? 1 : 0));
    const usable = bitmaps.where(
      (row) => bootable[offers.type[row]!] === 1 && present[offers.region[row]!] === 1 && allowed?.[row] !== 0,
    );

    const hostingBy = (of: Derivation): ImageKind['hosting'] => {
      const levels = once((capability: string) => ask({ capability }, (site) => of.capability(capability, site).lower));
      const sets = once((capability: string) =>
        once((least: number) => {
          const { of: rows, answers } = levels(capability);
          return bitmaps.gather(
            rows,
            Uint8Array.from(answers, (level) => (level !== undefined && level >= least ? 1 : 0)),
          );
        }),
      );
      return (capability, least) => sets(capability)(least);
    };
    const hosting = hostingBy(derivation);
    /** Offers by the rules that apply to them: those of the same key are one class. */
    const classesOf = <R extends Rule>(
      verb: 'reserve' | 'price',
      apply: (site: Site) => readonly R[],
      keyOf: (rules: readonly R[], site: Site) => string,
    ): readonly { readonly rules: readonly R[]; readonly site: Site; readonly offers: Bitmap | undefined }[] => {
      const classes = new Map<string, { readonly rules: readonly R[]; readonly site: Site; readonly number: number }>();
      const { of, answers } = ask({ rules: verb }, (site) => {
        const rules = apply(site);
        const key = keyOf(rules, site);
        let found = classes.get(key);
        if (found === undefined) {
          found = { rules, site, number: classes.size };
          classes.set(key, found);
        }
        return found.number;
      });
      return [...classes.values()].map(({ rules, site, number }) => {
        if (classes.size === 1) return { rules, site, offers: undefined };
        return {
          rules,
          site,
          offers: bitmaps.gather(
            of,
            Uint8Array.from(answers, (one) => (one === number ? 1 : 0)),
          ),
        };
      });
    };
    const sizeAt =
      (type: number) =>
      (attribute: string): number | undefined =>
        numberAt(types, attribute, type);
    const prices = classesOf(
      'price',
      (site) => derivation.priceRules(site),
      (rules, { type }) =>
        [idsOf(rules), ...rules.map(({ action: { change } }) => change.per && sizeAt(type)(change.per.name))].join(' '),
    );
    return {
      arch: textAt(images.table, 'image.arch', image),
      usable,
      usual: usualOf(usable, hosting),
      hosting,
      hostingByJuju: unaided === derivation ? hosting : hostingBy(unaided),
      reserves: classesOf('reserve', (site) => derivation.reserveRules(site), idsOf),
      prices:
        program.prices.length === 0
          ? undefined
          : prices.map(({ rules, site, offers: own }) => {
              return { offers: own, bill: (list) => billedPrice(list, rules, sizeAt(site.type)).total };
            }),
    };
  };
  /** Several kinds as one: an offer is usable, or hosts a capability, with one of them. */
  const together = (kinds: readonly ImageKind[]): ImageKind => {
    const usable = bitmaps.union(kinds.map((kind) => kind.usable));
    const someHosting = (of: 'hosting' | 'hostingByJuju'): ImageKind['hosting'] => {
      const sets = once((capability: string) =>
        once((least: number) =>
          bitmaps.union(kinds.map((kind) => bitmaps.common([kind.usable, kind[of](capability, least)]))),
        ),
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
  const members = kindsOf(space, program);
  const allowed = allowedByOffers(
    derivation,
    byOffer,
    members.map(([image]) => image!),
    offers,
  );
  const kinds = members.map((own, index) => kindOf(own, allowed[index]));
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
