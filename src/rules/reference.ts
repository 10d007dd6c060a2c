import type { Value } from '../catalog/value.ts';
import { compareVersions } from '../quantity/version.ts';
import { passes } from './passes.ts';
import type { Program, RuleOf } from './program.ts';
import type { Condition, Rule } from './rule.ts';
import { FALSE, not, TRUE, type Tri, UNKNOWN_TRUTH } from './tri.ts';

/**
 * The rule language evaluated word by word, for one set of facts: no classes, no levels, nothing remembered. Slow and
 * plain on purpose: the verifier and the tests hold the fast evaluation against it.
 */

/** The value of an attribute, undefined when unknown. */
export type Facts = (attribute: string) => Value | undefined;

/** `absent`, `any`, or a version. */
export type Level = 'absent' | 'any' | { readonly version: string };

/** What certainly and what possibly is there. */
export interface ReferenceCapability {
  readonly lower: Level;
  readonly upper: Level;
  /** Whether it may turn out to be there in a version that nobody knows. */
  readonly maybeAny: boolean;
}

const ABSENT: ReferenceCapability = { lower: 'absent', upper: 'absent', maybeAny: false };

function higher(a: Level, b: Level): Level {
  if (a === 'absent' || b === 'absent') return a === 'absent' ? b : a;
  if (a === 'any' || b === 'any') return a === 'any' ? b : a;
  return compareVersions(a.version, b.version) >= 0 ? a : b;
}

const sameLevel = (a: Level, b: Level): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether a level satisfies "present" (`least` undefined) or "at least this version". */
function reaches(level: Level, least: string | undefined): boolean {
  if (level === 'absent') return false;
  if (least === undefined) return true;
  return level !== 'any' && compareVersions(level.version, least) >= 0;
}

/** Whether a capability is there, in at least a version. */
export function hasCapability({ lower, upper, maybeAny }: ReferenceCapability, least: string | undefined): Tri {
  if (reaches(lower, least)) return TRUE;
  if (reaches(upper, least) || (least !== undefined && maybeAny)) return UNKNOWN_TRUTH;
  return FALSE;
}

export type Capabilities = ReadonlyMap<string, ReferenceCapability>;

export function referenceTruth(condition: Condition, facts: Facts, capabilities: Capabilities): Tri {
  switch (condition.kind) {
    case 'all':
      return Math.min(TRUE, ...condition.of.map((part) => referenceTruth(part, facts, capabilities))) as Tri;
    case 'any':
      return Math.max(FALSE, ...condition.of.map((part) => referenceTruth(part, facts, capabilities))) as Tri;
    case 'not':
      return not(referenceTruth(condition.of, facts, capabilities));
    case 'capability': {
      const found = hasCapability(capabilities.get(condition.capability) ?? ABSENT, condition.atLeast);
      return condition.present ? found : not(found);
    }
    case 'leaf': {
      const value = facts(condition.attribute.name);
      const results = condition.tests.map(({ operator, operand }) => {
        const operands = operand.kind === 'values' ? operand.values : [facts(operand.attribute.name)].flat();
        return passes(condition.attribute.kind, operator, value, operands as readonly (Value | undefined)[]);
      });
      return Math.min(TRUE, ...results) as Tri;
    }
  }
}

/** What is not known of a row and rules certainly set, unless they may set it to different values. */
export function referenceFacts(program: Program, stated: Facts): Facts {
  const filled: Facts = (name) => {
    const own = stated(name);
    if (own !== undefined) return own;
    const setting = program.rules.flatMap((rule) => {
      if (rule.action.verb !== 'set') return [];
      const fact = rule.action.facts.find((one) => one.attribute.name === name);
      const applies = fact === undefined ? FALSE : referenceApplies(program, rule, filled, new Map());
      return applies === FALSE ? [] : [{ value: fact!.value, applies }];
    });
    const values = new Set(setting.map(({ value }) => JSON.stringify(value)));
    return values.size === 1 && setting.some(({ applies }) => applies === TRUE) ? setting[0]!.value : undefined;
  };
  return filled;
}

/**
 * Whether a rule applies: its condition holds, the day is one of its own, and no rule applies that overrides it, or the
 * table that it is a row of.
 */
