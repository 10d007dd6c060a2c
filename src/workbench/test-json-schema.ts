import { z } from 'zod';
import type { Vocabulary } from '../catalog/value.ts';
import { testSchemaFor } from './test-schema.ts';

/**
 * The JSON Schema of test files, for editors: attributes, their values and what they mean come from the vocabulary.
 *
 * @example JSON.stringify(testJsonSchema(vocabulary), null, 2)
 */
export function testJsonSchema(vocabulary: Vocabulary): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(testSchemaFor(vocabulary), { io: 'input' });
}
