import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/**
 * The folder of the cache: what may be put there, how it appears and how it goes away. Nothing in here is needed, so
 * whatever goes wrong means "not in the cache", never a fault.
 */

/** A file of the cache. */
export interface CacheFile {
  readonly name: string;
  readonly size: number;
  /** Milliseconds since 1970 of when it was written or, to the day, last used. */
  readonly used: number;
}

export interface CacheFolder {
  readonly path: string;
  /** All bytes of an entry, at the beginning of a buffer of their own; undefined where there is none that is ours. */
  read(name: string, purpose: 'use' | 'check'): Uint8Array<ArrayBuffer> | undefined;
  /** Makes an entry appear, whole, in place of the one there is. Returns whether it did. */
  write(name: string, chunks: readonly Uint8Array[]): boolean;
  /** Entries, the one used last first. */
  list(): readonly CacheFile[];
  /** Removes all entries, and what dead processes have left. */
  clear(): { readonly removed: number; readonly bytes: number; readonly left: number };
}

const ENTRY = /^[a-z]+-[0-9a-f]{64}\.cache$/;
const TEMPORARY = /^[a-z]+-[0-9a-f]{64}\.cache\.[0-9a-f]+\.part$/;
/** A temporary file of that age has been left behind by a process that is gone. */
const STALE_MS = 3_600_000;
/** How often a use is noted. */
const DAY_MS = 86_400_000;
/** More than this is not kept. */
const MOST_ENTRIES = 64;
const MOST_BYTES = 64 * 1024 * 1024;
/** A larger entry is not ours. */
const LARGEST = 1024 * 1024 * 1024;

const quietly = <T>(act: () => T): T | undefined => {
  try {
    return act();
  } catch {
    return undefined;
  }
};

/** Whether something belongs to the user of this process; where there are no users, everything does. */
function isOurs({ uid }: Stats): boolean {
  return process.getuid === undefined || uid === process.getuid();
}

/** Why a folder is not used; undefined where it may be. */
export function whyRefused(path: string): string | undefined {
  const stats = quietly(() => lstatSync(path));
  if (stats === undefined) return 'it is not there';
  if (stats.isSymbolicLink()) return 'it is a link';
  if (!stats.isDirectory()) return 'it is no folder';
  if (!isOurs(stats)) return 'it belongs to somebody else';
  return process.getuid !== undefined && (stats.mode & 0o022) !== 0 ? 'others may write to it' : undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the user does without a cache: `STOWAGE_CACHE=off`. */
export function isCacheOff({ STOWAGE_CACHE: wanted }: Environment): boolean {
  return wanted === 'off';
}

/** Where the cache is: `$XDG_CACHE_HOME/stowage`, else `$HOME/.cache/stowage`; undefined where neither is absolute. */
export function cachePath({ XDG_CACHE_HOME: base, HOME: home }: Environment): string | undefined {
  if (base !== undefined && isAbsolute(base)) return join(base, 'stowage');
  return home !== undefined && isAbsolute(home) ? join(home, '.cache', 'stowage') : undefined;
}

/** The folder at a path; undefined where it is not there, or cannot be trusted: see `whyRefused`. */
export function openCacheFolder(path: string): CacheFolder | undefined {
  if (whyRefused(path) !== undefined) return undefined;

  const read: CacheFolder['read'] = (name, purpose) =>
    quietly(() => {
      // Neither a link is followed nor a pipe waited for.
      const file = openSync(
        join(path, name),
        constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
      );
      try {
        const stats = fstatSync(file);
        if (!stats.isFile() || !isOurs(stats) || stats.size > LARGEST) return undefined;
        const bytes = new Uint8Array(stats.size);
        for (let at = 0; at < bytes.length; ) {
          const count = readSync(file, bytes, at, bytes.length - at, at);
          if (count === 0) return undefined;
          at += count;
        }
        const now = Date.now();
        if (purpose === 'use' && now - stats.mtimeMs > DAY_MS) quietly(() => futimesSync(file, now / 1000, now / 1000));
        return bytes;
      } finally {
        closeSync(file);
      }
    });

  const filesOf = (pattern: RegExp): CacheFile[] =>
    (quietly(() => readdirSync(path)) ?? [])
      .filter((name) => pattern.test(name))
      .flatMap((name): CacheFile[] => {
        const stats = quietly(() => lstatSync(join(path, name)));
        return stats === undefined ? [] : [{ name, size: stats.size, used: stats.mtimeMs }];
      });
  const list = (): CacheFile[] =>
    filesOf(ENTRY).sort((a, b) => b.used - a.used || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const remove = (name: string): void => {
    quietly(() => rmSync(join(path, name), { force: true }));
  };
  /** Keeps the folder within its bounds, and clears away what dead processes have left. */
  const tidy = (kept: string): void => {
    const now = Date.now();
    for (const { name, used } of filesOf(TEMPORARY)) if (now - used > STALE_MS) remove(name);
    let entries = 0;
    let bytes = 0;
    for (const { name, size } of list()) {
      entries += 1;
      bytes += size;
      if (name !== kept && (entries > MOST_ENTRIES || bytes > MOST_BYTES)) remove(name);
    }
  };

  const write = (name: string, chunks: readonly Uint8Array[]): boolean => {
    // Not by process alone: processes of other containers may have the same number.
    const beside = `${name}.${randomBytes(8).toString('hex')}.part`;
    const file = quietly(() => openSync(join(path, beside), 'wx', 0o600));
    if (file === undefined) return false;
    const written = quietly(() => {
      for (const chunk of chunks) for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
      fsyncSync(file);
      return true;
    });
    quietly(() => closeSync(file));
    const placed =
      written === true &&
      quietly(() => {
        renameSync(join(path, beside), join(path, name));
        return true;
      });
    if (placed !== true) {
      remove(beside);
      return false;
    }
    // So that the name is there after a power failure, too; some file systems cannot do that.
    quietly(() => {
      const folder = openSync(path, constants.O_RDONLY);
      try {
        fsyncSync(folder);
      } finally {
        closeSync(folder);
      }
    });
    tidy(name);
    return true;
  };

  const clear = (): { removed: number; bytes: number; left: number } => {
    const before = [...list(), ...filesOf(TEMPORARY)];
    for (const { name } of before) remove(name);
    const left = new Set([...list(), ...filesOf(TEMPORARY)].map(({ name }) => name));
    const gone = before.filter(({ name }) => !left.has(name));
    return { removed: gone.length, bytes: gone.reduce((total, { size }) => total + size, 0), left: left.size };
  };

  return { path, read, write, list, clear };
}

/** The folder at a path, made where it and the one that it is in are missing. */
export function makeCacheFolder(path: string): CacheFolder | undefined {
  // One by one: asked for all of them, Node tries for ever where a file system has no room for folders, as in /proc.
  for (const missing of [dirname(path), path])
    if (!existsSync(missing)) quietly(() => mkdirSync(missing, { mode: 0o700 }));
  return openCacheFolder(path);
}
