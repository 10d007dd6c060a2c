import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { type CatalogPart, mergeCatalogs } from '../catalog/merge.ts';
import { applyPriceEdits, meaningOf, type PriceEdit } from '../catalog/prices.ts';
import type { Vocabulary } from '../catalog/value.ts';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { canonicalLists } from '../document/canonical.ts';
import { readPrices } from '../sources/prices.ts';
import { readStreams } from '../sources/simplestreams.ts';
import { type IndexEntry, readIndex, type StreamFile } from '../sources/stream-index.ts';
import { isFile, readSource, realPath, type Source, sha256 } from './files.ts';
import { loadVocabulary } from './packs.ts';
import { BUNDLED, indexOf, treeOf } from './places.ts';

/** Loads catalog trees from disk, merges them, and lays price files over them. */

export interface LoadOptions {
  /**
   * Simplestreams trees: folders that hold `streams/v1/index.json`; `bundled` is the shipped one. Their types and offers
   * are put together. The shipped catalog unless given.
   */
  readonly paths?: readonly string[];
  /** One tree: short for `paths: [path]`. */
  readonly path?: string;
  /** Price files, laid over what the trees say. */
  readonly prices?: readonly string[];
  /** Only these clouds are read, where the index vouches for the rest; all unless given. */
  readonly clouds?: readonly string[];
  /** Prices dated later are not read. */
  readonly at?: string | undefined;
  readonly vocabulary?: Vocabulary;
}

function parseJson(source: string, text: string): Result<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return fail({
      code: 'document-syntax',
      message: `${source} is no JSON: ${(error as Error).message}`,
      path: source,
    });
  }
}

/** A tree whose index has been read. */
interface Tree {
  /** What people call it. */
  readonly name: string;
  readonly path: string;
  /** The digest of the index. */
  readonly digest: string;
  readonly entries: readonly IndexEntry[];
  /** Whether the index says of every file what it holds, so that dates and digests stay whole where one is not read. */
  readonly vouched: boolean;
}

/** How the files that a catalog is made of are read. */
export type ReadSource = (path: string) => Result<Source>;

function openTree(name: string, read: ReadSource): Result<Tree> {
  const [path, indexPath] = [treeOf(name), indexOf(name)];
  if (!isFile(indexPath)) {
    return fail({
      code: 'no-catalog',
      message: `there is no catalog in ${path}`,
      path,
      hint: 'a catalog is a folder with streams/v1/index.json in it',
    });
  }
  const file = read(indexPath);
  if (!file.ok) return file;
  const json = parseJson(indexPath, file.value.text);
  if (!json.ok) return json;
  const index = readIndex(indexPath, json.value);
  if (!index.ok) return index;
  if (!index.value.some((entry) => entry.datatype === 'instance-types')) {
    return fail({ code: 'empty-catalog', message: `the catalog in ${path} has no instance types`, path: indexPath });
  }
  const vouched = index.value.every(
    (entry) =>
      entry.sha256 !== undefined &&
      (entry.datatype === 'regions' || entry.cloud !== undefined) &&
      (entry.datatype !== 'instance-types' || entry.newest !== undefined),
  );
  return ok({ name, path, digest: file.value.digest, entries: index.value, vouched });
}

/** The catalog of a tree. Files whose digest the index states are checked against it. */
function readTree(
  { path, digest: own, entries, vouched }: Tree,
  clouds: readonly string[] | undefined,
  at: string | undefined,
  vocabulary: Vocabulary,
  read: ReadSource,
): Result<Catalog> {
  const wanted =
    clouds !== undefined && vouched
      ? entries.filter((entry) => entry.cloud === undefined || clouds.includes(entry.cloud))
      : entries;
  const files: StreamFile[] = [];
  const digests = [own];
  for (const entry of wanted) {
    const source = join(path, entry.path);
    const content = read(source);
    if (!content.ok) return content;
    const { text, digest } = content.value;
    if (entry.sha256 !== undefined && digest !== entry.sha256) {
      return fail({
        code: 'damaged-catalog',
        message: `${source} is not the file that the index describes: its SHA-256 differs`,
        path: source,
        hint: 'restore the file, or build the catalog anew',
      });
    }
    digests.push(digest);
    const parsed = parseJson(source, text);
    if (!parsed.ok) return parsed;
    files.push({ source, json: parsed.value });
  }
  // An index that vouches for its files stands for all of them, read or not.
  const digest = vouched ? own : sha256(digests.join('\n'));
  return readStreams(wanted, files, vocabulary, {
    digest: `sha256:${digest}`,
    at,
    newest: entries.flatMap((entry) => (entry.newest === undefined ? [] : [entry.newest])),
  });
}

