import { z } from 'zod';

/** The answer (`stowage.answer/1`): one value, the same whatever renders it, and nothing in it that time changes. */

export const money = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .meta({ description: 'A decimal number of USD, as short as it can be written.' });
const size = z.int().nonnegative();

const proofStep = z.strictObject({
  rule: z.string(),
  place: z.string().meta({ description: 'file:line:column of the rule.' }),
  summary: z.string(),
  source: z.string().optional(),
  facts: z.array(
    z.strictObject({
      attribute: z.string(),
      value: z.string(),
      'set-by': z.string().optional().meta({ description: 'The rule that set it where the catalog states nothing.' }),
    }),
  ),
  get because() {
    return z.array(proofStep);
  },
});

const capability = z.strictObject({
  version: z.string().meta({ description: 'A version, or "any": there, version not known.' }),
  via: z.enum(['launch', 'launch-option', 'after-launch', 'image']),
  rule: z.string(),
});

const image = z.strictObject({
  id: z.string().optional(),
  product: z.string().optional(),
  os: z.string(),
  release: z.string(),
  arch: z.string().optional(),
});

const container = z.strictObject({
  id: z.string(),
  type: z.string(),
  cores: size.optional(),
  mem: size.optional().meta({ description: 'MiB' }),
  'root-disk': size.optional().meta({ description: 'MiB' }),
  unit: z.string().optional().meta({ description: 'Of a model: the unit in it.' }),
});

const fill = z
  .record(
    z.string(),
    z.strictObject({
      used: size.meta({ description: 'By units, and by whatever else runs there.' }),
      reserved: size.meta({ description: 'Kept back by rules, for the host and its guests.' }),
      capacity: size.nullable().meta({ description: 'null: as much as is asked for at launch.' }),
    }),
  )
  .meta({ description: 'By dimension: cpu-milli, mem (MiB), root-disk (MiB), gpus, local-disk (GiB), and others.' });

export const offer = z.strictObject({
  type: z.string(),
  cloud: z.string(),
  region: z.string(),
  market: z.enum(['on-demand', 'spot']),
  price: money.meta({ description: 'USD per hour, as billed.' }),
  'rank-price': money
    .optional()
    .meta({ description: 'What it ranks by, where rules prefer some offers to others. Nobody pays it.' }),
  'price-basis': z.enum(['list', 'derived', 'estimate', 'own']).optional(),
  tenancy: z.enum(['shared', 'dedicated']).optional(),
});

export const machineSchema = z.strictObject({
  id: z.string(),
  ...offer.shape,
  'list-price': money
    .nullable()
    .meta({ description: "The source's own price, before price files and price rules; null where it has none." }),
  'as-of': z.string().nullable(),
  zones: z.array(z.string()).optional(),
  cores: size.optional(),
  mem: size.optional().meta({ description: 'MiB' }),
  'sustained-cores': z.string().optional(),
  image: image.optional(),
  capabilities: z.record(z.string(), capability),
  containers: z.array(container),
  units: z.array(z.string()).optional().meta({ description: 'Of a model: all units on it, those in containers too.' }),
  fill: fill.optional(),
  zone: z.string().optional().meta({ description: 'Of a model: where it has to stand.' }),
  running: z.literal(true).optional().meta({ description: 'It runs already.' }),
  'root-disk': size.optional().meta({ description: 'MiB to launch it with, where units need so much.' }),
});

export const alternative = z.strictObject({
  ...offer.shape,
  'sustained-cores': z.string().optional(),
  needs: z.array(z.string()).optional().meta({ description: 'What of the request it does not meet.' }),
});

const relaxation = z.strictObject({
  changes: z.array(z.string()).min(1).meta({ description: 'What is changed, each by the least amount that does it.' }),
  'decided-by': z.array(z.string()).optional().meta({ description: 'Owners of the rules that would be waived.' }),
  ...offer.shape,
  'sustained-cores': z.string().optional(),
  cost: money.meta({ description: 'USD per hour of all machines that are asked for.' }),
  'per-month': money.meta({ description: 'The same for a month of 730 hours.' }),
  saves: money.optional().meta({ description: 'USD per month less than the answer costs.' }),
  request: z
    .record(z.string(), z.unknown())
    .meta({ description: 'The request with the changes made, as a problem file has it.' }),
});

