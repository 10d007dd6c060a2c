import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelProblem } from '../../src/plan/model-problem.ts';
import { type Answer, answerSchema } from '../../src/plan/schema.ts';
import { verifyModel } from '../../src/plan/verify-model.ts';
import { modelProblems } from '../arbitraries/models.ts';
import { runs } from '../support/fuzz.ts';
import { modelSolver, readModel } from '../support/models.ts';

let solve: (problem: ModelProblem) => Answer;
beforeAll(async () => {
  solve = await modelSolver();
});

const faultsOf = (answer: Answer, { compiled, request, options }: ModelProblem): readonly string[] =>
  verifyModel(answer, compiled, request, options.at);

describe('verifyModel', () => {
  it('finds nothing wrong with answers of the program', () => {
    const told: Record<string, number> = {};
    fc.assert(
      fc.property(modelProblems, (value) => {
        const problem = readModel(value);
        fc.pre(problem !== undefined);
        const answer = solve(problem);
        told[answer.status] = (told[answer.status] ?? 0) + 1;
        expect(faultsOf(answer, problem)).toEqual([]);
        expect(answerSchema.safeParse(answer).error).toBeUndefined();
      }),
      runs(Number(process.env.N ?? 300), 10_000),
    );
    if (process.env.TOLD) console.log(told);
  });
});
