import type { PackingModel } from './packing.ts';
import { isHeld } from './packing.ts';

export interface Conflict {
  readonly rows: readonly number[];
  /** No bin holds the row; or there are too few bins for the rows together. */
  readonly reason: 'held-by-none' | 'too-few-bins';
}

/**
 * Which rows cannot be packed: those that no bin holds, each by itself; else one smallest set of rows that cannot be
 * packed together, found by leaving out one after the other (deletion filter; Chinneck and Dravnieks 1991).
 *
 * @param isInfeasible whether it is proved that a model has no packing
 */
export function conflictingRows(
  model: PackingModel,
  isInfeasible: (model: PackingModel) => boolean,
): readonly Conflict[] {
  const wanted = model.rows.flatMap(({ demand }, row) => (demand > 0 ? [row] : []));
  const alone = wanted.filter((row) => !isHeld(model, row));
  if (alone.length > 0) return alone.map((row) => ({ rows: [row], reason: 'held-by-none' }));
  const lots = model.evenly.filter(({ extra }) => extra > 0).flatMap(({ rows }) => rows);
  let kept = [...new Set([...wanted, ...lots])];
  const only = (rows: readonly number[]): PackingModel => ({
    ...model,
    rows: model.rows.map((row, index) => (rows.includes(index) ? row : { ...row, demand: 0 })),
    evenly: model.evenly.filter((lot) => lot.rows.some((row) => rows.includes(row))),
  });
  for (const row of [...kept]) {
    const rest = kept.filter((other) => other !== row);
    if (isInfeasible(only(rest))) kept = rest;
  }
  return [{ rows: kept, reason: 'too-few-bins' }];
}
