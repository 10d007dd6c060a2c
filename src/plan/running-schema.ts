import { z } from 'zod';
import { answerSchema, diagnosticSchema, money } from './schema.ts';

const moveSchema = z.strictObject({
  machine: z.string().meta({ description: 'The machine that is given up.' }),
  type: z.string(),
  units: z.array(z.string()).meta({ description: 'Units that have to move.' }),
  to: z.array(z.strictObject({ machine: z.string(), type: z.string(), new: z.boolean(), units: z.array(z.string()) })),
  saves: money.meta({ description: 'USD per hour.' }),
  'per-month': money,
});

/** What a model that runs already takes further, or could be (`stowage.running/1`). */

export const runningSchema = z
  .strictObject({
    format: z.literal('stowage.running/1'),
    runs: z
      .strictObject({
        cost: money.meta({ description: 'USD per hour of all machines that run, on demand.' }),
        machines: z.array(z.strictObject({ id: z.string(), type: z.string(), units: z.array(z.string()) })),
      })
      .meta({ description: 'What there is; units by the names that the model gives them.' }),
    moves: z
      .array(z.strictObject({ unit: z.string(), from: z.string(), to: z.string() }))
      .meta({ description: 'Units that run elsewhere in the answer; none unless all may move.' }),
    released: z.array(z.string()).meta({ description: 'Machines that the answer does without.' }),
    model: answerSchema.meta({
      description:
        'The answer. Its cost is that of new machines alone where units stay, and of all machines where they may move.',
    }),
    replan: z
      .strictObject({
        moves: z.array(moveSchema).meta({ description: 'In the order in which they are to be made.' }),
        next: moveSchema
          .nullable()
          .meta({ description: 'The best move that is not proposed: it saves too little, or moves are used up.' }),
        before: money.meta({ description: 'USD per hour of all machines before the moves.' }),
        after: money,
      })
      .optional(),
    warnings: z.array(diagnosticSchema),
  })
  .meta({ id: 'stowage-running-1', title: 'stowage running model' });

export type RunningAnswer = z.infer<typeof runningSchema>;
