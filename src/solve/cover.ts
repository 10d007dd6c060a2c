import solver from 'javascript-lp-solver';

/**
 * The linear program of covering a demand at least cost: minimise the sum of cost × count over candidates, the counts
 * adding up to the demand, each at most its limit. Solved with javascript-lp-solver, once as it stands for the counts
 * and once as its dual for the bound.
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
      readonly status: 'solved';
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

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/**
 * Costs less the least one, in their greatest common unit. Since the counts add up to the demand, what is cheapest
 * stays the same, and the solver's doubles get small whole numbers.
 */
function normalise(costs: readonly number[]): {
  readonly costs: readonly number[];
  readonly least: number;
  readonly unit: number;
} {
  const least = costs[0] ?? 0;
  const unit = costs.reduce((common, cost) => gcd(cost - least, common), 0) || 1;
  return { costs: costs.map((cost) => (cost - least) / unit), least, unit };
}

/** How often each candidate is taken, or undefined when the demand cannot be covered. */
function solvePrimal({ costs, limits, demand }: CoverModel): readonly number[] | undefined {
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
  if (answer.feasible !== true || answer.bounded === false) return undefined;
  return costs.map((_, index) => Math.round(Number(answer[`x${index}`] ?? 0)));
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
  // The optimum is one of the costs; a double may be off by a little.
  const found = Number(answer.price ?? 0);
  return costs.reduce((best, cost) => (Math.abs(cost - found) < Math.abs(best - found) ? cost : best), costs[0]!);
}

/** The same counts, but among candidates of one cost the earlier ones are filled first. */
function inOrder({ costs, limits }: CoverModel, counts: readonly number[]): readonly number[] {
  const ofCost = new Map<number, number>();
  for (const [index, cost] of costs.entries()) ofCost.set(cost, (ofCost.get(cost) ?? 0) + counts[index]!);
  return costs.map((cost, index) => {
    const taken = Math.min(ofCost.get(cost)!, limits[index]!);
    ofCost.set(cost, ofCost.get(cost)! - taken);
    return taken;
  });
}

/**
 * The cheapest cover. The solver proposes counts and a multiplier; cost and bound are worked out from them in exact
 * integers, so a slip of its doubles shows as a gap and never as a wrong answer.
 *
 * @example solveCover({ costs: [3, 5], limits: [1, Infinity], demand: 2 }) // counts [1, 1], cost 8n, bound 8n
 */
export function solveCover(model: CoverModel): CoverSolution {
  const { costs, least, unit } = normalise(model.costs);
  const normal: CoverModel = { ...model, costs };
  const proposed = solvePrimal(normal);
  if (proposed === undefined) return { status: 'infeasible' };
  const counts = inOrder(model, proposed);
  if (counts.reduce((sum, count) => sum + count, 0) !== model.demand)
    throw new Error('the linear program does not cover the demand');
  const cost = model.costs.reduce((sum, each, index) => sum + BigInt(each) * BigInt(counts[index]!), 0n);
  const price = least + unit * solveDual(normal);
  return { status: 'solved', counts, cost, price, bound: dualBound(model, price) };
}
