import { setAt, textAt } from '../catalog/column.ts';
import type { NeedText } from '../match/needs.ts';
import type { Query } from '../match/query.ts';
import { FACTS_OF_CONSTRAINTS } from '../match/request-facts.ts';
import { formatMoney, HOURS_PER_MONTH } from '../quantity/money.ts';
import { listOf, textOf } from '../request/constraints.ts';
import type { Guest } from '../request/guest.ts';
import { variant, withConstraint, withoutConstraint } from '../request/variant.ts';
import { isRead } from '../rules/program.ts';
import { hostingLevers } from './hosting-levers.ts';
import {
  amountLever,
  type Lever,
  leverList,
  type Mend,
  named,
  nameLever,
  one,
  ordered,
  subsets,
  type Ways,
} from './lever.ts';
import { roomLevers } from './room-levers.ts';

/**
 * What a user may change of a request so that more candidates fit. A missed need can be mended by one lever or several,
 * and one lever may mend several needs: less memory is less for the guest and less for the host.
 */

export interface Levers {
  readonly list: readonly Lever[];
  /** Every smallest way to mend a missed need for one candidate; none where nothing mends it. */
  mend(need: number, offer: number, image: number, price: number): readonly Ways[];
  /** Levers that mending a need takes whatever the candidate, as bits; undefined where nothing ever mends it. */
  always(need: number): bigint | undefined;
}

