import type { Vocabulary } from '../catalog/value.ts';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { canonicalJson } from '../document/canonical.ts';
import { type Document, documentOfValue, type Path, partOf, placeIn, readDocument } from '../document/read.ts';
import { readRuleDocument } from '../rules/parse.ts';
import { compileRules, type Program } from '../rules/program.ts';
import type { Rule } from '../rules/rule.ts';
import { readVocabulary } from '../rules/vocabulary.ts';
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

/** A file of a pack, or a rule file that came as a value. */
interface PackFile {
  readonly text: string;
  readonly document: () => Result<Document>;
}

/** The rule files of packs, each once. `document` and `at` are where the packs are listed. */
function packFiles(packs: readonly unknown[], document: Document, at: Path): Result<readonly PackFile[]> {
  const found = new Map<string, PackFile>();
  for (const [index, pack] of packs.entries()) {
    const path = [...at, index];
    if (typeof pack !== 'string') {
      const key = `rules[${index}]`;
      found.set(key, { text: canonicalJson(pack), document: () => ok(partOf(document, path, pack)) });
      continue;
    }
    const files = filesOf(pack);
    if (files === undefined || files.length === 0) {
      const hint = didYouMean(pack, ['default', ...shippedPacks()]);
      const message = `"${pack}" is neither a shipped rule pack nor a file`;
      const place = placeIn(document, path);
      return fail({ code: 'unknown-pack', message, ...place, ...(hint === undefined ? {} : { hint }) });
    }
    for (const { path: file, source } of files) {
      // By what the file is, not by what it is called here: one's own rules/safety.yaml is not the shipped one.
      const key = realPath(file);
      if (found.has(key)) continue;
      const text = readText(file);
      if (!text.ok) return text;
      found.set(key, { text: text.value, document: () => readDocument(source, text.value) });
    }
  }
  return ok([...found.values()]);
}

/**
 * A program from packs: names (`default`, `hosting`), paths, or rule files as values. A pack that is named twice counts
 * once; the order makes no difference.
 *
 * @param document where the packs are listed, for diagnostics; `at` is the path of the list
 * @example loadRules(['default', './acme.yaml'])
 */
export function loadRules(
  packs: readonly unknown[],
  vocabulary: Vocabulary = loadVocabulary(),
  document: Document = documentOfValue('rules', { rules: packs }),
  at: Path = ['rules'],
): Result<Program> {
  const files = packFiles(packs, document, at);
  if (!files.ok) return files;
  const rules: Rule[] = [];
  for (const file of files.value) {
    const own = file.document();
    const read = own.ok ? readRuleDocument(own.value, vocabulary) : own;
    if (!read.ok) return read;
    rules.push(...read.value);
  }
  // The digest is of what the rules say, whatever the files are called and in whichever order they are named.
  const digest = sha256(
    files.value
      .map(({ text }) => sha256(text))
      .sort()
      .join('\n'),
  );
  return compileRules(vocabulary, rules, `sha256:${digest}`);
}

/**
 * The rule files of packs as values, as a problem file has them written out.
 *
 * @example ruleFilesOf(['default', './acme.yaml'])
 */
export function ruleFilesOf(packs: readonly unknown[]): Result<readonly unknown[]> {
  const files = packFiles(packs, documentOfValue('rules', { rules: packs }), ['rules']);
  if (!files.ok) return files;
  const values: unknown[] = [];
  for (const file of files.value) {
    const document = file.document();
    if (!document.ok) return document;
    values.push(document.value.value);
  }
  return ok(values);
}
