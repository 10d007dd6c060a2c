import type { Answer, Machine } from '../plan/schema.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMonthly, readMoney } from '../quantity/money.ts';
import { type Alike, alike } from './alike.ts';
import { type Block, list, paragraph } from './blocks.ts';
import { clashes, waysOut } from './explanation.ts';
import { dimensionName, dimensionsIn, fillText, keptText, percentFull } from './fill.ts';
import { bindingTable } from './model-binding.ts';
import { grouped } from './table.ts';
import { machineRanges, unitRanges } from './unit-names.ts';

/** The answer to a model, for people. */

/** Whether an answer is to a question about a whole model. */
export function isModelAnswer(answer: Answer): boolean {
  return (
    answer['unit-groups'] !== undefined ||
    answer['model-conflicts'] !== undefined ||
    answer.machines.some(({ units }) => units !== undefined)
  );
}

/** So many machines are told one by one; of more, those that are alike share a row. */
const MOST_LISTED = 20;

const counted = (count: number, noun: string): string => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

/** `aws us-east-1`. */
export const placeOf = ({ cloud, region }: Machine): string => `${cloud} ${region}`;

/** `ubuntu@24.04 amd64`; nothing where no image is known. */
export const baseOf = ({ image }: Machine): string =>
  image === undefined ? '' : [`${image.os}@${image.release}`, image.arch ?? ''].join(' ').trim();

/** The type of a machine with what is unusual about how it is bought. */
export const typeText = ({ type, market }: Machine): string => (market === 'spot' ? `${type} spot` : type);

/** The units of machines in few words: `web/0-5 (lxd), db/0`. */
export function unitsText(machines: readonly Machine[]): string {
  const containers = new Map(
    machines.flatMap(({ containers: all }) =>
      all.flatMap(({ unit, type }) => (unit === undefined ? [] : [[unit, type] as const])),
    ),
  );
  const units = machines.flatMap((machine) => machine.units ?? []);
  const kinds = distinct(units.map((unit) => containers.get(unit) ?? ''));
  // A kind of units is as a rule in one kind of container, so order stays that of the units.
  const texts = kinds.flatMap((kind) =>
    unitRanges(units.filter((unit) => (containers.get(unit) ?? '') === kind)).map((text) =>
      kind === '' ? text : `${text} (${kind})`,
    ),
  );
  return texts.length === 0 ? 'none' : texts.join(', ');
}

/**
 * What is proved of the cost, in one sentence without its stop.
 *
 * By how much it may be dearer than the cheapest is rounded up, so that the sentence is true.
 */
export function certaintyText({ cost, bound, status }: Answer): string {
  if (cost === null) return '';
  if (status === 'optimal') return 'proved: nothing cheaper exists';
  const [paid, least] = [readMoney(cost), bound === null ? 0n : readMoney(bound)];
  const stopped = 'the search was stopped before it could tell more (time limit or engine)';
  if (least <= 0n || least > paid) return `not proved to be the cheapest: ${stopped}`;
  const share = formatDecimal(((paid - least) * 1000n + least - 1n) / least, 1);
  return `nothing cheaper than ${bound} USD/h exists, so this is at most ${share} % dearer than the cheapest; ${stopped}`;
}

/** What is planned and what it costs, in one sentence without its stop. */
export function headline({ machines, cost }: Answer): string {
  const units = machines.reduce((sum, machine) => sum + (machine.units?.length ?? 0), 0);
  const places = distinct(machines.map(placeOf)).join(', ');
  const total = cost ?? '0';
  const running = machines.filter((machine) => machine.running === true).length;
  const already = running === 0 ? '' : `, ${grouped(running)} of which ${running === 1 ? 'runs' : 'run'} already,`;
  return `${counted(machines.length, 'machine')}${already} for ${counted(units, 'unit')} in ${places}: ${total} USD/h, ${formatMonthly(readMoney(total))} USD a month`;
}

function percentOf({ fill }: Machine, dimension: string): number | undefined {
  const filled = fill?.[dimension];
  return filled === undefined ? undefined : percentFull(filled);
}

