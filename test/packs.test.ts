import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../src/document/read.ts';
import { readText } from '../src/storage/files.ts';
import { loadRules } from '../src/storage/packs.ts';
import { ROOT } from './support/cli.ts';
import { casesOf, conclude, type PackCase, type PackTests } from './support/pack-cases.ts';

const rules = join(ROOT, 'rules');
const tests = readdirSync(rules, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.yaml'))
  .sort();
const packs = readdirSync(rules, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.yaml') && !file.endsWith('.test.yaml') && file !== 'vocabulary.yaml',
);

/** Versions written without quotes are texts all the same; prices and reserves stay numbers. */
const plain = (expected: PackCase['expect']): unknown =>
  JSON.parse(JSON.stringify(expected), function (this: object, key, value) {
    return typeof value === 'number' && key !== 'reserves' ? String(value) : value;
  });

describe('rule packs', () => {
  it('each have tests beside them', () => {
    expect(packs.map((file) => file.replace(/\.yaml$/, '.test.yaml')).sort()).toEqual(tests);
  });

  for (const file of tests) {
    describe(file, () => {
      const text = readText(join(rules, file));
      const document = text.ok ? readDocument(file, text.value) : text;
      const program = loadRules([join(rules, file.replace('.test.yaml', '.yaml'))]);
      it('reads', () => {
        expect(document).toMatchObject({ ok: true });
        expect(program).toMatchObject({ ok: true });
      });
      if (!document.ok || !program.ok) return;
      for (const one of casesOf(document.value.value as PackTests)) {
        it(one.name, () => {
          expect(conclude(program.value, one)).toEqual(plain(one.expect));
        });
      }
    });
  }
});
