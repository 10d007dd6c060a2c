import type { Attribute } from '../catalog/value.ts';
import type { Span } from '../diagnostic/diagnostic.ts';
import { isRefusal, type Program, readsOfRule, violationOf } from '../rules/program.ts';
import {
  type Capabilities,
  type Facts as FactLookup,
  hasCapability,
  referenceCapabilities,
  referenceFacts,
  referenceTruth,
} from '../rules/reference.ts';
import { attributesOf, type CapabilityTest, type Condition, type Leaf, type Rule } from '../rules/rule.ts';
import { FALSE, not, TRUE, type Tri, UNKNOWN_TRUTH } from '../rules/tri.ts';
import { capabilityInWords, leafInWords } from '../rules/words.ts';
import { concludeAll } from './conclusions.ts';
import { diagramsOver, TooManyNodes } from './diagram.ts';
import { PLANNED } from './expectation.ts';
import { presetFacts } from './facts.ts';
import { offersOf } from './plan-row.ts';
import { domainsOf } from './samples.ts';
import type { TestRow } from './test-file.ts';

/**
 * What of the rules the rows of tests have decided. A row counts for a rule only if it expects something of what the
 * rule concludes, and for a leaf only while the leaf decides: were it otherwise, the rule's condition would be.
 */

type Part = Leaf | CapabilityTest;

export type Outcome = 'true' | 'false' | 'unknown';
const OUTCOMES: readonly Outcome[] = ['true', 'false', 'unknown'];
const outcomeOf = (truth: Tri): Outcome => (truth === TRUE ? 'true' : truth === FALSE ? 'false' : 'unknown');

/** The condition that decides whether a rule applies. */
export function decidingCondition(rule: Rule): Condition {
  return isRefusal(rule) ? violationOf(rule) : rule.applies;
}

/** The truth of a condition where one of its parts is taken to be something. */
function truthWith(condition: Condition, truthOf: (part: Part) => Tri): Tri {
  switch (condition.kind) {
    case 'all': {
      let result: Tri = TRUE;
      for (const part of condition.of) result = Math.min(result, truthWith(part, truthOf)) as Tri;
      return result;
    }
    case 'any': {
      let result: Tri = FALSE;
      for (const part of condition.of) result = Math.max(result, truthWith(part, truthOf)) as Tri;
      return result;
    }
    case 'not':
      return not(truthWith(condition.of, truthOf));
    default:
      return truthOf(condition);
  }
}

/** What a row expects something of: capabilities, and the verbs whose rules it sees. */
interface Watched {
  readonly capabilities: ReadonlySet<string>;
  readonly verbs: ReadonlySet<Rule['action']['verb']>;
  /** Attributes whose values are seen, so that rules which set them are. */
  readonly attributes: ReadonlySet<string>;
  /** Whether refusals that refuse, and those that only warn, are seen. */
  readonly refusals: boolean;
  readonly warnings: boolean;
}

/** The capabilities that a rule gives or takes. */
export function touchedBy({ action }: Rule): readonly string[] {
  if (action.verb === 'provide' || action.verb === 'refine') return action.grants.map(({ capability }) => capability);
  return action.verb === 'withhold' ? action.capabilities : [];
}

/** The attributes that a rule sets. */
export function setBy({ action }: Rule): readonly string[] {
  return action.verb === 'set' ? action.facts.map(({ attribute }) => attribute.name) : [];
}

function watchedBy(program: Program, { expect }: TestRow): Watched {
  const planned = PLANNED.some((key) => expect[key] !== undefined);
  const via = expect['provides-via'];
  const all = planned || Array.isArray(via);
  const capabilities = new Set<string>(
    all
      ? program.vocabulary.capabilities.keys()
      : [...Object.keys(expect.can ?? {}), ...(via === undefined || Array.isArray(via) ? [] : Object.keys(via))],
  );
  const refusals = planned || expect['refused-by'] !== undefined;
  const warnings = planned || expect.warnings !== undefined;
  const verbs = new Set<Rule['action']['verb']>();
  if (planned || expect.price !== undefined) verbs.add('price');
  if (planned || expect.reserves !== undefined) verbs.add('reserve');
  if (refusals || warnings) for (const verb of ['forbid', 'require'] as const) verbs.add(verb);
  // What is read by what is seen is seen through it.
  if (planned || expect.rank !== undefined) for (const verb of ['price', 'prefer'] as const) verbs.add(verb);
  const attributes = new Set(Object.keys(expect.facts ?? {}));
  const sees = (rule: Rule): boolean =>
    verbs.has(rule.action.verb) ||
    touchedBy(rule).some((name) => capabilities.has(name)) ||
    setBy(rule).some((name) => attributes.has(name));
  for (let size = -1; size !== capabilities.size + attributes.size; ) {
    size = capabilities.size + attributes.size;
    for (const rule of program.rules.filter(sees)) {
      for (const part of readsOfRule(rule)) {
        if (part.kind === 'capability') capabilities.add(part.capability);
        else for (const { name } of attributesOf(part)) attributes.add(name);
      }
      if (rule.action.verb === 'price' && rule.action.change.per !== undefined)
        attributes.add(rule.action.change.per.name);
    }
  }
  return { capabilities, verbs, attributes, refusals, warnings };
}

