import { performance } from 'node:perf_hooks';
import loader, { type Highs } from 'highs';
import { assignment, firstFitDecreasing } from '../src/solve/engines.ts';
import { highsEngine } from '../src/solve/integer.ts';
import { isPacking, type PackingModel } from '../src/solve/packing.ts';
import { type PackingAnswer, type Progress, type SolveLimits, solvePacking } from '../src/solve/solve-packing.ts';
import { formatTime, median, type Section } from './harness.ts';
import { awsOffers, type Family, makeModel } from './model-cases.ts';

/**
 * Whole models: column generation against the plain assignment in HiGHS, where that ends, and first fit decreasing.
 * Every packing is checked, and no bound may be above what another engine proves or finds.
 */

const SEEDS = 10;
/** Seconds that each may take. */
const LIMIT = 20;
/** The assignment is tried up to so many units. */
const MOST_ASSIGNED = 10;

const plain = { dimensions: 2, bounded: 0, spread: 0 };
const FAMILIES: readonly Family[] = [
  { units: 10, shapes: 5, ...plain },
  { units: 30, shapes: 10, ...plain },
  { units: 30, shapes: 10, dimensions: 4, bounded: 0.4, spread: 0 },
  { units: 100, shapes: 12, ...plain },
  { units: 100, shapes: 12, dimensions: 1, bounded: 0, spread: 0 },
  { units: 100, shapes: 12, dimensions: 3, bounded: 0.3, spread: 0.2 },
  { units: 300, shapes: 15, ...plain },
  { units: 1_000, shapes: 20, ...plain },
  { units: 1_000, shapes: 20, dimensions: 5, bounded: 0.2, spread: 0.1 },
  { units: 10_000, shapes: 20, ...plain },
  { units: 10_000, shapes: 40, ...plain },
];

interface Run {
  readonly answer: PackingAnswer;
  /** Microseconds. */
  readonly took: number;
  readonly share: ReadonlyMap<string, number>;
  /** Microseconds since the start, with how far cost was above bound then. */
  readonly steps: readonly { readonly at: number; readonly gap: number }[];
}

const gapOf = (cost: bigint, bound: bigint): number => (cost === 0n ? 0 : Number(cost - bound) / Number(cost));

function run(solver: (model: PackingModel, limits: SolveLimits) => PackingAnswer, model: PackingModel): Run {
  const start = performance.now();
  let last = start;
  const share = new Map<string, number>();
  const steps: { at: number; gap: number }[] = [];
  const answer = solver(model, {
    remaining: () => LIMIT - (performance.now() - start) / 1000,
    report({ phase, cost, bound }: Progress) {
      const now = performance.now();
      share.set(phase, (share.get(phase) ?? 0) + (now - last) * 1000);
      last = now;
      if (cost !== undefined) steps.push({ at: (now - start) * 1000, gap: gapOf(cost, bound) });
    },
  });
  const took = (performance.now() - start) * 1000;
  share.set('rest', (performance.now() - last) * 1000);
  if (answer.packing !== undefined) {
    if (!isPacking(model, answer.packing.uses)) throw new Error('what an engine found is no packing');
    steps.push({ at: took, gap: gapOf(answer.packing.cost, answer.bound) });
  }
  return { answer, took, share, steps };
}

const percent = (value: number): string => `${(value * 100).toFixed(value < 0.001 ? 3 : 2)} %`;

export async function models(): Promise<Section> {
  const highs = await (loader as unknown as () => Promise<Highs>)();
  const engine = highsEngine(highs);
  const offers = awsOffers();
  const columns = (model: PackingModel, limits: SolveLimits): PackingAnswer => solvePacking(model, engine, limits);
  // Engines and their code are warm before anything is timed.
  for (let seed = 100; seed < 103; seed += 1) run(columns, makeModel(offers, FAMILIES[1]!, seed));
  const rows: string[][] = [];
  const timings: Section['timings'][number][] = [];
  for (const family of FAMILIES) {
    const runs: Run[] = [];
    const worse: number[] = [];
    const assigned: { readonly took: number; readonly isProved: boolean }[] = [];
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const model = makeModel(offers, family, seed);
      const ours = run(columns, model);
      runs.push(ours);
      const cost = ours.answer.packing?.cost ?? 0n;
      const simple = family.units <= 1_000 ? run(firstFitDecreasing, model).answer.packing?.cost : undefined;
      if (simple !== undefined) {
        if (simple < ours.answer.bound) throw new Error('a bound is above what first fit decreasing finds');
        worse.push(Number(simple) / Number(cost) - 1);
      }
      if (family.units > MOST_ASSIGNED || seed > 3) continue;
      const exact = run((own, limits) => assignment(own, highs, limits), model);
      assigned.push({ took: exact.took, isProved: exact.answer.status === 'optimal' });
      const found = exact.answer.packing?.cost;
      if (found !== undefined && found < ours.answer.bound) throw new Error('a bound is above what HiGHS finds');
      if (exact.answer.status === 'optimal' && ours.answer.status === 'optimal' && found !== cost)
        throw new Error('two engines prove different costs');
    }
    const took = runs.map((one) => one.took);
    const gaps = runs.map(({ answer }) => gapOf(answer.packing?.cost ?? 0n, answer.bound));
    const proved = runs.filter(({ answer }) => answer.status === 'optimal').length;
    const all = took.reduce((sum, each) => sum + each, 0);
    const phases = ['greedy', 'columns', 'dive', 'integer', 'proof', 'rest'].flatMap((phase) => {
      const own = runs.reduce((sum, { share }) => sum + (share.get(phase) ?? 0), 0) / all;
      return own < 0.02 ? [] : [`${phase} ${Math.round(own * 100)} %`];
    });
    const name = [
      `${family.units} units, ${family.shapes} shapes, ${family.dimensions} dimensions`,
      ...(family.bounded > 0 ? ['at most so many a machine'] : []),
      ...(family.spread > 0 ? ['spread'] : []),
    ].join(', ');
    rows.push([
      name,
      formatTime(median(took)),
      `${formatTime(Math.min(...took))} to ${formatTime(Math.max(...took))}`,
      percent(median(gaps)),
      percent(Math.max(...gaps)),
      `${proved} of ${SEEDS}`,
      worse.length === 0 ? '-' : `+${percent(median(worse))}`,
      assigned.length === 0
        ? '-'
        : `${formatTime(median(assigned.map((one) => one.took)))}, ${assigned.filter((one) => one.isProved).length} of ${assigned.length} proved`,
      phases.join(', '),
    ]);
    timings.push({
      name: 'columns',
      size: family.units,
      label: name,
      median: median(took),
      fastest: Math.min(...took),
      slowest: Math.max(...took),
    });
    console.error(rows.at(-1)!.join(' | '));
  }
  return {
    title: 'Models at least cost',
    head: [
      'model',
      'median',
      'spread',
      'gap',
      'worst gap',
      'proved',
      'first fit decreasing',
      'HiGHS assignment',
      'time goes into',
    ],
    rows,
    note: `Medians over ${SEEDS} seeds, ${LIMIT} s at the most; ${offers.length} offers of AWS us-east-1. The gap is how far the cost is above the proved bound, in parts of the cost.`,
    timings,
  };
}
