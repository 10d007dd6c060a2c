/**
 * Sets of rows as bits, many of them in one buffer.
 *
 * A bitmap has three levels: a bit per row, a bit per word of those that is not zero, and a bit per word of these. So
 * what several sets have in common is found from the top: 32,768 rows are passed over by one "and". The layout follows
 * the hierarchical bitmaps of databases (for example "Hierarchical Bitmap Index", Morzy et al., 2003).
 */

/** One set of rows. Words of the buffer from `base` on are its bits; see `Levels` for the others. */
export interface Bitmap {
  readonly base: number;
  /** How many rows are in the set. */
  readonly count: number;
  /** The words of bits outside `first` to `last` are zero; `first` is beyond `last` in an empty set. */
  readonly first: number;
  readonly last: number;
}

/** Where the levels of each bitmap stand, in words from its base. */
export interface Levels {
  /** Words of bits. */
  readonly words: number;
  /** A bit for each word of bits. */
  readonly summary: number;
  /** A bit for each word of the summary. */
  readonly top: number;
  readonly topWords: number;
}

export interface Bitmaps {
  readonly rows: number;
  readonly levels: Levels;
  /**
   * The buffer of all bitmaps. A bitmap is never changed once it is made; the buffer is another one after it had to
   * grow, and the one before stays true for the bitmaps that it has.
   */
  buffer(): Int32Array;
  /** How much of the buffer is in use. */
  bytes(): number;
  /** The empty set. */
  readonly none: Bitmap;
  /** The rows that pass a test. */
  where(passes: (row: number) => boolean): Bitmap;
  /** The rows r whose `flags[of[r]]` is not zero. */
  gather(of: Uint32Array, flags: Uint8Array): Bitmap;
  /** For each value v from 0 to `count` - 1, in order, the rows r whose `ranks[of[r]]` is at least v. */
  thresholds(of: Uint32Array, ranks: Uint32Array, count: number): readonly Bitmap[];
}

/** Words to a cache line: bitmaps begin at multiples of it. */
const LINE = 16;
/** Bitmaps that the first buffer has room for. */
const FIRST_ROOM = 64;

const aligned = (words: number): number => Math.ceil(words / LINE) * LINE;

export function bitmapsOver(rows: number): Bitmaps {
  const words = Math.ceil(rows / 32);
  const summaryWords = Math.ceil(words / 32);
  const topWords = Math.ceil(summaryWords / 32);
  const summary = aligned(words);
  const top = summary + aligned(summaryWords);
  const stride = top + aligned(topWords);
  let buffer = new Int32Array(stride * FIRST_ROOM);
  let used = 0;

  const claim = (bitmaps: number): number => {
    const base = used;
    used += stride * bitmaps;
    if (used > buffer.length) {
      const grown = new Int32Array(Math.max(used, Math.ceil((buffer.length * 3) / 2)));
      grown.set(buffer);
      buffer = grown;
    }
    return base;
  };
  /** Completes a bitmap of which the bits stand. */
  const finish = (base: number): Bitmap => {
    let count = 0;
    let first = words;
    let last = -1;
    for (let word = 0; word < words; word += 1) {
      const bits = buffer[base + word]!;
      if (bits === 0) continue;
      count += countOnes(bits);
      if (first > word) first = word;
      last = word;
      buffer[base + summary + (word >>> 5)]! |= 1 << (word & 31);
      buffer[base + top + (word >>> 10)]! |= 1 << ((word >>> 5) & 31);
    }
    return { base, count, first, last };
  };

  const none: Bitmap = { base: claim(1), count: 0, first: words, last: -1 };
  /** Completes the bitmap that was claimed last; an empty one leaves nothing behind. */
  const complete = (base: number): Bitmap => {
    const bitmap = finish(base);
    if (bitmap.count > 0) return bitmap;
    used = base;
    return none;
  };

  return {
    rows,
    none,
    levels: { words, summary, top, topWords },
    buffer: () => buffer,
    bytes: () => used * 4,
    where(passes) {
      const base = claim(1);
      for (let row = 0; row < rows; row += 1) if (passes(row)) buffer[base + (row >>> 5)]! |= 1 << (row & 31);
      return complete(base);
    },
    gather(of, flags) {
      const base = claim(1);
      for (let row = 0; row < rows; row += 1) if (flags[of[row]!] !== 0) buffer[base + (row >>> 5)]! |= 1 << (row & 31);
      return finish(base);
    },
    thresholds(of, ranks, count) {
      const base = claim(count);
      for (let row = 0; row < rows; row += 1)
        buffer[base + ranks[of[row]!]! * stride + (row >>> 5)]! |= 1 << (row & 31);
      for (let value = count - 2; value >= 0; value -= 1) {
        const at = base + value * stride;
        for (let word = 0; word < words; word += 1) buffer[at + word]! |= buffer[at + stride + word]!;
      }
      return Array.from({ length: count }, (_, value) => finish(base + value * stride));
    },
  };
}

/** How many bits of a word are set ("Hacker's Delight", Warren, 2002, section 5-1). */
export function countOnes(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The place of the lowest bit that is set. */
export function lowestOne(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Whether a row is in a set. */
export function isIn(buffer: Int32Array, { base }: Bitmap, row: number): boolean {
  return ((buffer[base + (row >>> 5)]! >>> (row & 31)) & 1) === 1;
}
