import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { applyPriceEdits, type PriceEdit, priceEditSteps } from '../../src/catalog/prices.ts';
import { placeOf } from '../../src/diagnostic/diagnostic.ts';
import { readPrices } from '../../src/sources/prices.ts';
import { digestWith } from '../../src/storage/catalogs.ts';
import { catalogs } from '../arbitraries/world.ts';
import { dump, dumpOffers, inline } from '../support/dump.ts';
import { runs } from '../support/fuzz.ts';

/** Edits of one file, or of several that together hold the entries. */
function edits(...files: readonly string[]): readonly PriceEdit[] {
  return files.flatMap((entries, index) => {
    const read = readPrices(`p${index}.yaml`, `format: stowage.prices/1\nprices:\n${entries}`);
    if (!read.ok) throw new Error(read.diagnostics[0]!.message);
    return read.value;
  });
}

const faultsOf = (entries: string): readonly string[] => {
  const read = readPrices('p.yaml', `format: stowage.prices/1\nprices:\n${entries}`);
  return read.ok
    ? []
    : read.diagnostics.map((one) => `${one.span === undefined ? '' : placeOf(one.span)} ${one.message}`);
};

const price = (catalog: Catalog, entries: string) => applyPriceEdits(catalog, edits(entries), 'sha256:1');

/** Faults of edits, those included that change nothing. */
function wrong(catalog: Catalog, ...files: readonly string[]): readonly string[] {
  const priced = applyPriceEdits(catalog, edits(...files), '');
  const diagnostics = priced.ok ? priced.value.idle : priced.diagnostics;
  return diagnostics.map(({ message, hint }) => (hint === undefined ? message : `${message} (${hint})`));
}

const shop = {
  types: [
    { name: 'm1.small', cloud: 'lab', arch: ['amd64'] },
    { name: 'm1.large', cloud: 'lab', arch: ['amd64'] },
    { name: 'k1', cloud: 'hut', arch: ['amd64'] },
  ],
  offers: [
    { type: 'm1.small', region: 'r1', price: '0.1', 'as-of': '2026-01-01', 'price-basis': 'list' },
    { type: 'm1.small', region: 'r1', market: 'spot', price: '0.03', 'as-of': '2026-01-01' },
    { type: 'm1.small', region: 'r2', price: '0.2', 'price-basis': 'estimate' },
    { type: 'm1.large', region: 'r1' },
    { type: 'k1', region: 'r1', price: '0.15' },
  ],
};

function listed(catalog: Catalog, entries: string) {
  const priced = price(catalog, entries);
  if (!priced.ok) throw new Error(priced.diagnostics[0]!.message);
  expect(priced.value.idle).toEqual([]);
  return dumpOffers(priced.value.catalog, priced.value.catalog.offers).map((one) => {
    const offer = one as unknown as Record<string, unknown>;
    const spot = offer['offer.market'] === 'spot' ? ' spot' : '';
    return `${String(offer.type)} ${String(offer.region)}${spot} ${Number(offer.price) / 1e9} ${String(offer['offer.price-basis'])} ${String(offer['offer.as-of'])}`;
  });
}

