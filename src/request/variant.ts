import { type Draft, enableMapSet, Immer } from 'immer';
import type { CapabilityNeed, ConstraintValue } from './constraints.ts';
import type { Key } from './keys.ts';
import type { MachineRequest } from './request.ts';

// Constraints are kept in a map.
enableMapSet();
// The request belongs to the caller: it is neither changed nor frozen.
const { produce } = new Immer({ autoFreeze: false });

/**
 * A request that is a little different from another, which stays as it is; what does not change is shared.
 *
 * @example variant(request, (draft) => { draft.reserve = false; })
 */
export function variant(request: MachineRequest, edit: (draft: Draft<MachineRequest>) => void): MachineRequest {
  return produce(request, (draft) => {
    edit(draft);
  });
}

function withKeys(request: MachineRequest, byKey: MachineRequest['constraints']['byKey']): MachineRequest {
  return { ...request, constraints: { ...request.constraints, byKey } };
}

/** A variant with one constraint written otherwise. */
export function withConstraint(
  request: MachineRequest,
  key: Key,
  value: ConstraintValue & (string | bigint | number | readonly string[]),
): MachineRequest {
  const constraint = { key, value, span: { source: key, text: '', start: 0, end: 0 } };
  return withKeys(request, new Map(request.constraints.byKey).set(key, constraint));
}

/** A variant without one constraint: its default holds again. */
export function withoutConstraint(request: MachineRequest, key: Key): MachineRequest {
  const byKey = new Map(request.constraints.byKey);
  return byKey.delete(key) ? withKeys(request, byKey) : request;
}

/** A variant that asks for a capability in another version (undefined: in any), wherever it asks for it at all. */
export function withVersion(request: MachineRequest, capability: string, atLeast: string | undefined): MachineRequest {
  return variant(request, (draft) => {
    const { placement } = draft;
    const asked = draft.constraints.byKey.get('containers')?.value;
    const listed = Array.isArray(asked) ? (asked as Draft<CapabilityNeed>[]) : [];
    const placed = placement.kind === 'container' ? [placement.need] : [];
    for (const need of [...draft.containers, ...listed, ...placed]) {
      if (need.capability === capability && need.atLeast !== undefined) need.atLeast = atLeast;
    }
  });
}

/** A variant that asks for no container of a kind, nor for guests of it. */
export function withoutCapability(request: MachineRequest, capability: string): MachineRequest {
  return variant(request, (draft) => {
    const { byKey } = draft.constraints;
    if (draft.placement.kind === 'container' && draft.placement.need.capability === capability)
      draft.placement = { kind: 'none' };
    if (byKey.get('container')?.value === capability) byKey.delete('container');
    const listed = byKey.get('containers');
    if (listed !== undefined) {
      const rest = (listed.value as Draft<CapabilityNeed>[]).filter((need) => need.capability !== capability);
      if (rest.length === 0) byKey.delete('containers');
      else listed.value = rest;
    }
    draft.containers = draft.containers.filter((need) => need.capability !== capability);
    const guests = draft.guests?.filter((guest) => guest.kind !== capability);
    // Guests that were sized apart stay so: without any left, the constraints would size what else is asked for.
    const bare = draft.containers.map(({ capability: kind }) => ({ kind, count: 1, cores: 0, mem: 0, rootDisk: 0 }));
    draft.guests = guests?.length === 0 ? (bare.length === 0 ? undefined : bare) : guests;
  });
}
