import fc from 'fast-check';
import loader, { type Highs } from 'highs';
import { beforeAll, describe, expect, it } from 'vitest';
import { assignment, firstFitDecreasing } from '../../src/solve/engines.ts';
import { highsEngine, type IntegerEngine } from '../../src/solve/integer.ts';
import { isPacking } from '../../src/solve/packing.ts';
import { solvePacking } from '../../src/solve/solve-packing.ts';
import { packingModels } from '../arbitraries/packing.ts';
import { brutePacking } from '../oracle/brute-packing.ts';
import { runs } from '../support/fuzz.ts';

let highs: Highs;
let engine: IntegerEngine;
beforeAll(async () => {
  highs = await (loader as unknown as () => Promise<Highs>)();
  engine = highsEngine(highs);
});

const unlimited = { remaining: () => Number.POSITIVE_INFINITY };

describe('solvePacking', () => {
  it('finds what trying everything finds, and proves it', () => {
    fc.assert(
      fc.property(packingModels({ rows: 4, units: 6, bins: 6 }), (model) => {
        const least = brutePacking(model);
        const answer = solvePacking(model, engine, unlimited);
        if (least === undefined) {
          expect(answer.packing).toBeUndefined();
          expect(answer.status).toBe('infeasible');
          return;
        }
        expect(answer.packing && isPacking(model, answer.packing.uses)).toBe(true);
        expect(Number(answer.bound)).toBeLessThanOrEqual(least);
        expect(answer).toMatchObject({ status: 'optimal', bound: BigInt(least), packing: { cost: BigInt(least) } });
      }),
      runs(300, 10_000),
    );
  });

  // Cutoffs are what another model costs, so they need not be sums of these prices.
  const cuts = fc.record({
    drawn: packingModels({ rows: 3, units: 4, bins: 4 }),
    scale: fc.constantFrom(1, 10, 97),
    near: fc.integer({ min: -120, max: 120 }),
    isSmall: fc.boolean(),
  });

  it('finds whatever is cheaper than a cutoff, and proves where nothing is', () => {
    let cut = 0;
    fc.assert(
      fc.property(cuts, ({ drawn, scale, near, isSmall }) => {
        const model = { ...drawn, bins: drawn.bins.map((bin) => ({ ...bin, price: bin.price * scale })) };
        const least = brutePacking(model);
        fc.pre(least !== undefined);
        const cutoff = BigInt(isSmall ? Math.abs(near) : Math.max(0, least! + near));
        const answer = solvePacking(model, engine, { ...unlimited, cutoff });
        if (BigInt(least!) < cutoff) {
          expect(answer).toMatchObject({ status: 'optimal', packing: { cost: BigInt(least!) } });
          return;
        }
        cut += 1;
        expect(answer.status).toBe('cut');
        expect(answer.bound).toBeGreaterThanOrEqual(cutoff);
        expect(answer.bound).toBeLessThanOrEqual(BigInt(least!));
      }),
      runs(300, 10_000),
    );
    expect(cut).toBeGreaterThan(20);
  });

  it('finds what HiGHS finds for the plain assignment', () => {
    fc.assert(
      fc.property(packingModels({ rows: 5, units: 8, bins: 5 }), (model) => {
        const plain = assignment(model, highs, unlimited);
        const answer = solvePacking(model, engine, unlimited);
        if (plain.status === 'infeasible') expect(answer.status).toBe('infeasible');
        else if (plain.status === 'optimal') {
          expect(answer).toMatchObject({ status: 'optimal', packing: { cost: plain.packing?.cost } });
        } else if (plain.packing !== undefined) {
          expect(answer.bound).toBeLessThanOrEqual(plain.packing.cost);
        }
      }),
      runs(200, 1_000),
    );
  });

  it('never lets first fit decreasing be cheaper, or wrong', () => {
    fc.assert(
      fc.property(packingModels({ rows: 6, units: 30, bins: 6 }), (model) => {
        const simple = firstFitDecreasing(model);
        const answer = solvePacking(model, engine, unlimited);
        if (simple.packing === undefined) return;
        expect(isPacking(model, simple.packing.uses)).toBe(true);
        expect(answer.bound).toBeLessThanOrEqual(simple.packing.cost);
        expect(answer.packing?.cost).toBeLessThanOrEqual(simple.packing.cost);
      }),
      runs(100, 5_000),
    );
  });
});
