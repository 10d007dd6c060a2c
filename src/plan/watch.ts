import type { Catalog } from '../catalog/catalog.ts';
import { type Repriced, repricing } from '../catalog/repricing.ts';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { type Compiled, compile } from '../match/compiled.ts';
import { validateRequest } from '../match/validate.ts';
import { compareText } from '../quantity/order.ts';
import { type MachineRequest, zonesOf } from '../request/request.ts';
import { isRead } from '../rules/program.ts';
import { billedAt, billedIf, cheapest } from '../search/find.ts';
import { indexOffers, type OfferIndex } from '../search/offer-index.ts';
import { once } from '../search/once.ts';
import { prepare } from '../search/prepare.ts';
import { applyScenario, priceEdits, requestUnder, rulesUnder, withdrawnRows } from './apply-scenario.ts';
import { describeOffer } from './describe.ts';
import type { Scenario } from './scenario.ts';
import type { Alternative } from './schema.ts';

/** The cheapest offer under a scenario. */
export interface Found {
  readonly offer: Alternative;
  /** Nano-dollars per hour, as billed. */
  readonly price: number;
}

/** Answers scenario after scenario to one request. */
export interface Watch {
  /** The cheapest offer; undefined where nothing fits. A scenario that says what cannot be gives its faults. */
  cheapest(scenario: Scenario): Result<Found | undefined>;
}

/** Offers that are priced otherwise, with `touched` for those that are withdrawn, too. */
type Overlay = Repriced;

/** What is worked out of a part of a scenario stands for as long as the part is in use. */
function perObject<K extends object, V>(make: (key: K) => V): (key: K) => V {
  return once(make, new WeakMap<K, V>());
}

/** Edits of rules of which the bitmaps stand in one buffer. */
const MOST_SHARING = 32;

/** Facts that price edits change beside the price. */
const PRICED_FACTS = ['offer.price', 'offer.price-basis', 'offer.as-of'];

/**
 * Watches a request under scenarios. The parts of a scenario that an edit leaves alone stay the same objects, and what was
 * worked out of them stands: an edit of prices touches the offers that it selects, an edit of rules what rules say, an
 * edit of the request only the request.
 *
 * @example watch(compiled, request).cheapest(edit(begin(), (draft) => { draft.prices['aws:m8i*'] = '+10%'; }).now)
 */
