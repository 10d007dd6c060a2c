import type { Machine } from '../plan/schema.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatSize } from '../quantity/size.ts';

/** How full machines are, in words and numbers. */

export type Fill = NonNullable<Machine['fill']>;
export type Filled = Fill[string];

/** The word for a dimension that people read. */
export const dimensionName = (dimension: string): string => (dimension === 'cpu-milli' ? 'cores' : dimension);

/** An amount of a dimension: `2.5` cores, `640M` of memory. Exact. */
export function amountText(dimension: string, amount: number): string {
  if (amount === 0) return '0';
  switch (dimension) {
    case 'cpu-milli':
      return formatDecimal(amount, 3);
    case 'mem':
    case 'root-disk':
      return formatSize(amount);
    case 'local-disk':
      return `${amount}G`;
    default:
      return String(amount);
  }
}

/** Whole percents of a machine that are taken, what is kept back among them: 100 only where nothing is left. */
export function percentFull({ used, reserved, capacity }: Filled): number | undefined {
  if (capacity === null || capacity === 0) return undefined;
  return Number((BigInt(used + reserved) * 100n) / BigInt(capacity));
}

/** `12.5/16G`; `20G at launch` where a machine gets as much as is asked for. */
export function fillText(dimension: string, filled: Filled): string {
  const { used, reserved, capacity } = filled;
  if (capacity === null) return `${amountText(dimension, used + reserved)} at launch`;
  const [part, whole] = [amountText(dimension, used), amountText(dimension, capacity)];
  const unit = /[A-Z]$/.exec(whole)?.[0];
  return `${unit !== undefined && part.endsWith(unit) ? part.slice(0, -1) : part}/${whole}`;
}

/** What rules keep back of a machine: `mem 640M`; nothing where they keep nothing. */
export function keptText(fill: Fill): string {
  return Object.entries(fill)
    .filter(([, { reserved }]) => reserved > 0)
    .map(([dimension, { reserved }]) => `${dimensionName(dimension)} ${amountText(dimension, reserved)}`)
    .join(', ');
}

/** What is left of a dimension; undefined where there is no limit. */
export function leftOf({ used, reserved, capacity }: Filled): number | undefined {
  return capacity === null ? undefined : Math.max(0, capacity - used - reserved);
}

/** The dimension of which the smallest share is left, the first by name among equals; undefined without any limit. */
export function tightestOf(fill: Fill): string | undefined {
  let tightest: string | undefined;
  for (const dimension of Object.keys(fill).sort()) {
    const { used, reserved, capacity } = fill[dimension]!;
    if (capacity === null || capacity === 0) continue;
    const best = tightest === undefined ? undefined : fill[tightest]!;
    if (
      best === undefined ||
      BigInt(used + reserved) * BigInt(best.capacity!) > BigInt(best.used + best.reserved) * BigInt(capacity)
    )
      tightest = dimension;
  }
  return tightest;
}

/** Every dimension that machines tell of: cores and memory first, then by name. */
export function dimensionsIn(machines: readonly Machine[]): readonly string[] {
  const all = new Set(machines.flatMap(({ fill }) => Object.keys(fill ?? {})));
  const first = ['cpu-milli', 'mem'].filter((dimension) => all.has(dimension));
  return [...first, ...[...all].filter((dimension) => !first.includes(dimension)).sort()];
}
