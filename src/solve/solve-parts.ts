import type { IntegerEngine } from './integer.ts';
import type { PackingModel } from './packing.ts';
import { undominated } from './prune.ts';
import { type PackingAnswer, type Progress, type SolveLimits, solvePacking } from './solve-packing.ts';

/** The cheapest of several packing problems of which one is to be solved, with a bound on all of them. */

export interface PartAnswer extends PackingAnswer {
  /** `dominated`: another part's bins are no dearer and no smaller; its multipliers prove as much of this one. */
  readonly by?: number;
}

export interface PartsAnswer {
  readonly status: 'optimal' | 'feasible' | 'infeasible' | 'unknown';
  /** The part that is cheapest; undefined where no packing was found. */
  readonly part: number | undefined;
  /** By part; undefined where time was up before it was looked at. */
  readonly parts: readonly (PartAnswer | undefined)[];
  /** On all parts. */
  readonly bound: bigint;
}

/** Whether every bin of one model is covered by a bin of the other, for the same rows. */
function isDominated(model: PackingModel, by: PackingModel): boolean {
  const rowsOf = ({ rows, evenly }: PackingModel): string => JSON.stringify([rows, evenly]);
  if (by.supplies.length > 0 || rowsOf(model) !== rowsOf(by)) return false;
  const own = undominated(model).map((bin) => model.bins[bin]!);
  const theirs = undominated(by).map((bin) => by.bins[bin]!);
  const left = undominated({ ...by, bins: [...theirs, ...own.map((bin) => ({ ...bin, supply: undefined }))] });
  return left.every((bin) => bin < theirs.length);
}

/** @param cheap by part, a guess at what it costs: parts are looked at in this order */
export function solveParts(
  models: readonly PackingModel[],
  integer: IntegerEngine,
  limits: SolveLimits & { reportPart?(part: number, progress: Progress): void },
): PartsAnswer {
  const { remaining, reportPart } = limits;
  const parts: (PartAnswer | undefined)[] = models.map(() => undefined);
  let best: { readonly part: number; readonly cost: bigint } | undefined;
  // A short look at each tells where to begin; what is dominated is not looked at again.
  const order = models
    .map((model, part) => ({ part, guess: guessAt(model) }))
    .sort((a, b) => a.guess - b.guess || a.part - b.part);
  const solved: number[] = [];
  for (const { part } of order) {
    if (remaining() <= 0) break;
    const model = models[part]!;
    const better = solved.find((other) => isDominated(model, models[other]!));
    if (better !== undefined) {
      parts[part] = { ...parts[better]!, status: 'cut', packing: undefined, by: better };
      continue;
    }
    const answer = solvePacking(model, integer, {
      ...limits,
      cutoff: best?.cost,
      report: (progress) => reportPart?.(part, progress),
    });
    parts[part] = answer;
    if (answer.status === 'infeasible') continue;
    solved.push(part);
    if (answer.packing !== undefined && (best === undefined || answer.packing.cost < best.cost))
      best = { part, cost: answer.packing.cost };
  }
  let bound: bigint | undefined;
  for (const answer of parts) {
    if (answer?.status === 'infeasible') continue;
    const own = answer?.bound ?? 0n;
    if (bound === undefined || own < bound) bound = own;
  }
  if (best === undefined) {
    const isSure = parts.every((answer) => answer?.status === 'infeasible');
    return { status: isSure ? 'infeasible' : 'unknown', part: undefined, parts, bound: 0n };
  }
  const capped = bound === undefined || bound > best.cost ? best.cost : bound;
  return { status: capped === best.cost ? 'optimal' : 'feasible', part: best.part, parts, bound: capped };
}

/** About what a packing costs: each row at the cheapest share of a bin that holds it. */
function guessAt(model: PackingModel): number {
  let sum = 0;
  for (const [row, { demand }] of model.rows.entries()) {
    let least = Number.POSITIVE_INFINITY;
    for (const { price, capacity, sizes } of model.bins) {
      const size = sizes[row];
      if (size === undefined) continue;
      let share = 0;
      for (const [dimension, amount] of size.entries())
        if (amount > 0) share = Math.max(share, amount / capacity[dimension]!);
      if (share <= 1) least = Math.min(least, share * price);
    }
    if (demand > 0) sum += demand * least;
  }
  return sum;
}
