import { UNKNOWN } from '../catalog/column.ts';
import { placeOf } from '../diagnostic/diagnostic.ts';
import { formatSize } from '../quantity/size.ts';
import { type CapabilityNeed, textOf } from '../request/constraints.ts';
import type { Guest } from '../request/guest.ts';
import type { Key } from '../request/keys.ts';
import { guestsOf, type MachineRequest } from '../request/request.ts';
import { passesLevel } from '../rules/capability.ts';
import type { Derivation } from '../rules/derive.ts';
import { levelOf } from '../rules/program.ts';
import { reservedShare } from '../rules/reserve.ts';
import type { Site, Space } from '../rules/space.ts';
import { FALSE, TRUE, type Tri, triOf, UNKNOWN_TRUTH } from '../rules/tri.ts';
import { bootsBetween } from './boots.ts';
import type { Compiled } from './compiled.ts';
import type { NeedText } from './needs.ts';

/** One dimension of a host. Virtual machines share cores, so cores bind only where a rule keeps some back. */
export interface Room {
  readonly size: number | undefined;
  readonly inUse: number;
  readonly reserved: number;
}

/** Needs that are decided for a type together with an image: booting, hosting, refusals, room for guests. */
export interface SiteNeeds {
  readonly needs: readonly NeedText[];
  /** Whether an image boots on a type: its architecture is one of the type's, and their virtualization agrees. */
  boots(type: number, image: number): Tri;
  /** What the host has of a dimension, what its guests take of it, and what rules keep back; MiB or cores. */
  room(site: Site, dimension: 'mem' | 'cores', guests?: readonly Guest[]): Room;
  /** The guests that really take from the host. */
  readonly counted: readonly Guest[];
  /** Decides every need at a site, by its index in `needs`. */
  judge(site: Site, note: (need: number, holds: Tri) => void): void;
}

/** The need that a spot machine, or a launch option, misses. */
export const LAUNCHER = 'launcher';
/** Stands for an answer that was not worked out yet. */
const UNDECIDED = 3;
/** The need that is missed by a machine without an image. */
export const IMAGE = 'image';

/**
 * The guests that take memory and cores from the host for real, once one of them is a virtual machine: all virtual
 * machines, and whatever is stated apart. Without a virtual machine there are none: limits of system containers need
 * nothing kept back.
 */
export function countedGuests(compiled: Compiled, request: MachineRequest): readonly Guest[] {
  const { capabilities } = compiled.catalog.vocabulary;
  const isVm = (kind: string): boolean => capabilities.get(kind)?.guest === 'vm';
  const { containers, guests: stated = [] } = request;
  if (!containers.some((need) => isVm(need.capability)) && !stated.some((guest) => isVm(guest.kind))) return [];
  return guestsOf(request).filter((guest) => isVm(guest.kind) || stated.includes(guest));
}

/** Where a request asks for a capability. */
function placeOfNeed({ placement, constraints }: MachineRequest, capability: string): string {
  if (placement.kind === 'container' && placement.need.capability === capability) return 'placement';
  const listed = constraints.byKey.get('containers');
  if ((listed?.value as readonly CapabilityNeed[] | undefined)?.some((need) => need.capability === capability))
    return placeOf(listed!.span);
  const single = constraints.byKey.get('container');
  return single?.value === capability ? placeOf(single.span) : 'guests';
}

