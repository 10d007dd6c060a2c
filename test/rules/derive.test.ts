import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueAt } from '../../src/catalog/column.ts';
import { documentOfValue } from '../../src/document/read.ts';
import { compareVersions } from '../../src/quantity/version.ts';
import { passesLevel } from '../../src/rules/capability.ts';
import { derive } from '../../src/rules/derive.ts';
import { readRuleDocument } from '../../src/rules/parse.ts';
import { compileRules, type Program, versionOf } from '../../src/rules/program.ts';
import { type Level, referenceApplies, referenceCapabilities, referenceViolated } from '../../src/rules/reference.ts';
import { type InlineCatalog, readInlineCatalog } from '../../src/sources/inline.ts';
import { loadVocabulary } from '../../src/storage/packs.ts';
import { catalogs, ruleFiles } from '../arbitraries/world.ts';
import { runs } from '../support/fuzz.ts';

const vocabulary = loadVocabulary();
const request = new Map<string, string | boolean>([
  ['request.env', 'production'],
  ['request.date', '2026-11-22'],
]);

function programOf(file: unknown): Program {
  const rules = readRuleDocument(documentOfValue('rules', file), vocabulary);
  if (!rules.ok) throw new Error(rules.diagnostics[0]!.message);
  const program = compileRules(vocabulary, rules.value, '');
  if (!program.ok) throw new Error(program.diagnostics[0]!.message);
  return program.value;
}

function catalogOf(section: unknown) {
  const catalog = readInlineCatalog(section as InlineCatalog, vocabulary, documentOfValue('catalog', section), [], {
    digest: '',
    at: undefined,
  });
  if (!catalog.ok) throw new Error(catalog.diagnostics[0]!.message);
  return catalog.value;
}

const sameLevel = (program: Program, level: number, reference: Level): boolean => {
  if (reference === 'absent') return level === 0;
  if (reference === 'any') return level === 1;
  const version = versionOf(program, level);
  return version !== undefined && compareVersions(version, reference.version) === 0;
};

