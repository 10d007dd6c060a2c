import { decodeValue } from '../catalog/decode.ts';
import type { Attribute, Value, Vocabulary } from '../catalog/value.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { type Document, type Path, placeIn } from '../document/read.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney, parseMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';
import { isVersion } from '../quantity/version.ts';
import type { Program } from '../rules/program.ts';
import type { Via } from '../rules/rule.ts';
import type { ExpectationText } from './test-schema.ts';

/** What a row of a test expects, checked against what there is. */

/** Plain values, keys as written, so that what is concluded can be compared with it field by field. */
export interface Expectation {
  readonly can?: Readonly<Record<string, string>>;
  readonly 'provides-via'?: Readonly<Record<string, string>> | readonly string[];
  readonly 'refused-by'?: readonly string[];
  readonly warnings?: readonly string[];
  readonly price?: string;
  /** What the offer ranks by after preferences. */
  readonly rank?: string;
  /** Facts as rules have them, stated or set. */
  readonly facts?: Readonly<Record<string, string>>;
  readonly reserves?: number | { readonly mem?: number; readonly cores?: number };
  readonly plan?: Readonly<Record<string, string>>;
  readonly error?: string;
  readonly core?: readonly string[];
  readonly relaxation?: Readonly<Record<string, string | readonly string[]>>;
}

export const VIAS: readonly Via[] = ['launch', 'launch-option', 'after-launch', 'image'];

/** What needs offers to choose from. */
export const PLANNED: readonly (keyof Expectation)[] = ['plan', 'error', 'core', 'relaxation'];

/** A rule as the tests of a module call it: without the module where it is the module's own. */
export function shortName(id: string, module: string): string {
  return id.startsWith(`${module}/`) ? id.slice(module.length + 1) : id;
}

interface Reading {
  readonly document: Document;
  readonly program: Program;
  readonly module: string;
  readonly vocabulary: Vocabulary;
  readonly faults: Diagnostic[];
}

function fault({ document, faults }: Reading, code: string, message: string, path: Path, hint?: string): void {
  faults.push({ code, message, ...placeIn(document, path), ...(hint === undefined ? {} : { hint }) });
}

function checkCapability(reading: Reading, name: string, path: Path): void {
  const { capabilities } = reading.vocabulary;
  if (!capabilities.has(name))
    fault(
      reading,
      'unknown-capability',
      `"${name}" is no declared capability`,
      path,
      didYouMean(name, capabilities.keys()),
    );
}

function checkRule(reading: Reading, name: string, path: Path, isFit: (verb: string) => boolean, what: string): void {
  const known = reading.program.rules.filter(({ action }) => isFit(action.verb));
  const called = known.map(({ id }) => shortName(id, reading.module));
  if (called.includes(name)) return;
  const other = reading.program.rules.find(({ id }) => shortName(id, reading.module) === name);
  fault(
    reading,
    'unknown-rule',
    other === undefined
      ? `no rule is called "${name}"`
      : `the rule "${name}" ${what}: its verb is ${other.action.verb}`,
    path,
    didYouMean(name, called),
  );
}

const isRefusing = (verb: string): boolean => verb === 'forbid' || verb === 'require';

function moneyText(reading: Reading, raw: string | number, path: Path): string {
  const price = raw === 'unknown' ? undefined : parseMoney(String(raw));
  if (raw !== 'unknown' && price === undefined)
    fault(reading, 'test-value', `"${raw}" is neither USD an hour nor "unknown"`, path);
  return price === undefined ? String(raw) : formatMoney(price);
}

/** A value of an attribute as expectations have it: `unknown`, sets with commas. */
export function valueText(attribute: Attribute, value: Value): string {
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(', ');
  return typeof value === 'number' && attribute.kind.kind === 'number'
    ? formatDecimal(value, attribute.kind.decimals)
    : String(value);
}

function readFact(reading: Reading, name: string, raw: unknown, path: Path): string {
  const { attributes } = reading.vocabulary;
  const attribute = attributes.get(name);
  if (attribute === undefined) {
    fault(reading, 'unknown-attribute', `"${name}" is no attribute`, path, didYouMean(name, attributes.keys()));
    return String(raw);
  }
  if (raw === 'unknown') return raw;
  const decoded = decodeValue(attribute, raw);
  if ('value' in decoded) return valueText(attribute, decoded.value);
  fault(reading, 'test-value', `${name} ${decoded.problem}`, path, decoded.hint);
  return String(raw);
}

