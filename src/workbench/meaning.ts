import type { Attribute, Value } from '../catalog/value.ts';
import { compareText } from '../quantity/order.ts';
import type { Diagram } from '../rules/diagram.ts';
import {
  ABSENT,
  ANY_VERSION,
  isRefusal,
  levelOf,
  type Program,
  type RuleOf,
  readsOf,
  violationOf,
} from '../rules/program.ts';
import { type CapabilityRegions, leavesIn, OR, type Regions, regionsOver, stateOf } from '../rules/regions.ts';
import { appliesOf } from '../rules/rewrite.ts';
import type { Condition, Rule, Via } from '../rules/rule.ts';
import { FALSE, TRUE, UNKNOWN_TRUTH } from '../rules/tri.ts';

/** What rules mean, as regions that can be compared: two sets of rules that come to the same regions do the same. */
export interface Meaning {
  readonly program: Program;
  /** The rules that it began with: levels and ways are numbered alike for all that are compared. */
  readonly basis: Program;
  readonly regions: Regions;
  readonly capabilities: CapabilityRegions;
}

/**
 * Undefined where there are too many atoms.
 *
 * @param further rules that are to have regions, too
 */
export function meaningOf(
  program: Program,
  spoken?: (attribute: Attribute) => Iterable<Value>,
  further: readonly Rule[] = [],
): Meaning | undefined {
  const leaves = leavesIn([...program.rules, ...further].map(conditionOf));
  const regions = regionsOver(leaves, spoken === undefined ? {} : { spoken });
  return regions && { program, basis: program, regions, capabilities: regions.capabilitiesOf(program) };
}

/** The same regions for other rules, which read nothing further and give no other versions. */
export function meaningAs({ regions, basis }: Meaning, program: Program): Meaning {
  const own = derived.get(regions) ?? new WeakMap<Program, CapabilityRegions>();
  derived.set(regions, own);
  const capabilities = own.get(program) ?? regions.capabilitiesOf(program);
  own.set(program, capabilities);
  return { program, basis, regions, capabilities };
}
const derived = new WeakMap<Regions, WeakMap<Program, CapabilityRegions>>();

/** The same where rules about some capabilities alone are others: what those come to is worked out, and no more. */
export function meaningWhere(
  { regions, basis, capabilities }: Meaning,
  program: Program,
  changed: readonly string[],
): Meaning {
  return { program, basis, regions, capabilities: regions.capabilitiesOf(program, capabilities, changed) };
}

/** When a rule does something: of a refusal, when it refuses. */
export function conditionOf(rule: Rule): Condition {
  return isRefusal(rule) ? violationOf(rule) : appliesOf(rule);
}

export function regionOf({ regions, capabilities }: Meaning, condition: Condition): Diagram {
  return regions.of(condition, capabilities);
}

/** What a refusal comes to: nothing, a remark that it could not be decided, or a refusal. */
export const REFUSED = 2;
export const TOLD = 1;

/** Where a rule refuses (2) or remarks (1), unknown facts counted as the rule counts them. */
export function refusedBy(meaning: Meaning, rule: RuleOf<'forbid' | 'require'>): Diagram {
  const { diagrams } = meaning.regions;
  return diagrams.map(regionOf(meaning, violationOf(rule)), (truth) => {
    if (truth === FALSE) return 0;
    if (rule.effect === 'warn') return truth === TRUE || rule.onUnknown !== 'allow' ? 1 : 0;
    if (truth === TRUE) return REFUSED;
    return rule.onUnknown === 'refuse' ? REFUSED : rule.onUnknown === 'warn' ? 1 : 0;
  });
}

/** Where any of some rules refuses. */
export function refusedByAny(meaning: Meaning, rules: readonly RuleOf<'forbid' | 'require'>[]): Diagram {
  const { diagrams } = meaning.regions;
  return rules
    .map((rule) => diagrams.map(refusedBy(meaning, rule), (outcome) => (outcome === REFUSED ? 1 : 0)))
    .reduce((a, b) => diagrams.combine(a, b, OR), diagrams.constant(0));
}

/** The capabilities that a rule gives, takes or refines. */
export function capabilitiesOf(rule: Rule): readonly string[] {
  const { action } = rule;
  if (action.verb === 'provide' || action.verb === 'refine') return action.grants.map(({ capability }) => capability);
  return action.verb === 'withhold' ? action.capabilities : [];
}

/** The levels that rules give a capability, in ascending order. */
function levelsGiven(program: Program, name: string): readonly number[] {
  const levels = new Set<number>([ANY_VERSION]);
  for (const { action } of program.rules) {
    if (action.verb !== 'provide' && action.verb !== 'refine') continue;
    for (const { capability, version } of action.grants) if (capability === name) levels.add(levelOf(program, version));
  }
  return [...levels].sort((a, b) => a - b);
}

/** What tells a user to do the same has the same number, from 1. */
function wayNumber(program: Program, { action }: RuleOf<'provide'>): number {
  let known = ways.get(program);
  if (known === undefined) {
    const texts = program.rules.flatMap((rule) => (rule.action.verb === 'provide' ? [wayText(rule.action)] : []));
    known = [...new Set(texts)];
    ways.set(program, known);
  }
  return known.indexOf(wayText(action)) + 1;
}
const wayText = ({ via, steps }: RuleOf<'provide'>['action']): string => JSON.stringify([via, steps]);
const ways = new WeakMap<Program, readonly string[]>();

