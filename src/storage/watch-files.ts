import { type FSWatcher, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOfFile, isFile, isFolder, namesIn } from './files.ts';

/** Tells of files that are saved. */

// An editor saves in several steps (write, rename): what comes within this time is one save.
const ONE_SAVE = 25;

const within = (folder: string, name: string): string => (folder === '.' ? name : join(folder, name));

/**
 * Calls back with the paths of files that were saved, until it is stopped. Folders are watched with all that is
 * directly in them; of files, the folder is watched, since editors put new files in their place.
 *
 * @param paths files and folders
 */
export function watchFiles(paths: readonly string[], onSave: (saved: readonly string[]) => void): () => void {
  const folders = new Set(paths.map((path) => (isFolder(path) ? path : dirname(path))));
  const saved = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const watchers: FSWatcher[] = [];
  // Editors touch files more often than they change them.
  const digests = new Map<string, string | undefined>();
  for (const folder of folders)
    for (const path of namesIn(folder).map((name) => within(folder, name)))
      if (isFile(path)) digests.set(path, digestOfFile(path));
  const isOther = (path: string): boolean => {
    const digest = digestOfFile(path);
    if (digests.has(path) && digests.get(path) === digest) return false;
    digests.set(path, digest);
    return true;
  };
  for (const folder of folders) {
    watchers.push(
      watch(folder, (_event, name) => {
        if (name === null) return;
        saved.add(within(folder, name));
        timer ??= setTimeout(() => {
          timer = undefined;
          const all = [...saved].sort().filter(isOther);
          saved.clear();
          if (all.length > 0) onSave(all);
        }, ONE_SAVE);
      }),
    );
  }
  return () => {
    if (timer !== undefined) clearTimeout(timer);
    for (const one of watchers) one.close();
  };
}
