import { mkdirSync, writeFileSync } from 'node:fs';
import { publishedSchemas } from '../src/plan/published.ts';

/** Writes the JSON Schemas of problems and answers: npm run schemas */
mkdirSync('schemas', { recursive: true });
for (const [name, schema] of publishedSchemas())
  writeFileSync(`schemas/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);
