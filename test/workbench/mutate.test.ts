import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/catalog/value.ts';
import { documentOfValue } from '../../src/document/read.ts';
import { type Program, readsOfRule } from '../../src/rules/program.ts';
import {
  hasCapability,
  referenceApplies,
  referenceCapabilities,
  referenceFacts,
  referenceRefusals,
} from '../../src/rules/reference.ts';
import type { Leaf, Rule } from '../../src/rules/rule.ts';
import { loadVocabulary } from '../../src/storage/packs.ts';
import { conclude } from '../../src/workbench/conclude.ts';
import { leafTruth } from '../../src/workbench/diagram.ts';
import type { Expectation } from '../../src/workbench/expectation.ts';
import { presetFacts, withRegionCloud } from '../../src/workbench/facts.ts';
import { mutantsOf } from '../../src/workbench/mutants.ts';
import { mutate, rowText } from '../../src/workbench/mutate.ts';
import { comparisonWith } from '../../src/workbench/mutate-equal.ts';
import { domainsOf, type Sample } from '../../src/workbench/samples.ts';
import type { TestRow } from '../../src/workbench/test-file.ts';
import { passes } from '../../src/workbench/test-run.ts';
import { ruleFiles } from '../arbitraries/world.ts';
import { runs } from '../support/fuzz.ts';
import { documentOf, programOf, suiteOf } from '../support/suites.ts';

const vocabulary = loadVocabulary();
const preset = presetFacts(vocabulary);

/** Values of every attribute that the random rules read, beside those that the rules name. */
const VALUES: Readonly<Record<string, readonly Sample[]>> = {
  'type.cloud': ['lab', 'hut', 'den'],
  'type.nested-virt': ['yes', 'no', 'opt-in', undefined],
  'type.bare-metal': [true, false, undefined],
  'type.burstable': [true, false, undefined],
  'type.mem': [0, 1023, 1024, 1500, 2048, 4736, 4737, 100_000, undefined],
  'type.cores': [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, undefined],
  'type.tags': [[], ['ssd'], ['fast'], ['fast', 'ssd'], ['other'], undefined],
  'type.arch': [['amd64'], ['arm64'], ['amd64', 'arm64'], ['i386'], [], undefined],
  'type.family': ['a', 'b', 'c', undefined],
  'type.name': ['t0', 't1', 't9', 'x', 'x1', 'xt'],
  'image.features': [['kvm-module'], ['kvm-module', 'xen-dom0'], [], undefined],
  'image.release': ['20.04', '22.04', '23.10', '24.04', '26.04', undefined],
  'image.eol': ['2020-01-01', '2026-11-22', '2030-01-01', undefined],
  'image.cloud': ['lab', 'hut', 'den', undefined],
  'image.arch': ['amd64', 'arm64', 's390x', undefined],
  'offer.eu': [true, false, undefined],
  'offer.market': ['on-demand', 'spot', undefined],
  'offer.price': [0, 100_000_000, 150_000_000, 200_000_000, 200_000_001, undefined],
  'offer.zones': [['za'], ['zb'], ['za', 'zb'], ['zc'], undefined],
  'type.gpus': [0, 1, 2, 3, undefined],
  'offer.region': ['r1', 'r2', 'r3'],
  'request.gpus': [0, 1, 2, 3],
  'request.env': ['production', 'staging', 'unstated'],
  'request.date': ['2019-12-31', '2020-01-01', '2026-11-21', '2026-11-22', '2026-11-23', '2040-01-01', undefined],
};
const facts = fc
  .record(Object.fromEntries(Object.entries(VALUES).map(([name, values]) => [name, fc.constantFrom(...values)])))
  .map((drawn) => {
    const stated = Object.entries(drawn).filter((entry): entry is [string, Value] => entry[1] !== undefined);
    return withRegionCloud({ values: new Map([...preset, ...stated]), guests: new Map() }).values;
  });

/** All that a test can see of the rules at some facts, by the word-by-word reading of the language. */
function seenAt(program: Program, values: ReadonlyMap<string, Sample>): unknown {
  const factOf = referenceFacts(program, (name) => values.get(name) as Value | undefined);
  const capabilities = referenceCapabilities(program, factOf);
  const can = [...capabilities].flatMap(([name, state]) => {
    const there = hasCapability(state, undefined);
    return there === 0 ? [] : [[name, there === 1 ? 'unknown' : state.lower]];
  });
  const applying = program.rules.flatMap((rule) => {
    const { action } = rule;
    if (action.verb !== 'price' && action.verb !== 'reserve' && action.verb !== 'prefer') return [];
    const truth = referenceApplies(program, rule, factOf, capabilities);
    return (action.verb === 'reserve' ? truth !== 0 : truth === 2) ? [[rule.id, action]] : [];
  });
  const facts = [...vocabulary.attributes.keys()].map((name) => [name, factOf(name) ?? null]);
  return { can: can.sort(), refused: referenceRefusals(program, factOf, capabilities), applying, facts };
}

