import type { Value, Vocabulary } from '../catalog/value.ts';
import type { PlacedContainer, PlacedMachine } from '../request/bundle-placement.ts';
import { type Constraints, numberOf, textOf } from '../request/constraints.ts';
import type { Guest } from '../request/guest.ts';
import type { Key } from '../request/keys.ts';
import { type Base, DEFAULT_BASE, type MachineRequest, parseBase } from '../request/request.ts';
import { writeRequest } from '../request/written.ts';

/** What a bundle asks of each of its machines, as machine requests; machines that ask for the same share one. */

/** What of a deployment is not the bundle's. */
export interface DeploySettings {
  /** Of the Juju model: beneath the constraints of machines and applications; cloud, region and market among them. */
  readonly model: Constraints;
  readonly attributes: ReadonlyMap<string, Value>;
  readonly reserve: boolean;
  readonly waived: readonly string[];
}

/** Machines that ask for the same. */
export interface MachineGroup {
  readonly request: MachineRequest;
  readonly machines: readonly PlacedMachine[];
}

/** What Juju 3.6 takes of machines that say nothing: a core, and MiB of memory. */
export const ASSUMED = { cores: 1n, mem: 2048n } as const;

/** Where a constraint comes from that neither bundle nor model states. */
export const ASSUMED_PLACE = { source: 'default', text: '', start: 0, end: 0 } as const;

/** What Juju gives a KVM container that says nothing: MiB of memory. */
const LEAST_GUEST_MEM = 512;

/** Sizes that Juju does not look up further where a type is named, and the other way round. */
const SIZES: readonly Key[] = ['cores', 'mem', 'cpu-power'];

/** Which sizes a machine leaves to Juju, its model's constraints included. */
export function unstatedSizes(own: Constraints, model: Constraints): readonly (keyof typeof ASSUMED)[] {
  const all = over(own, model);
  if (textOf(all, 'instance-type') !== undefined) return [];
  return (['cores', 'mem'] as const).filter((key) => numberOf(all, key) === 0);
}

/** A machine's constraints over its model's: what is stated, even as empty, hides what is stated beneath. */
export function over(own: Constraints, model: Constraints): Constraints {
  const states = (key: Key): boolean => own.byKey.has(key);
  const beneath = [...model.byKey].filter(
    ([key]) =>
      !states(key) &&
      !(states('instance-type') && SIZES.includes(key)) &&
      !(key === 'instance-type' && SIZES.some(states)),
  );
  return { byKey: new Map([...beneath, ...own.byKey]), aliases: [...model.aliases, ...own.aliases] };
}

/**
 * What containers take of their host. Limits take nothing. Virtual machines take their memory, and share the cores: the
 * host has those of the largest.
 */
function guestsIn(containers: readonly PlacedContainer[], vocabulary: Vocabulary): readonly Guest[] {
  const isVm = (kind: string): boolean => vocabulary.capabilities.get(kind)?.guest === 'vm';
  const mostCores = Math.max(
    0,
    ...containers.filter(({ kind }) => isVm(kind)).map(({ constraints }) => numberOf(constraints, 'cores')),
  );
  let coresLeft = mostCores;
  const guests = new Map<string, Guest>();
  for (const { kind, constraints } of containers) {
    const size = (key: 'cores' | 'mem' | 'root-disk'): number => (isVm(kind) ? numberOf(constraints, key) : 0);
    const cores = coresLeft > 0 && size('cores') === mostCores ? coresLeft : 0;
    if (cores > 0) coresLeft = 0;
    const mem = isVm(kind) ? Math.max(size('mem'), LEAST_GUEST_MEM) : 0;
    const guest = { kind, count: 1, cores, mem, rootDisk: size('root-disk') };
    const key = `${kind} ${cores} ${mem} ${guest.rootDisk}`;
    const before = guests.get(key);
    guests.set(key, { ...guest, count: (before?.count ?? 0) + 1 });
  }
  return [...guests.values()];
}

/** The base of machines that nothing states one for. */
export function assumedBase(): Base {
  const base = parseBase({ source: 'base', text: DEFAULT_BASE });
  if (!base.ok) throw new Error(`the default base ${DEFAULT_BASE} is none`);
  return base.value;
}

/** The request of one machine. */
export function requestOf(machine: PlacedMachine, settings: DeploySettings, vocabulary: Vocabulary): MachineRequest {
  const { model } = settings;
  const byKey = new Map(over(machine.constraints, model).byKey);
  for (const key of unstatedSizes(machine.constraints, model))
    byKey.set(key, { key, value: ASSUMED[key], span: ASSUMED_PLACE });
  // Juju takes this key off machines, and launches on demand; whoever asks for another market launches by themselves.
  byKey.delete('container');
  byKey.delete('budget');
  const market = byKey.get('market')?.value ?? '';
  if (!byKey.has('launcher') && (market === '' || market === 'on-demand'))
    byKey.set('launcher', { key: 'launcher', value: 'juju', span: ASSUMED_PLACE });
  const guests = guestsIn(machine.containers, vocabulary);
  return {
    constraints: { byKey, aliases: machine.constraints.aliases },
    placement: { kind: 'none' },
    containers: [...new Set(guests.map(({ kind }) => kind))].map((capability) => ({ capability, atLeast: undefined })),
    guests: guests.length === 0 ? undefined : guests,
    base: machine.base ?? assumedBase(),
    count: 1,
    attributes: settings.attributes,
    reserve: settings.reserve,
    waived: settings.waived,
  };
}

/** Machines by what they ask for, in order of the first of each. */
export function groupMachines(
  machines: readonly PlacedMachine[],
  settings: DeploySettings,
  vocabulary: Vocabulary,
): readonly MachineGroup[] {
  const groups = new Map<string, { request: MachineRequest; machines: PlacedMachine[] }>();
  for (const machine of machines) {
    const request = requestOf(machine, settings, vocabulary);
    const key = JSON.stringify(writeRequest(request, vocabulary));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { request, machines: [machine] });
    else group.machines.push(machine);
  }
  return [...groups.values()].map((group) => ({
    ...group,
    request: { ...group.request, count: group.machines.length },
  }));
}

/** `machine 0`, or `machines 0, 1 and 4`; runs are shortened: `machines 0-2`. */
export function namesOf(machines: readonly { readonly id: string }[]): string {
  const numbers = machines.map(({ id }) => Number(id)).sort((a, b) => a - b);
  const runs: [first: number, last: number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  const words = runs.flatMap(([first, last]) =>
    last === first ? [String(first)] : last === first + 1 ? [String(first), String(last)] : [`${first}-${last}`],
  );
  const all = words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
  return `machine${numbers.length === 1 ? '' : 's'} ${all}`;
}
