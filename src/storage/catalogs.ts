import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { Vocabulary } from '../catalog/value.ts';
import { fail, type Result } from '../diagnostic/diagnostic.ts';
import { readStreams } from '../sources/simplestreams.ts';
import { readIndex, type StreamFile } from '../sources/stream-index.ts';
import { isFile, PACKAGE_ROOT, readText, sha256 } from './files.ts';
import { loadVocabulary } from './packs.ts';

/** Loads catalog trees from disk. */

/** The folder of the shipped catalog. */
export const SHIPPED_CATALOG: string = join(PACKAGE_ROOT, 'catalog');

export interface LoadOptions {
  /** A simplestreams tree: the folder that holds `streams/v1/index.json`. The shipped catalog unless given. */
  readonly path?: string;
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

/**
 * A catalog from a tree. Files whose digest the index states are checked against it.
 *
 * @example const catalog = loadCatalog({ clouds: ['aws'] })
 */
export function loadCatalog({
  path = SHIPPED_CATALOG,
  clouds,
  at,
  vocabulary = loadVocabulary(),
}: LoadOptions = {}): Result<Catalog> {
  const indexPath = join(path, 'streams', 'v1', 'index.json');
  if (!isFile(indexPath)) {
    return fail({
      code: 'no-catalog',
      message: `there is no catalog in ${path}`,
      path,
      hint: 'a catalog is a folder with streams/v1/index.json in it',
    });
  }
  const text = readText(indexPath);
  if (!text.ok) return text;
  const json = parseJson(indexPath, text.value);
  if (!json.ok) return json;
  const index = readIndex(indexPath, json.value);
  if (!index.ok) return index;
  if (!index.value.some((entry) => entry.datatype === 'instance-types')) {
    return fail({ code: 'empty-catalog', message: `the catalog in ${path} has no instance types`, path: indexPath });
  }
  // A cloud may be left unread only where the index says of every file what it holds, so that dates and digests stay whole.
  const vouched = index.value.every(
    (entry) =>
      entry.sha256 !== undefined &&
      (entry.datatype === 'regions' || entry.cloud !== undefined) &&
      (entry.datatype !== 'instance-types' || entry.newest !== undefined),
  );
  const known = clouds?.every((cloud) =>
    index.value.some((entry) => entry.cloud === cloud && entry.datatype === 'instance-types'),
  );
  const wanted =
    clouds !== undefined && vouched && known === true
      ? index.value.filter((entry) => entry.cloud === undefined || clouds.includes(entry.cloud))
      : index.value;
  const files: StreamFile[] = [];
  const digests = [sha256(text.value)];
  for (const entry of wanted) {
    const source = join(path, entry.path);
    const content = readText(source);
    if (!content.ok) return content;
    const digest = sha256(content.value);
    if (entry.sha256 !== undefined && digest !== entry.sha256) {
      return fail({
        code: 'damaged-catalog',
        message: `${source} is not the file that the index describes: its SHA-256 differs`,
        path: source,
        hint: 'restore the file, or build the catalog anew',
      });
    }
    digests.push(digest);
    const parsed = parseJson(source, content.value);
    if (!parsed.ok) return parsed;
    files.push({ source, json: parsed.value });
  }
  // An index that vouches for its files stands for all of them, read or not.
  const digest = vouched ? digests[0]! : sha256(digests.join('\n'));
  return readStreams(wanted, files, vocabulary, {
    digest: `sha256:${digest}`,
    at,
    newest: index.value.flatMap((entry) => (entry.newest === undefined ? [] : [entry.newest])),
  });
}