describe('a price file', () => {
  const catalog = inline(shop);

  it('sets prices, adds amounts, takes percents off, in that order, and sorts anew', () => {
    expect(listed(catalog, '  m1.small: -10%\n  "lab:*@r1": "+0.02"\n  m1.large: 0.05\n')).toEqual([
      'm1.small r1 spot 0.03 undefined 2026-01-01',
      'm1.large r1 0.07 own undefined',
      // (0.1 + 0.02) less a tenth
      'm1.small r1 0.108 own 2026-01-01',
      'k1 r1 0.15 undefined undefined',
      // An estimate that is changed stays one.
      'm1.small r2 0.18 estimate undefined',
    ]);
  });

  it('means on-demand unless it says otherwise, and may say several things of one selector', () => {
    expect(listed(catalog, '  m1.small@r1: [{price: 0.09}, {price: 0.01, market: spot}]\n').slice(0, 2)).toEqual([
      'm1.small r1 spot 0.01 own undefined',
      'm1.small r1 0.09 own undefined',
    ]);
    expect(listed(catalog, '  m1.small@r1: {price: +100%, market: any}\n')).toContain(
      'm1.small r1 spot 0.06 own 2026-01-01',
    );
  });

  it('rounds half to even, once', () => {
    const one = (amount: string) =>
      inline({ types: [{ name: 'a' }], offers: [{ type: 'a', region: 'r', price: amount }] });
    const halved = (amount: string, entries: string): number => {
      const priced = price(one(amount), entries);
      return priced.ok ? priced.value.catalog.offers.price[0]! : Number.NaN;
    };
    expect(halved('0.000000001', '  a: -50%\n')).toBe(0);
    expect(halved('0.000000003', '  a: -50%\n')).toBe(2);
    expect(halved('0.000000005', '  a: -50%\n')).toBe(2);
    // A quarter of 5 is 1.25, of 6 it is 1.5.
    expect(halved('0.000000005', '  a: -50%\n  "a*": -50%\n')).toBe(1);
    expect(halved('0.000000006', '  a: -50%\n  "a*": -50%\n')).toBe(2);
    expect(halved('9000000', '  a: -0.0001%\n')).toBe(8_999_991_000_000_000);
  });

  it('tells how each price came about', () => {
    const priced = price(catalog, '  "lab:*@r1": "+0.02"\n  m1.small: {price: -10%, reason: contract}\n');
    if (!priced.ok) throw new Error();
    const { catalog: own } = priced.value;
    const row = dumpOffers(own, own.offers).findIndex((one) => one.price === 108_000_000);
    expect(own.offers.list?.[row]).toBe(100_000_000);
    expect(priceEditSteps(own, row)).toEqual([
      { text: '+0.02', reason: undefined, place: 'p0.yaml:3:3', change: 20_000_000, sets: false },
      { text: '-10%, contract', reason: 'contract', place: 'p0.yaml:4:3', change: -12_000_000, sets: false },
    ]);
    expect(priceEditSteps(catalog, 0)).toEqual([]);
  });

  it('adds what a list whose gaps say nothing lacks, where type and region are named in full', () => {
    const gaps = inline(shop, true);
    expect(listed(gaps, '  k1: 0.2\n  lab:m1.large@r2: 0.3\n').at(-1)).toBe('m1.large r2 0.3 own undefined');
    expect(wrong(gaps, '  lab:m1.large@r*2: 0.3\n')).toEqual([
      'price of "lab:m1.large@r*2": m1.large is known, but the catalog lists none sold on demand in r*2 (to add it, name cloud, type and region in full and give a price)',
    ]);
    expect(wrong(catalog, '  m1.large@r2: 0.3\n')).toEqual([
      'price of "m1.large@r2": m1.large is known, but the catalog lists none sold on demand in r2',
    ]);
    expect(wrong(gaps, '  m1.large@r2: 0.3\n', '  lab:m1.large@r2: 0.4\n')).toEqual([
      'm1.large in r2 is given two prices: 0.3 at p0.yaml:3:3 and 0.4 at p1.yaml:3:3 (keep one, or write the other as a change such as -5%)',
    ]);
  });

  it.each([
    ['  m1.smal: 1\n', 'price of "m1.smal": no instance type is called "m1.smal" (did you mean m1.small?)'],
    ['  lap:m1.small: 1\n', 'price of "lap:m1.small": no cloud of the catalog is called "lap" (did you mean lab?)'],
    ['  m1.small@r3: 1\n', 'price of "m1.small@r3": no region is called "r3" (did you mean r1 or r2?)'],
    ['  "z*": 1\n', 'price of "z*": no instance type matches "z*"'],
    ['  "m1.smol*": 1\n', 'price of "m1.smol*": no instance type matches "m1.smol*" (did you mean m1.small?)'],
    ['  m1.large: -5%\n', 'price of "m1.large": no price is known that could be changed (give a price, such as 0.05)'],
    [
      '  k1: {price: 1, market: spot}\n',
      'price of "k1": k1 is known, but the catalog lists none sold spot in any region',
    ],
    ['  m1.small: "-0.15"\n', 'the price of m1.small in r1 would fall below zero: 0.1 -0.15'],
    [
      '  m1.small: 8999999\n  "m1*": +100%\n',
      'the price of m1.small in r1 would exceed nine million USD an hour: 8999999 +100%',
    ],
    [
      '  m1.small: 1\n  "m1.*": 2\n',
      'm1.small in r1 is given two prices: 2 at p0.yaml:4:3 and 1 at p0.yaml:3:3 (keep one, or write the other as a change such as -5%)',
    ],
  ])('%j is a fault', (entries, message) => expect(wrong(catalog, entries)).toEqual([message]));

  it('is refused with its places', () => {
    expect(
      faultsOf(
        '  a: 0.1234567891\n  b: 12%\n  c: -1e3\n  d: -100.5%\n  "@": 1\n  e: {price: +x}\n  f: [{price: 1%}]\n  g: -1.23456%\n',
      ),
    ).toEqual([
      'p.yaml:3:6 price "0.1234567891" of a is no amount of USD per hour',
      'p.yaml:4:6 price "12%" of b is no percentage',
      'p.yaml:5:6 price "-1e3" of c is no amount of USD per hour',
      'p.yaml:6:6 price "-100.5%" of d takes off more than all',
      'p.yaml:7:3 "@" selects no offers',
      'p.yaml:8:14 price "+x" of e is no amount of USD per hour',
      'p.yaml:9:15 price "1%" of f is no percentage',
      'p.yaml:10:6 price "-1.23456%" of g is no percentage',
    ]);
    expect(faultsOf('  a: 1\n  a: 2\n')).toEqual(['p.yaml:4:3 key "a" is given twice']);
    expect(faultsOf('  a: {price: 1, markt: spot}\n')).toEqual(['p.yaml:3:17 a price file has no key "markt" here']);
  });
});

