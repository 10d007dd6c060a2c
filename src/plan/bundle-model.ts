import type { Catalog } from '../catalog/catalog.ts';
import { numberAt, textAt } from '../catalog/column.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { compareText } from '../quantity/order.ts';
import { formatSize } from '../quantity/size.ts';
import type { BundleApplication } from '../request/bundle.ts';
import type { PlacedMachine } from '../request/bundle-placement.ts';
import {
  type CapabilityNeed,
  type Constraint,
  type Constraints,
  canonicalConstraints,
  numberOf,
  textOf,
} from '../request/constraints.ts';
import type { Key } from '../request/keys.ts';
import type { ModelRequest, UnitGroup } from '../request/model.ts';
import type { Base } from '../request/request.ts';
import type { PlacedBundle } from './deploy.ts';
import { ADDRESSABLE } from './deploy-reach.ts';
import { ASSUMED, ASSUMED_PLACE, assumedBase, type DeploySettings, over } from './deploy-requests.ts';

/**
 * A bundle as a model whose machines are still to be chosen. What a unit takes are its application's sizes, or, where it
 * has a machine of the bundle to itself, that machine's. What the author kept on different machines stays apart.
 */

/** Units that are moved together: those of one container, or one on a machine itself. */
export interface Pod {
  /** In order; the first is the one that a container is made for. */
  readonly units: readonly string[];
  /** The kind of its container; undefined: on the machine itself. */
  readonly container: string | undefined;
  /** What Juju is told of its machine beside sizes. */
  readonly constraints: Constraints;
  readonly base: Base;
}

export interface BundleModel {
  readonly request: ModelRequest;
  /** By the model's names of units, `group/0`. */
  readonly pods: ReadonlyMap<string, Pod>;
  readonly warnings: readonly Diagnostic[];
}

export interface PackOptions {
  /** Units that have machines to themselves may be put in containers of this kind, as far as they can be reached there. */
  readonly into?: string | undefined;
}

interface Sizes {
  readonly cores: number;
  /** MiB. */
  readonly mem: number;
  /** MiB; 0: as it comes. */
  readonly rootDisk: number;
}

/** What bounds a machine rather than being taken from it. */
const TAKEN: readonly Key[] = ['cores', 'mem', 'root-disk', 'container', 'instance-type', 'budget'];

function bounds(...all: readonly Constraints[]): Map<Key, Constraint> {
  const byKey = new Map<Key, Constraint>();
  for (const constraints of all)
    for (const [key, one] of constraints.byKey) if (!TAKEN.includes(key)) byKey.set(key, one);
  return byKey;
}

/** The sizes of a named type, wherever it is sold. */
function sizesOfType({ types }: Catalog, name: string): Sizes | undefined {
  for (let row = 0; row < types.size; row += 1) {
    if (textAt(types, 'type.name', row) !== name) continue;
    const [cores, mem] = [numberAt(types, 'type.cores', row), numberAt(types, 'type.mem', row)];
    if (cores !== undefined && mem !== undefined) return { cores, mem, rootDisk: 0 };
  }
  return undefined;
}

/** Sizes as constraints state them; undefined where they state none. */
function statedSizes(constraints: Constraints, catalog: Catalog): Sizes | undefined {
  const type = textOf(constraints, 'instance-type');
  const [cores, mem] = [numberOf(constraints, 'cores'), numberOf(constraints, 'mem')];
  const rootDisk = numberOf(constraints, 'root-disk');
  if (type !== undefined && cores === 0 && mem === 0) {
    const sizes = sizesOfType(catalog, type);
    if (sizes !== undefined) return { ...sizes, rootDisk };
  }
  if (cores === 0 && mem === 0) return undefined;
  return {
    cores: cores === 0 ? Number(ASSUMED.cores) : cores,
    mem: mem === 0 ? Number(ASSUMED.mem) : mem,
    rootDisk,
  };
}

/** What is left of a machine's stated size, for those of its own units that state none, in equal parts. */
function shareOf(whole: Sizes | undefined, open: number, taken: readonly Sizes[]): Sizes | undefined {
  if (whole === undefined || open === 0) return undefined;
  const left = (of: (sizes: Sizes) => number): number =>
    Math.max(0, Math.floor((of(whole) - taken.reduce((sum, one) => sum + of(one), 0)) / open));
  return {
    cores: Math.max(
      1,
      left(({ cores }) => cores),
    ),
    mem: Math.max(
      1,
      left(({ mem }) => mem),
    ),
    rootDisk: left(({ rootDisk }) => rootDisk),
  };
}

