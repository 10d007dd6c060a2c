import { compareText } from '../quantity/order.ts';
import { canonicalConstraints } from '../request/constraints.ts';
import type { ModelRequest, UnitGroup } from '../request/model.ts';
import type { Base } from '../request/request.ts';

/**
 * Units as the solver sees them: those that sit together are one, and those that are alike in all that matters are
 * counted. How many kinds there are, not how many units, is what makes a model hard.
 */

/** Groups whose units i share machine i: one that leads, and those that are with it. */
export interface Company {
  readonly leader: UnitGroup;
  /** The leader first. */
  readonly groups: readonly UnitGroup[];
  /** How many of them are still to be placed. */
  readonly open: number;
}

export interface UnitClass {
  readonly companies: readonly Company[];
  /** What one takes in all, reserves for guests not counted. */
  readonly needs: ReadonlyMap<string, number>;
  /** How many guests of each kind one is. */
  readonly guests: ReadonlyMap<string, number>;
  /** How many of them are to be placed. */
  readonly demand: number;
  readonly most: number;
  /** Classes that may not share a machine with this one, by index. */
  readonly apart: readonly number[];
  readonly spread: boolean;
  /** The bases that a machine may have: that of units in no container; undefined: any. */
  readonly base: Base | undefined;
}

const sameBase = (a: Base, b: Base): boolean => a.os === b.os && a.release === b.release;

/** The groups by who is with whom, in the order of the request. */
export function companiesOf({ units, machines }: ModelRequest): readonly Company[] {
  const placed = new Set(machines.flatMap((machine) => machine.units));
  return units
    .filter((group) => group.with === undefined)
    .map((leader) => ({
      leader,
      groups: [leader, ...units.filter((group) => group.with === leader.id)],
      open: Array.from({ length: leader.count }, (_, index) => `${leader.id}/${index}`).filter((id) => !placed.has(id))
        .length,
    }));
}

function addUp(groups: readonly UnitGroup[]): ReadonlyMap<string, number> {
  const sum = new Map<string, number>();
  for (const { needs } of groups)
    for (const [dimension, amount] of needs) sum.set(dimension, (sum.get(dimension) ?? 0) + amount);
  return sum;
}

function guestsOf(groups: readonly UnitGroup[]): ReadonlyMap<string, number> {
  const guests = new Map<string, number>();
  for (const { container } of groups)
    if (container !== undefined) guests.set(container.capability, (guests.get(container.capability) ?? 0) + 1);
  return guests;
}

/** Whatever a unit asks of its machine, as a text: units of equal texts fit the same machines. */
export function signatureOf({ constraints, container, base }: UnitGroup): string {
  return JSON.stringify([
    canonicalConstraints(constraints),
    container?.capability,
    container?.atLeast,
    container === undefined ? `${base.os}@${base.release}` : '',
  ]);
}

/** The one base of units in no container; undefined where there are none; `clash` where there are several. */
function baseOf(groups: readonly UnitGroup[]): Base | undefined | 'clash' {
  const bases = groups.filter((group) => group.container === undefined).map((group) => group.base);
  const [first] = bases;
  return first === undefined || bases.every((base) => sameBase(base, first)) ? first : 'clash';
}

/** Whether two companies may not share a machine. */
function areApart(a: Company, b: Company): boolean {
  return a.groups.some((one) =>
    b.groups.some((other) => one.apartFrom.includes(other.id) || other.apartFrom.includes(one.id)),
  );
}

/** Classes in the order of their first company. A company whose own units need different bases is in `clashing`. */
export function classesOf(companies: readonly Company[]): {
  readonly classes: readonly UnitClass[];
  readonly clashing: readonly Company[];
} {
  const clashing = companies.filter(({ groups }) => baseOf(groups) === 'clash');
  const open = companies.filter((company) => !clashing.includes(company));
  const byKey = new Map<string, Company[]>();
  for (const company of open) {
    const { groups, leader } = company;
    const limits = groups.map((group) => group.maxPerMachine ?? Number.POSITIVE_INFINITY);
    // Whoever may not be with its like, or with others, or is spread, is counted by itself.
    const isParticular =
      Math.min(...limits) < Number.POSITIVE_INFINITY ||
      groups.some((group) => group.spread !== undefined) ||
      open.some((other) => other !== company && areApart(company, other));
    const needs = [...addUp(groups)].sort(([a], [b]) => compareText(a, b));
    const key = isParticular ? leader.id : JSON.stringify([needs, groups.map(signatureOf).sort(compareText)]);
    byKey.set(key, [...(byKey.get(key) ?? []), company]);
  }
  const lots = [...byKey.values()];
  const classes = lots.map((lot): UnitClass => {
    const { groups } = lot[0]!;
    return {
      companies: lot,
      needs: addUp(groups),
      guests: guestsOf(groups),
      demand: lot.reduce((sum, company) => sum + company.open, 0),
      most: Math.min(...groups.map((group) => group.maxPerMachine ?? Number.POSITIVE_INFINITY)),
      apart: lots.flatMap((other, index) => (other !== lot && areApart(lot[0]!, other[0]!) ? [index] : [])),
      spread: groups.some((group) => group.spread !== undefined),
      base: baseOf(groups) as Base | undefined,
    };
  });
  return { classes, clashing };
}
