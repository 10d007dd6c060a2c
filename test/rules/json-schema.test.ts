import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentOfValue, readDocument } from '../../src/document/read.ts';
import { rulesSchema, vocabularyJsonSchema } from '../../src/rules/json-schema.ts';
import { readRuleDocument } from '../../src/rules/parse.ts';
import { readVocabularyDocument } from '../../src/rules/vocabulary.ts';
import { extendVocabulary, loadVocabulary } from '../../src/storage/packs.ts';
import { ruleFiles } from '../arbitraries/world.ts';
import { ROOT } from '../support/cli.ts';
import { runs } from '../support/fuzz.ts';

const vocabulary = loadVocabulary();
const ajv = new Ajv.Ajv2020({ strict: false });
const isRuleFile = ajv.compile(rulesSchema(vocabulary));
const isVocabulary = ajv.compile(vocabularyJsonSchema());
const valid = (value: unknown): boolean => isRuleFile(JSON.parse(JSON.stringify(value)));

/** Faults that no schema tells: of names in other places, of what texts mean, of what parts mean together. */
const LEFT_TO_THE_READER = new Set([
  'rule-value',
  'rule-set',
  'rule-dates',
  'rule-table',
  'rule-condition',
  'bad-param',
  'unknown-param',
  'unknown-condition',
  'condition-cycle',
]);

/** Whether a fault is one that the schema must tell as well. */
function isOfShape({ code, message, path = '' }: { code: string; message: string; path?: string }): boolean {
  if (LEFT_TO_THE_READER.has(code)) return false;
  // A placeholder, a date that is none, a cell of a table, what a parameter is of.
  if (code === 'unknown-attribute' && message.startsWith('{')) return false;
  if (code === 'invalid-value' && message.startsWith('must be a date')) return false;
  if (path.startsWith('tables.') && path.includes('.rows[')) return false;
  return !(code === 'rule-operand' && (message.includes('parameter') || message.includes('"per"')));
}

type Node = unknown;
const JUNK: readonly Node[] = [
  null,
  true,
  0,
  -1,
  1.5,
  '',
  'x',
  'kvm',
  '4 GiB',
  '2026-01-01',
  '2026-13-01',
  [],
  ['kvm'],
  [true],
  {},
  { attr: 'type.cores' },
  { param: 'mem' },
  { has: 'x' },
  { 'at-least': 1 },
  { 'at-least': [1] },
  { any: [] },
  { not: {} },
  { is: 'nobody' },
  { 'can.kvm': true },
  { penalty: '1%' },
  { times: 1, per: 'type.cores' },
  { percent: 5 },
  { percent: null },
  { 'type.cores': 1 },
];
const KEYS: readonly string[] = [
  'when',
  'forbid',
  'require',
  'provide',
  'set',
  'prefer',
  'price',
  'reserve',
  'withhold',
  'via',
  'steps',
  'effect',
  'on-unknown',
  'waivable',
  'since',
  'until',
  'overrides',
  'type.cores',
  'type.coers',
  'can.kvm',
  'can.kvn',
  'all',
  'in',
  'known',
  'has',
  'eq',
  'per',
  'mem',
  'kvm',
  'nonsense',
  'let',
  'tables',
  'use',
];

/** A file with one thing in it changed: the place is told by a number, what comes there by others. */
function mutated(file: Node, where: number, what: number, key: number, how: number): Node {
  const paths: (readonly (string | number)[])[] = [];
  const walk = (node: Node, path: readonly (string | number)[]): void => {
    paths.push(path);
    if (Array.isArray(node)) for (const [index, item] of node.entries()) walk(item, [...path, index]);
    else if (typeof node === 'object' && node !== null)
      for (const [name, item] of Object.entries(node)) walk(item, [...path, name]);
  };
  walk(file, []);
  const copy = JSON.parse(JSON.stringify({ file })) as { file: Node };
  const path = ['file', ...paths[where % paths.length]!];
  const last = path.at(-1)!;
  const parent = path.slice(0, -1).reduce<Record<string | number, unknown>>((node, step) => node[step] as never, copy);
  const target = parent[last];
  const junk = JUNK[what % JUNK.length];
  if (how === 0) parent[last] = junk;
  else if (how === 1 && !Array.isArray(parent) && last !== 'file') delete parent[last];
  else if (typeof target === 'object' && target !== null && !Array.isArray(target))
    (target as Record<string, unknown>)[KEYS[key % KEYS.length]!] = junk;
  else parent[last] = [target];
  return copy.file;
}

const TABLE = {
  summary: 'x',
  when: { 'image.os': 'ubuntu' },
  match: ['image.release', 'can.kvm'],
  give: ['can.lxc', 'can.lxd'],
  verb: 'provide',
  via: 'image',
  rows: [{ match: ['24.04', true], give: ['1', null], source: 'x' }],
};