/** @param unaided the derivation without launch options: what Juju can bring about */
export function siteNeeds(
  compiled: Compiled,
  request: MachineRequest,
  space: Space,
  derivation: Derivation,
  unaided: Derivation,
): SiteNeeds {
  const { program } = compiled;
  const { types, images } = space;
  const guests = countedGuests(compiled, request);
  const taken = guests.reduce((total, guest) => total + guest.count * guest.mem, 0);
  const refusals = program.refusals.flatMap((rule, index) => (rule.effect === 'enforce' ? [{ rule, index }] : []));
  const levels = request.containers.map((need) => levelOf(program, need.atLeast));
  const placeOfKey = (key: Key): string => {
    const span = request.constraints.byKey.get(key)?.span;
    return span === undefined ? 'default' : placeOf(span);
  };
  const needs: readonly NeedText[] = [
    {
      id: IMAGE,
      text: `an image of ${request.base.os}@${request.base.release} that boots on it`,
      bearing: 'must',
      from: 'base',
    },
    {
      id: LAUNCHER,
      text: 'can be launched by Juju',
      from: placeOfKey('launcher'),
      bearing: textOf(request.constraints, 'launcher') === 'juju' ? 'must' : 'wish',
    },
    {
      id: 'reserve',
      text: `mem for ${taken === 0 ? '' : `guests (${formatSize(taken)}) and `}what the host keeps for itself`,
      bearing: request.reserve && guests.length > 0 ? 'must' : 'wish',
      from: program.reserves.map((rule) => rule.id).join(', ') || 'default',
    },
    ...request.containers.map(({ capability, atLeast }): NeedText => {
      const text = `can host ${capability}${atLeast === undefined ? '' : ` >= ${atLeast}`}`;
      return { id: `can.${capability}`, text, bearing: 'must', from: placeOfNeed(request, capability) };
    }),
    ...refusals.map(
      ({ rule }): NeedText => ({
        id: `rule ${rule.id}`,
        text: `rule ${rule.id}`,
        bearing: 'must',
        from: placeOf(rule.span),
      }),
    ),
  ];
  const [image, launcher, reserve, firstCapability] = [0, 1, 2, 3];
  const firstRefusal = firstCapability + request.containers.length;

  const boots = bootsBetween(types, images);

  // Looked up once: a host is asked for its room thousands of times.
  const sizes = { mem: types.columns.get('type.mem'), cores: types.columns.get('type.cores') };
  const usedBy = (among: readonly Guest[], dimension: 'mem' | 'cores'): number =>
    among.reduce((total, guest) => total + guest.count * guest[dimension], 0);
  const used = { mem: usedBy(guests, 'mem'), cores: usedBy(guests, 'cores') };
  const counting =
    (among: readonly Guest[]) =>
    (kind: string): number =>
      among.reduce((total, guest) => total + (guest.kind === kind ? guest.count : 0), 0);
  const countOf = counting(guests);
  const room = (site: Site, dimension: 'mem' | 'cores', among: readonly Guest[] = guests): Room => {
    const column = sizes[dimension];
    const size = column?.values[column.codes[site.type] ?? UNKNOWN] as number | undefined;
    const inUse = among === guests ? used[dimension] : usedBy(among, dimension);
    const count = among === guests ? countOf : counting(among);
    const reserved = size === undefined ? 0 : reservedShare(derivation.reserveRules(site), dimension, size, count);
    return { size, inUse, reserved };
  };

  /** Whether the host holds its guests beside what rules keep back. */
  const isRoomy = (site: Site): Tri => {
    let result: Tri = TRUE;
    for (const dimension of ['mem', 'cores'] as const) {
      const { size, inUse, reserved } = room(site, dimension);
      // Virtual machines share the host's cores, so cores bind only where a rule keeps some back.
      if (dimension === 'cores' && reserved === 0) continue;
      const holds = size === undefined ? UNKNOWN_TRUTH : triOf(size >= inUse + reserved);
      if (holds < result) result = holds;
    }
    return result;
  };
  // Types are of few sizes, and mostly kept to the same rules.
  const coreSizes = sizes.cores?.values.length ?? 1;
  const roomy = new Map<unknown, Uint8Array>();
  const holdsGuests = (site: Site): Tri => {
    const rules = derivation.reserveRules(site);
    let known = roomy.get(rules);
    if (known === undefined) {
      known = new Uint8Array((sizes.mem?.values.length ?? 1) * coreSizes).fill(UNDECIDED);
      roomy.set(rules, known);
    }
    const size = (sizes.mem?.codes[site.type] ?? 0) * coreSizes + (sizes.cores?.codes[site.type] ?? 0);
    if (known[size] === UNDECIDED) known[size] = isRoomy(site);
    return known[size] as Tri;
  };

  return {
    needs,
    boots,
    room,
    counted: guests,
    judge(site, note) {
      note(image, boots(site.type, site.image));
      if (guests.length > 0) note(reserve, holdsGuests(site));
      let launchable: Tri = TRUE;
      for (let index = 0; index < request.containers.length; index += 1) {
        const need = request.containers[index]!;
        const state = derivation.capability(need.capability, site);
        const holds = passesLevel(state, levels[index]!);
        note(firstCapability + index, holds);
        if (passesLevel(unaided.capability(need.capability, site), levels[index]!) !== TRUE) launchable = FALSE;
      }
      note(launcher, launchable);
      for (let index = 0; index < refusals.length; index += 1) {
        const { rule, index: refusal } = refusals[index]!;
        const violated = derivation.violated(refusal, site);
        if (violated === TRUE) note(firstRefusal + index, FALSE);
        else if (violated === UNKNOWN_TRUTH && rule.onUnknown === 'refuse') note(firstRefusal + index, UNKNOWN_TRUTH);
      }
    },
  };
}
