/**
 * Sets of needs as bits, 32 to a word. Masks of many rows lie side by side in one array: row r has the words
 * `[r * words, (r + 1) * words)`.
 */

export function wordsFor(needs: number): number {
  return Math.max(1, Math.ceil(needs / 32));
}

/** Masks of many rows: the needs that each misses, and those of them that are missed because a fact is unknown. */
export interface Masks {
  readonly missing: Uint32Array;
  readonly unknown: Uint32Array;
}

/** Masks of so many rows, nothing missed. */
export function masksOf(rows: number, words: number): Masks {
  return { missing: new Uint32Array(rows * words), unknown: new Uint32Array(rows * words) };
}

export function setBit(masks: Uint32Array, base: number, bit: number): void {
  masks[base + (bit >>> 5)]! |= 1 << (bit & 31);
}

export function hasBit(masks: Uint32Array, base: number, bit: number): boolean {
  return ((masks[base + (bit >>> 5)]! >>> (bit & 31)) & 1) === 1;
}

/** A mask of the bits that a predicate chooses. */
export function maskOf(needs: number, chosen: (bit: number) => boolean): Uint32Array {
  const mask = new Uint32Array(wordsFor(needs));
  for (let bit = 0; bit < needs; bit += 1) if (chosen(bit)) setBit(mask, 0, bit);
  return mask;
}

/** Whether a row's mask has no bit of `of`. */
export function isClear(masks: Uint32Array, base: number, of: Uint32Array): boolean {
  for (let word = 0; word < of.length; word += 1) if ((masks[base + word]! & of[word]!) !== 0) return false;
  return true;
}

/** How many bits of `of` a row's mask has. */
export function countBits(masks: Uint32Array, base: number, of: Uint32Array): number {
  let count = 0;
  for (let word = 0; word < of.length; word += 1) {
    let bits = masks[base + word]! & of[word]!;
    for (; bits !== 0; bits &= bits - 1) count += 1;
  }
  return count;
}
