import type { Catalog } from '../catalog/catalog.ts';
import { decodeValue } from '../catalog/decode.ts';
import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, placeOf, type Result } from '../diagnostic/diagnostic.ts';
import type { Document, Path } from '../document/read.ts';
import { importCsv } from './import-csv.ts';
import { importMaas, isMachine } from './import-maas.ts';
import { importOpenstack, isFlavor, isImage } from './import-openstack.ts';
import {
  absurdities,
  faultAt,
  type Imported,
  type ImportFile,
  type ImportRow,
  type ImportSettings,
  type JsonEntry,
  NOTHING,
} from './import-rows.ts';
import { importYaml } from './import-yaml.ts';
import { type InlineCatalog, readInlineCatalog } from './inline.ts';

/** Puts files of any known format together into one catalog, which is then checked like the one of a problem file. */

export const IMPORT_FORMATS = ['csv', 'yaml', 'openstack', 'maas'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** Lists that wrap what their interfaces answer. */
const WRAPPERS: readonly string[] = ['flavors', 'images', 'machines'];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether JSON holds the sections of a catalog, and no list of some cloud's. */
const hasSections = (json: unknown): boolean =>
  isObject(json) && (json.types !== undefined || json.offers !== undefined);

/** The entries of a JSON list; a list in a wrapper, or a single machine, flavor or image, counts as one too. */
function entriesOf(source: string, json: unknown): Result<readonly JsonEntry[]> {
  const wrapper = isObject(json) ? WRAPPERS.find((key) => Array.isArray(json[key])) : undefined;
  const list = wrapper === undefined ? json : (json as Readonly<Record<string, unknown>>)[wrapper];
  const told = (message: string, hint?: string): Diagnostic =>
    faultAt({ source, text: '', start: 0, end: 0 }, message, hint);
  if (isObject(list)) {
    const single: JsonEntry = { source, path: '', fields: list };
    if (isMachine(single) || isFlavor(single) || isImage(single)) return ok([single]);
  }
  if (!Array.isArray(list)) {
    const keys = isObject(json) ? Object.keys(json).slice(0, 3) : [];
    const what = keys.length === 0 ? '' : ` but an object with ${keys.map((key) => JSON.stringify(key)).join(', ')}`;
    const hint =
      'expected is a list, as `openstack flavor list --long -f json` or `maas PROFILE machines read` print it';
    return fail(told(`${source} holds no list${what}`, hint));
  }
  if (list.length === 0) return fail(told(`the list in ${source} is empty`));
  const faults: Diagnostic[] = [];
  const entries = list.flatMap((fields: unknown, index): JsonEntry[] => {
    const path = `${wrapper ?? ''}[${index}]`;
    if (isObject(fields)) return [{ source, path, fields }];
    faults.push(faultAt({ source: `${source}: ${path}`, text: '', start: 0, end: 0 }, 'an entry must be an object'));
    return [];
  });
  return faults.length > 0 ? fail(...faults) : ok(entries);
}

function parseJson(source: string, text: string): Result<unknown> {
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    const message = `${source} is no JSON: ${(error as Error).message}`;
    return fail({ code: 'document-syntax', message, path: source });
  }
}

/** The format of a text that is no JSON. */
function formatOf(text: string): ImportFormat {
  const line = text.split(/\r\n?|\n/).find((one) => one.trim() !== '' && !one.trimStart().startsWith('#')) ?? '';
  return /^---|^\s*-\s|:/.test(line) ? 'yaml' : 'csv';
}

