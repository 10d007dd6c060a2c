import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A tutorial as its reader follows it: from top to bottom in one folder. A YAML block under a line that names a file in
 * backquotes and ends in a colon is written to that file; a console block is run.
 *
 * @param stowage the program, as words of a shell
 * @returns the page with what the commands really print
 */
export function followTutorial(page: string, stowage: string, folder: string): string {
  const block = /^.*`([\w./-]+)`.*:\n\n```yaml\n([\s\S]*?)```|```console\n\$ (.*)\n[\s\S]*?```/gm;
  return page.replace(block, (shown: string, file: string | undefined, text: string, command: string) => {
    if (file !== undefined) {
      writeFileSync(join(folder, file), text);
      return shown;
    }
    const ran = spawnSync('sh', ['-c', `stowage() { ${stowage} "$@"; }\n{ ${command}; } 2>&1`], {
      cwd: folder,
      encoding: 'utf8',
    });
    return `\`\`\`console\n$ ${command}\n${ran.stdout}\`\`\``;
  });
}
