import { pathToFileURL } from 'node:url';
import { formulate } from '../plan/formulate.ts';
import { modelAnswer } from '../plan/model-answer.ts';
import type { ModelProblem } from '../plan/model-problem.ts';
import type { Answer } from '../plan/schema.ts';
import { formatMoney } from '../quantity/money.ts';
import { SOLVER_PROGRAM } from '../storage/places.ts';
import { solveInThread } from './solver.ts';

/** How often progress is told, in milliseconds. */
const TOLD_EVERY = 100;

/** The answer to a model, with progress. */
export async function solveModel(problem: ModelProblem, progress: (text?: string) => void): Promise<Answer> {
  const formulation = formulate(problem.compiled, problem.request, problem.options.at);
  const { partitions } = formulation;
  let told = Number.NEGATIVE_INFINITY;
  const { engine, timeLimit, seed } = problem.options;
  const solved = await solveInThread(
    { models: partitions.map(({ model }) => model), engine, timeLimit, seed },
    pathToFileURL(SOLVER_PROGRAM),
    (part, { phase, cost, bound }) => {
      const now = performance.now();
      if (now - told < TOLD_EVERY) return;
      told = now;
      const found = cost === undefined ? '' : `, ${formatMoney(cost)} USD/h found`;
      const least = bound === 0n ? '' : `, at least ${formatMoney(bound)}`;
      progress(`${partitions[part]!.name}: ${phase}${found}${least}`);
    },
  );
  progress();
  return modelAnswer(problem, formulation, solved);
}
