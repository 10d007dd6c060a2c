import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/** Puts the real output of each command into README.md: npm run readme. The test of the README holds it to that. */

const text = readFileSync('README.md', 'utf8');
const written = text.replace(/```console\n\$ (npx stowage [^\n]*)\n[\s\S]*?```/g, (_, command: string) => {
  const ran = spawnSync('sh', ['-c', `${command.replaceAll('npx stowage', 'node dist/cli.js')} 2>&1`], {
    encoding: 'utf8',
  });
  return `\`\`\`console\n$ ${command}\n${ran.stdout}\`\`\``;
});
writeFileSync('README.md', written);
