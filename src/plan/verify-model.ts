import type { Compiled } from '../match/compiled.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney, HOURS_PER_MONTH, readMoney } from '../quantity/money.ts';
import type { ModelRequest } from '../request/model.ts';
import type { Answer } from './schema.ts';
import { atLeast, type Proof, proofOf, worthOf, worthOfAll } from './verify-model-bound.ts';
import { alike, type Cover, coverOf } from './verify-model-cover.ts';
import { keptOn, planFaults } from './verify-model-plan.ts';
import { searchWithin } from './verify-model-search.ts';
import { type World, worldOf } from './verify-model-world.ts';

/**
 * Holds an answer about a model against the problem: machines, units and prices are looked up anew, constraints and rules
 * read word by word, room, cost and bound added up in integers. Nothing is shared with what made the answer.
 */

/** How much may be looked at before a claim counts as not proved. */
export interface VerifyLimits {
  /** Fillings of one kind of machine. */
  readonly fillings: number;
  /** In all searches for something cheaper together. */
  readonly search: number;
}

export const USUAL_LIMITS: VerifyLimits = { fillings: 400_000, search: 1_000_000 };

/** Decimals of multipliers: thousandths of a nano-dollar. */
const DECIMALS = 12;

/** Multipliers by unit and number of zone, in thousandths. */
type Multipliers = ReadonlyMap<string, bigint>;

function multipliersOf({ certificate }: Answer): ReadonlyMap<string, Multipliers> {
  const thousandths = (text: string): bigint => {
    const [whole = '0', fraction = ''] = text.split('.');
    return BigInt(whole + fraction.slice(0, DECIMALS).padEnd(DECIMALS, '0'));
  };
  return new Map(
    (certificate?.multipliers ?? []).map(({ place, units }) => [
      place,
      new Map(units.map(({ unit, zone, each }) => [`${unit} ${zone ?? ''}`, thousandths(each)])),
    ]),
  );
}

/** Multipliers by row; what is counted together is worth the same. */
function byRow({ companies }: World, { rows }: Cover, multipliers: Multipliers): readonly bigint[] {
  return rows.map(
    ({ companies: [first], zone }) => multipliers.get(`${companies[first!]!.leader.id} ${zone ?? ''}`) ?? 0n,
  );
}

interface Question {
  readonly world: World;
  readonly covers: ReadonlyMap<string, Cover>;
  readonly multipliers: ReadonlyMap<string, Multipliers>;
  readonly limits: VerifyLimits;
  readonly steps: { left: number };
}

/** Why it is not proved that every plan in a place costs at least `claim`; undefined where it is. */
function doubtOf(
  { world, multipliers, limits, steps }: Question,
  [place, cover]: readonly [string, Cover],
  claim: bigint,
  maySearch: boolean,
): string | undefined {
  if (cover.impossible !== undefined || claim <= 0n) return undefined;
  const none: Proof = {
    worth: worthOf(
      cover,
      cover.rows.map(() => 0n),
    ),
    surplus: cover.supplies.map(() => 0),
    parts: 0n,
  };
  let best = none;
  // Multipliers that were found for another place hold here too, where no machine is cheaper.
  const own = [...multipliers].sort(([a], [b]) => Number(b === place) - Number(a === place));
  for (const [, set] of own) {
    const rows = byRow(world, cover, set);
    if (worthOfAll(cover, worthOf(cover, rows)) <= best.parts) continue;
    const proof = proofOf(cover, rows, limits.fillings);
    if (typeof proof === 'string') continue;
    if (proof.parts > best.parts) best = proof;
    if (atLeast(cover, best.parts) >= claim) return undefined;
  }
  const proved = `in ${place || 'all places'} the multipliers prove no more than ${formatMoney(atLeast(cover, best.parts))}`;
  if (!maySearch) return proved;
  const { grain } = cover;
  const found = searchWithin(cover, best, grain === 0n ? 0 : Number(((claim - 1n) / grain) * grain), steps);
  if (found === 'none') return undefined;
  return found === undefined
    ? `${proved}, and the search for something cheaper did not end within ${limits.search} steps`
    : `in ${place || 'all places'} everything can be placed for ${formatMoney(found)}`;
}

/** What is wrong with a claim that every plan costs at least `claim` nano-dollars. */
function boundFaults(question: Question, claim: bigint, ownPlace: string | undefined): readonly string[] {
  const { world, covers, multipliers, limits } = question;
  const faults: string[] = [];
  for (const [place, set] of multipliers) {
    const cover = covers.get(place);
    if (cover === undefined) faults.push(`the certificate has multipliers for ${place}, where nothing may be`);
    else if (cover.impossible === undefined && proofOf(cover, byRow(world, cover, set), limits.fillings) === 'overfull')
      faults.push(`in ${place || 'all places'} a machine can be filled with units that are worth more than it costs`);
  }
  if (faults.length > 0) return faults;
  for (const entry of covers) {
    const doubt = doubtOf(question, entry, claim, entry[0] !== ownPlace);
    if (doubt !== undefined) faults.push(`the bound of ${formatMoney(claim)} is not proved: ${doubt}`);
  }
  return faults;
}

