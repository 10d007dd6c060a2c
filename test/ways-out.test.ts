import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ROOT, stowage, within } from './support/cli.ts';

/** Each suggestion, pasted into a shell as it is shown, gets what it promises. */

const pasted = (command: string): string =>
  execFileSync('sh', ['-c', `stowage() { "${process.execPath}" dist/cli.js "$@"; }; ${command}`], {
    cwd: ROOT,
    encoding: 'utf8',
  });

/** Lines `changes: TYPE PRICE …` or `changes`, each with the command below it. */
function suggestions(out: string): readonly { readonly told: string; readonly command: string }[] {
  const lines = out.split('\n');
  return lines.flatMap((line, index) =>
    line.startsWith('    stowage ') ? [{ told: lines[index - 1]!.trim(), command: line.trim() }] : [],
  );
}

describe('suggestions pasted back', () => {
  it.each([
    [
      'what clashes',
      ['add-machine', 'kvm', '--constraints', 'mem=64G arch=arm64 max-price=0.05', ...within('aws', 'eu-west-1')],
      2,
    ],
    [
      'a waiver',
      ['add-machine', 'kvm>=6', '--constraints', 'instance-type=c3-standard-4', ...within('gcp', 'us-central1')],
      4,
    ],
    [
      'guests too large',
      [
        'add-machine',
        '--guest',
        '3x kvm:cores=2 mem=30G',
        '--guest',
        'lxd:mem=2G',
        '--max-price',
        '0.2',
        ...within('azure', 'westeurope'),
        '-n',
        '2',
      ],
      2,
    ],
    [
      'savings',
      ['add-machine', 'kvm', '--constraints', 'cores=2 mem=4G', ...within('aws', 'us-east-1'), '--explain'],
      3,
    ],
    [
      'why not',
      [
        'why-not',
        't4g.medium',
        'ubuntu@22.04',
        '--placement',
        'kvm',
        '--constraints',
        'cores=2 mem=4G',
        ...within('aws', 'us-east-1'),
      ],
      2,
    ],
  ])('%s', (_, args, least) => {
    const found = suggestions(stowage(args).out);
    expect(found.length).toBeGreaterThanOrEqual(least);
    for (const { told, command } of found) {
      const out = pasted(command);
      expect(out).toMatch(/^Machine/);
      const [, type, price] = /: (\S+) ([0-9.]+)[ ,(]/.exec(told) ?? [];
      if (type === undefined) continue;
      expect(out).toContain(` ${type} `);
      expect(out).toContain(` ${price} `);
    }
  });
});
