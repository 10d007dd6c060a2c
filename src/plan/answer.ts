import { priceEditSteps } from '../catalog/prices.ts';
import { type Candidates, candidatesOf, membersOf } from '../explain/candidates.ts';
import type { Chooser } from '../explain/relaxations.ts';
import type { Compiled } from '../match/compiled.ts';
import { hasBit, maskOf } from '../match/mask.ts';
import { prepare, type Query } from '../match/query.ts';
import { requestDate } from '../match/request-facts.ts';
import { cheapest, ranked, type Sweep, sweep } from '../match/scan.ts';
import { LAUNCHER } from '../match/site-needs.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney, formatMonthly, HOURS_PER_MONTH } from '../quantity/money.ts';
import type { MachineRequest } from '../request/request.ts';
import { variant, withConstraint } from '../request/variant.ts';
import { fillIn } from '../rules/proof.ts';
import { type Choice, choose, type Engine } from './choose.ts';
import { describeMachine, describeOffer, proveNeeds } from './describe.ts';
import { emptyAnswer } from './empty-answer.ts';
import { describeJujuPick } from './juju-pick.ts';
import { nearestMisses } from './nearest.ts';
import { machineNotes, NOT_INCLUDED, requestNotes, scopeNotes, unpricedNotes } from './notes.ts';
import type { Alternative, Answer, Machine, Note } from './schema.ts';
import { stepsFor } from './steps.ts';
import { unpricedFits } from './unpriced.ts';
import { whyNothing, whyThis } from './why.ts';

/** Answers a machine request: the cheapest offers that fit, why, what else there is, and how to get them. */

export interface AnswerOptions {
  readonly engine?: Engine;
  /** How many of the best offers to list. */
  readonly top?: number;
  /** The day that prices and rules are judged by; undefined means the newest price date of the catalog. */
  readonly at?: string | undefined;
}

/** How often each need is missed, by itself and in turn. Counts add up: what is considered less what is missed is what fits. */
function countNeeds({ query, groups, considered }: Candidates): {
  fit: number;
  needs: Answer['explanation']['needs'];
} {
  const misses = query.needs.map(() => 0);
  const unknown = query.needs.map(() => 0);
  const firstMiss = query.needs.map(() => 0);
  let fit = 0;
  for (const group of groups) {
    const [first] = membersOf(group.missing);
    if (first === undefined) fit += group.counted;
    else firstMiss[first]! += group.counted;
    for (const bit of membersOf(group.missing)) misses[bit]! += group.counted;
    for (const bit of membersOf(group.unknown)) unknown[bit]! += group.counted;
  }
  let left = considered;
  const needs: Answer['explanation']['needs'] = [];
  for (const [bit, need] of query.needs.entries()) {
    if (need.bearing !== 'must') continue;
    left -= firstMiss[bit]!;
    needs.push({ need: need.id, text: need.text, from: need.from, misses: misses[bit]!, unknown: unknown[bit]!, left });
  }
  return { fit, needs };
}

/** An offer that answers a request like this one. */
interface Found {
  readonly alternative: Alternative;
  /** What it ranks by. */
  readonly rank: number;
}

/** The cheapest answer to a request that is a little different; `misses` says what of the real one it does not meet. */
function cheapestFor(
  compiled: Compiled,
  request: MachineRequest,
  at: string | undefined,
  misses: readonly string[],
): Found | undefined {
  const query = prepare(compiled, request, at);
  const row = cheapest(query);
  if (row === -1) return undefined;
  const { price, rank } = query.judge(row);
  return {
    alternative: { ...describeOffer(query.space, row, price), ...(misses.length === 0 ? {} : { needs: [...misses] }) },
    rank,
  };
}

const billedIn =
  (swept: Sweep) =>
  (row: number): number =>
    swept.price[row]!;
const rankIn =
  (swept: Sweep) =>
  (row: number): number =>
    swept.rank[row]!;

/** Why an offer ranks as dearer or cheaper than it is billed. */
function preferencesAt(query: Query, row: number, image: number): Answer['explanation']['preferences'] {
  const site = query.site(row, image);
  const { derivation } = query;
  return derivation.preferRules(site).map(({ id, summary, action: { preference } }) => ({
    rule: id,
    percent: `${preference.share < 0 ? '' : '+'}${formatDecimal(preference.share, 4)}`,
    summary: fillIn(summary, derivation, (attribute) => derivation.factAt(attribute, site)),
  }));
}

/** The needs that must be met, and one wish. */
function maskWith(query: Query, wish: string): Uint32Array {
  return maskOf(query.needs.length, (bit) => query.needs[bit]!.bearing !== 'wish' || query.needs[bit]!.id === wish);
}

