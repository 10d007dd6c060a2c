import { type Conflict, conflictingRows } from './conflict.ts';
import type { PackingModel } from './packing.ts';
import { undominated } from './prune.ts';
import type { PackingAnswer, Progress, SolveLimits } from './solve-packing.ts';

/** The cheapest of several packing problems of which one is to be solved, with a bound on all of them. */

export interface PartAnswer extends PackingAnswer {
  /** Another part's bins are no dearer and no smaller; its multipliers prove as much of this one. */
  readonly by?: number;
  /** Where there is no packing: smallest sets of rows that cannot be packed. */
  readonly conflicts?: readonly Conflict[];
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

/** How one packing problem is solved. */
export type Solver = (model: PackingModel, limits: SolveLimits) => PackingAnswer;

/** @param report told of the part that is being solved */
export function solveParts(
  models: readonly PackingModel[],
  solver: Solver,
  limits: Omit<SolveLimits, 'report'>,
  report?: (part: number, progress: Progress) => void,
): PartsAnswer {
  const { remaining } = limits;
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
    const answer = solver(model, {
      ...limits,
      cutoff: best === undefined ? limits.cutoff : best.cost,
      report: (progress) => report?.(part, progress),
    });
    parts[part] = answer;
    if (answer.status === 'infeasible') {
      const isInfeasible = (rest: PackingModel): boolean =>
        solver(rest, { ...limits, cutoff: undefined }).status === 'infeasible';
      parts[part] = { ...answer, conflicts: conflictingRows(model, isInfeasible) };
      continue;
    }
    solved.push(part);
    const cost = answer.packing?.cost;
    if (cost !== undefined && cost < (best?.cost ?? limits.cutoff ?? cost + 1n)) best = { part, cost };
  }
  return summed(parts);
}

/** What the answers to all parts come to. */
export function summed(parts: readonly (PartAnswer | undefined)[]): PartsAnswer {
  let best: { readonly part: number; readonly cost: bigint } | undefined;
  let bound: bigint | undefined;
  for (const [part, answer] of parts.entries()) {
    if (answer?.status === 'infeasible') continue;
    const own = answer?.bound ?? 0n;
    if (bound === undefined || own < bound) bound = own;
    const cost = answer?.packing?.cost;
    if (cost !== undefined && (best === undefined || cost < best.cost)) best = { part, cost };
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
