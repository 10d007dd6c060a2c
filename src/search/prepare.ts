import type { Levels } from '../catalog/bitmaps.ts';
import type { Offers } from '../catalog/catalog.ts';
import { inSequence } from '../catalog/offers.ts';
import type { Compiled } from '../match/compiled.ts';
import { isNamed, namedMachine } from '../match/machines.ts';
import { wantedArch } from '../match/needs.ts';
import { countedGuests } from '../match/site-needs.ts';
import { HOURS_PER_MONTH } from '../quantity/money.ts';
import { textOf } from '../request/constraints.ts';
import type { Guest } from '../request/guest.ts';
import type { MachineRequest } from '../request/request.ts';
import { levelOf } from '../rules/program.ts';
import { type Asked, ask, askRoom, narrow } from './ask.ts';
import type { Check, FactBitmaps } from './fact-bitmaps.ts';
import type { OfferIndex } from './offer-index.ts';
import type { PriceClass } from './rule-bitmaps.ts';

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
  /** What rules make of a list price; undefined where no rule changes prices or prefers some offers. */
  readonly bill: PriceClass['bill'] | undefined;
  /** What offers of a list price rank by; undefined where that is what they are billed at. */
  readonly rank: PriceClass['rank'];
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
          rank: price?.rank,
        });
      }
    }
  }
  return { offers, buffer: bitmaps.buffer(), levels: bitmaps.levels, ways, most, rows };
}