const conflict = z.strictObject({
  needs: z.array(
    z.strictObject({
      need: z.string(),
      text: z.string(),
      from: z.string(),
      meet: size.meta({ description: 'Considered offers that meet this need, whatever else they miss.' }),
      'meet-others': size.meta({ description: 'Considered offers that meet all the other needs of the conflict.' }),
      closest: z.string().optional().meta({ description: 'The best amount among those.' }),
    }),
  ),
});

const need = z.strictObject({
  need: z.string(),
  text: z.string(),
  from: z.string().meta({ description: 'The place of the constraint or rule that asks for it, or default.' }),
  has: z.string().optional().meta({ description: 'What the chosen machine has.' }),
  margin: z.string().optional().meta({ description: 'How much more than is needed.' }),
  misses: size.meta({ description: 'Considered offers that miss this need, whatever else they miss.' }),
  unknown: size.meta({ description: 'Those of them that miss it only because a fact is unknown.' }),
  left: size.meta({ description: 'Considered offers left when this need and those before it are applied in turn.' }),
});

const certificate = z
  .strictObject({
    multipliers: z.array(
      z.strictObject({
        place: z.string().meta({ description: 'The cloud and region that they were found for; they hold for all.' }),
        units: z.array(
          z.strictObject({
            unit: z.string(),
            zone: z
              .int()
              .nonnegative()
              .optional()
              .meta({ description: 'Of spread units: which zone, in order of names.' }),
            each: money.meta({ description: 'What one is worth, USD per hour.' }),
          }),
        ),
      }),
    ),
  })
  .meta({
    description:
      'What the bound rests on: no machine can be filled with units that are worth more than its price, so no plan costs less than all units are worth.',
  });

export const diagnosticSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  place: z.string().optional(),
  path: z.string().optional(),
  hint: z.string().optional(),
});

const unitGroup = z.strictObject({
  id: z.string(),
  count: size,
  needs: z.record(z.string(), size).meta({ description: 'What each takes of its machine, by dimension.' }),
  container: z.string().optional().meta({ description: 'The container type that each runs in.' }),
  'max-per-machine': size.optional(),
  'apart-from': z.array(z.string()).optional(),
  with: z.string().optional(),
  spread: z.literal('zone').optional(),
});

