import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeCatalog } from '../../benchmarks/world.ts';
import { bitmapsOver, isIn } from '../../src/catalog/bitmaps.ts';
import { buildCatalog } from '../../src/catalog/catalog.ts';
import type { Value } from '../../src/catalog/value.ts';
import { documentOfValue } from '../../src/document/read.ts';
import { type Compiled, compile } from '../../src/match/compiled.ts';
import { prepare as prepareScan } from '../../src/match/query.ts';
import * as scan from '../../src/match/scan.ts';
import { readProblem } from '../../src/plan/problem.ts';
import type { MachineRequest } from '../../src/request/request.ts';
import { readRequest } from '../../src/request/written.ts';
import { all, billedAt, cheapest, count, top } from '../../src/search/find.ts';
import { indexOffers, type OfferIndex } from '../../src/search/offer-index.ts';
import { prepare } from '../../src/search/prepare.ts';
import { storedInputs } from '../../src/storage/inputs.ts';
import { loadRules, loadVocabulary } from '../../src/storage/packs.ts';
import { drawRequests } from '../arbitraries/drawn-requests.ts';
import { catalogs, packs, requests } from '../arbitraries/world.ts';
import { FUZZING, runs } from '../support/fuzz.ts';

/** The index finds what judging every offer finds. */
function expectSame(index: OfferIndex, request: MachineRequest, at?: string): void {
  const query = prepareScan(index.compiled, request, at);
  const search = prepare(index, request, at);
  const swept = scan.sweep(query);
  const rows = scan.ranked(query, swept, query.musts);
  expect(all(search)).toEqual(rows);
  expect(cheapest(search)).toBe(rows[0] ?? -1);
  expect(count(search)).toBe(rows.length);
  expect(top(search, 3)).toEqual(rows.slice(0, 3));
  expect(rows.slice(0, 9).map((row) => billedAt(search, row))).toEqual(rows.slice(0, 9).map((row) => swept.price[row]));
}

const inputs = storedInputs();
const vocabulary = loadVocabulary();
const rules = loadRules(['default'], vocabulary);
if (!rules.ok) throw new Error('the shipped rules are damaged');

/** Constraints as people write them, over the made-up catalogs. */
const constraint = fc.oneof(
  fc.constantFrom(1, 2, 3, 8, 33, 96, 97).map((cores) => `cores=${cores}`),
  fc.constantFrom('1G', '7G', '64G', '500G', '768G', '769G').map((mem) => `mem=${mem}`),
  fc.constantFrom('', 'amd64', 'arm64', 'i386').map((arch) => `arch=${arch}`),
  fc.constantFrom('r1', 'r1,r7', 'r1*', '^r1*', 'nowhere').map((region) => `region=${region}`),
  fc.constantFrom('', 'spot', 'any').map((market) => `market=${market}`),
  fc.constantFrom('0.02', '0.1', '0.5', '3').map((most) => `max-price=${most}`),
  fc.boolean().map((burstable) => `burstable=${burstable}`),
  fc.boolean().map((hardware) => `bare-metal=${hardware}`),
  fc.nat(300).map((type) => `instance-type=t${type}`),
  fc.constantFrom('launcher=juju', 'containers=kvm,lxd>=5', 'cores-baseline=4', 'budget=100', 'cloud=l*'),
);
const texts = fc.record(
  {
    placement: fc.constantFrom('lxd', 'kvm', 'kvm>=8.2', 'lxc>=4', 'xen'),
    constraints: fc
      .uniqueArray(constraint, { maxLength: 5, selector: (text) => text.slice(0, text.indexOf('=')) })
      .map((parts) => parts.join(' ')),
    base: fc.constantFrom('ubuntu@24.04', 'ubuntu@14.04'),
    attributes: fc.constantFrom({ 'accept-inferred': true }, { 'allow-deprecated': true, 'allow-eol': true }),
    reserve: fc.boolean(),
    waive: fc.constantFrom(['safety/deprecated'], ['hosting/inferred-nesting']),
  },
  { requiredKeys: ['constraints'] },
);

