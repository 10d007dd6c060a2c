import type { Formulation } from './formulate.ts';
import type { ModelProblem } from './model-problem.ts';
import { NOT_INCLUDED } from './notes.ts';
import type { Machine, Note } from './schema.ts';

/** What an answer to a model has to say beside its numbers. */
export function modelNotes(
  _problem: ModelProblem,
  { unknownMachines }: Formulation,
  machines: readonly Machine[],
): readonly Note[] {
  return [
    ...unknownMachines.map((machine) => ({
      code: 'unknown-machine',
      text: `machine ${machine.id} is left out: this catalog has no priced offer of ${machine.type} in ${machine.region}`,
    })),
    ...(machines.length === 0 ? [] : [NOT_INCLUDED]),
  ];
}
