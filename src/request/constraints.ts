import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result, type Span } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { formatDecimal, parseDecimal } from '../quantity/decimal.ts';
import { formatMoney, parseMoney } from '../quantity/money.ts';
import { parseJujuSize } from '../quantity/size.ts';
import { isVersion } from '../quantity/version.ts';
import { type Dialect, ownDialect } from './dialect.ts';
import { ALIASES, KEYS, type Key, type KeyKind } from './keys.ts';
import type { SourceText } from './source-text.ts';

/**
 * Constraint texts, in Juju 3.6's grammar to the letter: `arch=amd64 cores=2 mem=4G`. Our own keys stand beside
 * Juju's and never change what those mean.
 */

/** A capability that a container needs of its host: `kvm>=1.1`. */
export interface CapabilityNeed {
  readonly capability: string;
  /** The least version; undefined asks for presence alone. */
  readonly atLeast: string | undefined;
}

/**
 * Numbers are exact beyond a double, as Juju's are. A key that is present but empty (`mem=`) has the value 0, "" or []:
 * it masks a model's default, and asks for nothing.
 */
export type ConstraintValue = bigint | number | string | boolean | readonly string[] | readonly CapabilityNeed[];

export interface Constraint {
  readonly key: Key;
  readonly value: ConstraintValue;
  readonly span: Span;
}

/** Constraints by key; a key that was not given is absent. */
export interface Constraints {
  readonly byKey: ReadonlyMap<Key, Constraint>;
  /** Aliases that were used, which Juju warns of as deprecated. */
  readonly aliases: readonly string[];
}

const MAX_COUNT = 2n ** 64n - 1n;
const SPACE_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const PATTERN = /^\^?[A-Za-z0-9*][A-Za-z0-9._*-]*$/;
const GO_TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const GO_FALSE = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

/**
 * The pieces of one argument with their places, as Juju splits it: blanks after a backslash are protected, the whole
 * argument is trimmed, then split at single blanks.
 */
export function splitArgument(
  text: string,
): readonly { readonly piece: string; readonly start: number; readonly end: number }[] {
  // Two private characters stand for a protected blank, so that every place stays where it is.
  const guarded = text.replaceAll('\\ ', '\ue000\ue001');
  let start = guarded.length - guarded.trimStart().length;
  const pieces: { piece: string; start: number; end: number }[] = [];
  for (const part of guarded.trim().split(' ')) {
    if (part !== '') pieces.push({ piece: part.replaceAll('\ue000\ue001', ' '), start, end: start + part.length });
    start += part.length + 1;
  }
  return pieces;
}

interface Bad {
  readonly reason: string;
  readonly hint?: string;
}
type Parsed = { readonly value: ConstraintValue } | { readonly ignored: true } | Bad;

function withHint(reason: string, hint: string | undefined): Bad {
  return hint === undefined ? { reason } : { reason, hint };
}

function parseCapabilities(text: string, vocabulary: Vocabulary): Parsed {
  if (text === '') return { value: [] };
  const needs: CapabilityNeed[] = [];
  for (const item of text.split(',')) {
    const need = parseCapabilityNeed(item, vocabulary);
    if ('reason' in need) return need;
    if (needs.some((other) => other.capability === need.capability))
      return { reason: `"${need.capability}" is named twice` };
    needs.push(need);
  }
  return { value: needs };
}

/** `kvm` or `kvm>=1.1`. */
export function parseCapabilityNeed(text: string, vocabulary: Vocabulary): CapabilityNeed | Bad {
  const at = text.indexOf('>=');
  const capability = at === -1 ? text : text.slice(0, at);
  if (!vocabulary.capabilities.has(capability)) {
    return withHint(
      `"${capability}" is no declared capability`,
      didYouMean(capability, vocabulary.capabilities.keys()),
    );
  }
  if (at === -1) return { capability, atLeast: undefined };
  const atLeast = text.slice(at + 2);
  return isVersion(atLeast) ? { capability, atLeast } : { reason: `"${atLeast}" is no version` };
}

