import { matchesGlob } from '../quantity/glob.ts';
import type { Catalog } from './catalog.ts';
import { type Column, UNKNOWN } from './column.ts';
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
  /** The codes of the markets of offers; undefined where none is stated. */
  readonly codes: Column['codes'] | undefined;
}

/** Rows of which a text passes, decided once per distinct one; what is unknown is the empty text. */
function passing(column: Column | undefined, size: number, passes: (text: string) => boolean): Uint8Array {
  const ofCode = Uint8Array.from(column?.values ?? [undefined], (value) => (passes(String(value ?? '')) ? 1 : 0));
  const rows = new Uint8Array(size).fill(ofCode[UNKNOWN]!);
  if (column !== undefined) for (let row = 0; row < size; row += 1) rows[row] = ofCode[column.codes[row]!]!;
  return rows;
}

/** Narrows chosen rows to those of which a text passes. */
function narrow(chosen: Uint8Array, column: Column | undefined, passes: (text: string) => boolean): void {
  for (let row = 0; row < chosen.length; row += 1) {
    if (chosen[row] === 1 && !passes(String(column?.values[column.codes[row]!] ?? ''))) chosen[row] = 0;
  }
}

function select({ types, regions, offers }: Catalog, { cloud, type, region, market }: Selector): Selection {
  const inCloud = (name: string): boolean => matchesGlob(cloud, name);
  const chosen = passing(types.columns.get('type.cloud'), types.size, inCloud);
  narrow(chosen, types.columns.get('type.name'), (name) => matchesGlob(type, name));
  const within = passing(regions.columns.get('offer.cloud'), regions.size, inCloud);
  narrow(within, regions.columns.get('offer.region'), (name) => matchesGlob(region, name));
  const column = offers.columns.get('offer.market');
  const markets = Uint8Array.from(column?.values ?? [undefined], (name) =>
    market === 'any' || market === (name ?? 'on-demand') ? 1 : 0,
  );
  return { types: chosen, regions: within, markets, codes: column?.codes };
}

function isSelected({ offers }: Catalog, { types, regions, markets, codes }: Selection, row: number): boolean {
  if (types[offers.type[row]!] === 0 || regions[offers.region[row]!] === 0) return false;
  return markets[codes === undefined ? UNKNOWN : codes[row]!] === 1;
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
  /** The rows of those, in any order. */
  readonly rows: Uint32Array;
  /** Nano-dollars per hour of each of `rows`. */
  readonly prices: Float64Array;
}

/** Marks offers that are priced anew. */
const ANEW = 2;

interface LaidEdit {
  readonly edit: PriceEdit;
  readonly selection: Selection;
  /** The rows that it selects. */
  readonly rows: Uint32Array;
}

/** The edits that were laid over last, with what became of the offers. */
interface Laid {
  readonly edits: ReadonlyMap<string, LaidEdit>;
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
  let last: Laid = {
    edits: new Map(),
    repriced: { touched: new Uint8Array(size), rows: new Uint32Array(0), prices: new Float64Array(0) },
  };
  const keyOf = ({ cloud, type, region, market, change }: PriceEdit): string =>
    JSON.stringify([cloud, type, region, market, formatChange(change)]);
  const before: readonly Pick<LaidEdit, 'edit' | 'selection'>[] = catalog.priceEdits.map((edit) => ({
    edit,
    selection: select(catalog, edit),
  }));
  /** Whether an edit gives a price to what has none. */
  const adds = (edit: PriceEdit): boolean =>
    edit.change.kind === 'absolute' &&
    (selectedRows({ ...catalog, offers: listedUnpriced }, edit).length > 0 ||
      createdOffers(catalog, joinOffers(offers, listedUnpriced), [edit]).size > 0);

  return (edits) => {
    const now = new Map<string, LaidEdit>();
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
    const { rows: rowsBefore, prices: pricesBefore } = last.repriced;
    const touched = last.repriced.touched.slice();
    let most = rowsBefore.length;
    for (const rows of changed) {
      most += rows.length;
      for (const row of rows) touched[row] = ANEW;
    }
    const rows = new Uint32Array(most);
    const prices = new Float64Array(most);
    let count = 0;
    const put = (row: number, price: number): void => {
      rows[count] = row;
      prices[count] = price;
      count += 1;
    };
    for (let index = 0; index < rowsBefore.length; index += 1)
      if (touched[rowsBefore[index]!] === 1) put(rowsBefore[index]!, pricesBefore[index]!);
    const canonical = [...before, ...now.values()].sort((a, b) => compareEdits(a.edit, b.edit));
    for (const selected of changed) {
      for (const row of selected) {
        if (touched[row] !== ANEW) continue;
        const own: PriceEdit[] = [];
        let isTouched = false;
        for (const laid of canonical) {
          if (!isSelected(catalog, laid.selection, row)) continue;
          own.push(laid.edit);
          isTouched ||= !before.includes(laid);
        }
        touched[row] = isTouched ? 1 : 0;
        if (!isTouched) continue;
        if (own.length > 1 && own[1]!.change.kind === 'absolute') return undefined;
        const price = priceUnder(listPriceAt(offers, row), own);
        if (Number.isNaN(price)) return undefined;
        put(row, price);
      }
    }
    last = { edits: now, repriced: { touched, rows: rows.subarray(0, count), prices: prices.subarray(0, count) } };
    return last.repriced;
  };
}
