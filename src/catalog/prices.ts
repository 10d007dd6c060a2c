import { type Diagnostic, fail, ok, placeOf, type Result, type Span } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { divideHalfEven, formatDecimal } from '../quantity/decimal.ts';
import { matchesGlob } from '../quantity/glob.ts';
import { formatMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';
import type { Catalog } from './catalog.ts';
import { buildColumn, type Column, type Table, textAt, UNKNOWN } from './column.ts';
import { joinOffers, listPriceAt, type Offers, orderOffers } from './offers.ts';

/**
 * One's own prices laid over a catalog: edits that select offers and change what they cost.
 *
 * Edits have no order. For each offer the one absolute price comes first, then all amounts, then all percents, whose
 * product is rounded once, half to even; so the order of entries and files never matters, and every price is exact.
 */

export type PriceChange =
  /** Nano-dollars per hour, in place of the list price. */
  | { readonly kind: 'absolute'; readonly price: number }
  /** Signed nano-dollars per hour. */
  | { readonly kind: 'amount'; readonly amount: number }
  /** Signed millionths of the price: -120000 is -12 %. At least -1000000. */
  | { readonly kind: 'percent'; readonly millionths: number };

export interface PriceEdit {
  /** As it was written: `aws:m8i*@eu-*`. */
  readonly selector: string;
  /** Patterns of names, `*` for any run of characters. */
  readonly cloud: string;
  readonly type: string;
  readonly region: string;
  readonly market: 'on-demand' | 'spot' | 'any';
  readonly change: PriceChange;
  readonly reason: string | undefined;
  readonly span: Span;
}

/** One edit's share in the price of one offer. */
export interface PriceEditStep {
  /** What it does and why: `-12 %, contract of 2026-11`. */
  readonly text: string;
  readonly reason: string | undefined;
  /** `prices.yaml:4:3` */
  readonly place: string;
  /** Nano-dollars per hour that it added; where no price was known before, the whole price. */
  readonly change: number;
  /** Whether it set the price anew, whatever the list says. */
  readonly sets: boolean;
}

const KINDS: readonly PriceChange['kind'][] = ['absolute', 'amount', 'percent'];
const MILLION = 1_000_000n;
const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/** A change as price files write it: `0.02`, `+0.01`, `-12%`. */
export function formatChange(change: PriceChange): string {
  const signed = (text: string): string => (text.startsWith('-') ? text : `+${text}`);
  switch (change.kind) {
    case 'absolute':
      return formatMoney(change.price);
    case 'amount':
      return signed(formatMoney(change.amount));
    case 'percent':
      return `${signed(formatDecimal(change.millionths, 4))}%`;
  }
}

/** Everything that an edit says, and not where it says it. */
export function meaningOf({
  cloud,
  type,
  region,
  market,
  change,
  reason,
}: PriceEdit): Readonly<Record<string, string>> {
  return { cloud, type, region, market, change: formatChange(change), ...(reason === undefined ? {} : { reason }) };
}

/** The canonical order of edits. */
export function compareEdits(a: PriceEdit, b: PriceEdit): number {
  const key = (edit: PriceEdit): readonly string[] => {
    const { cloud, type, region, market, change, reason = '' } = edit;
    return [cloud, type, region, market, formatChange(change), reason, placeOf(edit.span)];
  };
  const kinds = KINDS.indexOf(a.change.kind) - KINDS.indexOf(b.change.kind);
  if (kinds !== 0) return kinds;
  const [left, right] = [key(a), key(b)];
  const first = left.findIndex((part, index) => part !== right[index]);
  return first === -1 ? 0 : compareText(left[first]!, right[first]!);
}

/** The edits of one offer, in canonical order, one after the other; `price` undefined: still unknown. */
export function replay(
  list: number,
  edits: readonly PriceEdit[],
): { readonly price: bigint | undefined; readonly steps: readonly { edit: PriceEdit; change: bigint }[] } {
  let price = Number.isNaN(list) ? undefined : BigInt(list);
  let exact = price ?? 0n;
  let scale = 1n;
  const steps: { edit: PriceEdit; change: bigint }[] = [];
  for (const edit of edits) {
    const { change } = edit;
    if (price === undefined && change.kind !== 'absolute') continue;
    const before: bigint = price ?? 0n;
    if (change.kind === 'absolute') exact = BigInt(change.price);
    else if (change.kind === 'amount') exact += BigInt(change.amount);
    else {
      exact *= MILLION + BigInt(change.millionths);
      scale *= MILLION;
    }
    price = divideHalfEven(exact, scale);
    steps.push({ edit, change: price - before });
  }
  return { price, steps };
}

/** Which offers an edit selects, decided once per type and once per region. */
function selection({ types, regions }: Catalog, edits: readonly PriceEdit[]) {
  const namesOf = (table: Table, cloud: string, name: string): readonly (readonly [string, string])[] =>
    Array.from({ length: table.size }, (_, row) => [textAt(table, cloud, row) ?? '', textAt(table, name, row) ?? '']);
  const typeNames = namesOf(types, 'type.cloud', 'type.name');
  const regionNames = namesOf(regions, 'offer.cloud', 'offer.region');
  const inType = edits.map(({ cloud, type }) =>
    typeNames.map(([own, name]) => matchesGlob(cloud, own) && matchesGlob(type, name)),
  );
  const inRegion = edits.map(({ region }) => regionNames.map(([, name]) => matchesGlob(region, name)));
  const ofType = typeNames.map((_, type) => edits.flatMap((_, index) => (inType[index]![type] ? [index] : [])));
  const market = (offers: Offers, row: number): string => textAt(offers, 'offer.market', row) ?? 'on-demand';
  return {
    typeNames,
    regionNames,
    /** Indexes of the edits that select an offer, in order. */
    editsOf: (offers: Offers, row: number): readonly number[] =>
      ofType[offers.type[row]!]!.filter(
        (index) =>
          inRegion[index]![offers.region[row]!] &&
          (edits[index]!.market === 'any' || edits[index]!.market === market(offers, row)),
      ),
  };
}

const isName = (pattern: string): boolean => !pattern.includes('*');

/**
 * The offers that edits bring into being: a price for a type in a region, both named in full, of a list whose gaps say
 * nothing.
 */
export function createdOffers(catalog: Catalog, known: Offers, edits: readonly PriceEdit[]): Offers {
  const { types, regions, vocabulary } = catalog;
  const marketOf = (row: number): string => textAt(known, 'offer.market', row) ?? 'on-demand';
  const pairs = new Set<string>();
  for (let row = 0; row < known.size; row += 1) pairs.add(`${known.type[row]} ${known.region[row]} ${marketOf(row)}`);
  const type: number[] = [];
  const region: number[] = [];
  const markets: string[] = [];
  for (const edit of edits) {
    if (edit.change.kind !== 'absolute' || !isName(edit.type) || !isName(edit.region) || edit.market === 'any')
      continue;
    const found: (readonly [number, number])[] = [];
    for (let t = 0; t < types.size; t += 1) {
      const cloud = textAt(types, 'type.cloud', t) ?? '';
      if (textAt(types, 'type.name', t) !== edit.type || !matchesGlob(edit.cloud, cloud)) continue;
      if (!catalog.gapsAreUnknown || catalog.completeClouds.has(cloud)) continue;
      for (let r = 0; r < regions.size; r += 1)
        if (textAt(regions, 'offer.region', r) === edit.region && textAt(regions, 'offer.cloud', r) === cloud)
          found.push([t, r]);
    }
    const [pair] = found;
    // A name that two clouds have names neither in full.
    if (pair === undefined || found.length > 1 || pairs.has(`${pair[0]} ${pair[1]} ${edit.market}`)) continue;
    pairs.add(`${pair[0]} ${pair[1]} ${edit.market}`);
    type.push(pair[0]);
    region.push(pair[1]);
    markets.push(edit.market);
  }
  const column = buildColumn(vocabulary.attributes.get('offer.market')!);
  for (const [row, market] of markets.entries()) column.set(row, market);
  return {
    size: type.length,
    columns: new Map([['offer.market', column.finish(type.length)]]),
    type: Uint32Array.from(type),
    region: Uint32Array.from(region),
    price: new Float64Array(type.length).fill(Number.NaN),
    limit: new Float64Array(type.length).fill(Number.POSITIVE_INFINITY),
  };
}

/** What a pattern was meant to name; of a pattern that is mostly open nobody can tell. */
function meant(pattern: string, names: readonly string[]): string | undefined {
  const text = pattern.replaceAll('*', '');
  return isName(pattern) || text.length > 2 ? didYouMean(text, new Set(names)) : undefined;
}

/** Why an edit changes no offer. */
function whyIdle(catalog: Catalog, edit: PriceEdit, selected: boolean): Diagnostic {
  const { typeNames, regionNames } = selection(catalog, []);
  const told = (message: string, hint: string | undefined): Diagnostic => ({
    code: 'idle-price',
    message: `price of "${edit.selector}": ${message}`,
    span: edit.span,
    ...(hint === undefined ? {} : { hint }),
  });
  if (selected) return told('no price is known that could be changed', 'give a price, such as 0.05');
  const clouds = new Set(typeNames.map(([cloud]) => cloud));
  if (![...clouds].some((cloud) => matchesGlob(edit.cloud, cloud)))
    return told(`no cloud of the catalog is called "${edit.cloud}"`, didYouMean(edit.cloud, clouds));
  const types = typeNames.filter(([cloud]) => matchesGlob(edit.cloud, cloud)).map(([, name]) => name);
  const named = typeNames.filter(([cloud, name]) => matchesGlob(edit.cloud, cloud) && matchesGlob(edit.type, name));
  if (named.length === 0) {
    const what = isName(edit.type) ? 'is called' : 'matches';
    return told(`no instance type ${what} "${edit.type}"`, meant(edit.type, types));
  }
  const owners = new Set(named.map(([cloud]) => cloud));
  const regions = regionNames.filter(([cloud]) => owners.has(cloud)).map(([, name]) => name);
  if (!regions.some((name) => matchesGlob(edit.region, name))) {
    const what = isName(edit.region) ? 'is called' : 'matches';
    return told(`no region ${what} "${edit.region}"`, meant(edit.region, regions));
  }
  const where = edit.region === '*' ? 'any region' : edit.region;
  const market = edit.market === 'any' ? '' : ` ${edit.market === 'spot' ? 'spot' : 'on demand'}`;
  const gaps = catalog.gapsAreUnknown && [...owners].some((cloud) => !catalog.completeClouds.has(cloud));
  return told(
    `${edit.type} is known, but the catalog lists none sold${market} in ${where}`,
    gaps ? 'to add it, name cloud, type and region in full and give a price' : undefined,
  );
}

/** The same column with `value` in some rows; undefined stands for unknown. */
function overwritten(column: Column, rows: readonly number[], value: string | undefined): Column {
  let code = value === undefined ? UNKNOWN : column.values.indexOf(value);
  const values = code === -1 ? [...column.values, value] : column.values;
  if (code === -1) code = values.length - 1;
  const codes = values.length <= 0xffff ? new Uint16Array(column.codes) : new Uint32Array(column.codes);
  for (const row of rows) codes[row] = code;
  return { ...column, codes, values };
}

/** A catalog under one's own prices, and what of them changed nothing there. */
export interface Priced {
  readonly catalog: Catalog;
  /** One diagnostic for each edit that changes no offer: a fault, if the catalog is all there is. */
  readonly idle: readonly Diagnostic[];
}

/**
 * Lays price edits over a catalog, together with those that already are. Without edits it is the same catalog.
 *
 * @param digest of the catalog with the edits, see `meaningOf`
 */
export function applyPriceEdits(catalog: Catalog, edits: readonly PriceEdit[], digest: string): Result<Priced> {
  if (edits.length === 0) return ok({ catalog, idle: [] });
  const canonical = [...catalog.priceEdits, ...edits].sort(compareEdits);
  const listed = joinOffers(catalog.offers, catalog.listedUnpriced);
  const offers = joinOffers(listed, createdOffers(catalog, listed, canonical));
  const list = Float64Array.from(offers.price, (_, row) => listPriceAt(offers, row));
  const price = new Float64Array(list);
  const { editsOf, typeNames, regionNames } = selection(catalog, canonical);
  const selected = new Set<number>();
  const used = new Set<number>();
  const renewed: number[] = [];
  const own: number[] = [];
  const faults = new Map<string, Diagnostic>();
  const nameOf = (row: number): string =>
    `${typeNames[offers.type[row]!]![1]} in ${regionNames[offers.region[row]!]![1]}`;
  for (let row = 0; row < offers.size; row += 1) {
    const indexes = editsOf(offers, row);
    if (indexes.length === 0) continue;
    for (const index of indexes) selected.add(index);
    const chosen = indexes.map((index) => canonical[index]!);
    const [first, second] = chosen.filter((edit) => edit.change.kind === 'absolute');
    if (first !== undefined && second !== undefined) {
      const key = `two ${indexes[0]} ${indexes[1]}`;
      if (!faults.has(key)) {
        const message = `${nameOf(row)} is given two prices: ${formatChange(first.change)} at ${placeOf(first.span)} and ${formatChange(second.change)} at ${placeOf(second.span)}`;
        faults.set(key, {
          code: 'two-prices',
          message,
          span: second.span,
          hint: 'keep one, or write the other as a change such as -5%',
        });
      }
      continue;
    }
    const { price: after, steps } = replay(list[row]!, chosen);
    if (after === undefined) continue;
    for (const index of indexes) used.add(index);
    if (after < 0n || after > MOST) {
      const last = steps.findLast(({ edit }) => edit.change.kind === 'amount') ?? steps.at(-1)!;
      const key = `bound ${placeOf(last.edit.span)}`;
      const what = after < 0n ? 'fall below zero' : 'exceed nine million USD an hour';
      if (!faults.has(key))
        faults.set(key, {
          code: 'impossible-price',
          message: `the price of ${nameOf(row)} would ${what}: ${[...(first === undefined ? [formatMoney(list[row]!)] : []), ...chosen.map(({ change }) => formatChange(change))].join(' ')}`,
          span: last.edit.span,
        });
      continue;
    }
    price[row] = Number(after);
    const sets = first !== undefined;
    if (sets) renewed.push(row);
    // A change to an estimate leaves it an estimate.
    const basis = textAt(offers, 'offer.price-basis', row);
    if (sets || basis === undefined || basis === 'list') own.push(row);
  }
  if (faults.size > 0) return fail(...faults.values());
  const columns = new Map(offers.columns);
  const dates = columns.get('offer.as-of');
  if (dates !== undefined) columns.set('offer.as-of', overwritten(dates, renewed, undefined));
  const basis = buildColumn(catalog.vocabulary.attributes.get('offer.price-basis')!).finish(offers.size);
  columns.set('offer.price-basis', overwritten(columns.get('offer.price-basis') ?? basis, own, 'own'));
  const idle = canonical.flatMap((edit, index) =>
    used.has(index) ? [] : [whyIdle(catalog, edit, selected.has(index))],
  );
  const ordered = orderOffers({ ...offers, columns, price, list }, catalog.types.size, catalog.regions.size);
  return ok({ catalog: { ...catalog, ...ordered, priceEdits: canonical, digest }, idle });
}

/** The edits that made the price of an offer, with what each added. */
function editsMade(catalog: Catalog, row: number): readonly { edit: PriceEdit; change: bigint }[] {
  const { offers, priceEdits, types, regions } = catalog;
  if (priceEdits.length === 0) return [];
  const type = offers.type[row]!;
  const cloud = textAt(types, 'type.cloud', type) ?? '';
  const name = textAt(types, 'type.name', type) ?? '';
  const region = textAt(regions, 'offer.region', offers.region[row]!) ?? '';
  const market = textAt(offers, 'offer.market', row) ?? 'on-demand';
  const chosen = priceEdits.filter(
    (edit) =>
      matchesGlob(edit.cloud, cloud) &&
      matchesGlob(edit.type, name) &&
      matchesGlob(edit.region, region) &&
      (edit.market === 'any' || edit.market === market),
  );
  return replay(listPriceAt(offers, row), chosen).steps;
}

/** The edits of one's own price files that made the price of an offer, in order. */
export function priceEditsOf(catalog: Catalog, row: number): readonly PriceEdit[] {
  return editsMade(catalog, row).map(({ edit }) => edit);
}

/**
 * How one's own price files made the price of an offer from its list price (`listPriceAt`), in order. The changes sum
 * up to the difference of the two.
 */
export function priceEditSteps(catalog: Catalog, row: number): readonly PriceEditStep[] {
  return editsMade(catalog, row).map(({ edit, change }) => ({
    text: `${formatChange(edit.change)}${edit.reason === undefined ? '' : `, ${edit.reason}`}`,
    reason: edit.reason,
    place: placeOf(edit.span),
    change: Number(change),
    sets: edit.change.kind === 'absolute',
  }));
}