export function referenceApplies(program: Program, rule: Rule, facts: Facts, capabilities: Capabilities): Tri {
  const day = facts('request.date');
  const within = (bound: string | undefined, holds: (day: string, bound: string) => boolean): Tri => {
    if (bound === undefined) return TRUE;
    return day === undefined ? UNKNOWN_TRUTH : holds(String(day), bound) ? TRUE : FALSE;
  };
  const name = rule.id.split('#')[0]!;
  const against = program.rules
    .filter((other) => other.overrides.some((one) => one.rule === rule.id || one.rule === name))
    .map((other) => not(referenceApplies(program, other, facts, capabilities)));
  return Math.min(
    referenceTruth(rule.when, facts, capabilities),
    within(rule.since, (now, first) => now >= first),
    within(rule.until, (now, end) => now < end),
    ...against,
  ) as Tri;
}

/** Whether a forbid or require refuses; unknown where that cannot be decided. */
export function referenceViolated(
  program: Program,
  rule: RuleOf<'forbid' | 'require'>,
  facts: Facts,
  capabilities: Capabilities,
): Tri {
  const applies = referenceApplies(program, rule, facts, capabilities);
  if (rule.action.verb === 'forbid') return applies;
  return Math.min(applies, not(referenceTruth(rule.action.condition, facts, capabilities))) as Tri;
}

/** All capabilities that rules derive from the facts. */
export function referenceCapabilities(program: Program, facts: Facts): Capabilities {
  const result = new Map<string, ReferenceCapability>();
  for (const stratum of program.strata) {
    for (let changed = true; changed; ) {
      changed = false;
      for (const name of stratum.capabilities) {
        let lower: Level = 'absent';
        let upper: Level = 'absent';
        const join = (rule: RuleOf<'provide' | 'refine'>): void => {
          const holds = referenceApplies(program, rule, facts, result);
          for (const grant of rule.action.grants.filter((one) => one.capability === name)) {
            const level: Level = grant.version === undefined ? 'any' : { version: grant.version };
            if (holds === TRUE) lower = higher(lower, level);
            if (holds !== FALSE) upper = higher(upper, level);
          }
        };
        for (const rule of stratum.providers) join(rule);
        const [certainly, possibly]: readonly [Level, Level] = [lower, upper];
        // An unknown version is possible where something may give one and nothing certainly gives a known one.
        const unknownVersion = stratum.providers.some(
          (rule) =>
            referenceApplies(program, rule, facts, result) !== FALSE &&
            rule.action.grants.some((grant) => grant.capability === name && grant.version === undefined),
        );
        for (const rule of stratum.refiners) join(rule);
        const refined = stratum.refiners.some(
          (rule) =>
            referenceApplies(program, rule, facts, result) === TRUE &&
            rule.action.grants.some((grant) => grant.capability === name && grant.version !== undefined),
        );
        const certain: Level = certainly;
        let maybeAny = unknownVersion && !refined && (certain === 'absent' || certain === 'any');
        // A refinement never creates a capability.
        if (certainly === 'absent') lower = 'absent';
        if (possibly === 'absent') upper = 'absent';
        for (const rule of stratum.withholders.filter((one) => one.action.capabilities.includes(name))) {
          const holds = referenceApplies(program, rule, facts, result);
          if (holds !== FALSE) lower = 'absent';
          if (holds === TRUE) {
            upper = 'absent';
            maybeAny = false;
          }
        }
        const before = result.get(name) ?? ABSENT;
        if (!sameLevel(before.lower, lower) || !sameLevel(before.upper, upper) || before.maybeAny !== maybeAny) {
          result.set(name, { lower, upper, maybeAny });
          changed = true;
        }
      }
    }
  }
  return result;
}

/** The ids of the rules that refuse: certainly violated, or undecided ones that fail closed. */
export function referenceRefusals(program: Program, facts: Facts, capabilities: Capabilities): readonly string[] {
  return program.refusals
    .filter((rule) => {
      if (rule.effect === 'warn') return false;
      const violated = referenceViolated(program, rule, facts, capabilities);
      return violated === TRUE || (violated === UNKNOWN_TRUTH && rule.onUnknown === 'refuse');
    })
    .map((rule) => rule.id);
}