export const answerSchema = z
  .strictObject({
    format: z.literal('stowage.answer/1'),
    status: z.enum(['optimal', 'feasible', 'infeasible', 'unknown', 'error']),
    line: z.int().positive().optional().meta({ description: 'In streams: the line that the answer belongs to.' }),
    cost: money.nullable(),
    'rank-cost': money.optional().meta({
      description: 'What the machines rank by together, where rules prefer some offers: bound and gap are of it.',
    }),
    bound: money.nullable(),
    gap: z.string().nullable(),
    proof: z.enum(['exhaustive', 'linear-program', 'juju-2.8', 'juju-3.6', 'multipliers', 'enumeration']).nullable(),
    machines: z.array(machineSchema),
    considered: z.strictObject({ offers: size, fit: size, 'unpriced-fit': size }),
    'runner-up': z
      .strictObject({
        ...alternative.shape,
        'wins-below': money.meta({
          description: 'The price (the rank-price, where there is one) below which it would be chosen.',
        }),
      })
      .nullable(),
    'juju-launchable': alternative.nullable(),
    'full-speed': alternative.nullable(),
    'without-reserve': alternative.nullable(),
    'other-arch': alternative.nullable(),
    'juju-pick': z
      .strictObject({ ...alternative.shape, version: z.literal('3.6').meta({ description: 'The version of Juju.' }) })
      .nullable()
      .meta({ description: "What Juju itself picks by its provider's own rule; null where that is not certain." }),
    top: z.array(alternative).optional(),
    nearest: z
      .array(
        z.strictObject({
          ...offer.shape,
          'sustained-cores': z.string().optional(),
          misses: z.array(z.strictObject({ need: z.string(), text: z.string() })),
        }),
      )
      .optional()
      .meta({ description: 'Where nothing fits: the offers that miss least, and what they miss.' }),
    conflicts: z
      .array(conflict)
      .optional()
      .meta({ description: 'Where nothing fits: smallest sets of needs that no offer meets together.' }),
    relaxations: z
      .array(relaxation)
      .optional()
      .meta({ description: 'Where nothing fits: smallest changes with which something does, cheapest first.' }),
    front: z
      .array(relaxation)
      .optional()
      .meta({ description: 'Where nothing fits: what each further change gets cheaper.' }),
    'more-exist': z
      .array(z.enum(['conflicts', 'relaxations']))
      .optional()
      .meta({ description: 'Lists that were cut short.' }),
    steps: z.array(z.string()),
    notes: z.array(z.strictObject({ code: z.string(), text: z.string() })),
    explanation: z.strictObject({
      needs: z.array(need),
      proofs: z.record(z.string(), z.array(proofStep)),
      'price-steps': z
        .array(
          z.strictObject({
            rule: z.string().meta({ description: "The price rule; or file:line:column of a price of one's own." }),
            component: z.string(),
            change: money,
            reason: z.string().optional().meta({ description: "What a price file says: '-12 %, contract'." }),
          }),
        )
        .meta({ description: 'From the list price to the billed one; the changes add up to the difference.' }),
      preferences: z
        .array(
          z.strictObject({
            rule: z.string(),
            percent: z.string().meta({ description: 'How much more, or less, than billed it ranks by.' }),
            summary: z.string(),
          }),
        )
        .optional()
        .meta({ description: 'From the billed price to the rank-price.' }),
      cheaper: z
        .array(
          z.strictObject({
            misses: z.array(z.strictObject({ need: z.string(), unknown: z.literal(true).optional() })),
            offers: size,
            lowest: money,
            example: z.string(),
          }),
        )
        .meta({ description: 'Every considered offer before the chosen one, counted once, by all that it misses.' }),
      savings: z.array(relaxation).meta({ description: 'Single changes that would save money.' }),
      changes: z
        .array(
          z.strictObject({
            change: z.string(),
            cost: money.meta({ description: 'USD per hour of the cheapest plan found with the change.' }),
            saves: money.meta({ description: 'USD a month less than the answer costs.' }),
          }),
        )
        .optional()
        .meta({ description: 'Of a model: single wishes that cost something, dearest first.' }),
      fewest: z
        .strictObject({
          machines: size,
          'at-least': size.meta({ description: 'With fewer machines than this it is proved not to be possible.' }),
          cost: money.meta({ description: 'USD per hour of the cheapest plan found with so few machines.' }),
        })
        .optional()
        .meta({ description: 'Of a model: the fewest machines found, whatever they cost.' }),
      unpriced: z.array(
        z.strictObject({
          type: z.string(),
          cloud: z.string(),
          region: z.string(),
          'lowest-elsewhere': money.nullable(),
        }),
      ),
    }),
    certificate: certificate.optional(),
    'unit-groups': z
      .array(unitGroup)
      .optional()
      .meta({ description: 'Of a model: its units as they were asked for, in the order of the request.' }),
    'model-conflicts': z
      .array(z.strictObject({ units: z.array(z.string()), text: z.string() }))
      .optional()
      .meta({ description: 'Where a model cannot be placed: smallest sets of units that cannot, and why.' }),
    inputs: z.strictObject({ catalog: z.string(), rules: z.string(), date: z.string().nullable() }),
    stats: z.strictObject({ rows: size }),
    diagnostics: z.array(diagnosticSchema).optional(),
  })
  .meta({ id: 'stowage-answer-1', title: 'stowage answer' });

export type Answer = z.infer<typeof answerSchema>;
export type Machine = Answer['machines'][number];
export type Alternative = NonNullable<Answer['full-speed']>;
export type RelaxationText = z.infer<typeof relaxation>;
export type ConflictText = z.infer<typeof conflict>;
export type UnitGroupText = z.infer<typeof unitGroup>;
export type Note = Answer['notes'][number];
