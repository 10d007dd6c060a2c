import { join } from 'node:path';
import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, ok } from '../diagnostic/diagnostic.ts';
import { describeDiagnostic } from '../diagnostic/frame.ts';
import { solveRead } from '../plan/problem.ts';
import { renderCheck } from '../render/check.ts';
import { renderTests } from '../render/test-report.ts';
import { isFile, isFolder, namesIn, realPath } from '../storage/files.ts';
import { filesOf } from '../storage/places.ts';
import { ruleDocuments } from '../storage/rule-documents.ts';
import { type TestedFile, testedFiles, usedPack } from '../storage/test-files.ts';
import { watchFiles } from '../storage/watch-files.ts';
import { checkRules } from '../workbench/check.ts';
import { coverageOf } from '../workbench/coverage.ts';
import { planInWords } from '../workbench/plan-row.ts';
import { rerunAfter, type WatchedModule } from '../workbench/rerun.ts';
import { reportModule, reportTests, type TestedModule } from '../workbench/test-report.ts';
import { isOfModule } from '../workbench/test-run.ts';
import { EXIT, type Process, report } from './process.ts';
import { type LoadedSuite, loadSuite } from './rule-suites.ts';
import { runPlanned, runStated, type TestInputs } from './rule-test-inputs.ts';
import type { TestOptions } from './rules-test.ts';

/** Tests and checks again, and plans saved requests again, after every save, until it is interrupted. */

interface Watching {
  readonly files: readonly { readonly file: TestedFile; readonly watched: WatchedModule }[];
  readonly requests: readonly string[];
}

// However a file is named, it is one file.
const real = (path: string): string => (isFile(path) ? realPath(path) : path);

/** What the modules are called and use, as far as they can be read. */
function watchedModules(files: readonly TestedFile[], vocabulary: Vocabulary): Watching['files'] {
  return files.map((file) => {
    const loaded = file.isTested ? loadSuite(file, vocabulary) : undefined;
    const suite = loaded?.ok ? loaded.value.suite : undefined;
    return {
      file,
      watched: {
        module: suite?.module ?? file.rules.path,
        rules: real(file.rules.path),
        tests: real(file.tests.path),
        uses: (suite?.text.use ?? [])
          .flatMap((name) => filesOf(usedPack(file.tests.path, name)) ?? [])
          .map(({ path }) => real(path)),
      },
    };
  });
}

/** What checking the rules of a suite finds, by the rules alone; nothing where all is well. */
function findingsOf({ program, document, file }: LoadedSuite, beside: readonly TestedFile[]): string {
  const others = ruleDocuments(beside.map(({ rules }) => rules.path).filter((path) => path !== file.rules.path));
  const checked = checkRules({
    judged: [document],
    beside: others.ok ? others.value : [],
    program,
    catalog: undefined,
    date: undefined,
  });
  return checked.findings.length === 0 ? '' : renderCheck(checked, 'text');
}

/**
 * Tests some files: first what rows state, which is there at once, then what is planned over catalogs. What is wrong with
 * a file ends nothing, and is returned. Between the two, what checking finds is told.
 *
 * @param beside all files that are watched
 */
function testFiles(
  process: Process,
  files: readonly TestedFile[],
  beside: readonly TestedFile[],
  options: TestOptions,
  inputs: TestInputs,
): readonly Diagnostic[] {
  const faults: Diagnostic[] = [];
  const tell = (modules: readonly TestedModule[], untested: readonly string[]): void => {
    if (modules.length > 0 || untested.length > 0)
      process.out(renderTests(reportTests(modules, untested), options.format));
  };
  const loaded = files.flatMap((file) => {
    const suite = file.isTested ? loadSuite(file, inputs.vocabulary) : undefined;
    if (suite !== undefined && !suite.ok) faults.push(...suite.diagnostics);
    return suite?.ok ? [suite.value] : [];
  });
  const stated = loaded.flatMap((one) => {
    const { program, suite, file } = one;
    const outcomes = runStated(one);
    if (!outcomes.ok) faults.push(...outcomes.diagnostics);
    const coverage = options.coverage === true ? coverageOf(program, isOfModule(suite.module), suite.rows) : undefined;
    return outcomes.ok ? [reportModule(suite.module, file.tests.source, outcomes.value, coverage)] : [];
  });
  tell(
    stated,
    files.filter(({ isTested }) => !isTested).map(({ rules }) => rules.source),
  );
  if (options.format === 'text') for (const one of loaded) process.out(findingsOf(one, beside));
  const saved = loaded.some(({ suite }) => suite.text.always !== undefined) ? inputs.saved() : ok([]);
  const planned = loaded.flatMap((one) => {
    const outcomes = runPlanned(one, inputs, saved.ok ? saved.value : []);
    if (!outcomes.ok) faults.push(...outcomes.diagnostics);
    const { suite, file } = one;
    return outcomes.ok && outcomes.value.length > 0
      ? [reportModule(suite.module, file.tests.source, outcomes.value, undefined)]
      : [];
  });
  tell(planned, []);
  return faults;
}

