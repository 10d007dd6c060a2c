import { divideHalfEven } from '../quantity/decimal.ts';
import type { RuleOf } from './program.ts';

/**
 * What an offer is billed at under price rules, in exact integers.
 *
 * Stages: list, then `plus`, then `times` (half-even rounding after each factor), then `at-most`; within a stage in
 * order of rule ids. So the order of rules in files never matters.
 */

export interface PriceStep {
  readonly rule: string;
  readonly component: string;
  /** Nano-dollars per hour that the rule added; negative where it took off. */
  readonly change: number;
}

export interface BilledPrice {
  /** Nano-dollars per hour, all components together. */
  readonly total: number;
  readonly components: ReadonlyMap<string, number>;
  readonly steps: readonly PriceStep[];
}

const MACHINE = 'machine';
const MILLIONTHS = 1_000_000n;
const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * @param list nano-dollars per hour; NaN when unknown, and so is the result then
 * @param rules those that apply, in order of ids
 * @param sizeOf the value of a type's number attribute; undefined when unknown, and the rule then does not apply
 */
export function billedPrice(
  list: number,
  rules: readonly RuleOf<'price'>[],
  sizeOf: (attribute: string) => number | undefined,
): BilledPrice {
  const components = new Map<string, number>([[MACHINE, list]]);
  const steps: PriceStep[] = [];
  // What nobody knows stays unknown, whatever is added to it.
  if (Number.isNaN(list)) return { total: list, components, steps };
  for (const stage of ['plus', 'times', 'at-most'] as const) {
    for (const rule of rules) {
      const { operation, amount, per, component } = rule.action.change;
      if (operation !== stage) continue;
      const size = per === undefined ? 1 : sizeOf(per.name);
      if (size === undefined) continue;
      const before = BigInt(components.get(component) ?? 0);
      const scaled = BigInt(amount) * BigInt(size);
      let exact: bigint;
      if (operation === 'plus') exact = before + scaled;
      else if (operation === 'times') exact = divideHalfEven(before * BigInt(amount), MILLIONTHS);
      else exact = before < scaled ? before : scaled;
      // Beyond nine million USD an hour nothing is told apart any more.
      const after = exact > MOST ? Number.MAX_SAFE_INTEGER : Number(exact);
      if (BigInt(after) === before) continue;
      components.set(component, after);
      steps.push({ rule: rule.id, component, change: after - Number(before) });
    }
  }
  let total = 0;
  for (const part of components.values()) total = Math.min(total + part, Number.MAX_SAFE_INTEGER);
  return { total, components, steps };
}
