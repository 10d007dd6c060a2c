import type { Attribute, Value } from '../catalog/value.ts';
import { type CapabilityState, deriveStratum, NO_STATE, passesLevel, type States } from './capability.ts';
import {
  type Classes,
  classesBy,
  classesOfOffers,
  type OfferClasses,
  oncePerClass,
  type Split,
  splitsOf,
} from './classes.ts';
import { type Leaves, leavesOver } from './leaves.ts';
import { levelOf, type Program, type RuleOf, readsOf, type Stratum, violationOf } from './program.ts';
import type { Condition, Rule } from './rule.ts';
import { factAt, type RequestFacts, type Site, type Space, setterOf } from './space.ts';
import { FALSE, not, TRUE, type Tri } from './tri.ts';

/**
 * Evaluates a program over the rows of a catalog for one request.
 *
 * Nothing is evaluated per offer. A leaf is decided once per distinct value of its attribute; rows on which all leaves
 * of a rule come out alike form a class; a rule is evaluated once per combination of classes (type, region, image,
 * offer) that is ever asked for, and remembered. Thousands of types fall into tens of classes.
 */
export interface Derivation {
  readonly program: Program;
  /** The leaves of rules, decided over the rows. */
  readonly leaves: Leaves;
  /** The value of an attribute at a site, request attributes included; undefined when unknown. */
  factAt(attribute: Attribute, site: Site): Value | undefined;
  /** The rule that set an attribute's value at a site, where one did. */
  setterOf(attribute: Attribute, site: Site): string | undefined;
  /** Whether a condition holds at a site. */
  truth(condition: Condition, site: Site): Tri;
  /** Whether refusal rule `index` of the program refuses: by its violation condition, unknown included. */
  violated(index: number, site: Site): Tri;
  capability(name: string, site: Site): CapabilityState;
  /** The price rules whose condition certainly holds, in order of ids. */
  priceRules(site: Site): readonly RuleOf<'price'>[];
  /** The preferences whose condition certainly holds, in order of ids. */
  preferRules(site: Site): readonly RuleOf<'prefer'>[];
  /** The reserve rules that hold or may hold: an undecided reserve is kept back, since a guest must really fit. */
  reserveRules(site: Site): readonly RuleOf<'reserve'>[];
  /** Whether the answer to a question depends on facts of regions or offers; else a type and an image decide. */
  dependsOnOffer(question: Question): boolean;
  /** What tells rows apart for a question: where no split does, the answer is the same. */
  splits(question: Question): readonly Split[];
  /** Offers in classes that a question does not tell apart, whatever the image. */
  offersAlike(question: Question): OfferClasses;
}

/** What may be asked of a derivation: a capability, a refusal by its index, or which rules of a verb apply. */
export type Question =
  | { readonly capability: string }
  | { readonly refusal: number }
  | { readonly rules: 'reserve' | 'price' | 'prefer' };

/** A stratum with what tells its rows apart and its states, each worked out when first asked for. */
interface StratumNode {
  readonly classes: Classes;
  readonly states: (site: Site) => States;
}

/**
 * @param like a derivation over the same rows and request by rules that are mostly the same, of which all is taken that
 *   these rules leave as it is
 */
