import { createHash } from 'node:crypto';
import { BUILD } from './build.ts';
import { type CacheFolder, cachePath, isCacheOff, makeCacheFolder } from './cache-folder.ts';
import { packValue, unpackValue } from './packed.ts';

/**
 * Values that were worked out of files, kept on disk under a key that says all that they were worked out of. An entry
 * is one file: a head, the key, the value's text, its typed arrays. It is believed only where its digest, its length
 * and its key are what they must be; else it is not there, and is made anew.
 */

export interface Cache {
  /** @param shared the objects that the value refers to, as when it was kept */
  find(kind: CacheKind, key: CacheKey, shared?: readonly object[]): unknown;
  /** Keeps a value for the next process. It may be that it is not kept. */
  keep(kind: CacheKind, key: CacheKey, value: unknown, shared?: readonly object[]): void;
}

/** What a value is made of: plain data that JSON can tell. */
export type CacheKey = readonly unknown[];
export type CacheKind = 'vocabulary' | 'rules' | 'catalog';

/** Two lines: what kind of file this is, and whether it was written by a machine of this byte order. */
const MAGIC = 'stowage\n';
const FORMAT = 1;
const BYTE_ORDER = 0x01020304;
/** Where each part of the head begins; see `entryOf`. */
const AT = { magic: 0, format: 8, byteOrder: 12, digest: 16, length: 48, keyLength: 56, textLength: 60, key: 64 };

const aligned = (size: number): number => Math.ceil(size / 8) * 8;
const digestOf = (chunks: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest();
};

/** Everything that decides about an entry, as one text. */
function keyText(kind: CacheKind, build: string, key: CacheKey): string {
  return JSON.stringify([kind, build, ...key]);
}

function nameOf(kind: CacheKind, key: string): string {
  return `${kind}-${createHash('sha256').update(key).digest('hex')}.cache`;
}

/** The bytes of an entry, in order. */
function entryOf(key: string, value: unknown, shared: readonly object[]): readonly Uint8Array[] {
  const { text, arrays, size } = packValue(value, shared);
  const [keyBytes, textBytes] = [Buffer.from(key), Buffer.from(text)];
  const textAt = AT.key + aligned(keyBytes.length);
  const arraysAt = textAt + aligned(textBytes.length);
  const head = Buffer.alloc(arraysAt);
  head.write(MAGIC, AT.magic, 'latin1');
  const view = new DataView(head.buffer, head.byteOffset);
  view.setUint32(AT.format, FORMAT, true);
  new Uint32Array(head.buffer, head.byteOffset + AT.byteOrder, 1)[0] = BYTE_ORDER;
  view.setFloat64(AT.length, arraysAt + size, true);
  view.setUint32(AT.keyLength, keyBytes.length, true);
  view.setUint32(AT.textLength, textBytes.length, true);
  head.set(keyBytes, AT.key);
  head.set(textBytes, textAt);
  const body = new Uint8Array(size);
  for (const { start, bytes } of arrays) body.set(bytes, start);
  head.set(digestOf([head.subarray(AT.length), body]), AT.digest);
  return [head, body];
}

/** The parts of an entry; undefined where it is not wholly what was written. */
function partsOf(entry: Uint8Array<ArrayBuffer>): { key: string; text: () => string; arraysAt: number } | undefined {
  if (entry.length < AT.key) return undefined;
  const bytes = Buffer.from(entry.buffer, entry.byteOffset, entry.length);
  const view = new DataView(entry.buffer, entry.byteOffset);
  if (bytes.toString('latin1', AT.magic, AT.format) !== MAGIC || view.getUint32(AT.format, true) !== FORMAT)
    return undefined;
  if (new Uint32Array(entry.buffer, entry.byteOffset + AT.byteOrder, 1)[0] !== BYTE_ORDER) return undefined;
  if (view.getFloat64(AT.length, true) !== entry.length) return undefined;
  if (!digestOf([bytes.subarray(AT.length)]).equals(bytes.subarray(AT.digest, AT.length))) return undefined;
  const [keyLength, textLength] = [view.getUint32(AT.keyLength, true), view.getUint32(AT.textLength, true)];
  const textAt = AT.key + aligned(keyLength);
  return {
    key: bytes.toString('utf8', AT.key, AT.key + keyLength),
    text: () => bytes.toString('utf8', textAt, textAt + textLength),
    arraysAt: textAt + aligned(textLength),
  };
}

/** The cache in a folder; `build` stands for the code whose values are kept. */
export function cacheIn(folder: CacheFolder, build: string): Cache {
  return {
    find(kind, key, shared = []) {
      const text = keyText(kind, build, key);
      const entry = folder.read(nameOf(kind, text), 'use');
      const parts = entry === undefined ? undefined : partsOf(entry);
      if (entry === undefined || parts?.key !== text) return undefined;
      try {
        return unpackValue(parts.text(), entry.buffer, parts.arraysAt, shared);
      } catch {
        // Its digest is right and yet it cannot be read: written by another program, perhaps.
        return undefined;
      }
    },
    keep(kind, key, value, shared = []) {
      const text = keyText(kind, build, key);
      folder.write(nameOf(kind, text), entryOf(text, value, shared));
    },
  };
}

/** The cache of this user and this build; undefined where there is none. */
export function openCache(env: Readonly<Record<string, string | undefined>>): Cache | undefined {
  const path = isCacheOff(env) ? undefined : cachePath(env);
  const folder = path === undefined || BUILD === undefined ? undefined : makeCacheFolder(path);
  return folder === undefined ? undefined : cacheIn(folder, BUILD!);
}

/** One entry, as people are told of it. */
export interface EntryState {
  /** What is kept: `catalog`, `rules`, `vocabulary`. */
  readonly kind: string;
  readonly bytes: number;
  /** The day of the last use. */
  readonly used: string;
  readonly state: 'sound' | 'damaged' | 'of another build';
}

/** The entries of a folder, the one used last first, each read and checked. */
export function statesIn(folder: CacheFolder, build: string | undefined): readonly EntryState[] {
  return folder.list().map(({ name, size, used }): EntryState => {
    const entry = folder.read(name, 'check');
    const parts = entry === undefined ? undefined : partsOf(entry);
    const kind = name.slice(0, name.indexOf('-')) as CacheKind;
    const day = new Date(used).toISOString().slice(0, 'yyyy-mm-dd'.length);
    if (parts === undefined || nameOf(kind, parts.key) !== name)
      return { kind, bytes: size, used: day, state: 'damaged' };
    const own = (JSON.parse(parts.key) as readonly unknown[])[1] === build;
    return { kind, bytes: size, used: day, state: own ? 'sound' : 'of another build' };
  });
}
