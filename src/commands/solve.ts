import { Command } from 'commander';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { readModelProblem } from '../plan/model-problem.ts';
import { errorAnswer, isModelProblem, readProblem, readProblemText, solveRead } from '../plan/problem.ts';
import type { Answer } from '../plan/schema.ts';
import { renderAnswer, tellsFaults } from '../render/formats.ts';
import type { CompatMode } from '../request/dialect.ts';
import { readText } from '../storage/files.ts';
import { storedInputs } from '../storage/inputs.ts';
import { type AnswerOutputOptions, addAnswerOutputOptions, compatOption } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';
import { type SolveModelOptions, solveModel } from './solve-model.ts';
import { addSolverOptions, type SolverOptions, withSolverOptions } from './solver-options.ts';
import { answerLines, lineFault } from './stream.ts';

function exitOf(answer: Answer): number {
  if (answer.status === 'error') return EXIT.badInput;
  return answer.status === 'optimal' || answer.status === 'feasible' ? EXIT.answer : EXIT.noAnswer;
}

interface SolveOptions extends AnswerOutputOptions, SolverOptions {
  readonly lines?: boolean;
  readonly compat?: CompatMode;
}

/** The longest accepted line of a stream, in bytes. */
const LONGEST_LINE = 16_000_000;

/** The answer to a problem about one machine at once, to one about a model in time. */
function answerText(
  source: string,
  text: string,
  inputs: ReturnType<typeof storedInputs>,
  compat: CompatMode | undefined,
  how: SolverOptions & SolveModelOptions = {},
): Result<Answer> | Promise<Result<Answer>> {
  const document = readProblemText(source, text);
  if (!document.ok) return document;
  if (isModelProblem(document.value)) {
    const problem = readModelProblem(document.value, inputs);
    return problem.ok ? solveModel(withSolverOptions(problem.value, how), how).then(ok) : problem;
  }
  const problem = readProblem(document.value, inputs, compat);
  return problem.ok ? ok(solveRead(problem.value)) : problem;
}

/** One answer a line to a stream of problems. Returns the worst exit code. */
function solveLines(process: Process, path: string | undefined, options: SolveOptions): Promise<number> {
  const { output, compat } = options;
  const source = path ?? '<stdin>';
  const inputs = storedInputs();
  return answerLines(process, { path, output, longest: LONGEST_LINE, eager: true }, (line) => {
    const { number, text } = line;
    if (text?.trim() === '') return undefined;
    const solved =
      text === undefined
        ? fail(lineFault(source, line, LONGEST_LINE))
        : answerText(`${source}:${number}`, text, inputs, compat, options);
    const finish = (found: Result<Answer>) => {
      const answer = found.ok ? { ...found.value, line: number } : errorAnswer(found.diagnostics, number);
      return { text: JSON.stringify(answer), exit: exitOf(answer) };
    };
    return solved instanceof Promise ? solved.then(finish) : finish(solved);
  });
}

/** `stowage solve`: the answer to a problem file, or one answer a line to a stream of problems. */
export function solveCommand(process: Process, exit: (code: number) => void): Command {
  const command = new Command('solve')
    .description('answer a problem file: a catalog, rules and a request in one')
    .argument('<problem>', 'a YAML or JSON file; -: standard input; .jsonl: a stream, as with --lines')
    .option('--lines', 'read a stream: a problem a line in JSON, answered by a line in JSON as it comes')
    .addOption(compatOption())
    .addHelpText(
      'after',
      '\nThe formats of problems and answers are described by schemas/problem.schema.json and schemas/answer.schema.json.\n',
    );
  addAnswerOutputOptions(addSolverOptions(command));
  return command.action(async (path: string, options: SolveOptions) => {
    if (options.lines === true || path.endsWith('.jsonl'))
      return exit(await solveLines(process, path === '-' ? undefined : path, options));
    const source = path === '-' ? '<stdin>' : path;
    const text = path === '-' ? process.stdin() : readText(path);
    if (!text.ok) return exit(report(process, text.diagnostics));
    let unwritten: Diagnostic | undefined;
    const progress = options.quiet === true ? undefined : process.progress;
    const solved = await answerText(source, text.value, storedInputs(), options.compat, {
      ...options,
      progress,
      explain: options.verbose === true,
      write:
        options.writeLp === undefined
          ? undefined
          : (written) => {
              unwritten = deliver(process, written, options.writeLp);
            },
    });
    if (unwritten !== undefined) return exit(report(process, [unwritten]));
    // A program that asked for JSON or YAML gets its answer in that form even when the problem is at fault.
    if (!solved.ok) {
      const fault = tellsFaults(options.format)
        ? deliver(process, await renderAnswer(errorAnswer(solved.diagnostics), options.format), options.output)
        : undefined;
      return exit(report(process, fault === undefined ? solved.diagnostics : [fault]));
    }
    const answer = solved.value;
    const fault = deliver(
      process,
      await renderAnswer(answer, options.format, { verbose: options.verbose ?? false }),
      options.output,
    );
    exit(fault === undefined ? exitOf(answer) : report(process, [fault]));
  });
}
