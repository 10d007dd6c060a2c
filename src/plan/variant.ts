import { type Draft, enableMapSet, Immer } from 'immer';
import type { ConstraintValue } from '../request/constraints.ts';
import type { Key } from '../request/keys.ts';
import type { MachineRequest } from '../request/request.ts';

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

/** A variant with one constraint written otherwise. */
export function withConstraint(
  request: MachineRequest,
  key: Key,
  value: ConstraintValue & (string | bigint),
): MachineRequest {
  return variant(request, (draft) => {
    draft.constraints.byKey.set(key, { key, value, span: { source: key, text: '', start: 0, end: 0 } });
  });
}
