import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { formatRatio, formatTime, median, type Section } from './harness.ts';

/**
 * The whole command as a process against a Node that does nothing: with a cache that is there, with one that is made,
 * and without any. Needs `npm run prepare`.
 */

const ASKED = ['dist/cli.js', 'add-machine', 'kvm', '--constraints', 'cores=2 mem=4G'];
const ONE_CLOUD = [...ASKED, '--cloud', 'aws', '--region', 'us-east-1'];

type CacheUse = 'warm' | 'cold' | 'off';
const COMMANDS: readonly (readonly [name: string, args: readonly string[], cache: CacheUse])[] = [
  ['node -e 0', ['-e', '0'], 'off'],
  ['add-machine, one cloud, warm cache', ONE_CLOUD, 'warm'],
  ['add-machine, one cloud, empty cache', ONE_CLOUD, 'cold'],
  ['add-machine, one cloud, no cache', ONE_CLOUD, 'off'],
  ['add-machine, all clouds, warm cache', ASKED, 'warm'],
  ['add-machine, all clouds, empty cache', ASKED, 'cold'],
  ['add-machine, all clouds, no cache', ASKED, 'off'],
];
const ROUNDS = 9;

/** The times of every command, in microseconds, and what it printed. */
function run(scratch: string): { readonly taken: readonly (readonly number[])[]; readonly printed: readonly string[] } {
  const taken = COMMANDS.map((): number[] => []);
  const printed = COMMANDS.map(() => '');
  const warm = join(scratch, 'warm');
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [which, [name, args, cache]] of COMMANDS.entries()) {
      const home = cache === 'warm' ? warm : join(scratch, 'cold');
      if (cache === 'cold') rmSync(home, { recursive: true, force: true });
      const env = { ...process.env, XDG_CACHE_HOME: home, STOWAGE_CACHE: cache === 'off' ? 'off' : 'on' };
      const start = performance.now();
      const ran = spawnSync(process.execPath, args, { encoding: 'utf8', env });
      if (round >= 0) taken[which]!.push((performance.now() - start) * 1000);
      if (ran.status !== 0) throw new Error(`${name} failed: ${ran.stderr}`);
      printed[which] = ran.stdout;
    }
  }
  return { taken, printed };
}

export function startUp(): Section {
  const scratch = mkdtempSync(join(tmpdir(), 'stowage-'));
  const { taken, printed } = run(scratch);
  rmSync(scratch, { recursive: true });
  for (const args of [ONE_CLOUD, ASKED]) {
    const answers = new Set(printed.filter((_, which) => COMMANDS[which]![1] === args));
    if (answers.size !== 1) throw new Error('the cache changes what is printed');
  }
  const timings = COMMANDS.map(([name], which) => ({
    name,
    size: 0,
    median: median(taken[which]!),
    fastest: Math.min(...taken[which]!),
    slowest: Math.max(...taken[which]!),
  }));
  return {
    title: 'The whole command',
    head: ['command', 'median', 'spread', 'against node -e 0'],
    rows: timings.map((timing) => [
      timing.name,
      formatTime(timing.median),
      `${formatTime(timing.fastest)} to ${formatTime(timing.slowest)}`,
      formatRatio(timing.median / timings[0]!.median),
    ]),
    note: `${ROUNDS} runs of each, in turn. With a warm cache the files of the shipped catalog are compared with what the cache was made of; with an empty one, or none, they are read and checked anew. All print the same.`,
    timings,
  };
}
