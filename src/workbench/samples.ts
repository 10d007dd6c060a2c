import type { Attribute, Value } from '../catalog/value.ts';
import { daysLater } from '../quantity/day.ts';
import { matchesGlob } from '../quantity/glob.ts';
import { compareText } from '../quantity/order.ts';
import { compareVersions, isVersion } from '../quantity/version.ts';
import { compareValues, passes } from '../rules/passes.ts';
import { attributesOf, type Leaf } from '../rules/rule.ts';

/**
 * Few values that stand for all: every test of some leaves tells no more values of an attribute apart than its samples
 * do. So what holds of all combinations of samples holds of all facts whatever.
 *
 * Between the values that leaves name lie intervals; of each there is one sample, or as many as there are attributes
 * that are compared with one another, so that these may stand in every order.
 */

/** A value, or unknown. */
export type Sample = Value | undefined;

export interface Domain {
  readonly attribute: Attribute;
  readonly samples: readonly Sample[];
  /** False where there were too many combinations of members or patterns, and some are left out. */
  readonly exact: boolean;
}

/** Subsets of more members than this are not all tried. */
const MOST_MEMBERS = 8;
/** Words that are looked at for one attribute's patterns. */
const MOST_WORDS = 20_000;

/** Attributes that leaves compare with one another, in groups; alone where they are compared with values only. */
function groupsOf(leaves: readonly Leaf[]): readonly (readonly Attribute[])[] {
  const groups = new Map<string, Set<Attribute>>();
  for (const leaf of leaves) {
    const joined = new Set(attributesOf(leaf).flatMap((one) => [one, ...(groups.get(one.name) ?? [])]));
    for (const one of joined) groups.set(one.name, joined);
  }
  return [...new Set(groups.values())].map((group) => [...group].sort((a, b) => compareText(a.name, b.name)));
}

const constantsOf = (leaves: readonly Leaf[]): readonly Value[] =>
  leaves.flatMap(({ tests }) =>
    tests.flatMap(({ operator, operand }) =>
      operator === 'known' || operand.kind === 'attribute' ? [] : operand.values,
    ),
  );

/** Up to `count` versions strictly between two, of which either may be missing. */
function versionsBetween(low: string | undefined, high: string | undefined, count: number): readonly string[] {
  const found: string[] = [];
  const isBetween = (version: string): boolean =>
    isVersion(version) &&
    !found.includes(version) &&
    (low === undefined || compareVersions(low, version) < 0) &&
    (high === undefined || compareVersions(version, high) < 0);
  const tries = (step: number): readonly string[] => {
    const [, first, second] = /^(\d+)\.(\d+)$/.exec(low ?? '') ?? [];
    return [
      ...(first === undefined || second === undefined
        ? []
        : [`${first}.${String(Number(second) + 6 * step).padStart(2, '0')}`]),
      ...(low === undefined ? [] : [`${low}.${step}`, `${low}+${step}`, `${low}a${step}`]),
      ...(low === undefined ? [String(step)] : []),
      ...(high === undefined ? [] : [`${high}~${step}`]),
    ];
  };
  for (let step = 1; step <= count * 4 && found.length < count; step += 1) {
    const next = tries(step).find(isBetween);
    if (next !== undefined) found.push(next);
  }
  return found;
}

/** Up to `count` numbers between two, of which the upper may be missing. */
function numbersBetween(low: number, high: number | undefined, count: number): readonly number[] {
  const found: number[] = [];
  for (let value = low + 1; found.length < count && (high === undefined || value < high); value += 1) found.push(value);
  return found;
}

function datesBetween(low: string | undefined, high: string | undefined, count: number): readonly string[] {
  const found: string[] = [];
  for (let step = 1; step <= count; step += 1) {
    const next = low === undefined ? daysLater(high ?? '2000-01-01', -step) : daysLater(low, step);
    if (next === undefined || (low !== undefined && high !== undefined && next >= high)) break;
    found.push(next);
  }
  return found;
}

/** Samples of an ordered kind: what is named, and what lies below, between and above. */
function orderedSamples(attribute: Attribute, constants: readonly Value[], count: number): readonly Value[] {
  const { kind } = attribute;
  const sorted = [...constants].sort((a, b) => compareValues(kind, a, b));
  const named = sorted.filter((value, index) => index === 0 || compareValues(kind, sorted[index - 1]!, value) !== 0);
  const between = (low: Value | undefined, high: Value | undefined): readonly Value[] => {
    if (kind.kind === 'number')
      return numbersBetween(low === undefined ? -1 : Number(low), high as number | undefined, count);
    return kind.kind === 'date'
      ? datesBetween(low as string | undefined, high as string | undefined, count)
      : versionsBetween(low as string | undefined, high as string | undefined, count);
  };
  return [...named, ...[undefined, ...named].flatMap((low, index) => between(low, named[index]))];
}

