import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { checkDocument } from '../document/check.ts';
import { type Document, placeIn } from '../document/read.ts';
import { readModelProblem } from '../plan/model-problem.ts';
import { isModelProblem, type ProblemInputs, readProblem, solveRead } from '../plan/problem.ts';
import { type Answer, answerSchema } from '../plan/schema.ts';
import { verifyAnswer, verifyAsJuju } from './machine.ts';
import { verifyModel } from './model.ts';

/** An answer that was checked, with what is wrong with it. */
export interface Verdict {
  readonly answer: Answer;
  /** A line each; none where the answer holds. */
  readonly faults: readonly string[];
}

/** Holds an answer against a problem, about a model or about one machine. */
export function verifyDocument(given: Document, problem: Document, inputs: ProblemInputs): Result<Verdict> {
  if ((given.value as { readonly format?: unknown } | null)?.format !== 'stowage.answer/1')
    return fail({
      code: 'no-answer',
      message: 'this is no answer: its format is not stowage.answer/1',
      ...placeIn(given, ['format']),
      hint: 'save one with --format json -o FILE',
    });
  const checked = checkDocument(given, answerSchema, 'an answer');
  if (!checked.ok) return checked;
  const answer = checked.value;
  if (isModelProblem(problem)) {
    const read = readModelProblem(problem, inputs);
    if (!read.ok) return read;
    const { compiled, request, options } = read.value;
    return ok({ answer, faults: verifyModel(answer, compiled, request, options.at) });
  }
  const read = readProblem(problem, inputs);
  if (!read.ok) return read;
  const { compiled, request, options, juju } = read.value;
  return ok({
    answer,
    faults:
      juju === undefined
        ? verifyAnswer(answer, compiled, request, options.at)
        : verifyAsJuju(answer, solveRead(read.value)),
  });
}
