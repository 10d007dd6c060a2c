import { textAt } from '../catalog/column.ts';
import { unpricedOffers } from '../catalog/unpriced.ts';
import { isClear, maskOf } from '../match/mask.ts';
import { prepare, type Query } from '../match/query.ts';
import { sweep } from '../match/scan.ts';
import { formatMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';
import { textOf } from '../request/constraints.ts';
import type { Answer } from './schema.ts';

/** What would fit but has no known price: it cannot be the answer, and may yet be cheaper than the answer. */
export interface Unpriced {
  /** Pairs of a type and a region. */
  readonly fit: number;
  /** Distinct types among them. */
  readonly types: number;
  /** Some of them: those that are cheapest where their price is known, one per family. */
  readonly examples: Answer['explanation']['unpriced'];
}

const MOST_EXAMPLES = 6;

/** Nano-dollars per hour of each type where it is cheapest, on demand, in regions open to all; NaN where unpriced. */
function lowestPrices(query: Query): Float64Array {
  const { types, regions, offers } = query.space;
  const lowest = new Float64Array(types.size).fill(Number.NaN);
  const market = offers.columns.get('offer.market');
  const onDemand = market?.values.indexOf('on-demand');
  const { type, region, price } = offers;
  const codes = market?.codes;
  const isOpen = Uint8Array.from({ length: regions.size }, (_, row) =>
    textAt(regions, 'offer.access', row) === 'restricted' ? 0 : 1,
  );
  // Offers come in price order: the first of a type is its cheapest.
  for (let row = offers.size - 1; row >= 0; row -= 1) {
    if (codes !== undefined && codes[row] !== onDemand) continue;
    if (isOpen[region[row]!] === 1) lowest[type[row]!] = price[row]!;
  }
  return lowest;
}

export function unpricedFits(query: Query, at: string | undefined): Unpriced {
  const { catalog } = query.compiled;
  const offers = unpricedOffers(
    catalog,
    query.inScope,
    textOf(query.request.constraints, 'market') === 'spot' ? 'spot' : 'on-demand',
    // Of other types none fits, at whatever price.
    query.possibleTypes,
  );
  if (offers.size === 0) return { fit: 0, types: 0, examples: [] };
  const over = prepare(query.compiled, query.request, at, offers, query);
  const swept = sweep(over);
  // Whether it stays within max-price or budget is just what is not known.
  const judged = maskOf(
    over.needs.length,
    (bit) => over.needs[bit]!.bearing !== 'wish' && !['max-price', 'budget'].includes(over.needs[bit]!.id),
  );
  // Of each type the first region: rows of one type have one price and one name, and regions are in order.
  const firstOf = new Map<number, number>();
  let fit = 0;
  for (let row = 0; row < offers.size; row += 1) {
    if (!isClear(swept.missing, row * over.words, judged)) continue;
    fit += 1;
    const type = offers.type[row]!;
    const known = firstOf.get(type);
    if (known === undefined || offers.region[row]! < offers.region[known]!) firstOf.set(type, row);
  }
  const lowest = lowestPrices(query);
  const price = (row: number): number => lowest[offers.type[row]!]!;
  const name = (row: number): string => textAt(catalog.types, 'type.name', offers.type[row]!) ?? '';
  const byCost = (a: number, b: number): number => {
    const [left, right] = [price(a), price(b)];
    if (Number.isNaN(left) !== Number.isNaN(right)) return Number.isNaN(left) ? 1 : -1;
    return (
      (Number.isNaN(left) ? 0 : left - right) || compareText(name(a), name(b)) || offers.region[a]! - offers.region[b]!
    );
  };
  const families = new Set<string>();
  const examples: number[] = [];
  for (const row of [...firstOf.values()].sort(byCost)) {
    const family = textAt(catalog.types, 'type.family', offers.type[row]!) ?? name(row);
    if (families.has(family) || examples.length === MOST_EXAMPLES) continue;
    families.add(family);
    examples.push(row);
  }
  return {
    fit,
    types: firstOf.size,
    examples: examples.map((row) => ({
      type: name(row),
      cloud: textAt(catalog.types, 'type.cloud', offers.type[row]!) ?? '',
      region: textAt(catalog.regions, 'offer.region', offers.region[row]!) ?? '',
      'lowest-elsewhere': Number.isNaN(price(row)) ? null : formatMoney(price(row)),
    })),
  };
}
