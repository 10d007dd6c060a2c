import type { Attribute, Value } from '../src/catalog/value.ts';
import { compareVersions } from '../src/quantity/version.ts';
import { type Program, violationOf } from '../src/rules/program.ts';
import type { Condition, Leaf, Test } from '../src/rules/rule.ts';

/**
 * What the shipped rules say, for engines that know two truth values: each outcome ("can certainly host kvm", "is
 * refused by safety/macs") as a formula over plain facts. Rules that may not speak of unknown facts become two
 * formulas, of what certainly and what possibly holds, so that the outcomes stay those of the rules.
 */

/** A fact as engines get it: versions as their rank among all versions of the rules and facts, dates as YYYYMMDD. */
export type Plain = string | number | boolean | readonly string[];
export type Facts = Readonly<Record<string, Plain>>;

export type Formula =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Formula[] }
  | { readonly kind: 'not'; readonly of: Formula }
  | { readonly kind: 'known'; readonly name: string }
  /** A fact is one of these values, or a member of these is in a set. */
  | { readonly kind: 'among' | 'has-any'; readonly name: string; readonly values: readonly Plain[] }
  | {
      readonly kind: 'compare';
      readonly name: string;
      readonly operator: 'at-least' | 'at-most' | 'above' | 'below';
      readonly with: number | { readonly name: string };
    };

export interface Outcome {
  readonly name: string;
  readonly formula: Formula;
}

export interface Outcomes {
  readonly outcomes: readonly Outcome[];
  /** Attributes that the formulas read. */
  readonly reads: readonly Attribute[];
  encode(attribute: Attribute, value: Value): Plain;
}

const all = (of: readonly Formula[]): Formula => (of.length === 1 ? of[0]! : { kind: 'all', of });
const any = (of: readonly Formula[]): Formula => (of.length === 1 ? of[0]! : { kind: 'any', of });
const not = (of: Formula): Formula => ({ kind: 'not', of });

/** @param versions all texts of versions that facts may have */
export function outcomesOf(program: Program, versions: readonly string[]): Outcomes {
  const reads = new Map<string, Attribute>();
  const written = program.rules.flatMap((rule) => versionsIn(rule.when));
  const ranked = [...new Set([...versions, ...written])].sort(compareVersions);
  const encode = ({ kind, name }: Attribute, value: Value): Plain => {
    if (kind.kind === 'name' && String(value).includes('*')) throw new Error(`${name} is compared with a pattern`);
    if (kind.kind === 'version') return ranked.indexOf(String(value));
    return kind.kind === 'date' ? Number(String(value).replaceAll('-', '')) : value;
  };

  /** A test of a known value with known operands. */
  const decided = (attribute: Attribute, { operator, operand }: Test): Formula => {
    const { name } = attribute;
    const other = operand.kind === 'attribute' ? operand.attribute : undefined;
    const values = operand.kind === 'values' ? operand.values.map((value) => encode(attribute, value)) : [];
    switch (operator) {
      case 'at-least':
      case 'at-most':
      case 'above':
      case 'below':
        return {
          kind: 'compare',
          name,
          operator,
          with: other === undefined ? Number(values[0]) : { name: other.name },
        };
      case 'eq':
      case 'in':
      case 'ne':
      case 'not-in': {
        if (other !== undefined) break;
        const among: Formula = { kind: 'among', name, values };
        return operator === 'eq' || operator === 'in' ? among : not(among);
      }
      case 'has':
      case 'has-any':
        if (other === undefined) return { kind: 'has-any', name, values };
    }
    throw new Error(`${name} ${operator} is not translated`);
  };
  /** @param certain whether it must hold for certain, or may hold for all that is known */
  const leafFormula = ({ attribute, tests }: Leaf, certain: boolean): Formula => {
    reads.set(attribute.name, attribute);
    const parts = tests.map((test): Formula => {
      const { operator, operand } = test;
      if (operator === 'known') {
        const known: Formula = { kind: 'known', name: attribute.name };
        return operand.kind === 'values' && operand.values[0] === false ? not(known) : known;
      }
      const names = [attribute.name];
      if (operand.kind === 'attribute') {
        reads.set(operand.attribute.name, operand.attribute);
        names.push(operand.attribute.name);
      }
      const known = names.map((name): Formula => ({ kind: 'known', name }));
      const holds = decided(attribute, test);
      return certain ? all([...known, holds]) : any([...known.map(not), holds]);
    });
    return all(parts);
  };
  const formula = (condition: Condition, certain: boolean): Formula => {
    switch (condition.kind) {
      case 'all':
      case 'any':
        return (condition.kind === 'all' ? all : any)(condition.of.map((part) => formula(part, certain)));
      case 'not':
        return not(formula(condition.of, !certain));
      case 'leaf':
        return leafFormula(condition, certain);
      case 'capability':
        throw new Error('rules that read capabilities are not translated');
    }
  };

  const capabilities = program.strata.flatMap((stratum) =>
    stratum.capabilities.map((name): Outcome => {
      const providers = stratum.providers.filter(({ action }) => action.grants.some((one) => one.capability === name));
      const withholders = stratum.withholders.filter(({ action }) => action.capabilities.includes(name));
      const provided = any(providers.map((rule) => formula(rule.when, true)));
      return {
        name: `can ${name}`,
        formula: all([provided, ...withholders.map((rule) => not(formula(rule.when, false)))]),
      };
    }),
  );
  const refusals = program.refusals
    .filter(({ effect }) => effect === 'enforce')
    .map((rule): Outcome => ({ name: rule.id, formula: formula(violationOf(rule), rule.onUnknown !== 'refuse') }));
  return { outcomes: [...capabilities, ...refusals], reads: [...reads.values()], encode };
}

/** Versions that a condition speaks of. */
function versionsIn(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.flatMap(versionsIn);
    case 'not':
      return versionsIn(condition.of);
    case 'leaf':
      if (condition.attribute.kind.kind !== 'version') return [];
      return condition.tests.flatMap(({ operator, operand }) =>
        operand.kind === 'values' && operator !== 'known' ? operand.values.map(String) : [],
      );
    case 'capability':
      return [];
  }
}
