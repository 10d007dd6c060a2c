import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attribute, AttributeKind, Scope, Value, Vocabulary } from '../../src/catalog/value.ts';
import { matchesGlob } from '../../src/quantity/glob.ts';
import { compareVersions, isVersion } from '../../src/quantity/version.ts';
import { UNDECIDED } from '../../src/rules/diagram.ts';
import { namesBy } from '../../src/rules/name-classes.ts';
import { compileRules, leavesOf, type Program, readsOf } from '../../src/rules/program.ts';
import { type Capabilities, referenceCapabilities, referenceTruth } from '../../src/rules/reference.ts';
import { leavesIn, type Regions, regionsOver, stateOf } from '../../src/rules/regions.ts';
import { datesAround, nextDay, numbersAround, versionsAround } from '../../src/rules/representatives.ts';
import type { Condition, Operator, Rule, Test } from '../../src/rules/rule.ts';
import { runs } from '../support/fuzz.ts';

const span = { source: 'test', text: '', start: 0, end: 0 };
const attribute = (name: string, kind: AttributeKind, scope: Scope = 'type', preset?: Value): Attribute => ({
  name,
  scope,
  kind,
  doc: 'for tests',
  computed: false,
  ...(preset === undefined ? {} : { default: preset }),
});

const number: AttributeKind = { kind: 'number', decimals: 0 };
const ATTRIBUTES = [
  attribute('type.n', number),
  attribute('image.n', number),
  attribute('request.n', number, 'request', 0),
  attribute('type.v', { kind: 'version' }),
  attribute('image.v', { kind: 'version' }),
  attribute('type.d', { kind: 'date' }),
  attribute('image.d', { kind: 'date' }),
  attribute('type.flag', { kind: 'bool' }),
  attribute('type.name', { kind: 'name' }),
  attribute('image.name', { kind: 'name' }),
  attribute('type.word', { kind: 'enum', values: ['a', 'b'], open: false }),
  attribute('image.word', { kind: 'enum', values: ['b', 'c'], open: true }),
  attribute('type.set', { kind: 'set', values: ['a', 'b', 'c'], open: false }),
  attribute('image.set', { kind: 'set', values: ['a'], open: true }),
  attribute('request.set', { kind: 'set', values: [], open: true }, 'request', []),
];
const CAPABILITIES = ['x', 'y', 'z'];
const vocabulary: Vocabulary = {
  attributes: new Map(ATTRIBUTES.map((one) => [one.name, one])),
  capabilities: new Map(
    CAPABILITIES.map((name) => [name, { name, doc: 'for tests', container: true, guest: 'limit' as const }]),
  ),
};

/** Values as catalogs may have them: more than atoms, less than all. */
const WORLD: Readonly<Record<AttributeKind['kind'], readonly Value[]>> = {
  number: [0, 1, 2, 3, 4, 5, 9],
  version: ['0', '1.0~rc1', '1.0', '1.00', '1.0.1', '1.1', '2', '2-1', '9.9'],
  date: ['2026-01-01', '2026-01-02', '2026-01-03', '2026-02-28', '2026-03-01', '2030-12-31'],
  bool: [true, false],
  name: ['a', 'b', 'ab', 'ba', 'aba', 'bab', 'm1.metal', 'zz', 'a.b', 'cc'],
  enum: ['a', 'b', 'c', 'd'],
  set: [[], ['a'], ['b'], ['a', 'b'], ['a', 'c'], ['b', 'q'], ['q', 'r'], ['a', 'b', 'c']],
};
const named: Readonly<Record<'number' | 'version' | 'date' | 'name' | 'text', readonly Value[]>> = {
  number: [0, 1, 3, 4],
  version: ['1.0', '1.0~rc1', '1.1', '2'],
  date: ['2026-01-02', '2026-03-01', '2026-02-28'],
  name: ['a', 'ab', 'a*', '*b', '*', 'a*b', '*a*', 'm1.*', '*.metal', 'b*b'],
  text: ['a', 'b', 'c', 'q'],
};

const allowed = ({ kind }: Attribute): readonly Value[] =>
  WORLD[kind.kind].filter((value) => {
    if (kind.kind === 'enum') return kind.open || kind.values.includes(String(value));
    if (kind.kind === 'set') return kind.open || (value as readonly string[]).every((one) => kind.values.includes(one));
    return true;
  });

const group = ({ kind }: Attribute): string => (['enum', 'name', 'set'].includes(kind.kind) ? 'text' : kind.kind);

