import { compareText } from '../quantity/order.ts';
import { compileRules, type Program } from '../rules/program.ts';
import type { Rule } from '../rules/rule.ts';

/** What makes one set of rules another: rules that came, went or changed, by their ids. */
export interface Edit {
  readonly rule: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before: Rule | undefined;
  readonly after: Rule | undefined;
}

/** Whether a rule is named, by itself or as a row of its table. */
const names = (rule: Rule): readonly string[] => [rule.id, ...(rule.table === undefined ? [] : [rule.table.table])];

/** A rule that overrides only what there is: what is off is overridden by nobody. */
function amongRules(rule: Rule, rules: Iterable<Rule>): Rule {
  if (rule.overrides.length === 0) return rule;
  const known = new Set([...rules].flatMap(names));
  return { ...rule, overrides: rule.overrides.filter((override) => known.has(override.rule)) };
}

/** What a rule says, without where it stands, and without what follows from other rules. */
function textOf(rule: Rule, rules: Iterable<Rule>): string {
  return JSON.stringify(amongRules(rule, rules), (key, value: unknown) => {
    if (key === 'span' || key === 'applies') return undefined;
    // An attribute is what its name says; both sets of rules speak the same vocabulary.
    if (key === 'attribute' || key === 'per') return (value as { readonly name?: string })?.name ?? value;
    return value;
  });
}

/** In order of ids. */
export function editsBetween(before: Program, after: Program): readonly Edit[] {
  const [old, now] = [before, after].map(({ rules }) => new Map(rules.map((rule) => [rule.id, rule])));
  const ids = [...new Set([...old!.keys(), ...now!.keys()])].sort(compareText);
  return ids.flatMap((rule): readonly Edit[] => {
    const [from, to] = [old!.get(rule), now!.get(rule)];
    if (from !== undefined && to !== undefined && textOf(from, old!.values()) === textOf(to, now!.values())) return [];
    const kind = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed';
    return [{ rule, kind, before: from, after: to }];
  });
}

/** Rules after an edit, and all before it. */
export interface Step {
  readonly edit: Edit;
  readonly program: Program;
}

/**
 * The rules after each edit, one edit after another. An edit after which rules do not fit together (a capability that
 * depends on its own absence) is made together with the next.
 */
export function replay(before: Program, edits: readonly Edit[]): readonly Step[] {
  let rules = new Map(before.rules.map((rule) => [rule.id, rule]));
  const steps: Step[] = [];
  for (const edit of edits) {
    rules = new Map(rules);
    if (edit.after === undefined) rules.delete(edit.rule);
    else rules.set(edit.rule, edit.after);
    const whole = [...rules.values()].map((rule) => amongRules(rule, rules.values()));
    const program = compileRules(before.vocabulary, whole, before.digest);
    if (program.ok) steps.push({ edit, program: program.value });
  }
  return steps;
}

/** The step from which on something is what it ends as; undefined where it was so from the start. */
export function causeOf<T>(start: T, steps: readonly { readonly edit: Edit; readonly value: T }[]): Edit | undefined {
  const end = steps.at(-1)?.value;
  let cause: Edit | undefined;
  let before = start;
  for (const { edit, value } of steps) {
    if (value !== before && value === end) cause = edit;
    before = value;
  }
  return cause;
}