/** The catalog of several trees. */
function readTrees(
  trees: readonly Tree[],
  clouds: readonly string[] | undefined,
  at: string | undefined,
  vocabulary: Vocabulary,
  read: ReadSource,
): Result<Catalog> {
  const parts: CatalogPart[] = [];
  for (const tree of trees) {
    const catalog = readTree(tree, clouds, at, vocabulary, read);
    if (!catalog.ok) return catalog;
    parts.push({ name: tree.name, catalog: catalog.value });
  }
  const digests = parts.map(({ catalog }) => catalog.digest).sort();
  return mergeCatalogs(parts, `sha256:${sha256(digests.join('\n'))}`);
}

/** Each of some paths once, however it is written. */
function distinct(paths: readonly string[], fileOf: (path: string) => string): readonly string[] {
  const seen = new Set<string>();
  return paths.filter((path) => {
    const file = fileOf(path);
    const real = isFile(file) ? realPath(file) : file;
    return !seen.has(real) && seen.add(real);
  });
}

/** The edits of price files, each read once. */
export function loadPrices(paths: readonly string[], read: ReadSource = readSource): Result<readonly PriceEdit[]> {
  const edits: PriceEdit[] = [];
  for (const path of distinct(paths, (one) => one)) {
    const file = read(path);
    const own = file.ok ? readPrices(path, file.value.text) : file;
    if (!own.ok) return own;
    edits.push(...own.value);
  }
  return ok(edits);
}

/** The digest of a catalog under price edits, whatever the order and the files that they stand in. */
export function digestWith(digest: string, edits: readonly PriceEdit[]): string {
  return `sha256:${sha256(`${digest}\n${canonicalLists({ prices: edits.map(meaningOf) })}`)}`;
}

/**
 * A catalog from trees and price files.
 *
 * @example const catalog = loadCatalog({ clouds: ['aws'] })
 * @example const catalog = loadCatalog({ paths: ['bundled', 'mycloud'], prices: ['prices.yaml'] })
 */
export function loadCatalog(options: LoadOptions = {}): Result<Catalog> {
  return loadCatalogBy(readSource, options);
}

/** The same, with every file read by `read`. */
export function loadCatalogBy(
  read: ReadSource,
  { path, paths = [path ?? BUNDLED], prices = [], clouds, at, vocabulary = loadVocabulary() }: LoadOptions,
): Result<Catalog> {
  const edits = loadPrices(prices, read);
  if (!edits.ok) return edits;
  const trees: Tree[] = [];
  for (const name of distinct(paths, indexOf)) {
    const tree = openTree(name, read);
    if (!tree.ok) return tree;
    trees.push(tree.value);
  }
  // A name that no tree has is told of with the names that there are, so all are read then.
  const known = clouds?.every((cloud) =>
    trees.some(({ entries }) => entries.some((entry) => entry.cloud === cloud && entry.datatype === 'instance-types')),
  );
  const wanted = known === true ? clouds : undefined;
  const catalog = readTrees(trees, wanted, at, vocabulary, read);
  if (!catalog.ok || edits.value.length === 0) return catalog;
  const priced = applyPriceEdits(catalog.value, edits.value, digestWith(catalog.value.digest, edits.value));
  if (!priced.ok) return priced;
  if (priced.value.idle.length > 0) {
    // What changes nothing in the clouds that were read may be meant for another.
    const whole = wanted === undefined ? undefined : readTrees(trees, undefined, at, vocabulary, read);
    if (whole?.ok === false) return whole;
    const everywhere = whole === undefined ? priced : applyPriceEdits(whole.value, edits.value, '');
    if (!everywhere.ok) return everywhere;
    if (everywhere.value.idle.length > 0) return fail(...everywhere.value.idle);
  }
  return ok(priced.value.catalog);
}
