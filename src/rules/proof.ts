import { formatValue } from '../catalog/decode.ts';
import type { Attribute, Value } from '../catalog/value.ts';
import { placeOf } from '../diagnostic/diagnostic.ts';
import type { CapabilityState } from './capability.ts';
import type { Derivation } from './derive.ts';
import { type RuleOf, versionOf } from './program.ts';
import type { Condition, Rule, Via } from './rule.ts';
import type { Site } from './space.ts';
import { TRUE } from './tri.ts';

/**
 * Proofs, rebuilt on demand for one site: nothing is recorded while capabilities are derived, so the hot path pays
 * nothing for them.
 */

/** A fact that a proof rests on: `type.nested-virt` is `opt-in`. */
export interface ProofFact {
  readonly attribute: string;
  readonly value: string;
}

/** One rule that applied, why, and what it rests on. */
export interface ProofStep {
  readonly rule: string;
  /** `file:line:column`. */
  readonly place: string;
  /** The rule's own sentence, with the facts filled in. */
  readonly summary: string;
  readonly source?: string;
  readonly facts: readonly ProofFact[];
  /** Proofs of the capabilities that the rule reads. */
  readonly because: readonly ProofStep[];
}

/** Looks up an attribute at a site. */
export type FactsAt = (attribute: Attribute) => Value | undefined;

/** A rule's sentence with `{attribute}` filled in. */
export function fillIn(text: string, derivation: Derivation, factsAt: FactsAt): string {
  return text.replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const attribute = derivation.program.vocabulary.attributes.get(name);
    return attribute === undefined ? whole : formatValue(attribute, factsAt(attribute));
  });
}

/** The leaves that make a condition true at a site: all of an `all`, the first true one of an `any`. */
function supporting(
  condition: Condition,
  derivation: Derivation,
  site: Site,
  factsAt: FactsAt,
): { facts: ProofFact[]; because: ProofStep[] } {
  switch (condition.kind) {
    case 'all': {
      const parts = condition.of.map((part) => supporting(part, derivation, site, factsAt));
      return { facts: parts.flatMap((part) => part.facts), because: parts.flatMap((part) => part.because) };
    }
    case 'any': {
      const first = condition.of.find((part) => derivation.truth(part, site) === TRUE);
      return first === undefined ? { facts: [], because: [] } : supporting(first, derivation, site, factsAt);
    }
    case 'not':
      // What is denied rests on the facts that deny it.
      return supporting(
        condition.of.kind === 'any' ? { ...condition.of, kind: 'all' } : condition.of,
        derivation,
        site,
        factsAt,
      );
    case 'leaf':
      return {
        facts: [
          {
            attribute: condition.attribute.name,
            value: formatValue(condition.attribute, factsAt(condition.attribute)),
          },
        ],
        because: [],
      };
    case 'capability': {
      const state = derivation.capability(condition.capability, site);
      const provider = state.providers[0];
      return {
        facts: [],
        because: provider === undefined ? [] : [proveRule(provider.rule, derivation, site, factsAt)],
      };
    }
  }
}

/** Why a rule applies at a site. */
export function proveRule(rule: Rule, derivation: Derivation, site: Site, factsAt: FactsAt): ProofStep {
  const { facts, because } = supporting(rule.when, derivation, site, factsAt);
  const distinct = new Map(facts.map((fact) => [fact.attribute, fact]));
  return {
    rule: rule.id,
    place: placeOf(rule.span),
    summary: fillIn(rule.summary, derivation, factsAt),
    ...(rule.source === undefined ? {} : { source: rule.source }),
    facts: [...distinct.values()],
    because,
  };
}

// What asks least of the user comes first.
const EASIEST: readonly Via[] = ['launch', 'image', 'after-launch', 'launch-option'];

/** The provider that meets a need with the least to do for the user; undefined when none certainly does. */
export function easiestProvider(state: CapabilityState, least: number): RuleOf<'provide'> | undefined {
  const fitting = state.providers.filter((provider) => Math.max(provider.level, state.refined) >= least);
  const ranked = [...fitting].sort((a, b) => EASIEST.indexOf(a.rule.action.via) - EASIEST.indexOf(b.rule.action.via));
  return ranked[0]?.rule;
}

/** The shortest proof that a capability is there: its provider, and the rule that gives its version. */
export function proveCapability(
  provider: RuleOf<'provide'>,
  state: CapabilityState,
  derivation: Derivation,
  site: Site,
  factsAt: FactsAt,
): { readonly version: string | undefined; readonly proof: readonly ProofStep[] } {
  const steps = [proveRule(provider, derivation, site, factsAt)];
  if (state.refiner !== undefined && state.refined === state.lower)
    steps.push(proveRule(state.refiner, derivation, site, factsAt));
  return { version: versionOf(derivation.program, state.lower), proof: steps };
}
