import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/document/canonical.ts';
import { documentOfValue, readDocument } from '../../src/document/read.ts';
import { writeYaml } from '../../src/document/write.ts';
import { type Answer, solveProblem, verify } from '../../src/index.ts';
import { type Problem, readProblem, solveRead } from '../../src/plan/problem.ts';
import { differences, snapshotProblem } from '../../src/plan/snapshot.ts';
import { snapshotRows, WIDTHS } from '../../src/plan/snapshot-rows.ts';
import { writeInlineCatalog } from '../../src/sources/written-catalog.ts';
import { storedInputs } from '../../src/storage/inputs.ts';
import { ruleFilesOf } from '../../src/storage/packs.ts';
import { catalogs, packs, requests } from '../arbitraries/world.ts';
import { runs } from '../support/fuzz.ts';

/** Snapshots: questions as files of few rows that have the same answer. */

const inputs = storedInputs();

type Rows = readonly Record<string, unknown>[];
interface Lists {
  readonly types: Rows;
  readonly offers: Rows;
  readonly images?: Rows;
  readonly regions: Rows;
}

/** Two random catalogs in one, with different names of types and regions, perhaps with gaps and prices of one's own. */
const wide = fc
  .record({
    first: catalogs,
    second: catalogs,
    gaps: fc.subarray(['lab', 'hut']),
    prices: fc.dictionary(
      fc.constantFrom('lab:t0@r1', 'lab:*@r1', 'u*', 'hut:*', '*@s2', 'hut:u1@s1'),
      fc.constantFrom<unknown>('0.1', '+0.05', '-10%', [{ price: '-25%', market: 'any', reason: 'a contract' }]),
      { maxKeys: 2 },
    ),
  })
  .map(({ first, second, gaps, prices }) => {
    const renamed = (text: unknown): string => String(text).replace(/^t/, 'u').replace(/^r/, 's');
    const own = first as Lists;
    const other = second as Lists;
    const types = [...own.types, ...other.types.map((type) => ({ ...type, name: renamed(type.name) }))];
    const clouds = new Set(types.map((type) => (type as Record<string, unknown>).cloud));
    const images = [
      ...(own.images ?? []),
      ...(other.images ?? []).map((image) => ({
        ...image,
        id: `other-${String(image.id)}`,
        ...(image.region === undefined ? {} : { region: renamed(image.region) }),
      })),
    ];
    return {
      types,
      offers: [
        ...own.offers,
        ...other.offers.map((offer) => ({ ...offer, type: renamed(offer.type), region: renamed(offer.region) })),
      ],
      ...(own.images === undefined && other.images === undefined ? {} : { images }),
      regions: [...own.regions, ...other.regions.map((region) => ({ ...region, region: renamed(region.region) }))],
      prices,
      'unknown-gaps': gaps.filter((cloud) => clouds.has(cloud)),
    };
  });

const MORE = ['cores=5', 'mem=6G', 'max-price=0.15', 'arch=arm64', 'gpus=2', 'tags=ssd,fast', 'zones=za', 'region=r1'];

/** Problems, half of which ask for more than most machines have. */
const problems = fc
  .record({
    catalog: wide,
    rules: packs,
    request: requests,
    more: fc.oneof(fc.constant<string[]>([]), fc.subarray(MORE)),
    engine: fc.constantFrom('scan', 'lp'),
    top: fc.constantFrom(1, 3),
  })
  .map(({ catalog, rules, request, more, engine, top }) => {
    const keyOf = (text: string): string => text.slice(0, text.indexOf('='));
    const own = String(request.constraints ?? '').split(' ');
    const kept = own.filter((text) => text !== '' && !more.some((other) => keyOf(other) === keyOf(text)));
    // The placement zone=… is a constraint on zones.
    const zones = request.placement === 'zone=za' ? kept.filter((text) => keyOf(text) !== 'zones') : kept;
    const added = more.filter((text) => request.placement !== 'zone=za' || keyOf(text) !== 'zones');
    return {
      format: 'stowage.problem/1',
      catalog,
      rules,
      request: { ...request, constraints: [...zones, ...added].join(' ') },
      options: { at: '2026-11-22', engine, top },
    };
  });

interface Taken {
  readonly read: Problem;
  readonly answer: Answer;
  readonly rules: readonly unknown[];
}

