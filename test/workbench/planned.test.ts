import { describe, expect, it } from 'vitest';
import { documentOfValue } from '../../src/document/read.ts';
import { readProblem } from '../../src/plan/problem.ts';
import { storedInputs } from '../../src/storage/inputs.ts';
import { rerunAfter, type WatchedModule } from '../../src/workbench/rerun.ts';
import { runProperties, type SavedRequest } from '../../src/workbench/test-properties.ts';
import { runSnapshots } from '../../src/workbench/test-snapshots.ts';
import { programOf, suiteOf } from '../support/suites.ts';

const problem = (attributes: Readonly<Record<string, string>>, rules: readonly unknown[] = []) => {
  const value = {
    format: 'stowage.problem/1',
    catalog: {
      types: [
        { name: 'small', arch: ['amd64'], cores: 2, burstable: true },
        { name: 'large', arch: ['amd64'], cores: 4, burstable: false },
        { name: 'other', arch: ['amd64'], cores: 4 },
      ],
      offers: [
        { type: 'small', region: 'r1', market: 'on-demand', price: '0.1' },
        { type: 'large', region: 'r1', market: 'on-demand', price: '0.3' },
        { type: 'other', region: 'r1', market: 'on-demand', price: '0.9' },
      ],
      images: [{ id: 'noble', os: 'ubuntu', release: '24.04', arch: 'amd64' }],
    },
    rules,
    request: { kind: 'machine', attributes },
  };
  const read = readProblem(documentOfValue('problem', value), storedInputs());
  if (!read.ok) throw new Error(read.diagnostics[0]!.message);
  return read.value;
};

const policy = (unknown: 'refuse' | 'allow') => ({
  format: 1,
  module: 'acme',
  rules: {
    steady: {
      summary: 's',
      when: { 'request.env': 'production', 'type.burstable': true },
      forbid: true,
      'on-unknown': unknown,
    },
  },
});
const always =
  'format: 1\ntests: acme\nalways: {steady in production: {request: {env: production}, plans: {type.burstable: false}}}';

const outcome = (unknown: 'refuse' | 'allow', saved: readonly SavedRequest[] = []) => {
  const program = programOf(policy(unknown));
  const ran = runProperties(program, suiteOf(always, program), problem({}).compiled.catalog, saved);
  if (!ran.ok) throw new Error(ran.diagnostics[0]!.message);
  return ran.value[0]!;
};

describe('a property', () => {
  it('holds where no offer that fits breaks it, at whatever price', () => {
    expect(outcome('refuse').differences).toEqual([]);
  });

  it('is broken by what is not known, though something else is cheapest', () => {
    const { differences, explanation } = outcome('allow');
    expect(differences).toHaveLength(1);
    expect(explanation[0]).toBe('any machine: other in local r1 at 0.9 fits, and whether it holds is unknown');
  });

  it('is tried on the saved requests that it speaks of', () => {
    const saved = [{ env: 'production' }, { env: 'staging' }].map((attributes): SavedRequest => {
      const { compiled, request } = problem(attributes);
      return { name: attributes.env, request, catalog: compiled.catalog, at: undefined };
    });
    const [without, with_] = [outcome('allow'), outcome('allow', saved)].map(({ differences }) => differences[0]!);
    const count = (text: string): number => Number(/\d+/.exec(text)![0]);
    expect(count(with_!.expected) - count(without!.expected)).toBe(1);
    expect(count(with_!.actual) - count(without!.actual)).toBe(1);
  });

  it('that says what cannot be said is at fault', () => {
    const program = programOf(policy('refuse'));
    const bad =
      'format: 1\ntests: acme\nalways: {a: {request: {env: production, environment: x, date: 2026-01-01}, plans: {type.burstabel: false}}}';
    const ran = runProperties(program, suiteOf(bad, program), problem({}).compiled.catalog, []);
    expect(ran.ok ? [] : ran.diagnostics.map(({ code }) => code)).toEqual([
      'unknown-attribute',
      'unknown-attribute',
      'unknown-attribute',
    ]);
  });
});

describe('a snapshot', () => {
  const program = programOf(policy('refuse'));
  const run = (plan: string, attributes: Readonly<Record<string, string>>) =>
    runSnapshots(
      suiteOf(`format: 1\ntests: acme\nsnapshot: {web: {problem: web.yaml, plan: ${plan}}}`, program),
      () => ({
        ok: true,
        value: problem(attributes, [policy('refuse')]),
      }),
    );

  it('compares the plan of a saved request with what is written down', () => {
    expect(run('{type: small, cost: 0.10}', { env: 'staging' })).toMatchObject({
      ok: true,
      value: [{ differences: [] }],
    });
    expect(run('{type: small, price: 0.1}', { env: 'production' })).toMatchObject({
      ok: true,
      value: [
        {
          differences: [
            { field: 'type', expected: 'small', actual: 'large' },
            { field: 'price', expected: '0.1', actual: '0.3' },
          ],
        },
      ],
    });
  });

  it('of nothing, or of what a plan has not, is at fault', () => {
    expect(run('{}', {})).toMatchObject({ ok: false, diagnostics: [{ code: 'empty-expectation' }] });
    expect(run('{kind: small}', {})).toMatchObject({ ok: false, diagnostics: [{ code: 'unknown-key' }] });
  });
});

describe('after a save', () => {
  const modules: readonly WatchedModule[] = [
    { module: 'a', rules: 'a.yaml', tests: 'a.test.yaml', uses: [] },
    { module: 'b', rules: 'b.yaml', tests: 'b.test.yaml', uses: ['a.yaml'] },
    { module: 'c', rules: 'c.yaml', tests: 'c.test.yaml', uses: ['b.yaml'] },
    { module: 'd', rules: 'd.yaml', tests: 'd.test.yaml', uses: [] },
  ];
  const requests = ['requests/web.yaml'];

  it.each([
    [['a.yaml'], { modules: ['a', 'b', 'c'], plans: true, all: false }],
    [['c.yaml', 'd.test.yaml'], { modules: ['c', 'd'], plans: true, all: false }],
    [['b.test.yaml'], { modules: ['b'], plans: false, all: false }],
    [['requests/web.yaml'], { modules: [], plans: true, all: false }],
    [['new.yaml'], { modules: ['a', 'b', 'c', 'd'], plans: true, all: true }],
    [['notes.txt'], { modules: [], plans: false, all: false }],
    [[], { modules: [], plans: false, all: false }],
  ])('%j: what rests on it is done again', (saved, expected) => {
    expect(rerunAfter(saved, modules, requests)).toEqual(expected);
  });
});