function machineTable(answer: Answer, groups: readonly Alike[]): Block {
  const { machines } = answer;
  const isGrouped = groups.length < machines.length;
  const dimensions = dimensionsIn(machines);
  const places = distinct(machines.map(placeOf));
  const bases = distinct(machines.map(baseOf));
  const keeps = machines.some(({ fill }) => keptText(fill ?? {}) !== '');
  const zones = machines.some(({ zone }) => zone !== undefined);
  const each = isGrouped ? ' each' : '';
  interface Column {
    readonly head: string;
    readonly cell: (group: Alike) => string;
    readonly right?: boolean;
  }
  const columns: readonly (Column | false)[] = [
    {
      head: isGrouped ? 'Machines' : 'Machine',
      cell: ({ first, machines: own }) =>
        `${machineRanges(own.map(({ id }) => id))}${first.running === true ? ' (running)' : ''}`,
    },
    isGrouped && { head: 'Number', cell: ({ machines: own }) => grouped(own.length), right: true },
    { head: 'Type', cell: ({ first }) => typeText(first) },
    places.length > 1 && { head: 'Region', cell: ({ first }) => placeOf(first) },
    zones && { head: 'Zone', cell: ({ first }) => first.zone ?? 'any' },
    bases.length > 1 && { head: 'Image', cell: ({ first }) => baseOf(first) },
    ...dimensions.flatMap((dimension): readonly Column[] => [
      {
        head: capital(dimensionName(dimension)),
        cell: ({ first }) => {
          const filled = first.fill?.[dimension];
          return filled === undefined ? '-' : fillText(dimension, filled);
        },
        right: true,
      },
      ...(machines.every((machine) => percentOf(machine, dimension) === undefined)
        ? []
        : [{ head: '%', cell: ({ first }: Alike) => String(percentOf(first, dimension) ?? '-'), right: true }]),
    ]),
    keeps && { head: 'Kept back', cell: ({ first }) => keptText(first.fill ?? {}) || '-' },
    { head: `$/hour${each}`, cell: ({ first }) => first.price, right: true },
    { head: `$/month${each}`, cell: ({ first }) => formatMonthly(readMoney(first.price)), right: true },
    { head: 'Units', cell: ({ machines: own }) => unitsText(own) },
  ];
  const shown = columns.filter((column) => column !== false);
  return {
    kind: 'table',
    head: shown.map(({ head }) => head),
    rows: groups.map((group) => shown.map(({ cell }) => cell(group))),
    right: shown.flatMap(({ right }, index) => (right === true ? [index] : [])),
  };
}

/** What single wishes cost, and with how few machines it would do. */
function wishes(answer: Answer): readonly Block[] {
  const { changes, fewest } = answer.explanation;
  const items = (changes ?? []).map(({ change, cost, saves }) => ({
    text: `${change}: ${cost} USD/h, saving ${saves} USD a month`,
  }));
  const cheaper =
    changes === undefined
      ? []
      : items.length === 0
        ? [paragraph('No single change that was tried would save money.')]
        : list('It would be cheaper with one change:', items);
  if (fewest === undefined) return cheaper;
  const { machines, cost } = fewest;
  const least = fewest['at-least'];
  const proof = least === machines ? 'fewer cannot hold them' : `fewer than ${grouped(least)} cannot hold them`;
  return [...cheaper, paragraph(`Fewest machines found: ${grouped(machines)}, at ${cost} USD/h; ${proof}.`)];
}

function planned(answer: Answer, verbose: boolean): readonly Block[] {
  const { machines } = answer;
  const groups =
    verbose || machines.length <= MOST_LISTED
      ? machines.map((machine) => ({ first: machine, machines: [machine] }))
      : alike(machines);
  const [base, ...others] = distinct(machines.map(baseOf));
  const keeps = machines.some(({ fill }) => keptText(fill ?? {}) !== '');
  const pairs: (readonly [string, string])[] = [];
  if (others.length === 0 && base !== undefined && base !== '') pairs.push(['Image', base]);
  if (groups.length < machines.length)
    pairs.push(['Rows', 'machines that are alike share a row; --verbose lists each of them']);
  const slow = machines.flatMap(({ type, cores, 'sustained-cores': sustained }) =>
    sustained === undefined ? [] : [`${type} ${sustained} of ${cores ?? '?'}`],
  );
  if (slow.length > 0) pairs.push(['Speed', `cores sustained: ${distinct(slow).join(', ')}`]);
  if (dimensionsIn(machines).length > 0)
    pairs.push(['%', `how full a machine is${keeps ? ', with what rules keep back of it' : ''}`]);
  return [
    paragraph(`${headline(answer)}.`, `${capital(certaintyText(answer))}.`),
    machineTable(answer, groups),
    ...(pairs.length === 0 ? [] : [{ kind: 'pairs', pairs } as const]),
    ...(verbose ? [...bindingTable(answer), ...wishes(answer)] : []),
  ];
}

/** Why there is no plan, as one sentence without its stop. */
export function noPlanText(answer: Answer): string {
  if (answer.status === 'error') return 'No answer, for the question is at fault';
  if (answer.status === 'unknown') return 'No plan was found; there may be one';
  return answer.notes.some(({ code }) => code === 'budget')
    ? 'No plan keeps within the budget'
    : 'No machines can hold all units of the model';
}

function impossible(answer: Answer, more: readonly string[] | undefined): readonly Block[] {
  const items = (answer['model-conflicts'] ?? []).map(({ units, text }) => ({ text: `${units.join(' × ')}: ${text}` }));
  const alone = answer.conflicts !== undefined || answer.relaxations !== undefined;
  return [
    paragraph(`${noPlanText(answer)}.`),
    ...list('What clashes among the units:', items),
    ...(alone ? [paragraph('One of the units that fit nowhere, asked for alone:')] : []),
    ...clashes(answer),
    ...waysOut(answer, more),
  ];
}

/** The blocks of a model's answer before its notes; `verbose`: why as well. */
export function modelBlocks(answer: Answer, verbose: boolean, more: readonly string[] | undefined): readonly Block[] {
  return answer.machines.length === 0 ? impossible(answer, more) : planned(answer, verbose);
}
