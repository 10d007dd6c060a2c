import fc from 'fast-check';
import type { Attribute, AttributeKind, Scope, Value, Vocabulary } from '../../src/catalog/value.ts';
import type { Condition, Operator, Rule } from '../../src/rules/rule.ts';

/** Rules over a vocabulary so small that every set of facts can be tried. */

const span = { source: 'test', text: '', start: 0, end: 0 };
const attribute = (name: string, kind: AttributeKind, scope: Scope, preset?: Value): Attribute => ({
  name,
  scope,
  kind,
  doc: 'for tests',
  computed: false,
  ...(preset === undefined ? {} : { default: preset }),
});

const FLAG = attribute('type.flag', { kind: 'bool' }, 'type');
const NUMBER = attribute('type.n', { kind: 'number', decimals: 0 }, 'type');
const OTHER = attribute('image.n', { kind: 'number', decimals: 0 }, 'image');
const TAGS = attribute('type.tags', { kind: 'set', values: ['x', 'y'], open: false }, 'type');
const ENV = attribute('request.env', { kind: 'enum', values: ['p', 'q', 'r'], open: false }, 'request', 'r');
const ASKED = attribute('request.flag', { kind: 'bool' }, 'request', false);

/** All values of each attribute; undefined is unknown. Numbers are told apart by thresholds 1 and 2. */
const DOMAINS: readonly (readonly [Attribute, readonly (Value | undefined)[]])[] = [
  [FLAG, [true, false, undefined]],
  [NUMBER, [0, 1, 2, 3, undefined]],
  [OTHER, [0, 1, 2, 3, undefined]],
  [TAGS, [[], ['x'], ['y'], ['x', 'y'], undefined]],
  [ENV, ['p', 'q', 'r']],
  [ASKED, [true, false]],
];

export const SMALL: Vocabulary = {
  attributes: new Map(DOMAINS.map(([one]) => [one.name, one])),
  capabilities: new Map(
    ['a', 'b'].map((name) => [name, { name, doc: 'for tests', container: true, guest: 'limit' as const }]),
  ),
};

export type SmallFacts = ReadonlyMap<string, Value | undefined>;

/** Every set of facts that there is. */
export const ALL_FACTS: readonly SmallFacts[] = DOMAINS.reduce<SmallFacts[]>(
  (before, [{ name }, values]) => before.flatMap((facts) => values.map((value) => new Map([...facts, [name, value]]))),
  [new Map()],
);

const leaf = (of: Attribute, operator: Operator, ...values: readonly Value[]): Condition => ({
  kind: 'leaf',
  attribute: of,
  tests: [{ operator, operand: { kind: 'values', values } }],
  span,
});

const LEAVES: readonly Condition[] = [
  leaf(FLAG, 'eq', true),
  leaf(FLAG, 'ne', true),
  leaf(FLAG, 'known', true),
  leaf(NUMBER, 'at-least', 1),
  leaf(NUMBER, 'at-least', 2),
  leaf(NUMBER, 'below', 1),
  leaf(NUMBER, 'in', 1, 2),
  leaf(OTHER, 'above', 1),
  {
    kind: 'leaf',
    attribute: NUMBER,
    tests: [{ operator: 'at-least', operand: { kind: 'attribute', attribute: OTHER } }],
    span,
  },
  {
    kind: 'leaf',
    attribute: NUMBER,
    tests: [
      { operator: 'at-least', operand: { kind: 'values', values: [1] } },
      { operator: 'below', operand: { kind: 'values', values: [2] } },
    ],
    span,
  },
  leaf(TAGS, 'has', 'x'),
  leaf(TAGS, 'has-all', 'x', 'y'),
  leaf(ENV, 'eq', 'p'),
  leaf(ENV, 'in', 'p', 'q'),
  leaf(ASKED, 'eq', true),
];

export const smallConditions: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 3, arbitrary: fc.constantFrom(...LEAVES) },
    {
      weight: 3,
      arbitrary: fc
        .array(tie('condition'), { minLength: 2, maxLength: 3 })
        .map((of): Condition => ({ kind: 'all', of })),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(tie('condition'), { minLength: 2, maxLength: 2 })
        .map((of): Condition => ({ kind: 'any', of })),
    },
    { weight: 1, arbitrary: tie('condition').map((of): Condition => ({ kind: 'not', of })) },
  ),
})).condition;

const grants = fc
  .tuple(fc.constantFrom('a', 'b'), fc.constantFrom(undefined, '1', '2'))
  .map(([capability, version]) => [{ capability, version }]);

const actions: fc.Arbitrary<Rule['action']> = fc.oneof(
  grants.map((given) => ({ verb: 'provide' as const, grants: given, via: 'launch' as const, steps: [] })),
  grants.map((given) => ({ verb: 'refine' as const, grants: given })),
  fc.constantFrom('a', 'b').map((name) => ({ verb: 'withhold' as const, capabilities: [name] })),
  fc.constant({ verb: 'forbid' as const }),
  smallConditions.map((condition) => ({ verb: 'require' as const, condition })),
);

/** A few rules, of which some may be waived. */
export const smallRules: fc.Arbitrary<readonly Rule[]> = fc
  .array(
    fc.record({
      when: smallConditions,
      action: actions,
      waivable: fc.boolean(),
      onUnknown: fc.constantFrom('refuse' as const, 'warn' as const, 'allow' as const),
    }),
    { minLength: 1, maxLength: 5 },
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
      span: { ...span, source: `rules.r${index}` },
    })),
  );
