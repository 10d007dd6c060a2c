import { generate, type Limits } from './columns.ts';
import { greedy, isDone, type Residual, residualOf, use } from './greedy.ts';
import type { Master } from './master.ts';
import type { PackingModel, Pattern, Use } from './packing.ts';

/**
 * Diving: patterns are used as often as the master uses them wholly, or the most used one once; what remains is priced
 * anew, until all is placed.
 */
export function dive(
  model: PackingModel,
  master: Master,
  patterns: readonly Pattern[],
  limits: Limits,
): readonly Use[] | undefined {
  const residual: Residual = residualOf(model);
  const uses: Use[] = [];
  let known = patterns;
  while (!isDone(residual)) {
    // Evenly placed rows got their share when the residual was made.
    const rest: PackingModel = {
      ...model,
      rows: model.rows.map((row, index) => ({ ...row, demand: Math.max(0, residual.demand[index]!) })),
      supplies: residual.supplies,
      evenly: [],
    };
    const useful = known.filter(({ counts }) => counts.some((count, row) => count > 0 && rest.rows[row]!.demand > 0));
    const clipped = useful.map(({ bin, counts }) => ({
      bin,
      counts: counts.map((count, row) => Math.min(count, rest.rows[row]!.demand)),
    }));
    const { patterns: priced } = generate(rest, master, distinct(clipped), { ...limits, rounds: 6 });
    known = priced;
    const times = limits.expired() ? undefined : master.uses(rest, priced);
    if (times === undefined) {
      const last = greedy(model, new Float64Array(model.rows.length).fill(1), residual);
      return last === undefined ? undefined : [...uses, ...last];
    }
    let whole = 0;
    let most = -1;
    for (const [index, value] of times.entries()) {
      const count = Math.floor(value + 1e-6);
      if (count > 0 && isNeeded(priced[index]!, residual)) {
        uses.push(use(model, residual, priced[index]!, count));
        whole += 1;
      }
      if (value > 1e-6 && (most === -1 || fraction(value) > fraction(times[most]!) + 1e-9)) most = index;
    }
    if (whole > 0) continue;
    if (most === -1) return undefined;
    uses.push(use(model, residual, priced[most]!, 1));
  }
  return uses;
}

const fraction = (value: number): number => value - Math.floor(value);

function isNeeded({ counts }: Pattern, { demand }: Residual): boolean {
  return counts.some((count, row) => count > 0 && demand[row]! > 0);
}

function distinct(patterns: readonly Pattern[]): readonly Pattern[] {
  const byKey = new Map(patterns.map((pattern) => [`${pattern.bin}:${pattern.counts.join(',')}`, pattern]));
  return [...byKey.values()];
}
