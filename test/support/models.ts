import loader, { type Highs } from 'highs';
import { documentOfValue } from '../../src/document/read.ts';
import { formulate } from '../../src/plan/formulate.ts';
import { modelAnswer } from '../../src/plan/model-answer.ts';
import { type ModelProblem, readModelProblem } from '../../src/plan/model-problem.ts';
import type { Answer } from '../../src/plan/schema.ts';
import { highsEngine } from '../../src/solve/integer.ts';
import { solvePacking } from '../../src/solve/solve-packing.ts';
import { solveParts } from '../../src/solve/solve-parts.ts';
import { storedInputs } from '../../src/storage/inputs.ts';

/** Problems about models, solved without a thread. */

// The package's types describe its CommonJS build.
const loaded = (loader as unknown as () => Promise<Highs>)();

/** A problem as it is read; undefined where it is bad input. */
export function readModel(problem: unknown): ModelProblem | undefined {
  const read = readModelProblem(documentOfValue('problem', problem), storedInputs());
  return read.ok ? read.value : undefined;
}

/** Solves problems without limits. */
export async function modelSolver(): Promise<(problem: ModelProblem) => Answer> {
  const integer = highsEngine(await loaded);
  return (problem) => {
    const formulation = formulate(problem.compiled, problem.request, problem.options.at);
    const solved = solveParts(
      formulation.partitions.map(({ model }) => model),
      (model, limits) => solvePacking(model, integer, limits),
      { remaining: () => Number.POSITIVE_INFINITY, seed: problem.options.seed },
    );
    return modelAnswer(problem, formulation, solved);
  };
}
