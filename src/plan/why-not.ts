import { textAt } from '../catalog/column.ts';
import { unpricedOffers } from '../catalog/unpriced.ts';
import { nearest } from '../diagnostic/nearest.ts';
import { hadOf } from '../explain/margins.ts';
import { waysToFit } from '../explain/relaxations.ts';
import type { Compiled } from '../match/compiled.ts';
import { countBits, hasBit } from '../match/mask.ts';
import { prepare, type Query, type Verdict } from '../match/query.ts';
import { cheapest } from '../match/scan.ts';
import { formatMoney, formatMonthly } from '../quantity/money.ts';
import { textOf } from '../request/constraints.ts';
import type { Base, MachineRequest } from '../request/request.ts';
import { variant } from '../request/variant.ts';
import { failedProof } from '../rules/failed-proof.ts';
import { describeOffer } from './describe.ts';
import { whyMissed } from './nearest.ts';
import { problemRequest } from './why.ts';
import type { WhyNot } from './why-not-schema.ts';

/** Why one type or image is not the answer: every need that it misses, and by how much; or what it costs more. */

type Subject = WhyNot['subjects'][number];

interface Judged {
  readonly query: Query;
  readonly offer: number;
  readonly image: number;
  readonly price: number;
  readonly missing: readonly { readonly bit: number; readonly unknown: boolean }[];
}

function judged(query: Query, offer: number, { image, price, missing, unknown }: Verdict): Judged {
  const bits = query.needs.flatMap((need, bit) =>
    need.bearing === 'must' && hasBit(missing, 0, bit) ? [{ bit, unknown: hasBit(unknown, 0, bit) }] : [],
  );
  return { query, offer, image, price, missing: bits };
}

/** The candidate that misses least, then the cheapest, among offers and images that are meant. */
function nearestCandidate(
  query: Query,
  isMeant: (offer: number) => boolean,
  imageIsMeant: ((image: number) => boolean) | undefined,
): Judged | undefined {
  const { offers } = query.space;
  let best: { offer: number; image: number | undefined; missed: number; price: number } | undefined;
  for (let offer = 0; offer < offers.size; offer += 1) {
    if (query.inScope[offers.region[offer]!] === 0 || !isMeant(offer)) continue;
    const images = imageIsMeant === undefined ? [undefined] : query.imagesFor(offer).filter(imageIsMeant);
    for (const image of images) {
      const verdict = image === undefined ? query.judge(offer) : query.judgeWith(offer, image);
      const missed = countBits(verdict.missing, 0, query.musts);
      const price = Number.isNaN(verdict.price) ? Number.POSITIVE_INFINITY : verdict.price;
      if (best === undefined || missed < best.missed || (missed === best.missed && price < best.price))
        best = { offer, image, missed, price };
    }
  }
  if (best === undefined) return undefined;
  return judged(
    query,
    best.offer,
    best.image === undefined ? query.judge(best.offer) : query.judgeWith(best.offer, best.image),
  );
}

function misses({ query, offer, image, price, missing }: Judged): Subject['misses'] {
  return missing.map(({ bit, unknown }) => {
    const need = query.needs[bit]!;
    const capability = need.id.startsWith('can.') ? need.id.slice('can.'.length) : undefined;
    const proof =
      capability === undefined || image === -1
        ? []
        : failedProof(query.derivation, capability, query.site(offer, image));
    return {
      need: need.id,
      text: need.text,
      from: need.from,
      ...hadOf(query, bit, offer, image, price),
      ...(unknown ? { unknown: true as const } : {}),
      why: whyMissed(query, image, offer, bit, unknown),
      ...(proof.length === 0 ? {} : { proof: proof.map((one) => ({ ...one, missing: [...one.missing] })) }),
    };
  });
}

/** What would have to change for it to fit, by the exact amounts; the smallest ways only. */
function toHaveIt({ query, offer, image, price, missing }: Judged, at: string | undefined): Subject['ways'] {
  return waysToFit(
    query,
    at,
    missing.map(({ bit }) => bit),
    { offer, image, price },
  ).map(({ changes, request }) => ({
    changes: changes.map(({ lever, setting }) => lever.describe(setting)),
    request: problemRequest(request, query),
  }));
}

/** The base that an image or a text names, and the image's id where one is meant. */
function imageNamed({ catalog }: Compiled, name: string): { readonly base: Base; readonly id?: string } | undefined {
  const { images } = catalog;
  for (let row = 0; row < images.size; row += 1) {
    const id = textAt(images, 'image.id', row);
    if (id !== name && textAt(images, 'image.product', row) !== name) continue;
    const [os, release] = [textAt(images, 'image.os', row), textAt(images, 'image.release', row)];
    if (os !== undefined && release !== undefined) return { base: { os, release }, ...(id === name ? { id } : {}) };
  }
  const [, os, release] = /^([a-z][a-z0-9-]*)@([0-9][0-9.]*)$/.exec(name) ?? [];
  return os === undefined || release === undefined ? undefined : { base: { os, release } };
}

/**
 * Why each of some types or images is not the answer to a request.
 *
 * @param at the day that the request is judged by
 * @example whyNot(compiled, request, ['t4g.medium'], undefined).subjects[0].misses // need, has, margin, from
 */