/** What is wrong with a claim that nothing can be placed, or paid. */
function infeasibleFaults(question: Question): readonly string[] {
  const { world, covers, limits, steps } = question;
  const { budget } = world.request;
  const left = [...covers].filter(([, { impossible }]) => impossible === undefined);
  if (left.length > 0 && budget !== undefined) {
    const most = BigInt(budget) / BigInt(HOURS_PER_MONTH);
    const dear = boundFaults(question, most + 1n - keptCost(world), undefined);
    if (dear.length === 0) return [];
  }
  return left.flatMap(([place, cover]) => {
    const rows = cover.rows.map(() => 0n);
    const nothing: Proof = { worth: worthOf(cover, rows), surplus: cover.supplies.map(() => 0), parts: 0n };
    const found = searchWithin(cover, nothing, Number.POSITIVE_INFINITY, steps);
    if (found === 'none') return [];
    return found === undefined
      ? [`that nothing can be placed in ${place || 'any place'} is not confirmed within ${limits.search} steps`]
      : [`everything can be placed in ${place || 'one place'}, for ${formatMoney(BigInt(found) + keptCost(world))}`];
  });
}

/** What machines cost on which units stay. */
function keptCost(world: World): bigint {
  return world.running.reduce(
    (sum, { machine }) => sum + (keptOn(world, machine).length > 0 ? BigInt(machine.keepPrice) : 0n),
    0n,
  );
}

/**
 * What is wrong with an answer about a model, a line each; nothing where it holds.
 *
 * @param at the day that prices and rules are judged by, as the problem has it
 * @example verifyModel(answer, compiled, request, undefined).length === 0
 */
export function verifyModel(
  answer: Answer,
  compiled: Compiled,
  request: ModelRequest,
  at: string | undefined,
  limits: VerifyLimits = USUAL_LIMITS,
): readonly string[] {
  const { status, cost, bound, gap, proof, machines, inputs } = answer;
  const faults: string[] = [];
  if (inputs.catalog !== compiled.catalog.digest) faults.push('the answer was made from another catalog');
  if (inputs.rules !== compiled.program.digest) faults.push('the answer was made with other rules');
  const date = at ?? compiled.catalog.newestPrice ?? null;
  if (inputs.date !== date) faults.push(`prices are judged by ${date}, the answer says ${inputs.date}`);
  if (status === 'error') faults.push('the answer is an error, but the problem can be read');
  if (faults.length > 0) return faults;
  const isPlan = status === 'optimal' || status === 'feasible';
  if (!isPlan && (machines.length > 0 || cost !== null || bound !== null))
    faults.push(`an answer that is ${status} has neither machines nor cost nor bound`);
  if (status === 'unknown' || faults.length > 0) return faults;
  const world = worldOf(compiled, request, at);
  const multipliers = multipliersOf(answer);
  const lots = alike(world, (company) =>
    [...multipliers.values()].map((set) => set.get(`${world.companies[company]!.leader.id} `)).join(),
  );
  const covers = new Map([...world.places].map(([place, sites]) => [place, coverOf(world, lots, sites)]));
  const question: Question = { world, covers, multipliers, limits, steps: { left: limits.search } };
  if (!isPlan) return infeasibleFaults(question);
  faults.push(...planFaults(world, answer));
  if (cost === null || bound === null) return [...faults, 'a plan has a cost and a bound'];
  const [paid, least] = [readMoney(cost), readMoney(bound)];
  if (least > paid) faults.push(`the bound of ${bound} is above the cost of ${cost}`);
  if ((status === 'optimal') !== (least === paid))
    faults.push(`the status is ${status}, but the cost is ${cost} and the bound ${bound}`);
  const share = paid === 0n ? '0' : formatDecimal(((paid - least) * 1_000_000n) / paid, 6);
  if (gap !== share) faults.push(`the gap is ${share}, the answer says ${gap}`);
  if (proof !== 'multipliers' && proof !== 'enumeration') faults.push(`there is no proof of models called ${proof}`);
  // Where a plan cannot be made as it says, what it proves is of no interest.
  if (faults.length > 0) return faults;
  const [first] = machines;
  const own = `${first?.cloud} ${first?.region}`;
  const ownPlace = request.mix.includes('cloud') ? '' : request.mix.includes('region') ? first?.cloud : own;
  return boundFaults(question, least - keptCost(world), proof === 'multipliers' ? ownPlace : undefined);
}
