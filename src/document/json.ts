import type { Span } from '../diagnostic/diagnostic.ts';
import { Fields } from './fields.ts';
import { DEFAULT_LIMITS, type Document, type Path, type ReadLimits } from './read.ts';
import { MAX_DEPTH, plainNumber } from './scalar.ts';

/**
 * The fast way to read what most programs write: one JSON object. It gives exactly what `readDocument` gives for the
 * same text, or gives up: then the text is for `readDocument`, which also says what is wrong with it.
 */

/** Stands for "this is for the careful reader". */
const DOUBT = Symbol('doubt');

const [QUOTE, BACKSLASH, COMMA, COLON, BLANK, NEWLINE] = [0x22, 0x5c, 0x2c, 0x3a, 0x20, 0x0a];
const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [0x5b, 0x5d, 0x7b, 0x7d];
/** YAML bounds the length of keys. */
const LONGEST_KEY = 500;

/** The end of blanks and newlines. Tabs and carriage returns, which YAML may take otherwise, end them too. */
function afterBlanks(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === BLANK || code === NEWLINE; code = text.charCodeAt(at)) at += 1;
  return at;
}

/** The end of a text that starts with the quote at `from`; -1 where it holds what is not for this reader. */
function afterText(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at += 1;
    // The end of the input is NaN, and fails both comparisons.
    else if (!(code >= 0x20 && code < 0x7f) && !(code > 0x9f && code < 0xd800)) return -1;
    at += 1;
  }
}

/** The end of a plain scalar. */
function afterPlain(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    const inside = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x2d;
    // `+` and `E` belong to numbers of JSON, which YAML reads as texts.
    if (!inside && code !== 0x2b && code !== 0x45) return at;
    at += 1;
  }
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Reads one value from `at` on; `end` is where it ended. */
interface Reading {
  readonly text: string;
  readonly maxNodes: number;
  nodes: number;
  end: number;
  /** Where the parts of the root stand. */
  readonly rootParts: Part[];
  /** By depth, the keys of the map before: those of the next are mostly the same, in the same order. */
  readonly before: Key[][];
}

interface Key {
  readonly key: string;
  readonly quoted: string;
}

function readQuoted(reading: Reading, at: number): string | typeof DOUBT {
  const { text } = reading;
  const end = afterText(text, at);
  if (end === -1) return DOUBT;
  reading.end = end;
  const inner = text.slice(at + 1, end - 1);
  if (!inner.includes('\\')) return inner;
  try {
    return JSON.parse(text.slice(at, end)) as string;
  } catch {
    return DOUBT;
  }
}

/** The key at `at`, which is looked for where it was expected. */
function readKey(reading: Reading, at: number, expected: Key[], index: number): string | typeof DOUBT {
  const { text } = reading;
  const guess = expected[index];
  if (guess !== undefined && text.startsWith(guess.quoted, at)) {
    reading.end = at + guess.quoted.length;
    return guess.key;
  }
  const key = text.charCodeAt(at) === QUOTE ? readQuoted(reading, at) : DOUBT;
  if (key === DOUBT || reading.end - at > LONGEST_KEY || key === '__proto__') return DOUBT;
  expected[index] = { key, quoted: text.slice(at, reading.end) };
  return key;
}

function readValue(reading: Reading, at: number, depth: number): unknown {
  const { text } = reading;
  reading.nodes += 1;
  if (reading.nodes > reading.maxNodes || depth > MAX_DEPTH) return DOUBT;
  const code = text.charCodeAt(at);
  if (code === QUOTE) return readQuoted(reading, at);
  if (code === OPEN_MAP) return readMap(reading, at, depth);
  if (code === OPEN_LIST) return readList(reading, at, depth);
  const end = afterPlain(text, at);
  reading.end = end;
  const word = text.slice(at, end);
  if (word === 'true') return true;
  if (word === 'false') return false;
  if (word === 'null') return null;
  return plainNumber(word) ?? (JSON_NUMBER.test(word) ? word : DOUBT);
}

function readList(reading: Reading, from: number, depth: number): unknown {
  const { text } = reading;
  const list: unknown[] = [];
  let at = afterBlanks(text, from + 1);
  if (text.charCodeAt(at) === CLOSE_LIST) {
    reading.end = at + 1;
    return list;
  }
  for (;;) {
    const item = readValue(reading, at, depth + 1);
    if (item === DOUBT) return DOUBT;
    list.push(item);
    at = afterBlanks(text, reading.end);
    const code = text.charCodeAt(at);
    if (code === CLOSE_LIST) break;
    if (code !== COMMA) return DOUBT;
    at = afterBlanks(text, at + 1);
  }
  reading.end = at + 1;
  return list;
}

