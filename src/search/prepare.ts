import type { Bitmap, Levels } from '../catalog/bitmaps.ts';
import type { Offers } from '../catalog/catalog.ts';
import { inSequence } from '../catalog/offers.ts';
import { isNamed, namedMachine } from '../match/machines.ts';
import { passesPatterns, wantedArch } from '../match/needs.ts';
import { countedGuests } from '../match/site-needs.ts';
import { matchesGlob } from '../quantity/glob.ts';
import { HOURS_PER_MONTH } from '../quantity/money.ts';
import { flagOf, listOf, numberOf, textOf } from '../request/constraints.ts';
import { guestsOf, hostRootDisk, type MachineRequest, zonesOf } from '../request/request.ts';
import { levelOf } from '../rules/program.ts';
import { reservedShare } from '../rules/reserve.ts';
import type { Amount, Check, FactBitmaps } from './fact-bitmaps.ts';
import type { OfferIndex } from './offer-index.ts';
import type { ImageKind, PriceClass, ReserveClass } from './rule-bitmaps.ts';

/**
 * A request as a list of bitmaps: an offer fits if it is in all of them, by one way or another. Meaning is that of
 * `match`, which is the reference.
 */
export interface Search {
  readonly offers: Offers;
  readonly buffer: Int32Array;
  readonly levels: Levels;
  readonly ways: readonly Way[];
  /** Where only few offers come into question: their rows, in order. */
  readonly rows: Uint32Array | undefined;
}

/** What must hold together of an offer: with one kind of image, and rules that apply alike. */
export interface Way {
  /** Bitmaps of which an offer must be in each, rarest first, by their bases. */
  readonly all: readonly number[];
  /** Lists of bitmaps of which an offer must be in one each. */
  readonly some: readonly (readonly number[])[];
  /** No offer before this row fits. */
  readonly from: number;
  /** Words after this one have no offers that fit. */
  readonly stop: number;
  /** Rows from here on cost too much. */
  readonly end: number;
  /** What bitmaps do not tell exactly. */
  readonly checks: readonly Check[];
  /** What rules make of a list price; undefined without price rules. */
  readonly bill: PriceClass['bill'] | undefined;
}

/** What must hold of an offer whatever its image. */
interface Asked {
  readonly all: Bitmap[];
  readonly some: (readonly Bitmap[])[];
  readonly checks: Check[];
  readonly arch: string | undefined;
  readonly market: string | undefined;
  /** The most that is asked for of each, 0 for nothing. */
  cores: number;
  mem: number;
  /** Nano-dollars per hour. */
  most: number;
  rows: Uint32Array | undefined;
}

function askAtLeast(asked: Asked, facts: FactBitmaps, amount: Amount, wanted: number): void {
  const { bitmap, check } = facts.atLeast(amount, wanted);
  asked.all.push(bitmap);
  if (check !== undefined) asked.checks.push(check);
  if ((amount === 'cores' || amount === 'mem') && wanted > asked[amount]) asked[amount] = wanted;
}

/** Of what is listed, some must hold. */
function askSome({ all, some }: Asked, of: readonly Bitmap[]): void {
  if (of.length === 1) all.push(of[0]!);
  else some.push(of);
}

function isPlain(name: string): boolean {
  return !name.includes('*') && !name.startsWith('^');
}

/** What constraints and placement ask of facts: the same needs, one by one, as `factNeeds` has. */
function ask({ compiled }: OfferIndex, facts: FactBitmaps, request: MachineRequest): Asked {
  const { constraints } = request;
  const arch = wantedArch(request);
  const market = textOf(constraints, 'market') ?? 'on-demand';
  const all: Bitmap[] = [];
  const asked: Asked = {
    all,
    some: [],
    checks: [],
    arch,
    market: market === 'any' ? undefined : market,
    cores: 0,
    mem: 0,
    most: Number.POSITIVE_INFINITY,
    rows: undefined,
  };
  let regionsAreNamed = false;
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
        const attribute = `offer.${key}`;
        if (patterns.length === 1 && isPlain(patterns[0]!)) all.push(facts.having(attribute, patterns[0]));
        else
          askSome(
            asked,
            facts.matching(attribute, (name) => passesPatterns(patterns, name)),
          );
        // Who names regions, and no patterns of them, means restricted ones too.
        if (key === 'region') regionsAreNamed = patterns.every(isPlain);
        break;
      }
      case 'tags':
        for (const tag of value as readonly string[]) all.push(facts.having('type.tags', tag));
        break;
      case 'virt-type':
        if (value !== '') all.push(facts.having('type.virt', value as string));
        break;
      case 'instance-type':
        if (value !== '') asked.rows = facts.ofName(value as string);
        break;
      case 'gpu': {
        const glob = (value as string).toLowerCase();
        if (glob !== '')
          askSome(
            asked,
            facts.matching('type.gpu-name', (name) => matchesGlob(glob, name.toLowerCase())),
          );
        break;
      }
      case 'burstable':
      case 'bare-metal': {
        const wanted = flagOf(constraints, key);
        if (wanted !== undefined) all.push(facts.having(`type.${key}`, wanted));
        break;
      }
      case 'max-price':
        if (typeof value === 'number') asked.most = Math.min(asked.most, value);
        break;
      case 'budget':
        if (typeof value === 'number') asked.most = Math.min(asked.most, Math.floor(value / HOURS_PER_MONTH));
        break;
    }
  }
  if (!regionsAreNamed) {
    const named = listOf(constraints, 'region').filter(isPlain);
    askSome(asked, [facts.open, ...named.map((name) => facts.having('offer.region', name))]);
  }
  if (market !== 'any') all.push(facts.inMarket(market));
  if (textOf(constraints, 'launcher') === 'juju') all.push(facts.outsideMarket('spot'));
  const zones = zonesOf(request);
  if (zones.length > 0) askSome(asked, zones.map(facts.inZone));
  if (arch !== undefined) all.push(facts.having('type.arch', arch));
  const rootDisk = hostRootDisk(request);
  if (rootDisk > 0) askAtLeast(asked, facts, 'root-disk', rootDisk);
  if (request.guests !== undefined) {
    const guests = guestsOf(request);
    for (const dimension of ['cores', 'mem'] as const) {
      const total = guests.reduce((sum, guest) => sum + guest.count * guest[dimension], 0);
      if (total > 0) askAtLeast(asked, facts, dimension, total);
    }
  }
  const machine = namedMachine(request, compiled.catalog);
  if (machine !== undefined) {
    const { offers } = compiled.catalog;
    const among = asked.rows ?? inSequence(offers.size);
    asked.rows = among.filter((row) => isNamed(compiled.catalog, offers.type[row]!, machine));
  }
  return asked;
}

