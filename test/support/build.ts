import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';

/** The command line is tested as users run it: built. */
export default function setup(): () => void {
  execFileSync('npm', ['run', '--silent', 'prepare'], { stdio: 'inherit' });
  return () => rmSync(process.env.STOWAGE_TEST_CACHE!, { recursive: true, force: true });
}
