import { mkdirSync, writeFileSync } from 'node:fs';
import { publishedSchemas } from '../src/plan/published.ts';
import { AUTHORS_SCHEMAS } from '../src/rules/json-schema.ts';
import { loadVocabulary } from '../src/storage/packs.ts';
import { testJsonSchema } from '../src/workbench/test-json-schema.ts';

/** Writes the JSON Schemas of problems, answers and rule files: npm run schemas */
mkdirSync('schemas', { recursive: true });
for (const [name, schema] of publishedSchemas())
  writeFileSync(`schemas/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);

// Beside the packs, where their first lines say that it is.
for (const [name, of] of Object.entries({ ...AUTHORS_SCHEMAS, tests: testJsonSchema }))
  writeFileSync(`rules/${name}.schema.json`, `${JSON.stringify(of(loadVocabulary()), null, 2)}\n`);
