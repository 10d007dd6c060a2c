import { performance } from 'node:perf_hooks';
import { median, type Timing } from './harness.ts';

/**
 * Timing of single requests, from a hundred nanoseconds to seconds: each contender takes its turn in every round, quick
 * ones for more rounds than slow ones, and every single execution is timed as well as whole rounds.
 */

export interface Contender<Task> {
  readonly name: string;
  run(task: Task): unknown;
  /** Whether its results are answers to be compared; true unless given. */
  readonly answers?: boolean;
}

export interface Measured extends Timing {
  /** Of single executions, microseconds: half, 99 of 100 and all took at most so long. */
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  readonly rounds: number;
}

export interface Effort {
  /** Microseconds that a contender may take for all its rounds, where the fewest rounds take less. */
  readonly budget: number;
  readonly fewest: number;
  readonly most: number;
}

/** What a quick round is repeated to last, so that the clock's own cost does not count; microseconds. */
const LONG_ENOUGH = 2_000;
/** From here on, microseconds per task, the clock's cost is nothing. */
const SLOW = 50;
/** Quick code is run for so long before it counts, so that it is compiled. */
const WARM_UP = 200_000;

const now = (): number => performance.now() * 1000;

// Whatever is computed is kept, so that nothing is left out as useless.
export const kept: { value: unknown } = { value: undefined };

/** What reading the clock twice takes. */
function clockCost(): number {
  const taken = Array.from({ length: 20_000 }, () => {
    const start = now();
    return now() - start;
  });
  return median(taken.slice(10_000));
}

async function runAll<Task>({ run }: Contender<Task>, tasks: readonly Task[], times: number): Promise<void> {
  for (let pass = 0; pass < times; pass += 1) {
    for (const task of tasks) {
      const result = run(task);
      kept.value = result instanceof Promise ? await result : result;
    }
  }
}

async function runEach<Task>({ run }: Contender<Task>, tasks: readonly Task[], singles: number[]): Promise<void> {
  for (const task of tasks) {
    const start = now();
    const result = run(task);
    kept.value = result instanceof Promise ? await result : result;
    singles.push(now() - start);
  }
}

/** Stops the program when two contenders disagree on a task. */
export async function checkAnswers<Task>(
  contenders: readonly Contender<Task>[],
  tasks: readonly Task[],
  describe: (task: Task) => string,
): Promise<void> {
  for (const task of tasks) {
    const answers = new Map<string, string>();
    for (const contender of contenders)
      if (contender.answers !== false) answers.set(contender.name, JSON.stringify(await contender.run(task)));
    if (new Set(answers.values()).size > 1) {
      const told = [...answers].map(([name, answer]) => `${name}: ${answer}`).join('\n  ');
      throw new Error(`"${describe(task)}" has no one answer:\n  ${told}`);
    }
  }
}

/** At least one of the values lies at or above the result, and `share` of them at or below. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}

export async function measure<Task>(
  contenders: readonly Contender<Task>[],
  tasks: readonly Task[],
  { budget, fewest, most }: Effort,
): Promise<readonly Measured[]> {
  const plans = [];
  const warmed = contenders.map(() => Number.POSITIVE_INFINITY);
  // Twice round: what one contender runs may make the engine throw away what it compiled for another.
  for (let turn = 0; turn < 2; turn += 1) {
    for (const [which, contender] of contenders.entries()) {
      if (turn > 0 && warmed[which]! / tasks.length >= SLOW) continue;
      const end = now() + WARM_UP;
      do {
        const start = now();
        await runAll(contender, tasks, 1);
        warmed[which] = Math.min(warmed[which]!, now() - start);
      } while (warmed[which]! / tasks.length < SLOW && now() < end);
    }
  }
  for (const [which, contender] of contenders.entries()) {
    const taken = warmed[which]!;
    const isSlow = taken / tasks.length >= SLOW;
    const repeats = isSlow ? 0 : Math.max(1, Math.ceil(LONG_ENOUGH / taken));
    const rounds = Math.max(fewest, Math.min(most, Math.floor(budget / Math.max(taken, repeats * taken))));
    plans.push({ contender, repeats, rounds, means: [] as number[], singles: [] as number[] });
  }
  const cost = clockCost();
  for (let round = 0; round < most; round += 1) {
    for (const { contender, repeats, rounds, means, singles } of plans) {
      if (round >= rounds) continue;
      const start = now();
      if (repeats === 0) await runEach(contender, tasks, singles);
      else await runAll(contender, tasks, repeats);
      means.push((now() - start) / (Math.max(1, repeats) * tasks.length));
      if (repeats > 0) await runEach(contender, tasks, singles);
    }
  }
  return plans.map(({ contender, rounds, means, singles }) => {
    const sorted = Float64Array.from(singles, (single) => Math.max(0, single - cost)).sort();
    return {
      name: contender.name,
      rounds,
      median: median(means),
      fastest: Math.min(...means),
      slowest: Math.max(...means),
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      worst: sorted.at(-1)!,
    };
  });
}
