import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentOfValue } from '../../src/document/read.ts';
import { renderCheck } from '../../src/render/check.ts';
import { readRuleDocument } from '../../src/rules/parse.ts';
import { compileRules } from '../../src/rules/program.ts';
import { loadCatalog } from '../../src/storage/catalogs.ts';
import { loadRules, loadVocabulary } from '../../src/storage/packs.ts';
import { ruleDocuments } from '../../src/storage/rule-documents.ts';
import { type Checked, checkRules } from '../../src/workbench/check.ts';
import { expiring, unused } from '../../src/workbench/check-text.ts';
import { runs } from '../support/fuzz.ts';

const vocabulary = loadVocabulary();
const loaded = loadCatalog({ vocabulary });
if (!loaded.ok) throw new Error('the shipped catalog is damaged');
const catalog = loaded.value;

type FileValue = { readonly [key: string]: unknown };

/** Findings about files that are values, read by themselves. */
function check(...files: readonly FileValue[]): Checked {
  const judged = files.map((file) => documentOfValue(String(file.module), file));
  const rules = judged.flatMap((document) => {
    const read = readRuleDocument(document, vocabulary);
    if (!read.ok) throw new Error(read.diagnostics[0]!.message);
    return read.value;
  });
  const program = compileRules(vocabulary, rules, '');
  if (!program.ok) throw new Error(program.diagnostics[0]!.message);
  // A value has no file, so rules are told by their paths.
  const places = rules.map(({ span }) => documentOfValue(span.source, {}));
  return checkRules({
    judged: [...judged, ...places],
    beside: [],
    program: program.value,
    catalog: undefined,
    date: '2026-11-22',
  });
}

/** The same value with the keys of every map in another order. */
function shuffled(value: unknown, draw: fc.GeneratorValue): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, draw));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, below]) => [key, shuffled(below, draw)] as const);
  const order = draw(fc.shuffledSubarray, entries, { minLength: entries.length, maxLength: entries.length });
  return Object.fromEntries(order);
}

const FILES: readonly FileValue[] = [
  {
    format: 1,
    module: 'one',
    let: { ubuntu: { 'image.os': 'ubuntu' }, idle: { 'image.os': 'debian' } },
    rules: {
      never: { summary: 's', when: { 'type.cores': { above: 4, below: 3 }, is: 'ubuntu' }, provide: { lxd: 'any' } },
      lxd: { summary: 's', when: { is: 'ubuntu' }, provide: { lxd: 'any' } },
      more: {
        summary: 's',
        when: { is: 'ubuntu', 'type.cores': { above: 4 }, 'type.burstable': true },
        provide: { lxd: 'any' },
      },
      eu: { summary: 's', when: { 'request.home': 'eu', 'request.data': 'personal' }, require: { 'offer.eu': true } },
      part: {
        summary: 's',
        when: { 'type.mem': { above: '8 GiB' }, 'type.cores': { above: 1 }, not: { 'type.mem': { below: '4 GiB' } } },
        forbid: true,
      },
    },
  },
  {
    format: 1,
    module: 'two',
    rules: {
      us: {
        summary: 's',
        when: { 'request.data': ['personal', 'restricted'], 'request.home': { 'not-in': ['us'] } },
        require: { 'offer.eu': false },
      },
      none: { summary: 's', price: { plus: 0 } },
    },
    tables: {
      versions: {
        summary: 's',
        match: ['image.release', 'image.os'],
        give: ['can.lxd'],
        verb: 'refine',
        rows: [
          { match: ['24.04', 'ubuntu'], give: ['5.0'] },
          { match: [{ 'at-least': '22.04' }, 'u*'], give: ['4.0'] },
        ],
      },
    },
  },
];