/** Rules that bill what is dearer in the list less, or the same, and keep a share of each host back. */
const PRICE_RULES = {
  format: 1,
  module: 'made-up',
  rules: {
    tax: { summary: 'a tax', when: { 'offer.eu': true }, price: { times: '1.2' } },
    licence: {
      summary: 'a licence for each core',
      when: { 'type.bare-metal': true },
      price: { plus: '0.01', per: 'type.cores', component: 'licence' },
    },
    nuisance: { summary: 'may be taken back', when: { 'offer.market': 'spot' }, prefer: { penalty: '45%' } },
    near: { summary: 'near', when: { 'offer.eu': true, 'type.bare-metal': false }, prefer: { bonus: '12.5%' } },
    rate: { summary: 'a flat rate', when: { 'type.burstable': true }, price: { 'at-most': '0.1' } },
    share: {
      summary: 'a share of memory is kept back',
      when: { 'type.bare-metal': false },
      reserve: { os: { mem: { percent: 10, 'at-least': '1 GiB' } } },
    },
  },
};

const worlds = new Map<number, Compiled>();
/** Sizes about where words and their summaries end. */
const SIZES = [31, 32, 33, 1_000, 1_024, 1_025, 32_767, 40_000];
const indexOf = (size: number): OfferIndex => {
  const compiled = worlds.get(size) ?? compile(makeCatalog(vocabulary, size, size), rules.value);
  worlds.set(size, compiled);
  return indexOffers(compiled);
};

