import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpricedOffers } from '../../src/catalog/unpriced.ts';
import { documentOfValue } from '../../src/document/read.ts';
import { candidatesOf } from '../../src/explain/candidates.ts';
import { hasBit, isClear, maskOf } from '../../src/match/mask.ts';
import { prepare, type Query } from '../../src/match/query.ts';
import { sweep } from '../../src/match/scan.ts';
import { readProblem } from '../../src/plan/problem.ts';
import { unpricedFits } from '../../src/plan/unpriced.ts';
import { textOf } from '../../src/request/constraints.ts';
import { FALSE, TRUE, UNKNOWN_TRUTH } from '../../src/rules/tri.ts';
import { storedInputs } from '../../src/storage/inputs.ts';
import { problems } from '../arbitraries/world.ts';
import { runs } from '../support/fuzz.ts';

/** All offers judged at once, by classes and kinds, against each of them judged by itself. */

const inputs = storedInputs();
const AT = '2026-11-22';
const asked = (problem: unknown) => {
  const found = readProblem(documentOfValue('problem', problem), inputs);
  fc.pre(found.ok);
  const { compiled, request } = found.ok ? found.value : (undefined as never);
  // As in price lists, so that there is something without a price.
  const gaps = { ...compiled, catalog: { ...compiled.catalog, gapsAreUnknown: true } };
  return { compiled: gaps, request };
};

/** The bits of a site's needs, one question at a time. */
function judged(query: Query, offer: number, image: number): { missing: number[]; unknown: number[] } {
  const [missing, unknown]: [number[], number[]] = [[], []];
  const first = query.needs.length - query.atSite.needs.length;
  query.atSite.judge(query.site(offer, image), (need, holds) => {
    if (holds !== TRUE) missing.push(first + need);
    if (holds === UNKNOWN_TRUTH) unknown.push(first + need);
  });
  return { missing: missing.sort((a, b) => a - b), unknown: unknown.sort((a, b) => a - b) };
}

describe('a sweep', () => {
  it('finds of every offer what judging it alone finds', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { compiled, request } = asked(problem);
        const query = prepare(compiled, request, AT);
        const swept = sweep(query);
        const alone = prepare(compiled, request, AT);
        for (let offer = 0; offer < query.space.offers.size; offer += 1) {
          const { missing, unknown, image, price } = alone.judge(offer);
          const base = offer * query.words;
          expect(swept.missing.slice(base, base + query.words)).toEqual(missing);
          expect(swept.unknown.slice(base, base + query.words)).toEqual(unknown);
          expect([swept.image[offer], swept.price[offer]]).toEqual([image, price]);
        }
      }),
      runs(80, 4_000),
    );
  });

  it('judges types of one class as each of them', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { compiled, request } = asked(problem);
        const query = prepare(compiled, request, AT);
        const swept = sweep(query);
        const launcher = query.needs.findIndex(({ id }) => id === 'launcher');
        const first = query.needs.length - query.atSite.needs.length;
        for (let offer = 0; offer < query.space.offers.size; offer += 1) {
          const image = swept.image[offer]!;
          if (image === -1) continue;
          expect(query.atSite.boots(query.space.offers.type[offer]!, image)).not.toBe(FALSE);
          const own = judged(query, offer, image);
          const bits = (masks: Uint32Array): number[] =>
            query.needs.flatMap((_, bit) => (bit >= first && hasBit(masks, offer * query.words, bit) ? [bit] : []));
          // Spot machines miss the launcher whatever their image.
          const other = (list: readonly number[]): readonly number[] => list.filter((bit) => bit !== launcher);
          expect(other(bits(swept.missing))).toEqual(other(own.missing));
          expect(other(bits(swept.unknown))).toEqual(other(own.unknown));
        }
      }),
      runs(80, 4_000),
    );
  });

  it.each([
    ['arch', ['amd64'], ['arm64'], 'image'],
    ['virt', ['hvm'], ['pv'], 'image'],
    ['mem', 8192, 1100, 'reserve'],
    ['cores', 8, 1, 'reserve'],
  ])('tells types apart that differ in their %s alone', (attribute, enough, other, need) => {
    const facts = { cloud: 'lab', arch: ['amd64'], virt: ['hvm'], cores: 8, mem: 8192, 'bare-metal': true };
    const rules = [
      'default',
      {
        format: 1,
        module: 'lab',
        rules: { spare: { summary: 'a core for the host', reserve: { os: { cores: 1 } } } },
      },
    ];
    const problem = {
      format: 'stowage.problem/1',
      catalog: {
        types: [
          { ...facts, name: 'a', [attribute]: enough },
          { ...facts, name: 'b', [attribute]: other },
        ],
        offers: ['a', 'b'].map((type) => ({ type, region: 'r1', price: '1' })),
        images: [{ cloud: 'lab', os: 'ubuntu', release: '24.04', arch: 'amd64', virt: ['hvm'] }],
      },
      rules,
      request: { kind: 'machine', placement: 'kvm', constraints: 'mem=1G cores=1 arch=' },
    };
    const { compiled, request } = asked(problem);
    const query = prepare(compiled, request, AT);
    const { missing } = sweep(query);
    const bit = query.needs.findIndex(({ id }) => id === need);
    expect([0, 1].map((offer) => hasBit(missing, offer * query.words, bit))).toEqual([false, true]);
  });

  it('is grouped alike in plain loops and candidate by candidate', () => {
    let plain = 0;
    fc.assert(
      fc.property(problems, (problem) => {
        const { compiled, request } = asked(problem);
        const query = prepare(compiled, request, AT);
        const swept = sweep(query);
        if (query.isSingle()) plain += 1;
        const { query: _, ...groups } = candidatesOf(query, swept);
        const { query: __, ...others } = candidatesOf({ ...query, isSingle: () => false }, swept);
        expect(groups).toStrictEqual(others);
      }),
      runs(100, 5_000),
    );
    expect(plain).toBeGreaterThan(3);
  });
});

describe('what has no price', () => {
  it('is counted as if every gap had been judged by itself', () => {
    let seen = 0;
    fc.assert(
      fc.property(problems, fc.boolean(), (problem, easy) => {
        const wanted = easy ? { kind: 'machine', constraints: 'arch=' } : problem.request;
        const { compiled, request } = asked({ ...problem, request: wanted });
        const query = prepare(compiled, request, AT);
        sweep(query);
        const { fit, types, examples } = unpricedFits(query, AT);
        const market = textOf(request.constraints, 'market') === 'spot' ? 'spot' : 'on-demand';
        const gaps = unpricedOffers(compiled.catalog, query.inScope, market);
        const over = prepare(compiled, request, AT, gaps);
        const needed = maskOf(over.needs.length, (bit) => {
          const { bearing, id } = over.needs[bit]!;
          return bearing !== 'wish' && id !== 'max-price' && id !== 'budget';
        });
        const fitting = Array.from({ length: gaps.size }, (_, row) => row).filter((row) =>
          isClear(over.judge(row).missing, 0, needed),
        );
        expect(fit).toBe(fitting.length);
        expect(types).toBe(new Set(fitting.map((row) => gaps.type[row])).size);
        expect(examples.length > 0).toBe(fit > 0);
        seen += fit;
      }),
      runs(100, 5_000),
    );
    expect(seen).toBeGreaterThan(5);
  });
});
