import { type Column, UNKNOWN } from '../catalog/column.ts';
import type { Value } from '../catalog/value.ts';
import type { Split } from './classes.ts';
import { passes } from './passes.ts';
import type { Leaf } from './rule.ts';
import { factAt, PRICE, type RequestFacts, type RowScope, type Site, type Space, tableOf } from './space.ts';
import { TRUE, type Tri } from './tri.ts';

/** Decides leaves over the rows of a space, once per distinct value of a column where that is possible. */
export interface Leaves {
  truth(leaf: Leaf, site: Site): Tri;
  /** What tells rows apart, as far as the leaf can: for each scope that it reads, a code per row. */
  codes(leaf: Leaf): readonly Split[];
}

/** The attributes of rows that a leaf compares with. */
function operandsOf(leaf: Leaf): readonly Operand[] {
  let known = operands.get(leaf);
  if (known === undefined) {
    known = leaf.tests.flatMap(({ operand }) =>
      operand.kind === 'attribute' && operand.attribute.scope !== 'request'
        ? [{ name: operand.attribute.name, scope: operand.attribute.scope }]
        : [],
    );
    operands.set(leaf, known);
  }
  return known;
}
interface Operand {
  readonly name: string;
  readonly scope: RowScope;
}
const operands = new WeakMap<Leaf, readonly Operand[]>();

// A column of few values tells rows apart by these, for all leaves at once; of many values, by the outcomes of a leaf.
const FEW_VALUES = 8;

// Truth values are 0, 1 and 2.
const OUTCOMES = 3;

const priceOf = (price: number | undefined): Value | undefined =>
  price === undefined || Number.isNaN(price) ? undefined : price;

export function leavesOver(space: Space, request: RequestFacts): Leaves {
  /** `site` may be undefined where the leaf compares with values and request facts alone. */
  const judge = (leaf: Leaf, value: Value | undefined, site: Site | undefined): Tri => {
    let result: Tri = TRUE;
    for (const { operator, operand } of leaf.tests) {
      let operands: readonly (Value | undefined)[];
      if (operand.kind === 'values') {
        operands = operand.values;
      } else {
        const { name, scope } = operand.attribute;
        const other = scope === 'request' || site === undefined ? request.get(name) : factAt(space, name, scope, site);
        operands = typeof other === 'object' ? other : [other];
      }
      const outcome = passes(leaf.attribute.kind, operator, value, operands);
      if (outcome < result) result = outcome;
    }
    return result;
  };

  /** A leaf on one column that compares with no other: one outcome per distinct value of the column. */
  const isSimple = (leaf: Leaf): boolean => leaf.attribute.name !== PRICE && operandsOf(leaf).length === 0;
  const known = new Map<Leaf, { readonly column: Column | undefined; readonly outcomes: readonly Tri[] }>();
  const decided = (leaf: Leaf, scope: RowScope) => {
    let found = known.get(leaf);
    if (found === undefined) {
      const column = tableOf(space, scope).columns.get(leaf.attribute.name);
      const outcomes = (column?.values ?? [undefined]).map((value) => judge(leaf, value, undefined));
      found = { column, outcomes };
      known.set(leaf, found);
    }
    return found;
  };

  const byColumn = new Map<Column, Split>();
  const splitBy = (column: Column, scope: RowScope): Split => {
    let split = byColumn.get(column);
    if (split === undefined) {
      split = { scope, codeAt: (row) => column.codes[row]!, bound: column.values.length };
      byColumn.set(column, split);
    }
    return split;
  };

  return {
    truth(leaf, site) {
      const { scope, name } = leaf.attribute;
      // Asked most often, and told at once.
      const before = known.get(leaf);
      if (before !== undefined) {
        const { column, outcomes } = before;
        const row = site[scope as RowScope];
        return outcomes[row < 0 || column === undefined ? UNKNOWN : column.codes[row]!]!;
      }
      if (scope === 'request') return judge(leaf, request.get(name), site);
      if (!isSimple(leaf)) return judge(leaf, factAt(space, name, scope, site), site);
      const { column, outcomes } = decided(leaf, scope);
      const row = site[scope];
      return outcomes[row < 0 || column === undefined ? UNKNOWN : column.codes[row]!]!;
    },
    codes(leaf) {
      const { scope, name } = leaf.attribute;
      if (scope !== 'request' && isSimple(leaf)) {
        const column = tableOf(space, scope).columns.get(name);
        if (column === undefined) return [];
        if (column.values.length <= FEW_VALUES) return [splitBy(column, scope)];
        const { outcomes } = decided(leaf, scope);
        return [{ scope, codeAt: (row) => outcomes[column.codes[row]!]!, bound: OUTCOMES }];
      }
      const read = scope === 'request' ? operandsOf(leaf) : [{ name, scope }, ...operandsOf(leaf)];
      return read.flatMap(({ name: of, scope: within }) => {
        if (of === PRICE && operandsOf(leaf).length === 0) {
          // Three outcomes, not a class for each of a million prices.
          const { price } = space.offers;
          return [
            { scope: within, codeAt: (row: number) => judge(leaf, priceOf(price[row]), undefined), bound: OUTCOMES },
          ];
        }
        if (of === PRICE) return [{ scope: within, codeAt: (row: number) => row, bound: space.offers.size }];
        const column = tableOf(space, within).columns.get(of);
        return column === undefined ? [] : [splitBy(column, within)];
      });
    },
  };
}