/** What one file holds. */
function importFile(
  file: ImportFile,
  from: ImportFormat | undefined,
  settings: ImportSettings,
  vocabulary: Vocabulary,
): Result<Imported> {
  const { source, text } = file;
  if (text.trim() === '') return fail({ code: 'invalid-import', message: `${source} is empty`, path: source });
  const isJson = /^\s*[[{]/.test(text);
  const format = from ?? (isJson ? undefined : formatOf(text));
  if (format === 'csv') return importCsv(file, settings, vocabulary);
  if (format === 'yaml') return importYaml(file, settings);
  const json = parseJson(source, text);
  if (!json.ok) return json;
  // JSON is YAML, and read as such keeps its lines.
  if (format === undefined && hasSections(json.value)) return importYaml(file, settings);
  const entries = entriesOf(source, json.value);
  if (!entries.ok) return entries;
  const isMaas = format === undefined ? isMachine(entries.value[0]!) : format === 'maas';
  return isMaas ? importMaas(entries.value, settings) : importOpenstack(entries.value, settings);
}

type Of = 'type' | 'region';

/**
 * Rows of one type, or of one region, put together; what contradicts is told with both places.
 *
 * @param within whether rows of one file may say the same twice
 */
function together(
  rows: readonly { readonly row: ImportRow; readonly file: number; readonly mayRecur: boolean }[],
  of: Of,
  vocabulary: Vocabulary,
  faults: Diagnostic[],
  doubtful: Set<string>,
): readonly ImportRow[] {
  const known = new Map<
    string,
    { fields: Record<string, unknown>; placed: Map<string, ImportRow>; file: number; row: ImportRow }
  >();
  const same = (key: string, a: unknown, b: unknown): boolean => {
    const attribute = vocabulary.attributes.get(`${of === 'region' ? 'offer' : of}.${key}`);
    const [left, right] = attribute === undefined ? [] : [decodeValue(attribute, a), decodeValue(attribute, b)];
    if (left !== undefined && right !== undefined && 'value' in left && 'value' in right)
      return String(left.value) === String(right.value);
    return JSON.stringify(a) === JSON.stringify(b);
  };
  for (const { row, file, mayRecur } of rows) {
    const name = String(row.fields[of === 'type' ? 'name' : 'region']);
    const key = `${String(row.fields.cloud)} ${name}`;
    const before = known.get(key);
    if (before === undefined) {
      const fields = Object.fromEntries(Object.entries(row.fields).filter(([, value]) => value !== undefined));
      known.set(key, { fields, placed: new Map(Object.keys(fields).map((field) => [field, row])), file, row });
      continue;
    }
    if (before.file === file && !mayRecur) {
      const message = `${of} ${name} of cloud ${String(row.fields.cloud)} is given twice, also at ${placeOf(before.row.place())}`;
      faults.push(faultAt(row.place('name'), message));
      doubtful.add(key);
      continue;
    }
    for (const [field, value] of Object.entries(row.fields)) {
      if (value === undefined || value === null) continue;
      const owner = before.placed.get(field);
      if (owner === undefined) {
        before.fields[field] = value;
        before.placed.set(field, row);
      } else if (!same(field, before.fields[field], value)) {
        const told = (one: unknown): string => (typeof one === 'string' ? one : JSON.stringify(one));
        const message = `${field} of ${of} ${name} is ${told(value)} here and ${told(before.fields[field])} at ${placeOf(owner.place(field))}`;
        faults.push(faultAt(row.place(field), message));
      }
    }
  }
  return [...known.values()].map(({ fields, placed, row }): ImportRow => {
    return { fields, place: (field) => (placed.get(field ?? '') ?? row).place(field) };
  });
}

/** A type with the architecture that the command line gives to those that state none. */
function withArch({ fields, place }: ImportRow, arch: string | undefined): ImportRow {
  return { fields: arch === undefined || fields.arch !== undefined ? fields : { ...fields, arch: [arch] }, place };
}

/** Faults file by file, from top to bottom where they have lines. */
function inOrder(faults: readonly Diagnostic[], files: readonly ImportFile[]): readonly Diagnostic[] {
  const fileOf = ({ span, path = '' }: Diagnostic): number =>
    files.findIndex(({ source }) => (span === undefined ? path.startsWith(source) : span.source === source));
  return [...faults].sort((a, b) => fileOf(a) - fileOf(b) || (a.span?.start ?? 0) - (b.span?.start ?? 0));
}

/** An image's facts with a product and a version, which streams order images by. */
function withProduct({ fields, place }: ImportRow): ImportRow {
  const { os, release, arch } = fields;
  const named = [os, release, arch].filter((part) => part !== undefined && part !== '');
  const product =
    os === 'ubuntu' && release !== undefined && arch !== undefined
      ? `com.ubuntu.cloud:server:${String(release)}:${String(arch)}`
      : named.join(':');
  return {
    fields: { ...(product === '' ? {} : { product }), version: '0', ...fields },
    place,
  };
}

/** Types that no request can get unless it asks for any architecture. */
function archless(types: readonly ImportRow[]): readonly string[] {
  const count = types.filter(({ fields }) => fields.arch === undefined).length;
  if (count === 0) return [];
  const state = count === 1 ? 'type states' : 'types state';
  return [
    `${count} ${state} no architecture, and requests want amd64 unless they say arch=: give arch, or --arch for all`,
  ];
}

/** What has been imported, for the report. */
export interface Import {
  readonly catalog: Catalog;
  readonly left: Imported['left'];
  readonly notes: readonly string[];
}

/**
 * One catalog out of files. Every fault of every file is told, each at its place.
 *
 * @param from the format of all files; found from their content unless given
 */
export function importCatalog(
  files: readonly ImportFile[],
  from: ImportFormat | undefined,
  settings: ImportSettings,
  vocabulary: Vocabulary,
): Result<Import> {
  const faults: Diagnostic[] = [];
  let unread = false;
  const parts = files.map((file) => {
    const imported = importFile(file, from, settings, vocabulary);
    faults.push(...(imported.ok ? imported.value.faults : imported.diagnostics));
    if (!imported.ok) unread = true;
    return {
      imported: imported.ok ? imported.value : NOTHING,
      mayRecur: imported.ok && imported.value.rowsRecur === true,
    };
  });
  const rows = (section: 'types' | 'regions') =>
    parts.flatMap(({ imported, mayRecur }, file) =>
      imported[section].map((row) => ({ row, file, mayRecur: mayRecur || section === 'regions' })),
    );
  const all = (section: 'offers' | 'images'): readonly ImportRow[] =>
    parts.flatMap(({ imported }) => imported[section]);
  // What other files say of a file that could not be read cannot be judged.
  if (unread) return fail(...faults);
  /** Types whose very name is at fault: what else would be said of them is left unsaid. */
  const doubtful = new Set<string>();
  const types = together(rows('types'), 'type', vocabulary, faults, doubtful).map((row) =>
    withArch(row, settings.arch),
  );
  const regions = together(rows('regions'), 'region', vocabulary, faults, doubtful);
  const typeName = vocabulary.attributes.get('type.name');
  for (const { fields } of types) {
    const isName = typeName !== undefined && 'value' in decodeValue(typeName, fields.name);
    if (!isName) doubtful.add(`${String(fields.cloud)} ${String(fields.name)}`);
  }
  faults.push(...types.flatMap((row) => absurdities(row, vocabulary)));
  if (faults.length === 0 && types.length === 0) {
    const message = 'there are no instance types in what is imported';
    return fail({
      code: 'invalid-import',
      message,
      path: files[0]?.source ?? '',
      hint: 'import images together with the types that boot them',
    });
  }
  const isSound = ({ fields }: ImportRow): boolean => !doubtful.has(`${String(fields.cloud)} ${String(fields.type)}`);
  const offers = all('offers')
    .filter(isSound)
    .map(({ fields, place }): ImportRow => {
      // A price that one writes down is the list's own.
      const basis = fields.price === undefined || fields['price-basis'] !== undefined ? {} : { 'price-basis': 'list' };
      return { fields: { ...fields, ...basis }, place };
    });
  const sections = { types, offers, images: all('images').map(withProduct), regions };
  const spanOf = ([section, index, field]: Path) => {
    const row = sections[section as keyof typeof sections][Number(index)]!;
    return row.place(field === undefined ? undefined : String(field));
  };
  const document: Document = { source: files[0]?.source ?? '', value: undefined, spanOf, keySpanOf: spanOf };
  const section = Object.fromEntries(
    Object.entries(sections).map(([name, list]) => [name, list.map((row) => row.fields)]),
  );
  const read = readInlineCatalog(section as unknown as InlineCatalog, vocabulary, document, [], {
    digest: '',
    at: undefined,
  });
  if (!read.ok) faults.push(...read.diagnostics);
  if (!read.ok || faults.length > 0) return fail(...inOrder(faults, files));
  const { images } = sections;
  const twice = images.filter(
    (row, index) =>
      images.findIndex((one) => one.fields.id === row.fields.id && one.fields.region === row.fields.region) !== index,
  );
  if (twice.length > 0)
    return fail(...twice.map((row) => faultAt(row.place(), `image ${String(row.fields.id)} is given twice`)));
  return ok({
    catalog: read.value,
    left: parts.flatMap(({ imported }) => imported.left),
    notes: [...parts.flatMap(({ imported }) => imported.notes), ...archless(types)],
  });
}
