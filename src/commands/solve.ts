import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { errorAnswer } from '../plan/problem.ts';
import { renderAnswer, tellsFaults } from '../render/formats.ts';
import type { CompatMode } from '../request/dialect.ts';
import { readText } from '../storage/files.ts';
import { storedInputs } from '../storage/inputs.ts';
import { STREAM_PROGRAM } from '../storage/places.ts';
import { type AnswerOutputOptions, addAnswerOutputOptions, compatOption } from './options.ts';
import { deliver, type Process, report } from './process.ts';
import { openLane } from './second-lane.ts';
import { answerLine, answerText, exitOf, LONGEST_LINE, type Solving } from './solve-line.ts';
import { addSolverOptions, type SolverOptions } from './solver-options.ts';
import { answerLines } from './stream.ts';

interface SolveOptions extends AnswerOutputOptions, SolverOptions {
  readonly lines?: boolean;
  readonly compat?: CompatMode;
}

/** One answer a line to a stream of problems. Returns the worst exit code. */
function solveLines(process: Process, path: string | undefined, options: SolveOptions): Promise<number> {
  const { output, compat, engine, timeLimit, seed } = options;
  const source = path ?? '<stdin>';
  const inputs = storedInputs();
  const solving: Solving = {
    compat,
    solver: {
      ...(engine === undefined ? {} : { engine }),
      ...(timeLimit === undefined ? {} : { timeLimit }),
      ...(seed === undefined ? {} : { seed }),
    },
  };
  return answerLines(
    process,
    {
      path,
      output,
      longest: LONGEST_LINE,
      eager: true,
      lane: () => openLane(pathToFileURL(STREAM_PROGRAM), { source, solving }),
    },
    (line) => answerLine(source, line, inputs, solving),
  );
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
    const solver = {
      ...options,
      progress,
      explain: options.verbose === true,
      write:
        options.writeLp === undefined
          ? undefined
          : (written: string) => {
              unwritten = deliver(process, written, options.writeLp);
            },
    };
    const solved = await answerText(source, text.value, storedInputs(), { compat: options.compat, solver });
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
