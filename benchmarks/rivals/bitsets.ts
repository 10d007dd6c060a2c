import type { OfferFacts } from '../offer-facts.ts';
import { coded } from './columns.ts';
import { type Finder, loadLibrary } from './rival.ts';

/**
 * typedfastbitset: a set of rows for each threshold ("mem is at least 4 GiB") and each category. A request is the
 * intersection of its sets, smallest first, given up as soon as it is empty; rows are in order of prices, so its first
 * member is the answer.
 */

interface BitSet extends Iterable<number> {
  new_intersection(other: BitSet): BitSet;
  intersection(other: BitSet): BitSet;
  intersects(other: BitSet): boolean;
  isEmpty(): boolean;
  size(): number;
}
interface Library {
  readonly TypedFastBitSet: new (values: undefined, words: Uint32Array) => BitSet;
}

interface SizedSet {
  readonly set: BitSet;
  readonly size: number;
}

export function bitsets(facts: OfferFacts): Finder {
  const { TypedFastBitSet } = loadLibrary('typedfastbitset') as Library;
  const { size, price } = facts;
  const known = new Map<string, SizedSet>();
  /** Built when a request first asks for it, which is before anything is timed. */
  const setOf = (key: string, isIn: (row: number) => boolean): SizedSet => {
    let found = known.get(key);
    if (found === undefined) {
      const words = new Uint32Array(Math.ceil(size / 32));
      for (let row = 0; row < size; row += 1) if (isIn(row)) words[row >>> 5]! |= 1 << (row & 31);
      const set = new TypedFastBitSet(undefined, words);
      found = { set, size: set.size() };
      known.set(key, found);
    }
    return found;
  };
  return {
    name: 'typedfastbitset',
    prepare(wanted) {
      const code = coded(facts, wanted);
      if (code.arch === undefined || code.strangeTag) return () => -1;
      const sets: SizedSet[] = [];
      for (const name of ['cores', 'mem', 'gpus', 'localDisk', 'sustained'] as const) {
        const [least, column] = [wanted[name], facts[name]];
        if (least > 0) sets.push(setOf(`${name} ${least}`, (row) => column[row]! >= least));
      }
      if (code.market !== -1) sets.push(setOf(`market ${code.market}`, (row) => facts.market[row] === code.market));
      if (code.regions.includes(0)) {
        // Regions are put together when the request is prepared.
        const { regions } = code;
        sets.push(setOf(`regions ${regions.join('')}`, (row) => regions[facts.region[row]!] === 1));
      }
      const { zones } = code;
      if (zones !== undefined)
        sets.push(
          setOf(`zones ${wanted.zones.join()}`, (row) => (facts.zones[row]! & zones[facts.region[row]!]!) !== 0),
        );
      for (const [bit, tag] of facts.tagNames.entries())
        if (wanted.tags.includes(tag)) sets.push(setOf(`tag ${tag}`, (row) => ((facts.tags[row]! >>> bit) & 1) === 1));
      for (const name of ['burstable', 'bareMetal'] as const)
        if (code[name] !== 0) sets.push(setOf(`${name} ${code[name]}`, (row) => facts[name][row] === code[name]));
      const columns = code.arch === -1 ? facts.hosts : [facts.hosts[code.arch]!];
      sets.push(
        setOf(`hosts ${code.arch} ${code.hosts}`, (row) =>
          columns.some((column) => (column[row]! & code.hosts) === code.hosts),
        ),
      );
      sets.sort((a, b) => a.size - b.size);
      const all = sets.map(({ set }) => set);
      return () => {
        let common = all[0]!;
        for (let at = 1; at < all.length; at += 1) {
          common = at === 1 ? common.new_intersection(all[at]!) : common.intersection(all[at]!);
          if (common.isEmpty()) return -1;
        }
        for (const row of common) return price[row]! <= wanted.most ? row : -1;
        return -1;
      };
    },
  };
}
