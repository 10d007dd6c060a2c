import { describe, expect, it } from 'vitest';
import { numberAt, textAt } from '../../src/catalog/column.ts';
import { compareText } from '../../src/quantity/order.ts';
import { loadCatalog } from '../../src/storage/catalogs.ts';

/** The shipped data as they are loaded: whole, in order, and of the figures that their sources have. */

const loaded = loadCatalog();
if (!loaded.ok) throw new Error(loaded.diagnostics[0]!.message);
const catalog = loaded.value;
const { types, regions, offers, images } = catalog;

const count = (of: (row: number) => boolean, size: number): number => {
  let found = 0;
  for (let row = 0; row < size; row += 1) if (of(row)) found += 1;
  return found;
};
const offersOf = (cloud: string, market: string): number =>
  count(
    (row) => textAt(types, 'type.cloud', offers.type[row]!) === cloud && textAt(offers, 'offer.market', row) === market,
    offers.size,
  );

describe('the shipped catalog', () => {
  it('has every type and region with a price and a type row', () => {
    expect(
      ['aws', 'gcp', 'azure'].map((cloud) => [cloud, offersOf(cloud, 'on-demand'), offersOf(cloud, 'spot')]),
    ).toEqual([
      ['aws', 11_237, 0],
      ['gcp', 12_721, 12_721],
      ['azure', 55_119, 0],
    ]);
    expect([types.size, regions.size, images.size, offers.size]).toEqual([3344, 121, 23, 91_798]);
    expect(catalog.newestPrice).toBe('2026-08-03');
  });

  it('marks derived and dedicated-tenancy prices', () => {
    expect(count((row) => textAt(offers, 'offer.price-basis', row) === 'derived', offers.size)).toBe(2631);
    expect(count((row) => textAt(offers, 'offer.tenancy', row) === 'dedicated', offers.size)).toBe(102);
  });

  it('has offers in total order: price, cloud, region, type, market', () => {
    const keyOf = (row: number): readonly string[] => [
      String(offers.price[row]).padStart(20, '0'),
      textAt(types, 'type.cloud', offers.type[row]!)!,
      textAt(regions, 'offer.region', offers.region[row]!)!,
      textAt(types, 'type.name', offers.type[row]!)!,
      textAt(offers, 'offer.market', row)!,
    ];
    for (let row = 1; row < offers.size; row += 1) {
      const [before, own] = [keyOf(row - 1), keyOf(row)];
      const first = own.findIndex((part, index) => part !== before[index]);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(compareText(before[first]!, own[first]!)).toBe(-1);
    }
  });

  it('knows a machine by its facts', () => {
    const row = Array.from({ length: types.size }, (_, index) => index).find(
      (index) => textAt(types, 'type.name', index) === 'm8i-flex.large',
    )!;
    expect([
      numberAt(types, 'type.cores', row),
      numberAt(types, 'type.mem', row),
      numberAt(types, 'type.baseline', row),
      textAt(types, 'type.nested-virt', row),
    ]).toEqual([2, 8192, 400, 'opt-in']);
  });

  it('names no image that nobody has checked', () => {
    const unnamed = Array.from({ length: images.size }, (_, row) => row).filter(
      (row) => textAt(images, 'image.id', row) === undefined,
    );
    expect(unnamed.map((row) => textAt(images, 'image.product', row))).toEqual([
      'com.ubuntu.cloud:server:26.04:amd64',
      'com.ubuntu.cloud:server:26.04:arm64',
    ]);
  });
});
