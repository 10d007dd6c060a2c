import { distance } from 'fastest-levenshtein';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { compareText } from '../quantity/order.ts';
import type { Constraint, Constraints } from '../request/constraints.ts';
import { ALIASES, KEYS, type Key } from '../request/keys.ts';
import { quoted } from './wording.ts';

/**
 * What a provider accepts of constraints, as Juju's validators judge it. A validator is a value: each function gives
 * another one, in the way that Juju's registering changes one in place.
 */
export interface Validator {
  /** Keys that the provider does not act on: told of, not refused. */
  readonly unsupported: readonly Key[];
  /** The keys that each key cannot stand beside. */
  readonly conflicts: ReadonlyMap<Key, ReadonlySet<Key>>;
  /** The values that a key may have. */
  readonly vocabularies: ReadonlyMap<Key, readonly (string | number)[]>;
  /** Judges of pairs that conflict, by `pairOf`. */
  readonly resolvers: ReadonlyMap<string, ConflictResolver>;
}

/** Decides whether two keys that conflict may stand together after all: a message says why not. */
export type ConflictResolver = (constraints: Constraints) => string | undefined;

/** Accepts everything. */
export const ACCEPT_ALL: Validator = {
  unsupported: [],
  conflicts: new Map(),
  vocabularies: new Map(),
  resolvers: new Map(),
};

const pairOf = (a: Key, b: Key): string => [a, b].sort(compareText).join(' ');

/**
 * A validator in which every red key conflicts with every blue one. What a named key conflicted with before is
 * forgotten: registering replaces, it does not add.
 */
export function withConflicts(validator: Validator, reds: readonly Key[], blues: readonly Key[]): Validator {
  const conflicts = new Map(validator.conflicts);
  for (const red of reds) conflicts.set(red, new Set(blues));
  for (const blue of blues) conflicts.set(blue, new Set(reds));
  return { ...validator, conflicts };
}

/** A validator with these keys unsupported, and no others. */
export function withUnsupported(validator: Validator, keys: readonly Key[]): Validator {
  return { ...validator, unsupported: keys };
}

/** A validator in which a key, named by itself or its alias, has these values; they replace earlier ones. */
export function withVocabulary(validator: Validator, key: string, values: readonly (string | number)[]): Validator {
  const vocabularies = new Map(validator.vocabularies).set(ALIASES.get(key) ?? (key as Key), values);
  return { ...validator, vocabularies };
}

/** A validator in which a resolver judges a pair of keys that conflict. */
export function withResolver(validator: Validator, a: Key, b: Key, resolver: ConflictResolver): Validator {
  return { ...validator, resolvers: new Map(validator.resolvers).set(pairOf(a, b), resolver) };
}

/** What a validator says: keys that would not be acted on, by name, and the first fault if there is one. */
export interface Validation {
  readonly unsupported: readonly Key[];
  readonly fault: Diagnostic | undefined;
}

const MOST_CANDIDATES = 10;

/** The values that might have been meant: nearest first, then by name, ten at the most. */
export function candidatesFor(value: string, known: readonly (string | number)[]): string {
  const names = [...new Set(known.map(String))]
    .map((name) => ({ name, far: distance(value, name) }))
    .sort((a, b) => a.far - b.far || compareText(a.name, b.name))
    .map(({ name }) => name);
  const rest = names.length - MOST_CANDIDATES;
  return `${names.slice(0, MOST_CANDIDATES).join(' ')}${rest > 0 ? ` (plus ${rest} more)` : ''}`;
}

/** The values of a constraint as a vocabulary compares them: each of a list, else one; numbers as doubles. */
function valuesOf({ value }: Constraint): readonly (string | number)[] {
  if (typeof value === 'bigint') return [Number(value)];
  if (typeof value === 'number' || typeof value === 'string') return [value];
  if (typeof value === 'boolean') return [String(value)];
  return value.map((item) => (typeof item === 'string' ? item : item.capability));
}

function faultOf({ span }: Constraint, code: string, message: string): Diagnostic {
  return { code, message, span };
}

/** The first value, in the canonical order of keys, that its vocabulary does not have. An empty value is one too. */
function vocabularyFault({ vocabularies }: Validator, { byKey }: Constraints): Diagnostic | undefined {
  for (const key of KEYS.keys()) {
    const [known, given] = [vocabularies.get(key as Key), byKey.get(key as Key)];
    if (known === undefined || given === undefined) continue;
    const wrong = valuesOf(given).find((value) => !known.includes(value));
    if (wrong === undefined) continue;
    const message = `invalid constraint value: ${key}=${wrong}\nvalid values are: ${candidatesFor(String(wrong), known)}`;
    return faultOf(given, 'constraint-value', message);
  }
  return undefined;
}

/** The first conflict: present keys by name, and what each conflicts with by name. Present but empty counts too. */
function conflictFault({ conflicts, resolvers }: Validator, constraints: Constraints): Diagnostic | undefined {
  const { byKey } = constraints;
  for (const key of [...byKey.keys()].sort(compareText)) {
    for (const other of [...(conflicts.get(key) ?? [])].sort(compareText)) {
      if (!byKey.has(other)) continue;
      const resolver = resolvers.get(pairOf(key, other));
      const reason = resolver?.(constraints);
      if (resolver !== undefined && reason === undefined) continue;
      const message = `ambiguous constraints: ${quoted(key)} overlaps with ${quoted(other)}`;
      return faultOf(
        byKey.get(key)!,
        'ambiguous-constraints',
        reason === undefined ? message : `${message}: ${reason}`,
      );
    }
  }
  return undefined;
}

/**
 * Judges constraints as Juju does: which keys are unsupported, then values, then conflicts. Where Juju names one of
 * several faults at random, the first in the order of its canonical text is named.
 */
export function validateConstraints(validator: Validator, constraints: Constraints): Validation {
  return {
    unsupported: validator.unsupported.filter((key) => constraints.byKey.has(key)).sort(compareText),
    fault: vocabularyFault(validator, constraints) ?? conflictFault(validator, constraints),
  };
}

/**
 * Constraints over those that they fall back on, as a machine's over its model's: both must be valid, whatever they
 * have that is unsupported; a key of the fallback goes where one that it conflicts with is given. A key that is given
 * empty masks the fallback's, and lists are replaced, never united.
 */
export function mergeConstraints(
  validator: Validator,
  fallback: Constraints,
  constraints: Constraints,
): Result<Constraints> {
  for (const part of [fallback, constraints]) {
    const { fault } = validateConstraints(validator, part);
    if (fault !== undefined) return fail(fault);
  }
  const displaced = new Set([...constraints.byKey.keys()].flatMap((key) => [...(validator.conflicts.get(key) ?? [])]));
  const kept = [...fallback.byKey].filter(([key]) => !displaced.has(key) && !constraints.byKey.has(key));
  return ok({
    byKey: new Map([...kept, ...constraints.byKey]),
    aliases: [...new Set([...fallback.aliases, ...constraints.aliases])],
  });
}

/** Constraints of several places as one: a key may be given in one of them only, as if all were one text. */
export function uniteConstraints(...parts: readonly Constraints[]): Result<Constraints> {
  const byKey = new Map<Key, Constraint>();
  for (const part of parts) {
    for (const [key, constraint] of part.byKey) {
      if (byKey.has(key))
        return fail({
          ...faultOf(constraint, 'bad-constraint', `bad ${quoted(key)} constraint: already set`),
          hint: 'give each key once',
        });
      byKey.set(key, constraint);
    }
  }
  return ok({ byKey, aliases: [...new Set(parts.flatMap((part) => part.aliases))] });
}
