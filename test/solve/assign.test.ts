import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AssignModel, assign } from '../../src/solve/assign.ts';
import { runs } from '../support/fuzz.ts';

/** The least cost of all assignments, each machine tried on each of its choices in turn; undefined: there is none. */
function tried({ demands, limits, choices }: AssignModel): bigint | undefined {
  const machines = demands.flatMap((count, demand) => new Array<number>(count).fill(demand));
  const left = [...limits];
  const cheapest = (index: number): bigint | undefined => {
    const demand = machines[index];
    if (demand === undefined) return 0n;
    let best: bigint | undefined;
    for (const { offer, cost } of choices[demand]!) {
      if (left[offer]! < 1) continue;
      left[offer]! -= 1;
      const rest = cheapest(index + 1);
      left[offer]! += 1;
      if (rest !== undefined && (best === undefined || rest + BigInt(cost) < best)) best = rest + BigInt(cost);
    }
    return best;
  };
  return cheapest(0);
}

const models: fc.Arbitrary<AssignModel> = fc
  .record({
    limits: fc.array(fc.constantFrom(0, 1, 2, 3, Number.POSITIVE_INFINITY), { minLength: 1, maxLength: 4 }),
    demands: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 4 }),
  })
  .chain(({ limits, demands }) =>
    fc.record({
      limits: fc.constant(limits),
      demands: fc.constant(demands),
      choices: fc.tuple(
        ...demands.map(() =>
          fc
            .uniqueArray(fc.record({ offer: fc.nat(limits.length - 1), cost: fc.nat(6) }), {
              selector: ({ offer }) => offer,
            })
            .map((options) => [...options].sort((a, b) => a.cost - b.cost || a.offer - b.offer)),
        ),
      ),
    }),
  );

describe('an assignment', () => {
  it('moves those that have another choice out of the way of those that have none', () => {
    const first = { offer: 0, cost: 1 };
    expect(
      assign({
        demands: [1, 1, 1],
        limits: [1, 1, Number.POSITIVE_INFINITY],
        choices: [
          [first, { offer: 1, cost: 2 }, { offer: 2, cost: 9 }],
          [first, { offer: 1, cost: 4 }],
          [
            { offer: 1, cost: 3 },
            { offer: 2, cost: 4 },
          ],
        ],
      }),
      // Either 9 + 1 + 3, 2 + 1 + 4 or 1 + 4 + 4: the second is the least.
    ).toEqual({ taken: [[{ offer: 1, count: 1 }], [{ offer: 0, count: 1 }], [{ offer: 2, count: 1 }]], cost: 7n });
  });

  it('costs what the cheapest of all costs, and is one', () => {
    fc.assert(
      fc.property(models, (model) => {
        const found = assign(model);
        expect(found?.cost).toBe(tried(model));
        if (found === undefined) return;
        const used = new Map<number, number>();
        let cost = 0n;
        for (const [demand, rows] of found.taken.entries()) {
          expect(rows.reduce((total, { count }) => total + count, 0)).toBe(model.demands[demand]);
          for (const { offer, count } of rows) {
            used.set(offer, (used.get(offer) ?? 0) + count);
            cost += BigInt(model.choices[demand]!.find((one) => one.offer === offer)!.cost) * BigInt(count);
          }
        }
        expect(cost).toBe(found.cost);
        for (const [offer, count] of used) expect(count).toBeLessThanOrEqual(model.limits[offer]!);
      }),
      runs(500, 50_000),
    );
  });
});
