import type { Vocabulary } from '../catalog/value.ts';
import type { Result } from '../diagnostic/diagnostic.ts';
import { partOf } from '../document/read.ts';
import { readRuleDocument } from '../rules/parse.ts';
import { compileRules, type Program } from '../rules/program.ts';
import type { Rule } from '../rules/rule.ts';
import type { TestSuite } from './test-file.ts';
import type { TestOutcome } from './test-run.ts';

/** Fragments of rule files that must be refused, each with the code that refuses it. */

function readFragment(vocabulary: Vocabulary, suite: TestSuite, name: string): Result<readonly Rule[]> {
  const { error: _, ...fragment } = suite.text.invalid![name]!;
  const value = { format: 1, module: suite.module, ...fragment };
  return readRuleDocument(partOf(suite.document, ['invalid', name], value), vocabulary);
}

export function runFragments(program: Program, suite: TestSuite): readonly TestOutcome[] {
  return Object.entries(suite.text.invalid ?? {}).map(([name, { error }]): TestOutcome => {
    const read = readFragment(program.vocabulary, suite, name);
    const compiled = read.ok
      ? compileRules(program.vocabulary, [...program.rules, ...program.off, ...read.value], '')
      : read;
    const codes = compiled.ok ? [] : [...new Set(compiled.diagnostics.map(({ code }) => code))];
    const passed = codes.includes(error);
    return {
      name: `invalid: ${name}`,
      span: suite.document.keySpanOf(['invalid', name]),
      differences: passed
        ? []
        : [{ field: 'error', expected: error, actual: codes.length === 0 ? 'none' : codes.join(', ') }],
      explanation: passed
        ? []
        : compiled.ok
          ? ['the fragment is read without a fault']
          : compiled.diagnostics.map(({ code, message }) => `${code}: ${message}`),
    };
  });
}
