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

/** A variant that asks for no container of a kind, nor for guests of it. Explanations make many: no draft is needed. */
export function withoutCapability(request: MachineRequest, capability: string): MachineRequest {
  const isOther = (need: CapabilityNeed): boolean => need.capability !== capability;
  const byKey = new Map(request.constraints.byKey);
  if (byKey.get('container')?.value === capability) byKey.delete('container');
  const listed = byKey.get('containers');
  if (listed !== undefined) {
    const value = (listed.value as readonly CapabilityNeed[]).filter(isOther);
    if (value.length === 0) byKey.delete('containers');
    else byKey.set('containers', { ...listed, value });
  }
  const { placement } = request;
  const containers = request.containers.filter(isOther);
  const guests = request.guests?.filter(({ kind }) => kind !== capability);
  // Guests that were sized apart stay so: without any left, the constraints would size what else is asked for.
  const bare = containers.map(({ capability: kind }) => ({ kind, count: 1, cores: 0, mem: 0, rootDisk: 0 }));
  return {
    ...withKeys(request, byKey),
    placement: placement.kind === 'container' && !isOther(placement.need) ? { kind: 'none' } : placement,
    containers,
    guests: guests?.length === 0 ? (bare.length === 0 ? undefined : bare) : guests,
  };
}
