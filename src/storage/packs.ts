import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { canonicalJson } from '../document/canonical.ts';
import { type Document, documentOfValue, type Path, partOf, placeIn, readDocument } from '../document/read.ts';
import type { ParamSetting } from '../rules/param-setting.ts';
import { settingsById, unknownSettings } from '../rules/params.ts';
import { type RuleContext, type RuleModule, readRuleModule } from '../rules/parse.ts';
import { compileRules, type Program } from '../rules/program.ts';
import { readVocabulary, readVocabularyDocument } from '../rules/vocabulary.ts';
import { readText, realPath, sha256 } from './files.ts';
import { filesOf, shippedPacks, VOCABULARY } from './places.ts';

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

/** A file of a pack, or a rule file that came as a value. */
interface PackFile {
  /** What tells files apart: where a file really is, or the place of a value in its list. */
  readonly key: string;
  readonly text: string;
  readonly document: () => Result<Document>;
  /** The folder that what it uses is looked for in; undefined for a value. */
  readonly folder: string | undefined;
}

type ReadText = (path: string) => Result<string>;

/** Looks up rule files by names and paths, each of them read once. */
function packReader(read: ReadText) {
  const known = new Map<string, PackFile>();
  return {
    known,
    /** The files that a name or a path stands for; undefined where there is nothing. */
    named(pack: string): Result<readonly PackFile[]> | undefined {
      const files = filesOf(pack);
      if (files === undefined || files.length === 0) return undefined;
      const found: PackFile[] = [];
      for (const { path, source } of files) {
        // By what the file is, not by what it is called here: one's own rules/safety.yaml is not the shipped one.
        const key = realPath(path);
        let file = known.get(key);
        if (file === undefined) {
          const text = read(path);
          if (!text.ok) return text;
          file = {
            key,
            text: text.value,
            document: () => readDocument(source, text.value),
            folder: dirname(path),
          };
          known.set(key, file);
        }
        found.push(file);
      }
      return ok(found);
    },
  };
}

const unknownPack = (pack: string, place: ReturnType<typeof placeIn>): Diagnostic => {
  const hint = didYouMean(pack, ['default', ...shippedPacks()]);
  const message = `"${pack}" is neither a shipped rule pack nor a file`;
  return { code: 'unknown-pack', message, ...place, ...(hint === undefined ? {} : { hint }) };
};

/** A rule file with those that it uses. */
interface Using {
  readonly file: PackFile;
  readonly document: Document;
  readonly uses: readonly Using[];
}

/** A value's module name, where it has one. */
const moduleOf = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && 'module' in value ? String(value.module) : undefined;

/**
 * The rule files of packs and all that they use, each once, those that are used first. `document` and `at` are where
 * the packs are listed.
 */
function packFiles(
  packs: readonly unknown[],
  document: Document,
  at: Path,
  read: ReadText = readText,
): Result<readonly Using[]> {
  const reader = packReader(read);
  const listed: PackFile[] = [];
  const values = new Map<string, PackFile>();
  for (const [index, pack] of packs.entries()) {
    const path = [...at, index];
    if (typeof pack !== 'string') {
      const file: PackFile = {
        key: `rules[${index}]`,
        text: canonicalJson(pack),
        document: () => ok(partOf(document, path, pack)),
        folder: undefined,
      };
      listed.push(file);
      const module = moduleOf(pack);
      if (module !== undefined && !values.has(module)) values.set(module, file);
      continue;
    }
    const files = reader.named(pack);
    if (files === undefined) return fail(unknownPack(pack, placeIn(document, path)));
    if (!files.ok) return files;
    for (const file of files.value) if (!listed.includes(file)) listed.push(file);
  }

  /** A pack by name, or a file by its path from the one that uses it; of values, one that stands in the same list. */
  const used = (name: string, { folder }: PackFile): Result<readonly PackFile[]> | undefined => {
    const value = folder === undefined ? values.get(name) : undefined;
    if (value !== undefined) return ok([value]);
    const isName = shippedPacks().includes(name) || name === 'default';
    return reader.named(isName || folder === undefined || isAbsolute(name) ? name : join(folder, name));
  };
  const done = new Map<PackFile, Using>();
  const open: PackFile[] = [];
  const visit = (file: PackFile): Result<Using> => {
    const before = done.get(file);
    if (before !== undefined) return ok(before);
    const own = file.document();
    if (!own.ok) return own;
    open.push(file);
    const uses: Using[] = [];
    const listedUses = (own.value.value as { readonly use?: unknown } | null)?.use;
    for (const [index, name] of (Array.isArray(listedUses) ? listedUses : []).entries()) {
      // What is no text is told when the file is checked.
      if (typeof name !== 'string') continue;
      const place = placeIn(own.value, ['use', index]);
      const files = used(name, file);
      if (files === undefined) return fail(unknownPack(name, place));
      if (!files.ok) return files;
      for (const other of files.value) {
        if (open.includes(other)) {
          const message = `the rule files use one another: ${[...open.slice(open.indexOf(other)), other].map(({ key }) => basename(key)).join(' -> ')}`;
          return fail({ code: 'use-cycle', message, ...place });
        }
        const visited = visit(other);
        if (!visited.ok) return visited;
        uses.push(visited.value);
      }
    }
    open.pop();
    const using: Using = { file, document: own.value, uses };
    done.set(file, using);
    return ok(using);
  };
  for (const file of listed) {
    const visited = visit(file);
    if (!visited.ok) return visited;
  }
  return ok([...done.values()]);
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