function parseValue(kind: KeyKind, text: string, vocabulary: Vocabulary, dialect: Dialect): Parsed {
  switch (kind) {
    case 'arch':
      return text === '' || dialect.archs.includes(text)
        ? { value: text }
        : withHint(`"${text}" not recognized`, didYouMean(text, dialect.archs));
    case 'container':
      return text === '' || dialect.containers.includes(text)
        ? { value: text }
        : withHint(`invalid container type "${text}"`, didYouMean(text, dialect.containers));
    case 'count':
      if (text === '') return { value: 0n };
      return /^\d+$/.test(text) && BigInt(text) <= MAX_COUNT
        ? { value: BigInt(text) }
        : { reason: 'must be a non-negative integer' };
    case 'size': {
      if (text === '') return { value: 0n };
      const size = parseJujuSize(text);
      if (size !== undefined) return { value: size };
      const near = /^(\d+(?:\.\d+)?)\s*([mgtp])(?:i?b)?$/i.exec(text);
      return withHint(
        'must be a non-negative float with optional M/G/T/P suffix',
        near === null ? undefined : `did you mean ${near[1]}${near[2]!.toUpperCase()}?`,
      );
    }
    case 'text':
      return { value: text };
    case 'list':
      return { value: text === '' ? [] : text.split(',') };
    case 'spaces': {
      const names = text === '' ? [] : text.split(',');
      const bad = names.find((name) => !SPACE_NAME.test(name.replace(/^\^/, '')));
      return bad === undefined ? { value: names } : { reason: `"${bad.replace(/^\^/, '')}" is not a valid space name` };
    }
    case 'go-bool':
      if (text === '') return { ignored: true };
      if (GO_TRUE.includes(text)) return { value: true };
      return GO_FALSE.includes(text) ? { value: false } : { reason: "must be 'true' or 'false'" };
    case 'bool':
      if (text === '') return { value: '' };
      return text === 'true' || text === 'false' ? { value: text === 'true' } : { reason: "must be 'true' or 'false'" };
    case 'capabilities':
      return parseCapabilities(text, vocabulary);
    case 'money': {
      if (text === '') return { value: '' };
      const money = parseMoney(text);
      return money === undefined ? { reason: 'must be an amount of USD with at most nine decimals' } : { value: money };
    }
    case 'milli-cores': {
      if (text === '') return { value: 0 };
      const cores = parseDecimal(text, 3);
      return cores === undefined || cores < 0
        ? { reason: 'must be a number of cores with at most three decimals' }
        : { value: cores };
    }
    case 'market':
      return ['', 'on-demand', 'spot', 'any'].includes(text)
        ? { value: text }
        : withHint(`"${text}" is no market`, didYouMean(text, ['on-demand', 'spot', 'any']));
    case 'launcher':
      return ['', 'juju', 'any'].includes(text)
        ? { value: text }
        : withHint(`"${text}" launches nothing`, didYouMean(text, ['juju', 'any']));
    case 'patterns': {
      const patterns = text === '' ? [] : text.split(',');
      const bad = patterns.find((pattern) => !PATTERN.test(pattern));
      return bad === undefined ? { value: patterns } : { reason: `"${bad}" is neither a name nor a pattern` };
    }
  }
}

/** What to do about a key that a dialect does not have. */
function hintFor(key: string, dialect: Dialect): string | undefined {
  return KEYS.has(key) ? `${dialect.name} has no such key` : didYouMean(key, dialect.keys.keys());
}

/**
 * Parses constraint texts as Juju does: each text is split at blanks, a key may be given once over all of them, and
 * the first error wins.
 *
 * @param dialect the keys and names that are known; our own unless given
 * @example parseConstraints([{ source: '--constraints', text: 'cores=2 mem=1.5G' }], vocabulary)
 *   // canonicalConstraints(...) === 'cores=2 mem=1536M'
 */