function testsFor(of: Attribute): fc.Arbitrary<Test> {
  const { kind } = of;
  const known = fc
    .boolean()
    .map((value): Test => ({ operator: 'known', operand: { kind: 'values', values: [value] } }));
  const values: readonly Value[] =
    kind.kind === 'bool'
      ? [true, false]
      : kind.kind === 'enum' || kind.kind === 'set'
        ? named.text.filter((value) => kind.open || kind.values.includes(String(value)))
        : named[kind.kind];
  const one = (operators: readonly Operator[]) =>
    fc
      .tuple(fc.constantFrom(...operators), fc.constantFrom(...values))
      .map(([operator, value]): Test => ({ operator, operand: { kind: 'values', values: [value] } }));
  const several = (operators: readonly Operator[]) =>
    fc
      .tuple(fc.constantFrom(...operators), fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }))
      .map(([operator, list]): Test => ({ operator, operand: { kind: 'values', values: list } }));
  const others = ATTRIBUTES.filter((other) => group(other) === group(of));
  const compared = (operators: readonly Operator[]) =>
    fc
      .tuple(fc.constantFrom(...operators), fc.constantFrom(...others))
      .map(([operator, other]): Test => ({ operator, operand: { kind: 'attribute', attribute: other } }));
  const ordered: readonly Operator[] = ['at-least', 'at-most', 'above', 'below'];
  if (kind.kind === 'set')
    return fc.oneof(one(['has']), several(['has-any', 'has-all']), compared(['has', 'has-any', 'has-all']), known);
  const basic = [one(['eq', 'ne']), several(['in', 'not-in']), compared(['eq', 'ne', 'in', 'not-in']), known];
  return ['number', 'version', 'date'].includes(kind.kind)
    ? fc.oneof(...basic, one(ordered), compared(ordered))
    : fc.oneof(...basic);
}

const leaf = fc
  .constantFrom(...ATTRIBUTES)
  .chain((of) =>
    fc
      .array(testsFor(of), { minLength: 1, maxLength: 2 })
      .map((tests): Condition => ({ kind: 'leaf', attribute: of, tests, span })),
  );
const conditions = (leaves: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> =>
  fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaves,
      fc
        .tuple(
          fc.constantFrom('all' as const, 'any' as const),
          fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
        )
        .map(([kind, of]): Condition => ({ kind, of })),
      tie('condition').map((of): Condition => ({ kind: 'not', of })),
    ),
  })).condition;

type Facts = ReadonlyMap<string, Value | undefined>;
const worldFacts: fc.Arbitrary<Facts> = fc
  .tuple(
    ...ATTRIBUTES.map((of) =>
      of.default === undefined
        ? fc.option(fc.constantFrom(...allowed(of)), { nil: undefined, freq: 4 })
        : fc.constantFrom(...allowed(of)),
    ),
  )
  .map((values) => new Map(ATTRIBUTES.map(({ name }, index) => [name, values[index]])));

const NONE: Capabilities = new Map();

/** Facts drawn from the atoms. */
function atomFacts({ atoms }: Regions): fc.Arbitrary<Facts> {
  return fc.tuple(...atoms.variables.map(({ values }) => fc.constantFrom(...values))).map((drawn) => {
    const facts = new Map<string, Value | undefined>();
    for (const [name, place] of atoms.places) {
      if (place.kind === 'value') facts.set(name, drawn[place.variable]);
      else if (place.known !== undefined && drawn[place.known] === false) facts.set(name, undefined);
      else
        facts.set(
          name,
          [...place.members].filter(([, variable]) => drawn[variable] === true).map(([one]) => one),
        );
    }
    return facts;
  });
}

