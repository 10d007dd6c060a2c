import { textAt } from '../catalog/column.ts';
import { unpricedOffers } from '../catalog/unpriced.ts';
import { nearest } from '../diagnostic/nearest.ts';
import { hadOf } from '../explain/margins.ts';
import { waysToFit } from '../explain/ways.ts';
import type { Compiled } from '../match/compiled.ts';
import { countBits, hasBit } from '../match/mask.ts';
import { prepare, type Query, type Verdict } from '../match/query.ts';
import { cheapest } from '../match/scan.ts';
import { formatMoney, formatMonthly } from '../quantity/money.ts';
import { textOf } from '../request/constraints.ts';
import type { Base, MachineRequest } from '../request/request.ts';
import { variant, withConstraint } from '../request/variant.ts';
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

/** The smallest changes, by the exact amounts, with which this very candidate fits, `rebased` being made already. */
function toHaveIt(
  { query, offer, image, price, missing }: Judged,
  kind: Subject['kind'],
  rebased: readonly string[],
  at: string | undefined,
): Subject['ways'] {
  const bits = missing.map(({ bit }) => bit);
  const type = textAt(query.space.types, 'type.name', query.space.offers.type[offer]!);
  return waysToFit(query, at, bits, { offer, image, price }).map(({ changes, request }) => ({
    changes: [...rebased, ...changes.map(({ lever, setting }) => lever.describe(setting))],
    request: problemRequest(
      kind === 'type' && type !== undefined ? withConstraint(request, 'instance-type', type) : request,
      query,
    ),
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

/** A request with its answer, which subjects are held against. */
interface Asked {
  readonly compiled: Compiled;
  readonly request: MachineRequest;
  readonly at: string | undefined;
  readonly query: Query;
  readonly chosen: { readonly offer: number; readonly image: number; readonly price: number } | undefined;
}

/** @param base the miss of the base that was asked for, where the subject is of another */
function told(
  { query, chosen, at }: Asked,
  subject: string,
  kind: Subject['kind'],
  found: Judged,
  base?: Subject['misses'][number],
): Subject {
  const { offer, price, image } = found;
  const all = [...(base === undefined ? [] : [base]), ...misses(found)];
  const rebased = base === undefined ? [] : [`${base.text} → ${base.has}`];
  const isChosen = chosen !== undefined && found.query === query && offer === chosen.offer && image === chosen.image;
  const known = !Number.isNaN(price);
  const verdict = all.length > 0 ? 'misses' : isChosen ? 'chosen' : known ? 'fits' : 'no-price';
  const { price: _, ...place } = describeOffer(found.query.space, offer, 0);
  return {
    subject,
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
    ways: all.length === 0 ? [] : toHaveIt(found, kind, rebased, at),
  };
}

const typeName = ({ catalog }: Compiled, type: number): string | undefined => textAt(catalog.types, 'type.name', type);

/** Needs that only a price can decide. */
const OF_PRICE: readonly string[] = ['max-price', 'budget'];

/** Where a type is sold at all, cheapest first. */
function soldElsewhere({ compiled, query }: Asked, name: string): Pick<Subject, 'elsewhere'> {
  const { offers } = compiled.catalog;
  for (let offer = 0; offer < offers.size; offer += 1) {
    if (typeName(compiled, offers.type[offer]!) === name)
      return { elsewhere: describeOffer(query.space, offer, offers.price[offer]!) };
  }
  return {};
}

function whyNotType(asked: Asked, name: string): Subject {
  const { compiled, request, at, query } = asked;
  const { catalog } = compiled;
  const found = nearestCandidate(query, (offer) => typeName(compiled, catalog.offers.type[offer]!) === name, undefined);
  if (found !== undefined) return told(asked, name, 'type', found);
  const market = textOf(request.constraints, 'market') === 'spot' ? 'spot' : 'on-demand';
  const gaps = unpricedOffers(catalog, query.inScope, market);
  const over = prepare(compiled, request, at, gaps);
  const gap = nearestCandidate(over, (offer) => typeName(compiled, gaps.type[offer]!) === name, undefined);
  if (gap === undefined)
    return { subject: name, kind: 'type', verdict: 'elsewhere', misses: [], ways: [], ...soldElsewhere(asked, name) };
  // What it costs here is just what nobody knows.
  const missing = gap.missing.filter(({ bit }) => !OF_PRICE.includes(over.needs[bit]!.id));
  const subject = told(asked, name, 'type', { ...gap, missing });
  return { ...subject, ways: [], ...soldElsewhere(asked, name) };
}

function whyNotImage(asked: Asked, name: string, image: NonNullable<ReturnType<typeof imageNamed>>): Subject {
  const { compiled, request, at, query, chosen } = asked;
  const nameOfBase = ({ os, release }: Base): string => `${os}@${release}`;
  const same = nameOfBase(image.base) === nameOfBase(request.base);
  const based = variant(request, (draft) => {
    draft.base = image.base;
  });
  const other = same ? query : prepare(compiled, based, at);
  const meant = (row: number): boolean =>
    image.id === undefined || textAt(other.images.table, 'image.id', row) === image.id;
  const onChosen = chosen !== undefined ? nearestCandidate(other, (offer) => offer === chosen.offer, meant) : undefined;
  const found = onChosen ?? nearestCandidate(other, () => true, meant);
  const text = `base ${nameOfBase(request.base)}`;
  const base = same ? undefined : { need: 'base', text, from: 'base', has: nameOfBase(image.base), why: text };
  if (found !== undefined) return told(asked, name, 'image', found, base);
  const boots = 'an instance type of the regions asked for that it boots on';
  const nowhere = { need: 'image', text: boots, from: 'base', has: 'none', why: boots };
  return {
    subject: name,
    kind: 'image',
    verdict: 'misses',
    misses: base === undefined ? [nowhere] : [base, nowhere],
    ways: [],
  };
}

/** A name that neither a type nor an image has. */
function notFound({ compiled: { catalog } }: Asked, name: string): Subject {
  const known = new Set<string>();
  for (const [table, attribute] of [
    [catalog.types, 'type.name'],
    [catalog.images, 'image.id'],
  ] as const) {
    for (let row = 0; row < table.size; row += 1) {
      const text = textAt(table, attribute, row);
      if (text !== undefined) known.add(text);
    }
  }
  const near = nearest(name, known);
  const verdict = near.length > 0 ? 'misspelt' : 'not-in-catalog';
  return { subject: name, kind: 'unknown', verdict, misses: [], ways: [], nearest: [...near] };
}

/**
 * Why each of some types or images is not the answer to a request.
 *
 * @param names names of types, ids or products of images, or bases such as `ubuntu@22.04`
 * @param at the day that the request is judged by; the newest price date of the catalog unless given
 * @example whyNot(compiled, request, ['t4g.medium']).subjects[0].misses // need, has, margin, from
 */
export function whyNot(compiled: Compiled, request: MachineRequest, names: readonly string[], at?: string): WhyNot {
  const query = prepare(compiled, request, at);
  const winner = cheapest(query);
  const verdict = winner === -1 ? undefined : query.judge(winner);
  const chosen = verdict === undefined ? undefined : { offer: winner, image: verdict.image, price: verdict.price };
  const asked: Asked = { compiled, request, at, query, chosen };
  const types = new Set(Array.from({ length: compiled.catalog.types.size }, (_, row) => typeName(compiled, row)));
  const explain = (name: string): Subject => {
    if (types.has(name)) return whyNotType(asked, name);
    const image = imageNamed(compiled, name);
    return image === undefined ? notFound(asked, name) : whyNotImage(asked, name, image);
  };
  return {
    format: 'stowage.why-not/1',
    answer: chosen === undefined ? null : describeOffer(query.space, chosen.offer, chosen.price),
    needs: query.needs.filter((need) => need.bearing === 'must').length,
    subjects: names.map(explain),
    inputs: { catalog: compiled.catalog.digest, rules: compiled.program.digest },
  };
}
