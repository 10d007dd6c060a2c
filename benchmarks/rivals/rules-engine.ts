import type { Facts, Formula, Outcome } from '../outcomes.ts';
import { loadLibrary } from './rival.ts';

/** json-rules-engine: a rule per outcome, whose event tells it. */

type Node =
  | { readonly all: readonly Node[] }
  | { readonly any: readonly Node[] }
  | { readonly not: Node }
  | { readonly fact: string; readonly operator: string; readonly value: unknown };

interface Engine {
  addRule(rule: { conditions: Node; event: { type: string } }): void;
  addOperator(name: string, holds: (fact: unknown, value: unknown) => boolean): void;
  run(facts: Facts): Promise<{ readonly events: readonly { readonly type: string }[] }>;
}
interface Library {
  readonly Engine: new (rules: readonly never[], options: { allowUndefinedFacts: boolean }) => Engine;
}

const OPERATORS = {
  'at-least': 'greaterThanInclusive',
  'at-most': 'lessThanInclusive',
  above: 'greaterThan',
  below: 'lessThan',
} as const;

function nodeOf(formula: Formula): Node {
  switch (formula.kind) {
    case 'all':
      return { all: formula.of.map(nodeOf) };
    case 'any':
      return { any: formula.of.map(nodeOf) };
    case 'not':
      return { not: nodeOf(formula.of) };
    case 'known':
      return { fact: formula.name, operator: 'isKnown', value: true };
    case 'among':
      return formula.values.length === 1
        ? { fact: formula.name, operator: 'equal', value: formula.values[0] }
        : { fact: formula.name, operator: 'in', value: formula.values };
    case 'has-any':
      return { any: formula.values.map((value) => ({ fact: formula.name, operator: 'contains', value })) };
    case 'compare': {
      const value = typeof formula.with === 'number' ? formula.with : { fact: formula.with.name };
      return { fact: formula.name, operator: OPERATORS[formula.operator], value };
    }
  }
}

/** @returns the outcomes that hold, as bits in their order */
export function rulesEngine(outcomes: readonly Outcome[]): (facts: Facts) => Promise<number> {
  const { Engine } = loadLibrary('json-rules-engine') as Library;
  const engine = new Engine([], { allowUndefinedFacts: true });
  engine.addOperator('isKnown', (fact) => fact !== undefined);
  for (const { name, formula } of outcomes) {
    const node = nodeOf(formula);
    engine.addRule({ conditions: 'fact' in node ? { all: [node] } : node, event: { type: name } });
  }
  const bits = new Map(outcomes.map(({ name }, at) => [name, 1 << at]));
  return async (facts) => {
    const { events } = await engine.run(facts);
    return events.reduce((result, { type }) => result | bits.get(type)!, 0);
  };
}