describe('regions', () => {
  it('come to what conditions do, word by word, for all facts made of atoms', () => {
    fc.assert(
      fc.property(conditions(leaf), fc.gen(), (condition, draw) => {
        const regions = regionsOver(leavesIn([condition]))!;
        const region = regions.of(condition);
        for (let round = 0; round < 10; round += 1) {
          const facts = draw(atomFacts, regions);
          const expected = referenceTruth(condition, (name) => facts.get(name), NONE);
          expect(regions.at(region, (name) => facts.get(name))).toBe(expected);
        }
      }),
      runs(120, 2_000),
    );
  });

  it('leave nothing out: whatever leaves come to for some facts, they come to for some atoms', () => {
    fc.assert(
      fc.property(conditions(leaf), worldFacts, (condition, facts) => {
        const regions = regionsOver(leavesIn([condition]))!;
        const together = readsOf(condition).map((one) => {
          const truth = referenceTruth(one, (name) => facts.get(name), NONE);
          return regions.diagrams.map(regions.of(one), (value) => (value === truth ? 1 : 0));
        });
        const all = together.reduce((a, b) => regions.diagrams.combine(a, b, Math.min), regions.diagrams.constant(1));
        expect(regions.example(all, (value) => value === 1)).toBeDefined();
      }),
      runs(200, 20_000),
    );
  });

  it('have a place for any facts, once the values that are compared are told', () => {
    const spoken = (of: Attribute) => allowed(of);
    fc.assert(
      fc.property(conditions(leaf), worldFacts, (condition, facts) => {
        const regions = regionsOver(leavesIn([condition]), { spoken })!;
        const region = regions.of(condition);
        const expected = referenceTruth(condition, (name) => facts.get(name), NONE);
        expect(regions.at(region, (name) => facts.get(name))).toBe(expected);
        const half = regions.where(region, ({ name }) => (name < 'k' ? { value: facts.get(name) } : undefined));
        expect(regions.diagrams.dependsOn(half).every((one) => regions.attributeOf(one).name >= 'k')).toBe(true);
        expect(regions.at(half, (name) => facts.get(name))).toBe(expected);
      }),
      runs(150, 5_000),
    );
  });

  it('give examples that are true, whatever the facts that they do not mention', () => {
    fc.assert(
      fc.property(conditions(leaf), fc.gen(), (condition, draw) => {
        const regions = regionsOver(leavesIn([condition]))!;
        const region = regions.of(condition);
        for (const wanted of regions.diagrams.valuesOf(region)) {
          const example = regions.example(region, (value) => value === wanted)!;
          const rest = draw(atomFacts, regions);
          const facts = new Map([...rest, ...example]);
          expect(referenceTruth(condition, (name) => facts.get(name), NONE)).toBe(wanted);
        }
      }),
      runs(120, 2_000),
    );
  });

  it('are not decided where they would be too large, and say so', () => {
    const tests = (value: number): Condition => ({
      kind: 'leaf',
      attribute: ATTRIBUTES[value % 2]!,
      tests: [{ operator: 'eq', operand: { kind: 'values', values: [value] } }],
      span,
    });
    const condition: Condition = { kind: 'any', of: [1, 2, 3, 4].map(tests) };
    expect(regionsOver(leavesIn([condition]), { mostNodes: 4 })!.of(condition)).toBe(UNDECIDED);
    expect(regionsOver(leavesIn([condition]))!.of(condition)).not.toBe(UNDECIDED);
  });
});

const capabilityTest = fc
  .tuple(fc.constantFrom(...CAPABILITIES), fc.boolean(), fc.option(fc.constantFrom('1', '2', '3'), { nil: undefined }))
  .map(
    ([capability, present, atLeast]): Condition => ({
      kind: 'capability',
      capability,
      present: atLeast === undefined ? present : true,
      ...(atLeast === undefined ? {} : { atLeast }),
      span,
    }),
  );

const grants = fc
  .tuple(fc.constantFrom(...CAPABILITIES), fc.constantFrom(undefined, '1', '2', '2.5'))
  .map(([capability, version]) => [{ capability, version }]);
const rules: fc.Arbitrary<readonly Rule[]> = fc
  .array(
    fc.record({
      when: conditions(fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 1, arbitrary: capabilityTest })),
      action: fc.oneof(
        grants.map((given) => ({ verb: 'provide' as const, grants: given, via: 'launch' as const, steps: [] })),
        grants.map((given) => ({ verb: 'refine' as const, grants: given })),
        fc.constantFrom(...CAPABILITIES).map((name) => ({ verb: 'withhold' as const, capabilities: [name] })),
      ),
    }),
    { maxLength: 6 },
  )
  .map((drawn) =>
    drawn.map((one, index) => ({
      ...one,
      id: `m/r${index}`,
      summary: 's',
      source: undefined,
      owner: undefined,
      applies: one.when,
      since: undefined,
      until: undefined,
      overrides: [],
      table: undefined,
      effect: 'enforce' as const,
      waivable: false,
      onUnknown: 'refuse' as const,
      span,
    })),
  );

