import type { DeployAnswer, DeployMachine } from '../plan/deploy-schema.ts';
import { type AnswerTextOptions, answerBlocks } from './answer.ts';
import { type Block, list, paragraph } from './blocks.ts';
import { compared, marks } from './explanation.ts';
import { grouped } from './table.ts';

/** What deploying a bundle comes to, in the manner of Juju's own dry run. */

/** Said in the last line of every answer. */
const QUIET_NOTES: readonly string[] = ['not-included'];

function machineText(machine: DeployMachine): string {
  const base = machine.image === undefined ? '' : `${machine.image.os}@${machine.image.release}`;
  const arch = machine.image?.arch === undefined || machine.image.arch === 'amd64' ? '' : machine.image.arch;
  const told = [machine.type, [base, arch].filter((word) => word !== '').join(' '), machine.zone ?? machine.region];
  const declared = machine['bundle-machine'];
  const number = declared === null || declared === machine.id ? '' : ` (bundle machine ${declared})`;
  return `add machine ${machine.id} (${told.filter((word) => word !== '').join(', ')})${number}`;
}

/** Prices in a column of their own, points below points. */
function pricedLines(machines: readonly DeployMachine[]): readonly string[] {
  const texts = machines.map(machineText);
  const whole = ({ price }: DeployMachine): number => price.split('.')[0]!.length;
  const width = Math.max(...texts.map((text) => text.length)) + 2;
  const digits = Math.max(...machines.map(whole));
  return machines.map((machine, index) => {
    const price = `$${machine.price}/h`.padStart(`$${machine.price}/h`.length + digits - whole(machine));
    return `${texts[index]!.padEnd(width)}${price}${marks(machine)}`;
  });
}

function totals(answer: DeployAnswer): string {
  const { machines, cost, 'per-month': month, 'places-considered': places, 'next-place': next } = answer;
  const noun = machines.length === 1 ? 'machine' : 'machines';
  const where = next === null ? '' : `; the cheapest of ${grouped(places)} regions, ${nextText(next, cost ?? '0')}`;
  return `Total: ${grouped(machines.length)} ${noun}  $${cost}/h  $${month}/month${where}`;
}

/** The place that comes next, and by how much. */
function nextText({ cloud, region, cost }: NonNullable<DeployAnswer['next-place']>, best: string): string {
  const gap = compared(cost, best);
  const at = gap === '' ? `at $${cost}/h` : `at $${cost}/h (${gap})`;
  return cost === best ? `in ${cloud} ${region} it is the same` : `before ${cloud} ${region} ${at}`;
}

function warningBlocks({ warnings }: DeployAnswer): readonly Block[] {
  return list(
    'Warnings:',
    warnings.map(({ message, place, hint }) => ({
      text: `${message}${place === undefined ? '' : ` (${place})`}`,
      items: hint === undefined ? [] : [{ text: `hint: ${hint}` }],
    })),
  );
}

/** Whose machine it is: `machine 3 (mysql/0)`. */
function machineTitle(answer: DeployAnswer, ids: readonly string[]): string {
  const shown = ids.slice(0, 4).map((id) => {
    const units = answer.units.filter(({ at }) => at === id || at.startsWith(`${id}/`)).map(({ unit }) => unit);
    const more = units.length > 3 ? ', …' : '';
    return `${id} (${units.slice(0, 3).join(', ')}${more})`;
  });
  const rest = ids.length > shown.length ? ` and ${ids.length - shown.length} more` : '';
  return `Machine${ids.length === 1 ? '' : 's'} ${shown.join(', ')}${rest}:`;
}

/** The answer for people. `name` is what they call the bundle. */
export function deployBlocks(answer: DeployAnswer, name: string, options: AnswerTextOptions = {}): readonly Block[] {
  const { machines, units, place, notes } = answer;
  const shown = notes.filter(({ code }) => !QUIET_NOTES.includes(code));
  const noted = shown.length === 0 ? [] : [paragraph(...shown.map(({ text }) => `Note: ${text}.`))];
  if (machines.length === 0 && answer.status !== 'optimal') {
    const stuck = answer.infeasible.reduce((total, { machines: ids }) => total + ids.length, 0);
    const what =
      stuck === 0 ? 'there are too few machines of what fits' : `nothing fits ${grouped(stuck)} of its machines`;
    return [
      paragraph(
        `Bundle ${name} cannot be deployed as it is: ${what}${answer.notes.some(({ code }) => code === 'no-common-place') ? ' in any one place' : ''}.`,
      ),
      ...answer.infeasible.flatMap(({ machines: ids, answer: why }) => [
        paragraph(machineTitle(answer, ids)),
        ...answerBlocks(why, { ...options, verbose: false }),
      ]),
      ...noted,
      ...warningBlocks(answer),
    ];
  }
  const where = place === null ? '' : ` in a Juju model of ${place.cloud}/${place.region}`;
  const without = answer['without-units'];
  const dates = [...new Set(machines.map((machine) => machine['as-of']).filter((date) => date !== null))];
  const apart = 'disks, public addresses, traffic, licences and tax are not included.';
  return [
    {
      kind: 'changes',
      title: `Changes to deploy bundle ${name}${where}:`,
      changes: [
        ...(machines.length === 0 ? [] : pricedLines(machines)),
        ...units.map(({ unit, at }) => `add unit ${unit} to ${at}`),
      ],
    },
    paragraph(machines.length === 0 ? 'Total: no machines  $0/h' : totals(answer)),
    ...(without.length === 0 ? [] : [paragraph(`Without units of their own: ${without.join(', ')}.`)]),
    ...warningBlocks(answer),
    ...noted,
    ...(dates.length === 0
      ? []
      : [paragraph(`List price${dates.length > 1 ? 's' : ''} of ${dates.join(', ')}, USD; ${apart}`)]),
  ];
}
