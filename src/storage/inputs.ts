import type { Catalog } from '../catalog/catalog.ts';
import type { Result } from '../diagnostic/diagnostic.ts';
import type { Document, Path } from '../document/read.ts';
import type { Program } from '../rules/program.ts';
import { loadCatalog } from './catalogs.ts';
import { sha256 } from './files.ts';
import { loadRules, loadVocabulary } from './packs.ts';

/**
 * Catalogs and rules from disk, for problems that name them: each is read once, however many problems ask for it.
 */
export function storedInputs() {
  const vocabulary = loadVocabulary();
  const remembered = <T>(make: (key: string) => T): ((key: string) => T) => {
    const known = new Map<string, T>();
    return (key) => {
      let value = known.get(key);
      if (value === undefined) {
        value = make(key);
        known.set(key, value);
      }
      return value;
    };
  };
  const catalogs = remembered((key): Result<Catalog> => {
    const [path, at] = JSON.parse(key) as [string | null, string | null];
    return loadCatalog({ vocabulary, at: at ?? undefined, ...(path === null ? {} : { path }) });
  });
  const programs = remembered((key): Result<Program> => loadRules(JSON.parse(key) as unknown[], vocabulary));
  return {
    vocabulary,
    catalog: (path: string | undefined, at: string | undefined) => catalogs(JSON.stringify([path ?? null, at ?? null])),
    rules(packs: readonly unknown[], document: Document, at: Path): Result<Program> {
      const known = packs.every((pack) => typeof pack === 'string') ? programs(JSON.stringify(packs)) : undefined;
      // What is wrong is told at its place in this document.
      return known?.ok === true ? known : loadRules(packs, vocabulary, document, at);
    },
    digest: (text: string) => `sha256:${sha256(text)}`,
  };
}
