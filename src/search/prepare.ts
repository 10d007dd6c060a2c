import type { Bitmap, Levels } from '../catalog/bitmaps.ts';
import type { Offers } from '../catalog/catalog.ts';
import { inSequence } from '../catalog/offers.ts';
import type { Compiled } from '../match/compiled.ts';
import { isNamed, namedMachine } from '../match/machines.ts';
import { passesPatterns, wantedArch } from '../match/needs.ts';
import { countedGuests } from '../match/site-needs.ts';
import { matchesGlob } from '../quantity/glob.ts';
import { HOURS_PER_MONTH } from '../quantity/money.ts';
import { numberOf, textOf } from '../request/constraints.ts';
import type { Guest } from '../request/guest.ts';
import { guestsOf, hostRootDisk, type MachineRequest, zonesOf } from '../request/request.ts';
import { levelOf } from '../rules/program.ts';
import { reservedShare } from '../rules/reserve.ts';
import type { Amount, Check, FactBitmaps } from './fact-bitmaps.ts';
import type { OfferIndex } from './offer-index.ts';
import type { PriceClass, ReserveClass } from './rule-bitmaps.ts';

/**
 * A request as a list of bitmaps: an offer fits if it is in all of them, by one way or another. Meaning is that of
 * `match`, which is the reference.
 */
export interface Search {
  readonly offers: Offers;
  readonly buffer: Int32Array;
  readonly levels: Levels;
  readonly ways: readonly Way[];
  /** Nano-dollars per hour that may be billed; Infinity where nothing is said. */
  readonly most: number;
  /** Where only few offers come into question: their rows, in order. */
  readonly rows: Uint32Array | undefined;
}

/** What must hold together of an offer: with one kind of image, and rules that apply alike. */
export interface Way {
  /** Bitmaps of which an offer must be in each, rarest first, by their bases. */
  readonly all: readonly number[];
  /** No offer before this row fits. */
  readonly from: number;
  /** Words after this one have no offers that fit. */
  readonly stop: number;
  /** Rows from here on cost too much. */
  readonly end: number;
  /** What bitmaps do not tell exactly. */
  readonly checks: readonly Check[] | undefined;
  /** What rules make of a list price; undefined without price rules. */
  readonly bill: PriceClass['bill'] | undefined;
}

/** What is asked of an offer so far. Its bitmaps are kept rarest first: there are few, so insertion is fastest. */
interface Asked {
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

function narrow(asked: Asked, bitmap: Bitmap): void {
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
function ask(facts: FactBitmaps, request: MachineRequest): Asked {
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
function askRoom(asked: Asked, facts: FactBitmaps, guests: readonly Guest[], rules: ReserveClass['rules']): void {
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

/** The rows that alone come into question, where a type or a machine is named. */
function namedRows({ catalog }: Compiled, facts: FactBitmaps, request: MachineRequest): Uint32Array | undefined {
  const { offers } = catalog;
  const name = textOf(request.constraints, 'instance-type');
  const rows = name === undefined ? undefined : facts.ofName(name);
  const machine = namedMachine(request, catalog);
  if (machine === undefined) return rows;
  return (rows ?? inSequence(offers.size)).filter((row) => isNamed(catalog, offers.type[row]!, machine));
}

/** Nano-dollars per hour that one machine may cost; Infinity where nothing is said. */
function mostOf({ constraints }: MachineRequest): number {
  const price = constraints.byKey.get('max-price')?.value;
  const budget = constraints.byKey.get('budget')?.value;
  return Math.min(
    typeof price === 'number' ? price : Number.POSITIVE_INFINITY,
    typeof budget === 'number' ? Math.floor(budget / HOURS_PER_MONTH) : Number.POSITIVE_INFINITY,
  );
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

const ANY: readonly undefined[] = [undefined];
const NOBODY: readonly Guest[] = [];

/**
 * Makes a request ready to be searched for.
 *
 * @param at the day that rules are judged by, `2026-11-22`; undefined means the newest price date of the catalog
 * @example cheapest(prepare(index, request))
 */
export function prepare(index: OfferIndex, request: MachineRequest, at?: string): Search {
  const { bitmaps, facts, rules } = index.parts(request, at);
  const { compiled } = index;
  const { constraints, containers } = request;
  const { offers } = compiled.catalog;
  const arch = wantedArch(request);
  const wanted = textOf(constraints, 'market') ?? 'on-demand';
  const market = wanted === 'any' ? undefined : wanted;
  const byJuju = textOf(constraints, 'launcher') === 'juju';
  const most = mostOf(request);
  const guests = request.reserve ? countedGuests(compiled, request) : NOBODY;
  const common = ask(facts, request);
  const [only] = containers;
  if (byJuju) narrow(common, facts.outsideMarket('spot'));
  const rows = namedRows(compiled, facts, request);
  const ways: Way[] = [];
  for (const kind of rules.kindsOf(arch, containers.length)) {
    for (const reserve of guests.length === 0 ? ANY : kind.reserves) {
      for (const price of kind.prices ?? ANY) {
        const asked: Asked = {
          all: common.all.slice(),
          checks: common.checks.slice(),
          start: common.start,
          stop: common.stop,
          cores: common.cores,
          mem: common.mem,
          places: common.places,
          open: common.open,
        };
        const usual = kind.usual(arch, market, common.open);
        let suited = usual.offers;
        if (only !== undefined && !byJuju && containers.length === 1) {
          suited = usual.hosting(only.capability, levelOf(compiled.program, only.atLeast));
        } else {
          for (const { capability, atLeast } of containers) {
            const least = levelOf(compiled.program, atLeast);
            narrow(asked, byJuju ? kind.hostingByJuju(capability, least) : kind.hosting(capability, least));
          }
        }
        narrow(asked, suited);
        if (reserve !== undefined) {
          if (reserve.offers !== undefined) narrow(asked, reserve.offers);
          askRoom(asked, facts, guests, reserve.rules);
        }
        if (price?.offers !== undefined) narrow(asked, price.offers);
        let end = offers.size;
        if (most !== Number.POSITIVE_INFINITY)
          end = price === undefined ? facts.endAt(most) : endOf(offers.price, price.bill, most);
        const { all, checks, start, stop, cores, mem, places } = asked;
        let from = start << 5;
        if (cores > 0 || mem > 0) {
          from = Math.max(from, facts.startIn(suited, cores, mem));
          for (const place of places) from = Math.max(from, facts.startIn(place, cores, mem));
        }
        // An empty bitmap ends before it starts. What only costs too much is kept: prices may be taken to be others.
        if (start > stop || from >= offers.size) continue;
        const bases: number[] = [];
        for (const { base } of all) bases.push(base);
        ways.push({
          all: bases,
          from,
          stop,
          end,
          checks: checks.length === 0 ? undefined : checks,
          bill: price?.bill,
        });
      }
    }
  }
  return { offers, buffer: bitmaps.buffer(), levels: bitmaps.levels, ways, most, rows };
}
