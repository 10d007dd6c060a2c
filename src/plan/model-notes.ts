import type { Formulation } from './formulate.ts';
import type { PlannedMachine } from './model-answer.ts';
import type { ModelProblem } from './model-problem.ts';
import { machineNotes, NOT_INCLUDED } from './notes.ts';
import type { Machine, Note } from './schema.ts';

/** What an answer to a model has to say beside its numbers, each thing once. */
export function modelNotes(
  { request }: ModelProblem,
  { unknownMachines, dimensions, hosts }: Formulation,
  machines: readonly { readonly planned: PlannedMachine; readonly machine: Machine }[],
): readonly Note[] {
  const notes: Note[] = unknownMachines.map((machine) => ({
    code: 'unknown-machine',
    text: `machine ${machine.id} is left out: this catalog has no priced offer of ${machine.type} in ${machine.region} that fits`,
  }));
  for (const { planned, machine } of machines) {
    if (planned.site.running !== undefined) continue;
    const { query, offer, image } = planned.site.host;
    notes.push(...machineNotes(query, machine, offer, image));
  }
  const nameless = request.units.filter(({ needs }) => needs.size === 0).map(({ id }) => id);
  if (nameless.length > 0)
    notes.push({
      code: 'no-needs',
      text: `${nameless.join(', ')}: nothing says what a unit takes, so it takes nothing`,
    });
  const lacking = dimensions.filter(
    (dimension) => hosts.length > 0 && hosts.every(({ room }) => room.get(dimension)!.capacity === 0),
  );
  for (const dimension of lacking)
    notes.push({ code: 'unknown-dimension', text: `no type of this catalog states how much ${dimension} it has` });
  if (machines.length > 0) notes.push(NOT_INCLUDED);
  return [...new Map(notes.map((note) => [`${note.code} ${note.text}`, note])).values()];
}
