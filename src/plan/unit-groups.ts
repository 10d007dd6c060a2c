import { compareText } from '../quantity/order.ts';
import type { ModelRequest } from '../request/model.ts';
import type { Answer } from './schema.ts';

/** The units of a request as its answer tells them, so that the answer can be judged and drawn without its problem. */
export function unitGroups({ units }: ModelRequest): NonNullable<Answer['unit-groups']> {
  return units.map((group) => ({
    id: group.id,
    count: group.count,
    needs: Object.fromEntries([...group.needs].sort(([a], [b]) => compareText(a, b))),
    ...(group.container === undefined ? {} : { container: group.container.capability }),
    ...(group.maxPerMachine === undefined ? {} : { 'max-per-machine': group.maxPerMachine }),
    ...(group.apartFrom.length === 0 ? {} : { 'apart-from': [...group.apartFrom] }),
    ...(group.with === undefined ? {} : { with: group.with }),
    ...(group.spread === undefined ? {} : { spread: group.spread }),
  }));
}