function readMap(reading: Reading, from: number, depth: number): unknown {
  const { text } = reading;
  const map = new Fields();
  reading.before[depth] ??= [];
  const expected = reading.before[depth]!;
  let at = afterBlanks(text, from + 1);
  if (text.charCodeAt(at) === CLOSE_MAP) {
    reading.end = at + 1;
    return map;
  }
  for (let index = 0; ; index += 1) {
    const key = readKey(reading, at, expected, index);
    if (key === DOUBT || key in map) return DOUBT;
    // A colon stands on the line of its key.
    if (text.charCodeAt(reading.end) !== COLON) return DOUBT;
    const keyEnd = reading.end;
    const start = afterBlanks(text, keyEnd + 1);
    const value = readValue(reading, start, depth + 1);
    if (value === DOUBT) return DOUBT;
    if (depth === 0) reading.rootParts.push({ step: key, keyStart: at, keyEnd, start, end: reading.end });
    map[key] = value;
    at = afterBlanks(text, reading.end);
    const code = text.charCodeAt(at);
    if (code === CLOSE_MAP) break;
    if (code !== COMMA) return DOUBT;
    at = afterBlanks(text, at + 1);
  }
  reading.end = at + 1;
  return map;
}

/** The end of a value in a text that has been read. */
function afterValue(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return afterText(text, from);
  if (first !== OPEN_MAP && first !== OPEN_LIST) return afterPlain(text, from);
  let depth = 0;
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = afterText(text, at);
    else {
      at += 1;
      if (code === OPEN_MAP || code === OPEN_LIST) depth += 1;
      if (code === CLOSE_MAP || code === CLOSE_LIST) depth -= 1;
      if (depth === 0) return at;
    }
  }
}

/** Where the parts of a map or list stand. */
interface Part {
  /** The key, or the index. */
  readonly step: string | number;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly start: number;
  readonly end: number;
}

function partsOf(text: string, from: number): readonly Part[] {
  const parts: Part[] = [];
  const isMap = text.charCodeAt(from) === OPEN_MAP;
  let at = afterBlanks(text, from + 1);
  for (let index = 0; ![CLOSE_MAP, CLOSE_LIST].includes(text.charCodeAt(at)); index += 1) {
    const keyStart = at;
    const keyEnd = isMap ? afterText(text, at) : at;
    const start = isMap ? afterBlanks(text, keyEnd + 1) : at;
    const step = isMap ? (JSON.parse(text.slice(keyStart, keyEnd)) as string) : index;
    const end = afterValue(text, start);
    parts.push({ step, keyStart, keyEnd, start, end });
    at = afterBlanks(text, end);
    if (text.charCodeAt(at) === COMMA) at = afterBlanks(text, at + 1);
  }
  return parts;
}

/** Finds places in the text of a document that has been read: only where they are asked for is the text looked at again. */
function placesIn(
  source: string,
  text: string,
  root: number,
  rootParts: readonly Part[],
): (path: Path, wantKey: boolean) => Span {
  const known = new Map([[root, rootParts]]);
  const spanAt = (start: number, end: number): Span => ({ source, text, start, end });
  return (path, wantKey) => {
    let start = root;
    let end: number | undefined;
    for (const [index, step] of path.entries()) {
      const first = text.charCodeAt(start);
      if (first !== OPEN_MAP && first !== OPEN_LIST) break;
      let parts = known.get(start);
      if (parts === undefined) {
        parts = partsOf(text, start);
        known.set(start, parts);
      }
      const part = first === OPEN_MAP ? parts.find((one) => one.step === String(step)) : parts[Number(step)];
      if (part === undefined) break;
      if (wantKey && first === OPEN_MAP && index === path.length - 1) return spanAt(part.keyStart, part.keyEnd);
      start = part.start;
      end = part.end;
    }
    return spanAt(start, end ?? afterValue(text, start));
  };
}

/**
 * Reads a JSON object as `readDocument` does; undefined where that is to read the text, or to refuse it.
 *
 * @example readJson('a.json', '{"mem": 4096}')?.value // {mem: 4096}
 * @example readJson('a.yaml', 'mem: 4096') // undefined
 */
export function readJson(source: string, text: string, limits: ReadLimits = {}): Document | undefined {
  const { maxLength, maxNodes } = { ...DEFAULT_LIMITS, ...limits };
  if (text.length > maxLength) return undefined;
  const root = afterBlanks(text, 0);
  if (text.charCodeAt(root) !== OPEN_MAP) return undefined;
  const reading: Reading = { text, maxNodes, nodes: 0, end: root, rootParts: [], before: [] };
  const value = readValue(reading, root, 0);
  if (value === DOUBT || afterBlanks(text, reading.end) !== text.length) return undefined;
  const find = placesIn(source, text, root, reading.rootParts);
  return {
    source,
    value,
    spanOf: (path) => find(path, false),
    keySpanOf: (path) => find(path, true),
  };
}
