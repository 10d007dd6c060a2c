/**
 * The loops that every offer of a catalog goes through, each a function of its own over plain arrays: so they are
 * compiled while a command still runs, which a loop among many calls is not.
 */

/**
 * What each offer misses: what its kind does, and what its region does. A kind is a type with the images that there are
 * in a region; all arrays but the rows' hold masks of `words` words.
 *
 * @param into masks by offer
 * @param kinds by offer, its row of `ofKinds`
 * @param regions by offer, its row of `ofRegions`
 */
export function joinMasks(
  into: Uint32Array,
  words: number,
  kinds: Uint32Array,
  ofKinds: Uint32Array,
  regions: Uint32Array,
  ofRegions: Uint32Array,
): void {
  if (words === 1) {
    for (let row = 0; row < kinds.length; row += 1) into[row] = ofKinds[kinds[row]!]! | ofRegions[regions[row]!]!;
    return;
  }
  for (let row = 0; row < kinds.length; row += 1) {
    const to = row * words;
    const kind = kinds[row]! * words;
    const region = regions[row]! * words;
    for (let word = 0; word < words; word += 1) into[to + word] = ofKinds[kind + word]! | ofRegions[region + word]!;
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

/** The kind of each offer: its type with the list of images of its region. */
export function kindsOf(types: Uint32Array, regions: Uint32Array, listIn: Uint32Array, lists: number): Uint32Array {
  const kinds = new Uint32Array(types.length);
  for (let row = 0; row < kinds.length; row += 1) kinds[row] = types[row]! * lists + listIn[regions[row]!]!;
  return kinds;
}

/** One row of each kind that there is, by kind; -1 of others. */
export function examplesOf(kinds: Uint32Array, count: number): Int32Array {
  const examples = new Int32Array(count).fill(-1);
  for (let row = 0; row < kinds.length; row += 1) examples[kinds[row]!] = row;
  return examples;
}

/** What each row's kind has. */
export function byKind(into: Int32Array, kinds: Uint32Array, ofKinds: Int32Array): void {
  for (let row = 0; row < kinds.length; row += 1) into[row] = ofKinds[kinds[row]!]!;
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
