import { formatValue } from '../catalog/decode.ts';
import { compareText } from '../quantity/order.ts';
import { type Diagram, UNDECIDED } from '../rules/diagram.ts';
import { isRefusal, levelOf, type Program, readsOf, withoutRules } from '../rules/program.ts';
import { OR } from '../rules/regions.ts';
import {
  appliesOf,
  conditionInWords,
  type Part,
  partCondition,
  partsOf,
  recompiled,
  replaceParts,
  withCondition,
  withoutPart,
} from '../rules/rewrite.ts';
import { ALWAYS, type Condition, type Leaf, type Rule } from '../rules/rule.ts';
import { TRUE } from '../rules/tri.ts';
import { exampleInWords, type Finding } from './finding.ts';
import {
  canApply,
  capabilitiesOf,
  conditionOf,
  type Meaning,
  meaningAs,
  meaningWhere,
  outcomesOf,
  regionOf,
  sameOutcomes,
} from './meaning.ts';

/** Findings that follow from rules alone, whatever the catalog: decided for all facts that there could be. */

const NEVER: Condition = { kind: 'any', of: [] };

/** A leaf made free: true where that helps its condition, false where it stands under a `not`. */
function freed(condition: Condition, leaf: Condition): Condition {
  const visit = (at: Condition, negated: boolean): Condition => {
    if (at === leaf) return negated ? NEVER : ALWAYS;
    if (at.kind === 'not') return { ...at, of: visit(at.of, !negated) };
    if (at.kind === 'all' || at.kind === 'any') return { ...at, of: at.of.map((part) => visit(part, negated)) };
    return at;
  };
  return visit(condition, false);
}

/** The fewest parts of a condition that contradict one another, the last of them dropped first. */
function clashOf(meaning: Meaning, condition: Condition): readonly Read[] {
  // A leaf with several tests is taken apart, since two of them may contradict each other.
  const apart = replaceParts(condition, (at) =>
    at.kind === 'leaf' && at.tests.length > 1
      ? { kind: 'all', of: at.tests.map((test): Leaf => ({ ...at, tests: [test] })) }
      : undefined,
  );
  let left = apart;
  const clash: Read[] = [];
  for (const leaf of inWritingOrder(readsOf(apart)).reverse()) {
    const without = freed(left, leaf);
    if (canApply(meaning, without)) clash.push(leaf);
    else left = without;
  }
  return clash.reverse();
}

type Read = Exclude<Condition, { of: unknown }>;

/** By place; what stands at one place, by its words. */
function inWritingOrder(leaves: readonly Read[]): Read[] {
  return [...leaves].sort(
    (a, b) =>
      compareText(a.span.source, b.span.source) ||
      a.span.start - b.span.start ||
      compareText(conditionInWords(a), conditionInWords(b)),
  );
}

export function impossible(meaning: Meaning, rule: Rule): Finding | undefined {
  const condition = appliesOf(rule);
  const region = regionOf(meaning, condition);
  if (region === UNDECIDED) return undecided(rule);
  if (canApply(meaning, condition)) return undefined;
  const clash = clashOf(meaning, condition);
  const words = clash.map(conditionInWords);
  return {
    code: 'R101',
    subject: rule.id,
    span: clash[0]?.span ?? rule.span,
    message:
      clash.length === 1
        ? `${rule.id} can never apply: "${words[0]}" can never be so`
        : `${rule.id} can never apply: ${words.map((one) => `"${one}"`).join(' and ')} contradict one another`,
    fix: 'change one of them, or remove the rule',
    related: clash.slice(1).map((leaf, index) => ({ message: words[index + 1]!, span: leaf.span })),
  };
}

export function undecided(rule: Rule): Finding {
  return {
    code: 'R116',
    subject: rule.id,
    span: rule.span,
    message: `what ${rule.id} comes to is too large to be decided`,
    fix: 'split the rule in several',
  };
}