function isWatched(rule: Rule, watched: Watched, truth: Tri): boolean {
  if (!isRefusal(rule))
    return (
      watched.verbs.has(rule.action.verb) ||
      touchedBy(rule).some((name) => watched.capabilities.has(name)) ||
      setBy(rule).some((name) => watched.attributes.has(name))
    );
  const warns = rule.effect === 'warn' || (truth === UNKNOWN_TRUTH && rule.onUnknown === 'warn');
  return warns
    ? watched.warnings
    : watched.refusals || (watched.warnings && rule.onUnknown === 'warn' && truth !== TRUE);
}

/** A rule with the parts of its condition and what a row makes of them. */
interface Seen {
  readonly rule: Rule;
  readonly truth: Tri;
  /** Those parts that decide, with what they are. */
  readonly deciding: readonly { readonly part: Part; readonly outcome: Outcome }[];
}

function partTruth(part: Part, facts: FactLookup, capabilities: Capabilities): Tri {
  if (part.kind === 'leaf') return referenceTruth(part, facts, capabilities);
  const found = capabilities.get(part.capability);
  const present = found === undefined ? FALSE : hasCapability(found, part.atLeast);
  return part.present ? present : not(present);
}

/** What the rules of a module make of the facts of a row, as far as the row sees it. */
function seenIn(program: Program, isOwn: (rule: Rule) => boolean, row: TestRow): readonly Seen[] {
  const watched = watchedBy(program, row);
  const sites = row.offers.length > 0 ? offersOf(row) : [row.facts];
  return sites.flatMap(({ values }) => {
    const facts = referenceFacts(program, (name) => values.get(name));
    const capabilities = referenceCapabilities(program, facts);
    return program.rules.filter(isOwn).flatMap((rule): readonly Seen[] => {
      const condition = decidingCondition(rule);
      const parts = readsOfRule(rule);
      const truths = new Map(parts.map((part) => [part, partTruth(part, facts, capabilities)]));
      const truth = truthWith(condition, (part) => truths.get(part)!);
      if (!isWatched(rule, watched, truth)) return [];
      const deciding = parts.flatMap((part) => {
        const own = truths.get(part)!;
        const decides = ([FALSE, TRUE] as const).some(
          (other) =>
            other !== own && truthWith(condition, (one) => (one === part ? other : truths.get(one)!)) !== truth,
        );
        return decides ? [{ part, outcome: outcomeOf(own) }] : [];
      });
      return [{ rule, truth, deciding }];
    });
  });
}

/**
 * Whether a row decides any rule of those that bear on what it expects: one applies, or a single part of its condition
 * keeps it from applying, or it reads a fact that the row states. Another row could not fail, whatever the rules said.
 */
export function decidesAnything(program: Program, isOwn: (rule: Rule) => boolean, row: TestRow): boolean {
  const preset = presetFacts(program.vocabulary);
  const isStated = ({ name }: Attribute): boolean =>
    [row.facts, ...row.offers].some(({ values }) => values.has(name) && values.get(name) !== preset.get(name));
  return seenIn(program, isOwn, row).some(
    ({ rule, truth, deciding }) =>
      truth === TRUE ||
      deciding.length > 0 ||
      readsOfRule(rule).some((part) => part.kind === 'leaf' && attributesOf(part).some(isStated)),
  );
}

/** A part of a condition with its outcomes: seen, missed, and those that no facts can bring about. */
export interface LeafCoverage {
  /** The rules that have it, in order of ids: a named condition and the condition of a table are of several. */
  readonly rules: readonly string[];
  readonly text: string;
  readonly span: Span;
  readonly seen: readonly Outcome[];
  readonly missed: readonly Outcome[];
}

export interface RuleCoverage {
  readonly rule: string;
  readonly span: Span;
  readonly fired: boolean;
  /** Whether some row saw it not apply. */
  readonly rested: boolean;
}

export interface Coverage {
  readonly rules: readonly RuleCoverage[];
  readonly leaves: readonly LeafCoverage[];
  /** Whether outcomes that no facts can bring about could be told from those that are missed. */
  readonly exact: boolean;
}

const MOST_NODES = 200_000;