export function watch(base: Compiled, request: MachineRequest, at?: string): Watch {
  const { catalog } = base;
  const whole = indexOffers(base);
  const editsOf = perObject(priceEdits);
  const reprice = repricing(catalog);
  const changedPrices = perObject((prices: Scenario['prices']): Repriced | undefined => {
    const edits = editsOf(prices);
    return edits.ok ? reprice(edits.value) : undefined;
  });
  const withdrawnOf = perObject((withdrawn: Scenario['withdrawn']) => withdrawnRows(catalog, withdrawn));
  // What other rules say stands in the buffer that is shared, so after so many of them another one is begun.
  let shared = whole;
  let sharing = 0;
  const indexes = perObject((rules: Scenario['rules']): Result<OfferIndex> => {
    const program = rulesUnder(base.program, rules);
    if (!program.ok) return program;
    if (program.value === base.program) return ok(whole);
    const compiled = compile(catalog, program.value);
    // Facts that rules set are in the bitmaps of facts.
    if (program.value.sets.length + base.program.sets.length > 0) return ok(indexOffers(compiled));
    if (sharing === MOST_SHARING) [shared, sharing] = [indexOffers(compiled), 0];
    sharing += 1;
    return ok(indexOffers(compiled, shared));
  });
  const requests = perObject((constraints: Scenario['constraints']): Result<MachineRequest> => {
    const asked = requestUnder(request, { constraints }, catalog);
    if (!asked.ok) return asked;
    const faults = validateRequest(asked.value, base);
    return faults.length > 0 ? fail(...faults) : asked;
  });
  const overlays = perObject((edited: Scenario['prices']) =>
    perObject((withdrawn: Scenario['withdrawn']): Overlay | undefined => {
      const out = withdrawnOf(withdrawn);
      const changed = changedPrices(edited);
      if (!out.ok || changed === undefined) return undefined;
      // A price of what is sold no more is a contradiction, perhaps.
      if (out.value.some((row) => changed.touched[row] === 1)) return undefined;
      if (out.value.length === 0) return changed;
      const touched = changed.touched.slice();
      for (const row of out.value) touched[row] = 1;
      return { ...changed, touched };
    }),
  );

  /** By the whole catalog anew: where an edit changes more than prices of offers that there are. */
  const anew = (scenario: Scenario): Result<Found | undefined> => {
    const applied = applyScenario(base, request, scenario, at);
    if (!applied.ok) return applied;
    const index = indexOffers(applied.value.compiled);
    const search = prepare(index, applied.value.request, applied.value.at);
    const row = cheapest(search);
    if (row === -1) return ok(undefined);
    const price = billedAt(search, row);
    return ok({ offer: describeOffer(applied.value.compiled.catalog, row, price), price });
  };

  return {
    cheapest(scenario) {
      const index = indexes(scenario.rules);
      const asked = requests(scenario.constraints);
      const edits = editsOf(scenario.prices);
      const overlay = overlays(scenario.prices)(scenario.withdrawn);
      const areAdded = Object.keys(scenario.added).length > 0;
      if (!index.ok || !asked.ok || !edits.ok || overlay === undefined || areAdded) return anew(scenario);
      const { program } = index.value.compiled;
      const isPriceRead = edits.value.length > 0 && PRICED_FACTS.some((name) => isRead(program, name));
      // Which zones there are is read off what is sold.
      const areZonesRead = Object.keys(scenario.withdrawn).length > 0 && zonesOf(asked.value).length > 0;
      // Where facts are set otherwise, other bitmaps are of the rows; and what ranks first need not cost least.
      const areFactsSet = program.sets !== base.program.sets && program.sets.length + base.program.sets.length > 0;
      if (isPriceRead || areZonesRead || areFactsSet || program.prefers.length > 0) return anew(scenario);
      const search = prepare(index.value, asked.value, scenario.date ?? at);
      const untouched = cheapest(search, overlay.touched);
      let best = untouched;
      let lowest = untouched === -1 ? Number.POSITIVE_INFINITY : billedAt(search, untouched);
      const { rows, prices } = overlay;
      for (let place = 0; place < rows.length; place += 1) {
        const row = rows[place]!;
        const price = prices[place]!;
        if (price > lowest && program.prices.length === 0) continue;
        const billed = billedIf(search, row, price);
        if (billed === undefined || billed > lowest) continue;
        if (billed === lowest && best !== -1 && compareNamed(catalog, best, row) < 0) continue;
        best = row;
        lowest = billed;
      }
      if (best === -1) return ok(undefined);
      const changed = edits.value.length > 0 && overlay.touched[best] === 1;
      const offer = describeOffer(catalog, best, lowest);
      return ok({ offer: changed ? asOwn(offer) : offer, price: lowest });
    },
  };
}

/** The order of offers of one price, whatever they cost before. */
function compareNamed({ offers }: Catalog, a: number, b: number): number {
  const text = (name: string, row: number): string => {
    const column = offers.columns.get(name);
    const value = column?.values[column.codes[row]!];
    return value === undefined ? '' : String(value);
  };
  return (
    offers.region[a]! - offers.region[b]! ||
    offers.type[a]! - offers.type[b]! ||
    compareText(text('offer.market', a), text('offer.market', b)) ||
    compareText(text('offer.zones', a), text('offer.zones', b)) ||
    a - b
  );
}

/** An offer at a price of one's own: an estimate stays one. */
function asOwn(offer: Alternative): Alternative {
  const basis = offer['price-basis'];
  return basis === undefined || basis === 'list' ? { ...offer, 'price-basis': 'own' } : offer;
}