/** Plans saved requests; tells those whose plan is another one than before. */
function plansOf(
  process: Process,
  inputs: TestInputs,
  before: ReadonlyMap<string, string> | undefined,
): { readonly plans: ReadonlyMap<string, string>; readonly faults: readonly Diagnostic[] } {
  const saved = inputs.saved();
  if (!saved.ok) return { plans: before ?? new Map(), faults: saved.diagnostics };
  const plans = new Map<string, string>();
  for (const { name, problem } of saved.value) {
    const { type = '', region = '', cost = '', status = '' } = planInWords(solveRead(problem));
    const plan = type === 'none' ? status : `${type} in ${region} at ${cost}`;
    plans.set(name, plan);
    const was = before?.get(name);
    if (before !== undefined && was !== plan) process.out(`plan of ${name}: ${was ?? 'none'} -> ${plan}\n`);
  }
  if (before === undefined && plans.size > 0)
    process.out(`${plans.size} saved ${plans.size === 1 ? 'request is' : 'requests are'} planned\n`);
  return { plans, faults: [] };
}

/** Waits for files to be saved, until it is interrupted. What is to be done again is said by `rerunAfter`. */
export async function watchTests(
  process: Process,
  targets: readonly string[],
  options: TestOptions,
  inputs: TestInputs,
): Promise<number> {
  const { requests } = options;
  const found = testedFiles(targets);
  if (!found.ok) return report(process, found.diagnostics);
  const look = (): Watching => {
    const files = testedFiles(targets);
    return {
      files: watchedModules(files.ok ? files.value : found.value, inputs.vocabulary),
      requests:
        requests !== undefined && isFolder(requests) ? namesIn(requests).map((name) => real(join(requests, name))) : [],
    };
  };
  let watching = look();
  let plans: ReadonlyMap<string, string> | undefined;
  const run = (files: readonly TestedFile[], withPlans: boolean): void => {
    const faults =
      files.length === 0
        ? []
        : testFiles(
            process,
            files,
            filesOfRun(() => true),
            options,
            inputs,
          );
    const planned = withPlans ? plansOf(process, inputs, plans) : undefined;
    plans = planned?.plans ?? plans;
    const all = [...faults, ...(planned?.faults ?? [])];
    // One fault is told once, however many files run into it.
    const distinct = new Map(all.map((fault) => [describeDiagnostic(fault), fault]));
    if (distinct.size > 0) report(process, [...distinct.values()]);
  };
  const filesOfRun = (isMeant: (watched: WatchedModule) => boolean): readonly TestedFile[] =>
    watching.files.filter(({ watched }) => isMeant(watched)).map(({ file }) => file);
  run(
    filesOfRun(() => true),
    true,
  );
  const paths = [
    ...watching.files.map(({ file }) => file.rules.path),
    ...targets.filter(isFolder),
    ...(requests === undefined ? [] : [requests]),
  ];
  await new Promise<void>((resolve) => {
    const stop = watchFiles(paths, (saved) => {
      const modules = watching.files.map(({ watched }) => watched);
      const again = rerunAfter(saved.map(real), modules, watching.requests);
      if (again.all) watching = look();
      run(
        filesOfRun(({ module }) => again.all || again.modules.includes(module)),
        again.plans,
      );
    });
    process.onInterrupt(() => {
      stop();
      resolve();
    });
    process.out('waiting for files to be saved\n');
  });
  return EXIT.answer;
}
