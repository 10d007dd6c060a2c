import type { Attribute, Value } from '../catalog/value.ts';
import { compareText } from '../quantity/order.ts';
import { type AtomPlace, type Atoms, atomsOf } from './atoms.ts';
import { type Assignment, type Diagram, type Diagrams, diagrams, UNDECIDED } from './diagram.ts';
import { compareValues, passes } from './passes.ts';
import { ABSENT, ANY_VERSION, levelOf, type Program, readsOf, type Stratum } from './program.ts';
import { appliesOf } from './rewrite.ts';
import type { Condition, Leaf, Test } from './rule.ts';
import { FALSE, not, TRUE, type Tri, UNKNOWN_TRUTH } from './tri.ts';

/**
 * Where conditions hold, exactly: a condition is a diagram over atoms that comes to false, unknown or true. Sets of facts
 * can so be compared (the same diagram), joined, searched for an example, and asked whether there is any.
 */

/** Facts under which something holds: what is not there makes no difference, undefined is unknown. */
export type Example = ReadonlyMap<string, Value | undefined>;

export interface Regions {
  readonly atoms: Atoms;
  readonly diagrams: Diagrams;
  /** Where a condition is false (0), unknown (1) and true (2). `UNDECIDED` where it is too large. */
  of(condition: Condition, capabilities?: CapabilityRegions): Diagram;
  /**
   * The same by strata of a program: every capability as `stateOf` tells.
   *
   * @param like of a program that differs from this one in rules about the capabilities `changed` alone: all others are
   *   taken from it, also those that read a changed one
   */
  capabilitiesOf(program: Program, like?: CapabilityRegions, changed?: readonly string[]): CapabilityRegions;
  example(of: Diagram, isWanted: (value: number) => boolean): Example | undefined;
  /** What a diagram comes to for facts, undefined being unknown. Of what is compared, only values of atoms have a place. */
  at(of: Diagram, facts: (attribute: string) => Value | undefined): number;
  /** A function without the variables of attributes that have a value, at these values. */
  where(of: Diagram, fact: (attribute: Attribute) => { readonly value: Value | undefined } | undefined): Diagram;
  /** Which of a variable's values a value of its attribute is of, by index. */
  indexOf(variable: number, value: Value | undefined): number;
  /** The attribute of a variable of diagrams. */
  attributeOf(variable: number): Attribute;
}

/** The capabilities of a program as diagrams of states, which `stateOf` reads. */
export interface CapabilityRegions {
  readonly program: Program;
  readonly states: ReadonlyMap<string, Diagram>;
}

/** An interval of levels: see `CapabilityState`. */
export interface StateOf {
  readonly lower: number;
  readonly upper: number;
  readonly maybeAny: boolean;
}

const levelsOf = ({ versions }: Program): number => versions.length + 2;

/** The state that a number in a diagram of a capability stands for. */
export function stateOf(program: Program, value: number): StateOf {
  const count = levelsOf(program);
  const levels = value >> 1;
  return { lower: Math.floor(levels / count), upper: levels % count, maybeAny: (value & 1) === 1 };
}

const numberOf = (program: Program, { lower, upper, maybeAny }: StateOf): number =>
  (lower * levelsOf(program) + upper) * 2 + (maybeAny ? 1 : 0);

export const AND = (a: number, b: number): number => Math.min(a, b);
export const OR = (a: number, b: number): number => Math.max(a, b);

/** Every leaf that programs or conditions read, each once. */
export function leavesIn(conditions: Iterable<Condition>): readonly Leaf[] {
  const found = new Set<Leaf>();
  for (const condition of conditions) for (const leaf of readsOf(condition)) if (leaf.kind === 'leaf') found.add(leaf);
  return [...found];
}

export interface RegionOptions {
  /** Values of attributes that are compared with one another, which are to be atoms of their own: those of a catalog. */
  readonly spoken?: (attribute: Attribute) => Iterable<Value>;
  /** Beyond which a region is not decided. */
  readonly mostNodes?: number;
}

/**
 * The regions of conditions that read the given leaves and no others; undefined where there are too many atoms.
 */
