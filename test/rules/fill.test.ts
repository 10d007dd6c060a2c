import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueAt } from '../../src/catalog/column.ts';
import { asStated } from '../../src/catalog/filled.ts';
import { describeDiagnostic } from '../../src/diagnostic/frame.ts';
import { documentOfValue } from '../../src/document/read.ts';
import { compile } from '../../src/match/compiled.ts';
import { fillTable } from '../../src/rules/fill.ts';
import { readRules } from '../../src/rules/parse.ts';
import { compileRules, type Program } from '../../src/rules/program.ts';
import { referenceFacts } from '../../src/rules/reference.ts';
import { type InlineCatalog, readInlineCatalog } from '../../src/sources/inline.ts';
import { loadRules, loadVocabulary } from '../../src/storage/packs.ts';
import { catalogs, ruleFiles } from '../arbitraries/world.ts';
import { runs } from '../support/fuzz.ts';

const vocabulary = loadVocabulary();

const catalogOf = (section: unknown) => {
  const about = { digest: '', at: undefined };
  const read = readInlineCatalog(section as InlineCatalog, vocabulary, documentOfValue('c', section), [], about);
  if (!read.ok) throw new Error(read.diagnostics[0]!.message);
  return read.value;
};
const programOf = (packs: readonly unknown[]): Program => {
  const read = loadRules(packs, vocabulary);
  if (!read.ok) throw new Error(read.diagnostics[0]!.message);
  return read.value;
};

describe('facts that rules set', () => {
  it('are those that reading the rules word by word gives, row by row', () => {
    let filled = 0;
    fc.assert(
      fc.property(catalogs, ruleFiles, (section, file) => {
        const program = programOf([file]);
        const catalog = catalogOf(section);
        for (const [scope, table] of [
          ['type', catalog.types],
          ['region', catalog.regions],
          ['image', catalog.images],
        ] as const) {
          const { table: full, by } = fillTable(program, scope, table);
          for (const attribute of vocabulary.attributes.values()) {
            if (attribute.scope !== scope) continue;
            for (let row = 0; row < table.size; row += 1) {
              const stated = (name: string) => valueAt(table, name, row);
              const value = valueAt(full, attribute.name, row);
              expect([attribute.name, value]).toEqual([
                attribute.name,
                referenceFacts(program, stated)(attribute.name),
              ]);
              // Who set it is told where it was set, and nowhere else.
              const own = stated(attribute.name);
              expect(by.get(attribute.name)?.[row] !== undefined).toBe(own === undefined && value !== undefined);
              if (own !== undefined) expect(value).toEqual(own);
              else if (value !== undefined) filled += 1;
            }
          }
        }
      }),
      runs(200, 20_000),
    );
    expect(filled).toBeGreaterThan(10);
  });

  it('leave the catalog when the rules do', () => {
    const own = catalogOf({
      types: [{ name: 'a', cloud: 'lab', arch: ['amd64'] }],
      offers: [{ type: 'a', region: 'r1', price: '1' }],
    });
    const setting = programOf([{ format: 1, module: 'm', rules: { one: { summary: 'x', set: { 'type.cores': 4 } } } }]);
    const { catalog } = compile(own, setting);
    expect(valueAt(catalog.types, 'type.cores', 0)).toBe(4);
    expect(catalog.filled?.types.by.get('type.cores')).toEqual(['m/one']);
    expect(asStated(catalog)).toEqual(own);
    const other = programOf([
      {
        format: 1,
        module: 'm',
        rules: { two: { summary: 'x', when: { 'type.name': 'a' }, set: { 'type.cores': 8 } } },
      },
    ]);
    expect(compile(catalog, other).catalog.filled?.types.by.get('type.cores')).toEqual(['m/two']);
    expect(valueAt(compile(catalog, other).catalog.types, 'type.cores', 0)).toBe(8);
    expect(compile(catalog, programOf([])).catalog).toEqual(own);
    expect(compile(own, programOf([])).catalog).toBe(own);
  });

  const told = (body: string): string => {
    const read = readRules('a.yaml', `format: 1\nmodule: m\nrules:\n${body}`, vocabulary);
    const program = read.ok ? compileRules(vocabulary, read.value, '') : read;
    return program.ok ? 'fine' : program.diagnostics.map(describeDiagnostic).join('\n');
  };

  it.each([
    ['set: {type.cores: 4}', 'fine'],
    ['set: {type.cores: four}', 'type.cores must be a non-negative whole number'],
    ['set: {type.coers: 4}', '"type.coers" is no attribute'],
    ['set: {}', 'this sets nothing'],
    ['set: {type.cores: 4, offer.eu: true}', 'one rule sets facts of types or regions, not of both'],
    ['set: {request.env: test}', 'request.env cannot be set: requests say themselves what they are'],
    ['set: {offer.price: 1}', 'offer.price cannot be set: offers are sold as their source lists them'],
    ['set: {type.name: x}', 'type.name cannot be set: what has none is no type at all'],
    ['set: {type.cores: 4}, waivable: true', 'a rule that sets facts cannot be waived'],
    ['set: {type.cores: 4}, when: {image.os: ubuntu}', 'm/one sets facts of types, which cannot rest on image.os'],
    ['set: {type.cores: 4}, when: {can.kvm: true}', 'cannot rest on can.kvm'],
    [
      'set: {type.cores: 4}, when: {type.mem: 1, not: {type.family: {eq: {attr: image.os}}}}',
      'cannot rest on image.os',
    ],
    ['set: {type.cores: 4}, since: 2026-01-01', 'm/one sets facts of types, which cannot rest on request.date'],
    ['set: {type.cores: 4}, when: {type.cores: {known: false}}', 'by what rests on it: type.cores <- type.cores'],
  ])('with %j: %s', (body, message) => expect(told(`  one: {summary: x, ${body}}\n`)).toContain(message));

  it('do not rest on one another in a ring', () => {
    const ring =
      '  a: {summary: x, when: {type.cores: 1}, set: {type.mem: 1}}\n  b: {summary: x, when: {type.mem: 1}, set: {type.gpus: 1}}\n  c: {summary: x, when: {type.gpus: 1}, set: {type.cores: 1}}\n';
    expect(told(ring)).toContain(
      'm/a sets type.mem by what rests on it: type.cores <- type.gpus <- type.mem <- type.cores',
    );
    expect(
      told(
        ring.replace('  a: {summary: x, when: {type.cores: 1}', '  a: {summary: x, when: {type.arch: {has: amd64}}'),
      ),
    ).toBe('fine');
  });
});