// --- laws -------------------------------------------------------------------------------------------------------------

const selector = fc
  .tuple(
    fc.constantFrom('', '', 'lab:', 'hut:', 'l*:'),
    fc.constantFrom('t0', 't1', 't*', '*', 't2'),
    fc.constantFrom('', '', '@r1', '@r*', '@r2'),
  )
  .map((parts) => parts.join(''));
const amount = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom('0.1', '0.123456789', '0', '3') },
  { weight: 2, arbitrary: fc.constantFrom('+0.01', '+0.000000001', '-0.02', '-0.15') },
  { weight: 3, arbitrary: fc.constantFrom('-12%', '+33.3333%', '-100%', '+0.0001%', '-50%') },
);
const entry = fc.record({
  selector,
  price: amount,
  market: fc.constantFrom('on-demand', 'spot', 'any'),
  reason: fc.option(fc.constantFrom('contract', 'why not'), { nil: undefined }),
});

const written = (list: readonly { selector: string; price: string; market: string; reason: string | undefined }[]) =>
  list.map(({ selector: key, ...rest }) => edits(`  ${JSON.stringify(key)}: ${JSON.stringify(rest)}\n`)[0]!);

/** What an offer costs by the definition: nano-dollars, unknown, or the fault. */
function billed(list: number, own: readonly PriceEdit[]): bigint | 'unknown' | 'two' | 'impossible' {
  const absolute = own.filter(({ change }) => change.kind === 'absolute');
  if (absolute.length > 1) return 'two';
  const [set] = absolute;
  if (set === undefined && Number.isNaN(list)) return 'unknown';
  let top = BigInt(set?.change.kind === 'absolute' ? set.change.price : list);
  let bottom = 1n;
  for (const { change } of own) if (change.kind === 'amount') top += BigInt(change.amount);
  for (const { change } of own) {
    if (change.kind !== 'percent') continue;
    top *= 1_000_000n + BigInt(change.millionths);
    bottom *= 1_000_000n;
  }
  // The nearest of the integers around it, the even one in the middle.
  const near = [-1n, 0n, 1n].map((step) => top / bottom + step);
  const gap = (nano: bigint): bigint => (nano * bottom > top ? nano * bottom - top : top - nano * bottom);
  const best = near.reduce((a, b) => (gap(a) < gap(b) || (gap(a) === gap(b) && a % 2n === 0n) ? a : b));
  return best < 0n ? 'impossible' : best;
}

