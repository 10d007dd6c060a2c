import { z } from 'zod';
import { DEFAULT_BASE } from '../request/request.ts';

/** The request of a problem about a whole model, as a file has it. */

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const amounts = z.record(z.string(), z.union([z.string(), z.number()])).meta({
  description:
    'By dimension: cpu-milli or cores, mem (MiB), root-disk (MiB), gpus, local-disk (GiB), or any that types state in their capacity. Whole numbers, or sizes such as 4G.',
});

const unitSchema = z.strictObject({
  id: z.string(),
  count: z.int().min(1).optional().meta({ description: '1 unless given.' }),
  needs: amounts.optional(),
  constraints: z.string().optional().meta({ description: 'Bound the machine; they consume nothing.' }),
  container: z
    .string()
    .optional()
    .meta({ description: 'A container type that each unit runs in, and its machine must be able to host.' }),
  base: z.string().optional(),
  'max-per-machine': z.int().min(1).optional(),
  'apart-from': z
    .union([z.string(), z.array(z.string())])
    .optional()
    .meta({ description: 'Units never on the same machine as these; symmetric.' }),
  with: z.string().optional().meta({ description: 'Unit i is on the machine of unit i of these; counts are equal.' }),
  spread: z.enum(['zone']).optional().meta({ description: 'Numbers per zone of the region differ by at most 1.' }),
});

const machineSchema = z.strictObject({
  id: z.union([z.string(), z.number()]),
  type: z.string(),
  cloud: z.string().optional(),
  region: z.string(),
  zone: z.string().optional(),
  'keep-price': z
    .union([z.string(), z.number()])
    .optional()
    .meta({ description: 'USD per hour that using it further costs; nothing unless given.' }),
  used: amounts.optional().meta({ description: 'What is taken by others than its units.' }),
  units: z.array(z.string()).optional().meta({ description: 'Units of the model that stay on it: db/0.' }),
});

export const modelSchema = z.strictObject({
  kind: z.literal('model'),
  base: z
    .string()
    .optional()
    .meta({ description: `Operating system and release; ${DEFAULT_BASE} unless given.` }),
  constraints: z
    .string()
    .optional()
    .meta({ description: 'Of every machine, beneath those of units; a budget is that of the whole model.' }),
  units: z.array(unitSchema).min(1),
  machines: z.array(machineSchema).optional().meta({ description: 'What runs already.' }),
  attributes: z.record(z.string(), scalar).optional().meta({ description: 'Facts of the request for rules.' }),
  reserve: z
    .boolean()
    .optional()
    .meta({ description: 'Whether what rules reserve on hosts counts; true unless given.' }),
  waive: z.array(z.string()).optional().meta({ description: 'Ids of waivable rules that are waived.' }),
});

export type ModelRequestText = z.infer<typeof modelSchema>;

/**
 * Seconds of a time as text: `10s`, `500ms`, `2m`; a bare number counts seconds. Undefined for anything else.
 */
export function secondsOf(text: string | number): number | undefined {
  const [, digits, unit = 's'] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(String(text)) ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * { ms: 0.001, s: 1, m: 60 }[unit as 's']!;
}
