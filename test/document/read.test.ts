import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDiagnostic } from '../../src/diagnostic/frame.ts';
import { readDocument, readDocuments } from '../../src/document/read.ts';
import { runs } from '../support/fuzz.ts';

const plainValue = (text: string): unknown => {
  const read = readDocument('test.yaml', text);
  if (!read.ok) throw new Error(read.diagnostics[0]!.message);
  return JSON.parse(JSON.stringify(read.value.value));
};

const codeOf = (text: string): string | undefined => {
  const read = readDocument('test.yaml', text);
  return read.ok ? undefined : read.diagnostics[0]!.code;
};

describe('a document', () => {
  it('keeps numbers whose text a double would change', () => {
    expect(
      plainValue('{a: 12.10, b: 24.04, c: 010, d: 1e999, e: .inf, f: 9007199254740993, g: 0.30, h: -1, i: 0x10}'),
    ).toEqual({
      a: '12.10',
      b: 24.04,
      c: '010',
      d: '1e999',
      e: '.inf',
      f: '9007199254740993',
      g: '0.30',
      h: -1,
      i: '0x10',
    });
  });

  it('knows true, false, null and text, and takes yes for text', () => {
    expect(plainValue('{a: true, b: False, c: ~, d: , e: yes, f: "true", g: null}')).toEqual({
      a: true,
      b: false,
      c: null,
      d: null,
      e: 'yes',
      f: 'true',
      g: null,
    });
  });

  it('reads JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        // Numbers keep their text where a double prints otherwise; quoted keys and texts stay as they are.
        const expected = JSON.parse(JSON.stringify(value), (_, inner) =>
          typeof inner === 'number' && !/^-?(0|[1-9]\d*)(\.\d+)?$/.test(JSON.stringify(inner))
            ? JSON.stringify(inner)
            : inner,
        );
        expect(plainValue(JSON.stringify(value))).toEqual(expected);
      }),
      runs(200, 20_000),
    );
  });

  it('shows where values and keys stand', () => {
    const read = readDocument('test.yaml', 'catalog:\n  types:\n    - {name: a, mem: 4GB}\n');
    if (!read.ok) throw new Error();
    const span = read.value.spanOf(['catalog', 'types', 0, 'mem']);
    expect(describeDiagnostic({ code: 'x', message: 'no size', span, hint: 'write 4 GiB' })).toBe(
      'error: no size\n  at test.yaml:3:22\n  3 |     - {name: a, mem: 4GB}\n    |                      ^^^\n  hint: write 4 GiB',
    );
    expect(read.value.keySpanOf(['catalog', 'types']).start).toBe(11);
  });

  it.each([
    ['duplicate-key', 'a: 1\na: 2'],
    ['document-key', '{"__proto__": {"polluted": 1}}'],
    ['document-alias', 'a: &x 1\nb: *x'],
    ['document-alias', 'a: &x {b: 1}\nc:\n  <<: *x'],
    ['document-syntax', 'a: [1, 2'],
    ['document-syntax', 'a: b: c'],
    ['document-key', '{[1]: 2}'],
    ['document-too-large', `a: "${'x'.repeat(1_000_001)}"`],
    ['document-too-large', `[${'1,'.repeat(20_001)}]`],
    ['document-too-large', '['.repeat(10_000)],
    ['document-too-large', `${'['.repeat(150)}${']'.repeat(150)}`],
  ])('refuses with %s what is not part of the format', (code, text) => {
    expect(codeOf(text)).toBe(code);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('takes names of object methods for plain keys', () => {
    expect(plainValue('{constructor: 1, toString: 2, hasOwnProperty: 3}')).toEqual({
      constructor: 1,
      toString: 2,
      hasOwnProperty: 3,
    });
  });

  it('ends in a value or a diagnostic, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'[]{}:,-&*!|>\'"%@`#?~ \n\tab01'.split('')), maxLength: 60 }),
        (text) => {
          const read = readDocument('test.yaml', text);
          if (!read.ok) expect(describeDiagnostic(read.diagnostics[0]!)).toContain('error: ');
        },
      ),
      runs(500, 100_000),
    );
  });

  describe('with aliases', () => {
    const read = (text: string) => readDocument('test.yaml', text, { maxAliases: 20, maxNodes: 200 });
    const expanded = (text: string): unknown => {
      const document = read(text);
      if (!document.ok) throw new Error(document.diagnostics[0]!.message);
      return JSON.parse(JSON.stringify(document.value.value));
    };

    it('repeats what an anchor marked last', () => {
      expect(expanded('a: &x {b: &y 1}\nc: &y 2\nd: *x\ne: *y\nf: [*x, *y]')).toEqual({
        a: { b: 1 },
        c: 2,
        d: { b: 1 },
        e: 2,
        f: [{ b: 1 }, 2],
      });
    });

    it('merges what << names beneath what is written', () => {
      expect(expanded('a: &x {b: 1, c: 2}\ny: &y {c: 3, d: 4}\ne: {<<: *x, b: 5}\nf: {<<: [*y, *x], e: 6}')).toEqual({
        a: { b: 1, c: 2 },
        y: { c: 3, d: 4 },
        e: { b: 5, c: 2 },
        f: { c: 3, d: 4, b: 1, e: 6 },
      });
    });

    it('places a repeated value where it is written, and a refused alias where it stands', () => {
      const document = read('a: &x {b: 1}\nc: {<<: *x}\nd: *x');
      if (!document.ok) throw new Error();
      const place = (path: readonly (string | number)[]): number => document.value.spanOf(path).start;
      expect([place(['a', 'b']), place(['c', 'b']), place(['d', 'b']), place(['d'])]).toEqual([10, 10, 10, 28]);
      expect(document.value.keySpanOf(['c', 'b']).start).toBe(7);
      const refused = read('a: 1\nb: *y');
      expect(refused.ok ? 0 : refused.diagnostics[0]!.span!.start).toBe(8);
    });

    it.each([
      ['document-alias', 'a: *x'],
      ['document-alias', 'a: *x\nb: &x 1'],
      ['document-merge', 'a: &x 1\nb: {<<: *x}'],
      ['document-too-large', 'a: &x [*x]'],
      ['document-too-large', `a: &x 1\nb: [${'*x, '.repeat(21)}]`],
      ['document-too-large', `a: &x [${'1, '.repeat(60)}]\nb: [*x, *x, *x]`],
    ])('refuses with %s', (code, text) => {
      const document = read(text);
      expect(document.ok ? undefined : document.diagnostics[0]!.code).toBe(code);
    });
  });

  it('reads several of one text, each with its places', () => {
    const read = readDocuments('test.yaml', '# first\na: 1\n---\nb: 2\n---\n');
    if (!read.ok) throw new Error();
    expect(read.value.map((one) => JSON.parse(JSON.stringify(one.value)))).toEqual([{ a: 1 }, { b: 2 }]);
    expect(describeDiagnostic({ code: 'x', message: 'here', span: read.value[1]!.spanOf(['b']) })).toContain(
      'test.yaml:4:4',
    );
    expect(readDocuments('test.yaml', '').ok).toBe(true);
    expect(readDocuments('test.yaml', 'a: 1\n---\nb: [').ok).toBe(false);
  });
});
