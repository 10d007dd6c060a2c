import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bestFilling } from '../../src/solve/filling.ts';
import { itemsOf } from '../../src/solve/filling-items.ts';
import { tableFilling } from '../../src/solve/filling-table.ts';
import { type Bin, ceilingsOf, fits, mostOf, type PackingModel } from '../../src/solve/packing.ts';
import { packingModels } from '../arbitraries/packing.ts';

/** What every way to the best filling of a bin must agree with: all fillings, one by one. */
function naiveBest(model: PackingModel, bin: number, values: readonly number[], most: readonly number[]): number {
  const kind = model.bins[bin]!;
  const counts = model.rows.map(() => 0);
  let best = 0;
  const visit = (row: number, worth: number): void => {
    best = Math.max(best, worth);
    if (row === counts.length) return;
    for (let count = 0; count <= Math.min(mostOf(model, kind, row), most[row]!); count += 1) {
      counts[row] = count;
      if (!fits(model, { bin, counts })) break;
      visit(row + 1, worth + count * values[row]!);
    }
    counts[row] = 0;
  };
  visit(0, 0);
  return best;
}

/** Whole numbers, so that sums are the same in any order. */
const valued = packingModels({ rows: 4, units: 12, bins: 3 }).chain((model) =>
  fc.record({
    model: fc.constant(model),
    values: fc.array(fc.nat(40), { minLength: model.rows.length, maxLength: model.rows.length }),
  }),
);

const worthOf = (values: readonly number[], counts: ArrayLike<number> | undefined): number =>
  values.reduce((sum, value, row) => sum + value * (counts?.[row] ?? 0), 0);

test('a filling found by branches, by branches that remember, or by a table is worth what the best of all is', () => {
  let tables = 0;
  let bins = 0;
  fc.assert(
    fc.property(valued, ({ model, values }) => {
      const most = ceilingsOf(model);
      for (const [index, bin] of model.bins.entries()) {
        bins += 1;
        const best = naiveBest(model, index, values, most);
        for (const nodes of [2_000, 1_000_000]) {
          const found = bestFilling(model, bin, values, { threshold: 0, nodes, most });
          expect(found.value).toBe(best);
          expect(found.upper).toBeGreaterThanOrEqual(best);
          expect(worthOf(values, found.counts)).toBe(best);
          if (found.counts !== undefined) expect(fits(model, { bin: index, counts: found.counts })).toBe(true);
        }
        const items = itemsOf(model, bin, values, most, 1);
        const table = items === undefined ? undefined : tableFilling(model, items);
        if (items === undefined || table === undefined) continue;
        tables += 1;
        const counts = model.rows.map((_, row) => table.chosen[items.rows.indexOf(row)] ?? 0);
        expect(table.value).toBe(best);
        expect(worthOf(values, counts)).toBe(best);
        expect(fits(model, { bin: index, counts })).toBe(true);
      }
    }),
    { numRuns: process.env.STOWAGE_FUZZ === undefined ? 300 : 20_000 },
  );
  expect(tables).toBeGreaterThan(bins / 8);
});

const someBin: Bin = { price: 1, capacity: [97, 89], sizes: [], supply: undefined };

/** Sizes that leave branches nothing to cut: what they weigh is what they are worth, but for a little. */
test('where branches do not end, the table decides', () => {
  const sizes = Array.from({ length: 14 }, (_, row) => [7 + ((row * 5) % 11), 6 + ((row * 7) % 9)]);
  const model: PackingModel = {
    rows: sizes.map(() => ({ demand: 6, most: Number.POSITIVE_INFINITY, apart: [] })),
    bins: [{ ...someBin, sizes }],
    supplies: [],
    evenly: [],
  };
  const values = sizes.map(([first, second]) => (first! + second!) * 1_000 - 1);
  const most = ceilingsOf(model);
  const search = { threshold: 0, most };
  const cut = bestFilling(model, model.bins[0]!, values, { ...search, nodes: 2_001 });
  const whole = bestFilling(model, model.bins[0]!, values, { ...search, nodes: 100_000_000 });
  expect(cut.value).toBe(whole.value);
  expect(cut.value).toBe(worthOf(values, cut.counts));
  expect(fits(model, { bin: 0, counts: cut.counts! })).toBe(true);
});