export function parseConstraints(
  texts: readonly SourceText[],
  vocabulary: Vocabulary,
  dialect: Dialect = ownDialect(vocabulary),
): Result<Constraints> {
  const byKey = new Map<Key, Constraint>();
  const aliases: string[] = [];
  for (const { source, text, within } of texts) {
    for (const { piece, start, end } of splitArgument(text)) {
      const span: Span = within ?? { source, text, start, end };
      const bad = (code: string, message: string, hint?: string): { ok: false; diagnostics: readonly Diagnostic[] } =>
        fail({ code, message, span, ...(hint === undefined ? {} : { hint }) }) as {
          ok: false;
          diagnostics: readonly Diagnostic[];
        };
      const equals = piece.indexOf('=');
      if (equals < 1)
        return bad('malformed-constraint', `malformed constraint "${piece}"`, 'constraints are written key=value');
      const written = piece.slice(0, equals);
      const key = (ALIASES.get(written) ?? written) as Key;
      if (key !== written) aliases.push(written);
      const kind = dialect.keys.get(key);
      if (kind === undefined)
        return bad('unknown-constraint', `unknown constraint "${written}"`, hintFor(key, dialect));
      if (byKey.has(key)) return bad('bad-constraint', `bad "${key}" constraint: already set`, 'give each key once');
      const parsed = parseValue(kind, piece.slice(equals + 1), vocabulary, dialect);
      if ('reason' in parsed) return bad('bad-constraint', `bad "${key}" constraint: ${parsed.reason}`, parsed.hint);
      if ('value' in parsed) byKey.set(key, { key, value: parsed.value, span });
    }
  }
  return ok({ byKey, aliases });
}

function formatConstraint(kind: KeyKind, value: ConstraintValue): string {
  if (value === '') return '';
  if (typeof value === 'object') {
    return value
      .map((item) =>
        typeof item === 'string' ? item : item.capability + (item.atLeast === undefined ? '' : `>=${item.atLeast}`),
      )
      .join(',');
  }
  if (kind === 'money') return formatMoney(value as number);
  if (kind === 'milli-cores') return value === 0 ? '' : formatDecimal(value as number, 3);
  if (typeof value === 'bigint') return value === 0n ? '' : `${value}${kind === 'size' ? 'M' : ''}`;
  return String(value);
}

/** One constraint as canonical text: `mem=4096M`. */
export function canonicalConstraint({ key, value }: Pick<Constraint, 'key' | 'value'>): string {
  return `${key}=${formatConstraint(KEYS.get(key)!, value).replaceAll(' ', '\\ ')}`;
}

/** Constraints as canonical text: Juju's keys in Juju's order, then ours. Text to value to text is stable. */
export function canonicalConstraints(constraints: Constraints): string {
  const given = [...KEYS.keys()].map((key) => constraints.byKey.get(key as Key)).filter((one) => one !== undefined);
  return given.map(canonicalConstraint).join(' ');
}

/** The number that a key asks for; 0 when it asks for nothing. Capped where a double would no longer be exact. */
export function numberOf(constraints: Constraints, key: Key): number {
  const value = constraints.byKey.get(key)?.value;
  if (typeof value === 'bigint') return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  return typeof value === 'number' ? value : 0;
}

/** The text that a key asks for; undefined when it asks for nothing. */
export function textOf(constraints: Constraints, key: Key): string | undefined {
  const value = constraints.byKey.get(key)?.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The list that a key asks for; empty when it asks for nothing. */
export function listOf(constraints: Constraints, key: Key): readonly string[] {
  const value = constraints.byKey.get(key)?.value;
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

/** What a key says, true or false; undefined when it was not given. */
export function flagOf(constraints: Constraints, key: Key): boolean | undefined {
  const value = constraints.byKey.get(key)?.value;
  return typeof value === 'boolean' ? value : undefined;
}
