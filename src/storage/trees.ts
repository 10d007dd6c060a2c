import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { INDEX_PATH, type TreeFile } from '../sources/publish.ts';
import { causeOf, isFile, isFolder, namesIn, readText } from './files.ts';

/** Writes catalog trees: whole or not at all. */

/** What the index of a tree says of who wrote it: only such a tree is written over. */
export const ORIGIN = 'stowage catalog import';

/** Why a folder may not be written over; undefined when it may. */
function whyKept(folder: string): string | undefined {
  if (!existsSync(folder)) return isFolder(dirname(folder)) ? undefined : `there is no folder ${dirname(folder)}`;
  if (!isFolder(folder)) return 'it is a file';
  const names = namesIn(folder);
  if (names.length === 0) return undefined;
  const index = isFile(join(folder, INDEX_PATH)) ? readText(join(folder, INDEX_PATH)) : undefined;
  if (index?.ok !== true) return 'it is a folder that holds something else';
  // Enough to tell our own: what else the index says is about to be replaced.
  if (!index.value.includes(`"origin":${JSON.stringify(ORIGIN)}`)) return 'it is a catalog that was not imported';
  const others = names.filter((name) => name !== 'streams');
  return others.length === 0 ? undefined : `it holds more than a catalog: ${others.join(', ')}`;
}

/** Whether a tree may be written to a folder; a folder that does not exist yet is fine. */
export function checkTarget(folder: string): Diagnostic | undefined {
  const why = whyKept(folder);
  return why === undefined
    ? undefined
    : {
        code: 'unwritable-catalog',
        message: `no catalog can be written to ${folder}: ${why}`,
        path: folder,
        hint: 'name a folder that does not exist yet, or an earlier import',
      };
}

/** Writes a tree beside its place and moves it there; an earlier import gives way to it. */
export function writeTree(folder: string, files: readonly TreeFile[]): Result<void> {
  const kept = checkTarget(folder);
  if (kept !== undefined) return fail(kept);
  const made: string[] = [];
  try {
    const target = existsSync(folder) ? realpathSync(folder) : folder.replace(/(?<=.)\/+$/, '');
    const beside = `${target}.${process.pid}.part`;
    const before = `${target}.${process.pid}.old`;
    // Not recursive: what someone else has put there is not ours to overwrite.
    mkdirSync(beside);
    made.push(beside);
    for (const { path, text } of files) {
      mkdirSync(dirname(join(beside, path)), { recursive: true });
      writeFileSync(join(beside, path), text);
    }
    const replaces = existsSync(target);
    if (replaces) renameSync(target, before);
    try {
      renameSync(beside, target);
    } catch (error) {
      if (replaces) renameSync(before, target);
      throw error;
    }
    if (replaces) rmSync(before, { recursive: true, force: true });
    return ok(undefined);
  } catch (error) {
    for (const path of made) rmSync(path, { recursive: true, force: true });
    return fail({
      code: 'unwritable-catalog',
      message: `cannot write the catalog to ${folder}: ${causeOf(error)}`,
      path: folder,
    });
  }
}
