import type { Attribute, Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, placeOf, type Result, type Span } from '../diagnostic/diagnostic.ts';
import { compareText } from '../quantity/order.ts';
import { compareVersions } from '../quantity/version.ts';
import { applyRules } from './applies.ts';
import { leavesOf, readsOf } from './reads.ts';
import { type Action, attributesOf, type CapabilityTest, type Condition, type Rule } from './rule.ts';
import { setStrata } from './set-strata.ts';

export { leavesOf, readsOf } from './reads.ts';

/**
 * Rules put in order for evaluation: capabilities in strata (each reads only itself and earlier ones), the versions
 * that rules speak of ranked, refusals and price changes in order of their ids. The order of files and of rules in
 * files leaves no trace.
 */

/** A rule known to have one of some verbs. */
export type RuleOf<V extends Action['verb']> = Rule & { readonly action: Extract<Action, { readonly verb: V }> };

/** Capabilities that depend on one another, derived together. */
export interface Stratum {
  readonly capabilities: readonly string[];
  /** Whether some rule reads a capability of the stratum itself, so that a fixpoint has to be found. */
  readonly recursive: boolean;
  readonly providers: readonly RuleOf<'provide'>[];
  readonly refiners: readonly RuleOf<'refine'>[];
  readonly withholders: readonly RuleOf<'withhold'>[];
}

/** The rules that set one attribute. */
export interface SetStratum {
  readonly attribute: Attribute;
  readonly rules: readonly RuleOf<'set'>[];
}

export interface Program {
  readonly vocabulary: Vocabulary;
  /** All rules but those that are off, by id. */
  readonly rules: readonly Rule[];
  /** Rules that were checked and left out, by id: `effect: off`. */
  readonly off: readonly Rule[];
  readonly strata: readonly Stratum[];
  /** Versions that rules give, in Debian order: level 0 is absent, 1 is `any`, 2 + i is `versions[i]`. */
  readonly versions: readonly string[];
  readonly refusals: readonly RuleOf<'forbid' | 'require'>[];
  readonly prices: readonly RuleOf<'price'>[];
  /** What ranks offers otherwise than by what they are billed at. */
  readonly prefers: readonly RuleOf<'prefer'>[];
  readonly reserves: readonly RuleOf<'reserve'>[];
  /** Rules that set facts, by attribute; each attribute after all that decide it. */
  readonly sets: readonly SetStratum[];
  /** `sha256:…` of the texts the rules were read from. */
  readonly digest: string;
}

const hasVerb =
  <V extends Action['verb']>(...verbs: readonly V[]) =>
  (rule: Rule): rule is RuleOf<V> =>
    (verbs as readonly string[]).includes(rule.action.verb);

/** Whether a rule refuses: a forbid or a require. */
export const isRefusal = hasVerb('forbid', 'require');

/** The condition under which a forbid or require refuses. */
export function violationOf(rule: RuleOf<'forbid' | 'require'>): Condition {
  const { action, applies } = rule;
  if (action.verb === 'forbid') return applies;
  let ofAction = violations.get(action);
  if (ofAction === undefined) {
    ofAction = new WeakMap();
    violations.set(action, ofAction);
  }
  let violation = ofAction.get(applies);
  if (violation === undefined) {
    violation = { kind: 'all', of: [applies, { kind: 'not', of: action.condition }] };
    ofAction.set(applies, violation);
  }
  return violation;
}
// One object per rule, so that what is worked out of it is known again.
const violations = new WeakMap<Action, WeakMap<Condition, Condition>>();

/** What a rule gives or takes among capabilities. */
function touchedBy(rule: Rule): readonly string[] {
  const { action } = rule;
  if (action.verb === 'provide' || action.verb === 'refine') return action.grants.map((grant) => grant.capability);
  return action.verb === 'withhold' ? action.capabilities : [];
}

interface Edge {
  readonly to: string;
  readonly negative: boolean;
  readonly span: Span;
  readonly rule: Rule;
}

/** Tarjan's strongly connected components (1972): each component after all that it reaches. */
function components(
  nodes: readonly string[],
  edges: ReadonlyMap<string, readonly Edge[]>,
): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const result: string[][] = [];
  const visit = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.get(node)!);
    stack.push(node);
    for (const { to } of edges.get(node) ?? []) {
      if (!index.has(to)) {
        visit(to);
        low.set(node, Math.min(low.get(node)!, low.get(to)!));
      } else if (stack.includes(to)) {
        low.set(node, Math.min(low.get(node)!, index.get(to)!));
      }
    }
    if (low.get(node) === index.get(node)) result.push(stack.splice(stack.indexOf(node)).sort(compareText));
  };
  for (const node of nodes) if (!index.has(node)) visit(node);
  return result;
}