/** A refusal that can never refuse, though its `when` may hold: a require of what always holds. */
export function vacuous(meaning: Meaning, rule: Rule): Finding | undefined {
  const { action } = rule;
  const found = (message: string, fix: string): Finding => ({
    code: 'R114',
    subject: rule.id,
    span: rule.span,
    message,
    fix,
  });
  switch (action.verb) {
    case 'require': {
      const region = regionOf(meaning, conditionOf(rule));
      const values = meaning.regions.diagrams.valuesOf(region);
      if (region === UNDECIDED || values.some((value) => value > 0)) break;
      return found(`${rule.id} requires what always holds where it applies`, 'require more, or remove the rule');
    }
    case 'price': {
      const { operation, amount } = action.change;
      if (operation === 'times' ? amount !== 1_000_000 : operation === 'at-most' || amount !== 0) break;
      return found(`${rule.id} changes no price`, 'give another amount, or remove the rule');
    }
    case 'reserve':
      if (action.shares.some(({ percent, atLeast }) => percent > 0 || atLeast > 0)) break;
      return found(`${rule.id} keeps nothing back`, 'give an amount, or remove the rule');
    case 'prefer':
      if (action.preference.share !== 0) break;
      return found(`${rule.id} ranks nothing otherwise`, 'give a share, or remove the rule');
    case 'refine':
      if (action.grants.some(({ version }) => version !== undefined)) break;
      return found(`${rule.id} refines to "any", which gives no version`, 'give a version, or use provide');
  }
  return undefined;
}

/** Programs that differ in what is waived: a rule that is needed only once others are waived is needed. */
function waiverWorlds({ program }: Meaning, rule: Rule): readonly Program[] {
  const without = withoutRules(program, ({ id, waivable }) => waivable && id !== rule.id);
  return without === program ? [program] : [program, without];
}

function isNeeded(before: Meaning, rule: Rule): boolean {
  const fewer = withoutRules(before.program, ({ id }) => id === rule.id);
  const after = meaningWhere(before, fewer, capabilitiesOf(rule));
  const kept = outcomesOf(before, rule, rule);
  return kept.includes(UNDECIDED) || !sameOutcomes(kept, outcomesOf(after, rule, undefined));
}

/**
 * The fewest of some rules with which something holds that holds with all of them, by halves (QuickXplain, Junker 2004):
 * few questions where few are needed.
 */
function fewestWith(rules: readonly Rule[], holds: (rules: readonly Rule[]) => boolean): readonly Rule[] {
  const explain = (kept: readonly Rule[], isNew: boolean, some: readonly Rule[]): readonly Rule[] => {
    if (isNew && holds(kept)) return [];
    if (some.length === 1) return some;
    const middle = some.length >> 1;
    const [left, right] = [some.slice(0, middle), some.slice(middle)];
    const ofRight = explain([...kept, ...left], left.length > 0, right);
    const ofLeft = explain([...kept, ...ofRight], ofRight.length > 0, left);
    return [...ofLeft, ...ofRight];
  };
  const few = holds([]) ? [] : explain([], false, rules);
  return holds(few) ? few : rules;
}

/** Whether rules can decide the same: they touch a capability of one another, or both refuse. */
function decidesWith(rule: Rule): (other: Rule) => boolean {
  const own = capabilitiesOf(rule);
  return (other) =>
    other.id !== rule.id &&
    (isRefusal(rule) ? isRefusal(other) : capabilitiesOf(other).some((name) => own.includes(name)));
}

/** Where a rule certainly applies. */
function certainly(meaning: Meaning, rule: Rule): Diagram {
  return meaning.regions.diagrams.map(regionOf(meaning, appliesOf(rule)), (truth) => (truth === TRUE ? 1 : 0));
}

/**
 * A rule that is beaten wherever it applies: what it provides or refines is withheld, or what it refines to is older than
 * what others refine to.
 */
export function shadowed(meaning: Meaning, rule: Rule): Finding | undefined {
  const { action } = rule;
  if (action.verb !== 'provide' && action.verb !== 'refine') return undefined;
  // That others do not apply is something that it does, too.
  if (rule.overrides.length > 0) return undefined;
  const { program, regions } = meaning;
  const { diagrams } = regions;
  const beaters = new Set<Rule>();
  for (const { capability, version } of action.grants) {
    const beats = (other: Rule): boolean => {
      if (other.id === rule.id || other.waivable) return false;
      if (other.action.verb === 'withhold') return other.action.capabilities.includes(capability);
      return (
        action.verb === 'refine' &&
        other.action.verb === 'refine' &&
        other.action.grants.some(
          (grant) => grant.capability === capability && levelOf(program, grant.version) > levelOf(program, version),
        )
      );
    };
    const own = certainly(meaning, rule);
    const leaves = (others: readonly Rule[]): boolean => {
      const beaten = others
        .map((other) => certainly(meaning, other))
        .reduce((a, b) => diagrams.combine(a, b, OR), diagrams.constant(0));
      const left = diagrams.combine(own, beaten, (applies, by) => (applies === 1 && by === 0 ? 1 : 0));
      return left === UNDECIDED || diagrams.valuesOf(left).includes(1);
    };
    let few: readonly Rule[] = program.rules.filter(beats);
    if (leaves(few)) return undefined;
    for (const other of few) {
      const fewer = few.filter((one) => one !== other);
      if (!leaves(fewer)) few = fewer;
    }
    for (const other of few) beaters.add(other);
  }
  const ids = [...beaters].map(({ id }) => id).sort(compareText);
  return {
    code: 'R104',
    subject: rule.id,
    span: rule.span,
    message: `${rule.id} never counts: wherever it applies, ${ids.join(' and ')} ${ids.length === 1 ? 'goes' : 'go'} before it`,
    fix: 'remove it, or narrow what goes before it',
    related: [...beaters].map((other) => ({ message: other.id, span: other.span })),
  };
}

