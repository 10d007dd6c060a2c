import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelProblem } from '../../src/plan/model-problem.ts';
import { type Answer, answerSchema } from '../../src/plan/schema.ts';
import { verifyModel } from '../../src/plan/verify-model.ts';
import { formatDecimal } from '../../src/quantity/decimal.ts';
import { readMoney } from '../../src/quantity/money.ts';
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

describe('verifyModel', () => {
  it('finds nothing wrong with answers of the program', () => {
    fc.assert(
      fc.property(modelProblems, (value) => {
        const problem = readModel(value);
        fc.pre(problem !== undefined);
        const answer = solve(problem);
        expect(faultsOf(answer, problem)).toEqual([]);
        expect(answerSchema.safeParse(answer).error).toBeUndefined();
      }),
      runs(300, 10_000),
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
          if (damage(draft, value.catalog.types))
            expect([name, faultsOf(draft as Answer, problem)]).not.toEqual([name, []]);
        }
      }),
      runs(60, 3_000),
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
      runs(100, 3_000),
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
      runs(100, 5_000),
    );
  });
});
