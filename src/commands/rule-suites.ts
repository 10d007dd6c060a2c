import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { type Document, readDocument } from '../document/read.ts';
import type { RuleContext } from '../rules/parse.ts';
import type { Program } from '../rules/program.ts';
import { readText } from '../storage/files.ts';
import { extendVocabulary, loadModules, loadVocabulary } from '../storage/packs.ts';
import { type TestedFile, testedFiles, usedPack } from '../storage/test-files.ts';
import { modulesOf, readTests, type TestSuite } from '../workbench/test-file.ts';

/** Rule files with their tests, read and ready to be run. */

export interface LoadedSuite {
  readonly file: TestedFile;
  /** The rules of the module and of the packs that its tests use. */
  readonly program: Program;
  /** The rule file itself, which mutations edit, and what it is read with. */
  readonly document: Document;
  readonly context: RuleContext;
  readonly suite: TestSuite;
}

function documentAt({ path, source }: TestedFile['rules']): Result<Document> {
  const text = readText(path);
  return text.ok ? readDocument(source, text.value) : text;
}

/** @param vocabulary the words that rules and tests may use */
export function loadSuite(file: TestedFile, vocabulary: Vocabulary): Result<LoadedSuite> {
  const [rules, tests] = [documentAt(file.rules), documentAt(file.tests)];
  if (!rules.ok) return rules;
  if (!tests.ok) return tests;
  const says = modulesOf(tests.value);
  if (!says.ok) return says;
  const { module, use } = says.value;
  const loaded = loadModules([pack(file), ...use.map((name) => usedPack(file.tests.path, name))], vocabulary);
  if (!loaded.ok) return loaded;
  const { program, contexts } = loaded.value;
  const own = (rules.value.value as { readonly module?: unknown } | null)?.module;
  if (own !== module)
    return fail({
      code: 'unknown-module',
      message: `these tests are of "${module}", but ${file.rules.source} is the module "${String(own)}"`,
      span: tests.value.spanOf(['tests']),
      hint: `write tests: ${String(own)}`,
    });
  const suite = readTests(tests.value, program);
  const context = contexts.get(module) ?? {};
  return suite.ok ? ok({ file, program, document: rules.value, context, suite: suite.value }) : suite;
}

// A shipped file is asked for by the name of its pack, so that its places are told as everywhere else.
const pack = ({ rules }: TestedFile): string =>
  rules.path === rules.source
    ? rules.path
    : rules.source.startsWith('rules/')
      ? rules.source.slice('rules/'.length, -'.yaml'.length)
      : rules.path;

/** Suites of what is named, files without tests, and everything that is wrong with any. */
export function loadSuites(
  targets: readonly string[],
  vocabulary: Vocabulary,
): Result<{
  readonly suites: readonly LoadedSuite[];
  readonly untested: readonly TestedFile[];
}> {
  const files = testedFiles(targets);
  if (!files.ok) return files;
  const faults: Diagnostic[] = [];
  const suites: LoadedSuite[] = [];
  for (const file of files.value.filter(({ isTested }) => isTested)) {
    const loaded = loadSuite(file, vocabulary);
    if (loaded.ok) suites.push(loaded.value);
    else faults.push(...loaded.diagnostics);
  }
  return faults.length > 0
    ? fail(...faults)
    : ok({ suites, untested: files.value.filter(({ isTested }) => !isTested) });
}

/** The shipped words with one's own beside them. */
export function wordsOf(files: readonly string[] | undefined): Result<Vocabulary> {
  return extendVocabulary(loadVocabulary(), files ?? []);
}
