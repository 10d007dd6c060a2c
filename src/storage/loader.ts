import type { Catalog } from '../catalog/catalog.ts';
import type { Vocabulary } from '../catalog/value.ts';
import { ok, type Result } from '../diagnostic/diagnostic.ts';
import type { ParamSetting } from '../rules/param-setting.ts';
import type { Program } from '../rules/program.ts';
import { type Cache, type CacheKey, openCache } from './cache.ts';
import type { LoadOptions } from './catalogs.ts';
import { digestOfFile, isFile, readSource, realPath } from './files.ts';
import { BUNDLED, filesOf, indexOf, VOCABULARY } from './places.ts';

/**
 * Loads catalogs, rules and the vocabulary for one command: out of the cache where what is kept there was made of the
 * very files that there are now, else anew. Files are compared by what they say, not by their dates. The readers of
 * files are loaded only where something is read anew.
 */
export interface Loader {
  vocabulary(): Promise<Vocabulary>;
  /** A program from packs, by names and paths. */
  rules(packs: readonly string[], params?: readonly ParamSetting[]): Promise<Result<Program>>;
  catalog(options: Omit<LoadOptions, 'vocabulary'>): Promise<Result<Catalog>>;
}

/** A catalog with the files that it was made of, each with its digest. */
interface KeptCatalog {
  readonly files: readonly (readonly [path: string, digest: string])[];
  readonly catalog: Catalog;
}

/** Rules with the files that they were made of, each with its digest: those that are named, and what they use. */
interface KeptRules {
  readonly files: readonly (readonly [path: string, digest: string])[];
  readonly program: Program;
}

/** What catalogs and programs refer to. */
function sharedBy(vocabulary: Vocabulary): readonly object[] {
  const { attributes, capabilities } = vocabulary;
  return [vocabulary, ...attributes.values(), ...capabilities.values()];
}

/** The digests of files; undefined where one cannot be read, which the reader will tell. */
function digestsOf(paths: readonly string[]): readonly string[] | undefined {
  const digests: string[] = [];
  for (const path of paths) {
    const digest = digestOfFile(path);
    if (digest === undefined) return undefined;
    digests.push(digest);
  }
  return digests;
}

/**
 * What the rules of packs depend on: the texts of their files, and what diagnostics and answers call those; undefined
 * where a pack is not there.
 */
function keyOfPacks(packs: readonly string[]): CacheKey | undefined {
  const files = new Map<string, string>();
  for (const pack of packs) {
    const own = filesOf(pack);
    if (own === undefined || own.length === 0) return undefined;
    for (const { path, source } of own) {
      const real = realPath(path);
      if (!files.has(real)) files.set(real, source);
    }
  }
  const digests = digestsOf([...files.keys()]);
  return digests === undefined ? undefined : [[...files.values()], digests];
}

/** What a catalog depends on, as far as it is known before it has been read: indexes name the other files. */
function keyOfCatalog({ path, paths = [path ?? BUNDLED], prices = [], clouds, at }: LoadOptions): CacheKey | undefined {
  // What comes through a pipe can be read only once.
  if (!prices.every(isFile)) return undefined;
  const files = [...paths.map(indexOf), ...prices];
  const digests = digestsOf(files);
  // Files that are one count once, and copies of one another twice.
  return digests && [paths, prices, files.map(realPath), digests, clouds ?? null, at ?? null];
}

/** The vocabulary, with the digest of its file; none where nothing is to be kept. */
export interface Words {
  readonly value: Vocabulary;
  readonly digest: string | undefined;
}

/**
 * @param cache where to look first, and what to keep for the next process
 * @param own the vocabulary, where it is not the shipped one
 */
export function loaderWith(cache: Cache | undefined, own?: Words): Loader {
  let words = own;
  const readWords = async (): Promise<Words> => {
    if (words !== undefined) return words;
    const digest = cache === undefined ? undefined : digestOfFile(VOCABULARY);
    let value = digest === undefined ? undefined : (cache?.find('vocabulary', [digest]) as Vocabulary | undefined);
    if (value === undefined) {
      value = (await import('./packs.ts')).loadVocabulary();
      // Whoever changes a file while it is read must not find the one under the name of the other.
      if (digest !== undefined && digestOfFile(VOCABULARY) === digest) cache?.keep('vocabulary', [digest], value);
    }
    words = { value, digest };
    return words;
  };

  return {
    vocabulary: async () => (await readWords()).value,

    async rules(packs, params = []) {
      const { value: vocabulary, digest } = await readWords();
      const named = cache === undefined || digest === undefined ? undefined : keyOfPacks(packs);
      const key = named && [digest!, ...named, params.map(({ id, value }) => [id, value])];
      const shared = sharedBy(vocabulary);
      const kept = key && (cache?.find('rules', key, shared) as KeptRules | undefined);
      if (kept?.files.every(([path, was]) => digestOfFile(path) === was)) return ok(kept.program);
      const { loadRules } = await import('./packs.ts');
      const files = new Map<string, string>();
      const read = (path: string): Result<string> => {
        const source = readSource(path);
        if (!source.ok) return source;
        files.set(path, source.value.digest);
        return ok(source.value.text);
      };
      const program = loadRules(packs, vocabulary, undefined, undefined, { params, read });
      if (key !== undefined && program.ok && JSON.stringify(keyOfPacks(packs)) === JSON.stringify(named)) {
        const value: KeptRules = { files: [...files], program: program.value };
        cache?.keep('rules', key, value, shared);
      }
      return program;
    },

    async catalog(options) {
      const { value: vocabulary, digest } = await readWords();
      const key = cache === undefined || digest === undefined ? undefined : keyOfCatalog(options);
      const shared = sharedBy(vocabulary);
      const kept = key && (cache?.find('catalog', [digest, ...key], shared) as KeptCatalog | undefined);
      if (kept?.files.every(([path, was]) => digestOfFile(path) === was)) return ok(kept.catalog);
      const { loadCatalogBy } = await import('./catalogs.ts');
      const files = new Map<string, string>();
      const catalog = loadCatalogBy(
        (path) => {
          const source = readSource(path);
          if (source.ok) files.set(path, source.value.digest);
          return source;
        },
        { ...options, vocabulary },
      );
      if (key !== undefined && catalog.ok) {
        const value: KeptCatalog = { files: [...files], catalog: catalog.value };
        cache?.keep('catalog', [digest, ...key], value, shared);
      }
      return catalog;
    },
  };
}

/** The loader of a command: with the user's cache, where there is one. */
export function loaderFor(env: Readonly<Record<string, string | undefined>>): Loader {
  return loaderWith(openCache(env));
}

/**
 * The same, with one's own vocabularies beside the shipped one.
 *
 * @param files their paths
 */
export async function loaderSpeaking(
  env: Readonly<Record<string, string | undefined>>,
  files: readonly string[],
): Promise<Result<Loader>> {
  if (files.length === 0) return ok(loaderFor(env));
  const { extendVocabulary, loadVocabulary } = await import('./packs.ts');
  const extended = extendVocabulary(loadVocabulary(), files);
  if (!extended.ok) return extended;
  const digests = digestsOf([VOCABULARY, ...files]);
  return ok(loaderWith(openCache(env), { value: extended.value, digest: digests?.join(' ') }));
}
