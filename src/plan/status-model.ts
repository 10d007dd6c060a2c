import type { Catalog } from '../catalog/catalog.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { ModelRequest, RunningMachine } from '../request/model.ts';
import type { BundleModel } from './bundle-model.ts';
import type { Status } from './status-file.ts';
import type { TypedMachine } from './status-types.ts';

/** A model that runs: the machines of a status, with the units of its exported bundle where they are. */

export interface RunningModel {
  /** Units stay where they are, and machines that run cost nothing more. */
  readonly kept: ModelRequest;
  /** All units may move, and every machine that is kept costs its price. */
  readonly free: ModelRequest;
  /** Where units run, by the model's names of them. */
  readonly at: ReadonlyMap<string, string>;
  /** Nano-dollars an hour of all machines that run. */
  readonly cost: bigint;
  readonly warnings: readonly Diagnostic[];
}

const applicationOf = (unit: string): string => unit.slice(0, unit.lastIndexOf('/'));

/**
 * The bundle's names of units by those that run: the third unit of mysql in a bundle is the third in order of numbers,
 * whatever its number became.
 */
function bundleNames({ units }: Status): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  return new Map(
    units.map(({ id, application }) => {
      const number = counts.get(application) ?? 0;
      counts.set(application, number + 1);
      return [`${application}/${number}`, id];
    }),
  );
}

/**
 * The model's request with the machines that run and their units on them; prices are those on demand.
 *
 * @param model made of the bundle that `juju export-bundle` writes of this very model
 */
export function runningModel(
  status: Status,
  typed: readonly TypedMachine[],
  model: BundleModel,
  { offers }: Catalog,
): RunningModel {
  const running = bundleNames(status);
  const spots = new Map(status.units.map(({ id, at }) => [id, at.split('/')[0]!]));
  const onMachine = new Map<string, string[]>();
  const seen = new Set<string>();
  const absent: string[] = [];
  for (const [name, { units }] of model.pods) {
    const [first = ''] = units;
    for (const unit of units) seen.add(applicationOf(unit));
    const machine = spots.get(running.get(first) ?? '');
    if (machine === undefined) absent.push(first);
    else onMachine.set(machine, [...(onMachine.get(machine) ?? []), name]);
  }
  const machines = typed.map(({ machine, name }): RunningMachine => {
    return {
      id: machine.id,
      type: name,
      cloud: status.cloud,
      region: status.region!,
      zone: machine.zone,
      keepPrice: 0,
      used: new Map(),
      units: onMachine.get(machine.id) ?? [],
    };
  });
  const others = [...new Set(status.units.map(({ application }) => application))].filter((name) => !seen.has(name));
  const warnings: Diagnostic[] = [];
  if (absent.length > 0)
    warnings.push({
      code: 'not-running',
      message: `the bundle has ${absent.join(', ')}, which the status does not tell of: to be placed anew`,
    });
  if (others.length > 0)
    warnings.push({
      code: 'not-in-bundle',
      message: `${others.join(', ')} run and are not in the bundle: what they take is not reckoned with`,
    });
  const priced = machines.map((machine, index) => ({
    ...machine,
    keepPrice: offers.price[typed[index]!.offer]!,
    units: [],
  }));
  return {
    kept: { ...model.request, machines },
    free: { ...model.request, machines: priced },
    at: new Map([...onMachine].flatMap(([machine, units]) => units.map((unit): [string, string] => [unit, machine]))),
    cost: priced.reduce((sum, { keepPrice }) => sum + BigInt(keepPrice), 0n),
    warnings,
  };
}
