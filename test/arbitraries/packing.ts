import fc from 'fast-check';
import type { PackingModel } from '../../src/solve/packing.ts';

export interface PackingSize {
  readonly rows: number;
  readonly units: number;
  readonly bins: number;
}

/** Small packing models with supplies, company to keep away from, rows that some bins may not hold, and even lots. */
export function packingModels({ rows: mostRows, units, bins: mostBins }: PackingSize): fc.Arbitrary<PackingModel> {
  return fc
    .record({
      rows: fc.integer({ min: 1, max: mostRows }),
      dimensions: fc.integer({ min: 1, max: 3 }),
      bins: fc.integer({ min: 1, max: mostBins }),
      supplies: fc.integer({ min: 0, max: 2 }),
      even: fc.boolean(),
    })
    .chain(({ rows, dimensions, bins, supplies, even }) =>
      fc
        .record({
          demand: fc.array(fc.integer({ min: 0, max: Math.max(1, Math.ceil((units * 1.5) / rows)) }), {
            minLength: rows,
            maxLength: rows,
          }),
          most: fc.array(fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1, 2), {
            minLength: rows,
            maxLength: rows,
          }),
          pairs: fc.array(fc.tuple(fc.nat(rows - 1), fc.nat(rows - 1)), { maxLength: 2 }),
          sizes: fc.array(fc.array(fc.integer({ min: 0, max: 7 }), { minLength: dimensions, maxLength: dimensions }), {
            minLength: rows,
            maxLength: rows,
          }),
          bins: fc.array(
            fc.record({
              price: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 2_000_000_000 })),
              capacity: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: dimensions, maxLength: dimensions }),
              barred: fc.option(fc.nat(rows - 1), { nil: undefined, freq: 3 }),
              most: fc.option(fc.array(fc.nat(3), { minLength: rows, maxLength: rows }), { nil: undefined, freq: 3 }),
              supply: supplies === 0 ? fc.constant(undefined) : fc.option(fc.nat(supplies - 1), { nil: undefined }),
            }),
            { minLength: bins, maxLength: bins },
          ),
          supplies: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: supplies, maxLength: supplies }),
          extra: fc.nat(rows),
        })
        .map(({ demand, most, pairs, sizes, bins: kinds, supplies: limits, extra }): PackingModel => {
          // Units are cut down to the number wanted, the last rows first.
          let left = units;
          const cut = demand.map((count) => {
            const kept = Math.min(count, left);
            left -= kept;
            return kept;
          });
          const apart = demand.map((_, row) => [
            ...new Set(pairs.flatMap(([a, b]) => (a === b ? [] : a === row ? [b] : b === row ? [a] : []))),
          ]);
          return {
            rows: cut.map((count, row) => ({ demand: count, most: most[row]!, apart: apart[row]! })),
            bins: kinds.map(({ price, capacity, barred, supply, most: own }) => ({
              price,
              capacity,
              sizes: sizes.map((size, row) => (row === barred ? undefined : size)),
              supply,
              ...(own === undefined ? {} : { most: own }),
            })),
            supplies: limits,
            evenly: even ? [{ rows: demand.map((_, row) => row), extra: Math.min(extra, demand.length) }] : [],
          };
        }),
    );
}
