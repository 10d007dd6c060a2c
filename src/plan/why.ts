import type { Vocabulary } from '../catalog/value.ts';
import { type Candidates, membersOf } from '../explain/candidates.ts';
import { cheaperOffers } from '../explain/certificate.ts';
import { type Conflict, conflictsOf } from '../explain/conflicts.ts';
import { hadOf } from '../explain/margins.ts';
import { type Chooser, type Relaxation, relaxationsOf } from '../explain/relaxations.ts';
import { savingsOf } from '../explain/savings.ts';
import type { Query } from '../match/query.ts';
import type { Sweep } from '../match/scan.ts';
import { formatMoney, formatMonthly } from '../quantity/money.ts';
import type { Guest } from '../request/guest.ts';
import type { MachineRequest } from '../request/request.ts';
import { writeGuest, writeRequest } from '../request/written.ts';
import { describeOffer } from './describe.ts';
import type { Answer, ConflictText, RelaxationText } from './schema.ts';

/** The explanation as the answer states it: one value, rendered last. */

const MOST_CONFLICTS = 5;
const MOST_RELAXATIONS = 12;

/** A request as the `request` section of a problem file. */
export function problemRequest(request: MachineRequest, query: Query): Record<string, unknown> {
  return writtenRequest(request, query.compiled.catalog.vocabulary);
}

/** The same, without a catalog. */
export function writtenRequest(request: MachineRequest, vocabulary: Vocabulary): Record<string, unknown> {
  const { guests: _, ...written } = writeRequest(request, vocabulary);
  const sizes = (guest: Guest): string => writeGuest({ ...guest, count: 1 }).slice(guest.kind.length + 1);
  const guests = request.guests?.map((guest) => ({
    type: guest.kind,
    count: guest.count,
    ...(sizes(guest) === '' ? {} : { constraints: sizes(guest) }),
  }));
  return { kind: 'machine', ...written, ...(guests === undefined ? {} : { guests }) };
}

function describeRelaxation(query: Query, relaxation: Relaxation, saved?: bigint): RelaxationText {
  const { changes, request, offer, price, cost } = relaxation;
  const owners = changes.flatMap(({ lever }) => lever.owner ?? []);
  return {
    changes: changes.map(({ lever, setting }) => lever.describe(setting)),
    ...(owners.length === 0 ? {} : { 'decided-by': [...new Set(owners)].sort() }),
    ...describeOffer(query.space, offer, price),
    cost: formatMoney(cost),
    'per-month': formatMonthly(cost),
    ...(saved === undefined ? {} : { saves: formatMonthly(saved) }),
    request: problemRequest(request, query),
  };
}

function describeConflict({ needs }: Query, conflict: Conflict): ConflictText {
  return {
    needs: conflict.needs.map(({ need, meet, meetOthers, closest }) => {
      const { id, text, from, measure } = needs[need]!;
      return {
        need: id,
        text,
        from,
        meet,
        'meet-others': meetOthers,
        ...(closest === undefined || measure === undefined ? {} : { closest: measure.format(closest) }),
      };
    }),
  };
}

/** Why nothing fits, and what it would take. */
export function whyNothing(
  candidates: Candidates,
  at: string | undefined,
  chooser: Chooser,
): Pick<Answer, 'conflicts' | 'relaxations' | 'front' | 'more-exist'> {
  const { query, considered } = candidates;
  if (considered === 0) return {};
  const { conflicts, complete } = conflictsOf(candidates);
  const { minimal, front, complete: all } = relaxationsOf(candidates, at, chooser);
  const more: ('conflicts' | 'relaxations')[] = [];
  if (!complete || conflicts.length > MOST_CONFLICTS) more.push('conflicts');
  if (!all || minimal.length > MOST_RELAXATIONS) more.push('relaxations');
  const told = (relaxation: Relaxation): RelaxationText => describeRelaxation(query, relaxation);
  return {
    conflicts: conflicts.slice(0, MOST_CONFLICTS).map((conflict) => describeConflict(query, conflict)),
    relaxations: minimal.slice(0, MOST_RELAXATIONS).map(told),
    front: front.map(told),
    ...(more.length === 0 ? {} : { 'more-exist': more }),
  };
}

const MOST_SAVINGS = 5;

/** Why the chosen offer: what it has of each need, what becomes of the cheaper ones, what would be cheaper. */
export function whyThis(
  candidates: Candidates,
  swept: Sweep,
  needs: Answer['explanation']['needs'],
  winner: { readonly offer: number; readonly cost: bigint },
  at: string | undefined,
  chooser: Chooser,
): Pick<Answer['explanation'], 'needs' | 'cheaper' | 'savings'> {
  const { query } = candidates;
  const { offer, cost } = winner;
  const price = swept.price[offer]!;
  const image = swept.image[offer]!;
  const name = (bit: number): string => query.needs[bit]!.id;
  return {
    needs: needs.map((need) => {
      const bit = query.needs.findIndex((one) => one.id === need.need && one.bearing === 'must');
      const { need: id, text, from, ...counts } = need;
      return { need: id, text, from, ...hadOf(query, bit, offer, image, price), ...counts };
    }),
    cheaper: cheaperOffers(
      candidates,
      offer,
      (row) => swept.price[row]!,
      (row) => swept.rank[row]!,
      (row) => swept.image[row]!,
    ).map(({ missing, unknown, offers, lowest, example }) => ({
      misses: membersOf(missing).map((bit) => ({
        need: name(bit),
        ...(((unknown >> BigInt(bit)) & 1n) === 1n ? { unknown: true as const } : {}),
      })),
      offers,
      lowest: formatMoney(lowest),
      example: describeOffer(query.space, example, lowest).type,
    })),
    savings: savingsOf(candidates, at, { offer, price, rank: swept.rank[offer]!, cost }, chooser)
      .slice(0, MOST_SAVINGS)
      .map((one) => describeRelaxation(query, one, cost - one.cost)),
  };
}
