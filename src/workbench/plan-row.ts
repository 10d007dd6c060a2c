import { buildCatalog, type Catalog } from '../catalog/catalog.ts';
import type { Value, Vocabulary } from '../catalog/value.ts';
import { canonicalJson } from '../document/canonical.ts';
import { compile } from '../match/compiled.ts';
import { validateRequest } from '../match/validate.ts';
import { answerRequest } from '../plan/answer.ts';
import type { Answer } from '../plan/schema.ts';
import { formatMoney, parseMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';
import { parseRequest } from '../request/request.ts';
import type { SourceText } from '../request/source-text.ts';
import type { Program } from '../rules/program.ts';
import { PRICE } from '../rules/space.ts';
import { type Expectation, shortName } from './expectation.ts';
import { type Facts, KEYS, mergeFacts } from './facts.ts';
import type { TestRow } from './test-file.ts';

/** Rows that choose among offers: a catalog of just these, a request, and what of its answer the row speaks of. */

/** The offers of a row, each with what the row states of all. */
export function offersOf({ offers, facts }: TestRow): readonly Facts[] {
  return offers.map((offer) => mergeFacts(facts, offer));
}

/** The catalog of offers. Images serve every offer of their cloud and region, as they do in any catalog. */
function catalogOf(vocabulary: Vocabulary, offers: readonly Facts[]): Catalog {
  const builder = buildCatalog(vocabulary);
  const images = new Set<string>();
  for (const [index, { values }] of offers.entries()) {
    const text = (name: string): string => String(values.get(name) ?? KEYS.get(name));
    const cloud = text('type.cloud');
    const rows = {
      type: builder.type(cloud, text('type.name')),
      region: builder.region(cloud, text('offer.region')),
      offer: index,
      image: -1,
    };
    const price = values.get(PRICE);
    builder.offer(rows.type, rows.region, price === undefined ? Number.NaN : Number(price), Number.POSITIVE_INFINITY);
    const image = new Map<string, Value>();
    for (const [name, value] of values) {
      const attribute = vocabulary.attributes.get(name)!;
      if (attribute.scope === 'image') image.set(name, value);
      else if (attribute.scope !== 'request' && name !== PRICE) builder.fact(attribute, rows[attribute.scope], value);
    }
    if (image.size === 0) continue;
    if (!image.has('image.cloud')) image.set('image.cloud', cloud);
    const key = canonicalJson(Object.fromEntries(image));
    if (images.has(key)) continue;
    images.add(key);
    const row = builder.image();
    for (const [name, value] of image) builder.fact(vocabulary.attributes.get(name)!, row, value);
  }
  return builder.finish({ gapsAreUnknown: false, digest: '' });
}

/** The answer to what a row asks, among its offers; diagnostics in words where it cannot be asked so. */
export function answerOf(program: Program, row: TestRow): Answer | string {
  const { vocabulary } = program;
  const { placement, constraints, base, count } = row.ask;
  const said = (source: string, text: string): SourceText => ({ source, text });
  const attributes = [...row.facts.values]
    .map(([name, value]) => ({ attribute: vocabulary.attributes.get(name)!, value }))
    .filter(({ attribute }) => attribute.scope === 'request' && !attribute.computed);
  // What the program works out of constraints is asked for by them.
  const sizes = [
    ...(constraints === undefined ? [] : [constraints]),
    ...(row.facts.values.get('request.gpus') === 0
      ? []
      : [`gpus=${String(row.facts.values.get('request.gpus') ?? 0)}`]),
    ...(row.facts.values.get('request.root-disk') === 8
      ? []
      : [`root-disk=${String(row.facts.values.get('request.root-disk') ?? 8)}G`]),
  ].join(' ');
  const request = parseRequest(
    {
      ...(placement === undefined ? {} : { placement: said('placement', String(placement)) }),
      constraints: sizes === '' ? [] : [said('constraints', sizes)],
      ...(base === undefined ? {} : { base: said('base', base) }),
      ...(count === undefined ? {} : { count }),
      attributes: attributes.map(({ attribute, value }) =>
        said(attribute.name, `${attribute.name}=${Array.isArray(value) ? value.join(',') : String(value)}`),
      ),
    },
    vocabulary,
  );
  if (!request.ok) return request.diagnostics.map(({ message }) => message).join('; ');
  const compiled = compile(catalogOf(vocabulary, offersOf(row)), program);
  const faults = validateRequest(request.value, compiled);
  if (faults.length > 0) return faults.map(({ message }) => message).join('; ');
  const date = row.facts.values.get('request.date');
  return answerRequest(compiled, request.value, { at: date === undefined ? undefined : String(date) });
}

/** What an answer says of its first machine, in the words of `plan`. */
export function planInWords(answer: Answer): Readonly<Record<string, string>> {
  const [machine] = answer.machines;
  if (machine === undefined) return { type: 'none', status: answer.status };
  const { type, cloud, region, market, price, image } = machine;
  return {
    status: answer.status,
    type,
    cloud,
    region,
    market,
    price,
    cost: answer.cost ?? 'unknown',
    ...(image?.id === undefined ? {} : { image: image.id }),
  };
}

/** The fields of an expectation that only a plan can tell. */
export function planOf(program: Program, row: TestRow, module: string): Partial<Expectation> {
  const { expect } = row;
  const answer = answerOf(program, row);
  if (typeof answer === 'string') return { error: answer };
  const real: { -readonly [K in keyof Expectation]: Expectation[K] } = {};
  if (expect.plan !== undefined) {
    const plan = planInWords(answer);
    real.plan = Object.fromEntries(Object.keys(expect.plan).map((key) => [key, plan[key] ?? 'none']));
  }
  if (expect.error !== undefined) real.error = answer.status === 'infeasible' ? 'no-offer' : 'none';
  if (expect.core !== undefined) {
    const cores = (answer.conflicts ?? []).map(({ needs }) =>
      needs.map(({ need }) => shortName(need, module)).sort(compareText),
    );
    const wanted = canonicalJson(expect.core);
    real.core = cores.find((core) => canonicalJson(core) === wanted) ?? cores[0] ?? [];
  }
  if (expect.relaxation !== undefined) {
    const first = answer.relaxations?.[0];
    const price = first === undefined ? undefined : parseMoney(first.price);
    const told: Readonly<Record<string, string | readonly string[]>> = {
      changes: [...(first?.changes ?? [])].sort(compareText),
      type: first?.type ?? 'none',
      price: price === undefined ? 'unknown' : formatMoney(price),
    };
    real.relaxation = Object.fromEntries(Object.keys(expect.relaxation).map((key) => [key, told[key]!]));
  }
  return real;
}
