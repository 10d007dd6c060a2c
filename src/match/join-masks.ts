import type { Masks } from './mask.ts';

/**
 * The loops that every offer of a catalog goes through, each a function of its own over plain arrays: so they are
 * compiled while a command still runs, which a loop among many calls is not.
 */

/**
 * What each offer misses: what its kind does, and what its region does. A kind is a type with the images that there are
 * in a region.
 *
 * @param into masks and best images by offer
 * @param kinds by offer, its kind; `ofKinds` are masks and best images of those
 * @param regions by offer, its row of `ofRegions`
 */
export function joinMasks(
  into: Masks & { readonly image: Int32Array },
  words: number,
  kinds: Uint32Array,
  ofKinds: Masks & { readonly image: Int32Array },
  regions: Uint32Array,
  ofRegions: Masks,
): void {
  const { missing, unknown, image } = into;
  const { missing: kindMissing, unknown: kindUnknown, image: kindImage } = ofKinds;
  const { missing: regionMissing, unknown: regionUnknown } = ofRegions;
  if (words === 1) {
    for (let row = 0; row < kinds.length; row += 1) {
      const kind = kinds[row]!;
      const region = regions[row]!;
      image[row] = kindImage[kind]!;
      missing[row] = kindMissing[kind]! | regionMissing[region]!;
      unknown[row] = kindUnknown[kind]! | regionUnknown[region]!;
    }
    return;
  }
  for (let row = 0; row < kinds.length; row += 1) {
    const kind = kinds[row]!;
    const region = regions[row]! * words;
    image[row] = kindImage[kind]!;
    for (let word = 0; word < words; word += 1) {
      missing[row * words + word] = kindMissing[kind * words + word]! | regionMissing[region + word]!;
      unknown[row * words + word] = kindUnknown[kind * words + word]! | regionUnknown[region + word]!;
    }
  }
}

/** Sets a bit in the mask of every row whose code does not pass. */
export function missByCode(
  into: Uint32Array,
  words: number,
  bit: number,
  codes: Uint16Array | Uint32Array,
  passes: Uint8Array,
): void {
  const word = bit >>> 5;
  const set = 1 << (bit & 31);
  for (let row = 0; row < codes.length; row += 1) if (passes[codes[row]!] === 0) into[row * words + word]! |= set;
}

/** The kind of each offer: its type with the list of images of its region; and a row of each kind, -1 where none is. */
export function kindsOf(
  types: Uint32Array,
  regions: Uint32Array,
  listIn: Uint32Array,
  lists: number,
  examples: Int32Array,
): Uint32Array {
  const kinds = new Uint32Array(types.length);
  examples.fill(-1);
  for (let row = 0; row < kinds.length; row += 1) {
    const kind = types[row]! * lists + listIn[regions[row]!]!;
    kinds[row] = kind;
    examples[kind] = row;
  }
  return kinds;
}

/** The rows whose masks have no bit of a mask, in order. */
export function clearRows(masks: Uint32Array, words: number, rows: number, of: Uint32Array): readonly number[] {
  const clear: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    let common = 0;
    for (let word = 0; word < words; word += 1) common |= masks[row * words + word]! & of[word]!;
    if (common === 0) clear.push(row);
  }
  return clear;
}

/**
 * The number of each row by a pair of words, -1 where its region is not in scope. Rows of equal words have one number;
 * `numberOf` tells it for words that did not come lately.
 */
export function numberRows(
  masks: Masks,
  mask: number,
  regions: Uint32Array,
  inScope: Uint8Array,
  numberOf: (row: number) => number,
): Int32Array {
  const { missing, unknown } = masks;
  const numbers = new Int32Array(regions.length);
  const [lacking, doubting, number] = [new Int32Array(SLOTS), new Int32Array(SLOTS), new Int32Array(SLOTS).fill(-1)];
  for (let row = 0; row < numbers.length; row += 1) {
    if (inScope[regions[row]!] === 0) {
      numbers[row] = -1;
      continue;
    }
    const lacks = missing[row]! & mask;
    const doubts = unknown[row]! & mask;
    const slot = Math.imul(lacks ^ Math.imul(doubts, 0x85ebca6b), 0x9e3779b1) >>> (32 - SLOT_BITS);
    if (number[slot] === -1 || lacking[slot] !== lacks || doubting[slot] !== doubts) {
      lacking[slot] = lacks;
      doubting[slot] = doubts;
      number[slot] = numberOf(row);
    }
    numbers[row] = number[slot]!;
  }
  return numbers;
}

/** Of pairs of words that came lately so many are known again; the slot is the top bits of a multiplicative hash. */
const SLOT_BITS = 10;
const SLOTS = 1 << SLOT_BITS;
