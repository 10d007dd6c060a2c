import { gcd, type Items } from './filling-items.ts';
import type { PackingModel } from './packing.ts';

/** Steps that a table of all amounts of room may take. */
const MOST_STEPS = 60_000_000;
const MOST_CELLS = 4_000_000;

/**
 * The most valuable filling by a table over all amounts of room, in the units that sizes come in (bounded knapsacks by
 * powers of two); undefined where that is too large, or rows must be kept apart.
 */
export function tableFilling(
  model: PackingModel,
  items: Items,
): { readonly value: number; readonly chosen: Float64Array } | undefined {
  const { count, dimensions, sizes, most, values, capacity, room } = items;
  for (let item = 0; item < count; item += 1) if (model.rows[items.rows[item]!]!.apart.length > 0) return undefined;
  const strides: number[] = [];
  const units: number[] = [];
  const extents: number[] = [];
  let cells = 1;
  for (let dimension = 0; dimension < dimensions; dimension += 1) {
    let unit = 0;
    for (let item = 0; item < count; item += 1) unit = gcd(sizes[item * dimensions + dimension]!, unit);
    // Room in which everything fits does not bind.
    const binds = unit > 0 && room[dimension]! > capacity[dimension]!;
    units.push(unit);
    extents.push(binds ? Math.floor(capacity[dimension]! / unit) : 0);
    strides.push(cells);
    cells *= extents[dimension]! + 1;
  }
  const lots: { readonly item: number; readonly amount: number }[] = [];
  for (let item = 0; item < count; item += 1) {
    for (let rest = most[item]!, power = 1; rest > 0; power *= 2) {
      const amount = Math.min(power, rest);
      lots.push({ item, amount });
      rest -= amount;
    }
  }
  if (cells > MOST_CELLS || cells * lots.length > MOST_STEPS) return undefined;
  const worth = new Float64Array(cells);
  const taken = lots.map(() => new Uint8Array(Math.ceil(cells / 8)));
  for (const [lot, { item, amount }] of lots.entries()) {
    const steps = extents.map((extent, dimension) =>
      extent === 0 ? 0 : (sizes[item * dimensions + dimension]! * amount) / units[dimension]!,
    );
    if (steps.some((step, dimension) => step > extents[dimension]!)) continue;
    const offset = steps.reduce((sum, step, dimension) => sum + step * strides[dimension]!, 0);
    const gain = values[item]! * amount;
    const flags = taken[lot]!;
    // From the largest room down, so that each lot is taken once.
    const position = [...extents];
    for (let cell = cells - 1; cell >= 0; cell -= 1) {
      let holds = true;
      for (let dimension = 0; dimension < dimensions; dimension += 1)
        if (position[dimension]! < steps[dimension]!) holds = false;
      if (holds) {
        const candidate = worth[cell - offset]! + gain;
        if (candidate > worth[cell]!) {
          worth[cell] = candidate;
          flags[cell >> 3]! |= 1 << (cell & 7);
        }
      }
      for (let dimension = 0; dimension < dimensions; dimension += 1) {
        if (position[dimension]! > 0) {
          position[dimension]! -= 1;
          break;
        }
        position[dimension] = extents[dimension]!;
      }
    }
  }
  const chosen = new Float64Array(count);
  let cell = cells - 1;
  for (let lot = lots.length - 1; lot >= 0; lot -= 1) {
    if ((taken[lot]![cell >> 3]! & (1 << (cell & 7))) === 0) continue;
    const { item, amount } = lots[lot]!;
    chosen[item]! += amount;
    for (let dimension = 0; dimension < dimensions; dimension += 1)
      if (extents[dimension]! > 0)
        cell -= ((sizes[item * dimensions + dimension]! * amount) / units[dimension]!) * strides[dimension]!;
  }
  return { value: worth[cells - 1]!, chosen };
}
