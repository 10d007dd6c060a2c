import { setAt, textAt } from '../catalog/column.ts';
import type { NeedText } from '../match/needs.ts';
import type { Query } from '../match/query.ts';
import { requestFacts } from '../match/request-facts.ts';
import { formatMoney, HOURS_PER_MONTH } from '../quantity/money.ts';
import { formatSize } from '../quantity/size.ts';
import { listOf, textOf } from '../request/constraints.ts';
import type { Guest } from '../request/guest.ts';
import type { Key } from '../request/keys.ts';
import type { MachineRequest } from '../request/request.ts';
import { variant, withConstraint, withoutCapability, withoutConstraint, withVersion } from '../request/variant.ts';
import { passesLevel } from '../rules/capability.ts';
import { type Derivation, derive } from '../rules/derive.ts';
import { ABSENT, ANY_VERSION, isRead, leastLevel, versionOf, withoutRules } from '../rules/program.ts';
import type { Rule } from '../rules/rule.ts';
import { FALSE, TRUE } from '../rules/tri.ts';

/**
 * What a user may change of a request so that more candidates fit. A missed need can be mended by one lever or several,
 * and one lever may mend several needs: less memory is less for the guest and less for the host.
 */

/** What a lever is set to; null: what it stands for is not asked for any more. */
export type Setting = number | string | readonly string[] | null;

export interface Lever {
  /** A constraint key, `can.kvm`, `reserve`, `guest`, `rule …`. */
  readonly id: string;
  /** Whether a request with setting `a` admits all that one with setting `b` does. */
  admits(a: Setting, b: Setting): boolean;
  /** The least setting that admits what both admit. */
  join(a: Setting, b: Setting): Setting;
  /** The change in words: `mem 64G → 61G`. */
  describe(setting: Setting): string;
  apply(request: MachineRequest, setting: Setting): MachineRequest;
  /** Who may decide it, where that is not whoever asks. */
  readonly owner?: string;
  /** Whether rules read what it changes, so that more may come of it than that a need is met. */
  readonly felt: boolean;
}

/** A lever that is set. */
export interface Change {
  readonly lever: Lever;
  readonly setting: Setting;
}

/** Levers with their settings, by index. */
export type Ways = ReadonlyMap<number, Setting>;

export interface Levers {
  readonly list: readonly Lever[];
  /** Every smallest way to mend a missed need for one candidate; none where nothing mends it. */
  mend(need: number, offer: number, image: number, price: number): readonly Ways[];
  /** Levers that mending a need takes whatever the candidate, as bits; undefined where nothing ever mends it. */
  always(need: number): bigint | undefined;
}

const ordered = (bound: 'at-least' | 'at-most'): Pick<Lever, 'admits' | 'join'> => ({
  admits: (a, b) => a === null || (b !== null && (bound === 'at-least' ? a <= b : a >= b)),
  join: (a, b) =>
    a === null || b === null
      ? null
      : bound === 'at-least'
        ? Math.min(Number(a), Number(b))
        : Math.max(Number(a), Number(b)),
});
const named: Pick<Lever, 'admits' | 'join'> = {
  admits: (a, b) => a === null || a === b,
  join: (a, b) => (a === b ? a : null),
};
const subsets: Pick<Lever, 'admits' | 'join'> = {
  admits: (a, b) => a === null || (Array.isArray(a) && Array.isArray(b) && a.every((item) => b.includes(item))),
  join: (a, b) => (Array.isArray(a) && Array.isArray(b) ? a.filter((item: string) => b.includes(item)) : null),
};

/** A key whose need compares an amount. */
function amountLever(key: Key, need: NeedText): Lever {
  const { bound, wanted, format } = need.measure!;
  const isNumber = key === 'max-price' || key === 'cores-baseline';
  return {
    id: key,
    felt: false,
    ...ordered(bound),
    describe: (setting) => `${key} ${format(wanted)} → ${setting === null ? 'any' : format(Number(setting))}`,
    apply: (request, setting) =>
      setting === null
        ? withoutConstraint(request, key)
        : withConstraint(request, key, isNumber ? Number(setting) : BigInt(Number(setting))),
  };
}

