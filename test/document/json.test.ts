import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../src/document/json.ts';
import { type Document, type Path, readDocument } from '../../src/document/read.ts';
import { runs } from '../support/fuzz.ts';

/** The fast reader is held against the careful one: the same values in the same places, or none at all. */

const LIMITS = { maxLength: 2_000, maxNodes: 60 };

/** Every path into a value, and one beyond each. */
function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  const parts = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const steps = parts.map(([key]): Path => [...path, Array.isArray(value) ? Number(key) : key]);
  return [
    path,
    [...path, 'nowhere'],
    [...path, 99],
    ...steps.flatMap((step, index) => pathsOf(parts[index]![1], step)),
  ];
}

/** What differs between the two readings of a text; whether the fast one read it at all. */
function compare(text: string): { readonly fast: boolean } {
  const fast = readJson('x.json', text, LIMITS);
  if (fast === undefined) return { fast: false };
  const careful = readDocument('x.json', text, LIMITS);
  expect(careful.ok).toBe(true);
  const { value, spanOf, keySpanOf } = (careful as { value: Document }).value;
  // Prototypes and the order of keys count as well.
  expect(isDeepStrictEqual(fast.value, value)).toBe(true);
  expect(JSON.stringify(fast.value)).toBe(JSON.stringify(value));
  for (const path of pathsOf(value)) {
    expect({ path, span: fast.spanOf(path) }).toEqual({ path, span: spanOf(path) });
    expect({ path, key: fast.keySpanOf(path) }).toEqual({ path, key: keySpanOf(path) });
  }
  return { fast: true };
}

const key = fc.oneof(
  fc.constantFrom('a', 'b', '<<', '0', '', 'constructor', 'a:b', '# c', '~', '__proto__'),
  fc.string(),
);
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    ' a ',
    'yes',
    '1.0',
    '---',
    '\u2028',
    '\u0085',
    '\ufeff',
    '\ud800',
    'a\\"b',
    '{"a": 1}',
    'é',
    '😀',
  ),
);
const written = fc.oneof(
  fc.constantFrom(
    '1.0',
    '12.10',
    '-0',
    '0',
    '-1',
    '1e3',
    '1E+2',
    '9007199254740993',
    '0.1',
    '1e999',
    '01',
    '+1',
    '.5',
    '0x1',
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer().map(String),
  fc.constantFrom('true', 'false', 'null', 'True', '~', 'yes', 'nan', '.inf', '-', '', '*a', '&a 1'),
);
const blank = fc.constantFrom('', '', '', ' ', '  ', '\n', '\n  ', '\t', '\r\n', ' # c\n');
const { node } = fc.letrec<{ node: string; list: string; map: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    text.map((one) => JSON.stringify(one)),
    written,
    tie('list'),
    tie('map'),
  ),
  list: fc
    .tuple(fc.array(fc.tuple(blank, tie('node'), blank), { maxLength: 4 }), blank)
    .map(([items, empty]) => `[${items.length === 0 ? empty : items.map((item) => item.join('')).join(',')}]`),
  map: fc
    .tuple(fc.array(fc.tuple(blank, key, blank, blank, tie('node'), blank), { maxLength: 4 }), blank)
    .map(([pairs, empty]) =>
      pairs.length === 0
        ? `{${empty}}`
        : `{${pairs.map(([a, name, b, c, value, d]) => `${a}${JSON.stringify(name)}${b}:${c}${value}${d}`).join(',')}}`,
    ),
}));

describe('the fast reader of JSON', () => {
  it('reads what programs write', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          key.filter((name) => name !== '__proto__'),
          fc.jsonValue({ maxDepth: 3 }),
        ),
        fc.constantFrom(undefined, 2),
        (value, indent) => {
          const written = JSON.stringify(value, null, indent);
          fc.pre(!written.includes('__proto__') && !/[\u007f-\u009f\ud800-\uffff]/.test(written));
          const generous = { maxNodes: 10_000 };
          expect(readJson('x.json', written, generous)).toBeDefined();
          compare(written);
        },
      ),
      runs(150, 10_000),
    );
  });

  it('gives what the careful reader gives, or nothing, on text that is nearly JSON', () => {
    let fast = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(key, node), { maxLength: 4 }), blank, (pairs, end) => {
        const root = `{${pairs.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(', ')}}${end}`;
        if (compare(root).fast) fast += 1;
      }),
      runs(600, 60_000),
    );
    expect(fast).toBeGreaterThan(100);
  });

  it('gives what the careful reader gives, or nothing, on text with one character changed', () => {
    const characters = fc.constantFrom(...'{}[]",:\\ \n\t\r-#&*!|>\'%@`?~0e.aé\u2028\u0085'.split(''));
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 }),
        fc.nat(),
        characters,
        fc.boolean(),
        (value, position, character, replaces) => {
          const whole = JSON.stringify(value);
          const at = position % whole.length;
          compare(whole.slice(0, at) + character + whole.slice(at + (replaces ? 1 : 0)));
        },
      ),
      runs(600, 60_000),
    );
  });

  it.each([
    ['a key that is given twice', '{"a": 1, "a": 2}'],
    ['a key that is given twice, once in escapes', '{"a": 1, "\\u0061": 2}'],
    ['__proto__', '{"__proto__": 1}'],
    ['too many values', `{"a": [${'1,'.repeat(60)}1]}`],
    ['values nested too deep', `{"a": ${'['.repeat(101)}${']'.repeat(101)}}`],
    ['a text that is too long', `{"a": "${'x'.repeat(2_000)}"}`],
    ['what follows the object', '{"a": 1} {"b": 2}'],
    ['a comma too many', '{"a": [1,]}'],
    ['an object that does not end', '{"a": [1'],
    ['a text that does not end', '{"a": "b\\'],
    ['YAML', 'a: 1'],
    ['a list', '[1]'],
    ['nothing', ''],
  ])('leaves %s to the careful reader', (_, input) => {
    expect(readJson('x.json', input, LIMITS)).toBeUndefined();
  });

  it('reads up to the limits', () => {
    expect(compare(`{"a": [${'1,'.repeat(57)}1]}`).fast).toBe(true);
    expect(compare(`{"a": ${'['.repeat(58)}${']'.repeat(58)}}`).fast).toBe(true);
  });

  it('keeps numbers whose text a double would change', () => {
    expect(readJson('x.json', '{"a": 12.10, "b": 24.04, "c": 9007199254740993, "d": 1e3, "e": -0}')?.value).toEqual({
      a: '12.10',
      b: 24.04,
      c: '9007199254740993',
      d: '1e3',
      e: '-0',
    });
  });
});