export function redundant(meaning: Meaning, rule: Rule): Finding | undefined {
  // What these do adds up with what others do, or is kept apart.
  if (['price', 'reserve', 'prefer', 'set'].includes(rule.action.verb) || rule.overrides.length > 0) return undefined;
  const worlds = waiverWorlds(meaning, rule).map((program) => meaningAs(meaning, program));
  if (worlds.some((world) => isNeeded(world, rule))) return undefined;
  const names = capabilitiesOf(rule);
  // Which others make it so: those without which it would be needed again.
  const others = meaning.program.rules.filter(decidesWith(rule));
  const reasons = fewestWith(others, (kept) => {
    const fewer = withoutRules(meaning.program, (other) => others.includes(other) && !kept.includes(other));
    return !isNeeded(meaningWhere(meaning, fewer, names), rule);
  });
  const ids = reasons.map(({ id }) => id);
  const related = reasons.map((other) => ({ message: `${other.id} decides there`, span: other.span }));
  const common = { subject: rule.id, span: rule.span, related };
  const told = names.join(', ');
  const message =
    ids.length > 0
      ? `${rule.id} says nothing that ${ids.join(' and ')} ${ids.length === 1 ? 'does' : 'do'} not say already`
      : rule.action.verb === 'withhold'
        ? `${rule.id} withholds ${told} where nothing provides it`
        : rule.action.verb === 'refine'
          ? `${rule.id} refines ${told} where nothing provides it`
          : `${rule.id} changes nothing`;
  return { ...common, code: 'R105', message, fix: 'remove it' };
}

/** Places of a part: a named condition, or what a table's rows share, stands in several rules at once. */
interface SharedPart {
  readonly part: Part;
  readonly condition: Condition;
  readonly rules: readonly { readonly rule: Rule; readonly part: Part }[];
}

const tableOf = ({ table }: Rule): string | undefined => table?.table;

function sharedParts(rules: readonly Rule[]): readonly SharedPart[] {
  const groups = new Map<unknown, Map<string, { rule: Rule; part: Part }[]>>();
  for (const rule of rules) {
    for (const part of partsOf(rule.when)) {
      const condition = partCondition(rule.when, part);
      // A row's own list of parts is its own, and what it shares with the other rows is not.
      const table = tableOf(rule);
      const isRow = table !== undefined && part.kind === 'child' && part.of === rule.when;
      const key = part.kind === 'whole' ? rule : isRow ? condition : part.of;
      const name = isRow ? `${table} row` : part.kind === 'whole' ? 'whole' : `${part.kind} ${part.index}`;
      const own = groups.get(key) ?? new Map<string, { rule: Rule; part: Part }[]>();
      groups.set(key, own);
      own.set(name, [...(own.get(name) ?? []), { rule, part }]);
    }
  }
  return [...groups.values()].flatMap((own) =>
    [...own.values()].map((places) => {
      const { rule, part } = places[0]!;
      return { part, condition: partCondition(rule.when, part), rules: places };
    }),
  );
}

