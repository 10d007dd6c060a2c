import { matchesGlob } from '../quantity/glob.ts';
import type { Catalog } from './catalog.ts';
import { type Column, textAt, UNKNOWN } from './column.ts';
import { joinOffers, listPriceAt, offersOfType } from './offers.ts';
import { compareEdits, createdOffers, formatChange, type PriceEdit, replay } from './prices.ts';

/** What price edits would make of the prices of a catalog, without laying them over it. */

/** Which offers a selector means. */
export type Selector = Pick<PriceEdit, 'cloud' | 'type' | 'region' | 'market'>;

/** A selector decided once per type, region and market. */
interface Selection {
  readonly types: Uint8Array;
  readonly regions: Uint8Array;
  readonly markets: Uint8Array;
}

/** For each distinct value of a column: whether a text passes; what is unknown is the empty text. */
function passing(column: Column | undefined, passes: (text: string) => boolean): Uint8Array {
  return Uint8Array.from(column?.values ?? [undefined], (value) => (passes(String(value ?? '')) ? 1 : 0));
}

function select({ types, regions, offers }: Catalog, { cloud, type, region, market }: Selector): Selection {
  const inCloud = (column: Column | undefined, size: number): Uint8Array => {
    const ofCode = passing(column, (name) => matchesGlob(cloud, name));
    return Uint8Array.from({ length: size }, (_, row) => ofCode[column?.codes[row] ?? UNKNOWN]!);
  };
  const chosen = inCloud(types.columns.get('type.cloud'), types.size);
  for (let row = 0; row < types.size; row += 1)
    if (chosen[row] === 1 && !matchesGlob(type, textAt(types, 'type.name', row) ?? '')) chosen[row] = 0;
  const within = inCloud(regions.columns.get('offer.cloud'), regions.size);
  for (let row = 0; row < regions.size; row += 1)
    if (within[row] === 1 && !matchesGlob(region, textAt(regions, 'offer.region', row) ?? '')) within[row] = 0;
  const markets = passing(
    offers.columns.get('offer.market'),
    (name) => market === 'any' || market === (name === '' ? 'on-demand' : name),
  );
  return { types: chosen, regions: within, markets };
}

function isSelected({ offers }: Catalog, { types, regions, markets }: Selection, row: number): boolean {
  if (types[offers.type[row]!] === 0 || regions[offers.region[row]!] === 0) return false;
  return markets[offers.columns.get('offer.market')?.codes[row] ?? UNKNOWN] === 1;
}

/** The rows of `offers` that are selected, by type. */
function rowsOf(catalog: Catalog, selection: Selection): Uint32Array {
  const rows: number[] = [];
  for (let type = 0; type < selection.types.length; type += 1) {
    if (selection.types[type] === 0) continue;
    for (const row of offersOfType(catalog.offers, type)) if (isSelected(catalog, selection, row)) rows.push(row);
  }
  return Uint32Array.from(rows);
}

/** The rows of `offers` that a selector means, by type. */
export function selectedRows(catalog: Catalog, selector: Selector): Uint32Array {
  return rowsOf(catalog, select(catalog, selector));
}

const MILLION = 1_000_000;

/**
 * The price of an offer under edits in canonical order; NaN where it cannot be. The same as `replay`, by doubles where
 * these are exact.
 */
function priceUnder(list: number, edits: readonly PriceEdit[]): number {
  const [only] = edits;
  if (edits.length === 1 && only!.change.kind === 'percent') {
    const exact = list * (MILLION + only!.change.millionths);
    if (Number.isSafeInteger(exact)) {
      const rest = exact % MILLION;
      const whole = (exact - rest) / MILLION;
      const up = rest * 2 > MILLION || (rest * 2 === MILLION && whole % 2 === 1);
      return up ? whole + 1 : whole;
    }
  }
  const { price } = replay(list, edits);
  return price === undefined || price < 0n || price > Number.MAX_SAFE_INTEGER ? Number.NaN : Number(price);
}

/** Offers of a catalog at other prices. */
export interface Repriced {
  /** By row of `offers`: 1 for those that edits select. */
  readonly touched: Uint8Array;
  /** By row, nano-dollars per hour, of those that are touched. */
  readonly price: Float64Array;
}

/** The edits that were laid over last, with what became of the offers. */
interface Laid {
  readonly edits: ReadonlyMap<
    string,
    { readonly edit: PriceEdit; readonly selection: Selection; readonly rows: Uint32Array }
  >;
  readonly repriced: Repriced;
}

/**
 * Prices under one list of edits after another: only offers that an edit selects which was not there before, or is there
 * no more, are priced anew.
 *
 * @returns undefined where other prices do not tell all: where edits give a price to what has none, change nothing, or
 *   cannot be
 */
export function repricing(catalog: Catalog): (edits: readonly PriceEdit[]) => Repriced | undefined {
  const { offers, listedUnpriced } = catalog;
  const { size } = offers;
  let last: Laid = { edits: new Map(), repriced: { touched: new Uint8Array(size), price: new Float64Array(size) } };
  const keyOf = ({ cloud, type, region, market, change }: PriceEdit): string =>
    JSON.stringify([cloud, type, region, market, formatChange(change)]);
  const before = catalog.priceEdits.map((edit) => ({ edit, selection: select(catalog, edit) }));
  /** Whether an edit gives a price to what has none. */
  const adds = (edit: PriceEdit): boolean =>
    edit.change.kind === 'absolute' &&
    (selectedRows({ ...catalog, offers: listedUnpriced }, edit).length > 0 ||
      createdOffers(catalog, joinOffers(offers, listedUnpriced), [edit]).size > 0);

  return (edits) => {
    const now = new Map<string, { edit: PriceEdit; selection: Selection; rows: Uint32Array }>();
    const changed: Uint32Array[] = [];
    for (const edit of edits) {
      const key = keyOf(edit);
      let found = last.edits.get(key);
      if (found === undefined) {
        const selection = select(catalog, edit);
        found = { edit, selection, rows: rowsOf(catalog, selection) };
        if (found.rows.length === 0 || adds(edit)) return undefined;
        changed.push(found.rows);
      }
      now.set(key, found);
    }
    for (const [key, { rows }] of last.edits) if (!now.has(key)) changed.push(rows);
    const touched = last.repriced.touched.slice();
    const price = last.repriced.price.slice();
    const selects = ({ selection }: { readonly selection: Selection }, row: number): boolean =>
      isSelected(catalog, selection, row);
    const laid = [...now.values()];
    const canonical = [...before, ...laid].sort((a, b) => compareEdits(a.edit, b.edit));
    for (const rows of changed) {
      for (const row of rows) {
        touched[row] = laid.some((one) => selects(one, row)) ? 1 : 0;
        if (touched[row] === 0) continue;
        const own = canonical.filter((one) => selects(one, row)).map(({ edit }) => edit);
        if (own.length > 1 && own[1]!.change.kind === 'absolute') return undefined;
        price[row] = priceUnder(listPriceAt(offers, row), own);
        if (Number.isNaN(price[row]!)) return undefined;
      }
    }
    last = { edits: now, repriced: { touched, price } };
    return last.repriced;
  };
}
