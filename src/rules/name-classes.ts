import { compareText } from '../quantity/order.ts';

/**
 * Names told apart by patterns: for each set of patterns that some name matches together (and no others), such names.
 * Exact, by walking all patterns at once as one automaton; `*` stands for any run of characters, as in `matchesGlob`.
 */

// What a name may consist of, and begin with: see `decodeValue`.
const CHARACTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:+/@ -';
const FIRST = 62;

// Patterns that people write take some hundreds.
const MOST_WORDS = 200_000;

/** Positions of a pattern that may be reached, stars passed over. */
function closed(pattern: string, positions: Iterable<number>): readonly number[] {
  const reached = new Set<number>();
  for (const start of positions) {
    let at = start;
    reached.add(at);
    while (pattern[at] === '*') {
      at += 1;
      reached.add(at);
    }
  }
  return [...reached].sort((a, b) => a - b);
}

function after(pattern: string, positions: readonly number[], character: string): readonly number[] {
  const next: number[] = [];
  for (const at of positions) {
    if (pattern[at] === '*') next.push(at);
    else if (pattern[at] === character) next.push(at + 1);
  }
  return closed(pattern, next);
}

/**
 * For each class of names that the patterns do not tell apart, up to `most` of them, the shortest first; undefined where
 * there are too many to walk through. A class that has fewer names has all of them told.
 *
 * @param patterns with `*` or without
 * @param without names that are not wanted
 * @example namesBy(['m*', '*.metal'], [], 1) // [['a'], ['a.metal'], ['m'], ['m.metal']]
 */
export function namesBy(
  patterns: readonly string[],
  without: ReadonlySet<string>,
  most: number,
): readonly (readonly string[])[] | undefined {
  // Where enough names are found at once, no more of each state are needed than that.
  const quickly = walk(patterns, without, most, most + 1);
  const told = quickly?.every((names) => names.length === most)
    ? quickly
    : walk(patterns, without, most, most + without.size);
  return told?.filter((names) => names.length > 0);
}

interface Word {
  readonly text: string;
  /** Of each pattern, the positions that have been reached. */
  readonly states: readonly (readonly number[])[];
}

/** @param visits how many words may lead to the same state: the shortest names of a class are among so many of each */
function walk(
  patterns: readonly string[],
  without: ReadonlySet<string>,
  most: number,
  visits: number,
): readonly (readonly string[])[] | undefined {
  const read = new Set(patterns.join(''));
  const beginning = CHARACTERS.slice(0, FIRST);
  // One character stands for all that no pattern speaks of.
  const other = [...beginning].find((character) => !read.has(character)) ?? '';
  const alphabet = [...CHARACTERS].filter((character) => character === other || read.has(character));
  const classes = new Map<string, string[]>();
  const visited = new Map<string, number>();
  let words: readonly Word[] = [{ text: '', states: patterns.map((pattern) => closed(pattern, [0])) }];
  let walked = 0;
  while (words.length > 0) {
    const longer: Word[] = [];
    for (const { text, states } of words) {
      for (const character of alphabet) {
        if (text === '' && !beginning.includes(character)) continue;
        walked += 1;
        if (walked > MOST_WORDS) return undefined;
        const word: Word = {
          text: text + character,
          states: states.map((positions, index) => after(patterns[index]!, positions, character)),
        };
        const key = word.states.map((positions) => positions.join()).join(';');
        const count = visited.get(key) ?? 0;
        if (count >= visits) continue;
        visited.set(key, count + 1);
        longer.push(word);
        const matched = word.states.map((positions, index) => (positions.includes(patterns[index]!.length) ? 1 : 0));
        const names = classes.get(matched.join('')) ?? [];
        classes.set(matched.join(''), names);
        if (names.length < most && !without.has(word.text)) names.push(word.text);
      }
    }
    words = longer;
  }
  return [...classes].sort(([a], [b]) => compareText(a, b)).map(([, names]) => names);
}
