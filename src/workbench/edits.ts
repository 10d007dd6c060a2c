import { compareText } from '../quantity/order.ts';
import { compileRules, type Program } from '../rules/program.ts';
import { overriddenBy } from '../rules/rewrite.ts';
import type { Rule } from '../rules/rule.ts';

/** What makes one set of rules another: rules that came, went or changed, by their ids. */
export interface Edit {
  readonly rule: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before: Rule | undefined;
  readonly after: Rule | undefined;
}

/** What a rule says, without where it stands. */
function textOf(rule: Rule): string {
  return JSON.stringify(rule, (key, value: unknown) => {
    // When a rule applies is also a matter of those that override it, which are edited by themselves.
    if (key === 'span' || key === 'applies') return undefined;
    // An attribute is what its name says; both sets of rules speak the same vocabulary.
    if (key === 'attribute' || key === 'per') return (value as { readonly name?: string })?.name ?? value;
    return value;
  });
}

/** Those that are off among them. */
const rulesById = ({ rules, off }: Program): Map<string, Rule> =>
  new Map([...rules, ...off].map((rule) => [rule.id, rule]));

/** In order of ids. */
export function editsBetween(before: Program, after: Program): readonly Edit[] {
  const [old, now] = [before, after].map(rulesById);
  const ids = [...new Set([...old!.keys(), ...now!.keys()])].sort(compareText);
  return ids.flatMap((rule): readonly Edit[] => {
    const [from, to] = [old!.get(rule), now!.get(rule)];
    if (from !== undefined && to !== undefined && textOf(from) === textOf(to)) return [];
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
  let rules = rulesById(before);
  const steps: Step[] = [];
  for (const edit of edits) {
    rules = new Map(rules);
    if (edit.after === undefined) rules.delete(edit.rule);
    else rules.set(edit.rule, edit.after);
    const all = [...rules.values()];
    const program = compileRules(before.vocabulary, all, before.digest, overriddenBy(all));
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
