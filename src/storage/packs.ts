import { join } from 'node:path';
import type { Vocabulary } from '../catalog/value.ts';
import { fail, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { canonicalJson } from '../document/canonical.ts';
import { type Document, documentOfValue, type Path, partOf, placeIn } from '../document/read.ts';
import { readRuleDocument, readRules } from '../rules/parse.ts';
import { compileRules, type Program } from '../rules/program.ts';
import type { Rule } from '../rules/rule.ts';
import { readVocabulary } from '../rules/vocabulary.ts';
import { isFile, isFolder, namesIn, PACKAGE_ROOT, readText, realPath, sha256 } from './files.ts';

/** Loads rule packs: shipped ones by name, one's own by path, or written out as values. */

/** The packs that `default` stands for. */
export const DEFAULT_PACKS: readonly string[] = ['hosting', 'ubuntu', 'safety'];

const RULES = join(PACKAGE_ROOT, 'rules');
const isPack = (name: string): boolean =>
  name.endsWith('.yaml') && !name.endsWith('.test.yaml') && name !== 'vocabulary.yaml';

let shipped: Vocabulary | undefined;

/** The shipped vocabulary. Read once: catalogs and rules must share it. */
export function loadVocabulary(): Vocabulary {
  if (shipped === undefined) {
    const path = join(RULES, 'vocabulary.yaml');
    const text = readText(path);
    const read = text.ok ? readVocabulary('rules/vocabulary.yaml', text.value) : text;
    if (!read.ok) throw new Error(`the shipped vocabulary is damaged: ${read.diagnostics[0]!.message}`);
    shipped = read.value;
  }
  return shipped;
}

/** The files of a pack: one's own by path, a shipped one by name; a folder means all packs in it. */
function filesOf(pack: string): readonly { readonly path: string; readonly source: string }[] | undefined {
  if (pack === 'default') return DEFAULT_PACKS.flatMap((name) => filesOf(name) ?? []);
  const named = /^[a-z0-9][a-z0-9/-]*$/.test(pack);
  const bases = named
    ? [
        { path: join(RULES, pack), source: `rules/${pack}` },
        { path: pack, source: pack },
      ]
    : [{ path: pack, source: pack }];
  for (const { path, source } of bases) {
    if (named && isFile(`${path}.yaml`)) return [{ path: `${path}.yaml`, source: `${source}.yaml` }];
    if (isFile(path)) return [{ path, source }];
    if (isFolder(path))
      return namesIn(path)
        .filter(isPack)
        .map((name) => ({ path: join(path, name), source: `${source}/${name}` }));
  }
  return undefined;
}

/** Names of the packs that are shipped. */
export function shippedPacks(): readonly string[] {
  const below = (folder: string, prefix: string): string[] =>
    namesIn(folder).flatMap((name) => {
      if (isFolder(join(folder, name))) return below(join(folder, name), `${prefix}${name}/`);
      return isPack(name) ? [`${prefix}${name.replace(/(?:\/)?\.yaml$/, '')}`] : [];
    });
  return below(RULES, '');
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
  const texts = new Map<string, string>();
  const rules: Rule[] = [];
  for (const [index, pack] of packs.entries()) {
    const path = [...at, index];
    if (typeof pack !== 'string') {
      const read = readRuleDocument(partOf(document, path, pack), vocabulary);
      if (!read.ok) return read;
      texts.set(`rules[${index}]`, canonicalJson(pack));
      rules.push(...read.value);
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
      const real = realPath(file);
      if (texts.has(real)) continue;
      const text = readText(file);
      if (!text.ok) return text;
      texts.set(real, text.value);
      const read = readRules(source, text.value, vocabulary);
      if (!read.ok) return read;
      rules.push(...read.value);
    }
  }
  // The digest is of what the rules say, whatever the files are called and in whichever order they are named.
  const digest = sha256([...texts.values()].map(sha256).sort().join('\n'));
  return compileRules(vocabulary, rules, `sha256:${digest}`);
}
