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

/** What a host keeps back, as one amount of its own and one for each guest of a kind. */
export interface LinearReserve {
  readonly once: number;
  readonly perGuest: ReadonlyMap<string, number>;
}

/**
 * The same for any number of guests at once. Where shares of one name are partly per guest and partly not, or per guests
 * of different kinds, they are added up: never less than `reservedShare`, and the same for all others.
 */
export function linearReserve(
  rules: readonly RuleOf<'reserve'>[],
  dimension: 'mem' | 'cores',
  size: number,
): LinearReserve {
  const largest = new Map<string, { readonly per: string | undefined; amount: number }>();
  for (const { action } of rules) {
    for (const { name, dimension: own, percent, atLeast, per } of action.shares) {
      if (own !== dimension) continue;
      const amount = Math.max(atLeast, Math.ceil((size * percent) / 100));
      const key = `${name} ${per ?? ''}`;
      const known = largest.get(key);
      if (known === undefined) largest.set(key, { per, amount });
      else known.amount = Math.max(known.amount, amount);
    }
  }
  let once = 0;
  const perGuest = new Map<string, number>();
  for (const { per, amount } of largest.values()) {
    if (per === undefined) once += amount;
    else perGuest.set(per, (perGuest.get(per) ?? 0) + amount);
  }
  return { once, perGuest };
}
