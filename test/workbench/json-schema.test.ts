import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../../src/document/read.ts';
import { loadVocabulary } from '../../src/storage/packs.ts';
import { testJsonSchema } from '../../src/workbench/test-json-schema.ts';
import { ROOT } from '../support/cli.ts';
import { programOf, testsOf } from '../support/suites.ts';

const isTestFile = new Ajv.Ajv2020({ strict: false }).compile(testJsonSchema(loadVocabulary()));
const plainValue = (text: string): unknown => {
  const document = readDocument('a.test.yaml', text);
  if (!document.ok) throw new Error(document.diagnostics[0]!.message);
  return JSON.parse(JSON.stringify(document.value.value));
};

describe('the JSON Schema of test files', () => {
  const files = readdirSync(join(ROOT, 'rules'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.test.yaml'),
  );
  it.each(files)('accepts the shipped %s', (file) => {
    isTestFile(plainValue(readFileSync(join(ROOT, 'rules', file), 'utf8')));
    expect(isTestFile.errors ?? []).toEqual([]);
  });

  const program = programOf(
    'format: 1\nmodule: acme\nrules: {r: {summary: s, when: {type.bare-metal: true}, provide: {kvm: any}}}',
  );
  const row = (text: string): string => `format: 1\ntests: acme\ncases: {a: ${text}}\n`;
  it('agrees with the reader on a row that is right', () => {
    const text = row('{with: {type: {bare-metal: true, mem: 4 GiB}, guests: {kvm: 1}}, expect: {can: {kvm: any}}}');
    expect(testsOf(text, program)).toMatchObject({ ok: true });
    expect(isTestFile(plainValue(text))).toBe(true);
  });

  it.each([
    '{with: {type: {bare-mettle: true}}, expect: {can: {kvm: any}}}',
    '{with: {typ: {bare-metal: true}}, expect: {can: {kvm: any}}}',
    '{with: {type: {nested-virt: perhaps}}, expect: {can: {kvm: any}}}',
    '{with: {type: {bare-metal: perhaps}}, expect: {can: {kvm: any}}}',
    '{with: {type: {bare-metal: true}}, expect: {can: {kwm: any}}}',
    '{with: {type: {bare-metal: true}}, expects: {can: {kvm: any}}}',
    '{with: {type: {bare-metal: true}}, expect: {kan: {kvm: any}}}',
    '{with: {type: {bare-metal: true}}, expect: {error: nothing}}',
    '{for-each: []}',
  ])('agrees with the reader that %s is wrong', (text) => {
    expect(testsOf(row(text), program)).toMatchObject({ ok: false });
    expect(isTestFile(plainValue(row(text)))).toBe(false);
  });
});