// As proofs choose among providers.
const EASIEST: readonly Via[] = ['launch', 'image', 'after-launch', 'launch-option'];

/**
 * All that rules make of a capability, as diagrams: the interval of its levels, and for each level how it is had (by
 * which way and steps). Equal lists, same meaning.
 */
function capabilityOutcomes(meaning: Meaning, name: string): readonly Diagram[] {
  const { program, regions, capabilities } = meaning;
  const { diagrams } = regions;
  const state = capabilities.states.get(name);
  const stratum = program.strata.find((one) => one.capabilities.includes(name));
  if (state === undefined || stratum === undefined) return [];
  const grantsOf = <R extends RuleOf<'provide' | 'refine'>>(rules: readonly R[]) =>
    rules.flatMap((rule) =>
      rule.action.grants
        .filter(({ capability }) => capability === name)
        .map(({ version }) => ({ rule, level: levelOf(program, version) })),
    );
  const providers = grantsOf(stratum.providers);
  const refiners = grantsOf(stratum.refiners);
  const ranked = providers
    .map((one, index) => ({ ...one, rank: EASIEST.indexOf(one.rule.action.via) * providers.length + index }))
    .sort((a, b) => a.rank - b.rank);
  const ways = ranked.map(({ rule }) => wayNumber(meaning.basis, rule));
  const levels = levelsGiven(meaning.basis, name);
  const how = levels.map((least) => {
    const refined = refiners
      .filter(({ level }) => level >= least)
      .map(({ rule }) => regionOf(meaning, appliesOf(rule)))
      .reduce((a, b) => diagrams.combine(a, b, OR), diagrams.constant(FALSE));
    // The first that certainly holds: 0 for none.
    let best = diagrams.constant(0);
    for (const [index, { rule, level }] of ranked.entries()) {
      const holds = regionOf(meaning, appliesOf(rule));
      const gives = level >= least ? holds : diagrams.combine(holds, refined, Math.min);
      const way = ways[index]!;
      best = diagrams.combine(best, gives, (before, truth) => (before === 0 && truth === TRUE ? way : before));
    }
    return diagrams.combine(best, state, (way, value) => (stateOf(program, value).lower === ABSENT ? 0 : way));
  });
  return [state, ...how];
}

/**
 * All that a rule can change, as diagrams. `rule` may be undefined, for what there is without it; `like` is what tells
 * which outcomes are meant.
 */
export function outcomesOf(meaning: Meaning, like: Rule, rule: Rule | undefined): readonly Diagram[] {
  const { program, regions } = meaning;
  const { diagrams } = regions;
  switch (like.action.verb) {
    case 'provide':
    case 'refine':
    case 'withhold':
      return capabilitiesOf(like).flatMap((name) => capabilityOutcomes(meaning, name));
    case 'forbid':
    case 'require': {
      const others = program.refusals.filter(({ id, effect }) => id !== like.id && effect === 'enforce');
      const refused = refusedByAny(meaning, others);
      const own = rule !== undefined && isRefusal(rule) ? refusedBy(meaning, rule) : diagrams.constant(0);
      return [diagrams.combine(refused, own, (other, mine) => (other === 1 ? REFUSED : mine))];
    }
    case 'reserve':
      // What may hold is kept back.
      return [
        rule === undefined
          ? diagrams.constant(0)
          : diagrams.map(regionOf(meaning, appliesOf(rule)), (truth) => (truth === FALSE ? 0 : 1)),
      ];
    case 'set':
      return [rule === undefined ? diagrams.constant(FALSE) : regionOf(meaning, appliesOf(rule))];
    default:
      return [
        rule === undefined
          ? diagrams.constant(0)
          : diagrams.map(regionOf(meaning, appliesOf(rule)), (truth) => (truth === TRUE ? 1 : 0)),
      ];
  }
}

export const sameOutcomes = (a: readonly Diagram[], b: readonly Diagram[]): boolean =>
  a.length === b.length && a.every((one, index) => one === b[index]);

/** Whether a rule certainly applies under some facts. */
export function canApply(meaning: Meaning, condition: Condition): boolean {
  return meaning.regions.diagrams.valuesOf(regionOf(meaning, condition)).includes(TRUE);
}

/** Whether it depends on facts that may be unknown. */
export function canBeUnknown(meaning: Meaning, condition: Condition): boolean {
  return meaning.regions.diagrams.valuesOf(regionOf(meaning, condition)).includes(UNKNOWN_TRUTH);
}

/** The attributes that a condition reads, those behind the capabilities that it tests included. */
export function attributesBehind(meaning: Meaning, condition: Condition): readonly Attribute[] {
  const found = new Map<string, Attribute>();
  for (const variable of meaning.regions.diagrams.dependsOn(regionOf(meaning, condition))) {
    const attribute = meaning.regions.attributeOf(variable);
    found.set(attribute.name, attribute);
  }
  return [...found.values()].sort((a, b) => compareText(a.name, b.name));
}

/** Whether a condition tests any capability. */
export const readsCapabilities = (condition: Condition): boolean =>
  readsOf(condition).some((leaf) => leaf.kind === 'capability');
