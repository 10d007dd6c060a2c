import type { Company, ModelDefinition } from '../definition/model.ts';
import type { Bin, Packing } from '../definition/packing.ts';

/** What need not be looked at one by one: companies that are alike, and machines that others do as well as. */

/** A place as numbers, as far as it has to be looked at. */
export interface Cover extends Packing {
  /** What divides all prices; 0 where they are 0. */
  readonly grain: bigint;
  /** Whether it shows at once that nothing can be placed. */
  readonly isImpossible: boolean;
}

export const fitsIn = (size: readonly number[] | undefined, room: readonly number[]): boolean =>
  size?.every((amount, at) => amount <= room[at]!) === true;

/** Whether one of a row may be in a bin. */
export const mayHold = ({ most, sizes, room }: Bin, row: number): boolean => most[row]! > 0 && fitsIn(sizes[row], room);

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));

/** Companies that nothing tells apart, neither the catalog nor `mark`, as lists of their indices. */
export function alike(
  { companies, sites }: ModelDefinition,
  mark: (company: Company) => string,
): readonly (readonly number[])[] {
  const known = [...new Set(sites.map(({ sizes }) => sizes))];
  const lots = new Map<string, number[]>();
  for (const [index, company] of companies.entries()) {
    const isSingular = company.isSpread || company.most < Infinity || company.apart.size > 0;
    const key = String(isSingular ? index : [mark(company), ...known.map((sizes) => `/${sizes[index]}`)]);
    lots.set(key, [...(lots.get(key) ?? []), index]);
  }
  return [...lots.values()];
}

/** Whether one bin may hold whatever another may, and is there as often. */
const doesAsWell = (one: Bin, other: Bin): boolean =>
  (one.supply === undefined || one.supply === other.supply) &&
  (one.most === other.most || fitsIn(other.most, one.most)) &&
  fitsIn(other.room, one.room) &&
  (one.sizes === other.sizes || other.sizes.every((size, row) => size === undefined || fitsIn(one.sizes[row], size)));

/** A place without bins that cheaper ones do as well as. */
export function coverOf(packing: Packing | undefined): Cover {
  const { rows, evens, supplies, bins: all } = packing ?? { rows: [], evens: [], supplies: [], bins: [] };
  const bins: Bin[] = [];
  for (const bin of [...all].sort((a, b) => a.price - b.price))
    if (rows.some((_, row) => mayHold(bin, row)) && !bins.some((cheaper) => doesAsWell(cheaper, bin))) bins.push(bin);
  const isHeld = (row: number): boolean => bins.some((bin) => mayHold(bin, row));
  const isImpossible =
    packing === undefined ||
    rows.some(({ demand }, row) => demand > 0 && !isHeld(row)) ||
    evens.some((even) => even.rows.filter(isHeld).length < even.extra);
  const grain = bins.reduce((common, { price }) => gcd(common, BigInt(price)), 0n);
  return { rows, evens, supplies, bins, grain, isImpossible };
}