describe('the index', () => {
  it('finds what judging each offer finds, in random worlds of random rules', () => {
    fc.assert(
      fc.property(catalogs, packs, fc.array(requests, { minLength: 1, maxLength: 3 }), (catalog, own, asked) => {
        const problems = asked.map((request) =>
          readProblem(
            documentOfValue('problem', { format: 'stowage.problem/1', catalog, rules: own, request }),
            inputs,
          ),
        );
        const first = problems[0]!;
        fc.pre(first.ok);
        // One index answers all of them: what it keeps for one is not taken for another.
        const index = indexOffers(first.value.compiled);
        for (const problem of problems) if (problem.ok) expectSame(index, problem.value.request, '2026-11-22');
      }),
      runs(300, 100_000),
    );
  });

  const indexes = SIZES.map(indexOf);
  it('finds the same among many offers', () => {
    fc.assert(
      fc.property(fc.nat(SIZES.length - 1), texts, (which, text) => {
        const request = readRequest(text, vocabulary);
        fc.pre(request.ok);
        expectSame(indexes[which]!, request.value);
      }),
      runs(200, 20_000),
    );
  });

  it('tells amounts apart of which there are more than it keeps bitmaps of', () => {
    const builder = buildCatalog(vocabulary);
    const fact = (name: string, row: number, value: Value): void =>
      builder.fact(vocabulary.attributes.get(name)!, row, value);
    const region = builder.region('lab', 'r0');
    for (let index = 0; index < 2_000; index += 1) {
      const type = builder.type('lab', `t${index}`);
      fact('type.arch', type, ['amd64']);
      fact('type.mem', type, 1_000 + ((index * 7_919) % 2_000));
      fact('type.cores', type, 1 + (index % 700));
      builder.offer(type, region, ((index * 104_729) % 1_999) * 1_000, Number.POSITIVE_INFINITY);
    }
    const index = indexOffers(compile(builder.finish({ gapsAreUnknown: false, digest: 'many' }), rules.value));
    fc.assert(
      fc.property(fc.integer({ min: 990, max: 3_010 }), fc.nat(710), fc.boolean(), (mem, cores, kvm) => {
        const text = { constraints: `mem=${mem}M cores=${cores}`, ...(kvm ? { placement: 'kvm' } : {}) };
        const request = readRequest(text, vocabulary);
        fc.pre(request.ok);
        expectSame(index, request.value);
      }),
      runs(150, 5_000),
    );
  });

  it('bills by the size of each type, where rules read the offer and not the type', () => {
    const problem = readProblem(
      documentOfValue('problem', {
        format: 'stowage.problem/1',
        catalog: {
          types: [
            { name: 't0', cloud: 'lab', arch: ['amd64'], cores: 4, mem: 4096 },
            { name: 't1', cloud: 'lab', arch: ['amd64'], cores: 1, mem: 4096 },
            { name: 't2', cloud: 'lab', arch: ['amd64'], mem: 4096 },
          ],
          offers: [
            { type: 't0', region: 'r1', price: '0.1' },
            { type: 't1', region: 'r1', price: '0.12' },
            { type: 't2', region: 'r1', price: '0.2' },
          ],
        },
        rules: [
          {
            format: 1,
            module: 'own',
            rules: {
              licence: {
                summary: 'a licence for each core',
                when: { 'offer.market': 'on-demand' },
                price: { plus: '0.01', per: 'type.cores', component: 'licence' },
              },
            },
          },
        ],
        request: { kind: 'machine', constraints: '' },
      }),
      inputs,
    );
    if (!problem.ok) throw new Error(problem.diagnostics[0]!.message);
    const search = prepare(indexOffers(problem.value.compiled), problem.value.request);
    // 0.12 and one core, 0.1 and four; what nobody knows the cores of is billed as listed.
    expect(all(search).map((row) => billedAt(search, row))).toEqual([130_000_000, 140_000_000, 200_000_000]);
    expectSame(indexOffers(problem.value.compiled), problem.value.request);
  });

  describe('has no mismatch with the scan', () => {
    const [total, shares] = [FUZZING ? 1_000_000 : 400, [0.4, 0.1, 0.35, 0.13, 0.02]];
    const priced = loadRules(['default', PRICE_RULES], vocabulary);
    if (!priced.ok) throw new Error(priced.diagnostics[0]!.message);
    const worlds = [
      { offers: 1_000, rules: rules.value },
      { offers: 1_025, rules: priced.value },
      { offers: 4_000, rules: rules.value },
      { offers: 10_000, rules: rules.value },
      { offers: 40_000, rules: rules.value },
    ].map((world, index) => ({ ...world, queries: Math.round(total * shares[index]!) }));

    it('in so many queries altogether', () => {
      expect(worlds.reduce((sum, { queries }) => sum + queries, 0)).toBe(total);
    });

    it.each(worlds)('in $queries queries of $offers offers', ({ offers, rules: own, queries }) => {
      const compiled = compile(makeCatalog(vocabulary, offers, offers), own);
      const index = indexOffers(compiled);
      const draw = drawRequests(offers);
      const mismatches: unknown[] = [];
      let [compared, found] = [0, 0];
      while (compared < queries) {
        const text = draw();
        const request = readRequest(text, vocabulary);
        if (!request.ok) throw new Error(`${request.diagnostics[0]!.message} in ${JSON.stringify(text)}`);
        const expected = scan.cheapest(prepareScan(compiled, request.value));
        const row = cheapest(prepare(index, request.value));
        if (row !== expected) mismatches.push({ text, row, expected });
        if (row !== -1) found += 1;
        compared += 1;
      }
      expect({ compared, mismatches }).toEqual({ compared: queries, mismatches: [] });
      // Much is found and much is not, or little would be compared.
      expect(Math.min(found, queries - found)).toBeGreaterThan(queries / 8);
    });
  });

  it('begins anew rather than grow for ever, and what was prepared before stays true', () => {
    const index = indexOf(1_000);
    const read = (release: string): MachineRequest => {
      const request = readRequest({ constraints: 'cores=2', placement: 'lxd', base: `ubuntu@${release}` }, vocabulary);
      if (!request.ok) throw new Error('a bad request');
      return request.value;
    };
    const early = prepare(index, read('24.04'));
    const before = all(early);
    const sizes: number[] = [];
    for (let minor = 0; minor < 200; minor += 1) {
      prepare(index, read(`20.${minor}`));
      sizes.push(index.bytes());
    }
    expect(all(early)).toEqual(before);
    expect(Math.max(...sizes.slice(100))).toBe(Math.max(...sizes.slice(0, 100)));
    expectSame(index, read('24.04'));
  });
});

describe('a bitmap', () => {
  it('is the set of its rows, however many there are', () => {
    const sized = fc.oneof(fc.nat(200), fc.constantFrom(1_024, 1_025, 33_000));
    fc.assert(
      fc.property(sized, fc.integer({ min: 1, max: 5_000 }), fc.nat(), (rows, stride, offset) => {
        const bitmaps = bitmapsOver(rows);
        const passes = (row: number): boolean => (row + offset) % stride === 0;
        const set = bitmaps.where(passes);
        const members = Array.from({ length: rows }, (_, row) => row).filter(passes);
        expect(set.count).toBe(members.length);
        for (const row of [0, rows >> 1, rows - 1, ...members.slice(0, 9)])
          if (row >= 0 && row < rows) expect(isIn(bitmaps.buffer(), set, row)).toBe(passes(row));
        if (members.length > 0) expect([set.first, set.last]).toEqual([members[0]! >>> 5, members.at(-1)! >>> 5]);
      }),
      runs(200, 5_000),
    );
  });
});
