import { formatValue } from '../catalog/decode.ts';
import type { Attribute, Value } from '../catalog/value.ts';
import { placeOf } from '../diagnostic/diagnostic.ts';
import type { CapabilityState } from './capability.ts';
import type { Derivation } from './derive.ts';
import { ANY_VERSION, leastLevel, type RuleOf, versionOf } from './program.ts';
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
  /** The rule that set it, where the catalog does not state it. */
  readonly 'set-by'?: string;
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

/** What a proof is made from. */
interface Proving {
  readonly derivation: Derivation;
  readonly site: Site;
  readonly factsAt: FactsAt;
  /** Rules whose proof is under way: none may rest on itself. */
  readonly open: readonly Rule[];
}

/** What makes a condition true: facts, proofs of the capabilities it reads, and the providers behind those. */
interface Support {
  readonly facts: readonly ProofFact[];
  readonly because: readonly ProofStep[];
  readonly providers: readonly RuleOf<'provide'>[];
}

const NO_SUPPORT: Support = { facts: [], because: [], providers: [] };

function together(parts: readonly Support[]): Support {
  return {
    facts: parts.flatMap((part) => part.facts),
    because: parts.flatMap((part) => part.because),
    providers: parts.flatMap((part) => part.providers),
  };
}

/** All of an `all`, the first true one of an `any`, and of what is denied the facts that deny it. */
function supportOf(condition: Condition, proving: Proving): Support {
  const { derivation, site, factsAt, open } = proving;
  switch (condition.kind) {
    case 'all':
      return together(condition.of.map((part) => supportOf(part, proving)));
    case 'any': {
      const first = condition.of.find((part) => derivation.truth(part, site) === TRUE);
      return first === undefined ? NO_SUPPORT : supportOf(first, proving);
    }
    case 'not':
      return condition.of.kind === 'any'
        ? together(condition.of.of.map((part) => supportOf(part, proving)))
        : supportOf(condition.of, proving);
    case 'leaf': {
      const { attribute } = condition;
      const setter = derivation.setterOf(attribute, site);
      return {
        ...NO_SUPPORT,
        facts: [
          {
            attribute: attribute.name,
            value: formatValue(attribute, factsAt(attribute)),
            ...(setter === undefined ? {} : { 'set-by': setter }),
          },
        ],
      };
    }
    case 'capability': {
      const least = condition.atLeast === undefined ? ANY_VERSION : leastLevel(derivation.program, condition.atLeast);
      const provider = easiestProvider(derivation.capability(condition.capability, site), least, open);
      if (provider === undefined) return NO_SUPPORT;
      const { step, providers } = proveRule(provider, proving);
      return { facts: [], because: [step], providers: [...providers, provider] };
    }
  }
}

/** Why a rule applies, and the providers that it rests on, those that come first first. */
function proveRule(
  rule: Rule,
  proving: Proving,
): { readonly step: ProofStep; readonly providers: readonly RuleOf<'provide'>[] } {
  const { derivation, factsAt } = proving;
  const { facts, because, providers } = supportOf(rule.applies, { ...proving, open: [...proving.open, rule] });
  const step: ProofStep = {
    rule: rule.id,
    place: placeOf(rule.span),
    summary: fillIn(rule.summary, derivation, factsAt),
    ...(rule.source === undefined ? {} : { source: rule.source }),
    facts: [...new Map(facts.map((fact) => [fact.attribute, fact])).values()],
    because: [...because],
  };
  return { step, providers };
}

// What asks least of the user comes first.
const EASIEST: readonly Via[] = ['launch', 'image', 'after-launch', 'launch-option'];

/**
 * The provider that meets a need with the least to do for the user; undefined when none certainly does.
 *
 * @param without rules that may not be meant
 */
export function easiestProvider(
  state: CapabilityState,
  least: number,
  without: readonly Rule[] = [],
): RuleOf<'provide'> | undefined {
  const fitting = state.providers.filter(
    ({ rule, level }) => Math.max(level, state.refined) >= least && !without.includes(rule),
  );
  const ranked = [...fitting].sort((a, b) => EASIEST.indexOf(a.rule.action.via) - EASIEST.indexOf(b.rule.action.via));
  return ranked[0]?.rule;
}

/** A capability that certainly is there, with its proof. */
export interface ProvenCapability {
  readonly capability: string;
  readonly version: string | undefined;
  readonly provider: RuleOf<'provide'>;
  /** The provider and all that it rests on, in the order in which their steps are taken. */
  readonly providers: readonly RuleOf<'provide'>[];
  /** What the hardest of them asks of the user. */
  readonly via: Via;
  readonly proof: readonly ProofStep[];
}

/** The proof that a capability is there in at least a level: its provider, and the rule that gives its version. */
export function proveCapability(
  derivation: Derivation,
  capability: string,
  least: number,
  site: Site,
): ProvenCapability | undefined {
  const factsAt: FactsAt = (attribute) => derivation.factAt(attribute, site);
  const state = derivation.capability(capability, site);
  const provider = easiestProvider(state, least);
  if (provider === undefined) return undefined;
  const proving: Proving = { derivation, site, factsAt, open: [] };
  const { step, providers: behind } = proveRule(provider, proving);
  const providers = [...new Set([...behind, provider])];
  const refined =
    state.refiner !== undefined && state.refined === state.lower ? [proveRule(state.refiner, proving).step] : [];
  return {
    capability,
    version: versionOf(derivation.program, state.lower),
    provider,
    providers,
    via: EASIEST[Math.max(...providers.map((rule) => EASIEST.indexOf(rule.action.via)))]!,
    proof: [step, ...refined],
  };
}