/** A key that is dropped, or set to another name. */
function nameLever(key: Key, current: string): Lever {
  return {
    id: key,
    felt: false,
    ...named,
    describe: (setting) => `${key} ${current} → ${setting === null ? 'any' : String(setting)}`,
    apply: (request, setting) =>
      setting === null ? withoutConstraint(request, key) : withConstraint(request, key, String(setting)),
  };
}

/** @param at the day that the request is judged by */
export function leversOf(query: Query, at: string | undefined): Levers {
  const { request, needs, space, atSite, derivation } = query;
  const { program, catalog } = query.compiled;
  const { types, offers } = space;
  const list: Lever[] = [];
  // Several machines may be of different kinds: naming another kind would shut out those that fit already.
  const together = request.count > 1;
  const indexOf = new Map<string, number>();
  const add = (lever: Lever): number => {
    const known = indexOf.get(lever.id);
    if (known !== undefined) return known;
    indexOf.set(lever.id, list.length);
    list.push(lever);
    return list.length - 1;
  };
  const one = (lever: number, setting: Setting): Ways => new Map([[lever, setting]]);
  type Mend = (offer: number, image: number, price: number) => readonly Ways[];
  /** How each need is mended; a fixed lever is one that is needed whatever the candidate. */
  const mends: { readonly fixed: number | undefined; readonly mend: Mend }[] = [];

  const capabilityLevers = new Map(
    request.containers.map(({ capability, atLeast }) => [
      capability,
      add({
        id: `can.${capability}`,
        felt: false,
        ...ordered('at-least'),
        describe(setting) {
          const version = setting === null ? undefined : versionOf(program, Number(setting));
          const now = `${capability}${atLeast === undefined ? '' : ` >= ${atLeast}`}`;
          if (setting === null) return `without ${now}`;
          return `${now} → ${capability}${version === undefined ? ' in any version' : ` >= ${version}`}`;
        },
        apply: (from, setting) =>
          setting === null
            ? withoutCapability(from, capability)
            : withVersion(from, capability, versionOf(program, Number(setting))),
      }),
    ]),
  );

  // --- room for guests ---
  const { counted } = atSite;
  const stated = request.guests;
  const sizeOf = (guests: readonly Guest[], dimension: 'mem' | 'cores'): number =>
    guests.reduce((total, guest) => total + guest.count * guest[dimension], 0);
  /** Of stated guests the ones that take most of a dimension: they are made smaller. */
  const guestLever = (
    dimension: 'mem' | 'cores',
    among: readonly Guest[],
  ): { readonly lever: number; readonly guest: Guest } | undefined => {
    if (sizeOf(among, dimension) === 0) return undefined;
    const guest = [...among].sort((a, b) => b.count * b[dimension] - a.count * a[dimension])[0]!;
    // Where guests of other kinds are given up, its place among its own stays.
    const index = stated!.filter(({ kind }) => kind === guest.kind).indexOf(guest);
    const text = (size: number): string => (dimension === 'mem' ? formatSize(size) : String(size));
    const lever = add({
      id: `guest.${guest.kind}.${index}.${dimension}`,
      felt: false,
      ...ordered('at-least'),
      describe: (setting) =>
        `guest ${guest.count}x ${guest.kind} ${dimension} ${text(guest[dimension])} → ${text(Number(setting))}`,
      apply: (from, setting) =>
        variant(from, (draft) => {
          const changed = draft.guests?.filter(({ kind }) => kind === guest.kind)[index];
          if (changed !== undefined) changed[dimension] = Number(setting);
        }),
    });
    return { lever, guest };
  };
  /** Ways to make guests fit into `free` of a dimension. */
  const shrink = (dimension: 'mem' | 'cores', free: number, guests: readonly Guest[]): readonly Ways[] => {
    const largest = stated === undefined ? undefined : guestLever(dimension, guests);
    const lever = stated === undefined ? indexOf.get(dimension) : largest?.lever;
    if (lever === undefined) return [];
    const count = largest?.guest.count ?? guests.reduce((total, guest) => total + guest.count, 0);
    const others =
      largest === undefined ? 0 : sizeOf(guests, dimension) - largest.guest.count * largest.guest[dimension];
    const least = Math.floor((free - others) / Math.max(1, count));
    return least >= 1 ? [one(lever, least)] : [];
  };
  /** Every set of kinds given up, with what has to be done for the guests that are left. */
  const withFewerKinds = (
    guests: readonly Guest[],
    doneFor: (rest: readonly Guest[]) => readonly Ways[],
  ): readonly Ways[] => {
    const present = [...new Set(guests.map((guest) => guest.kind))];
    return Array.from({ length: 2 ** present.length }, (_, set) => set).flatMap((set) => {
      const gone = present.filter((_, index) => ((set >> index) & 1) === 1);
      const given = gone.map((kind) => [capabilityLevers.get(kind)!, null] as const);
      return doneFor(guests.filter(({ kind }) => !gone.includes(kind))).map((ways) => new Map([...given, ...ways]));
    });
  };

  const withholders = program.strata.flatMap((stratum) => stratum.withholders).filter((rule) => rule.waivable);
  const waive = ({ id, owner, action }: Rule): number =>
    add({
      id: `rule ${id}`,
      felt:
        action.verb === 'withhold' && action.capabilities.some((capability) => isRead(program, `can.${capability}`)),
      ...named,
      describe: () => `waive rule ${id}${owner === undefined ? '' : ` (${owner} may)`}`,
      apply: (from) =>
        variant(from, (draft) => {
          draft.waived = [...draft.waived, id].sort();
        }),
      ...(owner === undefined ? {} : { owner }),
    });
  /** Ways to have a capability by a derivation: in the version that there is, without it, or without what withholds it. */
  const hostingBy = (own: Derivation): ((capability: string, atLeast: string | undefined) => Mend) => {
    const lenient =
      withholders.length === 0
        ? undefined
        : derive(
            withoutRules(own.program, (rule) => rule.action.verb === 'withhold' && rule.waivable),
            space,
            requestFacts(query.compiled, request, at),
          );
    return (capability, atLeast) => {
      const lever = capabilityLevers.get(capability)!;
      const least = atLeast === undefined ? ANY_VERSION : leastLevel(program, atLeast);
      return (offer, image) => {
        const site = query.site(offer, image);
        const { lower } = own.capability(capability, site);
        const drop = one(lever, lower === ABSENT || atLeast === undefined ? null : lower);
        if (image === -1 || lenient === undefined || passesLevel(lenient.capability(capability, site), least) !== TRUE)
          return [drop];
        const active = withholders.filter(
          (rule) => rule.action.capabilities.includes(capability) && own.truth(rule.when, site) !== FALSE,
        );
        return active.length === 0 ? [drop] : [drop, new Map(active.map((rule) => [waive(rule), null]))];
      };
    };
  };

  const launcher = (): Mend => {
    const lever = add(nameLever('launcher', 'juju'));
    const { unaided } = query;
    const hosting = hostingBy(unaided);
    const hosts = request.containers.map(({ capability, atLeast }) => ({
      capability,
      least: atLeast === undefined ? ANY_VERSION : leastLevel(program, atLeast),
      mend: hosting(capability, atLeast),
    }));
    return (offer, image, price) => {
      const anyLauncher = one(lever, null);
      if (textAt(offers, 'offer.market', offer) === 'spot') return [anyLauncher];
      const site = query.site(offer, image);
      const launchable = hosts
        .filter(({ capability, least }) => passesLevel(unaided.capability(capability, site), least) !== TRUE)
        .reduce<readonly Ways[]>(
          (ways, { mend }) =>
            ways.flatMap((way) => mend(offer, image, price).map((other) => new Map([...way, ...other]))),
          [new Map()],
        );
      return [anyLauncher, ...launchable];
    };
  };

  const hosting = hostingBy(derivation);

  const mendOf = (need: NeedText): { fixed: number | undefined; mend: Mend } => {
    const fixed = (lever: number, mend: Mend) => ({ fixed: lever, mend });
    const free = (mend: Mend) => ({ fixed: undefined, mend });
    const { id, measure } = need;
    const type = (offer: number): number => offers.type[offer]!;
    if (id.startsWith('can.')) {
      const capability = id.slice('can.'.length);
      const { atLeast } = request.containers.find((one) => one.capability === capability)!;
      const mend = hosting(capability, atLeast);
      return withholders.length === 0 ? fixed(capabilityLevers.get(capability)!, mend) : free(mend);
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
        const felt = id === 'root-disk' && isRead(program, 'request.root-disk');
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
        return free(launcher());
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