/**
 * Checks that rules fit together and orders them.
 *
 * @param known ids of rules that were taken out, and may be overridden all the same
 */
export function compileRules(
  vocabulary: Vocabulary,
  given: readonly Rule[],
  digest: string,
  known: readonly string[] = [],
): Result<Program> {
  const faults: Diagnostic[] = [];
  const sorted = [...given].sort((a, b) => compareText(a.id, b.id));
  for (const [index, rule] of sorted.entries()) {
    const earlier = sorted[index - 1];
    if (earlier?.id === rule.id) {
      faults.push({
        code: 'duplicate-rule',
        message: `the rule ${rule.id} is given twice, also at ${placeOf(earlier.span)}`,
        span: rule.span,
      });
    }
  }
  const applying = applyRules(vocabulary, sorted, known);
  if (!applying.ok) return fail(...faults, ...applying.diagnostics);
  const rules = applying.value;
  const derivers = rules.filter(hasVerb('provide', 'refine', 'withhold'));
  const edges = new Map<string, Edge[]>();
  for (const rule of derivers) {
    const reads = [...leavesOf(rule.applies)].filter(
      (found): found is { leaf: CapabilityTest; negated: boolean } => found.leaf.kind === 'capability',
    );
    for (const from of touchedBy(rule)) {
      for (const { leaf, negated } of reads) {
        // A withheld capability falls as the condition rises, so reading through it is a negation too.
        const negative = (negated !== !leaf.present) !== (rule.action.verb === 'withhold');
        const list = edges.get(from) ?? [];
        list.push({ to: leaf.capability, negative, span: leaf.span, rule });
        edges.set(from, list);
      }
    }
  }
  const names = [...vocabulary.capabilities.keys()].sort(compareText);
  const strata = components(names, edges).map((capabilities): Stratum => {
    for (const from of capabilities) {
      const loop = edges.get(from)?.find((edge) => edge.negative && capabilities.includes(edge.to));
      if (loop !== undefined) {
        faults.push({
          code: 'negation-cycle',
          message: `${loop.rule.id} decides ${from} by the absence of ${loop.to}, which in turn depends on ${from}`,
          span: loop.span,
          hint: 'base one of the two on facts instead of capabilities',
        });
      }
    }
    const touches = (rule: Rule): boolean => touchedBy(rule).some((name) => capabilities.includes(name));
    return {
      capabilities,
      recursive: capabilities.some((from) => edges.get(from)?.some((edge) => capabilities.includes(edge.to)) === true),
      providers: derivers.filter(hasVerb('provide')).filter(touches),
      refiners: derivers.filter(hasVerb('refine')).filter(touches),
      withholders: derivers.filter(hasVerb('withhold')).filter(touches),
    };
  });
  const sets = setStrata(rules.filter(hasVerb('set')), faults);
  if (faults.length > 0) return fail(...faults);
  const versions = new Set<string>();
  for (const rule of rules.filter(hasVerb('provide', 'refine'))) {
    for (const { version } of rule.action.grants) if (version !== undefined) versions.add(version);
  }
  // Versions that differ in text but not in order ("1.0" and "1.00") share a level under their first text.
  const ranked = [...versions].sort((a, b) => compareVersions(a, b) || compareText(a, b));
  const distinct = ranked.filter((version, index) => index === 0 || compareVersions(ranked[index - 1]!, version) !== 0);
  return ok({
    vocabulary,
    rules,
    off: sorted.filter(({ effect }) => effect === 'off'),
    strata,
    versions: distinct,
    refusals: rules.filter(isRefusal),
    prices: rules.filter(hasVerb('price')),
    prefers: rules.filter(hasVerb('prefer')),
    reserves: rules.filter(hasVerb('reserve')),
    sets,
    digest,
  });
}

/** The level of "absent": see `Program.versions`. */
export const ABSENT = 0;
/** The level of "there, version not known". */
export const ANY_VERSION = 1;

/** The level of a version that is given or asked for; without one, of any version. */
export function levelOf(program: Program, version: string | undefined): number {
  return version === undefined ? ANY_VERSION : leastLevel(program, version);
}

// Requests name versions as well: what is remembered of them is bounded.
const MOST_LEVELS = 1_000;
const levels = new WeakMap<readonly string[], Map<string, number>>();

