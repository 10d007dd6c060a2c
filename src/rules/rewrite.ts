import type { Result } from '../diagnostic/diagnostic.ts';
import { compareText } from '../quantity/order.ts';
import { compileRules, type Program } from './program.ts';
import { ALWAYS, type Condition, type Leaf, type Rule } from './rule.ts';
import { capabilityInWords, leafInWords } from './words.ts';

/** Parts of conditions, and rules without some of them: what analyses try out. */

/** The condition under which a rule applies, as a program has worked it out. */
export function appliesOf(rule: Rule): Condition {
  return rule.applies;
}

/** A rule with another condition, to be compiled anew. */
export function withCondition(rule: Rule, when: Condition): Rule {
  // A new action, since what is worked out of a rule is remembered by its action.
  return { ...rule, when, applies: when, action: { ...rule.action } };
}

/** A part of a condition: of a list of parts, or of a leaf with several tests, one; or the whole. */
export type Part =
  | { readonly kind: 'whole' }
  | { readonly kind: 'child'; readonly of: Condition & { readonly kind: 'all' | 'any' }; readonly index: number }
  | { readonly kind: 'test'; readonly of: Leaf; readonly index: number };

/** Every part that a condition can be without, itself among them. */
export function partsOf(condition: Condition): readonly Part[] {
  const parts: Part[] = [];
  const seen = new Set<Condition>();
  const visit = (at: Condition): void => {
    if (seen.has(at)) return;
    seen.add(at);
    if (at.kind === 'not') visit(at.of);
    else if (at.kind === 'leaf') {
      if (at.tests.length > 1) for (const index of at.tests.keys()) parts.push({ kind: 'test', of: at, index });
    } else if (at.kind !== 'capability') {
      if (at.of.length > 1) for (const index of at.of.keys()) parts.push({ kind: 'child', of: at, index });
      at.of.forEach(visit);
    }
  };
  if (condition.kind !== 'all' || condition.of.length > 0) parts.push({ kind: 'whole' });
  visit(condition);
  return parts;
}

/** A condition with some of its parts replaced; the same object where it has none of them. */
export function replaceParts(condition: Condition, replace: (at: Condition) => Condition | undefined): Condition {
  const done = new Map<Condition, Condition>();
  const visit = (at: Condition): Condition => {
    let result = done.get(at);
    if (result !== undefined) return result;
    result = replace(at);
    if (result === undefined) {
      if (at.kind === 'not') {
        const of = visit(at.of);
        result = of === at.of ? at : { ...at, of };
      } else if (at.kind === 'all' || at.kind === 'any') {
        const of = at.of.map(visit);
        result = of.every((part, index) => part === at.of[index]) ? at : { ...at, of };
      } else result = at;
    }
    done.set(at, result);
    return result;
  };
  return visit(condition);
}

/** A condition without a part. */
export function withoutPart(condition: Condition, part: Part): Condition {
  if (part.kind === 'whole') return ALWAYS;
  return replaceParts(condition, (at) => {
    if (at !== part.of) return undefined;
    return part.kind === 'test'
      ? { ...part.of, tests: part.of.tests.filter((_, index) => index !== part.index) }
      : { ...part.of, of: part.of.of.filter((_, index) => index !== part.index) };
  });
}

/** What a part asks: the condition itself. */
export function partCondition(condition: Condition, part: Part): Condition {
  if (part.kind === 'whole') return condition;
  return part.kind === 'test' ? { ...part.of, tests: [part.of.tests[part.index]!] } : part.of.of[part.index]!;
}

/** The names of all that rules override. */
export function overriddenBy(rules: readonly Rule[]): readonly string[] {
  return rules.flatMap(({ overrides }) => overrides.map(({ rule }) => rule));
}

/** A program of changed rules that give what they gave. What was compiled once compiles again when conditions read less than before. */
export function recompiled(program: Program, change: (rule: Rule) => Rule | undefined): Program {
  const rules = program.rules.flatMap((rule) => change(rule) ?? []);
  // What is overridden may have been left out.
  const compiled: Result<Program> = compileRules(program.vocabulary, rules, program.digest, overriddenBy(rules));
  if (!compiled.ok) throw new Error(`rules that were compiled no longer are: ${compiled.diagnostics[0]!.message}`);
  // Levels are to be numbered as they were, also where rules that gave some are left out.
  return { ...compiled.value, versions: program.versions };
}

/**
 * A condition in words, its parts in the order of their words: in which order they are written makes no difference.
 *
 * @example conditionInWords(condition) // 'image.os is ubuntu and (type.cores is at least 4 or type.burstable is true)'
 */
export function conditionInWords(condition: Condition): string {
  switch (condition.kind) {
    case 'leaf':
      return leafInWords(condition, true);
    case 'capability':
      return capabilityInWords(condition, true);
    case 'not':
      return condition.of.kind === 'leaf'
        ? leafInWords(condition.of, false)
        : `not (${conditionInWords(condition.of)})`;
    case 'all':
    case 'any': {
      if (condition.of.length === 0) return condition.kind === 'all' ? 'always' : 'never';
      const parts = condition.of.map((part) =>
        (part.kind === 'all' || part.kind === 'any') && part.kind !== condition.kind && part.of.length > 1
          ? `(${conditionInWords(part)})`
          : conditionInWords(part),
      );
      return parts.sort(compareText).join(condition.kind === 'all' ? ' and ' : ' or ');
    }
  }
}
