import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { publishedSchemas } from '../src/plan/published.ts';
import { AUTHORS_SCHEMAS } from '../src/rules/json-schema.ts';
import { loadVocabulary } from '../src/storage/packs.ts';
import { ROOT } from './support/cli.ts';

it.each([...publishedSchemas()])(
  'schemas/%s.schema.json is what the program checks by (npm run schemas)',
  (name, schema) => {
    expect(JSON.parse(readFileSync(join(ROOT, 'schemas', `${name}.schema.json`), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(schema)),
    );
  },
);

it.each(Object.keys(AUTHORS_SCHEMAS))(
  'rules/%s.schema.json is that of the shipped vocabulary (npm run schemas)',
  (name) => {
    expect(JSON.parse(readFileSync(join(ROOT, 'rules', `${name}.schema.json`), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(AUTHORS_SCHEMAS[name]!(loadVocabulary()))),
    );
  },
);
