import { basename, dirname, isAbsolute, join } from 'node:path';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { canonicalJson } from '../document/canonical.ts';
import { type Document, type Path, partOf, placeIn, readDocument } from '../document/read.ts';
import { readText, realPath } from './files.ts';
import { filesOf, shippedPacks } from './places.ts';

/** The rule files that packs stand for, with those that they use. */

/** A file of a pack, or a rule file that came as a value. */
export interface PackFile {
  /** What tells files apart: where a file really is, or the place of a value in its list. */
  readonly key: string;
  readonly text: string;
  readonly document: () => Result<Document>;
  /** The folder that what it uses is looked for in; undefined for a value. */
  readonly folder: string | undefined;
}

export type ReadText = (path: string) => Result<string>;

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
export interface Using {
  readonly file: PackFile;
  readonly document: Document;
  readonly uses: readonly Using[];
}

/** A value's module name, where it has one. */
export const moduleOf = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && 'module' in value ? String(value.module) : undefined;

/**
 * The rule files of packs and all that they use, each once, those that are used first. `document` and `at` are where
 * the packs are listed.
 */
export function packFiles(
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
