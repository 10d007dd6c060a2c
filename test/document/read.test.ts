import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDiagnostic } from '../../src/diagnostic/frame.ts';
import { readDocument } from '../../src/document/read.ts';
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
});
