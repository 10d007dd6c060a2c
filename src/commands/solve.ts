import { Command } from 'commander';
import { fail } from '../diagnostic/diagnostic.ts';
import { errorAnswer, parseProblem, solveRead } from '../plan/problem.ts';
import type { Answer } from '../plan/schema.ts';
import { renderAnswer } from '../render/formats.ts';
import type { CompatMode } from '../request/dialect.ts';
import { readText } from '../storage/files.ts';
import { storedInputs } from '../storage/inputs.ts';
import { addOutputOptions, compatOption, type OutputOptions } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';
import { answerLines, lineFault } from './stream.ts';

function exitOf(answer: Answer): number {
  if (answer.status === 'error') return EXIT.badInput;
  return answer.status === 'optimal' || answer.status === 'feasible' ? EXIT.answer : EXIT.noAnswer;
}

interface SolveOptions extends OutputOptions {
  readonly lines?: boolean;
  readonly compat?: CompatMode;
}

/** The longest accepted line of a stream, in bytes. */
const LONGEST_LINE = 16_000_000;

/** One answer a line to a stream of problems. Returns the worst exit code. */
function solveLines(process: Process, path: string | undefined, { output, compat }: SolveOptions): Promise<number> {
  const source = path ?? '<stdin>';
  const inputs = storedInputs();
  return answerLines(process, { path, output, longest: LONGEST_LINE, eager: true }, (line) => {
    const { number, text } = line;
    if (text?.trim() === '') return undefined;
    const problem =
      text === undefined
        ? fail(lineFault(source, line, LONGEST_LINE))
        : parseProblem(`${source}:${number}`, text, inputs, compat);
    const answer = problem.ok
      ? { ...solveRead(problem.value), line: number }
      : errorAnswer(problem.diagnostics, number);
    return { text: JSON.stringify(answer), exit: exitOf(answer) };
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
  addOutputOptions(command);
  return command.action(async (path: string, options: SolveOptions) => {
    if (options.lines === true || path.endsWith('.jsonl'))
      return exit(await solveLines(process, path === '-' ? undefined : path, options));
    const source = path === '-' ? '<stdin>' : path;
    const text = path === '-' ? process.stdin() : readText(path);
    if (!text.ok) return exit(report(process, text.diagnostics));
    const problem = parseProblem(source, text.value, storedInputs(), options.compat);
    // A program that asked for JSON or YAML gets its answer in that form even when the problem is at fault.
    if (!problem.ok) {
      const fault =
        options.format === 'tabular' || options.format === 'markdown'
          ? undefined
          : deliver(process, await renderAnswer(errorAnswer(problem.diagnostics), options.format), options.output);
      return exit(report(process, fault === undefined ? problem.diagnostics : [fault]));
    }
    const answer = solveRead(problem.value);
    const fault = deliver(
      process,
      await renderAnswer(answer, options.format, { verbose: options.verbose ?? false }),
      options.output,
    );
    exit(fault === undefined ? exitOf(answer) : report(process, [fault]));
  });
}
