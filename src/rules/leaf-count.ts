import type { Condition } from './rule.ts';

/** How large conditions may get. */
export const MOST_LEAVES = 10_000;

/** How many leaves a condition has once its named conditions are written out. */
export function countLeaves(condition: Condition, known = new Map<Condition, number>()): number {
  const before = known.get(condition);
  if (before !== undefined) return before;
  let count = 1;
  if (condition.kind === 'not') count = countLeaves(condition.of, known);
  else if (condition.kind === 'all' || condition.kind === 'any') {
    count = condition.of.reduce((total, part) => total + countLeaves(part, known), 0);
  }
  known.set(condition, count);
  return count;
}