export function regionsOver(leaves: readonly Leaf[], { spoken, mostNodes }: RegionOptions = {}): Regions | undefined {
  const atoms = atomsOf(leaves, spoken);
  if (atoms === undefined) return undefined;
  const made = diagrams(mostNodes);
  const { constant, choose, combine, map } = made;
  const [no, unknown, yes] = [constant(FALSE), constant(UNKNOWN_TRUTH), constant(TRUE)];
  const truth = (value: Tri): Diagram => [no, unknown, yes][value]!;
  const placeOf = (attribute: Attribute): AtomPlace => {
    const place = atoms.places.get(attribute.name);
    if (place === undefined) throw new Error(`${attribute.name} has no atoms`);
    return place;
  };
  const valuesOf = (variable: number): readonly (Value | undefined)[] => atoms.variables[variable]!.values;
  type SetPlace = Extract<AtomPlace, { kind: 'set' }>;
  const ifKnown = ({ known }: SetPlace, then: Diagram): Diagram =>
    known === undefined ? then : choose(known, [unknown, then]);
  const has = ({ members }: SetPlace, member: string): Diagram => {
    const variable = members.get(member);
    return variable === undefined ? no : choose(variable, [no, yes]);
  };
  const all = (parts: readonly Diagram[]): Diagram => parts.reduce((a, b) => combine(a, b, AND), yes);
  const any = (parts: readonly Diagram[]): Diagram => parts.reduce((a, b) => combine(a, b, OR), no);
  const negated = (of: Diagram): Diagram => map(of, (value) => not(value as Tri));

  /** A test of a set that is known. */
  const ofMembers = (set: SetPlace, { operator, operand }: Test): Diagram => {
    if (operand.kind === 'values') {
      const parts = operand.values.map((value) => has(set, String(value)));
      return operator === 'has-all' ? all(parts) : any(parts);
    }
    const other = placeOf(operand.attribute);
    if (other.kind === 'value') {
      const values = valuesOf(other.variable);
      return choose(
        other.variable,
        values.map((value) => (value === undefined ? unknown : has(set, String(value)))),
      );
    }
    const members = [...other.members.keys()];
    const told =
      operator === 'has-all'
        ? all(members.map((member) => combine(negated(has(other, member)), has(set, member), OR)))
        : any(members.map((member) => combine(has(other, member), has(set, member), AND)));
    return ifKnown(other, told);
  };

  const ofTest = (attribute: Attribute, test: Test): Diagram => {
    const { operator, operand } = test;
    const place = placeOf(attribute);
    if (place.kind === 'set') {
      if (operator !== 'known') {
        // The other attribute may come first in the order of variables.
        const told = ofMembers(place, test);
        return place.known === undefined
          ? told
          : combine(choose(place.known, [no, yes]), told, (known, value) => (known === TRUE ? value : UNKNOWN_TRUTH));
      }
      const wanted = operand.kind === 'values' && operand.values[0] === true;
      const known = place.known === undefined ? yes : choose(place.known, [no, yes]);
      return wanted ? known : negated(known);
    }
    const values = valuesOf(place.variable);
    const outcome = (value: Value | undefined, operands: readonly (Value | undefined)[]): Diagram =>
      truth(passes(attribute.kind, operator, value, operands));
    if (operand.kind === 'values') {
      return choose(
        place.variable,
        values.map((value) => outcome(value, operand.values)),
      );
    }
    const other = placeOf(operand.attribute);
    if (other.kind === 'set') {
      const isIn = (value: Value | undefined): Diagram => (value === undefined ? unknown : has(other, String(value)));
      const among = combine(
        other.known === undefined ? yes : choose(other.known, [no, yes]),
        choose(place.variable, values.map(isIn)),
        (known, value) => (known === TRUE ? value : UNKNOWN_TRUTH),
      );
      return operator === 'ne' || operator === 'not-in' ? negated(among) : among;
    }
    if (other.variable === place.variable) {
      return choose(
        place.variable,
        values.map((value) => outcome(value, [value])),
      );
    }
    const others = valuesOf(other.variable);
    // The variable that comes first is asked first.
    return place.variable < other.variable
      ? choose(
          place.variable,
          values.map((value) =>
            choose(
              other.variable,
              others.map((than) => outcome(value, [than])),
            ),
          ),
        )
      : choose(
          other.variable,
          others.map((than) =>
            choose(
              place.variable,
              values.map((value) => outcome(value, [than])),
            ),
          ),
        );
  };

  const known = new Map<Leaf, Diagram>();
  const ofLeaf = (leaf: Leaf): Diagram => {
    let found = known.get(leaf);
    if (found === undefined) {
      found = all(leaf.tests.map((test) => ofTest(leaf.attribute, test)));
      known.set(leaf, found);
    }
    return found;
  };

  /** @param soFar the capabilities of the stratum that is being derived */
  const region = (
    condition: Condition,
    capabilities: CapabilityRegions | undefined,
    soFar?: ReadonlyMap<string, Diagram>,
  ): Diagram => {
    switch (condition.kind) {
      case 'all':
        return all(condition.of.map((part) => region(part, capabilities, soFar)));
      case 'any':
        return any(condition.of.map((part) => region(part, capabilities, soFar)));
      case 'not':
        return negated(region(condition.of, capabilities, soFar));
      case 'leaf':
        return ofLeaf(condition);
      case 'capability': {
        if (capabilities === undefined) throw new Error(`can.${condition.capability} has no region`);
        const { program, states } = capabilities;
        const state = soFar?.get(condition.capability) ?? states.get(condition.capability);
        if (state === undefined) return condition.present ? no : yes;
        const least = levelOf(program, condition.atLeast);
        const present = map(state, (value) => passesState(stateOf(program, value), least));
        return condition.present ? present : negated(present);
      }
    }
  };

  /** What a stratum's rules make of one of its capabilities: see `deriveStratum`, which does the same at one place. */
  const stateRegion = (
    program: Program,
    stratum: Stratum,
    name: string,
    when: (rule: Condition) => Diagram,
  ): Diagram => {
    const absent: StateOf = { lower: ABSENT, upper: ABSENT, maybeAny: false };
    const grants = (rules: Stratum['providers'] | Stratum['refiners']) =>
      rules.flatMap((rule) =>
        rule.action.grants
          .filter(({ capability }) => capability === name)
          .map(({ version }) => ({ when: appliesOf(rule), level: levelOf(program, version) })),
      );
    let given = constant(numberOf(program, absent));
    for (const { when: condition, level } of grants(stratum.providers)) {
      given = combine(given, when(condition), (before, holds) => {
        const { lower, upper, maybeAny } = stateOf(program, before);
        if (holds === FALSE) return before;
        return numberOf(program, {
          lower: holds === TRUE ? Math.max(lower, level) : lower,
          upper: Math.max(upper, level),
          maybeAny: maybeAny || level === ANY_VERSION,
        });
      });
    }
    let refined = constant(numberOf(program, absent));
    for (const { when: condition, level } of grants(stratum.refiners)) {
      refined = combine(refined, when(condition), (before, holds) => {
        const { lower, upper } = stateOf(program, before);
        if (holds === FALSE) return before;
        return numberOf(program, {
          lower: holds === TRUE ? Math.max(lower, level) : lower,
          upper: Math.max(upper, level),
          maybeAny: false,
        });
      });
    }
    const together = combine(given, refined, (provided, refinement) => {
      const { lower, upper, maybeAny } = stateOf(program, provided);
      const by = stateOf(program, refinement);
      if (upper === ABSENT) return provided;
      const certain = lower === ABSENT ? lower : Math.max(lower, by.lower);
      return numberOf(program, {
        lower: certain,
        upper: Math.max(upper, by.upper),
        maybeAny: maybeAny && certain <= ANY_VERSION && by.lower <= ANY_VERSION,
      });
    });
    const withheld = any(
      stratum.withholders
        .filter(({ action }) => action.capabilities.includes(name))
        .map((rule) => when(appliesOf(rule))),
    );
    return combine(together, withheld, (before, holds) => {
      const state = stateOf(program, before);
      if (holds === FALSE || state.upper === ABSENT) return before;
      return numberOf(program, holds === TRUE ? absent : { ...state, lower: ABSENT });
    });
  };

  // What tests tell of a value: values of which they tell the same are of one atom.
  const tests = new Map<string, Test[]>();
  for (const leaf of leaves) {
    const own = tests.get(leaf.attribute.name) ?? [];
    tests.set(leaf.attribute.name, own);
    own.push(...leaf.tests.filter(({ operand }) => operand.kind === 'values'));
  }
  const outcomes = ({ name, kind }: Attribute, value: Value | undefined): string =>
    (tests.get(name) ?? [])
      .map(({ operator, operand }) => (operand.kind === 'values' ? passes(kind, operator, value, operand.values) : ''))
      .join('');
  const indexes = new Map<number, Map<Value | undefined, number>>();
  const indexOf = (variable: number, value: Value | undefined): number => {
    const { attribute, kind, member, values } = atoms.variables[variable]!;
    if (kind === 'known') return value === undefined ? 0 : 1;
    if (kind === 'member') return typeof value === 'object' && value.includes(member!) ? 1 : 0;
    let own = indexes.get(variable);
    if (own === undefined) {
      own = new Map(values.map((one, index) => [one, index]));
      indexes.set(variable, own);
    }
    let index = own.get(value);
    // What requests always have, and nobody tells here, makes no difference here.
    if (index === undefined && value === undefined) return 0;
    if (index === undefined) {
      const told = value === undefined ? '' : outcomes(attribute, value);
      const isSame = (one: Value | undefined): boolean =>
        value !== undefined && one !== undefined && compareValues(attribute.kind, one, value) === 0;
      // Versions may be equal that are written otherwise.
      index = values.findIndex(isSame);
      if (index === -1) index = values.findIndex((one) => one !== undefined && outcomes(attribute, one) === told);
      own.set(value, index);
    }
    return index;
  };

  // What reads no capability is the same under all rules.
  const plain = new WeakMap<Condition, Diagram>();
  const regionOnce = (
    condition: Condition,
    capabilities: CapabilityRegions | undefined,
    soFar?: ReadonlyMap<string, Diagram>,
  ): Diagram => {
    if (readsOf(condition).some((leaf) => leaf.kind === 'capability')) return region(condition, capabilities, soFar);
    const found = plain.get(condition) ?? region(condition, undefined);
    plain.set(condition, found);
    return found;
  };

  return {
    atoms,
    diagrams: made,
    of: regionOnce,
    capabilitiesOf(program, like, changed = []) {
      const states = new Map<string, Diagram>(like?.states);
      for (const stratum of program.strata) {
        if (like !== undefined && !stratum.capabilities.some((name) => changed.includes(name))) continue;
        let current = new Map<string, Diagram>(
          stratum.capabilities.map((name) => [
            name,
            constant(numberOf(program, { lower: ABSENT, upper: ABSENT, maybeAny: false })),
          ]),
        );
        for (;;) {
          const before = current;
          current = new Map(
            stratum.capabilities.map((name) => [
              name,
              stateRegion(program, stratum, name, (condition) => regionOnce(condition, { program, states }, before)),
            ]),
          );
          if (!stratum.recursive || [...current].every(([name, state]) => before.get(name) === state)) break;
        }
        for (const [name, state] of current) states.set(name, state);
      }
      return { program, states };
    },
    example(of, isWanted) {
      const found = of === UNDECIDED ? undefined : made.find(of, isWanted);
      return found && exampleOf(atoms, found);
    },
    at: (of, facts) =>
      made.evaluate(of, (variable) => indexOf(variable, facts(atoms.variables[variable]!.attribute.name))),
    where: (of, fact) =>
      made.restrict(of, (variable) => {
        const found = fact(atoms.variables[variable]!.attribute);
        return found && indexOf(variable, found.value);
      }),
    indexOf,
    attributeOf: (variable) => atoms.variables[variable]!.attribute,
  };
}

/** Whether a capability passes a test for presence or a least level: see `passesLevel`. */
function passesState({ lower, upper, maybeAny }: StateOf, least: number): Tri {
  if (lower >= least) return TRUE;
  if (upper >= least) return UNKNOWN_TRUTH;
  return least > ANY_VERSION && maybeAny ? UNKNOWN_TRUTH : FALSE;
}

function exampleOf({ variables }: Atoms, assignment: Assignment): Example {
  const facts = new Map<string, Value | undefined>();
  for (const [variable, index] of assignment) {
    const { attribute, kind, member, values } = variables[variable]!;
    const { name } = attribute;
    if (kind === 'value') facts.set(name, values[index]);
    else if (kind === 'known') {
      // It comes before its members.
      facts.set(name, index === 0 ? undefined : []);
    } else {
      const before = facts.get(name);
      if (before === undefined && facts.has(name)) continue;
      const members = typeof before === 'object' ? before : [];
      facts.set(name, index === 1 ? [...members, member!].sort(compareText) : members);
    }
  }
  return facts;
}
