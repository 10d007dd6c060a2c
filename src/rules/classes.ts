import type { Offers } from '../catalog/offers.ts';
import { ROW_SCOPES, type RowScope, type Site } from './space.ts';

/**
 * Rows that a question cannot tell apart fall into one class, so the question is answered once per combination of
 * classes. A scope without ids is one class: the question does not read it.
 */
export interface Classes {
  readonly ids: Readonly<Partial<Record<RowScope, Uint32Array>>>;
  readonly counts: Readonly<Record<RowScope, number>>;
}

/** What tells the rows of a scope apart: equal codes, same class. */
export interface Split {
  readonly scope: RowScope;
  readonly codeAt: (row: number) => number;
  /** Codes are below this. */
  readonly bound: number;
}

// Up to here a plain array of all pairs is smaller than what it saves.
const MOST_PAIRS = 1 << 20;

const SHORT = 64;

// The same of answers, one per combination of classes.
const MOST_LISTED = 1 << 14;

/** Numbers pairs of a class and a code as they come. */
function numbering(classes: number, bound: number): { of(before: number, code: number): number; count(): number } {
  let count = 0;
  if (classes * bound <= MOST_PAIRS) {
    const pairs = classes * bound;
    // A short array of numbers is made in less time than a typed one.
    const numbers = pairs <= SHORT ? new Array<number>(pairs).fill(-1) : new Int32Array(pairs).fill(-1);
    return {
      of(before, code) {
        const pair = before * bound + code;
        if (numbers[pair] === -1) {
          numbers[pair] = count;
          count += 1;
        }
        return numbers[pair]!;
      },
      count: () => count,
    };
  }
  const numbers = new Map<number, number>();
  return {
    of(before, code) {
      const pair = before * bound + code;
      let number = numbers.get(pair);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(pair, number);
      }
      return number;
    },
    count: () => numbers.size,
  };
}

/** The coarsest classes that respect every split (partition refinement). `sizes` are the rows of each scope. */
export function classesBy(splits: readonly Split[], sizes: Readonly<Record<RowScope, number>>): Classes {
  const ids: Partial<Record<RowScope, Uint32Array>> = {};
  const counts: Record<RowScope, number> = { type: 1, region: 1, image: 1, offer: 1 };
  for (const { scope, codeAt, bound } of splits) {
    const before = ids[scope];
    const numbers = numbering(counts[scope], bound);
    const refined = new Uint32Array(sizes[scope]);
    for (let row = 0; row < refined.length; row += 1)
      refined[row] = numbers.of(before === undefined ? 0 : before[row]!, codeAt(row));
    ids[scope] = refined;
    counts[scope] = Math.max(1, numbers.count());
  }
  return { ids, counts };
}

/** Classes as splits of finer ones. */
export function splitsOf({ ids, counts }: Classes): readonly Split[] {
  return ROW_SCOPES.flatMap((scope) => {
    const own = ids[scope];
    return own === undefined ? [] : [{ scope, codeAt: (row: number) => own[row]!, bound: counts[scope] }];
  });
}

/** Offers in classes, by type, region and offer together. */
export interface OfferClasses {
  /** The class of each offer. */
  readonly of: Uint32Array;
  /** An offer of each class; -1 where a class has none. */
  readonly first: Int32Array;
}

/** Offers that are alike in their own class and in those of their type and region. */
export function classesOfOffers({ ids, counts }: Classes, { size, type, region }: Offers): OfferClasses {
  const of = new Uint32Array(size);
  const product = counts.region * counts.type * counts.offer;
  const { type: ofType, region: ofRegion, offer: ofOffer } = ids;
  // Numbers that leave gaps cost nothing to work out, so they are taken unless there are far more than offers.
  const gaps = product <= Math.max(size, MOST_LISTED);
  const pairs = gaps ? undefined : numbering(counts.region, counts.type);
  const triples = gaps ? undefined : numbering(counts.region * counts.type, counts.offer);
  const first = new Int32Array(gaps ? product : Math.min(size, product)).fill(-1);
  for (let row = 0; row < size; row += 1) {
    const t = ofType === undefined ? 0 : ofType[type[row]!]!;
    const r = ofRegion === undefined ? 0 : ofRegion[region[row]!]!;
    const o = ofOffer === undefined ? 0 : ofOffer[row]!;
    const place = gaps ? (t * counts.region + r) * counts.offer + o : triples!.of(pairs!.of(r, t), o);
    of[row] = place;
    if (first[place] === -1) first[place] = row;
  }
  return { of, first };
}

/** Remembers the answers to a question, one per combination of classes. A row of -1 is a class of its own. */
export function oncePerClass<T>({ ids, counts }: Classes, answer: (site: Site) => T): (site: Site) => T {
  const combinations = ROW_SCOPES.reduce((product, scope) => product * (counts[scope] + 1), 1);
  const isSmall = combinations <= MOST_LISTED;
  const list = new Array<T | undefined>(isSmall ? combinations : 0);
  const known = new Map<number, T>();
  const classOf = (own: Uint32Array | undefined, count: number, row: number): number =>
    row < 0 ? count : own === undefined ? 0 : (own[row] ?? 0);
  // Scope by scope, since this is asked more often than anything else.
  const { type, region, image, offer } = ids;
  return (site) => {
    let key = classOf(type, counts.type, site.type);
    key = key * (counts.region + 1) + classOf(region, counts.region, site.region);
    key = key * (counts.image + 1) + classOf(image, counts.image, site.image);
    key = key * (counts.offer + 1) + classOf(offer, counts.offer, site.offer);
    let found = isSmall ? list[key] : known.get(key);
    if (found === undefined) {
      found = answer(site);
      if (isSmall) list[key] = found;
      else known.set(key, found);
    }
    return found;
  };
}
