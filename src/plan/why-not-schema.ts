import { z } from 'zod';
import { alternative, money, offer } from './schema.ts';

/** Why a type or an image is not the answer (`stowage.why-not/1`). */

const failedRule = z.strictObject({
  rule: z.string(),
  place: z.string(),
  how: z.enum(['provides', 'withholds', 'version']),
  summary: z.string(),
  missing: z.array(z.strictObject({ needs: z.string(), has: z.string(), unknown: z.boolean() })),
});

const subject = z.strictObject({
  subject: z.string(),
  kind: z.enum(['type', 'image', 'unknown']),
  verdict: z.enum(['chosen', 'fits', 'misses', 'no-price', 'elsewhere', 'misspelt', 'not-in-catalog']).meta({
    description:
      'no-price: it would fit, but no price is known here. elsewhere: it is not sold in the regions asked for. Both, misspelt and not-in-catalog are different answers.',
  }),
  offer: z
    .strictObject({ ...offer.shape, 'sustained-cores': z.string().optional(), price: money.nullable() })
    .optional()
    .meta({ description: 'The nearest offer of the subject: fewest needs missed, then cheapest.' }),
  misses: z.array(
    z.strictObject({
      need: z.string(),
      text: z.string(),
      from: z.string(),
      has: z.string(),
      margin: z.string().optional(),
      unknown: z.literal(true).optional().meta({ description: 'Missed only because a fact is unknown.' }),
      why: z.string(),
      proof: z
        .array(failedRule)
        .optional()
        .meta({ description: 'Rules that could give what is missing, nearest first.' }),
    }),
  ),
  'costs-more': money.optional().meta({ description: 'USD per hour more than the answer; negative: less.' }),
  'costs-more-per-month': money.optional(),
  ways: z
    .array(z.strictObject({ changes: z.array(z.string()), request: z.record(z.string(), z.unknown()) }))
    .meta({ description: 'Smallest changes of the request with which it would fit.' }),
  elsewhere: alternative.optional().meta({ description: 'The cheapest known price of the type anywhere.' }),
  nearest: z.array(z.string()).optional(),
});

export const whyNotSchema = z
  .strictObject({
    format: z.literal('stowage.why-not/1'),
    answer: alternative.nullable().meta({ description: 'What the answer to the request is.' }),
    needs: z.int().nonnegative().meta({ description: 'How many needs the request has.' }),
    subjects: z.array(subject),
    inputs: z.strictObject({ catalog: z.string(), rules: z.string() }),
  })
  .meta({ id: 'stowage-why-not-1', title: 'stowage why-not' });

export type WhyNot = z.infer<typeof whyNotSchema>;