/** Whether machines of a cost (nano-dollars per hour, together) stay within the request's budget of a month. */
export function withinBudget({ constraints }: MachineRequest): (cost: bigint) => boolean {
  const budget = constraints.byKey.get('budget')?.value;
  return (cost) => typeof budget !== 'number' || cost * BigInt(HOURS_PER_MONTH) <= BigInt(budget);
}

/** How explanations choose where they must: as the answer itself does. */
export function chooserFor(compiled: Compiled, request: MachineRequest, at: string | undefined): Chooser {
  return {
    affordable: withinBudget(request),
    solve(changed) {
      const query = prepare(compiled, changed, at);
      const swept = sweep(query);
      const { offers } = query.space;
      const rows = ranked(query, swept, query.musts);
      const chosen = choose('scan', rows, billedIn(swept), rankIn(swept), offers, changed.count);
      const row = chosen?.taken[0]?.row;
      if (chosen === undefined || row === undefined || !withinBudget(changed)(chosen.cost)) return undefined;
      const dearest = Math.max(...chosen.taken.map((one) => swept.price[one.row]!));
      return { offer: row, image: swept.image[row]!, price: swept.price[row]!, cost: chosen.cost, dearest };
    },
  };
}

/** Why the offers that fit are not enough; nothing where none fits. */
function shortfall({ request, space }: Query, rows: readonly number[], chosen: Choice | undefined): readonly Note[] {
  if (chosen !== undefined) {
    const cost = formatMonthly(chosen.cost);
    const text = `the cheapest ${request.count} machines that fit cost ${cost} USD a month, more than the budget`;
    return [{ code: 'budget', text }];
  }
  if (rows.length === 0) return [];
  const limited = rows.reduce((total, row) => total + space.offers.limit[row]!, 0);
  const text = `of the offers that fit (${rows.length}) only ${limited} machines can be had, and ${request.count} are asked for`;
  return [{ code: 'limits', text }];
}

function withNotes(answer: Answer, notes: readonly Note[]): Answer {
  const distinct = new Map(notes.map((note) => [`${note.code} ${note.text}`, note]));
  return { ...answer, notes: [...distinct.values()] };
}

/**
 * The answer to a request.
 *
 * @example
 * const answer = answerRequest(compile(catalog, program), request);
 * answer.machines[0]?.type // 'm8i-flex.large'
 */
