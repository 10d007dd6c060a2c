import solver from 'javascript-lp-solver';

/**
 * The linear program of covering a demand at least cost: minimise the sum of cost × count over candidates, the counts
 * adding up to the demand, each at most its limit. Solved with javascript-lp-solver, once as it stands and once as its
 * dual, so that the bound rests on multipliers and not on the solver's word.
 */

// The package's types describe its CommonJS build; at run time the import is the solver itself.
const engine = solver as unknown as typeof solver.default;

/** The flat object that the solver answers with: its own words, and the value of each variable that is not zero. */
type LinearAnswer = Readonly<Record<string, number | boolean | null | undefined>>;

function solveModel(model: Parameters<typeof engine.Solve>[0]): LinearAnswer {
  return engine.Solve(model) as LinearAnswer;
}

export interface CoverModel {
  /** Integers, ascending; their order breaks ties. */
  readonly costs: readonly number[];
  /** How often each candidate can be taken; Infinity where nothing limits it. */
  readonly limits: readonly number[];
  /** A positive integer. */
  readonly demand: number;
}

export type CoverSolution =
  | {
      readonly status: 'optimal';
      /** How often each candidate is taken. */
      readonly counts: readonly number[];
      readonly cost: bigint;
      /** The multiplier of the demand row, an integer. */
      readonly price: number;
      /** A lower bound on every cover's cost, derived from `price` alone in exact integers. */
      readonly bound: bigint;
    }
  | { readonly status: 'infeasible' };

/**
 * The value of the Lagrangian dual at a multiplier: a lower bound whatever the multiplier is, because a candidate of
 * cost c and limit u can lower `demand × price` by at most `(price - c) × u` (weak duality).
 */
export function dualBound({ costs, limits, demand }: CoverModel, price: number): bigint {
  const unlimited = costs.filter((_, index) => limits[index]! >= demand);
  const used = Math.min(price, ...unlimited.slice(0, 1));
  let bound = BigInt(used) * BigInt(demand);
  for (const [index, cost] of costs.entries()) {
    if (cost >= used) break;
    bound -= BigInt(used - cost) * BigInt(Math.min(limits[index]!, demand));
  }
  return bound;
}

function solvePrimal({ costs, limits, demand }: CoverModel): { feasible: boolean; cost: number } {
  const variables: Record<string, Record<string, number>> = {};
  const constraints: Record<string, { equal?: number; max?: number }> = { demand: { equal: demand } };
  for (const [index, cost] of costs.entries()) {
    const column: Record<string, number> = { $cost: cost, demand: 1 };
    if (limits[index]! < demand) {
      column[`limit${index}`] = 1;
      constraints[`limit${index}`] = { max: limits[index]! };
    }
    variables[`x${index}`] = column;
  }
  const answer = solveModel({ optimize: '$cost', opType: 'min', constraints, variables });
  return { feasible: answer.feasible === true && answer.bounded !== false, cost: Number(answer.result) };
}

/** max demand × price − Σ limit × slack, subject to price − slack ≤ cost for every candidate. */
function solveDual({ costs, limits, demand }: CoverModel): number {
  const variables: Record<string, Record<string, number>> = {};
  const constraints: Record<string, { max: number }> = {};
  const price: Record<string, number> = { $value: demand };
  const unlimited = costs.find((_, index) => limits[index]! >= demand);
  if (unlimited !== undefined) {
    // Of all rows without a slack only the tightest binds.
    price.unlimited = 1;
    constraints.unlimited = { max: unlimited };
  }
  for (const [index, cost] of costs.entries()) {
    if (limits[index]! >= demand) continue;
    price[`row${index}`] = 1;
    constraints[`row${index}`] = { max: cost };
    variables[`slack${index}`] = { $value: -limits[index]!, [`row${index}`]: -1 };
  }
  variables.price = price;
  const answer = solveModel({ optimize: '$value', opType: 'max', constraints, variables });
  return Math.round(Number(answer.price ?? 0));
}

/**
 * The cheapest cover.
 *
 * @example solveCover({ costs: [3, 5], limits: [1, Infinity], demand: 2 }) // counts [1, 1], cost 8n, bound 8n
 */
export function solveCover(model: CoverModel): CoverSolution {
  const primal = solvePrimal(model);
  if (!primal.feasible) return { status: 'infeasible' };
  const price = solveDual(model);
  // Complementary slackness: what costs less than the price is taken whole, what costs as much fills up in order.
  const counts: number[] = [];
  let open = model.demand;
  for (const [index, cost] of model.costs.entries()) {
    const taken = cost <= price ? Math.min(open, model.limits[index]!) : 0;
    counts.push(taken);
    open -= taken;
  }
  const cost = model.costs.reduce((sum, each, index) => sum + BigInt(each) * BigInt(counts[index]!), 0n);
  if (open > 0) throw new Error('the dual price covers less than the demand');
  return { status: 'optimal', counts, cost, price, bound: dualBound(model, price) };
}
