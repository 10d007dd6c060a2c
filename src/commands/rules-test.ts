import { Command, InvalidArgumentError, Option } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { renderTests, TEST_FORMATS, type TestFormat } from '../render/test-report.ts';
import {
  coverageOf,
  type Fraction,
  leavesCovered,
  parseThreshold,
  reaches,
  rulesCovered,
} from '../workbench/coverage.ts';
import { reportModule, reportTests } from '../workbench/test-report.ts';
import { isOfModule } from '../workbench/test-run.ts';
import { collect } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';
import { loadSuites, wordsOf } from './rule-suites.ts';
import { runSuite, type TestInputs, testInputs } from './rule-test-inputs.ts';
import { watchTests } from './rules-watch.ts';

export interface TestOptions {
  readonly requests?: string;
  readonly vocabulary?: readonly string[];
  readonly watch?: boolean;
  readonly format: TestFormat;
  readonly output?: string;
  readonly coverage?: boolean;
  readonly minRules?: Fraction;
  readonly minLeaves?: Fraction;
}

const HELP = `
Tests stand beside the rules: X.test.yaml tests X.yaml. Without FILE, DIR or PACK, all shipped packs are tested.
Exit code: 0 all passed, 1 some failed (or less is covered than asked for), 2 a test file is at fault.

Examples:
  stowage rules test
  stowage rules test policies --coverage
  stowage rules test policies/acme.yaml --min-rules 1 --min-leaves 52/56
  stowage rules test --format junit -o report.xml
  stowage rules test policies --watch --requests requests
`;

export function threshold(text: string): Fraction {
  const fraction = parseThreshold(text);
  if (fraction === undefined) throw new InvalidArgumentError('It must be a share such as 1, 0.9, 90% or 52/56.');
  return fraction;
}

/** Tests what is named once; returns the exit code. */
export function testOnce(
  process: Process,
  targets: readonly string[],
  options: TestOptions,
  inputs: TestInputs,
): number {
  const loaded = loadSuites(targets, inputs.vocabulary);
  if (!loaded.ok) return report(process, loaded.diagnostics);
  const faults: Diagnostic[] = [];
  const withCoverage = options.coverage === true || options.minRules !== undefined || options.minLeaves !== undefined;
  const saved = inputs.saved();
  if (!saved.ok) return report(process, saved.diagnostics);
  const runs = loaded.value.suites.flatMap((suite) => {
    const outcomes = runSuite(suite, inputs, saved.value);
    if (!outcomes.ok) {
      faults.push(...outcomes.diagnostics);
      return [];
    }
    const { program, suite: tests, file } = suite;
    const coverage = withCoverage ? coverageOf(program, isOfModule(tests.module), tests.rows) : undefined;
    return [{ tested: reportModule(tests.module, file.tests.source, outcomes.value, coverage), coverage }];
  });
  if (faults.length > 0) return report(process, faults);
  const result = reportTests(
    runs.map(({ tested }) => tested),
    loaded.value.untested.map(({ rules }) => rules.source),
  );
  const fault = deliver(process, renderTests(result, options.format), options.output);
  if (fault !== undefined) return report(process, [fault]);
  const isCovered = runs.every(
    ({ coverage }) =>
      coverage === undefined ||
      ((options.minRules === undefined || reaches(rulesCovered(coverage), options.minRules)) &&
        (options.minLeaves === undefined || reaches(leavesCovered(coverage), options.minLeaves))),
  );
  if (!isCovered) process.err('less is covered than asked for\n');
  return result.failed === 0 && result.untested.length === 0 && isCovered ? EXIT.answer : EXIT.noAnswer;
}

/** `stowage rules test`: what the rules conclude against what their tests expect. */
export function rulesTestCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('test')
    .description('test rules against the tests that stand beside them')
    .argument('[target...]', 'rule files, test files, folders, or shipped packs')
    .addOption(new Option('--format <format>', 'how to print').choices([...TEST_FORMATS]).default('text'))
    .option('-o, --output <file>', 'write the report to a file')
    .option('--coverage', 'tell which rules fired, and which leaves were true, false and unknown while they decided')
    .option('--min-rules <share>', 'the least share of rules that must fire, such as 1', threshold)
    .option('--min-leaves <share>', 'the least share of outcomes of leaves that must be covered', threshold)
    .option('--vocabulary <file>', "one's own attributes and capabilities; repeatable", collect)
    .option('--requests <dir>', 'problem files of saved requests, for what must always hold')
    .option('--watch', 'test again, and plan saved requests again, whenever a file is saved')
    .addHelpText('after', HELP)
    .action(async (targets: readonly string[], options: TestOptions) => {
      const words = wordsOf(options.vocabulary);
      if (!words.ok) return exit(report(process, words.diagnostics));
      const inputs = testInputs(options.requests, words.value);
      if (options.watch === true) return exit(await watchTests(process, targets, options, inputs));
      exit(testOnce(process, targets, options, inputs));
    });
}
