import type { Condition } from './rule.ts';

/** What conditions read. */

/** Every leaf and capability test of a condition, with whether it stands under an odd number of `not`s. */
export function* leavesOf(
  condition: Condition,
  negated = false,
): Generator<{ leaf: Exclude<Condition, { of: unknown }>; negated: boolean }> {
  switch (condition.kind) {
    case 'all':
    case 'any':
      for (const part of condition.of) yield* leavesOf(part, negated);
      return;
    case 'not':
      yield* leavesOf(condition.of, !negated);
      return;
    default:
      yield { leaf: condition, negated };
  }
}

/** What a condition reads, in the order of `leavesOf`, each once. */
export function readsOf(condition: Condition): readonly Exclude<Condition, { of: unknown }>[] {
  let known = reads.get(condition);
  if (known === undefined) {
    known = [...new Set([...leavesOf(condition)].map(({ leaf }) => leaf))];
    reads.set(condition, known);
  }
  return known;
}
const reads = new WeakMap<Condition, readonly Exclude<Condition, { of: unknown }>[]>();
