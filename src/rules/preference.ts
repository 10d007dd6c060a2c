import { divideHalfEven } from '../quantity/decimal.ts';
import type { RuleOf } from './program.ts';

/**
 * What an offer ranks by under preferences: its billed price, and as many millionths of it more as all penalties and
 * bonuses come to together, rounded once, half to even. Nobody pays it. Adding up, they leave no trace of their order;
 * below nothing it does not fall.
 *
 * @param billed nano-dollars per hour; NaN when unknown, and so is the result then
 * @param rules those that apply
 */
export function rankPrice(billed: number, rules: readonly RuleOf<'prefer'>[]): number {
  if (rules.length === 0 || Number.isNaN(billed)) return billed;
  const share = rules.reduce((total, rule) => total + rule.action.preference.share, 0);
  const factor = BigInt(Math.max(0, WHOLE + share));
  const rank = divideHalfEven(BigInt(billed) * factor, BigInt(WHOLE));
  return rank > MOST ? Number.MAX_SAFE_INTEGER : Number(rank);
}

const WHOLE = 1_000_000;
const MOST = BigInt(Number.MAX_SAFE_INTEGER);
