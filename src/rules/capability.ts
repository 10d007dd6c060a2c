import { ABSENT, ANY_VERSION, levelOf, type Program, type RuleOf, type Stratum } from './program.ts';
import type { Condition } from './rule.ts';
import { FALSE, TRUE, type Tri, UNKNOWN_TRUTH } from './tri.ts';

/**
 * What is derived about one capability at a site: an interval of levels, so that unknown facts stay unknown. `lower` is
 * what certainly is there, `upper` what may be there once the unknown facts are known; equal when all is known.
 */
export interface CapabilityState {
  readonly lower: number;
  readonly upper: number;
  /** Whether, as far as is known, it may turn out to be there in a version that nobody knows. */
  readonly maybeAny: boolean;
  /** Providers whose condition certainly holds, with the level each gives; none when the capability is withheld. */
  readonly providers: readonly { readonly rule: RuleOf<'provide'>; readonly level: number }[];
  /** The highest level that refiners give. */
  readonly refined: number;
  readonly refiner: RuleOf<'refine'> | undefined;
  /** The rule that withholds it, when one certainly does. */
  readonly withheldBy: RuleOf<'withhold'> | undefined;
}

export const NO_STATE: CapabilityState = {
  lower: ABSENT,
  upper: ABSENT,
  maybeAny: false,
  providers: [],
  refined: ABSENT,
  refiner: undefined,
  withheldBy: undefined,
};

/** Whether a capability of an interval passes a test for presence or a least level. */
export function passesLevel(state: CapabilityState, least: number): Tri {
  if (state.lower >= least) return TRUE;
  if (state.upper >= least) return UNKNOWN_TRUTH;
  // An unknown version may be new enough.
  return least > ANY_VERSION && state.maybeAny ? UNKNOWN_TRUTH : FALSE;
}

export type States = ReadonlyMap<string, CapabilityState>;

const NO_STATES: States = new Map();

/** What a stratum's rules make of one capability, given the truth of their conditions. */
export function deriveOne(
  program: Program,
  stratum: Stratum,
  name: string,
  truth: (condition: Condition) => Tri,
): CapabilityState {
  const providers: { rule: RuleOf<'provide'>; level: number }[] = [];
  let lower: number = ABSENT;
  let upper: number = ABSENT;
  let anyPossible = false;
  for (const rule of stratum.providers) {
    for (const grant of rule.action.grants) {
      if (grant.capability !== name) continue;
      const holds = truth(rule.applies);
      if (holds === FALSE) continue;
      const level = levelOf(program, grant.version);
      if (holds === TRUE) {
        providers.push({ rule, level });
        lower = Math.max(lower, level);
      }
      upper = Math.max(upper, level);
      anyPossible ||= level === ANY_VERSION;
    }
  }
  if (upper === ABSENT) return NO_STATE;
  let refined: number = ABSENT;
  let refiner: RuleOf<'refine'> | undefined;
  for (const rule of stratum.refiners) {
    for (const grant of rule.action.grants) {
      if (grant.capability !== name) continue;
      const holds = truth(rule.applies);
      if (holds === FALSE) continue;
      const level = levelOf(program, grant.version);
      if (holds === TRUE && level > refined) {
        refined = level;
        refiner = rule;
      }
      upper = Math.max(upper, level);
    }
  }
  // A refinement never creates a capability.
  if (lower !== ABSENT) lower = Math.max(lower, refined);
  // A version that is certainly given leaves no room for an unknown one.
  let maybeAny = anyPossible && lower <= ANY_VERSION && refined <= ANY_VERSION;
  let withheldBy: RuleOf<'withhold'> | undefined;
  for (const rule of stratum.withholders) {
    if (!rule.action.capabilities.includes(name)) continue;
    const holds = truth(rule.applies);
    if (holds !== FALSE) lower = ABSENT;
    if (holds === TRUE) {
      upper = ABSENT;
      maybeAny = false;
      withheldBy ??= rule;
    }
  }
  return { lower, upper, maybeAny, providers: lower === ABSENT ? [] : providers, refined, refiner, withheldBy };
}

/**
 * The states of a stratum's capabilities: the least fixpoint. Levels only rise from one round to the next, since a
 * stratum reads its own capabilities without negation, and there are finitely many.
 *
 * @param truth the truth of a condition, given the states of this stratum so far
 */
export function deriveStratum(
  program: Program,
  stratum: Stratum,
  truth: (condition: Condition, soFar: States) => Tri,
): States {
  if (!stratum.recursive) {
    const derived = new Map<string, CapabilityState>();
    for (const name of stratum.capabilities)
      derived.set(
        name,
        deriveOne(program, stratum, name, (condition) => truth(condition, NO_STATES)),
      );
    return derived;
  }
  let states: States = new Map(stratum.capabilities.map((name) => [name, NO_STATE]));
  for (;;) {
    const before = states;
    states = new Map(
      stratum.capabilities.map((name) => [
        name,
        deriveOne(program, stratum, name, (condition) => truth(condition, before)),
      ]),
    );
    const settled = [...states].every(([name, { lower, upper, maybeAny }]) => {
      const earlier = before.get(name)!;
      return earlier.lower === lower && earlier.upper === upper && earlier.maybeAny === maybeAny;
    });
    if (settled) return states;
  }
}
