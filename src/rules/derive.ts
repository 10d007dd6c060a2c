import type { Offers } from '../catalog/catalog.ts';
import { type Column, type Table, UNKNOWN, valueAt } from '../catalog/column.ts';
import type { Scope, Value } from '../catalog/value.ts';
import {
  ABSENT,
  ANY_VERSION,
  leastLevel,
  leavesOf,
  levelOf,
  type Program,
  type RuleOf,
  type Stratum,
  violationOf,
} from './program.ts';
import type { Condition, Leaf, Rule } from './rule.ts';
import { passes } from './test.ts';
import { FALSE, not, TRUE, type Tri, UNKNOWN_TRUTH } from './tri.ts';

/**
 * Evaluates a program over the rows of a catalog for one request.
 *
 * Nothing is evaluated per offer. A leaf is decided once per distinct value of its attribute; rows on which all leaves
 * of a rule come out alike form a class; a rule is evaluated once per combination of classes (type, region, image,
 * offer) that is ever asked for, and remembered. Thousands of types fall into tens of classes.
 *
 * Capabilities are intervals of levels, so that unknown facts stay unknown: `lower` is what certainly is there,
 * `upper` what may be there once the unknown facts are known. Lower equals upper when all is known.
 */

/** The rows that rules are evaluated over. Rows of `offers` point into `types` and `regions`. */
export interface Space {
  readonly types: Table;
  readonly regions: Table;
  readonly images: Table;
  readonly offers: Offers;
}

/** Values of `request.*` attributes; absent means unknown. */
export type RequestFacts = ReadonlyMap<string, Value>;

/** One combination of rows. `offer` and `image` may be -1: no offer or image is meant, and its facts are unknown. */
export interface Site {
  readonly type: number;
  readonly region: number;
  readonly image: number;
  readonly offer: number;
}

/** What is derived about one capability at a site. */
export interface CapabilityState {
  readonly lower: number;
  readonly upper: number;
  /** Providers whose condition certainly holds, with the level each gives. */
  readonly providers: readonly { readonly rule: RuleOf<'provide'>; readonly level: number }[];
  /** The highest level that refiners give. */
  readonly refined: number;
  readonly refiner: RuleOf<'refine'> | undefined;
  /** The rule that withholds it, when one certainly does. */
  readonly withheldBy: RuleOf<'withhold'> | undefined;
}

export interface Derivation {
  readonly program: Program;
  readonly space: Space;
  readonly request: RequestFacts;
  /** Whether a condition holds at a site. */
  truth(condition: Condition, site: Site): Tri;
  /** Whether refusal rule `index` of the program refuses: by its violation condition, unknown included. */
  violated(index: number, site: Site): Tri;
  capability(name: string, site: Site): CapabilityState;
  /** The price rules whose condition certainly holds, in order of ids. */
  priceRules(site: Site): readonly RuleOf<'price'>[];
  /** The reserve rules that hold or may hold: an undecided reserve is kept back, since a guest must really fit. */
  reserveRules(site: Site): readonly RuleOf<'reserve'>[];
  /** Whether what is asked of refusals and the named capabilities depends on facts of regions or offers. */
  dependsOnOffer(capabilities: readonly string[]): boolean;
}

const ROW_SCOPES = ['type', 'region', 'image', 'offer'] as const;
type RowScope = (typeof ROW_SCOPES)[number];

/** Which class each row of each scope falls into, as far as one question can tell rows apart. */
interface Classes {
  readonly ids: Readonly<Record<RowScope, Uint32Array | undefined>>;
  readonly counts: Readonly<Record<RowScope, number>>;
}

const NO_STATE: CapabilityState = {
  lower: ABSENT,
  upper: ABSENT,
  providers: [],
  refined: ABSENT,
  refiner: undefined,
  withheldBy: undefined,
};

/** Whether a capability of an interval passes a test for presence or a least level. */
export function passesLevel(state: Pick<CapabilityState, 'lower' | 'upper'>, least: number): Tri {
  if (state.lower >= least) return TRUE;
  if (state.upper >= least) return UNKNOWN_TRUTH;
  // `any` says nothing of the version: what is there may be new enough.
  return least > ANY_VERSION && (state.lower === ANY_VERSION || state.upper === ANY_VERSION) ? UNKNOWN_TRUTH : FALSE;
}

