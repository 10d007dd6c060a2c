import { z } from 'zod';
import { priceFileSchema } from '../sources/prices.ts';
import { deploySchema } from './deploy-schema.ts';
import { packSchema } from './pack-bundle.ts';
import { problemSchema } from './problem.ts';
import { runningSchema } from './running-schema.ts';
import { answerSchema } from './schema.ts';
import { whatIfSchema } from './what-if.ts';
import { whyNotSchema } from './why-not-schema.ts';

/** The JSON Schemas (draft 2020-12) of the formats that others read and write, by name. */
export function publishedSchemas(): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ['problem', z.toJSONSchema(problemSchema, { io: 'input' })],
    ['prices', z.toJSONSchema(priceFileSchema, { io: 'input' })],
    ['answer', z.toJSONSchema(answerSchema, { io: 'output' })],
    ['deploy', z.toJSONSchema(deploySchema, { io: 'output' })],
    ['pack', z.toJSONSchema(packSchema, { io: 'output' })],
    ['running', z.toJSONSchema(runningSchema, { io: 'output' })],
    ['what-if', z.toJSONSchema(whatIfSchema, { io: 'output' })],
    ['why-not', z.toJSONSchema(whyNotSchema, { io: 'output' })],
  ]);
}