const leavesOf = (rules: readonly Rule[]): readonly Leaf[] =>
  rules.flatMap((rule) => readsOfRule(rule).filter((part): part is Leaf => part.kind === 'leaf'));

describe('samples', () => {
  it('stand for all values: whatever facts there are, some samples make every leaf the same', () => {
    fc.assert(
      fc.property(ruleFiles, facts, (file, values) => {
        const leaves = leavesOf(programOf(file).rules);
        const domains = domainsOf(leaves, ({ name }) => preset.has(name));
        // Each leaf by itself, and so each attribute that is compared with no other.
        for (const leaf of leaves) {
          if (leaf.tests.some(({ operand }) => operand.kind === 'attribute')) continue;
          const wanted = leafTruth(leaf, (name) => values.get(name));
          const samples = domains.find(({ attribute }) => attribute === leaf.attribute)!.samples;
          expect(samples.some((sample) => leafTruth(leaf, () => sample) === wanted)).toBe(true);
        }
        // All leaves of one attribute at once.
        for (const { attribute, samples } of domains) {
          const own = leaves.filter((leaf) => leaf.attribute === attribute);
          if (own.some(({ tests }) => tests.some(({ operand }) => operand.kind === 'attribute'))) continue;
          const truths = (of: Sample): string => own.map((leaf) => leafTruth(leaf, () => of)).join();
          expect(samples.map(truths)).toContain(truths(values.get(attribute.name)));
        }
      }),
      runs(25, 5_000),
    );
  });

  it('of patterns match every combination that any name matches', () => {
    const program = programOf({
      format: 1,
      module: 'm',
      rules: Object.fromEntries(
        ['m5*', '*.large', 'm*e', 'm5.large'].map((pattern, index) => [
          `r${index}`,
          { summary: 's', when: { 'type.name': pattern }, forbid: true },
        ]),
      ),
    });
    const leaves = leavesOf(program.rules);
    const [domain] = domainsOf(leaves, () => true);
    expect(domain).toMatchObject({ exact: true });
    const truths = (of: Sample): string => leaves.map((leaf) => leafTruth(leaf, () => of)).join('');
    // m5x, x.large, m5e, m5.large itself, me, mx.large, m5x.large, and neither.
    const names = ['m5x', 'x.large', 'm5e', 'm5.large', 'me', 'mx.large', 'm5x.large', 'q'];
    expect(new Set(domain!.samples.map(truths))).toEqual(new Set(names.map(truths)));
  });
});

