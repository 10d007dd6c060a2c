import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentOfValue } from '../../src/document/read.ts';
import { readRuleDocument } from '../../src/rules/parse.ts';
import { compileRules, type Program } from '../../src/rules/program.ts';
import { packValue, unpackValue } from '../../src/storage/packed.ts';
import { loadRules, loadVocabulary } from '../../src/storage/packs.ts';
import { catalogs, ruleFiles } from '../arbitraries/world.ts';
import { inline } from '../support/dump.ts';
import { runs } from '../support/fuzz.ts';

/** What is packed is read back as the very same: values, kinds of values, and which objects are one. */

function roundTrip(value: unknown, shared: readonly object[] = []): unknown {
  const { text, arrays, size } = packValue(value, shared);
  const buffer = new ArrayBuffer(size + 8);
  for (const { start, bytes } of arrays) new Uint8Array(buffer).set(bytes, start + 8);
  return unpackValue(text, buffer, 8, shared);
}

const plain = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom<unknown>(
      undefined,
      null,
      true,
      false,
      '',
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ),
    fc.double({ noNaN: true }).map((number) => (number === 0 ? 0 : number)),
    fc.integer(),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ maxLength: 5 }).filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => new Set(values)),
    fc.uint8Array({ maxLength: 9 }),
    fc.uint16Array({ maxLength: 9 }),
    fc.uint32Array({ maxLength: 9 }),
    fc.int32Array({ maxLength: 9 }),
    fc.float64Array({ maxLength: 9 }),
  ),
})).value;

describe('packing', () => {
  it('gives back every value', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(roundTrip(value)).toStrictEqual(value);
      }),
      runs(300, 20_000),
    );
  });

  it('keeps what is one object one, and what is two objects two', () => {
    const part = { a: [1] };
    const read = roundTrip({ left: part, right: [part], other: { a: [1] } }) as Record<string, unknown>;
    expect((read.right as unknown[])[0]).toBe(read.left);
    expect(read.other).not.toBe(read.left);
  });

  it('refers to what is shared', () => {
    const shared = [{ name: 'a' }, { name: 'b' }];
    const read = roundTrip([shared[1], { ...shared[1] }], shared) as unknown[];
    expect(read[0]).toBe(shared[1]);
    expect(read[1]).not.toBe(shared[1]);
  });

  it('makes views, not copies', () => {
    const { text, arrays, size } = packValue([Uint16Array.of(1, 2), Float64Array.of(0.5)]);
    const buffer = new ArrayBuffer(size);
    for (const { start, bytes } of arrays) new Uint8Array(buffer).set(bytes, start);
    for (const view of unpackValue(text, buffer, 0) as { buffer: ArrayBuffer }[]) expect(view.buffer).toBe(buffer);
  });

  it.each([
    ['a function', () => {}],
    ['a symbol', Symbol('a')],
    ['a big integer', 1n],
    ['minus zero', -0],
    ['an instance of a class', new Date(0)],
    ['an own key __proto__', JSON.parse('{"__proto__": {}}')],
    [
      'what contains itself',
      (() => {
        const list: unknown[] = [];
        list.push(list);
        return list;
      })(),
    ],
  ])('refuses %s rather than reading it back as something else', (_, value) => {
    expect(() => packValue([value])).toThrow(TypeError);
  });

  it('gives back catalogs', () => {
    fc.assert(
      fc.property(catalogs, fc.boolean(), (section, gaps) => {
        const catalog = inline(section, gaps);
        const read = roundTrip(catalog, [catalog.vocabulary, ...catalog.vocabulary.attributes.values()]);
        expect(read).toStrictEqual(catalog);
        expect((read as typeof catalog).vocabulary).toBe(catalog.vocabulary);
      }),
      runs(60, 3_000),
    );
  });

  /** A program with every object numbered in the order in which it is met, so that two are one only where they are. */
  const identities = (program: Program): unknown => {
    const seen = new Map<object, number>();
    const number = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null) return value;
      const known = seen.get(value);
      if (known !== undefined) return `object ${known}`;
      seen.set(value, seen.size);
      return Object.entries(value).map(([key, part]) => [key, number(part)]);
    };
    const { vocabulary: _, ...rest } = program;
    return number(rest);
  };

  it('gives back programs, with rules in several lists still one rule', () => {
    const vocabulary = loadVocabulary();
    const shared = [vocabulary, ...vocabulary.attributes.values(), ...vocabulary.capabilities.values()];
    const check = (program: Program): void => {
      const read = roundTrip(program, shared) as Program;
      expect(read).toStrictEqual(program);
      expect(identities(read)).toStrictEqual(identities(program));
    };
    const shipped = loadRules(['default', 'examples/policies', 'examples/juju-dev-2013']);
    if (!shipped.ok) throw new Error(shipped.diagnostics[0]?.message);
    check(shipped.value);
    fc.assert(
      fc.property(ruleFiles, (file) => {
        const rules = readRuleDocument(documentOfValue('rules', file), vocabulary);
        const program = rules.ok ? compileRules(vocabulary, rules.value, 'sha256:0') : rules;
        if (program.ok) check(program.value);
      }),
      runs(60, 3_000),
    );
  });
});
