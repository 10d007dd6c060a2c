import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Compiled } from '../match/compiled.ts';
import { isFit, prepare } from '../match/query.ts';
import type { PlacedBundle } from './deploy.ts';
import type { Chosen } from './deploy-choice.ts';
import { type MachineGroup, namesOf } from './deploy-requests.ts';

/** Relations that reach from LXD containers to other machines, where nothing gives containers addresses for that. */

/** The capability of a host whose LXD containers other machines can reach. */
export const ADDRESSABLE = 'lxd-addressable';

const MOST_NAMED = 4;

/** Machines whose LXD containers have no addresses that other machines reach, or of which that is not known. */
function closedMachines(
  compiled: Compiled,
  groups: readonly MachineGroup[],
  chosen: Chosen,
  at: string | undefined,
): ReadonlySet<string> {
  const closed = new Set<string>();
  for (const [index, { request, machines }] of groups.entries()) {
    if (!machines[0]!.containers.some(({ kind }) => kind === 'lxd')) continue;
    const containers = [...request.containers, { capability: ADDRESSABLE, atLeast: undefined }];
    const query = prepare(compiled, { ...request, containers }, at);
    for (const [number, { id }] of machines.entries())
      if (!isFit(query, query.judge(chosen.machines[index]![number]!.row))) closed.add(id);
  }
  return closed;
}

/** One warning for all such relations of a bundle. */
export function unreachable(
  compiled: Compiled,
  { bundle, placement }: PlacedBundle,
  groups: readonly MachineGroup[],
  chosen: Chosen,
  at: string | undefined,
): readonly Diagnostic[] {
  const closed = closedMachines(compiled, groups, chosen, at);
  if (closed.size === 0) return [];
  const spots = new Map<string, { readonly machine: string; readonly isHidden: boolean }[]>();
  for (const { application, at: where } of placement.units) {
    const [machine = '', kind] = where.split('/');
    const spot = { machine, isHidden: kind === 'lxd' && closed.has(machine) };
    spots.set(application, [...(spots.get(application) ?? []), spot]);
  }
  const pairs = new Set<string>();
  const hosts = new Set<string>();
  for (const [one, other] of bundle.relations) {
    for (const here of spots.get(one) ?? []) {
      for (const there of spots.get(other) ?? []) {
        if (here.machine === there.machine || (!here.isHidden && !there.isHidden)) continue;
        pairs.add(`${one} and ${other}`);
        for (const end of [here, there]) if (end.isHidden) hosts.add(end.machine);
      }
    }
  }
  if (pairs.size === 0) return [];
  const named = [...pairs].slice(0, MOST_NAMED).join(', ');
  const more = pairs.size > MOST_NAMED ? ` and ${pairs.size - MOST_NAMED} more` : '';
  const message = `LXD containers on ${namesOf([...hosts].map((id) => ({ id })))} have no addresses that other machines are known to reach, and these are related across machines: ${named}${more}`;
  const hint = 'where the network gives containers addresses: --with container-network=provider';
  return [{ code: 'unreachable', message, hint }];
}
