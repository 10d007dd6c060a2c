import { z } from 'zod';

/** The shape of a rule file. Conditions are read apart, since what they may say depends on the vocabulary. */

export const VERBS = ['provide', 'refine', 'withhold', 'forbid', 'require', 'price', 'reserve'] as const;

const metadata = {
  source: z.string().optional().meta({ description: 'Where the fact comes from: a URL or a document.' }),
  owner: z.string().optional().meta({ description: 'Who may waive the rule.' }),
};

const accept = z
  .record(z.string().regex(/^R\d{3}$/, 'a finding is accepted by its code, such as R113'), z.string().min(1))
  .optional()
  .meta({
    description:
      'Findings of "stowage rules check" that are meant to be so, by code, each with the reason. One that is not found is a finding itself.',
  });

const idSchema = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'a rule id is lower-case letters, digits and dashes');

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
        times: z.union([z.string(), z.number()]).optional(),
        plus: z.union([z.string(), z.number()]).optional(),
        'at-most': z.union([z.string(), z.number()]).optional(),
        per: z.string().optional(),
        component: idSchema.optional(),
      })
      .optional(),
    reserve: z
      .record(
        idSchema,
        z.strictObject({ mem: z.unknown().optional(), cores: z.unknown().optional(), per: z.string().optional() }),
      )
      .optional(),
    effect: z.enum(['enforce', 'warn']).optional(),
    waivable: z.union([z.literal(true), z.literal('never')]).optional(),
    'on-unknown': z.enum(['refuse', 'warn', 'allow']).optional(),
    accept,
  })
  .meta({ description: 'One statement: when its condition holds, exactly one verb applies.' });

export const tableSchema = z.strictObject({
  summary: z.string().min(1),
  ...metadata,
  when: z.unknown().optional(),
  match: z.array(z.string()).min(1),
  give: z.array(z.string().startsWith('can.')).min(1),
  verb: z.enum(['provide', 'refine']),
  via: z.enum(['launch', 'launch-option', 'after-launch', 'image']).optional(),
  steps: z.array(z.string()).optional(),
  accept,
  rows: z.array(
    z.strictObject({
      match: z.array(z.unknown()),
      give: z.array(z.union([z.string(), z.number(), z.null()])),
      source: z.string().optional(),
    }),
  ),
});

export const ruleFileSchema = z.strictObject({
  format: z.literal(1),
  module: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'a module is lower-case letters, digits, dots and dashes'),
  let: z.record(z.string(), z.unknown()).optional(),
  tables: z.record(idSchema, tableSchema).optional(),
  rules: z.record(idSchema, ruleSchema).optional(),
});

export type RuleText = z.infer<typeof ruleSchema>;
export type TableText = z.infer<typeof tableSchema>;