const pattern = (glob: string): RegExp => new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
const selects = (edit: PriceEdit, offer: ReturnType<typeof dumpOffers>[number]): boolean => {
  const market = (offer as unknown as Record<string, unknown>)['offer.market'];
  return (
    pattern(edit.cloud).test(offer.cloud!) &&
    pattern(edit.type).test(offer.type!) &&
    pattern(edit.region).test(offer.region!) &&
    (edit.market === 'any' || edit.market === market)
  );
};

describe('price edits', () => {
  const worlds = fc.record({
    section: catalogs,
    list: fc.array(entry, { maxLength: 5 }),
    seed: fc.integer({ min: 0, max: 1000 }),
  });

  it('make of every offer what the definition says, to the nano-dollar, and keep the total order', () => {
    fc.assert(
      fc.property(worlds, ({ section, list }) => {
        const catalog = inline(section);
        const own = written(list);
        const before = [...dumpOffers(catalog, catalog.offers), ...dumpOffers(catalog, catalog.listedUnpriced)];
        const expected = before.map((offer) =>
          billed(
            offer.price,
            own.filter((edit) => selects(edit, offer)),
          ),
        );
        const priced = applyPriceEdits(catalog, own, '');
        if (expected.some((one) => one === 'two' || one === 'impossible')) return void expect(priced.ok).toBe(false);
        if (!priced.ok) throw new Error(priced.diagnostics[0]!.message);
        const after = priced.value.catalog;
        const known = before.flatMap((offer, index) =>
          expected[index] === 'unknown'
            ? []
            : [`${offer.cloud} ${offer.region} ${offer.type} ${offer.price} ${expected[index]}`],
        );
        const offers = dumpOffers(after, after.offers);
        expect(offers.map((one) => `${one.cloud} ${one.region} ${one.type} ${one.list} ${one.price}`).sort()).toEqual(
          known.sort(),
        );
        expect(after.listedUnpriced.size).toBe(expected.filter((one) => one === 'unknown').length);
        // The same offers at these prices, put in order from scratch.
        const key = (one: (typeof offers)[number]): string => {
          const facts = one as unknown as Record<string, unknown>;
          const zones = String(facts['offer.zones'] ?? '');
          return [
            String(one.price).padStart(20, '0'),
            one.cloud,
            one.region,
            one.type,
            facts['offer.market'],
            zones,
          ].join('\u0000');
        };
        expect(offers.map(key)).toEqual(offers.map(key).sort());
        for (const [row, offer] of offers.entries()) {
          const steps = priceEditSteps(after, row);
          const list = Number.isNaN(offer.list) ? 0 : offer.list;
          expect(steps.reduce((sum, step) => sum + step.change, list)).toBe(offer.price);
        }
      }),
      runs(300, 10_000),
    );
  });

  it('have no order: of entries, of files, all at once or one after the other', () => {
    fc.assert(
      fc.property(worlds, ({ section, list, seed }) => {
        const catalog = inline(section, true);
        const [own, other] = [written(list), written([...list].reverse())];
        const [a, b] = [own, other].map((one) => applyPriceEdits(catalog, one, digestWith(catalog.digest, one)));
        expect(a!.ok).toBe(b!.ok);
        if (!a!.ok || !b!.ok) return;
        expect(dump(b!.value.catalog)).toEqual(dump(a!.value.catalog));
        expect(b!.value.catalog.digest).toBe(a!.value.catalog.digest);
        expect(b!.value.idle.map(({ message }) => message)).toEqual(a!.value.idle.map(({ message }) => message));
        const cut = seed % (own.length + 1);
        const first = applyPriceEdits(catalog, own.slice(0, cut), '');
        const second = first.ok ? applyPriceEdits(first.value.catalog, own.slice(cut), '') : first;
        // Part of the edits may take a price below zero that others lift again.
        if (second.ok) expect(dump(second.value.catalog).offers).toEqual(dump(a!.value.catalog).offers);
        if (own.length > 0) expect(a!.value.catalog.digest).not.toBe(catalog.digest);
      }),
      runs(200, 5000),
    );
  });

  it('that are none change nothing', () => {
    const catalog = inline(shop);
    const priced = applyPriceEdits(catalog, [], 'sha256:1');
    expect(priced.ok && priced.value.catalog).toBe(catalog);
  });
});