describe('a check', () => {
  const codes = ({ findings }: Checked): readonly string[] => findings.map(({ code }) => code).sort();

  it('finds what is wrong, and says the same in whatever order files, rules and keys stand', () => {
    const expected = check(...FILES);
    expect([...new Set(codes(expected))]).toEqual(['R101', 'R103', 'R105', 'R106', 'R107', 'R108', 'R112', 'R114']);
    const bytes = renderCheck(expected, 'json');
    fc.assert(
      fc.property(fc.gen(), fc.boolean(), (draw, isSwapped) => {
        const files = FILES.map((file) => shuffled(file, draw) as FileValue);
        expect(renderCheck(check(...(isSwapped ? [...files].reverse() : files)), 'json')).toBe(bytes);
      }),
      runs(20, 300),
    );
  });

  it('takes what is accepted, and tells what is accepted for nothing', () => {
    const rule = { summary: 's', price: { times: 1 } };
    expect(codes(check({ format: 1, module: 'm', rules: { r: rule } }))).toEqual(['R114']);
    const accepting = check({
      format: 1,
      module: 'm',
      rules: { r: { ...rule, accept: { R114: 'a reason', R105: 'another' } } },
    });
    expect(codes(accepting)).toEqual(['R115']);
    expect(accepting.accepted.map(({ finding, reason }) => [finding.code, reason])).toEqual([['R114', 'a reason']]);
  });

  it('lets any of the rules that bring something about together accept it', () => {
    const files = (accept: object) => ({
      format: 1,
      module: 'm',
      rules: {
        a: { summary: 's', when: { 'request.env': 'production' }, require: { 'offer.eu': true } },
        b: { summary: 's', when: { 'request.env': 'production' }, require: { 'offer.eu': false }, ...accept },
      },
    });
    expect(codes(check(files({})))).toEqual(['R103']);
    expect(codes(check(files({ accept: { R103: 'production is closed' } })))).toEqual([]);
  });

  it('tells a named condition once, and only if no rule needs the part', () => {
    const file = (first: object, second: object) => ({
      format: 1,
      module: 'm',
      let: { large: { 'type.cores': { above: 4 }, not: { 'type.cores': { below: 2 } } } },
      rules: {
        a: { summary: 's', when: { is: 'large', ...first }, forbid: true },
        b: { summary: 's', when: { is: 'large', ...second }, provide: { kvm: 'any' } },
      },
    });
    const found = check(file({ 'type.burstable': true }, { 'type.bare-metal': true })).findings;
    expect(found.map(({ code, message }) => [code, message])).toEqual([
      ['R106', '"type.cores is at least 2" decides nothing: m/a, m/b would do the same without it'],
    ]);
  });

  it('finds the shipped packs clean, each beside the default ones', () => {
    const checkPacks = (packs: readonly string[], context: readonly string[], over = catalog): Checked => {
      const program = loadRules([...packs, ...context], vocabulary);
      const judged = ruleDocuments(packs);
      const beside = ruleDocuments(context);
      if (!program.ok || !judged.ok || !beside.ok) throw new Error('a shipped pack is damaged');
      return checkRules({
        judged: judged.value,
        beside: beside.value,
        program: program.value,
        catalog: over,
        date: over.newestPrice,
      });
    };
    expect(checkPacks(['default'], []).findings).toEqual([]);
    expect(checkPacks(['examples/policies', 'examples/preferences', 'networking'], ['default']).findings).toEqual([]);
    const world = loadCatalog({ vocabulary, path: 'rules/examples/juju-dev-2013/catalog' });
    if (!world.ok) throw new Error('the catalog of 2013 is damaged');
    expect(checkPacks(['examples/juju-dev-2013/rules'], [], world.value).findings).toEqual([]);
  });
});

describe('what stands in rule files', () => {
  const file = (value: FileValue) => documentOfValue('acme', { module: 'acme', ...value });

  it('is read through other names, and by other files', () => {
    const own = file({
      let: { a: { is: 'b' }, b: { 'image.os': 'ubuntu' }, c: { is: 'd' }, d: { 'image.os': 'debian' }, e: {} },
      params: { p: {}, q: {} },
      rules: { r: { when: { any: [{ is: 'a' }], 'type.cores': { above: { param: 'p' } } } } },
    });
    expect(unused(own, [own]).map(({ subject }) => subject)).toEqual(['c', 'd', 'e', 'q']);
    const other = documentOfValue('b', { module: 'b', rules: { r: { when: { is: 'acme.c' } } } });
    expect(unused(own, [own, other]).map(({ subject }) => subject)).toEqual(['e', 'q']);
  });

  it('ends within sixty days, or has ended', () => {
    const ending = (until: string) =>
      expiring(file({ rules: { r: { until } } }), '2026-11-22').map(({ message }) => message);
    expect(ending('2027-01-22')).toEqual([]);
    expect(ending('2027-01-21')).toEqual(['acme/r ends on 2027-01-21, within 60 days of 2026-11-22']);
    expect(ending('2026-11-22')).toEqual(['acme/r applies no more: it ended on 2026-11-22']);
  });
});
