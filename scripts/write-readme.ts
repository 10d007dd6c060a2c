import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { followTutorial } from './tutorial.ts';

/** Puts the real output of each command into README.md and rules/README.md: npm run readme. Tests hold them to that. */

const text = readFileSync('README.md', 'utf8');
const written = text.replace(/```console\n\$ (npx stowage [^\n]*)\n[\s\S]*?```/g, (_, command: string) => {
  const ran = spawnSync('sh', ['-c', `${command.replaceAll('npx stowage', 'node dist/cli.js')} 2>&1`], {
    encoding: 'utf8',
  });
  return `\`\`\`console\n$ ${command}\n${ran.stdout}\`\`\``;
});
writeFileSync('README.md', written);

const folder = mkdtempSync(join(tmpdir(), 'stowage-tutorial-'));
const tutorial = readFileSync('rules/README.md', 'utf8');
writeFileSync('rules/README.md', followTutorial(tutorial, `node "${resolve('dist/cli.js')}"`, folder));
rmSync(folder, { recursive: true });
