import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { modelDefinition } from '../../src/definition/model.ts';
import { packingOf } from '../../src/definition/packing.ts';
import type { ModelProblem } from '../../src/plan/model-problem.ts';
import { type Answer, answerSchema } from '../../src/plan/schema.ts';
import { formatDecimal } from '../../src/quantity/decimal.ts';
import { readMoney } from '../../src/quantity/money.ts';
import { verifyModel } from '../../src/verify/model.ts';
import { proofOf } from '../../src/verify/model-bound.ts';
import { coverOf } from '../../src/verify/model-cover.ts';
import { searchWithin } from '../../src/verify/model-search.ts';
import { modelProblems } from '../arbitraries/models.ts';
import { DAMAGES, DEMANDS, type Draft, type ProblemDraft } from '../support/damage.ts';
import { runs } from '../support/fuzz.ts';
import { modelSolver, readModel } from '../support/models.ts';

const gapOf = (cost: string, bound: string): string => {
  const [paid, least] = [readMoney(cost), readMoney(bound)];
  return paid === 0n ? '0' : formatDecimal(((paid - least) * 1_000_000n) / paid, 6);
};

let solve: (problem: ModelProblem) => Answer;
beforeAll(async () => {
  solve = await modelSolver();
});

const faultsOf = (answer: Answer, { compiled, request, options }: ModelProblem): readonly string[] =>
  verifyModel(answer, compiled, request, options.at);

/** On which every damage can be done. */
const EXAMPLE = {
  format: 'stowage.problem/1',
  catalog: {
    types: [
      { name: 'small', cloud: 'lab', arch: ['amd64'], cores: 2, mem: 4096 },
      { name: 'large', cloud: 'lab', arch: ['amd64'], cores: 4, mem: 8192 },
    ],
    offers: [
      { type: 'small', region: 'r1', zones: ['a', 'b'], price: '0.1' },
      { type: 'large', region: 'r1', zones: ['a', 'b'], price: '0.25' },
      { type: 'small', region: 'r2', zones: ['a', 'b'], price: '0.11' },
    ],
  },
  rules: [
    {
      format: 1,
      module: 'lab',
      rules: {
        hosts: { summary: 'hosts', when: { 'type.cores': { known: true } }, provide: { lxd: '5.0' } },
        keeps: { summary: 'keeps', when: { 'type.cores': { known: true } }, reserve: { os: { mem: '96 MiB' } } },
      },
    },
  ],
  request: {
    kind: 'model',
    units: [
      { id: 'web', count: 4, needs: { mem: 2000 }, spread: 'zone', container: 'lxd' },
      { id: 'db', count: 2, needs: { mem: 3000 } },
    ],
    machines: [
      { id: '0', type: 'large', region: 'r1', zone: 'a', 'keep-price': '0.05', used: { mem: 4096 }, units: ['db/0'] },
    ],
  },
  options: { at: '2026-11-22' },
};

