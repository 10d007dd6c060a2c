import type { RuleOf } from './program.ts';

/**
 * What a host keeps back for itself and per guest. Shares of different names add up; within a name the largest wins.
 *
 * @param dimension what is asked for: MiB of memory, or cores
 * @param size the host's own size in that dimension
 * @param guests how many guests of a kind the host holds
 */
export function reservedShare(
  rules: readonly RuleOf<'reserve'>[],
  dimension: 'mem' | 'cores',
  size: number,
  guests: (kind: string) => number,
): number {
  let largest: Map<string, number> | undefined;
  for (const rule of rules) {
    for (const share of rule.action.shares) {
      if (share.dimension !== dimension) continue;
      const once = Math.max(share.atLeast, Math.ceil((size * share.percent) / 100));
      const amount = once * (share.per === undefined ? 1 : guests(share.per));
      largest ??= new Map();
      largest.set(share.name, Math.max(largest.get(share.name) ?? 0, amount));
    }
  }
  if (largest === undefined) return 0;
  let total = 0;
  for (const amount of largest.values()) total += amount;
  return total;
}
