import { Command, Option } from 'commander';
import { MUTATION_FORMATS, type MutationFormat, renderMutations } from '../render/mutation-report.ts';
import { type MutationReport, mutate } from '../workbench/mutate.ts';
import { passes } from '../workbench/test-run.ts';
import { collect } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';
import { loadSuites, wordsOf } from './rule-suites.ts';

interface Options {
  readonly format: MutationFormat;
  readonly output?: string;
  readonly vocabulary?: readonly string[];
}

const HELP = `
Each small slip in a rule (a condition left out, a boundary moved, a value for another) must make some test fail. Slips
that no facts could tell from the rules are not counted. For each of the others that survives, a row of a test is
printed that kills it.

Exit code: 0 every mutant is killed, 1 some survive, 2 a file is at fault, or a test fails without any slip.

Examples:
  stowage rules mutate
  stowage rules mutate policies/acme.yaml --format json
`;

function run(process: Process, targets: readonly string[], options: Options): number {
  const words = wordsOf(options.vocabulary);
  if (!words.ok) return report(process, words.diagnostics);
  const loaded = loadSuites(targets, words.value);
  if (!loaded.ok) return report(process, loaded.diagnostics);
  for (const { program, suite } of loaded.value.suites) {
    const failing = suite.rows.find((row) => !passes(program, row, suite.module));
    if (failing !== undefined)
      return report(process, [
        {
          code: 'failing-test',
          message: `"${failing.name}" fails already`,
          span: failing.span,
          hint: 'stowage rules test tells why',
        },
      ]);
  }
  const reports = loaded.value.suites.map(
    ({ program, document, context, suite }): MutationReport =>
      mutate(program, document, suite, {
        context,
        progress: (done, of) => {
          if (done % 50 === 0) process.progress(`trying mutants of ${suite.module}: ${done} of ${of}`);
        },
      }),
  );
  process.progress();
  for (const { rules } of loaded.value.untested) process.err(`${rules.source}: no tests beside it\n`);
  const fault = deliver(process, renderMutations(reports, options.format), options.output);
  if (fault !== undefined) return report(process, [fault]);
  const isClean = reports.every(({ survivors }) => survivors.length === 0) && loaded.value.untested.length === 0;
  return isClean ? EXIT.answer : EXIT.noAnswer;
}

/** `stowage rules mutate`: whether the tests of rules see every small slip in them. */
export function rulesMutateCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('mutate')
    .description('find small slips in rules that their tests would not see')
    .argument('[target...]', 'rule files, test files, folders, or shipped packs')
    .addOption(new Option('--format <format>', 'how to print').choices([...MUTATION_FORMATS]).default('text'))
    .option('-o, --output <file>', 'write the report to a file')
    .option('--vocabulary <file>', "one's own attributes and capabilities; repeatable", collect)
    .addHelpText('after', HELP)
    .action((targets: readonly string[], options: Options) => exit(run(process, targets, options)));
}
