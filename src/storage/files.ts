import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';

/** Reading files, with diagnostics instead of exceptions. */

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EEXIST: 'there is something in its place already',
};

export const causeOf = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  return CAUSES[code] ?? code;
};

/** The text of a file (a path, or the number of an open one), which must be UTF-8. `name` is what people call it. */
export function readText(file: string | number, name: string = String(file)): Result<string> {
  const path = name;
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    return fail({ code: 'unreadable-file', message: `cannot read ${path}: ${causeOf(error)}`, path });
  }
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return fail({ code: 'unreadable-file', message: `cannot read ${path}: it is no UTF-8 text`, path });
  }
}

/** The bytes of a file as they are read. Ends in an exception where it cannot be read: see `causeOf`. */
export function bytesOf(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path);
}

/** A file that is being written, whole or not at all. */
export interface Writing {
  write(text: string): void;
  /** Puts the file in its place. */
  finish(): void;
  /** Leaves no trace of it, finished or not. */
  discard(): void;
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/**
 * Begins a file beside its place, to be moved there when it is finished. Links are followed; what is no ordinary file,
 * such as a pipe or a device, is written to as it is. All of it throws where the file cannot be written: see `causeOf`.
 */
export function beginWhole(path: string): Writing {
  const exists = existsSync(path);
  const target = exists ? realpathSync(path) : path;
  if (exists && !statSync(target).isFile()) {
    const file = openSync(target, 'w');
    return { write: (text) => writeAll(file, text), finish: () => closeSync(file), discard: () => {} };
  }
  const beside = `${target}.${process.pid}.part`;
  // Exclusive: what someone else has put there is not ours to overwrite.
  const file = openSync(beside, 'wx');
  const discard = (): void => rmSync(beside, { force: true });
  const interrupted = (signal: NodeJS.Signals): void => {
    discard();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  const done = (): void => {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
  };
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  return {
    write: (text) => writeAll(file, text),
    finish() {
      closeSync(file);
      renameSync(beside, target);
      done();
    },
    discard() {
      discard();
      done();
    },
  };
}

/** Writes a file whole or not at all. Returns the cause when it could not be written. */
export function writeWhole(path: string, text: string): string | undefined {
  let writing: Writing | undefined;
  try {
    writing = beginWhole(path);
    writing.write(text);
    writing.finish();
    return undefined;
  } catch (error) {
    writing?.discard();
    return causeOf(error);
  }
}

export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

export function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** The one path of an existing file, links followed. */
export function realPath(path: string): string {
  return realpathSync(path);
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
