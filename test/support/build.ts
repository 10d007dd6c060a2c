import { execFileSync } from 'node:child_process';

/** The command line is tested as users run it: built. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'prepare'], { stdio: 'inherit' });
}
