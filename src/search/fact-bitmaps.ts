import { type Bitmap, type Bitmaps, isIn } from '../catalog/bitmaps.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { type Column, numberAt, setAt, type Table, textAt, UNKNOWN } from '../catalog/column.ts';
import { inSequence } from '../catalog/offers.ts';
import type { Value } from '../catalog/value.ts';
import { sustainedCores } from '../match/needs.ts';
import { homesOfZones, mayBeIn } from '../match/zones.ts';
import { once } from './once.ts';

/**
 * The facts of offers that constraints ask for, as bitmaps over the offers in price order. Each is made when it is
 * first asked for, and kept: it depends on the catalog alone.
 */
export interface FactBitmaps {
  /** The offers whose amount is at least so much. */
  atLeast(amount: Amount, wanted: number): AtLeast;
  /** The offers of which an attribute has a value, or has it among its values; undefined stands for unknown. */
  having(attribute: string, value: Value | undefined): Bitmap;
  /**
   * The offers of which a text attribute passes a test.
   *
   * @param key tells the tests of an attribute apart
   */
  matching(attribute: string, key: string, passes: (value: string) => boolean): Bitmap;
  /** The offers of a market, those of no stated one being on demand; or of all others. */
  inMarket(market: string): Bitmap;
  outsideMarket(market: string): Bitmap;
  /** The offers in regions that are open to every account, or named. */
  openOr(regions: readonly string[]): Bitmap;
  /** Rows of the offers of types by a name, in order. */
  ofName(name: string): Uint32Array;
  /** The offers in one of some zones, or that may be. */
  inZones(zones: readonly string[]): Bitmap;
  /**
   * A row before which no offer has an architecture, a market, and at least so many cores and so much memory together:
   * where a search for them may begin. Undefined where any will do.
   */
  startAt(arch: string | undefined, market: string | undefined, cores: number, mem: number): number;
  /** How many bitmaps were made for texts that requests are free to choose. */
  selections(): number;
  /** Rows below this cost at most so much at the catalog's own prices. */
  endAt(most: number): number;
  /** The amount of each type. NaN where unknown is not enough, Infinity where it is. */
  amounts(amount: Amount): Float64Array;
}

/** Offers of at least some amount. Where a check is given, the bitmap has rows too many, of which it tells by type. */
export interface AtLeast {
  readonly bitmap: Bitmap;
  readonly check: Check | undefined;
}

/** Whether a type passes what no bitmap tells exactly. */
export type Check = (type: number) => boolean;

/** Amounts of types, in the unit that constraints have. */
const AMOUNTS = {
  cores: (types, row) => numberAt(types, 'type.cores', row) ?? Number.NaN,
  // What rules keep back of cores that nobody knows is not known either, and binds nobody.
  'cores-if-known': (types, row) => numberAt(types, 'type.cores', row) ?? Number.POSITIVE_INFINITY,
  mem: (types, row) => numberAt(types, 'type.mem', row) ?? Number.NaN,
  'cpu-power': (types, row) => numberAt(types, 'type.cpu-power', row) ?? Number.POSITIVE_INFINITY,
  // A root disk of size 0 is Juju's "unknown".
  'root-disk': (types, row) => numberAt(types, 'type.root-disk', row) || Number.POSITIVE_INFINITY,
  gpus: (types, row) => numberAt(types, 'type.gpus', row) ?? Number.NaN,
  'local-disk': (types, row) => (numberAt(types, 'type.local-disk', row) ?? Number.NaN) * 1024,
  'cores-baseline': (types, row) => sustainedCores(types, row) ?? Number.NaN,
} as const satisfies Record<string, (types: Table, row: number) => number>;
export type Amount = keyof typeof AMOUNTS;

/** More distinct amounts than this share bitmaps, and a check tells them apart. */
const MOST_THRESHOLDS = 256;

