import type { Attribute, Value } from '../catalog/value.ts';
import type { Span } from '../diagnostic/diagnostic.ts';

/** The rule language as data: what the parser makes and everything after it reads. */

export type Operator =
  | 'eq'
  | 'ne'
  | 'in'
  | 'not-in'
  | 'at-least'
  | 'at-most'
  | 'above'
  | 'below'
  | 'has'
  | 'has-any'
  | 'has-all'
  | 'known';

/** What an attribute is compared with. */
export type Operand =
  | { readonly kind: 'values'; readonly values: readonly Value[] }
  | { readonly kind: 'attribute'; readonly attribute: Attribute };

export interface Test {
  readonly operator: Operator;
  readonly operand: Operand;
}

/** One attribute and the tests that its value must all pass. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly attribute: Attribute;
  readonly tests: readonly Test[];
  readonly span: Span;
}

/** The attributes that a leaf reads: its own, and those that it compares it with. */
export function attributesOf({ attribute, tests }: Leaf): readonly Attribute[] {
  return [attribute, ...tests.flatMap(({ operand }) => (operand.kind === 'attribute' ? [operand.attribute] : []))];
}

/** What a rule asks of a derived capability. */
export interface CapabilityTest {
  readonly kind: 'capability';
  readonly capability: string;
  /** Whether it must be there (true) or must not be (false). */
  readonly present: boolean;
  /** With `present`: the least version. */
  readonly atLeast?: string;
  readonly span: Span;
}

export type Condition =
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | Leaf
  | CapabilityTest;

/** How a capability comes about, and so who has to do what. */
export type Via =
  /** The machine has it when it is launched the ordinary way. */
  | 'launch'
  /** The cloud must be told at launch, which Juju cannot do. */
  | 'launch-option'
  /** Something must be done on the running machine. */
  | 'after-launch'
  /** The image brings it. */
  | 'image';

export interface Grant {
  readonly capability: string;
  /** Undefined means `any`: there, version not known. */
  readonly version: string | undefined;
}

/** One share of a host that is kept back. Shares of different names add up; within a name the largest wins. */
export interface ReserveShare {
  readonly name: string;
  readonly dimension: 'mem' | 'cores';
  /** Percent of the host's own size. */
  readonly percent: number;
  /** MiB or cores at the least. */
  readonly atLeast: number;
  /** Times the number of guests of this kind; undefined: once per host. */
  readonly per: string | undefined;
}

export interface PriceChange {
  /** `times`: a factor in millionths. `plus` and `at-most`: nano-dollars per hour. */
  readonly operation: 'times' | 'plus' | 'at-most';
  readonly amount: number;
  /** Multiplies `amount` by a number attribute of the type. */
  readonly per: Attribute | undefined;
  /** The part of the price that changes; the list price is `machine`. */
  readonly component: string;
}

/** How much an offer is ranked as dearer, or as cheaper, than it is billed. */
export interface Preference {
  /** Millionths of the billed price; a bonus is below zero. */
  readonly share: number;
}

/** A fact that holds where nothing is known. */
export interface SetFact {
  readonly attribute: Attribute;
  readonly value: Value;
}

export type Action =
  | {
      readonly verb: 'provide';
      readonly grants: readonly Grant[];
      readonly via: Via;
      readonly steps: readonly string[];
    }
  | { readonly verb: 'refine'; readonly grants: readonly Grant[] }
  | { readonly verb: 'withhold'; readonly capabilities: readonly string[] }
  | { readonly verb: 'forbid' }
  | { readonly verb: 'require'; readonly condition: Condition }
  | { readonly verb: 'price'; readonly change: PriceChange }
  | { readonly verb: 'reserve'; readonly shares: readonly ReserveShare[] }
  | { readonly verb: 'prefer'; readonly preference: Preference }
  | { readonly verb: 'set'; readonly facts: readonly SetFact[] };

/** A rule, or a whole table, that another overrides: named by its id, with where that is said. */
export interface Override {
  /** `module/name`, or `module/table` for each of its rows. */
  readonly rule: string;
  readonly span: Span;
}

/** The table that a rule is a row of. */
export interface TableRow {
  /** `module/table`. */
  readonly table: string;
  /** Counted from 1. */
  readonly row: number;
  /** `unique`: at most one row is meant to hold anywhere. `max`: of several that hold, the highest version counts. */
  readonly hit: 'unique' | 'max';
}

export interface Rule {
  /** `module/name`, or `module/table#row`. */
  readonly id: string;
  /** One sentence, with `{attribute}` placeholders. */
  readonly summary: string;
  /** Where the fact comes from. */
  readonly source: string | undefined;
  /** Who answers for the rule; kept for explanations. */
  readonly owner: string | undefined;
  /** The condition as it was written. */
  readonly when: Condition;
  /**
   * When the rule applies: `when`, within its dates, and where no rule that overrides it applies. A program works it
   * out; until then it is `when`.
   */
  readonly applies: Condition;
  readonly action: Action;
  /** The first day on which it applies. */
  readonly since: string | undefined;
  /** The first day on which it applies no more. */
  readonly until: string | undefined;
  /** What does not apply where this rule does. */
  readonly overrides: readonly Override[];
  readonly table: TableRow | undefined;
  /** `warn`: a forbid or require that is told, not enforced. `off`: checked, and then left out. */
  readonly effect: 'enforce' | 'warn' | 'off';
  /** Whether its owner may waive it; kept for explanations. */
  readonly waivable: boolean;
  /** What a forbid or require does when it cannot be decided. */
  readonly onUnknown: 'refuse' | 'warn' | 'allow';
  readonly span: Span;
}

export const ALWAYS: Condition = { kind: 'all', of: [] };
