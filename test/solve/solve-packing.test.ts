import fc from 'fast-check';
import loader, { type Highs } from 'highs';
import { beforeAll, describe, expect, it } from 'vitest';
import { highsEngine, type IntegerEngine } from '../../src/solve/integer.ts';
import { isPacking } from '../../src/solve/packing.ts';
import { solvePacking } from '../../src/solve/solve-packing.ts';
import { packingModels } from '../arbitraries/packing.ts';
import { brutePacking } from '../oracle/brute-packing.ts';
import { runs } from '../support/fuzz.ts';

let engine: IntegerEngine;
beforeAll(async () => {
  engine = highsEngine(await (loader as unknown as () => Promise<Highs>)());
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
});
