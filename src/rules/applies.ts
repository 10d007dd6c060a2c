import type { Attribute, Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { countLeaves, MOST_LEAVES } from './leaf-count.ts';
import type { Condition, Operator, Rule } from './rule.ts';

/**
 * When rules apply: where their condition holds, on the days between `since` and `until`, and where no rule that
 * overrides them applies. All of it is written as one condition, so whatever evaluates conditions needs to know nothing
 * of dates and overrides, and what is unknown stays unknown.
 */

const DATE = 'request.date';

function dayIs(date: Attribute, operator: Operator, day: string, rule: Rule): Condition {
  const tests = [{ operator, operand: { kind: 'values', values: [day] } as const }];
  return { kind: 'leaf', attribute: date, tests, span: rule.span };
}

/** Whether an override means a rule: by its id, or by that of the table that it is a row of. */
export function isMeant(override: string, rule: Rule): boolean {
  return override === rule.id || override === rule.table?.table;
}

/** The rules that override each rule, those that are off left out; and what is wrong with the names. */
function overriders(
  rules: readonly Rule[],
  known: readonly string[],
): { of: ReadonlyMap<Rule, readonly Rule[]>; faults: readonly Diagnostic[] } {
  const of = new Map<Rule, Rule[]>();
  const faults: Diagnostic[] = [];
  const byName = new Map<string, Rule[]>();
  for (const rule of rules) {
    for (const name of new Set([rule.id, rule.table?.table ?? rule.id]))
      byName.set(name, [...(byName.get(name) ?? []), rule]);
  }
  for (const rule of rules) {
    for (const { rule: name, span } of rule.overrides) {
      const meant = byName.get(name) ?? [];
      if (meant.length === 0 && !known.includes(name)) {
        const hint = didYouMean(name, byName.keys());
        const message = `${rule.id} overrides "${name}", and no rule is called that`;
        faults.push({ code: 'unknown-rule', message, span, ...(hint === undefined ? {} : { hint }) });
      }
      if (rule.effect === 'off') continue;
      for (const one of meant) of.set(one, [...(of.get(one) ?? []), rule]);
    }
  }
  return { of, faults };
}

/**
 * The rules that are not off, each with the condition under which it applies.
 *
 * @param rules in order of ids
 * @param known ids of rules that are not there, and may be overridden all the same
 */
export function applyRules(
  vocabulary: Vocabulary,
  rules: readonly Rule[],
  known: readonly string[],
): Result<readonly Rule[]> {
  const { of, faults: unknown } = overriders(rules, known);
  const faults = [...unknown];
  const date = vocabulary.attributes.get(DATE);
  const applies = new Map<Rule, Condition>();
  const open: Rule[] = [];

  const inItsDates = (rule: Rule): readonly Condition[] => {
    if (rule.since === undefined && rule.until === undefined) return [];
    if (date === undefined) {
      const message = `${rule.id} has dates, and this vocabulary has no ${DATE}`;
      faults.push({ code: 'rule-dates', message, span: rule.span });
      return [];
    }
    return [
      ...(rule.since === undefined ? [] : [dayIs(date, 'at-least', rule.since, rule)]),
      ...(rule.until === undefined ? [] : [dayIs(date, 'below', rule.until, rule)]),
    ];
  };

  const conditionOf = (rule: Rule): Condition => {
    const before = applies.get(rule);
    if (before !== undefined) return before;
    if (open.includes(rule)) {
      const cycle = [...open.slice(open.indexOf(rule)), rule].map(({ id }) => id);
      // An override leads from what is overridden to what overrides it.
      const message = `rules override one another: ${cycle.reverse().join(' -> ')}`;
      if (!faults.some(({ code }) => code === 'override-cycle'))
        faults.push({ code: 'override-cycle', message, span: rule.overrides[0]?.span ?? rule.span });
      return rule.when;
    }
    open.push(rule);
    const lifted = (of.get(rule) ?? []).map((one): Condition => ({ kind: 'not', of: conditionOf(one) }));
    open.pop();
    const also = [...inItsDates(rule), ...lifted];
    const condition: Condition = also.length === 0 ? rule.when : { kind: 'all', of: [rule.when, ...also] };
    if (also.length > 0 && countLeaves(condition) > MOST_LEAVES) {
      const message = `with all that overrides it, ${rule.id} has a condition of more than ${MOST_LEAVES} parts`;
      faults.push({ code: 'rule-condition', message, span: rule.span });
      applies.set(rule, rule.when);
      return rule.when;
    }
    applies.set(rule, condition);
    return condition;
  };

  const result = rules.flatMap((rule) => {
    const condition = conditionOf(rule);
    if (rule.effect === 'off') return [];
    return [condition === rule.applies ? rule : { ...rule, applies: condition }];
  });
  return faults.length > 0 ? fail(...faults) : ok(result);
}