export function whyNot(
  compiled: Compiled,
  request: MachineRequest,
  names: readonly string[],
  at: string | undefined,
): WhyNot {
  const { catalog } = compiled;
  const query = prepare(compiled, request, at);
  const winner = cheapest(query);
  const chosen =
    winner === -1 ? undefined : (({ image, price }: Verdict) => ({ offer: winner, image, price }))(query.judge(winner));
  const nameOf = (offer: number): string | undefined =>
    textAt(catalog.types, 'type.name', query.space.offers.type[offer]!);

  const ofJudged = (name: string, kind: Subject['kind'], found: Judged, extra: Subject['misses'] = []): Subject => {
    const { offer, price, image } = found;
    const all = [...extra, ...misses(found)];
    const isChosen = chosen !== undefined && found.query === query && offer === chosen.offer && image === chosen.image;
    const known = !Number.isNaN(price);
    const verdict = all.length > 0 ? 'misses' : isChosen ? 'chosen' : known ? 'fits' : 'no-price';
    const { price: _, ...place } = describeOffer(found.query.space, offer, 0);
    return {
      subject: name,
      kind,
      verdict,
      offer: { ...place, price: known ? formatMoney(price) : null },
      misses: all,
      ...(chosen === undefined || !known
        ? {}
        : {
            'costs-more': formatMoney(price - chosen.price),
            'costs-more-per-month': formatMonthly(BigInt(price) - BigInt(chosen.price)),
          }),
      ways: all.length === 0 || extra.length > 0 ? [] : toHaveIt(found, at),
    };
  };

  const explain = (name: string): Subject => {
    const isType = Array.from({ length: catalog.types.size }, (_, row) =>
      textAt(catalog.types, 'type.name', row),
    ).includes(name);
    if (isType) {
      const found = nearestCandidate(query, (offer) => nameOf(offer) === name, undefined);
      if (found !== undefined) return ofJudged(name, 'type', found);
      const market = textOf(request.constraints, 'market') === 'spot' ? 'spot' : 'on-demand';
      const gaps = unpricedOffers(catalog, query.inScope, market);
      const over = prepare(compiled, request, at, gaps);
      const gap = nearestCandidate(
        over,
        (offer) => textAt(catalog.types, 'type.name', gaps.type[offer]!) === name,
        undefined,
      );
      // What it costs here is just what nobody knows.
      const unpriced =
        gap === undefined
          ? undefined
          : {
              ...gap,
              missing: gap.missing.filter(({ bit }) => !['max-price', 'budget'].includes(over.needs[bit]!.id)),
            };
      const { offers } = catalog;
      const elsewhere = Array.from({ length: offers.size }, (_, row) => row).filter((row) => nameOf(row) === name);
      const cheapestElsewhere =
        elsewhere[0] === undefined
          ? {}
          : { elsewhere: describeOffer(query.space, elsewhere[0], offers.price[elsewhere[0]]!) };
      if (unpriced !== undefined) {
        const told = ofJudged(name, 'type', unpriced);
        return { ...told, verdict: told.misses.length === 0 ? 'no-price' : 'misses', ways: [], ...cheapestElsewhere };
      }
      return { subject: name, kind: 'type', verdict: 'elsewhere', misses: [], ways: [], ...cheapestElsewhere };
    }
    const image = imageNamed(compiled, name);
    if (image !== undefined) {
      const same = image.base.os === request.base.os && image.base.release === request.base.release;
      const other = same
        ? query
        : prepare(
            compiled,
            variant(request, (draft) => {
              draft.base = image.base;
            }),
            at,
          );
      const meant = (row: number): boolean =>
        image.id === undefined || textAt(other.images.table, 'image.id', row) === image.id;
      const onWinner =
        same && chosen !== undefined ? nearestCandidate(other, (offer) => offer === chosen.offer, meant) : undefined;
      const found = onWinner ?? nearestCandidate(other, () => true, meant);
      const wanted = `${request.base.os}@${request.base.release}`;
      const base = same
        ? []
        : [
            {
              need: 'base',
              text: `base ${wanted}`,
              from: 'base',
              has: `${image.base.os}@${image.base.release}`,
              why: `base ${wanted}`,
            },
          ];
      if (found !== undefined) return ofJudged(name, 'image', found, base);
      return {
        subject: name,
        kind: 'image',
        verdict: 'misses',
        misses: [
          ...base,
          {
            need: 'image',
            text: 'boots on a type of the regions asked for',
            from: 'base',
            has: 'boots on none',
            why: 'it boots on none',
          },
        ],
        ways: [],
      };
    }
    const known = new Set<string>();
    for (let row = 0; row < catalog.types.size; row += 1) known.add(textAt(catalog.types, 'type.name', row) ?? '');
    for (let row = 0; row < catalog.images.size; row += 1) known.add(textAt(catalog.images, 'image.id', row) ?? '');
    const near = nearest(name, known);
    return {
      subject: name,
      kind: 'unknown',
      verdict: near.length > 0 ? 'misspelt' : 'not-in-catalog',
      misses: [],
      ways: [],
      nearest: [...near],
    };
  };
  return {
    format: 'stowage.why-not/1',
    answer: chosen === undefined ? null : describeOffer(query.space, chosen.offer, chosen.price),
    needs: query.needs.filter((need) => need.bearing === 'must').length,
    subjects: names.map(explain),
    inputs: { catalog: catalog.digest, rules: compiled.program.digest },
  };
}
