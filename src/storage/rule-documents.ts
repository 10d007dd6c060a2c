import { ok, type Result } from '../diagnostic/diagnostic.ts';
import { type Document, readDocument } from '../document/read.ts';
import { readText, realPath } from './files.ts';
import { filesOf } from './places.ts';

/** The texts of rule files, for whoever looks at how rules are written. */

/**
 * The rule files of packs, each once, by names and paths. One that is not there is left to `loadRules`, which tells it.
 *
 * @example ruleDocuments(['hosting', './acme.yaml'])
 */
export function ruleDocuments(packs: readonly string[]): Result<readonly Document[]> {
  const found = new Map<string, Document>();
  for (const { path, source } of packs.flatMap((pack) => filesOf(pack) ?? [])) {
    const key = realPath(path);
    if (found.has(key)) continue;
    const text = readText(path);
    const document = text.ok ? readDocument(source, text.value) : text;
    if (!document.ok) return document;
    found.set(key, document.value);
  }
  return ok([...found.values()]);
}
