import type { Result } from '../../src/diagnostic/diagnostic.ts';
import type { Document } from '../../src/document/read.ts';
import { documentOfValue, readDocument } from '../../src/document/read.ts';
import { readRuleDocument } from '../../src/rules/parse.ts';
import { compileRules, type Program } from '../../src/rules/program.ts';
import { loadVocabulary } from '../../src/storage/packs.ts';
import { readTests, type TestSuite } from '../../src/workbench/test-file.ts';

/** Rules and tests of rules that stand in a test, as texts or values. */

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  return result.value;
}

export function documentOf(text: string, source = 'rules.yaml'): Document {
  return must(readDocument(source, text));
}

export function programOf(...files: readonly (string | object)[]): Program {
  const vocabulary = loadVocabulary();
  const rules = files.flatMap((file) =>
    must(readRuleDocument(typeof file === 'string' ? documentOf(file) : documentOfValue('rules', file), vocabulary)),
  );
  return must(compileRules(vocabulary, rules, ''));
}

export function testsOf(text: string, program: Program): Result<TestSuite> {
  return readTests(documentOf(text, 'rules.test.yaml'), program);
}

export function suiteOf(text: string, program: Program): TestSuite {
  return must(testsOf(text, program));
}
