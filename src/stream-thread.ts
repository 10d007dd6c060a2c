import { parentPort, workerData } from 'node:worker_threads';
import type { LaneTask } from './commands/second-lane.ts';
import { answerLine } from './commands/solve-line.ts';
import type { LineAnswer } from './commands/stream.ts';
import type { Line } from './document/lines.ts';
import { storedInputs } from './storage/inputs.ts';

/** A thread that answers lines of a stream of problems: batches of lines in, their answers out, in order. */

const { source, solving } = workerData as LaneTask;
const inputs = storedInputs();
let before: Promise<void> = Promise.resolve();
parentPort!.on('message', (lines: readonly Line[]) => {
  before = before.then(async () => {
    const answers: (LineAnswer | undefined)[] = [];
    for (const line of lines) answers.push(await answerLine(source, line, inputs, solving));
    parentPort!.postMessage(answers);
  });
});