/** Which outcomes of each part can decide a rule at all. */
function possibleOutcomes(program: Program): (part: Part, rule: Rule) => ReadonlySet<Outcome> | undefined {
  const preset = presetFacts(program.vocabulary);
  const isKnown = ({ name }: Attribute): boolean => preset.has(name) || name === 'offer.cloud';
  const leaves = program.rules
    .flatMap((rule) => readsOfRule(rule))
    .filter((part): part is Leaf => part.kind === 'leaf');
  const domains = domainsOf(leaves, isKnown);
  if (!domains.every(({ exact }) => exact)) return () => undefined;
  const own = diagramsOver(domains, MOST_NODES);
  const conclusions = concludeAll(program, own);
  return (part, rule) => {
    const condition = decidingCondition(rule);
    const parts = readsOfRule(rule);
    try {
      const operands = parts.map((one) => conclusions.condition(one));
      const at = parts.indexOf(part);
      const found = new Set<Outcome>();
      // Looked at, not kept: which outcomes occur is all that is asked.
      own.combine(operands, (truths) => {
        const truthOf = (one: Part): Tri => truths[parts.indexOf(one)] as Tri;
        const truth = truthWith(condition, truthOf);
        const decides = ([FALSE, TRUE] as const).some(
          (other) =>
            other !== truths[at] && truthWith(condition, (one) => (one === part ? other : truthOf(one))) !== truth,
        );
        if (decides) found.add(outcomeOf(truths[at] as Tri));
        return own.constant('0', FALSE);
      });
      return found;
    } catch (error) {
      if (error instanceof TooManyNodes) return undefined;
      throw error;
    }
  };
}

/** What rows have decided of the rules of a module. */
export function coverageOf(program: Program, isOwn: (rule: Rule) => boolean, rows: readonly TestRow[]): Coverage {
  const rules = program.rules.filter(isOwn);
  const fired = new Set<Rule>();
  const rested = new Set<Rule>();
  const decided = new Map<Part, Set<Outcome>>();
  for (const row of rows) {
    for (const { rule, truth, deciding } of seenIn(program, isOwn, row)) {
      (truth === TRUE ? fired : rested).add(rule);
      for (const { part, outcome } of deciding) decided.set(part, (decided.get(part) ?? new Set()).add(outcome));
    }
  }
  const possible = possibleOutcomes(program);
  const owners = new Map<Part, Rule[]>();
  for (const rule of rules) for (const part of readsOfRule(rule)) owners.set(part, [...(owners.get(part) ?? []), rule]);
  let exact = true;
  const leaves = [...owners].map(([part, of]): LeafCoverage => {
    const open = new Set<Outcome>();
    for (const rule of of) {
      const able = possible(part, rule);
      exact &&= able !== undefined;
      for (const outcome of able ?? OUTCOMES) open.add(outcome);
    }
    const seen = decided.get(part) ?? new Set();
    return {
      rules: of.map(({ id }) => id),
      text: part.kind === 'leaf' ? leafInWords(part, true) : capabilityInWords(part, true),
      span: part.span,
      seen: OUTCOMES.filter((outcome) => seen.has(outcome)),
      missed: OUTCOMES.filter((outcome) => open.has(outcome) && !seen.has(outcome)),
    };
  });
  return {
    rules: rules.map((rule) => ({ rule: rule.id, span: rule.span, fired: fired.has(rule), rested: rested.has(rule) })),
    leaves,
    exact,
  };
}

/** `part` of `whole`, never rounded. */
export interface Fraction {
  readonly part: number;
  readonly whole: number;
}

export function rulesCovered({ rules }: Coverage): Fraction {
  return { part: rules.filter(({ fired }) => fired).length, whole: rules.length };
}

/** Of all outcomes of leaves that some facts bring about while deciding, those that rows have. */
export function leavesCovered({ leaves }: Coverage): Fraction {
  const part = leaves.reduce((total, { seen }) => total + seen.length, 0);
  return { part, whole: part + leaves.reduce((total, { missed }) => total + missed.length, 0) };
}

/** `52/56`. */
export function formatFraction({ part, whole }: Fraction): string {
  return `${part}/${whole}`;
}

/**
 * A threshold: `1`, `0.9`, `9/10` or `90%`; undefined where the text is none, or more than all.
 *
 * @example parseThreshold('0.9') // { part: 9, whole: 10 }
 */
export function parseThreshold(text: string): Fraction | undefined {
  const [, part, whole] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  let fraction: Fraction | undefined;
  if (part !== undefined && whole !== undefined) fraction = { part: Number(part), whole: Number(whole) };
  else {
    const [, digits = '', decimals = '', percent] = /^(\d{1,3})(?:\.(\d{1,6}))?(%)?$/.exec(text) ?? [];
    if (digits !== '')
      fraction = { part: Number(digits + decimals), whole: 10 ** decimals.length * (percent === undefined ? 1 : 100) };
  }
  return fraction !== undefined && fraction.whole > 0 && fraction.part <= fraction.whole ? fraction : undefined;
}

/** Whether a fraction reaches a threshold, by whole numbers: 999/1000 is less than 1. */
export function reaches({ part, whole }: Fraction, least: Fraction): boolean {
  return BigInt(part) * BigInt(least.whole) >= BigInt(least.part) * BigInt(whole);
}