export function derive(program: Program, space: Space, request: RequestFacts, like?: Derivation): Derivation {
  const leaves = like?.leaves ?? leavesOver(space, request);
  const sizes = {
    type: space.types.size,
    region: space.regions.size,
    image: space.images.size,
    offer: space.offers.size,
  };
  const stratumOf = new Map(program.strata.flatMap((stratum) => stratum.capabilities.map((name) => [name, stratum])));

  /** @param soFar states of the stratum that is being derived, which its own rules may read */
  const truth = (condition: Condition, site: Site, soFar?: States): Tri => {
    switch (condition.kind) {
      case 'all': {
        let result: Tri = TRUE;
        for (const part of condition.of) {
          const value = truth(part, site, soFar);
          if (value < result) result = value;
          if (result === FALSE) break;
        }
        return result;
      }
      case 'any': {
        let result: Tri = FALSE;
        for (const part of condition.of) {
          const value = truth(part, site, soFar);
          if (value > result) result = value;
          if (result === TRUE) break;
        }
        return result;
      }
      case 'not':
        return not(truth(condition.of, site, soFar));
      case 'leaf':
        return leaves.truth(condition, site);
      case 'capability': {
        const least = levelOf(program, condition.atLeast);
        const state = soFar?.get(condition.capability) ?? capability(condition.capability, site);
        const present = passesLevel(state, least);
        return condition.present ? present : not(present);
      }
    }
  };

  /** @param own capabilities of the stratum whose classes these are: what they read is read by the stratum itself */
  const classesFor = (
    rules: readonly Rule[],
    conditionOf: (rule: Rule) => Condition,
    own: readonly string[] = [],
  ): Classes => {
    const splits = new Set<Split>();
    for (const leaf of new Set(rules.flatMap((rule) => readsOf(conditionOf(rule))))) {
      if (leaf.kind === 'leaf') for (const split of leaves.codes(leaf)) splits.add(split);
      else if (!own.includes(leaf.capability))
        for (const split of splitsOf(node(stratumOf.get(leaf.capability)!).classes)) splits.add(split);
    }
    return classesBy([...splits], sizes);
  };

  const nodes = new Map<Stratum, StratumNode>();
  const node = (stratum: Stratum): StratumNode => {
    let found = nodes.get(stratum);
    if (found === undefined) {
      const rules: readonly Rule[] = [...stratum.providers, ...stratum.refiners, ...stratum.withholders];
      const classes = classesFor(rules, (rule) => rule.applies, stratum.capabilities);
      const states = oncePerClass(classes, (site) =>
        deriveStratum(program, stratum, (condition, soFar) => truth(condition, site, soFar)),
      );
      found = { classes, states };
      nodes.set(stratum, found);
    }
    return found;
  };
  /** Strata of which the rules, and those of all that they read, are those of the derivation that this one is like. */
  const shared = new Set<Stratum>();
  if (like !== undefined) {
    const theirs = new Set(like.program.strata);
    for (const stratum of program.strata) {
      const rules: readonly Rule[] = [...stratum.providers, ...stratum.refiners, ...stratum.withholders];
      const known = rules.every((rule) =>
        readsOf(rule.applies).every((leaf) => {
          if (leaf.kind === 'leaf') return true;
          const read = stratumOf.get(leaf.capability);
          return read === undefined || read === stratum || shared.has(read);
        }),
      );
      if (known && theirs.has(stratum)) shared.add(stratum);
    }
  }
  const capability = (name: string, site: Site): CapabilityState => {
    const stratum = stratumOf.get(name);
    if (like !== undefined && stratum !== undefined && shared.has(stratum)) return like.capability(name, site);
    return stratum === undefined ? NO_STATE : (node(stratum).states(site).get(name) ?? NO_STATE);
  };

  // Worked out when first asked for: a derivation may be asked of capabilities alone.
  const lazily = <T>(make: () => T): (() => T) => {
    let made: { readonly value: T } | undefined;
    return () => (made ??= { value: make() }).value;
  };
  const refusals = lazily(() =>
    program.refusals.map((rule) => {
      const violation = violationOf(rule);
      const classes = classesFor([rule], () => violation);
      return { classes, truth: oncePerClass(classes, (site) => truth(violation, site)) };
    }),
  );
  const appliesOf = (rule: Rule): Condition => rule.applies;
  const prices = lazily(() => {
    const classes = classesFor(program.prices, appliesOf);
    return {
      classes,
      rules: oncePerClass(classes, (site) => program.prices.filter((rule) => truth(rule.applies, site) === TRUE)),
    };
  });
  const prefers = lazily(() => {
    const classes = classesFor(program.prefers, appliesOf);
    return {
      classes,
      rules: oncePerClass(classes, (site) => program.prefers.filter((rule) => truth(rule.applies, site) === TRUE)),
    };
  });
  const reserves = lazily(() => {
    const classes = classesFor(program.reserves, appliesOf);
    return {
      classes,
      rules: oncePerClass(classes, (site) => program.reserves.filter((rule) => truth(rule.applies, site) !== FALSE)),
    };
  });

  const classesOf = (question: Question): Classes => {
    if ('refusal' in question) return refusals()[question.refusal]!.classes;
    if ('rules' in question) return { reserve: reserves, price: prices, prefer: prefers }[question.rules]().classes;
    const stratum = stratumOf.get(question.capability);
    return stratum === undefined ? classesBy([], sizes) : node(stratum).classes;
  };

  return {
    program,
    leaves,
    factAt: ({ name, scope }, site) => (scope === 'request' ? request.get(name) : factAt(space, name, scope, site)),
    setterOf: (attribute, site) => setterOf(space, attribute, site),
    truth,
    violated: (index, site) => refusals()[index]!.truth(site),
    capability,
    priceRules: (site) => prices().rules(site),
    preferRules: (site) => prefers().rules(site),
    reserveRules: (site) => reserves().rules(site),
    dependsOnOffer(question) {
      const { ids } = classesOf(question);
      return ids.region !== undefined || ids.offer !== undefined;
    },
    splits: (question) => splitsOf(classesOf(question)),
    offersAlike: (question) => classesOfOffers(classesOf(question), space.offers),
  };
}