function tableOf(space: Space, scope: Scope): Table | undefined {
  switch (scope) {
    case 'type':
      return space.types;
    case 'region':
      return space.regions;
    case 'image':
      return space.images;
    case 'offer':
      return space.offers;
    case 'request':
      return undefined;
  }
}

/** `offer.price` is the only attribute that is not kept as a column: it would be one value per offer. */
const PRICE = 'offer.price';

export function derive(program: Program, space: Space, request: RequestFacts): Derivation {
  const lookUp = (name: string, scope: Scope, site: Site): Value | undefined => {
    if (scope === 'request') return request.get(name);
    const row = site[scope];
    if (row < 0) return undefined;
    if (name === PRICE) {
      const price = space.offers.price[row];
      return price === undefined || Number.isNaN(price) ? undefined : price;
    }
    return valueAt(tableOf(space, scope)!, name, row);
  };

  const judge = (leaf: Leaf, value: Value | undefined, site: Site | undefined): Tri => {
    let result: Tri = TRUE;
    for (const { operator, operand } of leaf.tests) {
      const operands =
        operand.kind === 'values'
          ? operand.values
          : [
              site === undefined
                ? request.get(operand.attribute.name)
                : lookUp(operand.attribute.name, operand.attribute.scope, site),
            ];
      const flat =
        operands.length === 1 && typeof operands[0] === 'object' ? (operands[0] as readonly Value[]) : operands;
      const outcome = passes(leaf.attribute.kind, operator, value, flat);
      if (outcome < result) result = outcome;
    }
    return result;
  };

  /** Rows that a leaf reads besides its own attribute's. */
  const operandScopes = (leaf: Leaf): readonly { name: string; scope: RowScope }[] =>
    leaf.tests.flatMap(({ operand }) =>
      operand.kind === 'attribute' && operand.attribute.scope !== 'request'
        ? [{ name: operand.attribute.name, scope: operand.attribute.scope }]
        : [],
    );

  // A leaf that compares with nothing but values and request facts has one outcome per distinct value of its column.
  const outcomesOf = new Map<Leaf, { column: Column | undefined; outcomes: Uint8Array }>();
  const outcomes = (leaf: Leaf): { column: Column | undefined; outcomes: Uint8Array } => {
    let known = outcomesOf.get(leaf);
    if (known === undefined) {
      const column = tableOf(space, leaf.attribute.scope)?.columns.get(leaf.attribute.name);
      known = {
        column,
        outcomes: Uint8Array.from(column?.values ?? [undefined], (value) => judge(leaf, value, undefined)),
      };
      outcomesOf.set(leaf, known);
    }
    return known;
  };
  const isSimple = (leaf: Leaf): boolean => leaf.attribute.name !== PRICE && operandScopes(leaf).length === 0;

  const truthOfLeaf = (leaf: Leaf, site: Site): Tri => {
    const { scope, name } = leaf.attribute;
    if (scope === 'request' || !isSimple(leaf)) return judge(leaf, lookUp(name, scope, site), site);
    const row = site[scope];
    const { column, outcomes: decided } = outcomes(leaf);
    return decided[row < 0 || column === undefined ? UNKNOWN : column.codes[row]!] as Tri;
  };

  const truth = (condition: Condition, site: Site): Tri => {
    switch (condition.kind) {
      case 'all': {
        let result: Tri = TRUE;
        for (const part of condition.of) {
          const value = truth(part, site);
          if (value < result) result = value;
          if (result === FALSE) break;
        }
        return result;
      }
      case 'any': {
        let result: Tri = FALSE;
        for (const part of condition.of) {
          const value = truth(part, site);
          if (value > result) result = value;
          if (result === TRUE) break;
        }
        return result;
      }
      case 'not':
        return not(truth(condition.of, site));
      case 'leaf':
        return truthOfLeaf(condition, site);
      case 'capability': {
        const least = condition.atLeast === undefined ? ANY_VERSION : leastLevel(program, condition.atLeast);
        const present = passesLevel(capability(condition.capability, site), least);
        return condition.present ? present : not(present);
      }
    }
  };

  // --- classes -----------------------------------------------------------------------------------------------------

  const strataOf = new Map<string, Stratum>();
  for (const stratum of program.strata) for (const name of stratum.capabilities) strataOf.set(name, stratum);

  /** Splits classes further by a code per row: a partition refinement. */
  const refine = (
    ids: Uint32Array | undefined,
    size: number,
    codeAt: (row: number) => number,
  ): { ids: Uint32Array; count: number } => {
    const renumbered = new Map<number, number>();
    const refined = new Uint32Array(size);
    for (let row = 0; row < size; row += 1) {
      const key = (ids?.[row] ?? 0) * 0x4000000 + codeAt(row);
      let id = renumbered.get(key);
      if (id === undefined) {
        id = renumbered.size;
        renumbered.set(key, id);
      }
      refined[row] = id;
    }
    return { ids: refined, count: Math.max(1, renumbered.size) };
  };

  const classesFor = (conditions: readonly Condition[], own: readonly string[]): Classes => {
    const ids: Record<RowScope, Uint32Array | undefined> = {
      type: undefined,
      region: undefined,
      image: undefined,
      offer: undefined,
    };
    const counts: Record<RowScope, number> = { type: 1, region: 1, image: 1, offer: 1 };
    const split = (scope: RowScope, codeAt: (row: number) => number): void => {
      const refined = refine(ids[scope], tableOf(space, scope)!.size, codeAt);
      ids[scope] = refined.ids;
      counts[scope] = refined.count;
    };
    const splitByValue = (name: string, scope: RowScope): void => {
      if (name === PRICE) {
        split(scope, (row) => row);
        return;
      }
      const column = tableOf(space, scope)!.columns.get(name);
      if (column !== undefined) split(scope, (row) => column.codes[row]!);
    };
    for (const condition of conditions) {
      for (const { leaf } of leavesOf(condition)) {
        if (leaf.kind === 'capability') {
          if (own.includes(leaf.capability)) continue;
          const inner = stratumNode(strataOf.get(leaf.capability)!).classes;
          for (const scope of ROW_SCOPES) {
            const innerIds = inner.ids[scope];
            if (innerIds !== undefined) split(scope, (row) => innerIds[row]!);
          }
          continue;
        }
        const { scope, name } = leaf.attribute;
        if (!isSimple(leaf)) {
          if (scope !== 'request') splitByValue(name, scope);
          for (const operand of operandScopes(leaf)) splitByValue(operand.name, operand.scope);
        } else if (scope !== 'request') {
          const { column, outcomes: decided } = outcomes(leaf);
          if (column !== undefined) split(scope, (row) => decided[column.codes[row]!]!);
        }
      }
    }
    return { ids, counts };
  };

  /** Remembers the answers to one question, one per combination of classes. Rows of -1 have a class of their own. */
  const remember = <T>(classes: Classes, answer: (site: Site) => T): ((site: Site) => T) => {
    const { ids, counts } = classes;
    const known = new Map<number, T>();
    return (site) => {
      let key = 0;
      for (const scope of ROW_SCOPES) {
        const row = site[scope];
        const id = row < 0 ? counts[scope] : (ids[scope]?.[row] ?? 0);
        key = key * (counts[scope] + 1) + id;
      }
      let found = known.get(key);
      if (found === undefined) {
        found = answer(site);
        known.set(key, found);
      }
      return found;
    };
  };

  // --- capabilities ------------------------------------------------------------------------------------------------

  interface StratumNode {
    readonly classes: Classes;
    readonly states: (site: Site) => ReadonlyMap<string, CapabilityState>;
  }
  const nodes = new Map<Stratum, StratumNode>();
  /** While a stratum of several capabilities is iterated: the states so far. */
  const underway = new Map<Stratum, ReadonlyMap<string, CapabilityState>>();

  const deriveOnce = (stratum: Stratum, site: Site): ReadonlyMap<string, CapabilityState> => {
    const states = new Map<string, CapabilityState>();
    for (const name of stratum.capabilities) {
      const providers: { rule: RuleOf<'provide'>; level: number }[] = [];
      let upper = ABSENT;
      for (const rule of stratum.providers) {
        for (const grant of rule.action.grants) {
          if (grant.capability !== name) continue;
          const holds = truth(rule.when, site);
          const level = levelOf(program, grant.version);
          if (holds === TRUE) providers.push({ rule, level });
          if (holds !== FALSE) upper = Math.max(upper, level);
        }
      }
      let lower = providers.reduce((highest, provider) => Math.max(highest, provider.level), ABSENT);
      if (upper === ABSENT) {
        states.set(name, NO_STATE);
        continue;
      }
      let refined = ABSENT;
      let refiner: RuleOf<'refine'> | undefined;
      for (const rule of stratum.refiners) {
        for (const grant of rule.action.grants) {
          if (grant.capability !== name) continue;
          const holds = truth(rule.when, site);
          const level = levelOf(program, grant.version);
          if (holds === TRUE && level > refined) {
            refined = level;
            refiner = rule;
          }
          if (holds !== FALSE) upper = Math.max(upper, level);
        }
      }
      if (lower !== ABSENT) lower = Math.max(lower, refined);
      let withheldBy: RuleOf<'withhold'> | undefined;
      for (const rule of stratum.withholders) {
        if (!rule.action.capabilities.includes(name)) continue;
        const holds = truth(rule.when, site);
        if (holds !== FALSE) lower = ABSENT;
        if (holds === TRUE) {
          upper = ABSENT;
          withheldBy ??= rule;
        }
      }
      states.set(name, { lower, upper, providers: lower === ABSENT ? [] : providers, refined, refiner, withheldBy });
    }
    return states;
  };

  const sameLevels = (a: ReadonlyMap<string, CapabilityState>, b: ReadonlyMap<string, CapabilityState>): boolean =>
    [...a].every(([name, state]) => state.lower === b.get(name)?.lower && state.upper === b.get(name)?.upper);

  const deriveStratum = (stratum: Stratum, site: Site): ReadonlyMap<string, CapabilityState> => {
    if (stratum.capabilities.length === 1) {
      const name = stratum.capabilities[0]!;
      const rules: readonly Rule[] = [...stratum.providers, ...stratum.refiners, ...stratum.withholders];
      const recursive = rules.some((rule) =>
        [...leavesOf(rule.when)].some(({ leaf }) => leaf.kind === 'capability' && leaf.capability === name),
      );
      if (!recursive) return deriveOnce(stratum, site);
    }
    // Levels only rise from one round to the next, and there are finitely many: the least fixpoint is reached.
    let states: ReadonlyMap<string, CapabilityState> = new Map(stratum.capabilities.map((name) => [name, NO_STATE]));
    for (;;) {
      underway.set(stratum, states);
      const next = deriveOnce(stratum, site);
      if (sameLevels(next, states)) {
        underway.delete(stratum);
        return next;
      }
      states = next;
    }
  };

  const stratumNode = (stratum: Stratum): StratumNode => {
    let node = nodes.get(stratum);
    if (node === undefined) {
      const rules: readonly Rule[] = [...stratum.providers, ...stratum.refiners, ...stratum.withholders];
      const classes = classesFor(
        rules.map((rule) => rule.when),
        stratum.capabilities,
      );
      node = { classes, states: remember(classes, (site) => deriveStratum(stratum, site)) };
      nodes.set(stratum, node);
    }
    return node;
  };

  const capability = (name: string, site: Site): CapabilityState => {
    const stratum = strataOf.get(name);
    if (stratum === undefined) return NO_STATE;
    return (underway.get(stratum) ?? stratumNode(stratum).states(site)).get(name) ?? NO_STATE;
  };

  // --- refusals, prices, reserves ----------------------------------------------------------------------------------

  const refusalClasses = program.refusals.map((rule) => classesFor([violationOf(rule)], []));
  const refusals = program.refusals.map((rule, index) => {
    const violation = violationOf(rule);
    return remember(refusalClasses[index]!, (site) => truth(violation, site));
  });
  const priceRules = remember(
    classesFor(
      program.prices.map((rule) => rule.when),
      [],
    ),
    (site) => program.prices.filter((rule) => truth(rule.when, site) === TRUE),
  );
  const reserveClasses = classesFor(
    program.reserves.map((rule) => rule.when),
    [],
  );
  const reserveRules = remember(reserveClasses, (site) =>
    program.reserves.filter((rule) => truth(rule.when, site) !== FALSE),
  );

  return {
    program,
    space,
    request,
    truth,
    violated: (index, site) => refusals[index]!(site),
    capability,
    priceRules,
    reserveRules,
    dependsOnOffer(capabilities) {
      const used = [
        ...refusalClasses,
        reserveClasses,
        ...capabilities.flatMap((name) => {
          const stratum = strataOf.get(name);
          return stratum === undefined ? [] : [stratumNode(stratum).classes];
        }),
      ];
      return used.some(({ ids }) => ids.region !== undefined || ids.offer !== undefined);
    },
  };
}
