import type { Attribute, Value } from '../catalog/value.ts';
import { type CapabilityState, deriveOne, NO_STATE, passesLevel } from '../rules/capability.ts';
import {
  ABSENT,
  ANY_VERSION,
  type Program,
  type RuleOf,
  readsOf,
  type Stratum,
  versionOf,
  violationOf,
} from '../rules/program.ts';
import { easiestProvider } from '../rules/proof.ts';
import { hasCapability, type Level, type ReferenceCapability } from '../rules/reference.ts';
import { attributesOf, type Condition, type Leaf, type Rule } from '../rules/rule.ts';
import { FALSE, not, TRUE, type Tri, UNKNOWN_TRUTH } from '../rules/tri.ts';
import { type Diagram, type Diagrams, leafTruth } from './diagram.ts';

/** What a program concludes, as decision diagrams: for all facts at once. */

/** All that may be told apart of a capability by rules that read it. Versions are texts: levels are each program's own. */
interface Derived {
  readonly state: ReferenceCapability;
  readonly via: string;
}

/** What a test can see of a capability: whether it is there, in which version, and what its user has to do. */
export interface SeenCapability {
  readonly level: string;
  readonly via: string;
}

interface Bearing {
  readonly rules: readonly Rule[];
  readonly places: ReadonlyMap<Condition, number>;
}

export interface Conclusions {
  condition(condition: Condition): Diagram;
  /** Outcomes are values; undefined where unknown. */
  value(attribute: Attribute): Diagram;
  /** The rules that bear on a capability, each with when it applies. */
  bearing(capability: string): readonly { readonly rule: Rule; readonly applies: Diagram }[];
  /** What a test sees of a capability, given the truths of all that bears on it, in their order. */
  seenGiven(capability: string, truths: readonly Tri[]): SeenCapability;
  /** Outcomes are `refuse`, `warn`, `none`. */
  refusal(rule: RuleOf<'forbid' | 'require'>): Diagram;
  /** Whether a price rule or a preference applies (certainly), or a reserve (perhaps). Outcomes are truths. */
  applies(rule: RuleOf<'price' | 'prefer' | 'reserve'>): Diagram;
}

function levelAt(program: Program, level: number): Level {
  if (level === ABSENT) return 'absent';
  const version = versionOf(program, level);
  return version === undefined ? 'any' : { version };
}

/** What the easiest way to a capability asks of its user. */
function viaOf(state: CapabilityState): string {
  const provider = easiestProvider(state, ANY_VERSION);
  return provider === undefined ? '' : `${provider.action.via} ${provider.action.steps.join('\n')}`;
}

const levelText = (level: Level): string => (typeof level === 'string' ? level : level.version);

const plainConditions = new WeakMap<Diagrams, Map<Condition, Diagram>>();

/**
 * @param own diagrams over the samples of all leaves of the program
 */
