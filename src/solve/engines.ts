import type { Highs } from 'highs';
import { isCoarse } from './bound.ts';
import { merged, residualOf, settled } from './greedy.ts';
import { ceilingsOf, isPacking, mostOf, type PackingModel, type Pattern, type Use } from './packing.ts';
import { undominated } from './prune.ts';
import type { PackingAnswer, SolveLimits } from './solve-packing.ts';

/** Other ways to pack, which experiments compare with column generation. */

const nothing = (model: PackingModel): PackingAnswer => ({
  status: 'unknown',
  packing: undefined,
  bound: 0n,
  proof: 'multipliers',
  multipliers: model.rows.map(() => 0n),
  rounds: 0,
  patterns: 0,
});

/** What of the uses is a packing, with no proof at all. */
function unproved(model: PackingModel, uses: readonly Use[], settle: boolean): PackingAnswer {
  if (!isPacking(model, uses)) return nothing(model);
  const cost = uses.reduce(
    (sum, { pattern, times }) => sum + BigInt(model.bins[pattern.bin]!.price) * BigInt(times),
    0n,
  );
  const packing = settle ? settled(model, uses) : { uses, cost };
  return { ...nothing(model), status: packing.cost === 0n ? 'optimal' : 'feasible', packing };
}

/**
 * First fit decreasing, as schedulers do it: units by size, each into the first open machine that has room, which is
 * thought of as the largest one; in the end each machine becomes the cheapest that holds what is in it.
 */
export function firstFitDecreasing(model: PackingModel): PackingAnswer {
  const { bins, rows, supplies } = model;
  const { demand } = residualOf(model);
  const largest = bins
    .map((bin) => bin.capacity)
    .reduce<readonly number[]>(
      (most, capacity) => capacity.map((amount, dimension) => Math.max(amount, most[dimension] ?? 0)),
      [],
    );
  const share = (row: number): number => {
    const size = bins.find((bin) => bin.sizes[row] !== undefined)?.sizes[row] ?? [];
    return Math.max(0, ...size.map((amount, dimension) => (amount === 0 ? 0 : amount / largest[dimension]!)));
  };
  const order = rows.map((_, row) => row).sort((a, b) => share(b) - share(a) || a - b);
  const left = [...supplies];
  const open: { readonly counts: number[] }[] = [];
  const holder = (counts: readonly number[]): number => {
    let best = -1;
    for (const [index, bin] of bins.entries()) {
      if (bin.supply !== undefined && left[bin.supply] === 0) continue;
      if (best !== -1 && bin.price >= bins[best]!.price) continue;
      const room = [...bin.capacity];
      const holds = counts.every((count, row) => {
        if (count === 0) return true;
        const size = bin.sizes[row];
        if (size === undefined || count > mostOf(model, bin, row)) return false;
        if (rows[row]!.apart.some((other) => counts[other]! > 0)) return false;
        for (const [dimension, amount] of size.entries()) room[dimension]! -= amount * count;
        return true;
      });
      if (holds && room.every((amount) => amount >= 0)) best = index;
    }
    return best;
  };
  for (const row of order) {
    for (let unit = 0; unit < demand[row]!; unit += 1) {
      const place = open.find(({ counts }) => {
        counts[row]! += 1;
        const holds = holder(counts) !== -1;
        if (!holds) counts[row]! -= 1;
        return holds;
      });
      if (place !== undefined) continue;
      const counts = rows.map((_, other) => (other === row ? 1 : 0));
      if (holder(counts) === -1) return nothing(model);
      open.push({ counts });
    }
  }
  const uses: Use[] = [];
  for (const { counts } of open) {
    const bin = holder(counts);
    if (bin === -1) return nothing(model);
    const { supply } = bins[bin]!;
    if (supply !== undefined) left[supply]! -= 1;
    uses.push({ pattern: { bin, counts }, times: 1 });
  }
  return unproved(model, merged(uses), false);
}

const OPTIMAL = 7;
const INFEASIBLE = 8;

/** Which columns say how many of each row are on a copy of a bin. */
interface Copy {
  readonly bin: number;
  readonly columns: readonly (number | undefined)[];
}

/**
 * The assignment model: how many of each row are on each copy of each bin. Exact, and hopeless beyond some dozens of
 * units.
 */
