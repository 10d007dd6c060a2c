import type { RunningAnswer } from '../plan/running-schema.ts';
import { type AnswerTextOptions, answerBlocks } from './answer.ts';
import { type Block, list, paragraph } from './blocks.ts';

/** A model that runs, for people: what stays, what is added and what can go, in the manner of Juju's dry run. */

type Machine = RunningAnswer['model']['machines'][number];

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Units on a machine, those in containers with the kind of it. */
function unitsOf({ units = [], containers }: Machine): string {
  const kinds = new Map(containers.flatMap(({ unit, type }) => (unit === undefined ? [] : [[unit, type] as const])));
  return units.map((unit) => (kinds.has(unit) ? `${unit} (${kinds.get(unit)})` : unit)).join(', ');
}

function changeLines({ model, released }: RunningAnswer): readonly string[] {
  return [
    ...model.machines.map((machine) => {
      const isOld = machine.running === true;
      const base = machine.image === undefined ? '' : `, ${machine.image.os}@${machine.image.release}`;
      const where = machine.zone ?? machine.region;
      const what = isOld
        ? `keep machine ${machine.id} (${machine.type})`
        : `add machine ${machine.id} (${machine.type}${base}, ${where}) at $${machine.price}/h`;
      return `${what}: ${unitsOf(machine)}`;
    }),
    ...released.map((id) => `remove machine ${id}`),
  ];
}

function verdict({ runs, moves, model }: RunningAnswer, isFree: boolean): string {
  const now = `What runs costs $${runs.cost}/h on ${counted(runs.machines.length, 'machine')}`;
  const proof = model.status === 'optimal' ? '' : `, at least $${model.bound}/h`;
  if (isFree)
    return `${now}; with all units free to move it is $${model.cost}/h${proof}, and ${counted(moves.length, 'unit')} would move.`;
  const fresh = model.machines.filter(({ running }) => running !== true).length;
  return fresh === 0
    ? `${now}; no new machine is needed.`
    : `${now}; ${counted(fresh, 'new machine')} at $${model.cost}/h${proof} would come to it.`;
}

type Replan = NonNullable<RunningAnswer['replan']>;

function moveLine({ machine, type, units, to, saves, 'per-month': month }: Replan['moves'][number]): string {
  const places = to.map(({ machine: at, type: kind, new: isNew, units: here }) => {
    const where = isNew ? `a new ${kind}` : `machine ${at}`;
    return to.length === 1 ? where : `${here.join(', ')} to ${where}`;
  });
  const what =
    units.length === 0
      ? 'nothing of the model is on it'
      : `${units.join(', ')}${to.length === 1 ? ' to ' : ': '}${places.join(', ')}`;
  return `give up machine ${machine} (${type}): ${what}; saves $${saves}/h, $${month}/month, and disrupts ${counted(units.length, 'unit')}`;
}

function replanBlocks({ replan }: RunningAnswer): readonly Block[] {
  if (replan === undefined) return [];
  const { moves, next, before, after } = replan;
  const rest = next === null ? '' : ` Not proposed: ${moveLine(next)}.`;
  return moves.length === 0
    ? [paragraph(`No move is worth it: it stays at $${before}/h.${rest}`)]
    : [
        ...list(
          'Moves that pay, in this order:',
          moves.map((move) => ({ text: moveLine(move) })),
        ),
        paragraph(`With them the model costs $${after}/h instead of $${before}/h.${rest}`),
      ];
}

/** `isFree`: whether all units were free to move. */
export function runningBlocks(
  answer: RunningAnswer,
  isFree: boolean,
  options: AnswerTextOptions = {},
): readonly Block[] {
  const { moves, model, warnings } = answer;
  const found = model.machines.length > 0;
  return [
    ...(found
      ? [
          { kind: 'changes' as const, title: 'Changes to the model:', changes: changeLines(answer) },
          paragraph(verdict(answer, isFree)),
        ]
      : answerBlocks(model, options)),
    ...list(
      'Moves:',
      moves.map(({ unit, from, to }) => ({ text: `${unit} from ${from} to ${to}` })),
    ),
    ...replanBlocks(answer),
    ...list(
      'Warnings:',
      warnings.map(({ message, hint }) => ({
        text: message,
        items: hint === undefined ? [] : [{ text: `hint: ${hint}` }],
      })),
    ),
  ];
}