/** Parts of conditions without which everything would be the same, wherever they stand. */
export function redundantParts(meaning: Meaning, judged: readonly Rule[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { part, condition, rules } of sharedParts(judged)) {
    // Where it applies, others do not: what these do is not compared.
    if (rules.some(({ rule }) => rule.overrides.length > 0)) continue;
    const changed = new Map(rules.map(({ rule, part: own }) => [rule.id, withoutPart(rule.when, own)]));
    // Named conditions are read by rules that are not judged, too.
    const inOthers = meaning.program.rules.some(
      (rule) => !changed.has(rule.id) && part.kind !== 'whole' && withoutPart(rule.when, part) !== rule.when,
    );
    if (inOthers) continue;
    const touched = rules.flatMap(({ rule }) => capabilitiesOf(rule));
    const isSame = waiverWorlds(meaning, rules[0]!.rule).every((program) => {
      const before = meaningAs(meaning, program);
      const fewer = recompiled(program, (rule) => {
        const when = changed.get(rule.id);
        return when === undefined ? rule : withCondition(rule, when);
      });
      const after = meaningWhere(before, fewer, touched);
      return rules.every(({ rule }) => {
        const now = after.program.rules.find(({ id }) => id === rule.id);
        const outcomes = outcomesOf(before, rule, rule);
        return !outcomes.includes(UNDECIDED) && sameOutcomes(outcomes, outcomesOf(after, rule, now));
      });
    });
    if (!isSame) continue;
    const first = rules[0]!.rule;
    const table = tableOf(first);
    const subject = table !== undefined && rules.length > 1 ? table : first.id;
    const words = conditionInWords(condition);
    findings.push({
      code: 'R106',
      subject,
      span: inWritingOrder(readsOf(condition))[0]?.span ?? first.span,
      message:
        rules.length > 1 && table === undefined
          ? `"${words}" decides nothing: ${rules.map(({ rule }) => rule.id).join(', ')} would do the same without it`
          : `"${words}" decides nothing: ${subject} would do the same without it`,
      fix: 'remove it',
    });
  }
  return findings;
}

/** Rows of one table that hold together, or rules that set the same fact, and differ in what they give. */
export function overlaps(meaning: Meaning, judged: readonly Rule[]): readonly Finding[] {
  const { diagrams, atoms } = meaning.regions;
  const attributes = new Map(atoms.variables.map(({ attribute }) => [attribute.name, attribute]));
  const findings: Finding[] = [];
  const isSet = ({ action }: Rule): boolean => action.verb === 'set';
  const compared = meaning.program.rules.filter((rule) => rule.table?.hit === 'unique' || isSet(rule));
  for (const [index, row] of compared.entries()) {
    for (const other of compared.slice(0, index)) {
      if (!judged.includes(row) && !judged.includes(other)) continue;
      if (isSet(row) ? !isSet(other) : tableOf(other) !== tableOf(row)) continue;
      const given = differing(row, other);
      if (given === undefined) continue;
      const both = diagrams.combine(regionOf(meaning, appliesOf(row)), regionOf(meaning, appliesOf(other)), Math.min);
      const example = meaning.regions.example(both, (truth) => truth === TRUE);
      if (example === undefined) continue;
      const [told, beside] = judged.includes(row) ? [row, other] : [other, row];
      findings.push({
        code: 'R107',
        subject: told.id,
        span: told.span,
        message: `${told.id} and ${beside.id} hold together, and give ${given}`,
        witness: exampleInWords(example, (name) => attributes.get(name)!),
        fix: isSet(row)
          ? 'narrow one of them, or let one override the other; where both hold, nothing is set'
          : 'narrow one of them; the highest version counts until then',
        related: [{ message: beside.id, span: beside.span }],
        involved: [told.id, beside.id],
      });
    }
  }
  return findings;
}

/** What two rules give of the same, where it differs: `lxc 0.7.5 and 1.0.10`. */
function differing(a: Rule, b: Rule): string | undefined {
  const grants = ({ action }: Rule) => (action.verb === 'provide' || action.verb === 'refine' ? action.grants : []);
  for (const { capability, version } of [...grants(a)].sort((x, y) => compareText(x.capability, y.capability))) {
    const other = grants(b).find((one) => one.capability === capability);
    if (other !== undefined && other.version !== version)
      return `${capability} ${version ?? 'any'} and ${other.version ?? 'any'}`;
  }
  const facts = ({ action }: Rule) => (action.verb === 'set' ? action.facts : []);
  for (const { attribute, value } of facts(a)) {
    const other = facts(b).find((one) => one.attribute === attribute);
    const [own, theirs] = [formatValue(attribute, value), other && formatValue(attribute, other.value)];
    if (theirs !== undefined && own !== theirs) return `${attribute.name} ${own} and ${theirs}`;
  }
  return undefined;
}
