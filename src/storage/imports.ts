import type { Catalog } from '../catalog/catalog.ts';
import { decodeValue, IDENTIFIER_HINT, isIdentifier } from '../catalog/decode.ts';
import { applyPriceEdits } from '../catalog/prices.ts';
import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { type Import, type ImportFormat, importCatalog } from '../sources/import.ts';
import type { ImportFile, ImportSettings } from '../sources/import-rows.ts';
import { publishStreams } from '../sources/publish.ts';
import { digestWith, loadPrices } from './catalogs.ts';
import { readText, sha256 } from './files.ts';
import { loadVocabulary } from './packs.ts';
import { checkTarget, ORIGIN, writeTree } from './trees.ts';

/** Imports files into a catalog tree on disk. */

export interface ImportOptions extends ImportSettings {
  readonly from: ImportFormat | undefined;
  /** Price files whose prices become those of the catalog. */
  readonly prices: readonly string[];
  /** The words of types and images; the shipped ones unless given. */
  readonly vocabulary?: Vocabulary;
}

/** Checks what the command line says of a cloud. */
export function settingsOf(
  given: { readonly cloud?: string; readonly region?: string; readonly arch?: string },
  vocabulary: Vocabulary,
): Result<ImportSettings> {
  const faults: Diagnostic[] = [];
  for (const key of ['cloud', 'region'] as const) {
    const name = given[key];
    if (name !== undefined && !isIdentifier(name))
      faults.push({
        code: 'bad-name',
        message: `"${name}" cannot name a ${key}`,
        path: `--${key}`,
        hint: IDENTIFIER_HINT,
      });
  }
  const arch = vocabulary.attributes.get('type.arch');
  const decoded = given.arch === undefined || arch === undefined ? undefined : decodeValue(arch, [given.arch]);
  if (decoded !== undefined && 'problem' in decoded) {
    const hint = decoded.hint === undefined ? {} : { hint: decoded.hint };
    faults.push({ code: 'bad-name', message: `--arch ${decoded.problem}`, path: '--arch', ...hint });
  }
  return faults.length > 0 ? fail(...faults) : ok({ cloud: given.cloud, region: given.region, arch: given.arch });
}

/** The catalog that files make up, under one's own prices. */
export function readImport(
  paths: readonly string[],
  { from, prices, vocabulary = loadVocabulary(), ...settings }: ImportOptions,
): Result<Import> {
  const files: ImportFile[] = [];
  const faults: Diagnostic[] = [];
  for (const path of paths) {
    const text = readText(path);
    if (text.ok) files.push({ source: path, text: text.value });
    else faults.push(...text.diagnostics);
  }
  const edits = loadPrices(prices);
  if (!edits.ok) faults.push(...edits.diagnostics);
  if (!edits.ok || faults.length > 0) return fail(...faults);
  const imported = importCatalog(files, from, settings, vocabulary);
  if (!imported.ok) return imported;
  const { catalog } = imported.value;
  const priced = applyPriceEdits(catalog, edits.value, digestWith(catalog.digest, edits.value));
  if (!priced.ok) return priced;
  if (priced.value.idle.length > 0) return fail(...priced.value.idle);
  return ok({ ...imported.value, catalog: priced.value.catalog });
}

/** Writes an imported catalog to a folder, whole or not at all. */
export function writeCatalog(folder: string, catalog: Catalog): Result<void> {
  return writeTree(folder, publishStreams(catalog, sha256, ORIGIN));
}

export { checkTarget };
