import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { solveInThread } from '../src/commands/solver.ts';
import type { PackingModel } from '../src/solve/packing.ts';
import { SOLVER_PROGRAM } from '../src/storage/places.ts';

const folder = mkdtempSync(join(tmpdir(), 'stowage-solver-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two units of one shape, and bins that hold one or both. */
const model: PackingModel = {
  rows: [{ demand: 2, most: Number.POSITIVE_INFINITY, apart: [] }],
  bins: [
    { price: 5, capacity: [1], sizes: [[1]], supply: undefined },
    { price: 8, capacity: [2], sizes: [[1]], supply: undefined },
  ],
  supplies: [],
  evenly: [],
};
const task = { models: [model], engine: 'columns', timeLimit: 0.2, seed: 0 } as const;

/** A thread that tells what is given, and then does as it is told. */
function program(name: string, told: readonly string[], end: string): URL {
  const path = join(folder, `${name}.mjs`);
  const lines = told.map((progress) => `parentPort.postMessage({ kind: 'progress', part: 0, progress: ${progress} });`);
  writeFileSync(path, ["import { parentPort } from 'node:worker_threads';", ...lines, end].join('\n'));
  return pathToFileURL(path);
}

const found =
  "{ phase: 'greedy', cost: 10n, bound: 0n, packing: { cost: 10n, uses: [{ pattern: { bin: 0, counts: [1] }, times: 2 }] } }";
const bounded = "{ phase: 'columns', cost: 10n, bound: 7n, multipliers: [3500n] }";

describe('the thread that solves', () => {
  it('answers', async () => {
    const answer = await solveInThread({ ...task, timeLimit: 10 }, pathToFileURL(SOLVER_PROGRAM), () => {});
    expect(answer).toMatchObject({ status: 'optimal', part: 0, bound: 8n, parts: [{ packing: { cost: 8n } }] });
  });

  // One that ends by itself may wait for ever for what is compiled in the background, and the process with it.
  it('does not end by itself', async () => {
    const thread = new Worker(SOLVER_PROGRAM, { workerData: { ...task, timeLimit: 10 } });
    let isOver = false;
    thread.on('exit', () => {
      isOver = true;
    });
    await new Promise((resolve) => thread.on('message', ({ kind }) => kind === 'done' && resolve(undefined)));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isOver).toBe(false);
    await thread.terminate();
  });

  it('is ended when it hangs, and what it has found by then is the answer', async () => {
    const seen: string[] = [];
    const answer = await solveInThread(task, program('hangs', [found, bounded], 'for (;;);'), (_, { phase }) =>
      seen.push(phase),
    );
    expect(seen).toEqual(['greedy', 'columns']);
    expect(answer).toMatchObject({
      status: 'feasible',
      part: 0,
      bound: 7n,
      parts: [{ packing: { cost: 10n }, multipliers: [3500n] }],
    });
  });

  it('that hangs before it has found anything has no answer, and says so', async () => {
    const answer = await solveInThread(task, program('silent', [], 'for (;;);'), () => {});
    expect(answer).toMatchObject({ status: 'unknown', part: undefined, bound: 0n });
  });

  it('that fails is a defect, not an answer', async () => {
    const failing = program('fails', [found], "throw new Error('out of order');");
    await expect(solveInThread(task, failing, () => {})).rejects.toThrow('out of order');
  });
});
