import { parentPort, workerData } from 'node:worker_threads';
import loader, { type Highs } from 'highs';
import { assignment, firstFitDecreasing, writeAssignment } from './solve/engines.ts';
import { highsEngine } from './solve/integer.ts';
import { solvePacking } from './solve/solve-packing.ts';
import { type Solver, solveParts } from './solve/solve-parts.ts';
import type { SolverMessage, SolverTask } from './solve/thread-messages.ts';

/** A thread that holds a whole solve, so that whoever started it can end it: engines cannot be interrupted. */

// The event loop must go on until the thread is ended (see `retire`), also while the engine is compiled, for which
// nothing else keeps it going.
parentPort!.ref();
const { models, engine, timeLimit, seed, cutoff, write } = workerData as SolverTask;
const started = performance.now();
const post = (message: SolverMessage): void => parentPort!.postMessage(message);
// The package's types describe its CommonJS build.
const highs = await (loader as unknown as () => Promise<Highs>)();
const integer = highsEngine(highs);
const solvers: Readonly<Record<SolverTask['engine'], Solver>> = {
  columns: (model, limits) => solvePacking(model, integer, limits),
  highs: (model, limits) => assignment(model, highs, limits),
  ffd: firstFitDecreasing,
};
const remaining = (): number => timeLimit - (performance.now() - started) / 1000;
const answer = solveParts(models, solvers[engine], { remaining, seed, cutoff }, (part, progress) =>
  post({ kind: 'progress', part, progress }),
);
const written = write === true ? writeAssignment(models[answer.part ?? 0]!, highs) : undefined;
post({ kind: 'done', answer: { ...answer, written } });
