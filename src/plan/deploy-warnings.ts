import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { formatSize } from '../quantity/size.ts';
import type { BundlePlacement, PlacedMachine } from '../request/bundle-placement.ts';
import { DEFAULT_BASE } from '../request/request.ts';
import { ASSUMED, type DeploySettings, namesOf, unstatedSizes } from './deploy-requests.ts';
import type { DeployMachine } from './deploy-schema.ts';

/** What a bundle leaves open, or promises more than once: it deploys all the same. */

const WORDS: Readonly<Record<keyof typeof ASSUMED, string>> = {
  cores: `${ASSUMED.cores} core`,
  mem: formatSize(Number(ASSUMED.mem)),
};

/** Machines that nothing states a size of. */
function unstated(machines: readonly PlacedMachine[], { model }: DeploySettings): readonly Diagnostic[] {
  const alike = new Map<string, PlacedMachine[]>();
  for (const machine of machines) {
    const sizes = unstatedSizes(machine.constraints, model);
    // Every type has a core.
    if (!sizes.includes('mem')) continue;
    const missing = sizes.join(' nor ');
    const group = alike.get(missing);
    if (group === undefined) alike.set(missing, [machine]);
    else group.push(machine);
  }
  return [...alike].map(([missing, group]) => {
    const sizes = missing.split(' nor ') as (keyof typeof ASSUMED)[];
    const nothing = sizes.length > 1 ? `neither ${missing}` : `no ${missing}`;
    const taken = sizes.map((size) => WORDS[size]).join(' and ');
    return {
      code: 'unstated-size',
      message: `nothing states a size of ${namesOf(group)}, ${nothing}: ${taken} ${sizes.length > 1 ? 'are' : 'is'} taken, which Juju 3.6 assumes`,
      hint: 'state constraints of machines, or of the model with --constraints "cores=… mem=…"',
    };
  });
}

/** Machines whose containers may together take more than there is. */
function overfilled(machines: readonly DeployMachine[]): readonly Diagnostic[] {
  return machines.flatMap(({ id, type, cores, mem, containers }) => {
    const sum = (size: 'cores' | 'mem'): number => containers.reduce((total, one) => total + (one[size] ?? 0), 0);
    const over = [
      mem !== undefined && sum('mem') > mem ? `${formatSize(sum('mem'))} of its ${formatSize(mem)} mem` : '',
      cores !== undefined && sum('cores') > cores ? `${sum('cores')} of its ${cores} cores` : '',
    ].filter((text) => text !== '');
    if (over.length === 0) return [];
    const message = `the containers on machine ${id} (${type}) may together take ${over.join(' and ')}`;
    return [
      { code: 'overfilled', message, hint: 'constraints of containers are maxima: it deploys, and they compete' },
    ];
  });
}

/** Machines that nothing states a base for. */
function withoutBase(machines: readonly PlacedMachine[]): readonly Diagnostic[] {
  const open = machines.filter(({ base }) => base === undefined);
  if (open.length === 0) return [];
  const message = `nothing states a base of ${namesOf(open)}: ${DEFAULT_BASE} is taken, and Juju takes what their charms say`;
  return [{ code: 'unstated-base', message, hint: 'state default-base: in the bundle' }];
}

export function deployWarnings(
  { machines: placed }: BundlePlacement,
  settings: DeploySettings,
  machines: readonly DeployMachine[],
): readonly Diagnostic[] {
  return [...withoutBase(placed), ...unstated(placed, settings), ...overfilled(machines)];
}
