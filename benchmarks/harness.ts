import { performance } from 'node:perf_hooks';

/**
 * Timing that can be trusted: answers are compared before anything is timed, rivals run in turn in one process, and
 * what is printed are medians, spreads and ratios of the same run.
 */

/** One way of doing the measured job. */
export interface Runner<Task> {
  readonly name: string;
  /** Does the job once; equal tasks must give equal results in all runners. */
  run(task: Task): unknown;
}

export interface Timing {
  readonly name: string;
  /** Microseconds per task: half of the rounds took less. */
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
}

export interface Section {
  readonly title: string;
  /** Column heads of the rows. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note: string;
  /** `size` is 0 where there is none; `label` is what the rows call it, where that is not the size itself. */
  readonly timings: readonly (Timing & { readonly size: number; readonly label?: string })[];
  /** How far from proved an answer was as time went on: microseconds, and parts of the cost. */
  readonly courses?: readonly {
    readonly name: string;
    readonly steps: readonly { readonly at: number; readonly gap: number }[];
  }[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Stops the program when two runners disagree on a task. */
export function checkAgreement<Task>(runners: readonly Runner<Task>[], tasks: readonly Task[]): void {
  for (const [index, task] of tasks.entries()) {
    const answers = runners.map((runner) => JSON.stringify(runner.run(task)));
    if (new Set(answers).size > 1) {
      const told = runners.map((runner, which) => `${runner.name}: ${answers[which]}`).join('\n  ');
      throw new Error(`task ${index} has no one answer:\n  ${told}`);
    }
  }
}

/** Times each runner over all tasks, in turn, for so many rounds after one that is not counted. */
export function time<Task>(
  runners: readonly Runner<Task>[],
  tasks: readonly Task[],
  rounds: number,
): readonly Timing[] {
  const taken = runners.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [which, runner] of runners.entries()) {
      const start = performance.now();
      for (const task of tasks) runner.run(task);
      if (round >= 0) taken[which]!.push(((performance.now() - start) * 1000) / tasks.length);
    }
  }
  return runners.map(({ name }, which) => ({
    name,
    median: median(taken[which]!),
    fastest: Math.min(...taken[which]!),
    slowest: Math.max(...taken[which]!),
  }));
}

/** Microseconds as people read them: three digits that mean something. */
export function formatTime(microseconds: number): string {
  if (microseconds >= 1e6) return `${(microseconds / 1e6).toPrecision(3)} s`;
  if (microseconds >= 1e3) return `${(microseconds / 1e3).toPrecision(3)} ms`;
  if (microseconds < 0.0995) return `${Math.round(microseconds * 1e3)} ns`;
  return `${microseconds.toPrecision(3)} us`;
}

export const formatRatio = (ratio: number): string =>
  `${ratio >= 100 ? Math.round(ratio) : Number(ratio.toPrecision(2))}x`;

/** Rows of size, name, median, spread, and how much faster than the first, which is the rival. */
export function rowsAgainstFirst(size: number, timings: readonly Timing[]): readonly (readonly string[])[] {
  return timings.map(({ name, median: middle, fastest, slowest }) => [
    String(size),
    name,
    formatTime(middle),
    `${formatTime(fastest)} to ${formatTime(slowest)}`,
    formatRatio(timings[0]!.median / middle),
  ]);
}

/** A section as a Markdown table. */
export function toMarkdown({ title, head, rows, note }: Section): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [`## ${title}`, '', line(head), line(head.map(() => '---')), ...rows.map(line), '', note, ''].join('\n');
}

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
