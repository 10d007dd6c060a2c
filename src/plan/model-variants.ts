import { canonicalConstraint } from '../request/constraints.ts';
import type { ModelRequest, UnitGroup } from '../request/model.ts';

/** Models that ask for a little less than another: what each single wish costs is told by solving without it. */

export interface ModelVariant {
  /** What is changed, for people: `web need not be spread over zones`. */
  readonly change: string;
  readonly request: ModelRequest;
}

function withGroup(request: ModelRequest, id: string, edit: (group: UnitGroup) => UnitGroup): ModelRequest {
  return { ...request, units: request.units.map((group) => (group.id === id ? edit(group) : group)) };
}

/** Keys that bound where to look, not what to find. */
const SCOPE: readonly string[] = ['cloud', 'region'];

/** One change each, in the order of the request. */
export function modelVariants(request: ModelRequest): readonly ModelVariant[] {
  const variants: ModelVariant[] = [];
  const keys = new Map<string, { readonly units: string[]; readonly text: string }>();
  for (const { id, spread, maxPerMachine, apartFrom, constraints } of request.units) {
    if (spread !== undefined)
      variants.push({
        change: `${id} need not be spread over zones`,
        request: withGroup(request, id, (group) => ({ ...group, spread: undefined })),
      });
    if (maxPerMachine !== undefined)
      variants.push({
        change: `a machine may hold more than ${maxPerMachine} of ${id}`,
        request: withGroup(request, id, (group) => ({ ...group, maxPerMachine: undefined })),
      });
    for (const other of apartFrom)
      variants.push({
        change: `${id} may be with ${other}`,
        request: withGroup(request, id, (group) => ({
          ...group,
          apartFrom: group.apartFrom.filter((name) => name !== other),
        })),
      });
    for (const [key, constraint] of constraints.byKey) {
      if (SCOPE.includes(key)) continue;
      const text = canonicalConstraint(constraint);
      const known = keys.get(text);
      if (known === undefined) keys.set(text, { units: [id], text });
      else known.units.push(id);
    }
  }
  for (const { units, text } of keys.values()) {
    const key = text.slice(0, text.indexOf('='));
    const who = units.length === request.units.length ? 'all units' : units.join(', ');
    variants.push({
      change: `${who} without ${text}`,
      request: {
        ...request,
        units: request.units.map((group) => {
          if (!units.includes(group.id)) return group;
          const byKey = new Map(group.constraints.byKey);
          byKey.delete(key as never);
          return { ...group, constraints: { ...group.constraints, byKey } };
        }),
      },
    });
  }
  if (request.reserve)
    variants.push({
      change: 'nothing is kept back for hosts (reserve: false)',
      request: { ...request, reserve: false },
    });
  if (!request.mix.includes('region') && request.machines.length === 0)
    variants.push({
      change: 'machines may be in several regions (mix: [region])',
      request: { ...request, mix: ['region'] },
    });
  return variants;
}
