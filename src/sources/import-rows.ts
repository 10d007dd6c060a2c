import { decodeValue } from '../catalog/decode.ts';
import type { Attribute, Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, placeOf, type Span } from '../diagnostic/diagnostic.ts';

/** What importers hand over: rows of facts, each with its place in the file it came from. */

export interface ImportRow {
  /** Facts by attribute without prefix, and `price` and `limit` of offers. Absent means unknown. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Where the row, or one of its fields, stands. */
  place(field?: string): Span;
}

export interface Imported {
  readonly types: readonly ImportRow[];
  readonly offers: readonly ImportRow[];
  readonly images: readonly ImportRow[];
  readonly regions: readonly ImportRow[];
  /** What the file holds and the catalog will not, each with the reason. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
  /** Whether a type may recur among the rows, as long as its facts agree: once for each region. */
  readonly rowsRecur?: boolean;
  /** What was taken for granted. */
  readonly notes: readonly string[];
  /** What is wrong with single rows, which are not among the rows. */
  readonly faults: readonly Diagnostic[];
}

/** What the command line says of the cloud that files come from. */
export interface ImportSettings {
  readonly cloud: string | undefined;
  readonly region: string | undefined;
  /** Architecture of types and images that do not state theirs; undefined: not said. */
  readonly arch: string | undefined;
}

/** A file to be imported. */
export interface ImportFile {
  /** What people call it. */
  readonly source: string;
  readonly text: string;
}

export const NOTHING: Imported = { types: [], offers: [], images: [], regions: [], left: [], notes: [], faults: [] };

export const DEFAULT_ARCH = 'amd64';

/** A fault at a place; places in JSON are paths and have no lines. */
export function faultAt(span: Span, message: string, hint?: string): Diagnostic {
  const place = span.text === '' ? { path: placeOf(span) } : { span };
  return { code: 'invalid-import', message, ...place, ...(hint === undefined ? {} : { hint }) };
}

/** What a number can be at all; beyond it a unit or a digit has slipped. */
const BOUNDS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  'type.cores': [1, 65_536],
  'type.mem': [1, 2 ** 30],
  'type.root-disk': [0, 2 ** 40],
  'type.local-disk': [0, 2 ** 30],
  'type.gpus': [0, 4096],
};

/** What is absurd about the facts of a type. */
export function absurdities({ fields, place }: ImportRow, vocabulary: Vocabulary): readonly Diagnostic[] {
  return Object.entries(BOUNDS).flatMap(([name, [least, most]]): Diagnostic[] => {
    const key = name.slice('type.'.length);
    const attribute: Attribute | undefined = vocabulary.attributes.get(name);
    if (attribute === undefined || fields[key] === undefined) return [];
    const decoded = decodeValue(attribute, fields[key]);
    if (!('value' in decoded) || typeof decoded.value !== 'number') return [];
    const unit = attribute.kind.kind === 'number' && attribute.kind.unit !== undefined ? ` ${attribute.kind.unit}` : '';
    if (decoded.value >= least && decoded.value <= most) return [];
    return [faultAt(place(key), `${name} cannot be ${decoded.value}${unit}`, `it is from ${least} to ${most}${unit}`)];
  });
}

/** An entry of a JSON list, with ways to its place: `flavors.json: [3].RAM`. */
export interface JsonEntry {
  readonly source: string;
  /** `[3]`, `flavors[3]` */
  readonly path: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The place of an entry, or of one of its fields by the name that it has there. */
export function placeInJson({ source, path }: JsonEntry, field?: string): Span {
  const step = field === undefined ? '' : /^[A-Za-z_][\w-]*$/.test(field) ? `.${field}` : `[${JSON.stringify(field)}]`;
  return { source: `${source}: ${path}${step}`, text: '', start: 0, end: 0 };
}

/** The first of several names that an entry has a value under. */
export function named(entry: JsonEntry, ...names: readonly string[]): string | undefined {
  return names.find((name) => entry.fields[name] !== undefined && entry.fields[name] !== null);
}

/** A whole number of a JSON value, which may be a text; undefined when it is none. */
export function wholeNumberOf(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  const number = /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
  return number;
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  amd64: 'amd64',
  aarch64: 'arm64',
  arm64: 'arm64',
  armv7l: 'armhf',
  armhf: 'armhf',
  i386: 'i386',
  i686: 'i386',
  ppc64le: 'ppc64el',
  ppc64el: 'ppc64el',
  riscv64: 'riscv64',
  s390x: 's390x',
};

export const KNOWN_ARCHITECTURES: readonly string[] = Object.keys(ARCHITECTURES);

/** Juju's name of an architecture, whatever the kernel or the cloud calls it. */
export function archNamed(text: string): string | undefined {
  const key = text.toLowerCase();
  return Object.hasOwn(ARCHITECTURES, key) ? ARCHITECTURES[key] : undefined;
}
