import { ok, type Result } from '../diagnostic/diagnostic.ts';
import { type Program, withoutRules } from '../rules/program.ts';
import type { Rule } from '../rules/rule.ts';
import { type Planned, planAll, type SavedRequest, samePlan } from './saved-requests.ts';

/**
 * The price tag of each rule that may be waived: what saved requests cost by the rules, less what they would cost if that
 * one rule were waived.
 */

export interface RuleCost {
  readonly rule: string;
  readonly owner: string | undefined;
  /** Nano-dollars an hour, over the requests that something fits with and without the rule. */
  readonly hourly: bigint;
  readonly requests: readonly RequestCost[];
}

/** What a rule makes of one request. */
export interface RequestCost {
  readonly name: string;
  readonly by: Planned;
  readonly without: Planned;
}

export interface RulesCost {
  readonly requests: number;
  /** Rules that cost something first; then those that change machines; then the rest. */
  readonly rules: readonly RuleCost[];
}

/** @param priced which rules are looked at */
export function costOfRules(
  requests: readonly SavedRequest[],
  program: Program,
  priced: (rule: Rule) => boolean,
): Result<RulesCost> {
  const by = planAll(requests, program);
  if (!by.ok) return by;
  const rules: RuleCost[] = [];
  for (const rule of program.rules.filter((one) => one.waivable && priced(one))) {
    const fewer = withoutRules(program, ({ id }) => id === rule.id);
    // What a request has waived costs it nothing.
    const open = requests.filter(({ waived }) => !waived.includes(rule.id));
    const without = planAll(open, fewer);
    if (!without.ok) return without;
    const changed = without.value.flatMap(({ request, planned }): readonly RequestCost[] => {
      const own = by.value.find((one) => one.request === request)!.planned;
      return samePlan(own, planned) ? [] : [{ name: request.name, by: own, without: planned }];
    });
    const hourly = changed.reduce(
      (total, one) =>
        one.by.cost === undefined || one.without.cost === undefined ? total : total + one.by.cost - one.without.cost,
      0n,
    );
    rules.push({ rule: rule.id, owner: rule.owner, hourly, requests: changed });
  }
  const rank = (one: RuleCost): number => one.requests.length;
  rules.sort((a, b) =>
    a.hourly === b.hourly ? rank(b) - rank(a) || (a.rule < b.rule ? -1 : 1) : a.hourly < b.hourly ? 1 : -1,
  );
  return ok({ requests: requests.length, rules });
}
