import type { Catalog } from '../catalog/catalog.ts';
import { textAt } from '../catalog/column.ts';
import type { MachineRequest } from '../request/request.ts';

/** Clouds whose types are single machines, which Juju is told by name: `juju add-machine node-7`. */

/** Juju's name of the provider whose machines have names. */
export const MAAS = 'maas';

/** The clouds of a catalog that are MAASes. */
export function maasClouds({ regions }: Catalog): ReadonlySet<string> {
  const clouds = new Set<string>();
  for (let row = 0; row < regions.size; row += 1) {
    if (textAt(regions, 'offer.provider', row) === MAAS) clouds.add(textAt(regions, 'offer.cloud', row) ?? '');
  }
  return clouds;
}

/** The machine that a placement names, by the attribute that it names it by. */
export interface NamedMachine {
  readonly attribute: 'type.name' | 'type.provider-id';
  readonly value: string;
  /** Clouds that the machine may be of. */
  readonly clouds: ReadonlySet<string>;
}

/**
 * The one machine that a request means: a host name, or `system-id=…` where the catalog has a MAAS. Elsewhere a system
 * id is a directive like any other.
 */
export function namedMachine({ placement }: MachineRequest, catalog: Catalog): NamedMachine | undefined {
  const isId = placement.kind === 'directive' && placement.key === 'system-id';
  if (placement.kind !== 'host' && !isId) return undefined;
  const clouds = maasClouds(catalog);
  if (placement.kind === 'host') return { attribute: 'type.name', value: placement.name, clouds };
  return clouds.size === 0 ? undefined : { attribute: 'type.provider-id', value: placement.value, clouds };
}

/** Whether a type is the machine that is named. */
export function isNamed({ types }: Catalog, type: number, { attribute, value, clouds }: NamedMachine): boolean {
  return textAt(types, attribute, type) === value && clouds.has(textAt(types, 'type.cloud', type) ?? '');
}
