import { z } from 'zod';
import { answerSchema, diagnosticSchema, machineSchema, money } from './schema.ts';

/** What deploying a bundle comes to (`stowage.deploy/1`): the machines of its author's placement, each at an offer. */

const count = z.int().nonnegative();

const container = z.strictObject({
  id: z.string().meta({ description: 'As Juju will call it: 0/lxd/1.' }),
  type: z.string(),
  cores: count.optional().meta({ description: 'What it may use at the most; of a virtual machine: what it has.' }),
  mem: count.optional().meta({ description: 'MiB, likewise.' }),
  'root-disk': count.optional().meta({ description: 'MiB, likewise.' }),
  units: z.array(z.string()),
});

const machine = z.strictObject({
  ...machineSchema.omit({ fill: true, running: true, 'root-disk': true, zone: true }).shape,
  id: z.string().meta({ description: 'The number that Juju will give it in an empty model.' }),
  'bundle-machine': z
    .string()
    .nullable()
    .meta({ description: 'Its number in the bundle; null where a unit has it for itself.' }),
  zone: z.string().nullable().meta({
    description: 'Where Juju will put it if it spreads machines evenly over zones; null where none is known.',
  }),
  constraints: z
    .string()
    .meta({ description: "What the bundle, its model's constraints and Juju's defaults ask of it." }),
  units: z.array(z.string()).meta({ description: 'Units on the machine itself.' }),
  containers: z.array(container),
});

const place = z.strictObject({ cloud: z.string(), region: z.string() });

export const deploySchema = z
  .strictObject({
    format: z.literal('stowage.deploy/1'),
    status: z.enum(['optimal', 'infeasible', 'error']).meta({
      description: 'optimal: no other offers, of one place, hold these machines for less, of those with known prices.',
    }),
    cost: money.nullable().meta({ description: 'USD per hour of all machines.' }),
    'per-month': money.nullable().meta({ description: 'The same for a month of 730 hours.' }),
    place: place.nullable().meta({ description: 'All machines of a model are in one.' }),
    'places-considered': count.meta({ description: 'Places that hold all machines.' }),
    'next-place': z
      .strictObject({ ...place.shape, cost: money })
      .nullable()
      .meta({ description: 'The second cheapest place.' }),
    machines: z.array(machine),
    units: z.array(z.strictObject({ unit: z.string(), at: z.string() })),
    'without-units': z
      .array(z.string())
      .meta({ description: 'Applications without units of their own: subordinates, mostly.' }),
    infeasible: z
      .array(z.strictObject({ machines: z.array(z.string()), answer: answerSchema }))
      .meta({ description: 'Machines that nothing fits, with the answer to what they ask for.' }),
    warnings: z.array(diagnosticSchema),
    notes: z.array(z.strictObject({ code: z.string(), text: z.string() })),
    inputs: z.strictObject({ catalog: z.string(), rules: z.string(), date: z.string().nullable() }),
    diagnostics: z.array(diagnosticSchema).optional(),
  })
  .meta({ id: 'stowage-deploy-1', title: 'stowage deploy' });

export type DeployAnswer = z.infer<typeof deploySchema>;
export type DeployMachine = DeployAnswer['machines'][number];
