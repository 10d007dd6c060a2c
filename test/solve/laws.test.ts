import fc from 'fast-check';
import loader, { type Highs } from 'highs';
import { beforeAll, describe, expect, it } from 'vitest';
import { highsEngine, type IntegerEngine } from '../../src/solve/integer.ts';
import { isPacking, type PackingModel } from '../../src/solve/packing.ts';
import { type PackingAnswer, type SolveLimits, solvePacking } from '../../src/solve/solve-packing.ts';
import { solveParts } from '../../src/solve/solve-parts.ts';
import { packingModels } from '../arbitraries/packing.ts';
import { runs } from '../support/fuzz.ts';

let engine: IntegerEngine;
beforeAll(async () => {
  engine = highsEngine(await (loader as unknown as () => Promise<Highs>)());
});

const unlimited: SolveLimits = { remaining: () => Number.POSITIVE_INFINITY };
const solve = (model: PackingModel, limits = unlimited): PackingAnswer => solvePacking(model, engine, limits);
const small = packingModels({ rows: 4, units: 10, bins: 6 });

/** The cost where one was proved; Infinity where there is no packing. */
function costOf({ status, packing }: PackingAnswer): number | undefined {
  if (status === 'infeasible') return Number.POSITIVE_INFINITY;
  return status === 'optimal' ? Number(packing?.cost) : undefined;
}

/** Holds two answers against each other where both are proved. */
function compare(one: PackingAnswer, other: PackingAnswer, check: (a: number, b: number) => void): void {
  const [a, b] = [costOf(one), costOf(other)];
  if (a !== undefined && b !== undefined) check(a, b);
}

describe('laws of packing', () => {
  it('another kind of bin never makes it dearer, and one that is used nowhere changes nothing', () => {
    fc.assert(
      fc.property(small, fc.nat(), (model, pick) => {
        const out = pick % model.bins.length;
        const fewer = { ...model, bins: model.bins.filter((_, index) => index !== out) };
        const whole = solve(model);
        compare(whole, solve(fewer), (a, b) => {
          expect(a).toBeLessThanOrEqual(b);
          if (whole.packing !== undefined && !whole.packing.uses.some(({ pattern }) => pattern.bin === out))
            expect(a).toBe(b);
        });
      }),
      runs(150, 3_000),
    );
  });

  it('prices times a number make the cost that many times as high', () => {
    fc.assert(
      fc.property(small, fc.integer({ min: 2, max: 9 }), (model, factor) => {
        const scaled = { ...model, bins: model.bins.map((bin) => ({ ...bin, price: bin.price * factor })) };
        compare(solve(model), solve(scaled), (a, b) => expect(b).toBe(a * factor));
      }),
      runs(150, 3_000),
    );
  });

  it('the order of bins changes no cost', () => {
    fc.assert(
      fc.property(small, (model) => {
        compare(solve(model), solve({ ...model, bins: [...model.bins].reverse() }), (a, b) => expect(b).toBe(a));
      }),
      runs(150, 3_000),
    );
  });

  it('two models side by side cost what both cost', () => {
    fc.assert(
      fc.property(small, small, (one, other) => {
        fc.pre(one.bins[0]!.capacity.length === other.bins[0]!.capacity.length);
        const rows = one.rows.length;
        const both: PackingModel = {
          rows: [...one.rows, ...other.rows.map((row) => ({ ...row, apart: row.apart.map((index) => index + rows) }))],
          bins: [
            ...one.bins.map((bin) => ({
              ...bin,
              sizes: [...bin.sizes, ...other.rows.map(() => undefined)],
              ...(bin.most === undefined ? {} : { most: [...bin.most, ...other.rows.map(() => 0)] }),
            })),
            ...other.bins.map((bin) => ({
              ...bin,
              sizes: [...one.rows.map(() => undefined), ...bin.sizes],
              supply: bin.supply === undefined ? undefined : bin.supply + one.supplies.length,
              ...(bin.most === undefined ? {} : { most: [...one.rows.map(() => 0), ...bin.most] }),
            })),
          ],
          supplies: [...one.supplies, ...other.supplies],
          evenly: [
            ...one.evenly,
            ...other.evenly.map(({ rows: lot, extra }) => ({ rows: lot.map((row) => row + rows), extra })),
          ],
        };
        const [a, b] = [costOf(solve(one)), costOf(solve(other))];
        const sum = costOf(solve(both));
        if (a !== undefined && b !== undefined && sum !== undefined) expect(sum).toBe(a + b);
      }),
      runs(100, 2_000),
    );
  });

  it('twice the room never makes it dearer', () => {
    fc.assert(
      fc.property(small, (model) => {
        const roomy = {
          ...model,
          bins: model.bins.map((bin) => ({ ...bin, capacity: bin.capacity.map((amount) => amount * 2) })),
        };
        compare(solve(model), solve(roomy), (a, b) => expect(b).toBeLessThanOrEqual(a));
      }),
      runs(150, 3_000),
    );
  });

  it('a limit of time never gives a cheaper packing, a wrong one, or a bound that is too high', () => {
    fc.assert(
      fc.property(small, fc.nat(12), (model, looks) => {
        const whole = costOf(solve(model));
        fc.pre(whole !== undefined);
        // A clock that runs out after so many looks at it.
        let left = looks;
        const hurried = solve(model, { remaining: () => (left-- > 0 ? 1 : 0) });
        expect(Number(hurried.bound)).toBeLessThanOrEqual(whole!);
        if (hurried.packing !== undefined) {
          expect(isPacking(model, hurried.packing.uses)).toBe(true);
          expect(Number(hurried.packing.cost)).toBeGreaterThanOrEqual(whole!);
        }
        if (hurried.status === 'optimal') expect(Number(hurried.packing?.cost)).toBe(whole);
        if (hurried.status === 'infeasible') expect(whole).toBe(Number.POSITIVE_INFINITY);
      }),
      runs(200, 5_000),
    );
  });

  it('of several models the cheapest is found, and its bound holds for all', () => {
    fc.assert(
      fc.property(fc.array(small, { minLength: 1, maxLength: 4 }), (models) => {
        const costs = models.map((model) => costOf(solve(model)));
        fc.pre(costs.every((cost) => cost !== undefined));
        const answer = solveParts(models, (model, limits) => solvePacking(model, engine, limits), unlimited);
        const least = Math.min(...(costs as number[]));
        if (least === Number.POSITIVE_INFINITY) expect(answer.status).toBe('infeasible');
        else {
          expect(answer.status).toBe('optimal');
          expect(Number(answer.bound)).toBe(least);
          expect(Number(answer.parts[answer.part!]?.packing?.cost)).toBe(least);
        }
      }),
      runs(100, 2_000),
    );
  });
});