/** The lowest level that satisfies "at least `version`"; one past the last when no rule gives so new a version. */
export function leastLevel({ versions }: Program, version: string): number {
  let known = levels.get(versions);
  if (known === undefined) {
    known = new Map();
    levels.set(versions, known);
  }
  let level = known.get(version);
  if (level === undefined) {
    level = rankOf(versions, version) + 2;
    if (known.size >= MOST_LEVELS) known.clear();
    known.set(version, level);
  }
  return level;
}

/** How many of the versions, in order, are older than one. */
function rankOf(versions: readonly string[], version: string): number {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareVersions(versions[middle]!, version) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The version of a level; undefined for absent and `any`. */
export function versionOf(program: Program, level: number): string | undefined {
  return level < 2 ? undefined : program.versions[level - 2];
}

/** Whether offers rank in the order of their list prices: no rule changes prices, or prefers some to others. */
export function keepsOrder({ prices, prefers }: Program): boolean {
  return prices.length === 0 && prefers.length === 0;
}

/** What a rule reads, each once: its condition, and of a require what it requires. */
export function readsOfRule(rule: Rule): readonly Exclude<Condition, { of: unknown }>[] {
  return readsOf(isRefusal(rule) ? violationOf(rule) : rule.applies);
}

/** Whether the condition of any rule reads a capability, or an attribute of that name, if only to compare with it. */
export function isRead(program: Program, name: string): boolean {
  return program.rules.some((rule) =>
    readsOfRule(rule).some((leaf) =>
      leaf.kind === 'capability'
        ? `can.${leaf.capability}` === name
        : attributesOf(leaf).some((attribute) => attribute.name === name),
    ),
  );
}

/** The program with each rule replaced by others, or by none. The digest stays that of the whole. */
function mapRules(program: Program, replace: (rule: Rule) => readonly Rule[]): Program {
  // What does not change stays the same object, so that what was worked out of it holds on.
  const replaced = <R extends Rule>(rules: readonly R[]): readonly R[] => {
    const result: R[] = [];
    let same = true;
    for (const rule of rules) {
      const others = replace(rule) as readonly R[];
      same &&= others.length === 1 && others[0] === rule;
      for (const other of others) result.push(other);
    }
    return same ? rules : result;
  };
  const mapped = <T>(list: readonly T[], map: (one: T) => T): readonly T[] => {
    const result = list.map(map);
    return result.every((one, index) => one === list[index]) ? list : result;
  };
  return {
    ...program,
    rules: replaced(program.rules),
    strata: program.strata.map((stratum) => {
      const providers = replaced(stratum.providers);
      const refiners = replaced(stratum.refiners);
      const withholders = replaced(stratum.withholders);
      const same =
        providers === stratum.providers && refiners === stratum.refiners && withholders === stratum.withholders;
      return same ? stratum : { ...stratum, providers, refiners, withholders };
    }),
    refusals: replaced(program.refusals),
    prices: replaced(program.prices),
    prefers: replaced(program.prefers),
    reserves: replaced(program.reserves),
    sets: mapped(program.sets, (stratum) => {
      const own = replaced(stratum.rules);
      return own === stratum.rules ? stratum : { ...stratum, rules: own };
    }),
  };
}

/** The program without some of its rules; itself where it has none of them. */
export function withoutRules(program: Program, isOut: (rule: Rule) => boolean): Program {
  return program.rules.some(isOut) ? mapRules(program, (rule) => (isOut(rule) ? [] : [rule])) : program;
}

/** The same rules as they stand elsewhere; a rule without a new place keeps its own. */
export function withPlaces(program: Program, placeOf: (rule: Rule) => Span | undefined): Program {
  const moved = new Map<Rule, readonly Rule[]>();
  for (const rule of program.rules) {
    const span = placeOf(rule);
    moved.set(rule, [span === undefined ? rule : { ...rule, span }]);
  }
  return mapRules(program, (rule) => moved.get(rule)!);
}

/**
 * The program as it is for whoever cannot set launch options, Juju for one: their providers are left out. What these
 * override stays overridden, since that is a matter of where they apply.
 */
export function withoutLaunchOptions(program: Program): Program {
  let plain = unaided.get(program);
  if (plain === undefined) {
    plain = withoutRules(program, ({ action }) => action.verb === 'provide' && action.via === 'launch-option');
    unaided.set(program, plain);
  }
  return plain;
}
const unaided = new WeakMap<Program, Program>();