describe('the schema of rule files', () => {
  it('has nothing against what the reader takes, and nothing for what the reader refuses for its shape', () => {
    const edit = fc.tuple(fc.nat(200), fc.nat(JUNK.length - 1), fc.nat(KEYS.length - 1), fc.nat(2));
    const seen = { valid: 0, shape: 0, left: 0 };
    fc.assert(
      fc.property(ruleFiles, fc.boolean(), fc.array(edit, { maxLength: 2 }), (file, withTable, edits) => {
        const whole = withTable ? { ...file, tables: { t: TABLE } } : file;
        const value = edits.reduce<unknown>(
          (node, [where, what, key, how]) => mutated(node, where, what, key, how),
          JSON.parse(JSON.stringify(whole)),
        );
        const read = readRuleDocument(documentOfValue('rules', value), vocabulary);
        const known = valid(value);
        const about = read.ok ? [] : read.diagnostics.map(({ code, message, path }) => ({ code, message, path }));
        if (read.ok) {
          seen.valid += 1;
          expect([known, value, isRuleFile.errors]).toEqual([true, value, null]);
        } else if (read.diagnostics.some(isOfShape)) {
          seen.shape += 1;
          expect([known, about]).toEqual([false, about]);
        } else seen.left += 1;
      }),
      runs(200, 50_000),
    );
    expect(Math.min(seen.valid, seen.shape, seen.left)).toBeGreaterThan(2);
  });

  it.each(
    readdirSync(join(ROOT, 'rules'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.yaml') && !file.endsWith('.test.yaml'),
    ),
  )('is kept by rules/%s, whose first line says where it is', (file) => {
    const text = readFileSync(join(ROOT, 'rules', file), 'utf8');
    const kind = file === 'vocabulary.yaml' ? 'vocabulary' : 'rules';
    const up = '../'.repeat(file.split('/').length - 1) || './';
    expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${up}${kind}.schema.json`);
    const document = readDocument(file, text);
    if (!document.ok) throw new Error(document.diagnostics[0]!.message);
    const value = JSON.parse(JSON.stringify(document.value.value));
    const check = kind === 'rules' ? isRuleFile : isVocabulary;
    expect([check(value), check.errors]).toEqual([true, null]);
  });

  it('tells what attributes mean, which values and tests they have, and knows words of one’s own', () => {
    const own = extendVocabulary(vocabulary, [
      {
        format: 1,
        attributes: { 'type.tier': { type: 'enum', values: ['gold', 'tin'], doc: 'What it is made of.' } },
        capabilities: { firecracker: { doc: 'Micro machines.' } },
      },
    ]);
    if (!own.ok) throw new Error(own.diagnostics[0]!.message);
    const { $defs } = rulesSchema(own.value) as unknown as {
      $defs: Record<string, { properties: Record<string, Record<string, unknown>> }>;
    };
    const { properties } = $defs.condition!;
    expect(properties['type.tier']).toEqual({ description: 'What it is made of.', $ref: '#/$defs/tests-of-type.tier' });
    expect($defs['value-of-type.tier']).toEqual({ enum: ['gold', 'tin'] });
    expect(properties['type.mem']?.description).toBe('Memory. In MiB.');
    expect(properties['can.firecracker']?.description).toBe('Micro machines.');
    const rule = { summary: 'x', when: { 'type.tier': 'lead' }, forbid: true };
    expect(ajv.compile(rulesSchema(own.value))({ format: 1, module: 'm', rules: { rule } })).toBe(false);
    expect(valid({ format: 1, module: 'm', rules: { rule: { ...rule, when: { 'type.tier': 'gold' } } } })).toBe(false);
  });
});

describe('the schema of vocabularies', () => {
  it('agrees with the reader about shapes', () => {
    const file = {
      format: 1,
      attributes: {
        'type.tier': { type: 'enum', values: ['gold', 2], open: true, doc: 'x' },
        'request.share': { type: 'number', unit: '%', decimals: 1, default: 5, doc: 'x' },
        'offer.green': { type: 'bool', scope: 'region', doc: 'x' },
      },
      capabilities: { firecracker: { doc: 'x', container: true, guest: 'vm', 'version-of': 'y' } },
    };
    const edit = fc.tuple(fc.nat(60), fc.nat(JUNK.length - 1), fc.nat(KEYS.length - 1), fc.nat(2));
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 2 }), (edits) => {
        const value = edits.reduce<unknown>(
          (node, [where, what, key, how]) => mutated(node, where, what, key, how),
          file,
        );
        const read = readVocabularyDocument(documentOfValue('v', value));
        const known = isVocabulary(JSON.parse(JSON.stringify(value)));
        if (read.ok) expect([known, value]).toEqual([true, value]);
        else if (read.diagnostics.some(({ code }) => ['unknown-key', 'invalid-value'].includes(code)))
          expect([known, value]).toEqual([false, value]);
      }),
      runs(100, 20_000),
    );
  });
});
