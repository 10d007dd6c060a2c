import type { Machine } from '../plan/schema.ts';
import { groupOfUnit } from './unit-names.ts';

/** Machines that differ in nothing but their names and the numbers of their units. */
export interface Alike {
  readonly first: Machine;
  /** In order, the first among them. */
  readonly machines: readonly Machine[];
}

/** How many units of each kind a machine has, in order of first appearance. */
export function unitCounts({ units = [] }: Machine): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const unit of units) counts.set(groupOfUnit(unit), (counts.get(groupOfUnit(unit)) ?? 0) + 1);
  return counts;
}

function keyOf(machine: Machine): string {
  // Whoever runs already is somebody.
  if (machine.running === true) return `running ${machine.id}`;
  const { type, cloud, region, market, zone, image } = machine;
  const guests = machine.containers.map((one) => [one.type, one.cores, one.mem, one['root-disk']]);
  return JSON.stringify([
    ...[type, cloud, region, market, machine.price, zone, image, machine.fill],
    [...unitCounts(machine)].sort(),
    guests.map((guest) => JSON.stringify(guest)).sort(),
  ]);
}

/** Machines with those like them, in order of the first of each. */
export function alike(machines: readonly Machine[]): readonly Alike[] {
  const groups = new Map<string, Machine[]>();
  for (const machine of machines) {
    const key = keyOf(machine);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [machine]);
    else group.push(machine);
  }
  return [...groups.values()].map((group) => ({ first: group[0]!, machines: group }));
}
