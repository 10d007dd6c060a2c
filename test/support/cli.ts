import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
export const CLI = join(ROOT, 'dist', 'cli.js');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command line. */
export function stowage(
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Ran {
  const ran = spawnSync(process.execPath, ['--disable-proto=throw', CLI, ...args], {
    encoding: 'utf8',
    input: options.input ?? '',
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, ...options.env },
    maxBuffer: 64 * 1024 * 1024,
    // A program that hangs fails its test; it does not hang them all.
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

/** The options that name a place. */
export const within = (cloud: string, region: string): readonly string[] => ['--cloud', cloud, '--region', region];
