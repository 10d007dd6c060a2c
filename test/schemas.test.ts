import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { publishedSchemas } from '../src/plan/published.ts';
import { ROOT } from './support/cli.ts';

it.each([...publishedSchemas()])(
  'schemas/%s.schema.json is what the program checks by (npm run schemas)',
  (name, schema) => {
    expect(JSON.parse(readFileSync(join(ROOT, 'schemas', `${name}.schema.json`), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(schema)),
    );
  },
);
