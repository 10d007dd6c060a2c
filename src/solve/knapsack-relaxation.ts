/**
 * The linear relaxation of filling one bin: maximise Σ value·x with Σ size·x ≤ capacity and 0 ≤ x ≤ most. Solved by the
 * primal simplex method for bounded variables (Dantzig 1955) with a dense inverse, since there are few dimensions. Its
 * multipliers bound what any filling is worth, whether or not the method ended.
 */

/** A bin's problem in flat arrays: `sizes[item * dimensions + dimension]`, capacities scaled to 1. */
export interface Filling {
  readonly dimensions: number;
  readonly items: number;
  readonly sizes: Float64Array;
  readonly most: Float64Array;
}

export interface Relaxed {
  /** No filling is worth more. */
  readonly bound: number;
  /** What each dimension is worth, per whole capacity; not negative. */
  readonly worth: Float64Array;
}

const MOST_PIVOTS = 400;
const TOLERANCE = 1e-11;

/** Σ worth + Σ most × what is left of a value after paying for its size (weak duality), for any worth ≥ 0. */
export function boundAt(
  { dimensions, items, sizes, most }: Filling,
  values: Float64Array,
  worth: Float64Array,
): number {
  let bound = 0;
  for (let dimension = 0; dimension < dimensions; dimension += 1) bound += worth[dimension]!;
  for (let item = 0; item < items; item += 1) {
    let left = values[item]!;
    for (let dimension = 0; dimension < dimensions; dimension += 1)
      left -= worth[dimension]! * sizes[item * dimensions + dimension]!;
    if (left > 0) bound += left * most[item]!;
  }
  return bound;
}

/** @param values what one of each item is worth, not negative */
export function relax(filling: Filling, values: Float64Array): Relaxed {
  const { dimensions, items, sizes, most } = filling;
  const total = items + dimensions;
  // Variables: items, then slacks. At first all items are out and the slacks are the basis.
  const basis = new Int32Array(dimensions);
  const inverse = new Float64Array(dimensions * dimensions);
  const basic = new Float64Array(dimensions);
  const atMost = new Uint8Array(total);
  const inBasis = new Uint8Array(total);
  for (let row = 0; row < dimensions; row += 1) {
    basis[row] = items + row;
    inBasis[items + row] = 1;
    inverse[row * dimensions + row] = 1;
    basic[row] = 1;
  }
  const worth = new Float64Array(dimensions);
  const direction = new Float64Array(dimensions);
  const price = (): void => {
    for (let column = 0; column < dimensions; column += 1) {
      let sum = 0;
      for (let row = 0; row < dimensions; row += 1) {
        const variable = basis[row]!;
        if (variable < items) sum += values[variable]! * inverse[row * dimensions + column]!;
      }
      worth[column] = sum;
    }
  };
  for (let pivot = 0; pivot < MOST_PIVOTS; pivot += 1) {
    price();
    // The most promising variable; later, the first one that promises anything, which cannot cycle.
    let entering = -1;
    let best = TOLERANCE;
    for (let variable = 0; variable < total; variable += 1) {
      if (inBasis[variable] === 1 || (variable < items && most[variable] === 0)) continue;
      let gain = variable < items ? values[variable]! : 0;
      if (variable < items) {
        for (let dimension = 0; dimension < dimensions; dimension += 1)
          gain -= worth[dimension]! * sizes[variable * dimensions + dimension]!;
      } else gain = -worth[variable - items]!;
      if (atMost[variable] === 1) gain = -gain;
      if (gain > best) {
        entering = variable;
        best = gain;
        if (pivot > MOST_PIVOTS / 2) break;
      }
    }
    if (entering === -1) break;
    const sign = atMost[entering] === 1 ? -1 : 1;
    for (let row = 0; row < dimensions; row += 1) {
      let sum = 0;
      if (entering < items) {
        for (let column = 0; column < dimensions; column += 1)
          sum += inverse[row * dimensions + column]! * sizes[entering * dimensions + column]!;
      } else sum = inverse[row * dimensions + (entering - items)]!;
      direction[row] = sum * sign;
    }
    let step = entering < items ? most[entering]! : Number.POSITIVE_INFINITY;
    let leaving = -1;
    let toMost = false;
    for (let row = 0; row < dimensions; row += 1) {
      const rate = direction[row]!;
      const variable = basis[row]!;
      if (rate > TOLERANCE) {
        const length = Math.max(0, basic[row]!) / rate;
        if (length < step) [step, leaving, toMost] = [length, row, false];
      } else if (rate < -TOLERANCE && variable < items && most[variable]! < Number.POSITIVE_INFINITY) {
        const length = Math.max(0, most[variable]! - basic[row]!) / -rate;
        if (length < step) [step, leaving, toMost] = [length, row, true];
      }
    }
    if (step === Number.POSITIVE_INFINITY) break;
    for (let row = 0; row < dimensions; row += 1) basic[row]! -= direction[row]! * step;
    if (leaving === -1) {
      atMost[entering] = atMost[entering] === 1 ? 0 : 1;
      continue;
    }
    const out = basis[leaving]!;
    inBasis[out] = 0;
    atMost[out] = toMost ? 1 : 0;
    const started = atMost[entering] === 1 ? most[entering]! : 0;
    atMost[entering] = 0;
    inBasis[entering] = 1;
    basis[leaving] = entering;
    basic[leaving] = started + sign * step;
    const pivotOf = direction[leaving]! * sign;
    for (let column = 0; column < dimensions; column += 1) inverse[leaving * dimensions + column]! /= pivotOf;
    for (let row = 0; row < dimensions; row += 1) {
      if (row === leaving) continue;
      const factor = direction[row]! * sign;
      if (factor === 0) continue;
      for (let column = 0; column < dimensions; column += 1)
        inverse[row * dimensions + column]! -= factor * inverse[leaving * dimensions + column]!;
    }
  }
  price();
  for (let dimension = 0; dimension < dimensions; dimension += 1) worth[dimension] = Math.max(0, worth[dimension]!);
  return { bound: boundAt(filling, values, worth), worth };
}
