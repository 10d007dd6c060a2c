import { parentPort, workerData } from 'node:worker_threads';
import loader, { type Highs } from 'highs';
import { assignment, firstFitDecreasing, writeAssignment } from './solve/engines.ts';
import { highsEngine } from './solve/integer.ts';
import type { PackingModel } from './solve/packing.ts';
import type { Progress } from './solve/solve-packing.ts';
import { solvePacking } from './solve/solve-packing.ts';
import { type PartsAnswer, type Solver, solveParts } from './solve/solve-parts.ts';

/** A thread that holds a whole solve, so that whoever started it can end it: engines cannot be interrupted. */

export interface ThreadTask {
  readonly models: readonly PackingModel[];
  readonly engine: 'columns' | 'highs' | 'ffd';
  /** Seconds. */
  readonly timeLimit: number;
  readonly seed: number;
  /** Only plans cheaper than this are of interest. */
  readonly cutoff?: bigint | undefined;
  /** Whether the assignment model of the cheapest part is written too. */
  readonly write?: boolean | undefined;
}

export type ThreadMessage =
  | { readonly kind: 'progress'; readonly part: number; readonly progress: Progress }
  | { readonly kind: 'done'; readonly answer: PartsAnswer; readonly written?: string | undefined };

const { models, engine, timeLimit, seed, cutoff, write } = workerData as ThreadTask;
const started = performance.now();
const post = (message: ThreadMessage): void => parentPort!.postMessage(message);
// The package's types describe its CommonJS build.
const highs = await (loader as unknown as () => Promise<Highs>)();
const integer = highsEngine(highs);
const solvers: Readonly<Record<ThreadTask['engine'], Solver>> = {
  columns: (model, limits) => solvePacking(model, integer, limits),
  highs: (model, limits) => assignment(model, highs, limits),
  ffd: firstFitDecreasing,
};
const remaining = (): number => timeLimit - (performance.now() - started) / 1000;
const answer = solveParts(models, solvers[engine], { remaining, seed, cutoff }, (part, progress) =>
  post({ kind: 'progress', part, progress }),
);
const written = write === true ? writeAssignment(models[answer.part ?? 0]!, highs) : undefined;
post({ kind: 'done', answer, written });
