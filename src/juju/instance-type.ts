import { numberAt, setAt, type Table, textAt, valueAt } from '../catalog/column.ts';
import type { JujuVersion } from '../request/dialect.ts';

/** An instance type as Juju's generic algorithm knows it. Where Juju has no "unknown", 0 and empty stand for it. */
export interface InstanceType {
  readonly name: string;
  /** Juju 2.8 knows several, Juju 3.6 one; none when unknown. */
  readonly archs: readonly string[];
  readonly cores: number;
  /** MiB. */
  readonly mem: number;
  /** Any integer unit; 0, Juju's "unknown", sorts as the cheapest. */
  readonly cost: number;
  /** MiB; 0 is unknown, or any size that is asked for. */
  readonly rootDisk: number;
  /** Kinds of virtualization; Juju itself knows one of a type. Undefined when unknown. */
  readonly virt: readonly string[] | undefined;
  readonly cpuPower: number | undefined;
  readonly tags: readonly string[];
  /** 2.8 alone: launched only by name. */
  readonly deprecated: boolean;
  /** 3.6 alone: how far a flexible shape can be stretched. */
  readonly maxCores: number | undefined;
  /** MiB. 3.6 alone. */
  readonly maxMem: number | undefined;
  /** 3.6 alone: memory encrypted by the processor (AMD SEV); such types come after all others. */
  readonly sev: boolean;
}

/** 3.6 keeps the first architecture of a type and passes over i386; 2.8 keeps them all. */
export function archsOf(types: Table, row: number, version: JujuVersion): readonly string[] {
  const archs = setAt(types, 'type.arch', row) ?? [];
  return version === '2.8' ? archs : archs.filter((arch) => arch !== 'i386').slice(0, 1);
}

/**
 * A type of a catalog as Juju sees it.
 *
 * @param cost what a machine of it costs, in any integer unit
 */
export function instanceTypeOf(types: Table, row: number, cost: number, version: JujuVersion): InstanceType {
  const virt = setAt(types, 'type.virt', row);
  return {
    name: textAt(types, 'type.name', row) ?? '',
    archs: archsOf(types, row, version),
    cores: numberAt(types, 'type.cores', row) ?? 0,
    mem: numberAt(types, 'type.mem', row) ?? 0,
    cost,
    rootDisk: numberAt(types, 'type.root-disk', row) ?? 0,
    virt: virt?.length === 0 ? undefined : virt,
    cpuPower: numberAt(types, 'type.cpu-power', row),
    tags: setAt(types, 'type.tags', row) ?? [],
    deprecated: valueAt(types, 'type.deprecated', row) === true,
    maxCores: numberAt(types, 'type.max-cores', row),
    maxMem: numberAt(types, 'type.max-mem', row),
    sev: valueAt(types, 'type.sev', row) === true,
  };
}
