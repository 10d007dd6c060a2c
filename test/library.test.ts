import { describe, expect, it } from 'vitest';
import {
  answer,
  canonicalConstraints,
  cheapest,
  check,
  compile,
  count,
  describeDiagnostic,
  describe as describeOffer,
  extendVocabulary,
  loadCatalog,
  loadRules,
  parseConstraints,
  parseRequest,
  prepare,
  type Result,
  renderAnswer,
  solveProblem,
  top,
  verify,
} from '../src/index.ts';

const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.diagnostics.map(describeDiagnostic).join('\n'));
  return result.value;
};

describe('the library', () => {
  const compiled = compile(value(loadCatalog({ clouds: ['aws'] })), value(loadRules(['default'])));
  const request = value(parseRequest({ placement: 'kvm', constraints: 'cores=2 mem=4G region=us-east-1' }));

  it('asks a prepared query for the cheapest, the best, and how many', () => {
    const query = prepare(compiled, request);
    expect(describeOffer(compiled, cheapest(query))).toMatchObject({ type: 'm8i-flex.large', price: '0.10055' });
    expect(top(query, 3).map((row) => describeOffer(compiled, row).type)).toEqual([
      'm8i-flex.large',
      'm8i.large',
      'r8i-flex.large',
    ]);
    expect(count(query)).toBe(144);
    expect(cheapest(prepare(compiled, value(parseRequest({ constraints: 'cores=1000' }))))).toBe(-1);
  });

  it('answers whole, and renders', async () => {
    const given = answer(compiled, request);
    expect(given.cost).toBe('0.10055');
    expect(await renderAnswer(given, 'tabular')).toContain('m8i-flex.large');
  });

  it('speaks words of one’s own, and sets parameters', () => {
    const vocabulary = value(
      extendVocabulary([{ format: 1, attributes: { 'type.tier': { type: 'name', doc: 'What it is made of.' } } }]),
    );
    const rules = {
      format: 1,
      module: 'acme',
      params: { price: { type: 'number', default: 1 } },
      rules: {
        gold: { summary: 'gold', when: { 'type.name': 'm8i*' }, set: { 'type.tier': 'gold' } },
        dear: {
          summary: 'gold is dear',
          when: { 'type.tier': 'gold' },
          price: { plus: { param: 'price' }, component: 'gold' },
        },
      },
    };
    const catalog = value(loadCatalog({ clouds: ['aws'], vocabulary }));
    const priced = (price: number) =>
      answer(compile(catalog, value(loadRules(['default', rules], vocabulary, { 'acme.price': price }))), request);
    expect(priced(0.001).machines[0]).toMatchObject({ type: 'm8i-flex.large', price: '0.10155' });
    expect(priced(2).machines[0]).toMatchObject({ type: 'r8i-flex.large' });
    expect(loadRules([rules], vocabulary, { 'acme.prise': 1 })).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'unknown-param', path: 'params.acme.prise', hint: 'did you mean acme.price?' }],
    });
  });

  it('leaves what it is given as it was', () => {
    const own = value(
      parseRequest({ placement: 'kvm', constraints: 'cores=2 mem=4G region=us-east-1', attributes: { env: 'test' } }),
    );
    const before = structuredClone({ ...own, constraints: [...own.constraints.byKey] });
    answer(compiled, own);
    expect({ ...own, constraints: [...own.constraints.byKey] }).toEqual(before);
    expect([own, own.constraints, own.constraints.byKey, own.attributes, own.base].some(Object.isFrozen)).toBe(false);
  });

  it('tells bad input as values', () => {
    const unknown = value(parseRequest({ constraints: 'region=us-eest-1' }));
    expect(check(compiled, unknown)).toMatchObject([{ code: 'unknown-region' }]);
    expect(answer(compiled, unknown)).toMatchObject({ status: 'error', diagnostics: [{ code: 'unknown-region' }] });
    expect(parseConstraints('mem=4GB')).toMatchObject({ ok: false, diagnostics: [{ code: 'bad-constraint' }] });
    expect(loadRules(['none'])).toMatchObject({ ok: false });
    expect(loadCatalog({ path: '/nonexistent' })).toMatchObject({ ok: false });
    for (const problem of [
      null,
      5,
      [],
      {},
      { format: 'stowage.problem/1' },
      { catalog: { types: [{ name: 'a', mem: Number.NaN }], offers: [] } },
    ]) {
      expect(solveProblem(problem).status).toBe('error');
    }
    expect(
      verify({}, { format: 'stowage.problem/1', catalog: { name: 'bundled' }, request: { kind: 'machine' } }),
    ).toMatchObject({ ok: false });
  });

  it('writes constraints canonically', () => {
    expect(canonicalConstraints(value(parseConstraints('mem=1.5G cores=2')))).toBe('cores=2 mem=1536M');
  });
});
