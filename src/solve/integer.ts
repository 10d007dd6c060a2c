import type { Highs } from 'highs';
import type { PackingModel, Pattern, Use } from './packing.ts';

/** Whole numbers of given patterns at least cost, by HiGHS. What it says is checked by whoever uses it. */

export interface IntegerAnswer {
  /** Whether it is proved that nothing cheaper can be made of the patterns, up to the engine's tolerance. */
  readonly proved: boolean;
  readonly uses: readonly Use[] | undefined;
}

export interface IntegerLimits {
  readonly seconds: number;
  readonly nodes: number;
  readonly seed: number;
  /** Only covers cheaper than this are of interest. */
  readonly below: bigint;
}

export interface IntegerEngine {
  cover(model: PackingModel, patterns: readonly Pattern[], limits: IntegerLimits): IntegerAnswer;
}

const OPTIMAL = 7;
const INFEASIBLE = 8;
/** Reached the bound that was set on the objective: nothing cheaper exists. */
const OBJECTIVE_BOUND = 11;

interface Sparse {
  readonly starts: number[];
  readonly indices: number[];
  readonly values: number[];
}

function modelOf({ infinity }: { readonly infinity: number }, model: PackingModel, patterns: readonly Pattern[]) {
  const { rows, supplies, evenly, bins } = model;
  const unit = Math.max(1, ...bins.map((bin) => bin.price)) / 1000;
  const lots = evenly.filter(({ extra }) => extra > 0);
  const numRows = rows.length + supplies.length + lots.length;
  const matrix: Sparse = { starts: [0], indices: [], values: [] };
  const colCost: number[] = [];
  const colUpper: number[] = [];
  const close = (cost: number, upper: number): void => {
    matrix.starts.push(matrix.indices.length);
    colCost.push(cost);
    colUpper.push(upper);
  };
  const entry = (row: number, value: number): void => {
    matrix.indices.push(row);
    matrix.values.push(value);
  };
  for (const { bin, counts } of patterns) {
    for (const [row, count] of counts.entries()) if (count > 0) entry(row, count);
    const { supply, price } = bins[bin]!;
    if (supply !== undefined) entry(rows.length + supply, 1);
    close(price / unit, infinity);
  }
  for (const [index, lot] of lots.entries()) {
    for (const row of lot.rows) {
      entry(row, -1);
      entry(rows.length + supplies.length + index, 1);
      close(0, 1);
    }
  }
  const numCols = colCost.length;
  return {
    unit,
    data: {
      numCols,
      numRows,
      colCost,
      colLower: new Array<number>(numCols).fill(0),
      colUpper,
      rowLower: [...rows.map((row) => row.demand), ...supplies.map(() => 0), ...lots.map(({ extra }) => extra)],
      rowUpper: [...rows.map(() => infinity), ...supplies, ...lots.map(() => infinity)],
      matrix: { format: 'csc' as const, numRows, numCols, ...matrix },
      integrality: new Int32Array(numCols).fill(1),
    },
  };
}

/** HiGHS as an engine. */
export function highsEngine(highs: Highs): IntegerEngine {
  return {
    cover(model, patterns, { seconds, nodes, seed, below }) {
      if (patterns.length === 0) return { proved: true, uses: undefined };
      const { unit, data } = modelOf(highs, model, patterns);
      return highs.withModel((solver) => {
        solver.passModel(data);
        solver.options.set({
          output_flag: false,
          time_limit: Math.min(1e7, Math.max(0.01, seconds)),
          mip_max_nodes: nodes,
          mip_rel_gap: 0,
          mip_abs_gap: 1e-7,
          random_seed: seed,
          objective_bound: Math.min(1e15, Number(below) / unit),
        });
        const { modelStatus } = solver.run();
        // 2: the engine has a feasible point.
        const has = solver.info.get('primal_solution_status') === 2;
        const values = has ? solver.getSolution().colValue : [];
        const uses: Use[] = [];
        for (const [index, pattern] of patterns.entries()) {
          const times = Math.round(values[index] ?? 0);
          if (times > 0) uses.push({ pattern, times });
        }
        const status: number = modelStatus;
        const proved = status === OPTIMAL || status === INFEASIBLE || status === OBJECTIVE_BOUND;
        return { proved, uses: uses.length === 0 || status === INFEASIBLE ? undefined : uses };
      });
    },
  };
}
