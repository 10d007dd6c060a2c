import { describe, expect, it } from 'vitest';
import { loadSuites } from '../src/commands/rule-suites.ts';
import { runSuite, testInputs } from '../src/commands/rule-test-inputs.ts';
import { loadVocabulary } from '../src/storage/packs.ts';
import { coverageOf, leavesCovered, rulesCovered } from '../src/workbench/coverage.ts';
import { mutate } from '../src/workbench/mutate.ts';
import { isOfModule } from '../src/workbench/test-run.ts';

const vocabulary = loadVocabulary();
const loaded = loadSuites([], vocabulary);
const inputs = testInputs(undefined, vocabulary);

describe('shipped rule packs', () => {
  it('read, and each has tests beside it', () => {
    expect(loaded).toMatchObject({ ok: true, value: { untested: [] } });
  });
  if (!loaded.ok) return;
  for (const one of loaded.value.suites) {
    const { file, program, document, context, suite } = one;
    describe(file.tests.source, () => {
      it('passes', () => {
        const ran = runSuite(one, inputs, []);
        expect(ran).toMatchObject({ ok: true });
        const outcomes = ran.ok ? ran.value : [];
        expect(outcomes.filter(({ differences }) => differences.length > 0)).toEqual([]);
      });

      it('sees every small slip in the rules', () => {
        const { survivors, undecided, mutants } = mutate(program, document, suite, { context });
        expect(survivors.map(({ part, what, row }) => ({ part, what, row }))).toEqual([]);
        expect(undecided).toBe(0);
        expect(mutants).toBeGreaterThan(0);
      });

      it('fires every rule, and every leaf is all that it can be while it decides', () => {
        const coverage = coverageOf(program, isOfModule(suite.module), suite.rows);
        expect(coverage.exact).toBe(true);
        expect(coverage.rules.filter(({ fired }) => !fired).map(({ rule }) => rule)).toEqual([]);
        expect(coverage.leaves.filter(({ missed }) => missed.length > 0)).toEqual([]);
        for (const { part, whole } of [rulesCovered(coverage), leavesCovered(coverage)]) expect(part).toBe(whole);
      });
    });
  }
});