describe('a derivation', () => {
  it('is what reading the rules word by word gives, at every type, region, offer and image', () => {
    fc.assert(
      fc.property(catalogs, ruleFiles, (section, file) => {
        const program = programOf(file);
        const catalog = catalogOf(section);
        const derivation = derive(program, catalog, request);
        for (let offer = 0; offer < catalog.offers.size; offer += 1) {
          for (let image = -1; image < catalog.images.size; image += 1) {
            const site = { type: catalog.offers.type[offer]!, region: catalog.offers.region[offer]!, image, offer };
            const facts = (name: string) => {
              const scope = vocabulary.attributes.get(name)!.scope;
              if (scope === 'request') return request.get(name);
              if (name === 'offer.price') return catalog.offers.price[offer];
              if (scope === 'image') return image < 0 ? undefined : valueAt(catalog.images, name, image);
              const table = { type: catalog.types, region: catalog.regions, offer: catalog.offers }[scope];
              return valueAt(table, name, site[scope]);
            };
            const reference = referenceCapabilities(program, facts);
            for (const name of vocabulary.capabilities.keys()) {
              const state = derivation.capability(name, site);
              const expected = reference.get(name) ?? { lower: 'absent', upper: 'absent' };
              expect([name, 'lower', sameLevel(program, state.lower, expected.lower)]).toEqual([name, 'lower', true]);
              expect([name, 'upper', sameLevel(program, state.upper, expected.upper)]).toEqual([name, 'upper', true]);
            }
            for (const [index, rule] of program.refusals.entries()) {
              expect(derivation.violated(index, site)).toBe(referenceViolated(program, rule, facts, reference));
            }
            for (const rule of program.prefers) {
              expect(derivation.preferRules(site).includes(rule)).toBe(
                referenceApplies(program, rule, facts, reference) === 2,
              );
            }
            for (const rule of program.prices) {
              expect(derivation.priceRules(site).includes(rule)).toBe(
                referenceApplies(program, rule, facts, reference) === 2,
              );
            }
          }
        }
      }),
      runs(150, 30_000),
    );
  });

  it('keeps what is certain when an unknown fact becomes known', () => {
    const facts = fc.constantFrom<readonly [string, unknown]>(
      ['bare-metal', true],
      ['nested-virt', 'yes'],
      ['burstable', false],
      ['mem', 4736],
      ['cores', 3],
      ['tags', ['ssd']],
      ['arch', ['arm64']],
    );
    fc.assert(
      fc.property(catalogs, ruleFiles, facts, (section, file, [key, value]) => {
        // Whether a fact is known is the one thing that knowing it changes.
        fc.pre(!JSON.stringify(file).includes('known') && !(key in section.types[0]!));
        const program = programOf(file);
        const [first, ...rest] = section.types;
        const [before, after] = [section, { ...section, types: [{ ...first!, [key]: value }, ...rest] }].map(catalogOf);
        const [vague, sharp] = [before!, after!].map((catalog) => derive(program, catalog, request));
        for (let offer = 0; offer < before!.offers.size; offer += 1) {
          for (let image = -1; image < before!.images.size; image += 1) {
            const site = { type: before!.offers.type[offer]!, region: before!.offers.region[offer]!, image, offer };
            const certain = (was: number, is: number): boolean => was === 1 || was === is;
            for (const index of program.refusals.keys())
              expect(certain(vague!.violated(index, site), sharp!.violated(index, site))).toBe(true);
            for (const name of vocabulary.capabilities.keys()) {
              for (let least = 1; least < program.versions.length + 3; least += 1) {
                const [was, is] = [vague!, sharp!].map((derivation) =>
                  passesLevel(derivation.capability(name, site), least),
                );
                expect([name, least, certain(was!, is!)]).toEqual([name, least, true]);
              }
            }
          }
        }
      }),
      runs(150, 30_000),
    );
  });

  it('does not depend on the order of rules', () => {
    fc.assert(
      fc.property(ruleFiles, (file) => {
        const reversed = { ...file, rules: Object.fromEntries(Object.entries(file.rules).reverse()) };
        const plain = (program: Program): unknown =>
          JSON.parse(
            JSON.stringify(program, (key, value) => (key === 'span' || key === 'vocabulary' ? undefined : value)),
          );
        expect(plain(programOf(reversed))).toEqual(plain(programOf(file)));
      }),
      runs(100, 10_000),
    );
  });

  it('reaches the least fixpoint of rules that depend on one another', () => {
    const program = programOf({
      format: 1,
      module: 'ring',
      rules: {
        a: { summary: 'x', when: { 'can.lxd': true }, provide: { lxc: 'any' } },
        b: { summary: 'x', when: { 'can.lxc': true }, provide: { lxd: '2' } },
        c: { summary: 'x', when: { 'type.cores': 4 }, provide: { lxc: '1' } },
        d: { summary: 'x', when: { 'can.lxd': { 'at-least': '2' } }, refine: { lxc: '3' } },
      },
    });
    const catalog = catalogOf({
      types: [
        { name: 'a', cloud: 'lab', cores: 4 },
        { name: 'b', cloud: 'lab', cores: 2 },
        { name: 'c', cloud: 'lab' },
      ],
      offers: [{ type: 'a', region: 'r' }],
    });
    const derivation = derive(program, catalog, request);
    const levels = [0, 1, 2].map((type) => {
      const state = derivation.capability('lxc', { type, region: 0, image: -1, offer: -1 });
      return [versionOf(program, state.lower), versionOf(program, state.upper)];
    });
    expect(levels).toEqual([
      ['3', '3'],
      [undefined, undefined],
      [undefined, '3'],
    ]);
  });

  it('says unknown, not no', () => {
    const program = programOf({
      format: 1,
      module: 'm',
      rules: { one: { summary: 'x', when: { 'type.bare-metal': true }, provide: { kvm: 'any' } } },
    });
    const catalog = catalogOf({
      types: [
        { name: 'a', cloud: 'lab' },
        { name: 'b', cloud: 'lab', 'bare-metal': false },
      ],
      offers: [],
    });
    const derivation = derive(program, catalog, request);
    const at = (type: number) => derivation.capability('kvm', { type, region: 0, image: -1, offer: -1 });
    expect(at(0)).toMatchObject({ lower: 0, upper: 1, maybeAny: true });
    expect(at(1)).toMatchObject({ lower: 0, upper: 0 });
  });

  it('takes a refinement to "any" for no version at all', () => {
    const program = programOf({
      format: 1,
      module: 'm',
      rules: {
        one: { summary: 'x', provide: { lxc: 'any' } },
        two: { summary: 'x', refine: { lxc: 'any' } },
        three: { summary: 'x', when: { 'can.lxc': { 'at-least': '2' } }, provide: { lxd: 'any' } },
      },
    });
    const catalog = catalogOf({ types: [{ name: 'a', cloud: 'lab' }], offers: [] });
    const derivation = derive(program, catalog, request);
    const site = { type: 0, region: 0, image: -1, offer: -1 };
    expect(derivation.capability('lxc', site)).toMatchObject({ lower: 1, upper: 1, maybeAny: true });
    expect(derivation.capability('lxd', site)).toMatchObject({ lower: 0, upper: 1 });
  });
});