function taken(problem: { readonly rules: readonly unknown[] }): Taken {
  const read = readProblem(documentOfValue('problem', problem), inputs);
  fc.pre(read.ok);
  const rules = ruleFilesOf(problem.rules);
  if (!read.ok || !rules.ok) throw new Error('not a problem');
  return { read: read.value, answer: solveRead(read.value), rules: rules.value };
}

/** The result of an answer, read off by hand: nothing of what decides it in the program. */
const resultOf = (answer: Answer) => ({
  status: answer.status,
  cost: answer.cost,
  machines: answer.machines.map(({ type, cloud, region, market, price, 'list-price': list, image }) => [
    type,
    cloud,
    region,
    market,
    price,
    list,
    image?.id,
  ]),
  next: answer['runner-up']?.type,
  conflicts: answer.conflicts?.map(({ needs }) => needs.map(({ need }) => need)),
  relaxations: answer.relaxations?.map(({ changes, type, region, cost, request }) => [
    changes,
    type,
    region,
    cost,
    request,
  ]),
  front: answer.front?.map(({ changes, cost }) => [changes, cost]),
});

describe('a snapshot', () => {
  it('has the answer of its problem, with the narrowest choice of rows', () => {
    let [left, infeasible, priced] = [0, 0, 0];
    fc.assert(
      fc.property(problems, (problem) => {
        const { read, answer, rules } = taken(problem);
        const snapshot = snapshotProblem(read, rules, inputs);
        if (!snapshot.ok) throw new Error(JSON.stringify(snapshot.diagnostics));
        const { problem: written } = snapshot.value;
        const again = solveProblem(JSON.parse(JSON.stringify(written)));
        expect(resultOf(again)).toEqual(resultOf(answer));
        expect(differences(answer, again)).toEqual([]);
        expect(again.notes.at(-1)?.code).toBe('snapshot');
        expect(verify(again, written)).toEqual({ ok: true, value: [] });
        const narrow = snapshotRows(read, answer, 'answer');
        expect(snapshot.value.kept.types).toBe(narrow.types.length);
        if (snapshot.value.left.types > 0) left += 1;
        if (answer.status === 'infeasible') infeasible += 1;
        if ((written.catalog as { prices?: unknown }).prices !== undefined) priced += 1;
      }),
      runs(25, 2000),
    );
    expect(Math.min(left, infeasible, priced)).toBeGreaterThan(0);
  });

  it('keeps what several machines are taken of, of an offer with several images', () => {
    const offer = { type: 'u0', market: 'on-demand', price: '0.1' };
    const { read, answer, rules } = taken({
      format: 'stowage.problem/1',
      catalog: {
        types: [
          { name: 't0', cloud: 'lab' },
          { name: 'u0', cloud: 'lab', arch: ['amd64', 'i386'] },
          { name: 'u1', cloud: 'lab' },
        ],
        offers: [
          { ...offer, type: 't0', region: 'r1' },
          { ...offer, region: 's1', limit: 1 },
          { ...offer, region: 's2' },
        ],
      },
      rules: ['default'],
      request: { kind: 'machine', constraints: 'arch=arm64', reserve: false, count: 2 },
    } as { rules: readonly unknown[] });
    expect(answer.relaxations?.map(({ changes, cost }) => [changes, cost])).toEqual([[['arch arm64 → any'], '0.2']]);
    const catalog = writeInlineCatalog(read.compiled.catalog, snapshotRows(read, answer, 'answer'));
    const again = solveProblem({
      format: 'stowage.problem/1',
      catalog,
      rules,
      request: { kind: 'machine', constraints: 'arch=arm64', reserve: false, count: 2 },
    });
    expect(differences(answer, again)).toEqual([]);
  });

  it('has it with any choice of rows that is made', () => {
    fc.assert(
      fc.property(problems, fc.constantFrom(...WIDTHS), (problem, width) => {
        const { read, answer, rules } = taken(problem);
        const catalog = writeInlineCatalog(read.compiled.catalog, snapshotRows(read, answer, width));
        const again = solveProblem({ ...problem, catalog, rules });
        expect(differences(answer, again)).toEqual([]);
      }),
      runs(15, 1500),
    );
  });

  it('has the same bytes whatever the order of the rows', () => {
    fc.assert(
      fc.property(
        problems.chain((problem) =>
          fc.tuple(
            fc.constant(problem),
            fc.record({
              types: fc.shuffledSubarray(problem.catalog.types, { minLength: problem.catalog.types.length }),
              offers: fc.shuffledSubarray(problem.catalog.offers, { minLength: problem.catalog.offers.length }),
              regions: fc.shuffledSubarray(problem.catalog.regions, { minLength: problem.catalog.regions.length }),
            }),
          ),
        ),
        ([problem, shuffled]) => {
          const texts = [problem, { ...problem, catalog: { ...problem.catalog, ...shuffled } }].map((one) => {
            const { read, rules } = taken(one);
            const snapshot = snapshotProblem(read, rules, inputs);
            return snapshot.ok ? writeYaml(snapshot.value.problem, () => false) : '';
          });
          expect(texts[0]).not.toBe('');
          expect(texts[1]).toBe(texts[0]);
        },
      ),
      runs(6, 500),
    );
  });

  it('says nothing of the rows but what is known of them', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { read, answer } = taken(problem);
        const { types } = writeInlineCatalog(read.compiled.catalog, snapshotRows(read, answer, 'answer'));
        const whole = problem.catalog.types as Rows;
        for (const type of types) {
          const original = whole.find(({ name, cloud }) => name === type.name && cloud === type.cloud);
          expect(Object.keys(type).sort()).toEqual(Object.keys(original!).sort());
        }
      }),
      runs(8, 300),
    );
  });
});

