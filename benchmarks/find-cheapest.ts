import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './find-cheapest-case.ts';
import { formatRatio, formatTime, type Section } from './harness.ts';
import type { Options } from './options.ts';
import { loadMix } from './queries.ts';

/** "Which is the cheapest offer for this request?": ours against loops that are written by hand, and libraries. */

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const SHIPPED = 'shipped';

/** All contenders over one catalog, in a process of its own. */
function run(what: string, libraries: boolean): Outcome {
  const program = fileURLToPath(new URL('./find-cheapest-case.js', import.meta.url));
  const ran = spawnSync(process.execPath, [program, what, libraries ? 'libraries' : 'alone'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (ran.status !== 0) throw new Error(`find-cheapest over ${what} failed`);
  return JSON.parse(ran.stdout) as Outcome;
}

export function findCheapest(options: Options): Section {
  const rows: (readonly string[])[] = [];
  const timings: Section['timings'][number][] = [];
  const unanswered: string[] = [];
  const memory: string[] = [];
  const { seed, shares, madeUp } = loadMix();
  const sizes = options.sizes ?? SIZES;
  for (const what of [...sizes.map(String), ...(options.shipped ? [SHIPPED] : [])]) {
    const { size, measured, own, bytes, built, withoutAnswer } = run(what, options.libraries);
    const label = what === SHIPPED ? `${SHIPPED} (${size})` : what;
    timings.push(...measured.map((timing) => ({ ...timing, size, label })));
    rows.push(
      ...measured.map(({ name, median, fastest, slowest, p50, p99, worst, rounds }) => [
        label,
        name,
        formatTime(median),
        `${formatTime(fastest)} to ${formatTime(slowest)} (${rounds})`,
        formatTime(p50),
        formatTime(p99),
        formatTime(worst),
        formatRatio(median / own),
      ]),
    );
    unanswered.push(`${withoutAnswer} of ${madeUp.length} at ${label}`);
    memory.push(`${(bytes / size).toFixed(1)} bytes per offer and ${formatTime(built)} at ${label}`);
  }
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  return {
    title: 'Find the cheapest offer',
    head: [
      'offers',
      'how',
      'median per request',
      'spread over rounds (how many)',
      'p50',
      'p99',
      'worst',
      'against ours, prepared',
    ],
    rows,
    note: [
      `Requests of benchmarks/queries.json: ${percent(shares.common)} common, ${percent(shares.rare)} rare, ${percent(shares.impossible)} impossible, as drawn for 100000 offers; nothing fits ${unanswered.join(', ')}. Made-up catalogs have seed ${seed}.`,
      'All answers were the same before anything was timed. Rivals have what the rules say of each offer worked out beforehand, and each request turned into a predicate, bitsets or a statement with bound values before it is timed; what that takes is not counted. Ours has everything to do in "prepare + cheapest".',
      'Each catalog has a process of its own. The median is of whole rounds, divided by the requests; p50, p99 and worst are of single executions.',
      `Ours makes its bitmaps when they are first asked for, before anything is timed: for these requests ${memory.join(', ')}.`,
    ].join('\n'),
    timings,
  };
}
