import type { Compiled } from '../match/compiled.ts';
import { type ModelDefinition, modelDefinition } from '../plan/model-definition.ts';
import type { Answer } from '../plan/schema.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney, HOURS_PER_MONTH, readMoney } from '../quantity/money.ts';
import type { ModelRequest } from '../request/model.ts';
import { atLeast, proofOf } from './model-bound.ts';
import { alike, type Cover, coverOf, keptOn } from './model-cover.ts';
import { plain, planFaults } from './model-plan.ts';
import { searchWithin } from './model-search.ts';

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

/** By place: multipliers by unit and number of zone, in thousandths of a nano-dollar. */
type Multipliers = ReadonlyMap<string, ReadonlyMap<string, bigint>>;

function multipliersOf({ certificate }: Answer): Multipliers {
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

interface Question {
  readonly world: ModelDefinition;
  readonly covers: ReadonlyMap<string, Cover>;
  readonly multipliers: Multipliers;
  readonly limits: VerifyLimits;
  readonly steps: { left: number };
}

/** What the multipliers of one place prove in another; those of none prove that nothing costs less than nothing. */
function proofIn({ world, multipliers, limits }: Question, cover: Cover, from: string | undefined) {
  const set = from === undefined ? undefined : multipliers.get(from);
  const leader = (row: Cover['rows'][number]): string => world.companies[row.companies[0]!]!.leader.id;
  const each = cover.rows.map((row) => set?.get(`${leader(row)} ${row.number ?? ''}`) ?? 0n);
  return proofOf(cover, each, limits.fillings);
}

/** Why it is not shown that nothing can be placed for less than `claim`; undefined where it is, or no price will do. */
function doubtOf(question: Question, place: string, claim: bigint | undefined, maySearch: boolean): string | undefined {
  const { covers, multipliers, limits, steps } = question;
  const cover = covers.get(place)!;
  const here = place === '' ? 'all places' : place;
  if (cover.isImpossible || (claim !== undefined && claim <= 0n)) return undefined;
  let best = proofIn(question, cover, undefined);
  // Multipliers that were found for another place hold here too, where no machine is cheaper.
  const others = [...multipliers.keys()].filter((other) => other !== place);
  for (const from of claim === undefined ? [] : [place, ...others]) {
    const proof = proofIn(question, cover, from);
    if (typeof proof !== 'string' && (typeof best === 'string' || proof.parts > best.parts)) best = proof;
    if (typeof best !== 'string' && atLeast(cover, best.parts) >= claim!) return undefined;
  }
  if (typeof best === 'string') return `the machines in ${here} are too many to look at`;
  const proved = `in ${here} the multipliers prove no more than ${formatMoney(atLeast(cover, best.parts))}`;
  if (!maySearch) return proved;
  const { grain } = cover;
  const below = claim === undefined ? Infinity : grain === 0n ? 0 : Number(((claim - 1n) / grain) * grain);
  const found = searchWithin(cover, best, below, steps);
  if (found === 'none') return undefined;
  return found === undefined
    ? `${proved}, and that nothing else can be placed is not confirmed within ${limits.search} steps`
    : `in ${here} everything can be placed for ${formatMoney(found)}`;
}

/** What is wrong with a claim that every plan costs `claim` nano-dollars or more, or that there is none. */
function boundFaults(question: Question, claim: bigint | undefined, ownPlace?: string): readonly string[] {
  const { covers, multipliers } = question;
  const untrue = [...multipliers.keys()].flatMap((place) => {
    const cover = covers.get(place);
    if (cover === undefined) return [`the certificate has multipliers for ${place}, where nothing may be`];
    return !cover.isImpossible && proofIn(question, cover, place) === 'overfull'
      ? [`in ${place || 'all places'} a machine can be filled with units that are worth more than it costs`]
      : [];
  });
  if (untrue.length > 0) return untrue;
  const claimed = claim === undefined ? 'that nothing can be placed' : `the bound of ${formatMoney(claim)}`;
  return [...covers.keys()].flatMap((place) => {
    const doubt = doubtOf(question, place, claim, place !== ownPlace);
    return doubt === undefined ? [] : [`${claimed} is not proved: ${doubt}`];
  });
}

/** What an answer has to say, whatever its plan is, where it does not. */
function statedFaults(answer: Answer, { catalog, program }: Compiled, request: ModelRequest, at: string | undefined) {
  const { inputs } = answer;
  const isPlan = answer.status === 'optimal' || answer.status === 'feasible';
  const [paid, least] = [readMoney(answer.cost ?? '0'), readMoney(answer.bound ?? '0')];
  const share = paid === 0n ? '0' : formatDecimal(((paid - least) * 1_000_000n) / paid, 6);
  const groups = request.units.map(({ id, count, needs, container, maxPerMachine, apartFrom, ...group }) => ({
    ...{ id, count, needs: Object.fromEntries(needs), container: container?.capability },
    ...{ 'max-per-machine': maxPerMachine, 'apart-from': apartFrom.length > 0 ? apartFrom : undefined },
    ...{ with: group.with, spread: group.spread },
  }));
  const statements: readonly (readonly [what: string, own: unknown, said: unknown])[] = [
    ['catalog', catalog.digest, inputs.catalog],
    ['rules', program.digest, inputs.rules],
    ['date', at ?? catalog.newestPrice ?? null, inputs.date],
    ['unit-groups', groups, answer['unit-groups']],
    ['status', isPlan ? (paid === least ? 'optimal' : 'feasible') : answer.status, answer.status],
    ['gap', isPlan ? share : null, answer.gap],
    ['existence of machines', isPlan, answer.machines.length > 0],
    ['existence of a cost', isPlan, answer.cost !== null],
    ['existence of a bound', isPlan, answer.bound !== null],
    ['existence of a proof', isPlan, answer.proof === 'multipliers' || answer.proof === 'enumeration'],
    ['bound', formatMoney(least > paid ? paid : least), formatMoney(least)],
  ];
  return [
    ...(answer.status === 'error' ? ['the answer is an error, but the problem can be read'] : []),
    ...statements.flatMap(([what, own, said]) =>
      plain(own) === plain(said) ? [] : [`the ${what} is ${plain(own)}, the answer says ${plain(said)}`],
    ),
  ];
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
  const { status, proof, machines } = answer;
  const stated = statedFaults(answer, compiled, request, at);
  if (status === 'unknown' || status === 'error' || answer.inputs.catalog !== compiled.catalog.digest) return stated;
  const world = modelDefinition(compiled, request, at);
  const multipliers = multipliersOf(answer);
  const lots = alike(world, (company) =>
    [...multipliers.values()].map((set) => set.get(`${world.companies[company]!.leader.id} `)).join(),
  );
  const covers = new Map([...world.places].map(([place, sites]) => [place, coverOf(world, lots, sites)]));
  const question: Question = { world, covers, multipliers, limits, steps: { left: limits.search } };
  // What machines cost on which units stay is paid in any case.
  const kept = world.running
    .filter(({ machine }) => keptOn(world, machine).length > 0)
    .reduce((sum, { machine }) => sum + BigInt(machine.keepPrice), 0n);
  if (status === 'infeasible') {
    const most = request.budget === undefined ? undefined : BigInt(request.budget) / BigInt(HOURS_PER_MONTH);
    if (stated.length === 0 && most !== undefined && boundFaults(question, most + 1n - kept).length === 0) return [];
    return [...stated, ...boundFaults(question, undefined)];
  }
  const faults = [...stated, ...planFaults(world, answer)];
  // Where a plan cannot be made as it says, what it proves is of no interest.
  if (faults.length > 0) return faults;
  const [{ cloud, region }] = machines as [(typeof machines)[number]];
  const own = request.mix.includes('cloud') ? '' : request.mix.includes('region') ? cloud : `${cloud} ${region}`;
  return boundFaults(question, readMoney(answer.bound!) - kept, proof === 'multipliers' ? own : undefined);
}