export function concludeAll(program: Program, own: Diagrams): Conclusions {
  const tri = (value: Tri): Diagram => own.constant(String(value), value);
  const [no, yes] = [tri(FALSE), tri(TRUE)];
  const conditions = new Map<Condition, Diagram>();
  // What reads stated facts alone is the same for every program.
  let plain = plainConditions.get(own) as Map<Condition, Diagram>;
  if (plain === undefined) {
    plain = new Map();
    plainConditions.set(own, plain);
  }
  const values = new Map<string, Diagram>();
  const setting = new Map(program.sets.map((stratum) => [stratum.attribute.name, stratum.rules]));

  /** The value of an attribute: stated, or set by rules, unless they may set it to different values. */
  const value = (attribute: Attribute): Diagram => {
    const { name } = attribute;
    let made = values.get(name);
    if (made !== undefined) return made;
    const stated = own.value(attribute);
    const rules = setting.get(name) ?? [];
    if (rules.length === 0) made = stated;
    else {
      const given = rules.map((rule) => rule.action.facts.find((fact) => fact.attribute.name === name)!.value);
      made = own.combine([stated, ...rules.map(({ applies }) => condition(applies))], ([known, ...truths]) => {
        const possible = given.filter((_, index) => truths[index] !== FALSE).map((one) => JSON.stringify(one));
        const certain = given.find((_, index) => truths[index] === TRUE);
        const result = known ?? (new Set(possible).size === 1 ? certain : undefined);
        return own.constant(`value ${JSON.stringify(result) ?? 'unknown'}`, result);
      });
    }
    values.set(name, made);
    return made;
  };
  const leaf = (asked: Leaf): Diagram => {
    const attributes = attributesOf(asked);
    return own.combine(attributes.map(value), (found) =>
      tri(leafTruth(asked, (name) => found[attributes.findIndex((one) => one.name === name)] as Value | undefined)),
    );
  };
  const strata = new Map<Stratum, ReadonlyMap<string, Diagram>>();
  const stratumOf = new Map(program.strata.flatMap((stratum) => stratum.capabilities.map((name) => [name, stratum])));
  const constantOf = (state: CapabilityState): Diagram => {
    const via = viaOf(state);
    const derived: Derived = {
      state: {
        lower: levelAt(program, state.lower),
        upper: levelAt(program, state.upper),
        maybeAny: state.maybeAny,
      },
      via,
    };
    const levels = `${levelText(derived.state.lower)} ${levelText(derived.state.upper)}`;
    return own.constant(`state ${levels} ${state.maybeAny} ${via}`, derived);
  };

  /** @param soFar the diagrams of a stratum that is being derived */
  const condition = (asked: Condition, soFar?: ReadonlyMap<string, Diagram>): Diagram => {
    const isPlain = readsOf(asked).every(
      (part) => part.kind === 'leaf' && attributesOf(part).every(({ name }) => !setting.has(name)),
    );
    const kept = isPlain ? plain : conditions;
    const known = isPlain || soFar === undefined ? kept.get(asked) : undefined;
    if (known !== undefined) return known;
    let made: Diagram;
    switch (asked.kind) {
      case 'leaf':
        made = leaf(asked);
        break;
      case 'not':
        made = own.combine([condition(asked.of, soFar)], ([truth]) => tri(not(truth as Tri)));
        break;
      case 'all':
        made = own.combine(
          asked.of.map((part) => condition(part, soFar)),
          (truths) => tri(Math.min(TRUE, ...(truths as Tri[])) as Tri),
          (parts) => (parts.includes(no) ? no : undefined),
        );
        break;
      case 'any':
        made = own.combine(
          asked.of.map((part) => condition(part, soFar)),
          (truths) => tri(Math.max(FALSE, ...(truths as Tri[])) as Tri),
          (parts) => (parts.includes(yes) ? yes : undefined),
        );
        break;
      case 'capability': {
        const diagram = soFar?.get(asked.capability) ?? state(asked.capability);
        made = own.combine([diagram], ([derived]) => {
          const present = hasCapability((derived as Derived).state, asked.atLeast);
          return tri(asked.present ? present : not(present));
        });
      }
    }
    if (isPlain || soFar === undefined) kept.set(asked, made);
    return made;
  };

  const bearings = new Map<string, Bearing>();
  /** The rules that bear on a capability, with the place of each condition among them. */
  const bearingOn = (stratum: Stratum, name: string): Bearing => {
    let found = bearings.get(name);
    if (found === undefined) {
      const rules: readonly Rule[] = [
        ...stratum.providers.filter(({ action }) => action.grants.some((grant) => grant.capability === name)),
        ...stratum.refiners.filter(({ action }) => action.grants.some((grant) => grant.capability === name)),
        ...stratum.withholders.filter(({ action }) => action.capabilities.includes(name)),
      ];
      found = { rules, places: new Map(rules.map(({ applies }, index) => [applies, index])) };
      bearings.set(name, found);
    }
    return found;
  };
  /** What a stratum makes of a capability where its rules, in order, apply so. */
  const derivedFrom = (stratum: Stratum, name: string, truths: readonly unknown[]): CapabilityState => {
    const { places } = bearingOn(stratum, name);
    return deriveOne(program, stratum, name, (asked) => truths[places.get(asked)!] as Tri);
  };
  const deriveOver = (
    stratum: Stratum,
    soFar: ReadonlyMap<string, Diagram> | undefined,
  ): ReadonlyMap<string, Diagram> =>
    new Map(
      stratum.capabilities.map((name) => {
        const { rules } = bearingOn(stratum, name);
        const diagram = own.combine(
          rules.map(({ applies }) => condition(applies, soFar)),
          (truths) => constantOf(derivedFrom(stratum, name, truths)),
        );
        return [name, diagram];
      }),
    );
  const statesOf = (stratum: Stratum): ReadonlyMap<string, Diagram> => {
    let found = strata.get(stratum);
    if (found !== undefined) return found;
    if (!stratum.recursive) found = deriveOver(stratum, undefined);
    else {
      // The least fixpoint, as the program itself finds it: from nothing, until nothing changes.
      let before: ReadonlyMap<string, Diagram> = new Map(
        stratum.capabilities.map((name) => [name, constantOf(NO_STATE)]),
      );
      for (;;) {
        const after = deriveOver(stratum, before);
        if ([...after].every(([name, diagram]) => before.get(name) === diagram)) break;
        before = after;
      }
      found = before;
    }
    strata.set(stratum, found);
    return found;
  };
  const state = (capability: string): Diagram => {
    const stratum = stratumOf.get(capability);
    return stratum === undefined ? constantOf(NO_STATE) : statesOf(stratum).get(capability)!;
  };

  return {
    condition: (asked) => condition(asked),
    value,
    bearing(capability) {
      const stratum = stratumOf.get(capability);
      if (stratum === undefined) return [];
      // Within a stratum that reads itself, what its rules read is what comes out in the end.
      const soFar = stratum.recursive ? statesOf(stratum) : undefined;
      return bearingOn(stratum, capability).rules.map((rule) => ({ rule, applies: condition(rule.applies, soFar) }));
    },
    seenGiven(capability, truths) {
      const stratum = stratumOf.get(capability);
      if (stratum === undefined) return { level: 'false', via: '' };
      const state = derivedFrom(stratum, capability, truths);
      const present = passesLevel(state, ANY_VERSION);
      if (present !== TRUE) return { level: present === UNKNOWN_TRUTH ? 'unknown' : 'false', via: '' };
      return { level: levelText(levelAt(program, state.lower)), via: viaOf(state) };
    },
    refusal: (rule) =>
      own.combine([condition(violationOf(rule))], ([truth]) => {
        const how =
          truth === FALSE
            ? 'none'
            : truth === TRUE
              ? rule.effect === 'warn'
                ? 'warn'
                : 'refuse'
              : rule.onUnknown === 'warn'
                ? 'warn'
                : rule.onUnknown === 'refuse' && rule.effect === 'enforce'
                  ? 'refuse'
                  : 'none';
        return own.constant(how, how);
      }),
    applies: (rule) =>
      own.combine([condition(rule.applies)], ([truth]) =>
        tri((rule.action.verb === 'reserve' ? truth !== FALSE : truth === TRUE) ? TRUE : FALSE),
      ),
  };
}
