import type { PackingModel } from './packing.ts';

/**
 * What multipliers prove: a lower bound on every packing's cost, valid whatever the multipliers are (weak duality;
 * Farley 1990). In exact integers: thousandths of the unit that prices are in.
 */

/** Multipliers are integers of so many parts of a unit of price. */
export const PARTS = 1_000n;

/**
 * @param multipliers by row, not negative, in thousandths
 * @param surplus by supply: by how much the worth of the best filling of one of its bins may exceed its price, in
 *   thousandths, at the most. In bins of no supply no filling may be worth more than their price.
 */
export function boundOf(model: PackingModel, multipliers: readonly bigint[], surplus: readonly bigint[]): bigint {
  const parts = partsOf(model, multipliers, surplus);
  return parts <= 0n ? 0n : (parts + PARTS - 1n) / PARTS;
}

/** The same in thousandths, as it is: it may be below nothing. */
export function partsOf(model: PackingModel, multipliers: readonly bigint[], surplus: readonly bigint[]): bigint {
  let parts = 0n;
  for (const [row, { demand }] of model.rows.entries()) parts += multipliers[row]! * BigInt(demand);
  for (const { rows, extra } of model.evenly) {
    // The cheapest rows take what is to be placed beyond the same number everywhere.
    const least = rows.map((row) => multipliers[row]!).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    for (const multiplier of least.slice(0, extra)) parts += multiplier;
  }
  for (const [supply, limit] of model.supplies.entries()) parts -= surplus[supply]! * BigInt(limit);
  return parts;
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));

/** What divides every price: costs are multiples of it. 0 where all prices are. */
export function grainOf({ bins }: PackingModel): bigint {
  return bins.reduce((common, { price }) => gcd(common, BigInt(price)), 0n);
}

/** The least possible cost that is not below a bound. */
export function roundedUp(bound: bigint, grain: bigint): bigint {
  return grain === 0n ? 0n : ((bound + grain - 1n) / grain) * grain;
}

/** Whether costs differ by so much that an engine that reckons in doubles cannot have taken one for another. */
export function isCoarse(model: PackingModel, cost: bigint): boolean {
  const dearest = model.bins.reduce((most, { price }) => Math.max(most, price), 0);
  return grainOf(model) * 1_000_000n >= cost && grainOf(model) * 1_000_000n >= BigInt(dearest);
}
