import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';

/** Reading files, with diagnostics instead of exceptions. */

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
};

/** The text of a file, which must be UTF-8. */
export function readText(path: string): Result<string> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return fail({ code: 'unreadable-file', message: `cannot read ${path}: ${CAUSES[code] ?? code}`, path });
  }
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return fail({ code: 'unreadable-file', message: `cannot read ${path}: it is no UTF-8 text`, path });
  }
}

export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

export function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** Names in a folder, in order of code units. */
export function namesIn(path: string): readonly string[] {
  return readdirSync(path).sort();
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The top of the installed package: the folder that holds the shipped rules and catalog. */
export const PACKAGE_ROOT: string = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'rules', 'vocabulary.yaml'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the shipped rules are missing from the package');
    folder = parent;
  }
  return folder;
})();