/** Words that match every combination of patterns that any word matches: the joint automaton, searched by width. */
function wordsOf(patterns: readonly string[]): { readonly words: readonly string[]; readonly exact: boolean } {
  const letters = [...new Set(patterns.join('').replaceAll('*', ''))].filter((letter) =>
    /[A-Za-z0-9._:+/@ -]/.test(letter),
  );
  const alphabet = [
    ...new Set([...letters, ...['x', 'y', 'q', '7'].filter((letter) => !letters.includes(letter)).slice(0, 1)]),
  ];
  // Of each pattern the places that a word so far may have led to.
  const closed = (pattern: string, places: ReadonlySet<number>): ReadonlySet<number> => {
    const all = new Set(places);
    for (const place of all) if (pattern[place] === '*') all.add(place + 1);
    return all;
  };
  const start = patterns.map((pattern) => closed(pattern, new Set([0])));
  const keyOf = (state: readonly ReadonlySet<number>[]): string =>
    state.map((places) => [...places].sort().join(',')).join(';');
  const found = new Map<string, string>();
  const seen = new Set<string>([keyOf(start)]);
  let open: { readonly word: string; readonly state: readonly ReadonlySet<number>[] }[] = [{ word: '', state: start }];
  let exact = true;
  while (open.length > 0 && exact) {
    const next: typeof open = [];
    for (const { word, state } of open) {
      for (const letter of alphabet) {
        if (word === '' && !/[A-Za-z0-9]/.test(letter)) continue;
        const after = state.map((places, index) => {
          const pattern = patterns[index]!;
          const reached = [...places].flatMap((place) =>
            pattern[place] === '*' ? [place] : pattern[place] === letter ? [place + 1] : [],
          );
          return closed(pattern, new Set(reached));
        });
        const key = keyOf(after);
        if (seen.has(key)) continue;
        seen.add(key);
        const longer = word + letter;
        const matched = patterns.map((pattern) => (matchesGlob(pattern, longer) ? '1' : '0')).join('');
        if (!found.has(matched)) found.set(matched, longer);
        next.push({ word: longer, state: after });
      }
      if (seen.size > MOST_WORDS) exact = false;
    }
    open = next;
  }
  return { words: [...found.values()], exact };
}

/** Samples of names and enumerated words. */
function wordSamples(attribute: Attribute, constants: readonly string[], count: number): Omit<Domain, 'attribute'> {
  const { kind } = attribute;
  const literals = [...new Set(constants.filter((text) => !text.includes('*')))];
  if (kind.kind === 'enum') {
    const others = kind.values.filter((value) => !literals.includes(value)).slice(0, count);
    const free =
      kind.open && others.length < count
        ? ['other', 'another', 'elsewise'].filter((text) => !literals.includes(text))
        : [];
    const named = literals.filter((text) => kind.open || kind.values.includes(text));
    return { samples: [...named, ...[...others, ...free].slice(0, count)], exact: true };
  }
  const patterns = [...new Set(constants.filter((text) => text.includes('*')))];
  const others = ['other', 'another', 'elsewise', 'further', 'foreign', 'distant']
    .filter((text) => !literals.includes(text) && !patterns.some((pattern) => matchesGlob(pattern, text)))
    .slice(0, count);
  if (patterns.length === 0) return { samples: [...literals, ...others], exact: others.length === count };
  // A word that a pattern matches must not be one that is named: names are patterns here that match themselves.
  const { words, exact } = wordsOf([...patterns, ...literals]);
  return { samples: [...literals, ...words, ...others], exact: exact && count === 1 };
}

/** Every subset of the members that are named; of many, the small and the large ones. */
function setSamples(members: readonly string[]): Omit<Domain, 'attribute'> {
  const all = [...new Set(members)].sort(compareText);
  if (all.length <= MOST_MEMBERS) {
    const subsets = Array.from({ length: 2 ** all.length }, (_, bits) =>
      all.filter((_member, index) => (bits >> index) & 1),
    );
    return { samples: subsets.sort((a, b) => a.length - b.length), exact: true };
  }
  return {
    samples: [[], ...all.map((one) => [one]), ...all.map((one) => all.filter((other) => other !== one)), all],
    exact: false,
  };
}

/** Samples that some test tells apart, the first of those that none does. */
function distinct(attribute: Attribute, samples: readonly Value[], leaves: readonly Leaf[]): readonly Value[] {
  const seen = new Set<string>();
  return samples.filter((sample) => {
    const key = leaves
      .flatMap(({ tests }) =>
        tests.map(({ operator, operand }) =>
          passes(attribute.kind, operator, sample, operand.kind === 'values' ? operand.values : []),
        ),
      )
      .join('');
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * The samples of every attribute that leaves read, in order of names.
 *
 * @param isKnown whether an attribute is never unknown
 */
export function domainsOf(given: Iterable<Leaf>, isKnown: (attribute: Attribute) => boolean): readonly Domain[] {
  const leaves = [...new Set(given)];
  const domains: Domain[] = [];
  for (const group of groupsOf(leaves)) {
    const names = new Set(group.map(({ name }) => name));
    const own = leaves.filter((leaf) => names.has(leaf.attribute.name));
    const constants = constantsOf(own);
    const texts = constants.map(String);
    const words = group.filter(({ kind }) => kind.kind === 'enum' || kind.kind === 'name');
    const wordDomains = words.map((attribute) => ({ attribute, ...wordSamples(attribute, texts, group.length) }));
    for (const attribute of group) {
      const { kind } = attribute;
      let made: { readonly samples: readonly Sample[]; readonly exact: boolean };
      if (kind.kind === 'bool') made = { samples: [true, false], exact: true };
      else if (kind.kind === 'set')
        made = setSamples([...texts, ...wordDomains.flatMap(({ samples }) => samples.map(String))]);
      else if (kind.kind === 'enum' || kind.kind === 'name')
        made = wordDomains.find((one) => one.attribute === attribute)!;
      else made = { samples: orderedSamples(attribute, constants, group.length), exact: true };
      const known = made.samples.filter((sample) => sample !== undefined);
      const told = group.length === 1 ? distinct(attribute, known, own) : known;
      domains.push({ attribute, samples: isKnown(attribute) ? told : [...told, undefined], exact: made.exact });
    }
  }
  return domains.sort((a, b) => compareText(a.attribute.name, b.attribute.name));
}