export function answerRequest(compiled: Compiled, request: MachineRequest, options: AnswerOptions = {}): Answer {
  const { engine = 'scan', top = 1, at } = options;
  const query = prepare(compiled, request, at);
  const swept = sweep(query);
  const { offers } = query.space;
  const candidates = candidatesOf(query, swept);
  const { considered } = candidates;
  const { fit, needs } = countNeeds(candidates);
  const rows = ranked(query, swept, query.musts);
  const [price, rank] = [billedIn(swept), rankIn(swept)];
  const affordable = withinBudget(request);
  const chosen = choose(engine, rows, price, rank, offers, request.count);
  const choice = chosen !== undefined && affordable(chosen.cost) ? chosen : undefined;
  const unpriced = unpricedFits(query, at);

  const first = choice?.taken[0]?.row;
  const winning = first === undefined ? undefined : rank(first);
  const cheaper = (found: Found | undefined): Alternative | null =>
    found !== undefined && (winning === undefined ? rows.length === 0 : found.rank < winning)
      ? found.alternative
      : null;
  const launcher = query.needs.findIndex((need) => need.id === LAUNCHER);
  const needsHelp = first !== undefined && hasBit(swept.missing, first * query.words, launcher);
  const slowed = first !== undefined && describeOffer(query.space, first, 0)['sustained-cores'] !== undefined;
  /** What the request would get without one of its needs; not asked where nothing cheaper misses that need alone. */
  const otherwise = (need: string, changed: () => MachineRequest): Alternative | null => {
    const bit = query.needs.findIndex(({ id, bearing }) => id === need && bearing === 'must');
    if (bit === -1 || (winning === undefined && rows.length > 0)) return null;
    const below = winning ?? Number.POSITIVE_INFINITY;
    // Groups know what offers cost, not what they rank by.
    const isPreferred = compiled.program.prefers.length > 0;
    const promises =
      isPreferred ||
      candidates.groups.some(
        ({ missing, cheapest: least }) => (missing & ~(1n << BigInt(bit))) === 0n && least < below,
      );
    return promises ? cheaper(cheapestFor(compiled, changed(), at, [need])) : null;
  };
  const unreserved = (): MachineRequest =>
    variant(request, (draft) => {
      draft.reserve = false;
    });
  const byJuju = needsHelp ? cheapestFor(compiled, withConstraint(request, 'launcher', 'juju'), at, []) : undefined;
  const fullSpeed = slowed ? ranked(query, swept, maskWith(query, 'full-speed'))[0] : undefined;
  const common: Answer = {
    format: 'stowage.answer/1',
    status: 'infeasible',
    ...emptyAnswer(),
    considered: { offers: considered, fit, 'unpriced-fit': unpriced.fit },
    'juju-launchable': byJuju?.alternative ?? null,
    'full-speed': fullSpeed === undefined ? null : describeOffer(query.space, fullSpeed, price(fullSpeed)),
    'without-reserve': otherwise('reserve', unreserved),
    'other-arch': otherwise('arch', () => withConstraint(request, 'arch', '')),
    'juju-pick': describeJujuPick(query, swept),
    explanation: { ...emptyAnswer().explanation, needs, unpriced: unpriced.examples },
    inputs: {
      catalog: compiled.catalog.digest,
      rules: compiled.program.digest,
      date: requestDate(compiled, at) ?? null,
    },
    stats: { rows: offers.size },
  };
  if (choice === undefined || first === undefined) {
    const nearest = rows.length > 0 ? {} : { nearest: nearestMisses(query, swept) };
    return withNotes({ ...common, ...whyNothing(candidates, at, chooserFor(compiled, request, at)), ...nearest }, [
      ...shortfall(query, rows, chosen),
      ...(considered === 0 ? scopeNotes(query) : []),
      ...requestNotes(query, []),
      ...unpricedNotes(query, unpriced, requestDate(compiled, at)),
    ]);
  }

  const { cost, bound, rank: rankCost } = choice;
  const isRanked = compiled.program.prefers.length > 0;
  /** What an offer ranks by, where that is not what it costs. */
  const rankText = (row: number): { 'rank-price'?: string } =>
    isRanked ? { 'rank-price': formatMoney(rank(row)) } : {};
  const machines: Machine[] = [];
  const steps: string[] = [];
  const notes: Note[] = [];
  const proofs: Answer['explanation']['proofs'] = {};
  const priceSteps: Answer['explanation']['price-steps'] = [];
  for (const { row, count } of choice.taken) {
    const image = swept.image[row]!;
    const proven = proveNeeds(query, row, image);
    if (row === first) {
      for (const { capability, proof } of proven) proofs[capability] = proof as (typeof proofs)[string];
      for (const { place, change, text } of priceEditSteps(compiled.catalog, row))
        priceSteps.push({ rule: place, component: 'machine', change: formatMoney(change), reason: text });
      for (const { rule, component, change } of query.bill(row, image).steps)
        priceSteps.push({ rule, component, change: formatMoney(change) });
    }
    for (let index = 0; index < count; index += 1) {
      const number = machines.length;
      const described = describeMachine(query, row, image, price(row), `new-${number}`, proven);
      const machine: Machine = isRanked ? { ...described, 'rank-price': formatMoney(rank(row)) } : described;
      machines.push(machine);
      for (const step of stepsFor(query, machine, row, image, proven, number, request.count)) steps.push(step);
      if (index === 0) notes.push(...machineNotes(query, machine, row, image));
    }
  }
  // The cheapest offer of which nothing was taken.
  const used = new Set(choice.taken.map(({ row }) => row));
  const next = rows.find((row) => !used.has(row));
  const last = choice.taken.at(-1)!.row;
  return withNotes(
    {
      ...common,
      status: rankCost === bound ? 'optimal' : 'feasible',
      cost: formatMoney(cost),
      ...(isRanked ? { 'rank-cost': formatMoney(rankCost) } : {}),
      bound: formatMoney(bound),
      gap: rankCost === 0n ? '0' : formatDecimal(((rankCost - bound) * 1_000_000n) / rankCost, 6),
      proof: engine === 'lp' ? 'linear-program' : 'exhaustive',
      machines,
      'runner-up':
        next === undefined
          ? null
          : {
              ...describeOffer(query.space, next, price(next)),
              ...rankText(next),
              'wins-below': formatMoney(rank(last)),
            },
      ...(top > 1
        ? {
            top: rows
              .slice(0, top)
              .map((row) => ({ ...describeOffer(query.space, row, price(row)), ...rankText(row) })),
          }
        : {}),
      steps,
      explanation: {
        ...common.explanation,
        ...whyThis(
          candidates,
          swept,
          needs,
          { offer: first, cost: choice.cost },
          at,
          chooserFor(compiled, request, at),
        ),
        proofs,
        'price-steps': priceSteps,
        ...(isRanked ? { preferences: preferencesAt(query, first, swept.image[first]!) } : {}),
      },
    },
    [
      ...notes,
      ...requestNotes(query, machines),
      ...unpricedNotes(query, unpriced, requestDate(compiled, at)),
      NOT_INCLUDED,
    ],
  );
}
