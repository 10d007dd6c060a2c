import { placeOf } from '../diagnostic/diagnostic.ts';
import { type Coverage, formatFraction, leavesCovered, type Outcome, rulesCovered } from './coverage.ts';
import type { Difference, TestOutcome } from './test-run.ts';

/** What a run of tests came to, as one value: the same whatever renders it. */

export interface TestedModule {
  readonly module: string;
  readonly file: string;
  readonly tests: readonly {
    readonly name: string;
    /** `file:line:column`. */
    readonly place: string;
    readonly status: 'passed' | 'failed';
    readonly differences: readonly Difference[];
    readonly explanation: readonly string[];
  }[];
  readonly coverage?: CoverageReport;
}

export interface CoverageReport {
  /** `52/56`: never rounded. */
  readonly rules: string;
  readonly leaves: string;
  readonly exact: boolean;
  readonly 'rules-not-fired': readonly { readonly rule: string; readonly place: string }[];
  readonly 'leaves-not-covered': readonly {
    readonly leaf: string;
    readonly rules: readonly string[];
    readonly place: string;
    readonly missed: readonly Outcome[];
  }[];
}

export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly modules: readonly TestedModule[];
  /** Rule files without tests. */
  readonly untested: readonly string[];
}

export function reportCoverage(coverage: Coverage): CoverageReport {
  return {
    rules: formatFraction(rulesCovered(coverage)),
    leaves: formatFraction(leavesCovered(coverage)),
    exact: coverage.exact,
    'rules-not-fired': coverage.rules
      .filter(({ fired }) => !fired)
      .map(({ rule, span }) => ({ rule, place: placeOf(span) })),
    'leaves-not-covered': coverage.leaves
      .filter(({ missed }) => missed.length > 0)
      .map(({ text, rules, span, missed }) => ({ leaf: text, rules, place: placeOf(span), missed })),
  };
}

export function reportModule(
  module: string,
  file: string,
  outcomes: readonly TestOutcome[],
  coverage: Coverage | undefined,
): TestedModule {
  return {
    module,
    file,
    tests: outcomes.map(({ name, span, differences, explanation }) => ({
      name,
      place: placeOf(span),
      status: differences.length === 0 ? 'passed' : 'failed',
      differences,
      explanation,
    })),
    ...(coverage === undefined ? {} : { coverage: reportCoverage(coverage) }),
  };
}

export function reportTests(modules: readonly TestedModule[], untested: readonly string[]): TestReport {
  const all = modules.flatMap(({ tests }) => tests);
  const failed = all.filter(({ status }) => status === 'failed').length;
  return { passed: all.length - failed, failed, modules, untested };
}