/** What guests ask of a host beside what rules keep back of it. */
function askRoom(
  request: MachineRequest,
  index: OfferIndex,
): ((asked: Asked, facts: FactBitmaps, rules: ReserveClass['rules']) => void) | undefined {
  const guests = request.reserve ? countedGuests(index.compiled, request) : [];
  if (guests.length === 0) return undefined;
  const count = (kind: string): number =>
    guests.reduce((total, guest) => total + (guest.kind === kind ? guest.count : 0), 0);
  return (asked, facts, rules) => {
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
          return dimension === 'cores' && reserved === 0 ? true : size >= inUse + reserved;
        });
        continue;
      }
      const reserved = reservedShare(rules, dimension, 0, count);
      if (dimension === 'mem' || reserved > 0) askAtLeast(asked, facts, amount, inUse + reserved);
    }
  };
}

/** Puts what is asked in order; undefined where no offer can be in all of it. */
function wayOf(asked: Asked, facts: FactBitmaps, rows: number, end: number, bill: Way['bill']): Way | undefined {
  const all: Bitmap[] = [];
  let start = 0;
  let stop = Number.MAX_SAFE_INTEGER;
  for (const bitmap of asked.all) {
    if (bitmap.count === 0) return undefined;
    if (bitmap.count === rows && all.length > 0) continue;
    if (bitmap.first > start) start = bitmap.first;
    if (bitmap.last < stop) stop = bitmap.last;
    // Few bitmaps: insertion is the fastest way to have them in order.
    let place = all.length;
    for (; place > 0 && all[place - 1]!.count > bitmap.count; place -= 1) all[place] = all[place - 1]!;
    all[place] = bitmap;
  }
  for (const bitmaps of asked.some) if (bitmaps.every(({ count }) => count === 0)) return undefined;
  const { arch, market, cores, mem } = asked;
  const from = Math.max(start << 5, cores > 0 || mem > 0 ? facts.startAt(arch, market, cores, mem) : 0);
  if (start > stop || from >= end) return undefined;
  return {
    all: all.map(({ base }) => base),
    some: asked.some.map((bitmaps) => bitmaps.map(({ base }) => base)),
    from,
    stop,
    end,
    checks: asked.checks,
    bill,
  };
}

/** The first row whose billed price is above what may be paid: in a price class it never falls from row to row. */
function endOf(prices: Float64Array, bill: PriceClass['bill'], most: number): number {
  let low = 0;
  let high = prices.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bill(prices[middle]!) <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Makes a request ready to be searched for.
 *
 * @param at the day that rules are judged by, `2026-11-22`; undefined means the newest price date of the catalog
 * @example cheapest(prepare(index, request))
 */
export function prepare(index: OfferIndex, request: MachineRequest, at?: string): Search {
  const { bitmaps, facts, rules } = index.parts(request, at);
  const { compiled } = index;
  const { offers } = compiled.catalog;
  const asked = ask(index, facts, request);
  const room = askRoom(request, index);
  const byJuju = textOf(request.constraints, 'launcher') === 'juju';
  const ways: Way[] = [];
  const hosted = (kind: ImageKind): Bitmap[] =>
    request.containers.map(({ capability, atLeast }) =>
      (byJuju ? kind.hostingByJuju : kind.hosting)(capability, levelOf(compiled.program, atLeast)),
    );
  const unlimited = asked.most === Number.POSITIVE_INFINITY;
  for (const kind of rules.kinds) {
    if (asked.arch !== undefined && kind.arch !== asked.arch) continue;
    for (const reserve of room === undefined ? [undefined] : kind.reserves) {
      for (const price of kind.prices ?? [undefined]) {
        const all = [kind.usable, ...hosted(kind), ...asked.all];
        if (reserve?.offers !== undefined) all.push(reserve.offers);
        if (price?.offers !== undefined) all.push(price.offers);
        const whole: Asked = { ...asked, all, checks: [...asked.checks] };
        if (reserve !== undefined) room!(whole, facts, reserve.rules);
        let end = offers.size;
        if (!unlimited)
          end = price === undefined ? facts.endAt(asked.most) : endOf(offers.price, price.bill, asked.most);
        const way = wayOf(whole, facts, offers.size, end, price?.bill);
        if (way !== undefined) ways.push(way);
      }
    }
  }
  return { offers, buffer: bitmaps.buffer(), levels: bitmaps.levels, ways, rows: asked.rows };
}
