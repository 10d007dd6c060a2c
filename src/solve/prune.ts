import { type Bin, ceilingsOf, type PackingModel } from './packing.ts';

/**
 * Leaves out bins that another does as well as: at no higher price, with no less room, for the same rows and more, and
 * not bound by a supply that the one left out is not.
 */

/** Capacities no larger than all demand together is. */
function clipped(ceilings: readonly number[], bin: Bin): readonly number[] {
  return bin.capacity.map((amount, dimension) => {
    let total = 0;
    for (const [row, most] of ceilings.entries()) {
      const size = bin.sizes[row]?.[dimension] ?? 0;
      if (size > 0) total += size * most;
    }
    return Math.min(amount, total);
  });
}

const known = new WeakMap<PackingModel, readonly number[]>();

/** The indices of the bins that remain, in order. */
export function undominated(model: PackingModel): readonly number[] {
  let kept = known.get(model);
  if (kept === undefined) {
    kept = remaining(model);
    known.set(model, kept);
  }
  return kept;
}

function remaining(model: PackingModel): readonly number[] {
  const { bins, rows } = model;
  // Bins of the same sizes are compared by capacity and by the rows that they may hold.
  const ceilings = ceilingsOf(model).map((count, row) => Math.min(count, rows[row]!.most));
  const capacities = bins.map((bin) => clipped(ceilings, bin));
  const useful = (index: number): boolean =>
    rows.some((_, row) => {
      const size = bins[index]!.sizes[row];
      return size?.every((amount, dimension) => amount <= bins[index]!.capacity[dimension]!) === true;
    });
  const order = bins
    .map((_, index) => index)
    .filter(useful)
    .sort((a, b) => bins[a]!.price - bins[b]!.price || a - b);
  const kept: number[] = [];
  const covers = (better: number, worse: number): boolean => {
    const [one, other] = [bins[better]!, bins[worse]!];
    if (one.supply !== undefined && one.supply !== other.supply) return false;
    for (const [dimension, amount] of capacities[worse]!.entries())
      if (capacities[better]![dimension]! < amount) return false;
    if (one.most !== undefined) return false;
    if (one.sizes === other.sizes) return true;
    return rows.every((_, row) => {
      const [own, theirs] = [one.sizes[row], other.sizes[row]];
      if (theirs === undefined) return true;
      return own?.every((amount, dimension) => amount <= theirs[dimension]!) === true;
    });
  };
  for (const index of order) {
    // Of equal ones the first stays: those before are no dearer.
    if (!kept.some((better) => covers(better, index))) kept.push(index);
  }
  return kept.sort((a, b) => a - b);
}
