import { writeYaml } from '../document/write.ts';
import { compareText } from '../quantity/order.ts';
import { type Constraint, type Constraints, canonicalConstraints, listOf } from '../request/constraints.ts';
import type { Key } from '../request/keys.ts';
import type { Pod } from './bundle-model.ts';

/**
 * An overlay that puts the units of a bundle on machines of chosen types, so that Juju, told of the bundle and the
 * overlay, does what was planned.
 */

/** A machine with what is to be on it. */
export interface ChosenMachine {
  readonly type: string;
  /** Undefined where the type says it: amd64, which Juju takes anyway. */
  readonly arch: string | undefined;
  /** MiB; undefined: as it comes. */
  readonly rootDisk: number | undefined;
  /** Where it has to stand; undefined: anywhere. */
  readonly zone: string | undefined;
  readonly pods: readonly Pod[];
}

/** Keys that Juju or the cloud act on, beside the type. */
const KEPT: readonly Key[] = [
  'tags',
  'spaces',
  'zones',
  'virt-type',
  'instance-role',
  'root-disk-source',
  'image-id',
  'allocate-public-ip',
  'cpu-power',
];

/** What the units on a machine ask of it together: the zones that all accept, the tags that any wants. */
function jointConstraints(machine: ChosenMachine): string {
  const byKey = new Map<Key, Constraint>();
  for (const { constraints } of machine.pods) {
    for (const [key, one] of constraints.byKey) {
      if (!KEPT.includes(key)) continue;
      const before = byKey.get(key);
      byKey.set(key, before === undefined ? one : joined(key, before, one));
    }
  }
  const place = { source: 'packed', text: '', start: 0, end: 0 };
  const put = (key: Key, value: string | bigint | readonly string[]): void => {
    byKey.set(key, { key, value, span: place });
  };
  put('instance-type', machine.type);
  if (machine.arch !== undefined) put('arch', machine.arch);
  if (machine.rootDisk !== undefined && machine.rootDisk > 0) put('root-disk', BigInt(machine.rootDisk));
  if (machine.zone !== undefined) put('zones', [machine.zone]);
  return canonicalConstraints({ byKey, aliases: [] });
}

function joined(key: Key, one: Constraint, other: Constraint): Constraint {
  const listed = (constraint: Constraint): readonly string[] => listOf(asConstraints(key, constraint), key);
  const [left, right] = [listed(one), listed(other)];
  if (left.length === 0) return other;
  if (right.length === 0) return one;
  const value = key === 'zones' ? left.filter((zone) => right.includes(zone)) : [...new Set([...left, ...right])];
  return { ...one, value };
}

const asConstraints = (key: Key, constraint: Constraint): Constraints => ({
  byKey: new Map([[key, constraint]]),
  aliases: [],
});

/** The overlay as YAML. Machines are numbered in the order in which they are given. */
export function packedOverlay(machines: readonly ChosenMachine[]): string {
  const to = new Map<string, string>();
  for (const [id, { pods }] of machines.entries()) {
    for (const { units, container } of pods) {
      const [first, ...others] = units;
      to.set(first!, container === undefined ? String(id) : `${container}:${id}`);
      // In the same container as the first.
      for (const other of others) to.set(other, first!);
    }
  }
  const applications = new Map<string, string[]>();
  const numberOf = (unit: string): number => Number(unit.slice(unit.lastIndexOf('/') + 1));
  for (const unit of [...to.keys()].sort((a, b) => numberOf(a) - numberOf(b))) {
    const name = unit.slice(0, unit.lastIndexOf('/'));
    const list = applications.get(name);
    if (list === undefined) applications.set(name, [to.get(unit)!]);
    else list.push(to.get(unit)!);
  }
  const value = {
    machines: Object.fromEntries(
      machines.map((machine, id) => {
        const base = (machine.pods.find(({ container }) => container === undefined) ?? machine.pods[0])?.base;
        return [
          String(id),
          {
            constraints: jointConstraints(machine),
            ...(base === undefined ? {} : { base: `${base.os}@${base.release}` }),
          },
        ];
      }),
    ),
    applications: Object.fromEntries(
      [...applications].sort(([a], [b]) => compareText(a, b)).map(([name, list]) => [name, { to: list }]),
    ),
  };
  return writeYaml(value, (path) => path.length === 3 || (path.length === 2 && path[0] === 'machines'));
}
