import type { Answer, Machine, UnitGroupText } from '../plan/schema.ts';
import { alike, unitCounts } from './alike.ts';
import type { Block } from './blocks.ts';
import { amountText, dimensionName, leftOf, percentFull, tightestOf } from './fill.ts';
import { machineRanges } from './unit-names.ts';

/** What binds on each machine of a model, and which units would not fit any more. */

const isApart = (one: UnitGroupText, other: UnitGroupText): boolean =>
  one['apart-from']?.includes(other.id) === true || other['apart-from']?.includes(one.id) === true;

/**
 * Why one more unit would not fit on a machine; undefined where nothing that the answer tells speaks against it. Rules
 * and constraints may still do.
 */
export function whyNoMore(
  machine: Machine,
  group: UnitGroupText,
  groups: readonly UnitGroupText[],
): string | undefined {
  const counts = unitCounts(machine);
  const most = group['max-per-machine'];
  if (most !== undefined && (counts.get(group.id) ?? 0) >= most) return `at most ${most} a machine`;
  const apart = groups.find((other) => counts.has(other.id) && isApart(group, other));
  if (apart !== undefined) return `apart from ${apart.id}`;
  for (const dimension of Object.keys(group.needs).sort()) {
    const filled = machine.fill?.[dimension];
    const left = filled === undefined ? undefined : leftOf(filled);
    const need = group.needs[dimension]!;
    if (left !== undefined && need > left)
      return `${dimensionName(dimension)} ${amountText(dimension, need)}, ${amountText(dimension, need - left)} short`;
  }
  return undefined;
}

/** What bounds a machine: the dimension with least room, and kinds of units of which it may hold no more. */
function bindsText(machine: Machine, groups: readonly UnitGroupText[]): string {
  const fill = machine.fill ?? {};
  const tightest = tightestOf(fill);
  const counts = unitCounts(machine);
  const limits = groups
    .filter((group) => group['max-per-machine'] !== undefined && counts.get(group.id) === group['max-per-machine'])
    .map((group) => `${group['max-per-machine']} ${group.id} at most`);
  const room = tightest === undefined ? [] : [`${dimensionName(tightest)} ${percentFull(fill[tightest]!)} %`];
  return [...room, ...limits].join(', ') || '-';
}

/** So many kinds of units are named before the rest is only counted. */
const MOST_NAMED = 4;

function barredText(barred: readonly string[], of: number): string {
  if (barred.length === 0) return '-';
  if (barred.length <= MOST_NAMED) return barred.join(', ');
  if (barred.length === of) return `any of the ${of} kinds`;
  const named = barred.slice(0, MOST_NAMED);
  return `${named.join(', ')}, and ${barred.length - named.length} more of the ${of} kinds`;
}

/** A row for machines that are alike; nothing where the answer does not tell what units take. */
export function bindingTable(answer: Answer): readonly Block[] {
  const groups = answer['unit-groups'];
  if (groups === undefined || answer.machines.length === 0) return [];
  const rows = alike(answer.machines).map(({ first: machine, machines }) => {
    const left = Object.entries(machine.fill ?? {}).flatMap(([dimension, filled]) => {
      const room = leftOf(filled);
      return room === undefined ? [] : [`${dimensionName(dimension)} ${amountText(dimension, room)}`];
    });
    const barred = groups.flatMap((group) => {
      const why = whyNoMore(machine, group, groups);
      return why === undefined ? [] : [`${group.id} (${why})`];
    });
    return [
      machineRanges(machines.map(({ id }) => id)),
      bindsText(machine, groups),
      left.join(', ') || '-',
      barredText(barred, groups.length),
    ];
  });
  return [
    {
      kind: 'table',
      title: 'What binds, what is left, and of which units not one more would fit:',
      head: ['Machine', 'Binds', 'Left', 'No room for another'],
      rows,
      right: [],
    },
  ];
}
