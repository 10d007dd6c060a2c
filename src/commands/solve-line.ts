import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import type { Line } from '../document/lines.ts';
import { readModelProblem } from '../plan/model-problem.ts';
import { errorAnswer, isModelProblem, readProblem, readProblemText, solveRead } from '../plan/problem.ts';
import type { Answer } from '../plan/schema.ts';
import type { CompatMode } from '../request/dialect.ts';
import type { StoredInputs } from '../storage/inputs.ts';
import { EXIT } from './process.ts';
import { type SolveModelOptions, solveModel } from './solve-model.ts';
import { type SolverOptions, withSolverOptions } from './solver-options.ts';
import { type LineAnswer, lineFault } from './stream.ts';

/** How problems are answered, whatever they ask. */
export interface Solving {
  readonly compat: CompatMode | undefined;
  readonly solver: SolverOptions & SolveModelOptions;
}

/** The longest accepted line of a stream, in bytes. */
export const LONGEST_LINE = 16_000_000;

export function exitOf({ status }: Answer): number {
  if (status === 'error') return EXIT.badInput;
  return status === 'optimal' || status === 'feasible' ? EXIT.answer : EXIT.noAnswer;
}

/** The answer to a problem about one machine at once, to one about a model in time. */
export function answerText(
  source: string,
  text: string,
  inputs: StoredInputs,
  { compat, solver }: Solving,
): Result<Answer> | Promise<Result<Answer>> {
  const document = readProblemText(source, text);
  if (!document.ok) return document;
  if (isModelProblem(document.value)) {
    const problem = readModelProblem(document.value, inputs);
    return problem.ok ? solveModel(withSolverOptions(problem.value, solver), solver).then(ok) : problem;
  }
  const problem = readProblem(document.value, inputs, compat);
  return problem.ok ? ok(solveRead(problem.value)) : problem;
}

/** The answer to a line of a stream of problems; undefined where the line is blank. */
export function answerLine(
  source: string,
  line: Line,
  inputs: StoredInputs,
  solving: Solving,
): LineAnswer | undefined | Promise<LineAnswer> {
  const { number, text } = line;
  if (text?.trim() === '') return undefined;
  const solved =
    text === undefined
      ? fail(lineFault(source, line, LONGEST_LINE))
      : answerText(`${source}:${number}`, text, inputs, solving);
  const told = (found: Result<Answer>): LineAnswer => {
    const answer = found.ok ? { ...found.value, line: number } : errorAnswer(found.diagnostics, number);
    return { text: JSON.stringify(answer), exit: exitOf(answer) };
  };
  return solved instanceof Promise ? solved.then(told) : told(solved);
}