function assignmentModel(model: PackingModel, infinity: number) {
  const { bins, rows, supplies, evenly } = model;
  const ceilings = ceilingsOf(model);
  const units = ceilings.reduce((sum, count) => sum + count, 0);
  const copies = bins.map(({ supply }) => (supply === undefined ? units : Math.min(units, supplies[supply]!)));
  const unit = Math.max(1, ...bins.map((bin) => bin.price)) / 1000;
  const cost: number[] = [];
  const upper: number[] = [];
  const lowerOf: number[] = [];
  const upperOf: number[] = [];
  const starts = [0];
  const indices: number[] = [];
  const values: number[] = [];
  const row = (low: number, high: number): number => {
    lowerOf.push(low);
    upperOf.push(high);
    return lowerOf.length - 1;
  };
  const column = (price: number, most: number, entries: readonly (readonly [number, number])[]): number => {
    cost.push(price);
    upper.push(most);
    for (const [at, value] of entries) {
      if (value === 0) continue;
      indices.push(at);
      values.push(value);
    }
    starts.push(indices.length);
    return cost.length - 1;
  };
  const covers = rows.map(({ demand }) => row(demand, infinity));
  const limits = supplies.map((limit) => row(0, limit));
  const lots = evenly.map(({ extra }) => row(extra, infinity));
  const placed: Copy[] = [];
  for (const [index, bin] of bins.entries()) {
    for (let copy = 0; copy < copies[index]!; copy += 1) {
      const room = bin.capacity.map(() => row(-infinity, 0));
      // Company that is kept away from needs to know whether a row is here at all.
      const here = rows.map(({ apart }, one) =>
        bin.sizes[one] !== undefined && apart.length > 0 ? row(-infinity, 0) : undefined,
      );
      const counts = rows.map((_, one) => (bin.sizes[one] === undefined ? undefined : row(-infinity, 0)));
      const pairs = rows.map(({ apart }, one) =>
        apart
          .filter((other) => other > one && bin.sizes[one] !== undefined && bin.sizes[other] !== undefined)
          .map((other) => ({ other, at: row(0, 1) })),
      );
      column(bin.price / unit, 1, [
        ...room.map((at, dimension) => [at, -bin.capacity[dimension]!] as const),
        ...counts.flatMap((at, one) =>
          at === undefined ? [] : [[at, -Math.min(ceilings[one]!, mostOf(model, bin, one))] as const],
        ),
        ...(bin.supply === undefined ? [] : [[limits[bin.supply]!, 1] as const]),
      ]);
      const columns = rows.map((_, one) => {
        const size = bin.sizes[one];
        if (size === undefined) return undefined;
        return column(0, Math.min(ceilings[one]!, mostOf(model, bin, one)), [
          [covers[one]!, 1],
          [counts[one]!, 1],
          ...size.map((amount, dimension) => [room[dimension]!, amount] as const),
          ...(here[one] === undefined ? [] : [[here[one]!, 1] as const]),
        ]);
      });
      for (const [one, at] of here.entries()) {
        if (at === undefined) continue;
        column(0, 1, [
          [at, -Math.max(1, ceilings[one]!)],
          ...pairs.flatMap((list, first) =>
            list.flatMap(({ other, at: pair }) => (first === one || other === one ? [[pair, 1] as const] : [])),
          ),
        ]);
      }
      placed.push({ bin: index, columns });
    }
  }
  for (const [index, { rows: lot }] of evenly.entries())
    for (const one of lot)
      column(0, 1, [
        [covers[one]!, -1],
        [lots[index]!, 1],
      ]);
  return {
    placed,
    data: {
      numCols: cost.length,
      numRows: lowerOf.length,
      colCost: cost,
      colLower: cost.map(() => 0),
      colUpper: upper,
      rowLower: lowerOf,
      rowUpper: upperOf,
      matrix: {
        format: 'csc' as const,
        numRows: lowerOf.length,
        numCols: cost.length,
        starts,
        indices,
        values,
      },
      integrality: new Int32Array(cost.length).fill(1),
    },
  };
}

/** The assignment model as a text in the LP format, for other solvers. */
export function writeAssignment(whole: PackingModel, highs: Highs): string {
  const model: PackingModel = { ...whole, bins: undominated(whole).map((bin) => whole.bins[bin]!) };
  return highs.withModel((solver) => {
    solver.passModel(assignmentModel(model, highs.infinity).data);
    return solver.exportModel('lp');
  });
}

/** The assignment model in one go, by HiGHS. */
export function assignment(whole: PackingModel, highs: Highs, { remaining, seed = 0 }: SolveLimits): PackingAnswer {
  const kept = undominated(whole);
  const model: PackingModel = { ...whole, bins: kept.map((bin) => whole.bins[bin]!) };
  if (ceilingsOf(model).every((count) => count === 0)) return unproved(whole, [], false);
  if (model.bins.length === 0) return { ...nothing(whole), status: 'infeasible' };
  const { data, placed } = assignmentModel(model, highs.infinity);
  return highs.withModel((solver): PackingAnswer => {
    solver.passModel(data);
    solver.options.set({
      output_flag: false,
      time_limit: Math.min(1e7, Math.max(0.01, remaining())),
      mip_rel_gap: 0,
      mip_abs_gap: 1e-7,
      random_seed: seed,
    });
    const status: number = solver.run().modelStatus;
    if (status === INFEASIBLE) return { ...nothing(whole), status: 'infeasible' };
    // 2: the engine has a feasible point.
    if (solver.info.get('primal_solution_status') !== 2) return nothing(whole);
    const solution = solver.getSolution().colValue;
    const uses: Use[] = placed.flatMap(({ bin, columns }): Use[] => {
      const counts = columns.map((at) => (at === undefined ? 0 : Math.round(solution[at] ?? 0)));
      const pattern: Pattern = { bin, counts };
      return counts.some((count) => count > 0) ? [{ pattern, times: 1 }] : [];
    });
    const answer = unproved(model, merged(uses), true);
    if (answer.packing === undefined) return nothing(whole);
    const found = answer.packing;
    const packing = {
      cost: found.cost,
      uses: found.uses.map(({ pattern, times }) => ({ pattern: { ...pattern, bin: kept[pattern.bin]! }, times })),
    };
    const isSure = status === OPTIMAL && isCoarse(model, found.cost);
    return {
      ...answer,
      multipliers: whole.rows.map(() => 0n),
      packing,
      status: isSure ? 'optimal' : 'feasible',
      bound: isSure ? found.cost : 0n,
      proof: 'enumeration',
    };
  });
}
