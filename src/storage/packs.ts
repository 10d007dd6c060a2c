import type { Vocabulary } from '../catalog/value.ts';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { canonicalJson } from '../document/canonical.ts';
import { type Document, documentOfValue, type Path, partOf, readDocument } from '../document/read.ts';
import type { ParamSetting } from '../rules/param-setting.ts';
import { settingsById, unknownSettings } from '../rules/params.ts';
import { type RuleContext, type RuleModule, readRuleModule } from '../rules/parse.ts';
import { compileRules, type Program } from '../rules/program.ts';
import { readVocabulary, readVocabularyDocument } from '../rules/vocabulary.ts';
import { readText, sha256 } from './files.ts';
import { moduleOf, packFiles, type ReadText, type Using } from './pack-files.ts';
import { VOCABULARY } from './places.ts';

/** Loads rule packs: shipped ones by name, one's own by path, or written out as values. */

let shipped: Vocabulary | undefined;

/** The shipped vocabulary. Read once: catalogs and rules must share it. */
export function loadVocabulary(): Vocabulary {
  if (shipped === undefined) {
    const text = readText(VOCABULARY);
    const read = text.ok ? readVocabulary('rules/vocabulary.yaml', text.value) : text;
    if (!read.ok) throw new Error(`the shipped vocabulary is damaged: ${read.diagnostics[0]!.message}`);
    shipped = read.value;
  }
  return shipped;
}

/**
 * A vocabulary with one's own words beside it: files by path, or vocabularies as values.
 *
 * @param document where they are listed, for diagnostics; `at` is the path of the list
 */
export function extendVocabulary(
  base: Vocabulary,
  own: readonly unknown[],
  document: Document = documentOfValue('vocabulary', { vocabulary: own }),
  at: Path = ['vocabulary'],
): Result<Vocabulary> {
  let vocabulary = base;
  for (const [index, words] of own.entries()) {
    const path = [...at, index];
    if (typeof words !== 'string') {
      const read = readVocabularyDocument(partOf(document, path, words), vocabulary);
      if (!read.ok) return read;
      vocabulary = read.value;
      continue;
    }
    const text = readText(words);
    if (!text.ok) return text;
    const read = readVocabulary(words, text.value, vocabulary);
    if (!read.ok) return read;
    vocabulary = read.value;
  }
  return ok(vocabulary);
}

/**
 * Vocabularies as values, as a problem file has them written out.
 *
 * @param own files by path, or vocabularies as values
 */
export function vocabularyFilesOf(own: readonly unknown[]): Result<readonly unknown[]> {
  const values: unknown[] = [];
  for (const words of own) {
    if (typeof words !== 'string') {
      values.push(words);
      continue;
    }
    const text = readText(words);
    const document = text.ok ? readDocument(words, text.value) : text;
    if (!document.ok) return document;
    values.push(document.value.value);
  }
  return ok(values);
}

/** What rules are loaded with. */
export interface RuleOptions {
  /** Values given for parameters of rule files. */
  readonly params?: readonly ParamSetting[];
  /** How files are read. */
  readonly read?: ReadText;
}

/**
 * A program from packs: names (`default`, `hosting`), paths, or rule files as values. A pack that is named twice, or
 * used by several, counts once; the order makes no difference.
 *
 * @param document where the packs are listed, for diagnostics; `at` is the path of the list
 * @example loadRules(['default', './acme.yaml'])
 */
export function loadRules(
  packs: readonly unknown[],
  vocabulary?: Vocabulary,
  document?: Document,
  at?: Path,
  options?: RuleOptions,
): Result<Program> {
  const loaded = loadModules(packs, vocabulary, document, at, options);
  return loaded.ok ? ok(loaded.value.program) : loaded;
}

/** A program, and what each of its modules was read with, so that one can be read anew. */
export interface LoadedModules {
  readonly program: Program;
  readonly contexts: ReadonlyMap<string, RuleContext>;
}

/** The same, with what its modules were read with. */
export function loadModules(
  packs: readonly unknown[],
  vocabulary: Vocabulary = loadVocabulary(),
  document: Document = documentOfValue('rules', { rules: packs }),
  at: Path = ['rules'],
  { params = [], read }: RuleOptions = {},
): Result<LoadedModules> {
  const files = packFiles(packs, document, at, read);
  if (!files.ok) return files;
  const settings = settingsById(params);
  if (!settings.ok) return settings;
  const modules = new Map<Using, RuleModule>();
  const contexts = new Map<string, RuleContext>();
  for (const using of files.value) {
    const uses = using.uses.map((used) => modules.get(used)!);
    const context: RuleContext = { uses, settings: settings.value };
    const module = readRuleModule(using.document, vocabulary, context);
    if (!module.ok) return module;
    contexts.set(module.value.name, context);
    modules.set(using, module.value);
  }
  const all = [...modules.values()];
  const declared = all.flatMap((module) => [...module.params.values()].map(({ id }) => id));
  const unknown = unknownSettings(settings.value, declared);
  if (unknown.length > 0) return fail(...unknown);
  // The digest is of what the rules say, whatever the files are called and in whichever order they are named.
  const texts = files.value.map(({ file }) => sha256(file.text)).sort();
  const set = params.map(({ id, value }) => canonicalJson([id, value])).sort();
  const digest = sha256([...texts, ...set].join('\n'));
  const rules = all.flatMap((module) => module.rules);
  const program = compileRules(vocabulary, rules, `sha256:${digest}`);
  return program.ok ? ok({ program: program.value, contexts }) : program;
}

/**
 * The rule files of packs, and what they use, as values, as a problem file has them written out.
 *
 * @example ruleFilesOf(['default', './acme.yaml'])
 */
export function ruleFilesOf(packs: readonly unknown[]): Result<readonly unknown[]> {
  const files = packFiles(packs, documentOfValue('rules', { rules: packs }), ['rules']);
  if (!files.ok) return files;
  return ok(
    files.value.map(({ document, uses }) =>
      uses.length === 0
        ? document.value
        : { ...(document.value as object), use: uses.map((used) => moduleOf(used.document.value)) },
    ),
  );
}
