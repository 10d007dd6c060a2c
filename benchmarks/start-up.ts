import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { formatRatio, formatTime, median, type Section } from './harness.ts';

/** The whole command as a process against a Node that does nothing. */

const COMMANDS: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['node -e 0', ['-e', '0']],
  [
    'add-machine, one cloud',
    ['dist/cli.js', 'add-machine', 'kvm', '--constraints', 'cores=2 mem=4G', '--cloud', 'aws', '--region', 'us-east-1'],
  ],
  ['add-machine, all clouds', ['dist/cli.js', 'add-machine', 'kvm', '--constraints', 'cores=2 mem=4G']],
];
const ROUNDS = 9;

export function startUp(): Section {
  const taken = COMMANDS.map((): number[] => []);
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [which, [name, args]] of COMMANDS.entries()) {
      const start = performance.now();
      const ran = spawnSync(process.execPath, args, { encoding: 'utf8' });
      if (round >= 0) taken[which]!.push((performance.now() - start) * 1000);
      if (ran.status !== 0) throw new Error(`${name} failed: ${ran.stderr}`);
    }
  }
  const timings = COMMANDS.map(([name], which) => ({
    name,
    size: 0,
    median: median(taken[which]!),
    fastest: Math.min(...taken[which]!),
    slowest: Math.max(...taken[which]!),
  }));
  return {
    title: 'The whole command, without any cache',
    head: ['command', 'median', 'spread', 'against node -e 0'],
    rows: timings.map((timing) => [
      timing.name,
      formatTime(timing.median),
      `${formatTime(timing.fastest)} to ${formatTime(timing.slowest)}`,
      formatRatio(timing.median / timings[0]!.median),
    ]),
    note: `${ROUNDS} runs of each, in turn; the command reads and checks the shipped catalog anew each time.`,
    timings,
  };
}
