import { prepare, type Query } from '../match/query.ts';
import { requestDate } from '../match/request-facts.ts';
import { withConstraint } from '../request/variant.ts';
import { readsOfRule } from '../rules/program.ts';
import { attributesOf } from '../rules/rule.ts';
import type { Formulation, Partition } from './formulate.ts';
import type { PlannedMachine } from './model-answer.ts';
import { aloneRequest } from './model-conflicts.ts';
import type { ModelProblem } from './model-problem.ts';
import { machineNotes, NOT_INCLUDED, unpricedNotes } from './notes.ts';
import type { Machine, Note } from './schema.ts';
import { type Unpriced, unpricedFits } from './unpriced.ts';

/** What rules read of the root disk that is asked for. */
const DISK_ASKED = 'request.root-disk';

/** Kinds of units of which it is told what types without a price could hold them. */
const MOST_KINDS = 12;

/** Types that could hold a unit, were their price known in the place that was chosen; of the kind that has the most. */
function unpricedUnits(problem: ModelProblem, { classes }: Formulation, place: Partition): readonly Note[] {
  const { compiled, options } = problem;
  let most: { readonly query: Query; readonly unpriced: Unpriced; readonly units: string } | undefined;
  for (const one of classes.slice(0, MOST_KINDS)) {
    let request = aloneRequest(problem, one);
    if (place.cloud !== undefined) request = withConstraint(request, 'cloud', [place.cloud]);
    if (place.region !== undefined) request = withConstraint(request, 'region', [place.region]);
    const query = prepare(compiled, request, options.at);
    const unpriced = unpricedFits(query, options.at);
    if (unpriced.fit > (most?.unpriced.fit ?? 0)) most = { query, unpriced, units: one.companies[0]!.leader.id };
  }
  if (most === undefined) return [];
  const { query, unpriced, units } = most;
  return unpricedNotes(query, unpriced, requestDate(compiled, options.at)).map(({ code, text }) => ({
    code,
    text: `for a unit of ${units} alone, ${text}`,
  }));
}

/** What an answer to a model has to say beside its numbers, each thing once. */
export function modelNotes(
  problem: ModelProblem,
  formulation: Formulation,
  machines: readonly { readonly planned: PlannedMachine; readonly machine: Machine }[],
  place?: Partition,
): readonly Note[] {
  const { request, compiled } = problem;
  const { unknownMachines, dimensions, hosts } = formulation;
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
  if (compiled.program.prefers.length > 0)
    notes.push({
      code: 'preferences',
      text: 'rules that prefer some offers to others do not count in models: what is billed decides',
    });
  const readsDisk = compiled.program.prices.some((rule) =>
    readsOfRule(rule).some(
      (leaf) => leaf.kind === 'leaf' && attributesOf(leaf).some(({ name }) => name === DISK_ASKED),
    ),
  );
  if (readsDisk && dimensions.includes('root-disk'))
    notes.push({
      code: 'disk-prices',
      text: `rules that price by ${DISK_ASKED} see the constraint root-disk, not the disk that a machine is launched with`,
    });
  if (place !== undefined) notes.push(...unpricedUnits(problem, formulation, place));
  if (machines.length > 0) notes.push(NOT_INCLUDED);
  return [...new Map(notes.map((note) => [`${note.code} ${note.text}`, note])).values()];
}
