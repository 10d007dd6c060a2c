import { join } from 'node:path';
import { isFile, isFolder, namesIn, PACKAGE_ROOT } from './files.ts';

/** Where catalogs, rule packs and the vocabulary are, by what they are called. */

/** What stands for the shipped catalog where a folder is expected. */
export const BUNDLED = 'bundled';

/** The folder of a catalog tree. */
export function treeOf(name: string): string {
  return name === BUNDLED ? join(PACKAGE_ROOT, 'catalog') : name;
}

/** The index of a catalog tree, which names all of its other files. */
export function indexOf(name: string): string {
  return join(treeOf(name), 'streams', 'v1', 'index.json');
}

/** The built program of the solver's thread. */
export const SOLVER_PROGRAM: string = join(PACKAGE_ROOT, 'dist', 'solver-thread.js');

/** The program of the thread that answers lines of streams. */
export const STREAM_PROGRAM: string = join(PACKAGE_ROOT, 'dist', 'stream-thread.js');

const RULES = join(PACKAGE_ROOT, 'rules');

/** The shipped vocabulary. */
export const VOCABULARY: string = join(RULES, 'vocabulary.yaml');

/** The packs that `default` stands for. */
export const DEFAULT_PACKS: readonly string[] = ['hosting', 'ubuntu', 'safety'];

const isPack = (name: string): boolean =>
  name.endsWith('.yaml') && !name.endsWith('.test.yaml') && name !== 'vocabulary.yaml';

/** The files of a pack: one's own by path, a shipped one by name; a folder means all packs in it. */
export function filesOf(pack: string): readonly { readonly path: string; readonly source: string }[] | undefined {
  if (pack === 'default') return DEFAULT_PACKS.flatMap((name) => filesOf(name) ?? []);
  const named = /^[a-z0-9][a-z0-9/-]*$/.test(pack);
  const bases = named
    ? [
        { path: join(RULES, pack), source: `rules/${pack}` },
        { path: pack, source: pack },
      ]
    : [{ path: pack, source: pack }];
  for (const { path, source } of bases) {
    if (named && isFile(`${path}.yaml`)) return [{ path: `${path}.yaml`, source: `${source}.yaml` }];
    if (isFile(path)) return [{ path, source }];
    if (isFolder(path))
      return namesIn(path)
        .filter(isPack)
        .map((name) => ({ path: join(path, name), source: `${source}/${name}` }));
  }
  return undefined;
}

/** Names of the packs that are shipped. */
export function shippedPacks(): readonly string[] {
  const below = (folder: string, prefix: string): string[] =>
    namesIn(folder).flatMap((name) => {
      if (isFolder(join(folder, name))) return below(join(folder, name), `${prefix}${name}/`);
      return isPack(name) ? [`${prefix}${name.replace(/(?:\/)?\.yaml$/, '')}`] : [];
    });
  return below(RULES, '');
}
