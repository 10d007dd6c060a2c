import type { Facts, Formula, Outcome, Plain } from '../outcomes.ts';
import { loadLibrary } from './rival.ts';

/**
 * Cedar, as WebAssembly: a forbidding policy per outcome, parsed beforehand. A denial names all policies that forbid, so
 * one call per type and image tells all outcomes.
 */

interface Library {
  preparsePolicySet(id: string, policies: unknown): { readonly type: string; readonly errors?: unknown };
  statefulIsAuthorized(call: unknown):
    | {
        readonly type: 'success';
        readonly response: {
          readonly diagnostics: { readonly reason: readonly string[]; readonly errors: readonly unknown[] };
        };
      }
    | { readonly type: 'failure'; readonly errors: unknown };
}

const OPERATORS = { 'at-least': '>=', 'at-most': '<=', above: '>', below: '<' } as const;

const fact = (name: string): string => `context[${JSON.stringify(name)}]`;
const list = (values: readonly Plain[]): string => `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;

function expressionOf(formula: Formula): string {
  switch (formula.kind) {
    case 'all':
    case 'any': {
      const joined = formula.of.map(expressionOf).join(formula.kind === 'all' ? ' && ' : ' || ');
      return formula.of.length === 0 ? String(formula.kind === 'all') : `(${joined})`;
    }
    case 'not':
      return `!(${expressionOf(formula.of)})`;
    case 'known':
      return `(context has ${JSON.stringify(formula.name)})`;
    case 'among':
      return formula.values.length === 1
        ? `${fact(formula.name)} == ${JSON.stringify(formula.values[0])}`
        : `${list(formula.values)}.contains(${fact(formula.name)})`;
    case 'has-any':
      return `${fact(formula.name)}.containsAny(${list(formula.values)})`;
    case 'compare': {
      const other = typeof formula.with === 'number' ? String(formula.with) : fact(formula.with.name);
      return `${fact(formula.name)} ${OPERATORS[formula.operator]} ${other}`;
    }
  }
}

const POLICIES = 'stowage';

/** @returns the outcomes that hold, as bits in their order */
export function cedar(outcomes: readonly Outcome[]): (facts: Facts) => number {
  const library = loadLibrary('@cedar-policy/cedar-wasm/nodejs') as Library;
  const policies = Object.fromEntries(
    outcomes.map(({ formula }, at) => [
      String(at),
      `forbid (principal, action, resource) when { ${expressionOf(formula)} };`,
    ]),
  );
  const parsed = library.preparsePolicySet(POLICIES, { staticPolicies: policies });
  if (parsed.type !== 'success') throw new Error(`Cedar refuses the policies: ${JSON.stringify(parsed.errors)}`);
  const who = { type: 'Any', id: 'one' };
  return (context) => {
    const answer = library.statefulIsAuthorized({
      principal: who,
      action: { type: 'Action', id: 'derive' },
      resource: who,
      context,
      preparsedPolicySetId: POLICIES,
      validateRequest: false,
      entities: [],
    });
    if (answer.type !== 'success' || answer.response.diagnostics.errors.length > 0)
      throw new Error(`Cedar fails: ${JSON.stringify(answer)}`);
    return answer.response.diagnostics.reason.reduce((bits, id) => bits | (1 << Number(id)), 0);
  };
}
