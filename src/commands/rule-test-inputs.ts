import { dirname, join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { type Problem, parseProblem } from '../plan/problem.ts';
import { isFolder, namesIn, readText } from '../storage/files.ts';
import { storedInputs } from '../storage/inputs.ts';
import { runFragments } from '../workbench/test-fragments.ts';
import { runProperties, type SavedRequest } from '../workbench/test-properties.ts';
import { runRows, type TestOutcome } from '../workbench/test-run.ts';
import { runSnapshots } from '../workbench/test-snapshots.ts';
import type { LoadedSuite } from './rule-suites.ts';

/** What tests of rules need beside rules: a catalog, and saved requests. */

export interface TestInputs {
  readonly vocabulary: Vocabulary;
  /** The shipped catalog, read when it is first asked for. */
  catalog(): Result<Catalog>;
  problemAt(path: string): Result<Problem>;
  saved(): Result<readonly (SavedRequest & { readonly problem: Problem })[]>;
}

const isProblem = (name: string): boolean => /\.(?:ya?ml|json)$/.test(name);

/** @param requests the folder of saved requests */
export function testInputs(requests: string | undefined, vocabulary: Vocabulary): TestInputs {
  let catalog: Result<Catalog> | undefined;
  const problemAt = (path: string): Result<Problem> => {
    const text = readText(path);
    // Rules are read anew each time, since they are what is worked on; catalogs stay.
    return text.ok
      ? parseProblem(path, text.value, { ...storedInputs(vocabulary), catalog: inputs.catalog, inline: inputs.inline })
      : text;
  };
  const inputs = storedInputs(vocabulary);
  return {
    vocabulary,
    catalog: () => (catalog ??= inputs.catalog(undefined, undefined)),
    problemAt,
    saved() {
      if (requests === undefined) return ok([]);
      if (!isFolder(requests))
        return fail({ code: 'unreadable-file', message: `${requests} is no folder of problem files`, path: requests });
      const faults: Diagnostic[] = [];
      const saved = namesIn(requests)
        .filter(isProblem)
        .flatMap((name) => {
          const problem = problemAt(join(requests, name));
          if (!problem.ok) {
            faults.push(...problem.diagnostics);
            return [];
          }
          const { compiled, request, options } = problem.value;
          return [{ name, request, catalog: compiled.catalog, at: options.at, problem: problem.value }];
        });
      return faults.length > 0 ? fail(...faults) : ok(saved);
    },
  };
}

/** The rows and fragments of a suite: all that needs nothing but rules. */
export function runStated({ program, suite }: LoadedSuite): Result<readonly TestOutcome[]> {
  const rows = runRows(program, suite);
  return rows.ok ? ok([...rows.value, ...runFragments(program, suite)]) : rows;
}

/** The properties and snapshots of a suite, which take longer. */
export function runPlanned(
  { program, suite, file }: LoadedSuite,
  inputs: TestInputs,
  saved: readonly SavedRequest[],
): Result<readonly TestOutcome[]> {
  let properties: Result<readonly TestOutcome[]> = ok([]);
  if (suite.text.always !== undefined) {
    const catalog = inputs.catalog();
    properties = catalog.ok ? runProperties(program, suite, catalog.value, saved) : catalog;
  }
  const snapshots = runSnapshots(suite, (path) => inputs.problemAt(join(dirname(file.tests.path), path)));
  if (!properties.ok || !snapshots.ok)
    return fail(...[properties, snapshots].flatMap((part) => (part.ok ? [] : part.diagnostics)));
  return ok([...properties.value, ...snapshots.value]);
}

/** All tests of a suite. */
export function runSuite(
  loaded: LoadedSuite,
  inputs: TestInputs,
  saved: readonly SavedRequest[],
): Result<readonly TestOutcome[]> {
  const stated = runStated(loaded);
  const planned = stated.ok ? runPlanned(loaded, inputs, saved) : stated;
  return stated.ok && planned.ok ? ok([...stated.value, ...planned.value]) : planned;
}