describe('verifyModel', () => {
  // In each zone a small machine holds two of web: 96 + 2 × 2000 = 4096. Another one holds db/1, since machine 0 has 1000
  // MiB left. So three small machines at 0.1, and 0.05 for the one that runs; in r1, where that is.
  it('holds an answer that was worked out by hand', () => {
    const problem = readModel(EXAMPLE)!;
    const answer = solve(problem);
    expect(answer).toMatchObject({ status: 'optimal', cost: '0.35', bound: '0.35' });
    expect(answer.machines.map(({ type, zone, units }) => [type, zone, units])).toEqual([
      ['small', 'a', ['web/0', 'web/1']],
      ['small', 'a', ['db/1']],
      ['small', 'b', ['web/2', 'web/3']],
      ['large', 'a', ['db/0']],
    ]);
    expect(faultsOf(answer, problem)).toEqual([]);
  });

  it.each(Object.entries(DAMAGES))('sees when %s', (_, damage) => {
    const problem = readModel(EXAMPLE)!;
    const draft = structuredClone(solve(problem)) as Draft;
    expect(damage(draft, EXAMPLE.catalog)).toBe(true);
    expect(faultsOf(draft as Answer, problem)).not.toEqual([]);
  });

  it('says what is claimed and what is true', () => {
    const problem = readModel(EXAMPLE)!;
    const draft = structuredClone(solve(problem)) as Draft;
    const [first, old] = [draft.machines[0], draft.machines.at(-1)];
    first!.zone = 'b';
    first!.price = '0.09';
    old!.fill!.mem!.used = 7000;
    expect(faultsOf(draft as Answer, problem)).toEqual([
      'machine new-0: the price is "0.1", the answer says "0.09"',
      'machine 0: the fill is {"mem":{"capacity":8192,"reserved":96,"used":7096}}, the answer says {"mem":{"capacity":8192,"reserved":96,"used":7000}}',
      'web is not spread evenly: 0 in a, 4 in b',
      'the machines cost 0.34, the answer says 0.35',
    ]);
  });

  // Two of 5 GiB are worth 12 together, one of 6 GiB is worth 7: the machine is overfull at any price below 12.
  it('looks past a filling that is no better than its machine costs', () => {
    const row = { company: 0, zone: undefined, number: undefined, demand: 2, ceiling: 2, apart: [] };
    const bin = { room: [10], sizes: [[6], [5]], most: [2, 2], supply: undefined };
    const cover = { rows: [row, row], evens: [], supplies: [], grain: 1n, isImpossible: false };
    const multipliers = [7_000n, 6_000n];
    expect(proofOf({ ...cover, bins: [{ ...bin, price: 11 }] }, multipliers, 1_000)).toMatchObject({
      isOverfull: true,
    });
    expect(proofOf({ ...cover, bins: [{ ...bin, price: 12 }] }, multipliers, 1_000)).toMatchObject({ parts: 26_000n });
  });

  it('finds nothing wrong with answers of the program', () => {
    fc.assert(
      fc.property(modelProblems, (value) => {
        const problem = readModel(value);
        fc.pre(problem !== undefined);
        const answer = solve(problem);
        expect(faultsOf(answer, problem)).toEqual([]);
        expect(answerSchema.safeParse(answer).error).toBeUndefined();
      }),
      runs(100, 10_000),
    );
  });

  it('refuses every plan that is damaged in one way', () => {
    fc.assert(
      fc.property(modelProblems, (value) => {
        const problem = readModel(value);
        fc.pre(problem !== undefined);
        const answer = solve(problem);
        fc.pre(answer.status === 'optimal' && answer.machines.length > 0);
        for (const [name, damage] of Object.entries(DAMAGES)) {
          const draft = structuredClone(answer) as Draft;
          // Where all machines are limited, units may be worth more than those cost: that proves less, and is no lie.
          if (name.startsWith('multipliers') && value.catalog.offers.some(({ limit }) => limit !== undefined)) continue;
          if (damage(draft, value.catalog)) expect([name, faultsOf(draft as Answer, problem)]).not.toEqual([name, []]);
        }
      }),
      runs(40, 3_000),
    );
  });

  it('refuses plans that give less than is asked for', () => {
    fc.assert(
      fc.property(modelProblems, (value) => {
        const problem = readModel(value);
        fc.pre(problem !== undefined);
        const answer = solve(problem);
        fc.pre(answer.status === 'optimal' && answer.machines.length > 0);
        for (const [name, demand] of Object.entries(DEMANDS)) {
          const draft = structuredClone(value) as unknown as ProblemDraft;
          if (!demand(draft, answer)) continue;
          const other = readModel(draft);
          if (other === undefined) continue;
          const inputs = { ...answer.inputs, catalog: other.compiled.catalog.digest };
          expect([name, faultsOf({ ...answer, inputs }, other)]).not.toEqual([name, []]);
        }
      }),
      runs(50, 3_000),
    );
  });

  it('never believes a bound that is above the least cost', () => {
    fc.assert(
      fc.property(modelProblems, fc.nat(), (value, which) => {
        const problem = readModel(value);
        fc.pre(problem !== undefined && problem.request.machines.length === 0);
        const answer = solve(problem);
        fc.pre(answer.status === 'optimal' && answer.machines.length > 0);
        // The cheapest plan without an offer that the cheapest one uses is a true plan, but not the cheapest.
        const { type, region, market } = answer.machines[which % answer.machines.length]!;
        const offers = value.catalog.offers.filter(
          (one) => one.type !== type || one.region !== region || one.market !== market,
        );
        const less = readModel({ ...value, catalog: { ...value.catalog, offers } });
        fc.pre(less !== undefined);
        const dearer = solve(less);
        fc.pre(dearer.status === 'optimal');
        const claimed: Answer = { ...dearer, inputs: answer.inputs };
        const isTrue = dearer.cost === answer.cost;
        if (!isTrue) expect(faultsOf(claimed, problem)).not.toEqual([]);
        // The same plan with no more than the true bound holds, whatever multipliers come with it.
        const honest: Answer = {
          ...dearer,
          inputs: answer.inputs,
          status: isTrue ? 'optimal' : 'feasible',
          bound: answer.cost,
          certificate: answer.certificate,
          proof: 'enumeration',
          gap: gapOf(dearer.cost!, answer.cost!),
        };
        // Zones are those of the offers that there are: a plan that is spread over fewer may not be.
        if (!problem.request.units.some(({ spread }) => spread !== undefined))
          expect(faultsOf(honest, problem)).toEqual([]);
      }),
      runs(50, 5_000),
    );
  });

  it('searches for what there is, whatever multipliers it goes by', () => {
    fc.assert(
      fc.property(modelProblems, fc.integer({ min: 0, max: 4 }), (value, quarters) => {
        const problem = readModel(value);
        fc.pre(problem !== undefined && problem.request.machines.length === 0);
        const answer = solve(problem);
        fc.pre(answer.status === 'optimal');
        const cost = Number(readMoney(answer.cost!));
        const world = modelDefinition(problem.compiled, problem.request, problem.options.at);
        const lots = world.companies.map((_, index) => [index]);
        const found: number[] = [];
        for (const [place, sites] of world.places) {
          const cover = coverOf(packingOf(world, lots, sites));
          if (cover.isImpossible) continue;
          const own = answer.certificate!.multipliers.find((one) => one.place === place);
          const multipliers = cover.rows.map(({ company, number }) => {
            const unit = own?.units.find(
              (one) => one.unit === world.companies[company]!.leader.id && one.zone === number,
            );
            return (readMoney(unit?.each.replace(/(\.\d{9})\d+$/, '$1') ?? '0') * 1000n * BigInt(quarters)) / 4n;
          });
          const proof = proofOf(cover, multipliers, 1_000_000);
          if (proof.parts < 0n) throw new Error('too hard');
          const best = searchWithin(cover, proof, cost, { left: 1_000_000 });
          if (typeof best === 'number') found.push(best);
          if (cost > 0) expect(searchWithin(cover, proof, cost - 1, { left: 1_000_000 })).toBe('none');
        }
        expect(found).toContain(cost);
      }),
      runs(60, 3_000),
    );
  });
});
