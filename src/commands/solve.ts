import { Command } from 'commander';
import { errorAnswer, parseProblem, solveRead } from '../plan/problem.ts';
import type { Answer } from '../plan/schema.ts';
import { renderAnswer } from '../render/formats.ts';
import { readText } from '../storage/files.ts';
import { storedInputs } from '../storage/inputs.ts';
import { addOutputOptions, type OutputOptions } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';

function exitOf(answer: Answer): number {
  if (answer.status === 'error') return EXIT.badInput;
  return answer.status === 'optimal' || answer.status === 'feasible' ? EXIT.answer : EXIT.noAnswer;
}

/** `stowage solve`: the answer to a problem file, or one answer a line to a stream of problems. */
export function solveCommand(process: Process, exit: (code: number) => void): Command {
  const command = new Command('solve')
    .description('answer a problem file: a catalog, rules and a request in one')
    .argument('<problem>', 'a YAML or JSON file; .jsonl: one problem a line, one answer a line; -: standard input')
    .addHelpText(
      'after',
      '\nThe formats of problems and answers are described by schemas/problem.schema.json and schemas/answer.schema.json.\n',
    );
  addOutputOptions(command);
  return command.action(async (path: string, options: OutputOptions) => {
    const source = path === '-' ? '<stdin>' : path;
    const text = path === '-' ? process.stdin() : readText(path);
    if (!text.ok) return exit(report(process, text.diagnostics));
    const inputs = storedInputs();
    if (path.endsWith('.jsonl')) {
      let worst: number = EXIT.answer;
      const answers: string[] = [];
      for (const [index, line] of text.value.split('\n').entries()) {
        if (line.trim() === '') continue;
        const problem = parseProblem(`${source}:${index + 1}`, line, inputs);
        const answer = problem.ok
          ? { ...solveRead(problem.value), line: index + 1 }
          : errorAnswer(problem.diagnostics, index + 1);
        worst = Math.max(worst, exitOf(answer));
        answers.push(`${JSON.stringify(answer)}\n`);
      }
      const fault = deliver(process, answers.join(''), options.output);
      return exit(fault === undefined ? worst : report(process, [fault]));
    }
    const problem = parseProblem(source, text.value, inputs);
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
