import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentOfValue } from '../../src/document/read.ts';
import { compile } from '../../src/match/compiled.ts';
import { parseRequest } from '../../src/request/request.ts';
import { readRuleDocument } from '../../src/rules/parse.ts';
import { compileRules, type Program } from '../../src/rules/program.ts';
import { hasCapability, referenceCapabilities, referenceFacts } from '../../src/rules/reference.ts';
import { type InlineCatalog, readInlineCatalog } from '../../src/sources/inline.ts';
import { loadRules, loadVocabulary } from '../../src/storage/packs.ts';
import { type WhyCapability, type WhyQuestion, whyCapability } from '../../src/workbench/why.ts';
import { catalogs, ruleFiles } from '../arbitraries/world.ts';
import { runs } from '../support/fuzz.ts';

const vocabulary = loadVocabulary();
const DAY = '2026-11-22';

function catalogOf(section: unknown) {
  const document = documentOfValue('catalog', section);
  const catalog = readInlineCatalog(section as InlineCatalog, vocabulary, document, [], { digest: '', at: undefined });
  if (!catalog.ok) throw new Error(catalog.diagnostics[0]!.message);
  return catalog.value;
}

function why(section: unknown, program: Program, question: Partial<WhyQuestion>, attributes: readonly string[] = []) {
  const given = attributes.map((text) => ({ source: '--with', text }));
  const request = parseRequest({ constraints: [], attributes: given }, vocabulary);
  if (!request.ok) throw new Error(request.diagnostics[0]!.message);
  const whole = { capability: 'kvm', type: 't0', cloud: undefined, image: undefined, region: undefined, ...question };
  return whyCapability(compile(catalogOf(section), program), request.value, whole, DAY);
}

const value = (result: ReturnType<typeof why>): WhyCapability => {
  if (!result.ok) throw new Error(result.diagnostics[0]!.message);
  return result.value;
};

describe('why', () => {
  it('says of every type what reading the rules word by word gives', () => {
    const verdicts = new Set<string>();
    fc.assert(
      fc.property(catalogs, ruleFiles, fc.constantFrom('kvm', 'lxd', 'xen'), (section, file, capability) => {
        const rules = readRuleDocument(documentOfValue('rules', file), vocabulary);
        const program = rules.ok ? compileRules(vocabulary, rules.value, '') : rules;
        if (!program.ok) throw new Error(program.diagnostics[0]!.message);
        // Without images, one is made of the base.
        const { images, ...bare } = section as { readonly images?: unknown };
        const [type] = section.types;
        const told = why(bare, program.value, { capability, cloud: type!.cloud });
        // A Mac, or a type of an architecture without images, has none that boots.
        if (!told.ok) return expect(told.diagnostics[0]!.code).toBe('no-image');
        const facts = new Map<string, unknown>([
          ...Object.entries(type!).map(([key, fact]) => [`type.${key}`, fact] as const),
          ['image.cloud', type!.cloud],
          ['image.os', 'ubuntu'],
          ['image.release', '24.04'],
          ['image.arch', told.value.image.arch],
          ['image.product', `com.ubuntu.cloud:server:24.04:${told.value.image.arch}`],
          ['request.date', DAY],
          ['request.gpus', 0],
          ['request.root-disk', 8],
        ]);
        const scaled = (name: string): unknown =>
          name === 'type.baseline' && facts.has(name) ? Math.round(Number(facts.get(name)) * 10) : facts.get(name);
        const stated = (name: string) =>
          (scaled(name) ?? vocabulary.attributes.get(name)?.default) as string | undefined;
        const derived = referenceCapabilities(program.value, referenceFacts(program.value, stated));
        const state = derived.get(capability);
        const truth = state === undefined ? 0 : hasCapability(state, undefined);
        expect(told.value.holds).toBe(['no', 'unknown', 'yes'][truth]);
        expect(told.value.proof.length > 0).toBe(truth === 2);
        verdicts.add(told.value.holds);
      }),
      runs(150, 2_000),
    );
    expect([...verdicts].sort()).toEqual(['no', 'unknown', 'yes']);
  });

  const program = loadRules(['default'], vocabulary);
  if (!program.ok) throw new Error('the shipped packs are damaged');
  const lab = {
    types: [
      { name: 't0', cloud: 'lab', arch: ['amd64'], 'nested-virt': 'opt-in', 'bare-metal': false },
      { name: 't1', cloud: 'lab', arch: ['amd64'], 'nested-virt': 'no', 'bare-metal': false },
      { name: 't0', cloud: 'hut', arch: ['amd64'] },
    ],
    offers: [],
  };

  it('proves, with what has to be done', () => {
    const told = value(why(lab, program.value, { cloud: 'lab' }));
    expect(told).toMatchObject({ holds: 'yes', version: '8.2.2', via: 'launch-option', missing: [] });
    expect(told.proof.map(({ rule }) => rule)).toEqual(['hosting/nested-kvm-option', 'ubuntu/qemu-version#7']);
    expect(told.steps).toHaveLength(1);
  });

  it('tells the shortest missing step first', () => {
    const told = value(why(lab, program.value, { type: 't1' }));
    expect(told).toMatchObject({ holds: 'no', proof: [], steps: [] });
    expect(told.missing[0]).toMatchObject({
      rule: 'hosting/bare-metal-kvm',
      missing: [{ needs: 'type.bare-metal is true', has: 'false', unknown: false }],
    });
    expect(told.missing.map(({ missing }) => missing.length)).toEqual([1, 1, 1, 2, 2]);
    const newer = value(why(lab, program.value, { capability: 'kvm>=9', cloud: 'lab' }));
    expect(newer.missing).toMatchObject([{ rule: 'hosting/nested-kvm-option', how: 'version' }]);
  });

  it.each([
    [{ capability: 'kvn' }, 'unknown-capability', 'did you mean kvm?'],
    [{ capability: 'kvm>=x' }, 'bad-version', 'a least version is written kvm>=8.2'],
    [{}, 'ambiguous-type', 'name one with --cloud: hut, lab'],
    [{ type: 't7' }, 'unknown-type', 'did you mean t0 or t1?'],
    [{ type: 't1', cloud: 'hut' }, 'unknown-type', 'lab has'],
    [{ type: 't1', region: 'r1' }, 'unknown-region', undefined],
    [{ type: 't1', image: 'img' }, 'no-image', 'name another with --image, such as ubuntu@24.04'],
  ])('refuses what is not there: %j', (question, code, hint) => {
    const told = why(lab, program.value, question);
    expect(told.ok ? [] : told.diagnostics.map((one) => [one.code, one.hint])).toEqual([[code, hint]]);
  });
});
