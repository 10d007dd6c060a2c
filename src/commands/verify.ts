import { Command } from 'commander';
import { visible } from '../diagnostic/visible.ts';
import { readProblemText } from '../plan/problem.ts';
import type { Answer } from '../plan/schema.ts';
import { readText } from '../storage/files.ts';
import { storedInputs } from '../storage/inputs.ts';
import { verifyDocument } from '../verify/verify-document.ts';
import { EXIT, type Process, report } from './process.ts';

/** What an answer that holds has proved. */
function held({ status, cost, bound, machines }: Answer): string {
  const count = machines.length === 1 ? '1 machine' : `${machines.length} machines`;
  if (status === 'optimal') return `The answer holds: ${count} at ${cost} USD/h, and nothing costs less.`;
  if (status === 'feasible')
    return `The answer holds: ${count} at ${cost} USD/h, and nothing costs less than ${bound}.`;
  if (status === 'infeasible') return 'The answer holds: nothing does what is asked for.';
  return 'The answer holds: it claims nothing.';
}

/** `stowage verify`: whether an answer is true of a problem. */
export function verifyCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('verify')
    .description('check an answer against its problem, sharing nothing with what found it')
    .argument('<answer>', 'a file that --format json (or yaml) -o wrote; -: standard input')
    .requiredOption('--problem <file>', 'the problem file that it answers')
    .option('-q, --quiet', 'tell nothing but what is wrong')
    .addHelpText(
      'after',
      '\nMachines, prices, constraints and rules are looked up anew; room, cost and bound are added up in integers.\nExits with 0 where the answer holds, with 1 and a line for each fault where it does not.\n',
    )
    .action((path: string, { problem, quiet }: { readonly problem: string; readonly quiet?: boolean }) => {
      const [text, asked] = [path === '-' ? process.stdin() : readText(path), readText(problem)];
      if (!text.ok || !asked.ok)
        return exit(
          report(
            process,
            [text, asked].flatMap((one) => (one.ok ? [] : one.diagnostics)),
          ),
        );
      const given = readProblemText(path === '-' ? '<stdin>' : path, text.value);
      const question = readProblemText(problem, asked.value);
      if (!given.ok || !question.ok)
        return exit(
          report(
            process,
            [given, question].flatMap((one) => (one.ok ? [] : one.diagnostics)),
          ),
        );
      const verdict = verifyDocument(given.value, question.value, storedInputs());
      if (!verdict.ok) return exit(report(process, verdict.diagnostics));
      const { answer, faults } = verdict.value;
      if (faults.length === 0) {
        if (quiet !== true) process.out(`${held(answer)}\n`);
        return exit(EXIT.answer);
      }
      const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
      // What could not be proved in time is no lie.
      const isOpen = faults.every((fault) => / within \d+ steps$/.test(fault));
      const head = isOpen ? 'The answer is not confirmed' : `The answer does not hold, for ${count}`;
      process.out(`${head}:\n${faults.map((one) => `  ${visible(one)}\n`).join('')}`);
      exit(EXIT.noAnswer);
    });
}