/** @param at the day that the request is judged by */
export function leversOf(query: Query, at: string | undefined): Levers {
  const { request, needs, space, atSite } = query;
  const { program, catalog } = query.compiled;
  const { types, offers } = space;
  const levers = leverList();
  const { list, add } = levers;
  // Several machines may be of different kinds: naming another kind would shut out those that fit already.
  const together = request.count > 1;
  /** How each need is mended; a fixed lever is one that is needed whatever the candidate. */
  const mends: { readonly fixed: number | undefined; readonly mend: Mend }[] = [];

  const hostings = hostingLevers(query, at, levers);
  const { capabilityLevers, hosting, waive } = hostings;
  const { counted } = atSite;
  const stated = request.guests;
  const { sizeOf, shrink, withFewerKinds } = roomLevers(query, levers, capabilityLevers);

  const mendOf = (need: NeedText): { fixed: number | undefined; mend: Mend } => {
    const fixed = (lever: number, mend: Mend) => ({ fixed: lever, mend });
    const free = (mend: Mend) => ({ fixed: undefined, mend });
    const { id, measure } = need;
    const type = (offer: number): number => offers.type[offer]!;
    if (id.startsWith('can.')) {
      const capability = id.slice('can.'.length);
      const { atLeast } = request.containers.find((one) => one.capability === capability)!;
      const mend = hosting(capability, atLeast);
      return hostings.isPlain ? fixed(capabilityLevers.get(capability)!, mend) : free(mend);
    }
    if (id.startsWith('rule ')) {
      const rule = program.refusals.find((one) => `rule ${one.id}` === id)!;
      if (!rule.waivable) return free(() => []);
      const lever = waive(rule);
      return fixed(lever, () => [one(lever, null)]);
    }
    switch (id) {
      case 'cores':
      case 'mem':
      case 'cpu-power':
      case 'gpus':
      case 'local-disk':
      case 'cores-baseline':
      case 'max-price':
      case 'root-disk': {
        // Disks of guests stated apart are no less for a smaller constraint.
        const guestDisks = (stated ?? []).reduce((total, guest) => total + guest.count * guest.rootDisk, 0);
        const fact = FACTS_OF_CONSTRAINTS[id];
        const felt = fact !== undefined && isRead(program, fact);
        const lever = add({ ...amountLever(id, need), felt });
        return fixed(lever, (offer, _, price) => {
          const has = measure!.has(type(offer), price);
          if (id === 'root-disk' && (has ?? 0) < guestDisks) return [];
          return [one(lever, has === undefined || Number.isNaN(has) || has === 0 ? null : has)];
        });
      }
      case 'budget': {
        const budget = request.constraints.byKey.get('budget')!.value as number;
        const lever = add({
          id,
          felt: false,
          ...ordered('at-most'),
          describe: (setting) => `budget ${formatMoney(budget)} → ${formatMoney(Number(setting))} a month`,
          apply: (from, setting) => withConstraint(from, 'budget', Number(setting)),
        });
        return fixed(lever, (_, __, price) =>
          price * HOURS_PER_MONTH <= Number.MAX_SAFE_INTEGER ? [one(lever, price * HOURS_PER_MONTH)] : [],
        );
      }
      case 'arch': {
        const lever = add({
          ...nameLever('arch', textOf(request.constraints, 'arch') ?? 'amd64'),
          apply: (from, setting) => withConstraint(from, 'arch', String(setting ?? '')),
        });
        return fixed(lever, (_, image) => [
          one(lever, together ? null : (textAt(query.images.table, 'image.arch', image) ?? null)),
        ]);
      }
      case 'market': {
        const lever = add({
          ...nameLever('market', textOf(request.constraints, 'market') ?? 'on-demand'),
          apply: (from, setting) => withConstraint(from, 'market', String(setting ?? 'any')),
        });
        return fixed(lever, (offer) => [
          one(lever, together ? null : (textAt(offers, 'offer.market', offer) ?? 'on-demand')),
        ]);
      }
      case 'tags': {
        const wanted = listOf(request.constraints, 'tags');
        const lever = add({
          id,
          felt: false,
          ...subsets,
          describe: (setting) =>
            `tags ${wanted.join(',')} → ${(setting as readonly string[] | null)?.join(',') || 'any'}`,
          apply: (from, setting) =>
            setting === null || setting.toString() === ''
              ? withoutConstraint(from, 'tags')
              : withConstraint(from, 'tags', setting as readonly string[]),
        });
        return fixed(lever, (offer) => {
          const own = setAt(types, 'type.tags', type(offer)) ?? [];
          return [
            one(
              lever,
              wanted.filter((tag) => own.includes(tag)),
            ),
          ];
        });
      }
      case 'zones': {
        const lever = add({
          ...nameLever('zones', need.text.replace(/^zone /, '')),
          apply: (from) =>
            variant(withoutConstraint(from, 'zones'), (draft) => {
              if (draft.placement.kind === 'directive' && draft.placement.key === 'zone')
                draft.placement = { kind: 'none' };
            }),
        });
        return fixed(lever, () => [one(lever, null)]);
      }
      case 'virt-type':
      case 'instance-type':
      case 'gpu':
      case 'burstable':
      case 'bare-metal': {
        const lever = add(nameLever(id, String(request.constraints.byKey.get(id)!.value)));
        return fixed(lever, () => [one(lever, null)]);
      }
      case 'launcher':
        return free(hostings.launcher());
      case 'guest-mem':
      case 'guest-cores': {
        const dimension = id === 'guest-mem' ? 'mem' : 'cores';
        return free((offer) => {
          const size = measure!.has(type(offer), Number.NaN);
          return withFewerKinds(stated ?? [], (rest) => {
            const taken = sizeOf(rest, dimension);
            if (taken === 0 || (size !== undefined && taken <= size)) return [new Map()];
            return size === undefined ? [] : shrink(dimension, size, rest);
          });
        });
      }
      case 'reserve': {
        const lever = add({
          id,
          felt: false,
          ...named,
          describe: () => 'nothing kept back for the host (--no-reserve)',
          apply: (from) =>
            variant(from, (draft) => {
              draft.reserve = false;
            }),
        });
        const isVm = ({ kind }: Guest): boolean => catalog.vocabulary.capabilities.get(kind)?.guest === 'vm';
        return free((offer, image) => {
          const site = query.site(offer, image);
          const roomed = withFewerKinds(counted, (rest) => {
            if (!rest.some(isVm)) return [new Map()];
            const smaller = (['mem', 'cores'] as const).flatMap((dimension) => {
              const { size, inUse, reserved } = atSite.room(site, dimension, rest);
              const binds = dimension === 'mem' || reserved > 0;
              if (!binds || (size !== undefined && size >= inUse + reserved)) return [];
              return [size === undefined ? [] : shrink(dimension, size - reserved, rest)];
            });
            return smaller.every((ways) => ways.length > 0) ? [new Map(smaller.flatMap(([ways]) => [...ways!]))] : [];
          });
          return [one(lever, null), ...roomed];
        });
      }
      default:
        return free(() => []);
    }
  };
  for (const need of needs) mends.push(need.bearing === 'must' ? mendOf(need) : { fixed: undefined, mend: () => [] });
  const hopeless = (need: NeedText): boolean =>
    need.id === 'image' ||
    need.id === 'machine' ||
    (need.id.startsWith('rule ') && program.refusals.some((one) => `rule ${one.id}` === need.id && !one.waivable));

  return {
    list,
    mend: (need, offer, image, price) => mends[need]!.mend(offer, image, price),
    always(need) {
      if (hopeless(needs[need]!)) return undefined;
      const { fixed } = mends[need]!;
      return fixed === undefined ? 0n : 1n << BigInt(fixed);
    },
  };
}
