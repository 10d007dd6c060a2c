import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import type { Bundle, BundleApplication } from './bundle.ts';
import type { Directive } from './bundle-directive.ts';
import type { Constraints } from './constraints.ts';
import type { Base } from './request.ts';
import { faultIn } from './source-text.ts';

/** Where the units of a bundle come to be, worked out as Juju 3 does for an empty model. */

export interface PlacedContainer {
  /** `0/lxd/1`. */
  readonly id: string;
  readonly kind: string;
  /** Of the application that it is made for: what it may take at the most, or, of a virtual machine, has. */
  readonly constraints: Constraints;
  /** The first is the one that it is made for. */
  readonly units: readonly string[];
}

export interface PlacedMachine {
  /** The number that Juju gives it: machines of the bundle first, then those that units get for themselves. */
  readonly id: string;
  /** The bundle's own number of it; undefined for the machine of a unit that has it for itself. */
  readonly declared: string | undefined;
  /** The application that a machine is made for which the bundle does not declare. */
  readonly madeFor: string | undefined;
  readonly constraints: Constraints;
  readonly base: Base | undefined;
  /** Those on the machine itself. */
  readonly units: readonly string[];
  readonly containers: readonly PlacedContainer[];
}

export interface PlacedUnit {
  /** `mysql/0`. */
  readonly id: string;
  readonly application: string;
  /** A machine or a container. */
  readonly at: string;
}

export interface BundlePlacement {
  readonly machines: readonly PlacedMachine[];
  /** In order of applications, then of numbers. */
  readonly units: readonly PlacedUnit[];
  readonly warnings: readonly Diagnostic[];
}

/** What is filled while units are placed. */
interface Machine extends PlacedMachine {
  base: Base | undefined;
  readonly units: string[];
  readonly containers: Container[];
}
interface Container extends PlacedContainer {
  readonly units: string[];
}
interface Spot {
  readonly machine: Machine;
  /** Undefined: the machine itself. */
  readonly container: Container | undefined;
}

/**
 * Applications in the order in which their units are placed: by name, but after those that they are placed with. The
 * second list is of those that wait for one another.
 */
function placingOrder(applications: readonly BundleApplication[]): {
  readonly order: readonly BundleApplication[];
  readonly stuck: readonly BundleApplication[];
} {
  const order: BundleApplication[] = [];
  const done = new Set<string>();
  let left = applications;
  while (left.length > 0) {
    const before = order.length;
    for (const one of left) {
      const waits = one.to.some(({ target }) => target.kind === 'application' && !done.has(target.name));
      if (waits) continue;
      done.add(one.name);
      order.push(one);
    }
    if (order.length === before) break;
    left = left.filter(({ name }) => !done.has(name));
  }
  return { order, stuck: left.filter(({ name }) => !done.has(name)) };
}

/**
 * What stands for the directives that are not written, where there are more units than directives: the last one where
 * it may be followed more than once (`new`, an application); else each unit gets a machine of its own, as in Juju 2.5
 * and later.
 */
function repeated(last: Directive | undefined): Directive | undefined {
  if (last === undefined) return undefined;
  const { target } = last;
  return target.kind === 'new' || (target.kind === 'application' && target.unit === undefined) ? last : undefined;
}

/** Machines of an empty model while units are placed. */
class Placing {
  readonly machines: Machine[] = [];
  readonly spots = new Map<string, Spot>();

  addMachine(from: Pick<PlacedMachine, 'declared' | 'madeFor' | 'constraints' | 'base'>): Machine {
    const machine: Machine = { id: String(this.machines.length), ...from, units: [], containers: [] };
    this.machines.push(machine);
    return machine;
  }

  addContainer(machine: Machine, kind: string, constraints: Constraints): Container {
    const number = machine.containers.filter((one) => one.kind === kind).length;
    const container: Container = { id: `${machine.id}/${kind}/${number}`, kind, constraints, units: [] };
    machine.containers.push(container);
    return container;
  }
}

/**
 * Places the units of a bundle.
 *
 * @returns a fault where applications are placed with one another in a circle
 */
export function placeUnits(bundle: Bundle): Result<BundlePlacement> {
  const { order, stuck } = placingOrder(bundle.applications);
  if (stuck.length > 0) {
    const names = stuck.map(({ name }) => name).join(', ');
    const place = stuck[0]!.to.find(({ target }) => target.kind === 'application')!.place;
    const hint = 'put one of them on a machine, or on new';
    return fail(faultIn(place, 'bad-placement', `cycle in placement directives for: ${names}`, hint));
  }
  const placing = new Placing();
  const warnings: Diagnostic[] = [];
  const byNumber = new Map(
    bundle.machines.map((one) => {
      const { id: declared, constraints, base } = one;
      return [declared, placing.addMachine({ declared, madeFor: undefined, constraints, base: base ?? bundle.base })];
    }),
  );
  for (const application of order) {
    const { name, to, constraints } = application;
    const base = application.base ?? bundle.base;
    const fallback = repeated(to.at(-1));
    /** The next unit of each application that units of this one are placed with. */
    const turns = new Map<string, number>();
    const ownMachine = (): Machine => placing.addMachine({ declared: undefined, madeFor: name, constraints, base });
    const spotOf = (directive: Directive | undefined): Spot => {
      if (directive === undefined) return { machine: ownMachine(), container: undefined };
      const { target, container: kind } = directive;
      let beside: Spot;
      if (target.kind === 'new') beside = { machine: ownMachine(), container: undefined };
      else if (target.kind === 'machine') beside = { machine: byNumber.get(target.id)!, container: undefined };
      else {
        const turn = target.unit ?? turns.get(target.name) ?? 0;
        if (target.unit === undefined) turns.set(target.name, turn + 1);
        const other = placing.spots.get(`${target.name}/${turn}`);
        // More units than there are to be placed with: the others get machines, and no containers.
        if (other === undefined) return { machine: ownMachine(), container: undefined };
        beside = other;
      }
      // A container is made on the machine, beside the one that the other unit may be in.
      return kind === undefined
        ? beside
        : { machine: beside.machine, container: placing.addContainer(beside.machine, kind, constraints) };
    };
    for (let number = 0; number < application.units; number += 1) {
      const id = `${name}/${number}`;
      const spot = spotOf(to[number] ?? fallback);
      placing.spots.set(id, spot);
      (spot.container ?? spot.machine).units.push(id);
      // A machine that states no base has that of the first unit that is put on it.
      if (spot.container === undefined) spot.machine.base ??= base;
    }
    const unplaced = application.units - to.length;
    if (to.length > 0 && fallback === undefined && unplaced > 0) {
      const { text } = to.at(-1)!.place;
      const rest =
        unplaced === 1
          ? `${name}/${to.length} gets a machine of its own`
          : `${name}/${to.length} to ${name}/${application.units - 1} get machines of their own`;
      const message = `${name} has ${application.units} units and ${to.length} ${to.length === 1 ? 'placement' : 'placements'}; Juju does not repeat "${text}", so ${rest}`;
      warnings.push(faultIn(to.at(-1)!.place, 'own-machines', message));
    }
  }
  const units = bundle.applications.flatMap(({ name, units: count }) =>
    Array.from({ length: count }, (_, number): PlacedUnit => {
      const { machine, container } = placing.spots.get(`${name}/${number}`)!;
      return { id: `${name}/${number}`, application: name, at: (container ?? machine).id };
    }),
  );
  return ok({ machines: placing.machines, units, warnings });
}