describe('a mutant', () => {
  it('counts as equivalent only if no facts tell it from the rules, and else comes with facts that do', () => {
    fc.assert(
      fc.property(ruleFiles, fc.array(facts, { minLength: 20, maxLength: 40 }), fc.nat(), (file, drawn, seed) => {
        const program = programOf(file);
        const all = [...mutantsOf(program, documentOfValue('rules', file), 'random')];
        const some = all.filter((_, index) => (index + seed) % 7 === 0);
        const comparison = comparisonWith(program, some);
        for (const mutant of some) {
          const verdict = comparison.verdict(mutant);
          if (verdict.kind === 'equivalent')
            for (const values of drawn)
              expect(seenAt(mutant.program, values), mutant.what).toEqual(seenAt(program, values));
          if (verdict.kind === 'different') {
            for (const { key, facts: found } of verdict.witnesses) {
              // The reference knows nothing of ways in which a capability comes about, nor of warnings.
              if ((key.kind === 'capability' && key.differs === 'via') || key.kind === 'refusal') continue;
              const values = withRegionCloud({
                values: new Map(
                  [...preset, ...found].filter((entry): entry is [string, Value] => entry[1] !== undefined),
                ),
                guests: new Map(),
              }).values;
              expect(seenAt(mutant.program, values), mutant.what).not.toEqual(seenAt(program, values));
            }
          }
        }
      }),
      runs(15, 1_500),
    );
  });

  it('is killed exactly if some row fails, whichever rows need not be asked', () => {
    fc.assert(
      fc.property(ruleFiles, fc.array(facts, { minLength: 1, maxLength: 6 }), (file, drawn) => {
        const program = programOf(file);
        const document = documentOfValue('rules', file);
        const asked: Expectation = {
          can: Object.fromEntries([...vocabulary.capabilities.keys()].map((name) => [name, ''])),
          'refused-by': [],
          warnings: [],
          price: '',
          reserves: { mem: 0, cores: 0 },
        };
        const rows = drawn.map((values, index): TestRow => {
          const row = {
            name: `row ${index}`,
            span: document.spanOf([]),
            facts: { values, guests: new Map([['kvm', 2]]) },
            offers: [],
            ask: {},
            expect: asked,
          };
          return { ...row, expect: conclude(program, row, 'random') };
        });
        const text = { format: 1 as const, tests: 'random' };
        const { killed } = mutate(program, document, { source: '', document, module: 'random', rows, text });
        const failing = [...mutantsOf(program, document, 'random')].filter((mutant) =>
          rows.some((row) => !passes(mutant.program, row, 'random')),
        );
        expect(killed).toBe(failing.length);
      }),
      runs(5, 300),
    );
  });

  const RULES = `
format: 1
module: acme
let:
  big: {type.cores: {at-least: 8}}
rules:
  hosts:
    summary: s
    when: {is: big, type.bare-metal: true}
    provide: {kvm: 1.1}
  refuses:
    summary: s
    when: {any: [{type.burstable: true}, {request.env: production}]}
    forbid: true
`;
  const program = programOf(RULES);
  const document = documentOf(RULES);
  const tested = (rows: string) =>
    mutate(program, document, suiteOf(`format: 1\ntests: acme\ncases: {a: {for-each: [${rows}]}}`, program));

  it('that survives is shown with a row that kills it, and is killed by it', () => {
    const weak = '{name: x, with: {type: {cores: 16, bare-metal: true}}, expect: {can: {kvm: 1.1}}}';
    const { survivors } = tested(weak);
    const moved = survivors.find(({ operator, part }) => operator === 'shift boundary' && part === 'let big');
    expect(moved).toMatchObject({ what: 'type.cores: {"at-least":8} -> {"above":8}' });
    expect(rowText(moved!.row!)).toBe(
      '- {name: "bare-metal true, cores 8", with: {type: {bare-metal: true, cores: 8}}, expect: {can: {kvm: 1.1}}}',
    );
    const rows = survivors.map(({ row }) =>
      rowText(row!)
        .slice(2)
        .replace(/^\{name: (?:"[^"]*"|[^,]*),/, ''),
    );
    expect(survivors.length).toBeGreaterThan(10);
    // One row kills several.
    expect(new Set(rows).size).toBeLessThan(survivors.length);
    // Pasted in, they leave no survivor.
    const pasted = [...new Set(rows)].map((row, index) => `{name: row ${index},${row}`);
    expect(tested([weak, ...pasted].join(', ')).survivors).toEqual([]);
  });

  it('is not counted where it says the same as the rules', () => {
    const same = `
format: 1
module: acme
rules:
  hosts:
    summary: s
    when: {type.cores: {at-least: 8}, any: [{type.cores: {at-least: 4}}, {type.bare-metal: true}]}
    provide: {kvm: any}
`;
    const own = programOf(same);
    const all = [...mutantsOf(own, documentOf(same), 'acme')];
    const comparison = comparisonWith(own, all);
    const equivalent = all.filter((mutant) => comparison.verdict(mutant).kind === 'equivalent').map(({ what }) => what);
    // Eight cores are at least four, so the alternative holds whatever is asked beside it.
    expect(equivalent).toEqual([
      'any: [{"type.cores":{"at-least":4}},{"type.bare-metal":true}] is left out',
      '{"type.bare-metal":true} is left out',
      'type.cores: {"at-least":4} is left out',
      'type.cores: {"at-least":4} -> {"above":4}',
      'type.bare-metal: true is left out',
      'type.bare-metal: true -> not',
      'type.bare-metal: true -> false',
    ]);
  });

  it('of every kind is tried', () => {
    const everything = `
format: 1
module: acme
rules:
  gives: {summary: s, when: {type.bare-metal: true, image.os: {not-in: [windows, macos]}}, provide: {kvm: 1.1, xen: any}}
  refines: {summary: s, when: {image.release: 24.04}, refine: {kvm: 2.0}}
  withholds: {summary: s, when: {not: {image.features: {has-any: [a, b]}}}, withhold: [kvm, xen]}
  requires: {summary: s, when: {type.cores: {at-least: 2}}, require: {offer.eu: true}, on-unknown: allow}
  prices: {summary: s, when: {offer.market: spot}, price: {times: 0.35}}
  keeps: {summary: s, reserve: {os: {mem: 512 MiB}, vm: {mem: 128 MiB, per: kvm}}}
  reads: {summary: s, when: {can.kvm: {at-least: 1.0}, image.eol: {at-most: {attr: request.date}}}, forbid: true}
`;
    const own = programOf(everything);
    const operators = new Set([...mutantsOf(own, documentOf(everything), 'acme')].map(({ operator }) => operator));
    expect([...operators].sort()).toEqual(
      [
        'closed to open',
        'drop condition',
        'drop item',
        'drop not',
        'drop per',
        'drop rule',
        'drop version',
        'flip',
        'negate',
        'newer version',
        'open to closed',
        'opposite',
        'other amount',
        'other effect',
        'shift boundary',
        'swap attribute',
        'swap value',
      ].sort(),
    );
  });

  it('keeps a test from passing for the row that is made of it', () => {
    const { survivors } = tested('{name: x, with: {type: {burstable: true}}, expect: {refused-by: [refuses]}}');
    for (const { row } of survivors) {
      const suite = suiteOf(`format: 1\ntests: acme\ncases: {a: {for-each: [${rowText(row!).slice(2)}]}}`, program);
      expect(suite.rows.every((one) => passes(program, one, 'acme'))).toBe(true);
    }
  });
});
