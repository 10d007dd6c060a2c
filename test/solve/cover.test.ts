import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CoverModel, dualBound, solveCover } from '../../src/solve/cover.ts';
import { runs } from '../support/fuzz.ts';

const models = fc
  .record({
    candidates: fc.array(
      fc.record({
        cost: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 10_000_000_000 })),
        limit: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(Number.POSITIVE_INFINITY)),
      }),
      { maxLength: 8 },
    ),
    demand: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ candidates, demand }): CoverModel => {
    const sorted = [...candidates].sort((a, b) => a.cost - b.cost);
    return { costs: sorted.map((one) => one.cost), limits: sorted.map((one) => one.limit), demand };
  });

/** The least cost by trying every way of taking machines, or undefined. */
function byTrying({ costs, limits, demand }: CoverModel): bigint | undefined {
  const best = (index: number, open: number): bigint | undefined => {
    if (open === 0) return 0n;
    if (index === costs.length) return undefined;
    let least: bigint | undefined;
    for (let taken = 0; taken <= Math.min(open, limits[index]!); taken += 1) {
      const rest = best(index + 1, open - taken);
      if (rest === undefined) continue;
      const cost = rest + BigInt(costs[index]!) * BigInt(taken);
      if (least === undefined || cost < least) least = cost;
    }
    return least;
  };
  return best(0, demand);
}

describe('the linear program', () => {
  it('finds the least cost, and its dual proves it', () => {
    fc.assert(
      fc.property(models, (model) => {
        const solution = solveCover(model);
        const least = byTrying(model);
        if (solution.status === 'infeasible') {
          expect(least).toBeUndefined();
          return;
        }
        expect(solution.cost).toBe(least);
        expect(solution.bound).toBe(least);
        expect(solution.counts.reduce((sum, count) => sum + count, 0)).toBe(model.demand);
        expect(solution.counts.every((count, index) => count <= model.limits[index]!)).toBe(true);
      }),
      runs(300, 30_000),
    );
  });

  it('bounds from below at any price', () => {
    fc.assert(
      fc.property(models, fc.integer({ min: 0, max: 10_000_000_000 }), (model, price) => {
        const least = byTrying(model);
        fc.pre(least !== undefined);
        expect(dualBound(model, price) <= least!).toBe(true);
      }),
      runs(300, 30_000),
    );
  });
});
