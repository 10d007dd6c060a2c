import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
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

/** A text with the SHA-256 of its bytes, in hexadecimal digits. */
export interface Source {
  readonly text: string;
  readonly digest: string;
}

function bytesIn(file: string | number, path: string): Result<Buffer> {
  try {
    return ok(readFileSync(file));
  } catch (error) {
    return fail({ code: 'unreadable-file', message: `cannot read ${path}: ${causeOf(error)}`, path });
  }
}

function decoded(bytes: Buffer, path: string): Result<string> {
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return fail({ code: 'unreadable-file', message: `cannot read ${path}: it is no UTF-8 text`, path });
  }
}

/** The text of a file (a path, or the number of an open one), which must be UTF-8. `name` is what people call it. */
export function readText(file: string | number, name: string = String(file)): Result<string> {
  const bytes = bytesIn(file, name);
  return bytes.ok ? decoded(bytes.value, name) : bytes;
}

/** The text of a file, which must be UTF-8, and what tells it from any other. */
export function readSource(path: string): Result<Source> {
  const bytes = bytesIn(path, path);
  if (!bytes.ok) return bytes;
  const text = decoded(bytes.value, path);
  return text.ok ? ok({ text: text.value, digest: sha256(bytes.value) }) : text;
}

// Megabytes that are only compared need no memory of their own.
const window = new Uint8Array(1 << 18);

/** The digest of a file as it is now; undefined where it cannot be read. */
export function digestOfFile(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const hash = createHash('sha256');
    for (;;) {
      const count = readSync(file, window, 0, window.length, null);
      if (count === 0) return hash.digest('hex');
      hash.update(window.subarray(0, count));
    }
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
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

/** Whether there is anything at a path, be it a link to nowhere. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
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

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
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
