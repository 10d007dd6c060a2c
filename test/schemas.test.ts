import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { publishedSchemas } from '../src/plan/published.ts';
import { AUTHORS_SCHEMAS } from '../src/rules/json-schema.ts';
import { loadVocabulary } from '../src/storage/packs.ts';
import { testJsonSchema } from '../src/workbench/test-json-schema.ts';
import { ROOT } from './support/cli.ts';

it.each([...publishedSchemas()])(
  'schemas/%s.schema.json is what the program checks by (npm run schemas)',
  (name, schema) => {
    expect(JSON.parse(readFileSync(join(ROOT, 'schemas', `${name}.schema.json`), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(schema)),
    );
  },
);

const AUTHORS = { ...AUTHORS_SCHEMAS, tests: testJsonSchema };

it.each(Object.keys(AUTHORS) as (keyof typeof AUTHORS)[])(
  'rules/%s.schema.json is that of the shipped vocabulary (npm run schemas)',
  (name) => {
    expect(JSON.parse(readFileSync(join(ROOT, 'rules', `${name}.schema.json`), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(AUTHORS[name]!(loadVocabulary()))),
    );
  },
);
