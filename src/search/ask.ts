import type { Bitmap } from '../catalog/bitmaps.ts';
import { passesPatterns } from '../match/needs.ts';
import { matchesGlob } from '../quantity/glob.ts';
import { numberOf } from '../request/constraints.ts';
import type { Guest } from '../request/guest.ts';
import { guestsOf, hostRootDisk, type MachineRequest, zonesOf } from '../request/request.ts';
import { reservedShare } from '../rules/reserve.ts';
import type { Amount, Check, FactBitmaps } from './fact-bitmaps.ts';
import type { ReserveClass } from './rule-bitmaps.ts';

/** What requests ask of facts, as bitmaps. */

/** What is asked of an offer so far. Its bitmaps are kept rarest first: there are few, so insertion is fastest. */
export interface Asked {
  readonly all: Bitmap[];
  readonly checks: Check[];
  /** Words outside of these have no offers that fit. */
  start: number;
  stop: number;
  /** The most that is asked for of each, 0 for nothing. */
  cores: number;
  mem: number;
  /** The offers of the clouds and regions asked for, where they are: in each, a search may begin further on. */
  readonly places: Bitmap[];
  /** Whether any open region will do. */
  open: boolean;
}

export function narrow(asked: Asked, bitmap: Bitmap): void {
  const { all } = asked;
  if (bitmap.first > asked.start) asked.start = bitmap.first;
  if (bitmap.last < asked.stop) asked.stop = bitmap.last;
  let place = all.length;
  all.push(bitmap);
  for (; place > 0 && all[place - 1]!.count > bitmap.count; place -= 1) all[place] = all[place - 1]!;
  all[place] = bitmap;
}

function askAtLeast(asked: Asked, facts: FactBitmaps, amount: Amount, wanted: number): void {
  const { bitmap, check } = facts.atLeast(amount, wanted);
  narrow(asked, bitmap);
  if (check !== undefined) asked.checks.push(check);
  if (amount === 'cores' && wanted > asked.cores) asked.cores = wanted;
  if (amount === 'mem' && wanted > asked.mem) asked.mem = wanted;
}

function isPlain(name: string): boolean {
  return !name.includes('*') && !name.startsWith('^');
}

const ATTRIBUTES = {
  cloud: 'offer.cloud',
  region: 'offer.region',
  burstable: 'type.burstable',
  'bare-metal': 'type.bare-metal',
};

/**
 * What constraints and placement ask of facts: the same needs, one by one, as `factNeeds` has, but for architecture and
 * market.
 */
export function ask(facts: FactBitmaps, request: MachineRequest): Asked {
  const { constraints } = request;
  const asked: Asked = {
    all: [],
    checks: [],
    start: 0,
    stop: Number.MAX_SAFE_INTEGER,
    cores: 0,
    mem: 0,
    places: [],
    open: true,
  };
  for (const [key, { value }] of constraints.byKey) {
    switch (key) {
      case 'cores':
      case 'mem':
      case 'cpu-power':
      case 'gpus':
      case 'local-disk':
      case 'cores-baseline': {
        const wanted = numberOf(constraints, key);
        if (wanted > 0) askAtLeast(asked, facts, key, wanted);
        break;
      }
      case 'cloud':
      case 'region': {
        const patterns = value as readonly string[];
        if (patterns.length === 0) break;
        const attribute = ATTRIBUTES[key];
        const [first] = patterns;
        const place =
          patterns.length === 1 && isPlain(first!)
            ? facts.having(attribute, first)
            : facts.matching(attribute, patterns.join(), (name) => passesPatterns(patterns, name));
        narrow(asked, place);
        asked.places.push(place);
        if (key === 'region') {
          // Who names regions, and no patterns of them, means restricted ones too.
          const named = patterns.filter(isPlain);
          asked.open = named.length === 0;
          if (!asked.open && named.length < patterns.length) narrow(asked, facts.openOr(named));
        }
        break;
      }
      case 'tags':
        for (const tag of value as readonly string[]) narrow(asked, facts.having('type.tags', tag));
        break;
      case 'virt-type':
        if (value !== '') narrow(asked, facts.having('type.virt', value as string));
        break;
      case 'gpu': {
        const glob = (value as string).toLowerCase();
        if (glob !== '')
          narrow(
            asked,
            facts.matching('type.gpu-name', glob, (name) => matchesGlob(glob, name.toLowerCase())),
          );
        break;
      }
      case 'burstable':
      case 'bare-metal':
        if (typeof value === 'boolean') narrow(asked, facts.having(ATTRIBUTES[key], value));
        break;
    }
  }
  const zones = zonesOf(request);
  if (zones.length > 0) narrow(asked, facts.inZones(zones));
  const rootDisk = hostRootDisk(request);
  if (rootDisk > 0) askAtLeast(asked, facts, 'root-disk', rootDisk);
  if (request.guests !== undefined) {
    const guests = guestsOf(request);
    for (const dimension of ['cores', 'mem'] as const) {
      const total = guests.reduce((sum, guest) => sum + guest.count * guest[dimension], 0);
      if (total > 0) askAtLeast(asked, facts, dimension, total);
    }
  }
  return asked;
}

/** What guests ask of a host beside what rules keep back of it. */
export function askRoom(
  asked: Asked,
  facts: FactBitmaps,
  guests: readonly Guest[],
  rules: ReserveClass['rules'],
): void {
  const count = (kind: string): number =>
    guests.reduce((total, guest) => total + (guest.kind === kind ? guest.count : 0), 0);
  for (const dimension of ['mem', 'cores'] as const) {
    const inUse = guests.reduce((total, guest) => total + guest.count * guest[dimension], 0);
    const amount = dimension === 'mem' ? 'mem' : 'cores-if-known';
    const isShare = rules.some(({ action }) =>
      action.shares.some((share) => share.dimension === dimension && share.percent > 0),
    );
    if (isShare) {
      const sizes = facts.amounts(amount);
      asked.checks.push((type) => {
        const size = sizes[type]!;
        const reserved = Number.isFinite(size) ? reservedShare(rules, dimension, size, count) : 0;
        // Virtual machines share the host's cores, so cores bind only where a rule keeps some back.
        return (dimension === 'cores' && reserved === 0) || size >= inUse + reserved;
      });
      continue;
    }
    const reserved = reservedShare(rules, dimension, 0, count);
    if (dimension === 'mem' || reserved > 0) askAtLeast(asked, facts, amount, inUse + reserved);
  }
}
