import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { mergeCatalogs } from '../../src/catalog/merge.ts';
import { unpricedOffers } from '../../src/catalog/unpriced.ts';
import { catalogs } from '../arbitraries/world.ts';
import { dump, dumpOffers, inline } from '../support/dump.ts';
import { runs } from '../support/fuzz.ts';

function merged(...parts: readonly Catalog[]): Catalog {
  const result = mergeCatalogs(
    parts.map((catalog, index) => ({ name: `c${index}`, catalog })),
    'sha256:1',
  );
  if (!result.ok) throw new Error(result.diagnostics[0]!.message);
  return result.value;
}

const messages = (...parts: readonly Catalog[]): readonly string[] => {
  const result = mergeCatalogs(
    parts.map((catalog, index) => ({ name: `c${index}`, catalog })),
    '',
  );
  return result.ok ? [] : result.diagnostics.map(({ message }) => message);
};

const one = (facts: object, offers: readonly object[], more: object = {}): Catalog =>
  inline({
    types: [{ name: 'a', ...facts }],
    offers: offers.map((offer) => ({ type: 'a', region: 'r', ...offer })),
    ...more,
  });

describe('several catalogs', () => {
  it('put together what each knows of a type and a region', () => {
    const both = merged(
      one({ cores: 2 }, [{ price: '1' }], { regions: [{ region: 'r', eu: true }] }),
      one({ mem: 4096, cores: 2 }, [], { regions: [{ region: 'r', country: 'NO' }] }),
    );
    expect(dump(both)).toMatchObject({
      types: [{ 'type.name': 'a', 'type.cores': 2, 'type.mem': 4096 }],
      regions: [{ 'offer.region': 'r', 'offer.eu': true, 'offer.country': 'NO' }],
      offers: [{ type: 'a', price: 1e9 }],
    });
  });

  it('must not contradict each other', () => {
    expect(messages(one({ mem: 1024 }, []), one({ mem: 2048 }, []))).toEqual([
      'type.mem of type a of local is 1024 MiB in c0 and 2048 MiB in c1',
    ]);
    const day = { 'as-of': '2026-01-01' };
    expect(messages(one({}, [{ price: '1', ...day }]), one({}, [{ price: '2', ...day }]))).toEqual([
      'a in local r (on-demand) costs 1 in c0 and 2 in c1, both of 2026-01-01',
    ]);
    expect(messages(one({}, [{ price: '1' }]), one({}, [{ price: '2' }]))).toEqual([
      'a in local r (on-demand) costs 1 in c0 and 2 in c1, both without a date',
    ]);
    expect(messages(one({}, [{ price: '1', ...day }]), one({}, [{ price: '1', ...day }]))).toEqual([]);
    // What a list says of itself is no fact of the type.
    expect(messages(one({ source: 'x' }, []), one({ source: 'y' }, []))).toEqual([]);
  });

  it.each([
    ['the newer date', { price: '1', 'as-of': '2026-01-01' }, { price: '2', 'as-of': '2026-02-01' }, 2e9],
    ['a date before none', { price: '1', 'as-of': '2026-01-01' }, { price: '2' }, 1e9],
    ['a price before none', { price: '1' }, { 'as-of': '2026-02-01' }, 1e9],
  ])('count %s', (_, a, b, price) => {
    for (const parts of [
      [one({}, [a]), one({}, [b])],
      [one({}, [b]), one({}, [a])],
    ] as const) {
      const { offers, listedUnpriced } = merged(...parts);
      expect([[...offers.price], listedUnpriced.size]).toEqual([[price], 0]);
    }
  });

  it('keep offers of other markets and zones apart, and the same image once', () => {
    const images = [{ id: 'i', os: 'ubuntu', release: '24.04' }];
    const both = merged(
      one({}, [{ price: '1' }, { price: '2', zones: ['x'] }], { images }),
      one(
        {},
        [
          { price: '3', market: 'spot' },
          { price: '4', zones: ['y'] },
        ],
        { images },
      ),
    );
    expect([...both.offers.price]).toEqual([1e9, 2e9, 3e9, 4e9]);
    expect(both.images.size).toBe(1);
  });

  it('have gaps that say nothing only in clouds of which a price list says so', () => {
    const types = (cloud: string) => [
      { name: 'a', cloud },
      { name: 'b', cloud },
    ];
    const list = inline({ types: types('lab'), offers: [{ type: 'a', region: 'r', price: '1' }] }, true);
    const own = inline({
      types: types('hut'),
      offers: [
        { type: 'b', region: 'r' },
        { type: 'a', region: 'r', price: '1' },
      ],
    });
    const both = merged(list, own);
    const unpriced = (catalog: Catalog) =>
      dumpOffers(catalog, unpricedOffers(catalog, new Uint8Array(catalog.regions.size).fill(1), 'on-demand')).map(
        ({ cloud, type }) => `${cloud} ${type}`,
      );
    expect(unpriced(both).sort()).toEqual(['hut b', 'lab b']);
    const missing = inline({ types: types('hut'), offers: [{ type: 'a', region: 'r', price: '1' }] });
    expect(unpriced(merged(list, missing))).toEqual(['lab b']);
  });

  it('of different clouds have no order, and hold what each holds', () => {
    const renamed = (section: object, to: Readonly<Record<string, string>>): unknown =>
      JSON.parse(JSON.stringify(section, (key, value: unknown) => (key === 'cloud' ? to[String(value)] : value)));
    fc.assert(
      fc.property(catalogs, catalogs, (left, right) => {
        const a = inline(left);
        const b = inline(renamed(right, { lab: 'x', hut: 'y' }));
        const [ab, ba] = [merged(a, b), merged(b, a)];
        expect(dump(ab)).toEqual(dump(ba));
        expect(ab.types.size).toBe(a.types.size + b.types.size);
        expect(ab.offers.size).toBe(a.offers.size + b.offers.size);
        expect(ab.listedUnpriced.size).toBe(a.listedUnpriced.size + b.listedUnpriced.size);
        expect(merged(a)).toBe(a);
        // Nothing is new in what is known already.
        expect(dump(merged(a, a))).toEqual(dump(a));
      }),
      runs(150, 5000),
    );
  });
});