interface Thresholds {
  readonly amounts: Float64Array;
  /** In order, each once. */
  readonly distinct: Float64Array;
  /** How many distinct amounts a bitmap stands for. */
  readonly step: number;
  /** The place of each type's amount among the bitmaps; 0 for an unknown one, and for none wanted. */
  readonly ranks: Uint32Array;
  readonly bitmaps: readonly Bitmap[];
}

/** The first place in an ordered list with at least a value. */
function firstAtLeast(values: Float64Array, wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function factBitmaps(catalog: Catalog, bitmaps: Bitmaps): FactBitmaps {
  const { types, regions, offers } = catalog;
  // --- amounts ---
  const amountsOf = once(
    (amount: Amount): Float64Array =>
      Float64Array.from({ length: types.size }, (_, row) => AMOUNTS[amount](types, row)),
  );
  const thresholds = once((amount: Amount): Thresholds => {
    const amounts = amountsOf(amount);
    const distinct = Float64Array.from(new Set(amounts.filter((one) => !Number.isNaN(one)))).sort();
    const step = Math.max(1, Math.ceil(distinct.length / MOST_THRESHOLDS));
    const rankOf = new Map([...distinct].map((value, index) => [value, 1 + Math.floor(index / step)]));
    // Rank 0 is unknown: the bitmap of all, which nobody asks for.
    const ranks = Uint32Array.from(amounts, (value) => rankOf.get(value) ?? 0);
    return {
      amounts,
      distinct,
      step,
      ranks,
      bitmaps: bitmaps.thresholds(offers.type, ranks, 1 + Math.ceil(distinct.length / step)),
    };
  });
  /** The place of the bitmap for a wanted amount; beyond all of them where nobody has so much. */
  const rankOf = ({ distinct, step, bitmaps: { length } }: Thresholds, wanted: number): number => {
    const place = wanted <= 0 ? -step : firstAtLeast(distinct, wanted);
    return place === distinct.length ? length : 1 + Math.floor(place / step);
  };

  // --- values ---
  const placeOf = (attribute: string): { column: Column | undefined; rows: Uint32Array; size: number } => {
    if (attribute.startsWith('type.'))
      return { column: types.columns.get(attribute), rows: offers.type, size: types.size };
    const inRegion = regions.columns.get(attribute);
    if (inRegion !== undefined) return { column: inRegion, rows: offers.region, size: regions.size };
    return { column: offers.columns.get(attribute), rows: inSequence(offers.size), size: offers.size };
  };
  const ofCodes = (attribute: string, passes: (value: Value | undefined) => boolean): Bitmap => {
    const { column, rows, size } = placeOf(attribute);
    const ofCode = Uint8Array.from(column?.values ?? [undefined], (value) => (passes(value) ? 1 : 0));
    return bitmaps.gather(
      rows,
      Uint8Array.from({ length: size }, (_, row) => ofCode[column?.codes[row] ?? UNKNOWN]!),
    );
  };
  const members = once((attribute: string) => {
    const known = new Set<Value | undefined>((placeOf(attribute).column?.values ?? [undefined]).flat());
    const sets = once((value: Value | undefined) =>
      ofCodes(attribute, (own) => own === value || (Array.isArray(own) && own.includes(value))),
    );
    // Names that nobody has leave nothing behind.
    return (value: Value | undefined): Bitmap => (known.has(value) ? sets(value) : bitmaps.none);
  });

  const marketOf = (value: Value | undefined): Value => value ?? 'on-demand';
  const inMarket = once((market: string) => ofCodes('offer.market', (value) => marketOf(value) === market));
  const outsideMarket = once((market: string) => ofCodes('offer.market', (value) => marketOf(value) !== market));

  // --- what requests name ---
  let made = 0;
  const selected = once((_attribute: string) => new Map<string, Bitmap>());
  /** A bitmap by a text that requests choose. */
  const select = (attribute: string, key: string, make: () => Bitmap): Bitmap => {
    const known = selected(attribute);
    let found = known.get(key);
    if (found === undefined) {
      found = make();
      known.set(key, found);
      made += 1;
    }
    return found;
  };
  const rowsByName = once((_: 'all') => {
    const byName = new Map<string, number[]>();
    const ofType = Array.from({ length: types.size }, (_, row) => {
      const name = textAt(types, 'type.name', row) ?? '';
      const rows = byName.get(name) ?? [];
      byName.set(name, rows);
      return rows;
    });
    for (let row = 0; row < offers.size; row += 1) ofType[offers.type[row]!]!.push(row);
    return new Map([...byName].map(([name, rows]) => [name, Uint32Array.from(rows)]));
  });
  const homes = homesOfZones(catalog);
  const inSome = (zones: readonly string[]): Bitmap =>
    bitmaps.where((row) => {
      const region = offers.region[row]!;
      const sold = setAt(offers, 'offer.zones', row) ?? setAt(regions, 'offer.region-zones', region);
      return zones.some((zone) => (sold === undefined ? mayBeIn(homes, zone, region) : sold.includes(zone)));
    });

  // --- where to begin ---
  // In price order the first machine of many cores and the first of much memory stand long before the first with both.
  const corners = once((arch: string | undefined) =>
    once((market: string | undefined) => {
      const [cores, mem] = [thresholds('cores'), thresholds('mem')];
      const [columns, lines] = [mem.bitmaps.length, cores.bitmaps.length];
      const first = new Uint32Array(columns * lines).fill(offers.size);
      const buffer = bitmaps.buffer();
      const sets = [
        ...(arch === undefined ? [] : [members('type.arch')(arch)]),
        ...(market === undefined ? [] : [inMarket(market)]),
      ];
      for (let row = offers.size - 1; row >= 0; row -= 1) {
        const type = offers.type[row]!;
        if (sets.every((set) => isIn(buffer, set, row))) first[cores.ranks[type]! * columns + mem.ranks[type]!] = row;
      }
      for (let line = lines - 1; line >= 0; line -= 1) {
        for (let column = columns - 1; column >= 0; column -= 1) {
          const at = line * columns + column;
          if (column + 1 < columns) first[at] = Math.min(first[at]!, first[at + 1]!);
          if (line + 1 < lines) first[at] = Math.min(first[at]!, first[at + columns]!);
        }
      }
      return { first, columns };
    }),
  );

  return {
    atLeast(amount, wanted) {
      const found = thresholds(amount);
      const { amounts, distinct, step } = found;
      const place = firstAtLeast(distinct, wanted);
      if (place === distinct.length) return { bitmap: bitmaps.none, check: undefined };
      const check = place % step === 0 ? undefined : (type: number): boolean => amounts[type]! >= wanted;
      return { bitmap: found.bitmaps[1 + Math.floor(place / step)]!, check };
    },
    having: (attribute, value) => members(attribute)(value),
    matching: (attribute, key, passes) =>
      select(attribute, key, () => ofCodes(attribute, (value) => typeof value === 'string' && passes(value))),
    inMarket,
    outsideMarket,
    openOr: (named) =>
      select('offer.access', named.join(), () => {
        const within = Uint8Array.from({ length: regions.size }, (_, row) =>
          textAt(regions, 'offer.access', row) !== 'restricted' ||
          named.includes(textAt(regions, 'offer.region', row) ?? '')
            ? 1
            : 0,
        );
        return bitmaps.gather(offers.region, within);
      }),
    ofName: (name) => rowsByName('all').get(name) ?? new Uint32Array(0),
    inZones: (zones) => select('offer.zones', zones.join(), () => inSome(zones)),
    selections: () => made,
    startAt(arch, market, cores, mem) {
      const [line, column] = [rankOf(thresholds('cores'), cores), rankOf(thresholds('mem'), mem)];
      const { first, columns } = corners(arch)(market);
      return column >= columns ? offers.size : (first[line * columns + column] ?? offers.size);
    },
    endAt: (most) => firstAtLeast(offers.price, most + 1),
    amounts: amountsOf,
  };
}