interface SizedPod extends Pod {
  readonly sizes: Sizes;
  readonly applications: readonly string[];
}

const applicationOf = (unit: string): string => unit.slice(0, unit.lastIndexOf('/'));

/** All pods with their sizes; `unsized` gets the applications that nothing states a size of. */
function podsOf(
  { bundle, placement }: PlacedBundle,
  catalog: Catalog,
  settings: DeploySettings,
  { into }: PackOptions,
  unsized: Set<string>,
): readonly SizedPod[] {
  const byName = new Map(bundle.applications.map((one) => [one.name, one]));
  const of = (unit: string): BundleApplication => byName.get(applicationOf(unit))!;
  const baseOf = (machine: PlacedMachine): Base => machine.base ?? assumedBase();
  const usual: Sizes = { cores: Number(ASSUMED.cores), mem: Number(ASSUMED.mem), rootDisk: 0 };
  const assumed = (unit: string): Sizes => {
    unsized.add(applicationOf(unit));
    return usual;
  };
  return placement.machines.flatMap((machine) => {
    const inContainers = machine.containers.map(({ kind, constraints, units }): SizedPod => {
      const own = statedSizes(constraints, catalog);
      return {
        units,
        container: kind,
        constraints: {
          byKey: bounds(settings.model, machine.declared === undefined ? constraints : machine.constraints),
          aliases: [],
        },
        base: baseOf(machine),
        sizes: own ?? assumed(units[0]!),
        applications: [...new Set(units.map(applicationOf))],
      };
    });
    // Whoever has a machine made for it has the model's sizes where it states none; else the machine's are shared out.
    const isOwn = machine.declared === undefined;
    const stated = machine.units.map((unit) => {
      const { constraints } = of(unit);
      return statedSizes(isOwn ? over(constraints, settings.model) : constraints, catalog);
    });
    const open = stated.filter((sizes) => sizes === undefined).length;
    const taken = [...inContainers.map(({ sizes }) => sizes), ...stated.filter((sizes) => sizes !== undefined)];
    const whole = isOwn ? undefined : statedSizes(over(machine.constraints, settings.model), catalog);
    const share = shareOf(whole, open, taken);
    const direct = machine.units.map((unit, index): SizedPod => {
      const isMoved = into !== undefined && isOwn;
      return {
        units: [unit],
        container: isMoved ? into : undefined,
        constraints: {
          byKey: bounds(settings.model, isOwn ? of(unit).constraints : machine.constraints),
          aliases: [],
        },
        base: of(unit).base ?? baseOf(machine),
        sizes: stated[index] ?? share ?? assumed(unit),
        applications: [applicationOf(unit)],
      };
    });
    return [...direct, ...inContainers];
  });
}

/** The most units of an application that the author put on one machine: 1 keeps them apart. */
function mostTogether({ placement }: PlacedBundle): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const { units, containers } of placement.machines) {
    const here = new Map<string, number>();
    for (const unit of [...units, ...containers.flatMap((one) => one.units)])
      here.set(applicationOf(unit), (here.get(applicationOf(unit)) ?? 0) + 1);
    for (const [name, count] of here) most.set(name, Math.max(most.get(name) ?? 0, count));
  }
  return most;
}

/** Pairs of applications that the author put on one machine, without containers between them. */
function together({ placement }: PlacedBundle): ReadonlySet<string> {
  const pairs = new Set<string>();
  for (const { units } of placement.machines) {
    const names = units.map(applicationOf);
    for (const one of names) for (const other of names) pairs.add(`${one} ${other}`);
  }
  return pairs;
}

/** The constraint that what Juju deploys, Juju launches; as in a dry run. */
function launched(byKey: Map<Key, Constraint>): Map<Key, Constraint> {
  const market = byKey.get('market')?.value ?? '';
  if (!byKey.has('launcher') && (market === '' || market === 'on-demand'))
    byKey.set('launcher', { key: 'launcher', value: 'juju', span: ASSUMED_PLACE });
  return byKey;
}