describe('regions of capabilities', () => {
  it('come to what rules derive, word by word', () => {
    let compiled = 0;
    fc.assert(
      fc.property(rules, fc.gen(), (drawn, draw) => {
        const program = compileRules(vocabulary, drawn, '');
        // Negation in a circle is refused.
        if (!program.ok) return;
        compiled += 1;
        const regions = regionsOver(leavesIn(drawn.map(({ when }) => when)))!;
        const derived = regions.capabilitiesOf(program.value);
        for (let round = 0; round < 5; round += 1) {
          const facts = draw(atomFacts, regions);
          const expected = referenceCapabilities(program.value, (name) => facts.get(name));
          for (const name of CAPABILITIES) {
            const state = regions.at(derived.states.get(name)!, (one) => facts.get(one));
            expect(worded(program.value, state)).toEqual(expected.get(name) ?? ABSENT);
          }
        }
      }),
      runs(150, 2_000),
    );
    expect(compiled).toBeGreaterThan(15);
  });
});

const ABSENT = { lower: 'absent', upper: 'absent', maybeAny: false };
function worded(program: Program, value: number) {
  const { lower, upper, maybeAny } = stateOf(program, value);
  const level = (one: number) => (one === 0 ? 'absent' : one === 1 ? 'any' : { version: program.versions[one - 2] });
  return { lower: level(lower), upper: level(upper), maybeAny };
}

describe('what stands for all values', () => {
  it('of numbers is every threshold, and so many between two as there are', () => {
    expect(numbersAround([5, 2, 3], 2)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(numbersAround([], 1)).toEqual([0]);
    expect(numbersAround([10], 1)).toEqual([0, 10, 11]);
  });

  it('of dates is every threshold, and days between two where there are', () => {
    expect(nextDay('2028-02-28')).toBe('2028-02-29');
    expect(nextDay('2027-02-28')).toBe('2027-03-01');
    expect(nextDay('2026-12-31')).toBe('2027-01-01');
    expect(nextDay('9999-12-31')).toBeUndefined();
    expect(datesAround(['2026-03-01', '2026-02-28'], 1)).toEqual([
      '0000-01-01',
      '2026-02-28',
      '2026-03-01',
      '2026-03-02',
    ]);
  });

  it('of versions lies between any two that differ', () => {
    const version = fc
      .stringMatching(/^[0-9][0-9a-zA-Z.+~-]{0,5}$/)
      .filter((text) => isVersion(text) && compareVersions(text, '0~~~') > 0);
    fc.assert(
      fc.property(
        fc.uniqueArray(version, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 2 }),
        (given, most) => {
          const found = versionsAround(given, most);
          const thresholds = [...given].sort(compareVersions);
          for (const [index, threshold] of thresholds.entries()) {
            expect(found.some((one) => compareVersions(one, threshold) === 0)).toBe(true);
            const before = thresholds[index - 1];
            if (before !== undefined && compareVersions(before, threshold) === 0) continue;
            const between = found.filter(
              (one) =>
                compareVersions(one, threshold) < 0 && (before === undefined || compareVersions(before, one) < 0),
            );
            // Below the lowest versions there are few.
            if (before !== undefined) expect(between.length).toBe(most);
            for (const one of between) expect(isVersion(one)).toBe(true);
          }
        },
      ),
      runs(150, 10_000),
    );
  });

  it('of names is one of each class that patterns tell apart', () => {
    expect(namesBy(['m*', '*.metal'], new Set(), 1)).toEqual([['a'], ['a.metal'], ['m'], ['m.metal']]);
    expect(namesBy(['a*', '*a', 'a*a'], new Set(['a']), 1)?.flat()).not.toContain('a');
    expect(namesBy(['a(b*'], new Set(), 1)).toEqual([['a']]);
  });

  it('of names leaves out no class that any name is in', () => {
    const pattern = fc.stringMatching(/^[ab*]{1,5}$/);
    const name = fc.stringMatching(/^[abc]{1,6}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(pattern, { maxLength: 4 }),
        fc.array(name, { maxLength: 3 }),
        name,
        (patterns, out, one) => {
          const without = new Set(out);
          if (without.has(one)) return;
          const told = (text: string): string => patterns.map((glob) => matchesGlob(glob, text)).join();
          const classes = namesBy(patterns, without, 2)!;
          expect(classes.map(([first]) => told(first!))).toContain(told(one));
          for (const names of classes) {
            expect(new Set(names.map(told)).size).toBe(1);
            expect(names.some((text) => without.has(text))).toBe(false);
          }
          expect(new Set(classes.map(([first]) => told(first!))).size).toBe(classes.length);
        },
      ),
      runs(150, 10_000),
    );
  });
});

describe('leaves', () => {
  it('are found under every kind of condition', () => {
    const one = fc.sample(leaf, 1)[0]!;
    expect([...leavesOf({ kind: 'not', of: { kind: 'any', of: [one] } })]).toEqual([{ leaf: one, negated: true }]);
  });
});
