import { z } from 'zod';
import { isDate } from '../quantity/date.ts';

/** The shape of a rule file. Conditions are read apart, since what they may say depends on the vocabulary. */

export const VERBS = [
  'provide',
  'refine',
  'withhold',
  'forbid',
  'require',
  'price',
  'prefer',
  'reserve',
  'set',
] as const;

const metadata = {
  source: z.string().optional().meta({ description: 'Where the fact comes from: a URL or a document.' }),
  owner: z.string().optional().meta({ description: 'Who may waive the rule.' }),
};

const day = z.string().refine(isDate, 'must be a date such as 2026-11-22').meta({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });

const dates = {
  since: day.optional().meta({ description: 'The first day on which the rule applies (see request.date).' }),
  until: day.optional().meta({ description: 'The first day on which the rule applies no more (see request.date).' }),
};

const overridesSchema = z
  .array(z.string())
  .min(1)
  .optional()
  .meta({ description: 'Rules that do not apply where this one does: ids, those of the same module without it.' });
const accept = z
  .record(z.string().regex(/^R\d{3}$/, 'a finding is accepted by its code, such as R113'), z.string().min(1))
  .optional()
  .meta({
    description:
      'Findings of "stowage rules check" that are meant to be so, by code, each with the reason. One that is not found is a finding itself.',
  });

const idSchema = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'a rule id is lower-case letters, digits and dashes');

const amount = z.union([z.string(), z.number(), z.strictObject({ param: z.string() })]);

export const ruleSchema = z
  .strictObject({
    summary: z.string().min(1),
    ...metadata,
    when: z.unknown().optional(),
    provide: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    via: z.enum(['launch', 'launch-option', 'after-launch', 'image']).optional(),
    steps: z.array(z.string()).optional(),
    refine: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    withhold: z.array(z.string()).min(1).optional(),
    forbid: z.literal(true).optional(),
    require: z.unknown().optional(),
    price: z
      .strictObject({
        times: amount.optional(),
        plus: amount.optional(),
        'at-most': amount.optional(),
        per: z.string().optional(),
        component: idSchema.optional(),
      })
      .optional(),
    prefer: z
      .strictObject({ penalty: amount.optional(), bonus: amount.optional() })
      .optional()
      .meta({ description: 'Ranked as dearer, or cheaper, by so many percent of its price: 3%. Never billed.' }),
    reserve: z
      .record(
        idSchema,
        z.strictObject({ mem: z.unknown().optional(), cores: z.unknown().optional(), per: z.string().optional() }),
      )
      .optional(),
    set: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'Facts of types, regions or images, where nothing is known of them.' }),
    ...dates,
    overrides: overridesSchema,
    effect: z
      .enum(['enforce', 'warn', 'off'])
      .optional()
      .meta({ description: 'warn: a forbid or require is told, not enforced. off: the rule is left out.' }),
    waivable: z.union([z.literal(true), z.literal('never')]).optional(),
    'on-unknown': z.enum(['refuse', 'warn', 'allow']).optional(),
    accept,
  })
  .meta({ description: 'One statement: when its condition holds, exactly one verb applies.' });

export const tableSchema = z.strictObject({
  summary: z.string().min(1),
  ...metadata,
  when: z.unknown().optional(),
  ...dates,
  overrides: overridesSchema,
  effect: z.enum(['enforce', 'off']).optional(),
  hit: z
    .enum(['unique', 'max'])
    .optional()
    .meta({ description: 'unique (unless said): one row holds at most. max: of several, the highest version counts.' }),
  match: z.array(z.string()).min(1),
  give: z.array(z.string().startsWith('can.')).min(1),
  verb: z.enum(['provide', 'refine']),
  via: z.enum(['launch', 'launch-option', 'after-launch', 'image']).optional(),
  steps: z.array(z.string()).optional(),
  accept,
  rows: z
    .array(
      z.strictObject({
        match: z.array(z.unknown()),
        give: z.array(z.union([z.string(), z.number(), z.null()])),
        source: z.string().optional(),
      }),
    )
    .min(1),
});

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A value that whoever uses the rules may set otherwise. */
export const paramSchema = z.strictObject({
  type: z.enum(['enum', 'bool', 'number', 'version', 'date', 'set', 'name']),
  unit: z.string().optional(),
  decimals: z.int().min(0).max(9).optional(),
  values: z.array(z.union([z.string(), z.number()])).optional(),
  default: z.union([scalar, z.array(scalar)]),
  min: scalar.optional(),
  max: scalar.optional(),
  doc: z.string().min(1).optional(),
});

export const ruleFileSchema = z.strictObject({
  format: z.literal(1),
  module: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'a module is lower-case letters, digits, dots and dashes'),
  use: z
    .array(z.string().min(1))
    .optional()
    .meta({ description: 'Rule files that come with this one: packs by name, or paths from this file.' }),
  params: z.record(idSchema, paramSchema).optional(),
  let: z.record(z.string(), z.unknown()).optional(),
  tables: z.record(idSchema, tableSchema).optional(),
  rules: z.record(idSchema, ruleSchema).optional(),
});

export type RuleText = z.infer<typeof ruleSchema>;
export type ParamText = z.infer<typeof paramSchema>;
export type TableText = z.infer<typeof tableSchema>;