const sorted = (items: readonly string[]): readonly string[] => [...items].sort(compareText);

/** Reads the expectation that stands at a path. An empty one is a fault: it tests nothing. */
export function readExpectation(
  text: ExpectationText,
  path: Path,
  document: Document,
  program: Program,
  module: string,
  faults: Diagnostic[],
): Expectation {
  const { vocabulary } = program;
  const reading: Reading = { document, program, module, vocabulary, faults };
  const isEmpty = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
  if (Object.keys(text).length === 0)
    fault(
      reading,
      'empty-expectation',
      'this expects nothing',
      path,
      'say what must come out, such as can or refused-by',
    );
  for (const [key, value] of Object.entries(text))
    if (isEmpty(value)) fault(reading, 'empty-expectation', `"${key}" expects nothing`, [...path, key]);
  const result: { -readonly [K in keyof Expectation]: Expectation[K] } = {};
  if (text.can !== undefined) {
    for (const [name, raw] of Object.entries(text.can)) {
      checkCapability(reading, name, [...path, 'can', name]);
      const level = String(raw);
      if (!['true', 'false', 'any', 'unknown'].includes(level) && !isVersion(level))
        fault(reading, 'test-value', `"${level}" is no version, nor any, true, false or unknown`, [
          ...path,
          'can',
          name,
        ]);
    }
    result.can = Object.fromEntries(Object.entries(text.can).map(([name, raw]) => [name, String(raw)]));
  }
  const via = text['provides-via'];
  if (Array.isArray(via)) {
    if (via.length === 0)
      fault(reading, 'empty-expectation', '"provides-via" expects nothing', [...path, 'provides-via']);
    for (const [index, name] of via.entries())
      checkRule(reading, name, [...path, 'provides-via', index], (verb) => verb === 'provide', 'gives nothing');
    result['provides-via'] = sorted(via);
  } else if (via !== undefined) {
    for (const [name, how] of Object.entries(via as Readonly<Record<string, string>>)) {
      checkCapability(reading, name, [...path, 'provides-via', name]);
      if (!(VIAS as readonly string[]).includes(how))
        checkRule(reading, how, [...path, 'provides-via', name], (verb) => verb === 'provide', 'gives nothing');
    }
    result['provides-via'] = via as Readonly<Record<string, string>>;
  }
  for (const key of ['refused-by', 'warnings'] as const) {
    const list = text[key];
    if (list === undefined) continue;
    for (const [index, name] of list.entries())
      checkRule(reading, name, [...path, key, index], isRefusing, 'refuses nothing');
    result[key] = sorted(list);
  }
  if (text.price !== undefined) result.price = moneyText(reading, text.price, [...path, 'price']);
  if (text.rank !== undefined) result.rank = moneyText(reading, text.rank, [...path, 'rank']);
  if (text.facts !== undefined) {
    result.facts = Object.fromEntries(
      Object.entries(text.facts).map(([name, raw]) => [name, readFact(reading, name, raw, [...path, 'facts', name])]),
    );
  }
  if (text.reserves !== undefined) result.reserves = text.reserves as NonNullable<Expectation['reserves']>;
  if (text.plan !== undefined) {
    result.plan = Object.fromEntries(
      Object.entries(text.plan).map(([key, raw = '']) => [
        key,
        key === 'price' || key === 'cost' ? moneyText(reading, raw, [...path, 'plan', key]) : String(raw),
      ]),
    );
  }
  if (text.error !== undefined) result.error = text.error;
  if (text.core !== undefined) result.core = sorted(text.core);
  if (text.relaxation !== undefined) {
    const { changes, type, price } = text.relaxation;
    result.relaxation = {
      ...(changes === undefined ? {} : { changes: sorted(changes) }),
      ...(type === undefined ? {} : { type }),
      ...(price === undefined ? {} : { price: moneyText(reading, price, [...path, 'relaxation', 'price']) }),
    };
  }
  return result;
}
