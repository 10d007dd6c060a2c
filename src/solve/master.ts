import solver from 'javascript-lp-solver';
import { shareValues } from './greedy.ts';
import type { PackingModel, Pattern } from './packing.ts';

/**
 * The master of column generation (Gilmore and Gomory 1961): how many bins of which of the patterns known so far, at
 * least cost, fractions allowed. Solved with javascript-lp-solver, which tells no multipliers: so its dual is solved,
 * whose variables they are. There the patterns are rows, and nothing is a feasible start.
 */

// The package's types describe its CommonJS build; at run time the import is the solver itself.
const engine = solver as unknown as typeof solver.default;

type Answer = Readonly<Record<string, number | boolean | null | undefined>>;

export interface Multipliers {
  /** By row: what one more of it costs; not negative. */
  readonly rows: Float64Array;
  /** By supply: what one more bin of it would save; not negative. */
  readonly supplies: Float64Array;
}

/** A master may be asked for its multipliers, and for how often each pattern is used. */
export interface Master {
  multipliers(model: PackingModel, patterns: readonly Pattern[]): Multipliers | undefined;
  uses(model: PackingModel, patterns: readonly Pattern[]): Float64Array | undefined;
}

/** Prices as small numbers, since the solver's tolerances are absolute. */
function unitOf({ bins }: PackingModel): number {
  const prices = bins.map((bin) => bin.price).filter((price) => price > 0);
  return prices.length === 0 ? 1 : prices.reduce((sum, price) => sum + price, 0) / prices.length;
}

function solve(model: Parameters<typeof engine.Solve>[0]): Answer | undefined {
  const answer = engine.Solve({ ...model, options: { presolve: false } } as typeof model) as Answer;
  return answer.feasible === true && answer.bounded !== false ? answer : undefined;
}

const amountOf = (answer: Answer, name: string): number => Math.max(0, Number(answer[name] ?? 0));

export const linearProgram: Master = {
  multipliers(model, patterns) {
    // Every variable and every row in numbers near 1: a row of the dual by the price of its pattern, a multiplier by
    // what placing one costs about.
    const unit = unitOf(model);
    const shares = shareValues(model).map((value) => (value > 0 ? value : unit));
    const variables: Record<string, Record<string, number>> = {};
    const constraints: Record<string, { max: number }> = {};
    for (const [row, { demand }] of model.rows.entries())
      variables[`y${row}`] = { $value: (demand * shares[row]!) / unit };
    for (const [supply, limit] of model.supplies.entries()) variables[`s${supply}`] = { $value: -limit };
    for (const [index, { bin, counts }] of patterns.entries()) {
      const { price, supply } = model.bins[bin]!;
      const scale = price > 0 ? price : unit;
      constraints[`p${index}`] = { max: price / scale };
      for (const [row, count] of counts.entries())
        if (count > 0) variables[`y${row}`]![`p${index}`] = (count * shares[row]!) / scale;
      if (supply !== undefined) variables[`s${supply}`]![`p${index}`] = -unit / scale;
    }
    for (const [index, { rows, extra }] of model.evenly.entries()) {
      if (extra === 0) continue;
      const share: Record<string, number> = { $value: extra };
      for (const row of rows) {
        constraints[`e${row}`] = { max: 0 };
        share[`e${row}`] = 1;
        variables[`y${row}`]![`e${row}`] = -shares[row]! / unit;
        variables[`t${row}`] = { $value: -1, [`e${row}`]: -1 };
      }
      variables[`r${index}`] = share;
    }
    const answer = solve({ optimize: '$value', opType: 'max', constraints, variables });
    if (answer === undefined) return undefined;
    return {
      rows: shares.map((share, row) => amountOf(answer, `y${row}`) * share),
      supplies: Float64Array.from(model.supplies, (_, supply) => amountOf(answer, `s${supply}`) * unit),
    };
  },
  uses(model, patterns) {
    const unit = unitOf(model);
    const variables: Record<string, Record<string, number>> = {};
    const constraints: Record<string, { min?: number; max?: number }> = {};
    for (const [row, { demand }] of model.rows.entries()) constraints[`y${row}`] = { min: demand };
    for (const [supply, limit] of model.supplies.entries()) constraints[`s${supply}`] = { max: limit };
    for (const [index, { bin, counts }] of patterns.entries()) {
      const { price, supply } = model.bins[bin]!;
      const column: Record<string, number> = { $cost: price / unit };
      for (const [row, count] of counts.entries()) if (count > 0) column[`y${row}`] = count;
      if (supply !== undefined) column[`s${supply}`] = 1;
      variables[`p${index}`] = column;
    }
    for (const [index, { rows, extra }] of model.evenly.entries()) {
      if (extra === 0) continue;
      constraints[`r${index}`] = { min: extra };
      for (const row of rows) {
        constraints[`t${row}`] = { max: 1 };
        variables[`e${row}`] = { $cost: 0, [`y${row}`]: -1, [`r${index}`]: 1, [`t${row}`]: 1 };
      }
    }
    const answer = solve({ optimize: '$cost', opType: 'min', constraints, variables });
    return answer === undefined ? undefined : Float64Array.from(patterns, (_, index) => amountOf(answer, `p${index}`));
  },
};
