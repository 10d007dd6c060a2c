import { Worker } from 'node:worker_threads';
import type { Progress } from '../solve/solve-packing.ts';
import { type PartAnswer, summed } from '../solve/solve-parts.ts';
import type { SolverAnswer, SolverMessage, SolverTask } from '../solve/thread-messages.ts';
import { retire } from './thread-end.ts';

/** Runs the solver in a thread of its own, and ends it when its time is over. */

/** Seconds that the thread is given beyond its time before it is ended, since no engine keeps time exactly. */
const graceOf = (timeLimit: number): number => Math.min(2, Math.max(0.5, timeLimit / 2));

/**
 * The answer of the solver, or what it has found so far if it does not end in time.
 *
 * @param program where the thread's code is
 * @param tell called with each step
 */
export function solveInThread(
  task: SolverTask,
  program: URL,
  tell: (part: number, progress: Progress) => void,
): Promise<SolverAnswer> {
  const parts: (PartAnswer | undefined)[] = task.models.map(() => undefined);
  const note = (part: number, { bound, packing, multipliers }: Progress): void => {
    const before = parts[part];
    parts[part] = {
      status: 'feasible',
      packing: packing ?? before?.packing,
      bound: before !== undefined && before.bound > bound ? before.bound : bound,
      proof: 'multipliers',
      multipliers: multipliers ?? before?.multipliers ?? task.models[part]!.rows.map(() => 0n),
      rounds: 0,
      patterns: 0,
    };
  };
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { workerData: task });
    let timer: NodeJS.Timeout | undefined;
    const end = (answer: SolverAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    timer = setTimeout(
      () => {
        void worker.terminate();
        // Ending a thread makes the process wait for it: nothing does.
        worker.unref();
        end(summed(parts));
      },
      (task.timeLimit + graceOf(task.timeLimit)) * 1000,
    );
    worker.on('message', (message: SolverMessage) => {
      if (message.kind === 'done') {
        retire(worker);
        return end(message.answer);
      }
      note(message.part, message.progress);
      tell(message.part, message.progress);
    });
    worker.on('error', reject);
    worker.on('exit', () => end(summed(parts)));
  });
}