/** What a pod asks of its host: nothing that it takes. Moved into LXD, it must be reached there from other machines. */
function hostConstraints(pod: SizedPod, isMoved: boolean): Constraints {
  const byKey = launched(new Map(pod.constraints.byKey));
  const needs: readonly CapabilityNeed[] = [{ capability: ADDRESSABLE, atLeast: undefined }];
  if (isMoved) byKey.set('containers', { key: 'containers', value: needs, span: ASSUMED_PLACE });
  return { byKey, aliases: [] };
}

/** The model of a bundle. */
export function bundleModel(
  placed: PlacedBundle,
  catalog: Catalog,
  settings: DeploySettings,
  options: PackOptions = {},
): BundleModel {
  const unsized = new Set<string>();
  const pods = podsOf(placed, catalog, settings, options, unsized);
  const most = mostTogether(placed);
  const pairs = together(placed);
  const isMoved = (pod: SizedPod): boolean =>
    options.into === 'lxd' &&
    pod.container === 'lxd' &&
    placed.placement.machines.some(({ units }) => units.includes(pod.units[0]!));
  const groups = new Map<string, SizedPod[]>();
  for (const pod of pods) {
    const { cores, mem, rootDisk } = pod.sizes;
    const words = [
      pod.applications.join('+'),
      pod.container ?? '',
      pod.base.os,
      pod.base.release,
      cores,
      mem,
      rootDisk,
    ];
    const key = `${words.join(' ')} ${canonicalConstraints(pod.constraints)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pod]);
    else group.push(pod);
  }
  const taken = new Set<string>();
  const named = [...groups.values()].map((members) => {
    const [name = ''] = members[0]!.applications;
    let id = name;
    for (let number = 2; taken.has(id); number += 1) id = `${name}-x${number}`;
    taken.add(id);
    return { id, members, first: members[0]! };
  });
  named.sort((a, b) => compareText(a.id, b.id));
  const byUnit = new Map<string, Pod>();
  const units = named.map(({ id, members, first }, index): UnitGroup => {
    for (const [number, pod] of members.entries()) byUnit.set(`${id}/${number}`, pod);
    const { cores, mem, rootDisk } = first.sizes;
    // Units on a machine itself have it with those alone that the author put there with them.
    const share =
      first.container === undefined ? 1 : Math.min(...first.applications.map((name) => most.get(name) ?? 1));
    const others = named.slice(index + 1).filter((other) => {
      const same = other.first.applications.some((name) => first.applications.includes(name) && most.get(name) === 1);
      const bare = first.container === undefined && other.first.container === undefined;
      return same || (bare && !pairs.has(`${first.applications[0]} ${other.first.applications[0]}`));
    });
    return {
      id,
      count: members.length,
      needs: new Map(
        Object.entries({ 'cpu-milli': cores * 1000, mem, 'root-disk': rootDisk }).filter(([, amount]) => amount > 0),
      ),
      constraints: hostConstraints(first, isMoved(first)),
      container: first.container === undefined ? undefined : { capability: first.container, atLeast: undefined },
      base: first.base,
      maxPerMachine: share,
      apartFrom: others.map((other) => other.id),
      with: undefined,
      spread: undefined,
    };
  });
  const isVm = (kind: string | undefined): boolean =>
    kind !== undefined && catalog.vocabulary.capabilities.get(kind)?.guest === 'vm';
  const budget = settings.model.byKey.get('budget')?.value;
  const names = [...unsized].sort(compareText);
  const warnings: readonly Diagnostic[] =
    names.length === 0
      ? []
      : [
          {
            code: 'unstated-size',
            message: `nothing states what ${names.join(', ')} ${names.length === 1 ? 'takes' : 'take'}: ${ASSUMED.cores} core and ${formatSize(Number(ASSUMED.mem))} for each unit are taken, which Juju 3.6 assumes of a machine`,
            hint: 'state constraints of the applications',
          },
        ];
  return {
    request: {
      base: units[0]?.base ?? assumedBase(),
      units,
      machines: [],
      attributes: settings.attributes,
      budget: typeof budget === 'number' ? budget : undefined,
      // Sizes of machines that Juju launches are whole machines; only hosts of virtual machines keep something back.
      reserve: settings.reserve && pods.some(({ container }) => isVm(container)),
      waived: settings.waived,
      mix: [],
    },
    pods: byUnit,
    warnings,
  };
}
