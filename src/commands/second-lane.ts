import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Line } from '../document/lines.ts';
import type { Solving } from './solve-line.ts';
import type { Lane, LineAnswer } from './stream.ts';
import { retire } from './thread-end.ts';

/** What a lane is given when it is opened. */
export interface LaneTask {
  readonly source: string;
  readonly solving: Solving;
}

/**
 * MiB. Each problem leaves half a MiB behind that is soon of no use: where there is little room for what is new, it is
 * copied again and again while it is looked through.
 */
const YOUNG_SPACE = 64;

interface Waiting {
  resolve(answers: readonly (LineAnswer | undefined)[]): void;
  reject(cause: unknown): void;
}

/**
 * A thread that answers lines of a stream beside the one that reads them; undefined where there is no second core.
 *
 * @param program where the thread's code is
 */
export function openLane(program: URL, task: LaneTask): Lane | undefined {
  if (availableParallelism() < 2) return undefined;
  const worker = new Worker(program, { workerData: task, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_SPACE } });
  const waiting: Waiting[] = [];
  worker.on('message', (answers: readonly (LineAnswer | undefined)[]) => waiting.shift()?.resolve(answers));
  worker.on('error', (cause) => {
    for (const { reject } of waiting.splice(0)) reject(cause);
  });
  return {
    waiting: () => waiting.length,
    answer: (lines: readonly Line[]) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.postMessage(lines);
      }),
    close: () => retire(worker),
  };
}
