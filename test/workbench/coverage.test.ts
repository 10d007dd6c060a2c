import { describe, expect, it } from 'vitest';
import {
  coverageOf,
  formatFraction,
  leavesCovered,
  parseThreshold,
  reaches,
  rulesCovered,
} from '../../src/workbench/coverage.ts';
import { isOfModule } from '../../src/workbench/test-run.ts';
import { programOf, suiteOf } from '../support/suites.ts';

const program = programOf(`
format: 1
module: acme
rules:
  refuses:
    summary: s
    when: {request.env: production, type.burstable: true}
    forbid: true
`);

const coverage = (rows: string) => {
  const suite = suiteOf(`format: 1\ntests: acme\ncases: {a: {for-each: [${rows}]}}`, program);
  return coverageOf(program, isOfModule('acme'), suite.rows);
};

describe('coverage', () => {
  it('counts what a leaf is while it decides, of all that it can be', () => {
    // The environment has a default, so it is never unknown: two outcomes there, three of burstable.
    const both = coverage(
      '{name: x, with: {request: {env: production}, type: {burstable: true}}, expect: {refused-by: [refuses]}}',
    );
    expect(both.rules).toMatchObject([{ rule: 'acme/refuses', fired: true, rested: false }]);
    expect(both.leaves.map(({ text, seen, missed }) => ({ text, seen, missed }))).toEqual([
      { text: 'request.env is production', seen: ['true'], missed: ['false'] },
      { text: 'type.burstable is true', seen: ['true'], missed: ['false', 'unknown'] },
    ]);
    expect(formatFraction(leavesCovered(both))).toBe('2/5');
  });

  it('counts no leaf that another has decided already', () => {
    const neither = coverage(
      '{name: x, with: {request: {env: staging}, type: {burstable: false}}, expect: {refused-by: []}}',
    );
    expect(neither.leaves.map(({ seen }) => seen)).toEqual([[], []]);
    expect(formatFraction(rulesCovered(neither))).toBe('0/1');
    const one = coverage(
      '{name: x, with: {request: {env: staging}, type: {burstable: true}}, expect: {refused-by: []}}',
    );
    expect(one.leaves.map(({ seen }) => seen)).toEqual([['false'], []]);
  });

  it('counts only what a row expects something of', () => {
    const other = coverage(
      '{name: x, with: {request: {env: production}, type: {burstable: true}}, expect: {warnings: []}}',
    );
    expect(formatFraction(leavesCovered(other))).toBe('0/5');
  });

  it('compares shares by whole numbers', () => {
    expect(['1', '0.9', '90%', '52/56', '99.5%'].map(parseThreshold)).toEqual([
      { part: 1, whole: 1 },
      { part: 9, whole: 10 },
      { part: 90, whole: 100 },
      { part: 52, whole: 56 },
      { part: 995, whole: 1000 },
    ]);
    expect(['', '2', '-1', '1/0', '57/56', '101%', 'all', '1e0'].map(parseThreshold)).toEqual(Array(8).fill(undefined));
    expect(reaches({ part: 999_999, whole: 1_000_000 }, { part: 1, whole: 1 })).toBe(false);
    expect(reaches({ part: 1, whole: 3 }, { part: 333_333, whole: 1_000_000 })).toBe(true);
    expect(reaches({ part: 1, whole: 3 }, { part: 333_334, whole: 1_000_000 })).toBe(false);
    // Where there is nothing to cover, all of it is covered.
    expect(reaches({ part: 0, whole: 0 }, { part: 1, whole: 1 })).toBe(true);
  });
});
