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
}

/** The coarsest classes that respect every split (partition refinement). `sizes` are the rows of each scope. */
export function classesBy(splits: readonly Split[], sizes: Readonly<Record<RowScope, number>>): Classes {
  const ids: Partial<Record<RowScope, Uint32Array>> = {};
  const counts: Record<RowScope, number> = { type: 1, region: 1, image: 1, offer: 1 };
  for (const { scope, codeAt } of splits) {
    const before = ids[scope];
    const renumbered = new Map<number, number>();
    const refined = new Uint32Array(sizes[scope]);
    for (let row = 0; row < refined.length; row += 1) {
      // Codes stay below 2^26, so the pair is exact in a double.
      const key = (before?.[row] ?? 0) * 0x4000000 + codeAt(row);
      let id = renumbered.get(key);
      if (id === undefined) {
        id = renumbered.size;
        renumbered.set(key, id);
      }
      refined[row] = id;
    }
    ids[scope] = refined;
    counts[scope] = Math.max(1, renumbered.size);
  }
  return { ids, counts };
}

/** Classes as splits of finer ones. */
export function splitsOf({ ids }: Classes): readonly Split[] {
  return ROW_SCOPES.flatMap((scope) => {
    const own = ids[scope];
    return own === undefined ? [] : [{ scope, codeAt: (row: number) => own[row]! }];
  });
}

/** Remembers the answers to a question, one per combination of classes. A row of -1 is a class of its own. */
export function oncePerClass<T>({ ids, counts }: Classes, answer: (site: Site) => T): (site: Site) => T {
  const known = new Map<number, T>();
  return (site) => {
    let key = 0;
    for (const scope of ROW_SCOPES) {
      const row = site[scope];
      key = key * (counts[scope] + 1) + (row < 0 ? counts[scope] : (ids[scope]?.[row] ?? 0));
    }
    let found = known.get(key);
    if (found === undefined) {
      found = answer(site);
      known.set(key, found);
    }
    return found;
  };
}
