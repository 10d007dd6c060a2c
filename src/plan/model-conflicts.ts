import type { Formulation } from './formulate.ts';
import type { ModelProblem } from './model-problem.ts';
import type { Answer } from './schema.ts';

/** Why a model cannot be placed: smallest sets of units that cannot be placed together, in any one place. */
export function modelConflicts(
  _problem: ModelProblem,
  _formulation: Formulation,
): NonNullable<Answer['model-conflicts']> {
  return [];
}
