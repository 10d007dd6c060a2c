import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RIVALS_ROOT } from './rivals/rival.ts';

/** Holds the lock file of what is installed: with a newer one, or half an installation, everything is installed anew. */
const MARK = join(RIVALS_ROOT, 'node_modules', '.stowage-installed');

/** Where Node brought its headers along, what has to be compiled is compiled with them, and not with downloaded ones. */
function withOwnHeaders(): Readonly<Record<string, string>> {
  const root = dirname(dirname(process.execPath));
  return existsSync(join(root, 'include', 'node', 'node.h')) ? { npm_config_nodedir: root } : {};
}

/**
 * Installs the libraries of benchmarks/package.json where they are missing, and says so on standard error.
 *
 * @returns what went wrong, as one line
 */
export function installLibraries(): string | undefined {
  const lock = readFileSync(join(RIVALS_ROOT, 'package-lock.json'), 'utf8');
  if (existsSync(MARK) && readFileSync(MARK, 'utf8') === lock) return undefined;
  if (process.stderr.isTTY)
    console.error('Installing what stowage is compared with (benchmarks/package.json); this takes a minute or two …');
  const ran = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: RIVALS_ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...withOwnHeaders() },
    shell: process.platform === 'win32',
  });
  if (ran.status !== 0) {
    const lines = `${ran.stderr ?? ''}${ran.error?.message ?? ''}`.split('\n');
    const cause = lines.map((line) => line.replace(/^npm (?:error|ERR!) ?/, '').trim()).find((line) => line !== '');
    return `npm ci in benchmarks/ failed: ${cause ?? `exit code ${ran.status}`}`;
  }
  writeFileSync(MARK, lock);
  return undefined;
}
