import { flagOf, listOf, numberOf, textOf } from '../src/request/constraints.ts';
import type { MachineRequest } from '../src/request/request.ts';

/** What a request asks of an offer's facts, as a program without rules would have it. */
export interface Wanted {
  /** Least amounts, 0 where nothing is asked; units as in `OfferFacts`. */
  readonly cores: number;
  /** With what the host keeps back where it must hold virtual machines. */
  readonly mem: number;
  readonly gpus: number;
  readonly localDisk: number;
  readonly sustained: number;
  /** Nano-dollars per hour at the most; Infinity where nothing bounds them. */
  readonly most: number;
  /** Undefined: any. */
  readonly arch: string | undefined;
  readonly market: string | undefined;
  readonly burstable: boolean | undefined;
  readonly bareMetal: boolean | undefined;
  /** Some of these; none: any. */
  readonly clouds: readonly string[];
  readonly regions: readonly string[];
  readonly zones: readonly string[];
  /** All of these. */
  readonly tags: readonly string[];
  readonly capabilities: readonly string[];
}

const UNDERSTOOD: ReadonlySet<string> = new Set([
  'arch',
  'bare-metal',
  'burstable',
  'cloud',
  'containers',
  'cores',
  'cores-baseline',
  'gpus',
  'local-disk',
  'market',
  'max-price',
  'mem',
  'region',
  'tags',
  'zones',
]);

/** Virtual machines, and what the shipped rules keep back of the host's memory for them, MiB. */
const VIRTUAL_MACHINES = ['kvm', 'xen'];
const KEPT_BACK = { once: 512, perGuest: 128 };

export function wantedOf({ constraints, containers, guests, reserve }: MachineRequest): Wanted {
  const strange = [...constraints.byKey.keys()].find((key) => !UNDERSTOOD.has(key));
  const versioned = containers.some(({ atLeast }) => atLeast !== undefined);
  const names = [...listOf(constraints, 'region'), ...listOf(constraints, 'cloud')];
  if (strange !== undefined || versioned || guests !== undefined || !reserve || names.some((name) => /[*^]/.test(name)))
    throw new Error(`the rivals do not understand this request: ${strange ?? names.join(' ')}`);
  const capabilities = containers.map(({ capability }) => capability);
  const machines = capabilities.filter((name) => VIRTUAL_MACHINES.includes(name)).length;
  const mem = numberOf(constraints, 'mem');
  const price = constraints.byKey.get('max-price')?.value;
  const market = textOf(constraints, 'market') ?? 'on-demand';
  return {
    cores: numberOf(constraints, 'cores'),
    mem: machines === 0 ? mem : Math.max(mem, machines * (mem + KEPT_BACK.perGuest) + KEPT_BACK.once),
    gpus: numberOf(constraints, 'gpus'),
    localDisk: numberOf(constraints, 'local-disk'),
    sustained: numberOf(constraints, 'cores-baseline'),
    most: typeof price === 'number' ? price : Number.POSITIVE_INFINITY,
    arch: constraints.byKey.has('arch') ? textOf(constraints, 'arch') : 'amd64',
    market: market === 'any' ? undefined : market,
    burstable: flagOf(constraints, 'burstable'),
    bareMetal: flagOf(constraints, 'bare-metal'),
    clouds: listOf(constraints, 'cloud'),
    regions: listOf(constraints, 'region'),
    zones: listOf(constraints, 'zones'),
    tags: listOf(constraints, 'tags'),
    capabilities,
  };
}