describe('the section of a catalog', () => {
  const machine = {
    types: [{ name: 'a', cloud: 'lab', arch: ['amd64'], cores: 2, mem: 4096, virt: ['hvm'], hypervisor: 'xen' }],
    offers: [{ type: 'a', region: 'r1', price: '0.1', 'as-of': '2026-01-01' }],
  };
  const asked = (catalog: unknown): Answer =>
    solveProblem({
      format: 'stowage.problem/1',
      catalog,
      rules: [],
      request: { kind: 'machine', constraints: 'mem=1G' },
    });

  it('may have prices of one’s own, which are told as a price file’s are', () => {
    const answer = asked({ ...machine, prices: { 'lab:a': { price: '-25%', reason: 'a contract' } } });
    expect(answer.machines[0]).toMatchObject({ price: '0.075', 'list-price': '0.1', 'price-basis': 'own' });
    expect(answer.explanation['price-steps']).toEqual([
      { rule: 'catalog.prices.lab:a', component: 'machine', change: '-0.025', reason: '-25%, a contract' },
    ]);
    const idle = asked({ ...machine, prices: { 'lab:b': '0.2' } });
    expect(idle.diagnostics?.map(({ code }) => code)).toEqual(['idle-price']);
  });

  it('may say that a cloud’s gaps are unknown', () => {
    const two = { ...machine, types: [...machine.types, { ...machine.types[0], name: 'b', mem: 2048 }] };
    expect(asked(two).considered['unpriced-fit']).toBe(0);
    expect(asked({ ...two, 'unknown-gaps': ['lab'] }).considered['unpriced-fit']).toBe(1);
    const fault = asked({ ...two, 'unknown-gaps': ['lap'] }).diagnostics?.[0];
    expect(fault).toMatchObject({
      code: 'invalid-catalog',
      path: 'catalog.unknown-gaps[0]',
      hint: 'did you mean lab?',
    });
  });
});

describe('YAML that is written', () => {
  it('reads back as the same value', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.constantFrom('no', '~', 'null', '1e3', '0x10', '+0.01', '12.10', '2026-01-01', '-12%', 'a: b', '[', '1_000'),
    );
    const { value: tree } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        texts,
        fc.integer(),
        fc.boolean(),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
          texts.filter((key) => key !== '__proto__'),
          tie('value'),
          { maxKeys: 4 },
        ),
      ),
    }));
    fc.assert(
      fc.property(tree!, fc.nat(2), (value, depth) => {
        const read = readDocument(
          'x',
          writeYaml(value, (path) => path.length === depth),
        );
        expect(read.ok && canonicalJson(read.value.value)).toBe(canonicalJson(value));
      }),
      runs(200, 5000),
    );
  });
});
