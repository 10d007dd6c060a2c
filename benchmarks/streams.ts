import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { readDocument } from '../src/document/read.ts';
import { parseProblem, readProblem, solveRead } from '../src/plan/problem.ts';
import { storedInputs } from '../src/storage/inputs.ts';
import { checkAgreement, formatRatio, formatTime, median, type Runner, type Section, seeded, time } from './harness.ts';
import { smallProblems } from './problems.ts';

/** Streams of small problems and of constraints: in one process, and the whole command on a file of many lines. */

const SEED = 20130530;
const IN_PROCESS = 300;
const ROUNDS = 3;

/** Each with few lines, to be timed with its start, and many more, which must not take more memory. */
const JOBS = [
  { name: 'solve - --lines', args: ['solve', '-', '--lines'], sizes: [2_000, 20_000, 100_000], lines: smallProblems },
  { name: 'constraints -', args: ['constraints', '-'], sizes: [20_000, 200_000], lines: constraintLines },
] as const;

/** Runs the command with a file as its standard input and counts the lines of its answer. */
async function run(
  args: readonly string[],
  path: string,
): Promise<{ readonly lines: number; readonly seconds: number; readonly peak: number }> {
  const start = performance.now();
  const input = openSync(path, 'r');
  // The command reports its own largest size when it ends.
  const told = `data:text/javascript,process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS))`;
  const child = spawn(process.execPath, ['--import', told, 'dist/cli.js', ...args], { stdio: [input, 'pipe', 'pipe'] });
  let lines = 0;
  let errors = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 0x0a) lines += 1;
  });
  child.stderr!.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  await new Promise((resolve) => child.once('close', resolve));
  closeSync(input);
  const peak = /^peak (\d+)$/.exec(errors)?.[1];
  if (peak === undefined) throw new Error(`stowage ${args.join(' ')} failed: ${errors}`);
  return { lines, seconds: (performance.now() - start) / 1000, peak: Number(peak) };
}

function write(path: string, lines: Iterable<string>): void {
  const file = openSync(path, 'w');
  for (const line of lines) writeSync(file, `${line}\n`);
  closeSync(file);
}

function* constraintLines(count: number, seed: number): Generator<string> {
  const random = seeded(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  for (let index = 0; index < count; index += 1) {
    const words = [`cores=${1 + Math.floor(random() * 64)}`, `mem=${pick(['512M', '4G', '1.5G', '16G'])}`];
    if (random() < 0.5) words.push(`arch=${pick(['amd64', 'arm64'])}`);
    if (random() < 0.3) words.push(`root-disk=${pick(['8G', '100G'])}`, `zones=${pick(['a', 'a,b'])}`);
    if (random() < 0.05) words.push('memory=4G');
    yield words.join(' ');
  }
}

export async function streams(): Promise<Section> {
  const problems = [...smallProblems(IN_PROCESS, SEED)];
  const inputs = storedInputs();
  const runners: readonly Runner<string>[] = [
    {
      name: 'each by itself: YAML reader, rules compiled anew',
      run(text) {
        const document = readDocument('x', text);
        const problem = document.ok ? readProblem(document.value, storedInputs()) : document;
        return problem.ok ? solveRead(problem.value) : problem.diagnostics;
      },
    },
    {
      name: 'as a stream',
      run(text) {
        const problem = parseProblem('x', text, inputs);
        return problem.ok ? solveRead(problem.value) : problem.diagnostics;
      },
    },
  ];
  checkAgreement(runners, problems);
  const taken = time(runners, problems, ROUNDS);
  const timings: Section['timings'][number][] = taken.map((timing) => ({ ...timing, size: IN_PROCESS }));
  const rows = taken.map(({ name, median: half, fastest, slowest }) => [
    `problems, ${name}`,
    String(IN_PROCESS),
    formatTime(half),
    `${formatTime(fastest)} to ${formatTime(slowest)}`,
    `${Math.round(1e6 / half)}/s (${formatRatio(taken[0]!.median / half)})`,
    '',
  ]);

  const scratch = mkdtempSync(join(tmpdir(), 'stowage-'));
  try {
    for (const { name, args, sizes, lines } of JOBS) {
      for (const size of sizes) {
        const path = join(scratch, 'lines');
        write(path, lines(size, SEED));
        const ran: Awaited<ReturnType<typeof run>>[] = [];
        for (let round = 0; round < (size === sizes[0] ? ROUNDS : 1); round += 1) ran.push(await run(args, path));
        if (ran.some((one) => one.lines !== size)) throw new Error(`${name} answers ${ran[0]!.lines} of ${size} lines`);
        const each = ran.map(({ seconds }) => (seconds * 1e6) / size);
        const timing = { name, size, median: median(each), fastest: Math.min(...each), slowest: Math.max(...each) };
        timings.push(timing);
        rows.push([
          `the command ${name}`,
          String(size),
          formatTime(timing.median),
          `${formatTime(timing.fastest)} to ${formatTime(timing.slowest)}`,
          `${Math.round(1e6 / timing.median)}/s`,
          `${Math.round(Math.max(...ran.map(({ peak }) => peak)) / 1024)} MiB`,
        ]);
      }
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return {
    title: 'Streams',
    head: ['what', 'lines', 'median per line', 'spread over rounds', 'lines per second', 'peak memory'],
    rows,
    note: `Small problems (seed ${SEED}): 5 to 20 types with offers in two regions, 3 images, rules by name or written out, about a third without an answer; answers of both ways are the same. The command is a whole process, start included.`,
    timings,
  };
}
