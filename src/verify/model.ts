import { type ModelDefinition, modelDefinition, placeNamed } from '../definition/model.ts';
import { packingOf } from '../definition/packing.ts';
import type { Compiled } from '../match/compiled.ts';
import type { Answer } from '../plan/schema.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney, HOURS_PER_MONTH, readMoney } from '../quantity/money.ts';
import type { ModelRequest } from '../request/model.ts';
import { differences } from './compare.ts';
import { atLeast, proofOf } from './model-bound.ts';
import { alike, type Cover, coverOf } from './model-cover.ts';
import { planFaults } from './model-plan.ts';
import { searchWithin } from './model-search.ts';

/**
 * Holds an answer about a model against the problem: machines, units and prices are looked up anew, constraints and rules
 * read word by word, room, cost and bound added up in integers. Nothing is shared with what made the answer.
 */

/** Fillings of one kind of machine that are looked at before a claim counts as not proved. */
const MOST_FILLINGS = 400_000;
/** Steps of all searches for something cheaper together. */
const MOST_STEPS = 1_000_000;
/** Decimals of multipliers: thousandths of a nano-dollar. */
const DECIMALS = 12;

/** What an answer has to say, whatever its plan is, where it does not. */
function statedFaults(answer: Answer, { catalog, program }: Compiled, request: ModelRequest, at: string | undefined) {
  const { status, inputs, machines, cost, bound, gap, proof } = answer;
  const isPlan = status === 'optimal' || status === 'feasible';
  const [paid, least] = [readMoney(cost ?? '0'), readMoney(bound ?? '0')];
  const share = paid === 0n ? '0' : formatDecimal(((paid - least) * 1_000_000n) / paid, 6);
  const groups = request.units.map(({ id, count, needs, container, maxPerMachine, apartFrom, ...group }) => ({
    ...{ id, count, needs: Object.fromEntries(needs), container: container?.capability },
    ...{ 'max-per-machine': maxPerMachine, 'apart-from': apartFrom.length > 0 ? apartFrom : undefined },
    ...{ with: group.with, spread: group.spread },
  }));
  const own = {
    ...{ catalog: catalog.digest, rules: program.digest, date: at ?? catalog.newestPrice ?? null },
    ...{ 'unit-groups': groups, gap: isPlan ? share : null },
    status: isPlan ? (paid === least ? 'optimal' : 'feasible') : status.replace('error', 'not an error'),
    ...{ 'presence of machines, cost, bound and proof': [isPlan, isPlan, isPlan, isPlan], 'bound above cost': false },
  };
  const isProved = proof === 'multipliers' || proof === 'enumeration';
  return differences(own, {
    ...{ ...inputs, 'unit-groups': answer['unit-groups'], gap, status },
    'presence of machines, cost, bound and proof': [machines.length > 0, cost !== null, bound !== null, isProved],
    'bound above cost': least > paid,
  });
}

/** Judges what the certificate of an answer says of the least cost: what is wrong with a claim, a line each. */
function boundJudge(world: ModelDefinition, { certificate }: Answer) {
  const thousandths = (text: string): bigint => {
    const [whole = '0', fraction = ''] = text.split('.');
    return BigInt(whole + fraction.slice(0, DECIMALS).padEnd(DECIMALS, '0'));
  };
  // By place: multipliers by unit and number of zone, in thousandths of a nano-dollar.
  const multipliers = new Map(
    (certificate?.multipliers ?? []).map(({ place, units }) => [
      place,
      new Map(units.map(({ unit, zone, each }) => [`${unit} ${zone ?? ''}`, thousandths(each)])),
    ]),
  );
  const lots = alike(world, ({ leader }) => [...multipliers.values()].map((set) => set.get(`${leader.id} `)).join());
  const covers = new Map([...world.places].map(([place, sites]) => [place, coverOf(packingOf(world, lots, sites))]));
  const steps = { left: MOST_STEPS };
  /** What the multipliers of one place prove in another; those of none prove that nothing costs less than nothing. */
  const proofIn = (cover: Cover, set: ReadonlyMap<string, bigint> | undefined) => {
    const idOf = (company: number): string => world.companies[company]!.leader.id;
    const each = cover.rows.map(({ company, number }) => set?.get(`${idOf(company)} ${number ?? ''}`) ?? 0n);
    return proofOf(cover, each, MOST_FILLINGS);
  };
  const untrue = [...multipliers].flatMap(([place, set]) => {
    const cover = covers.get(place);
    if (cover === undefined) return [`the certificate has multipliers for ${place}, where nothing may be`];
    return !cover.isImpossible && proofIn(cover, set).isOverfull
      ? [`in ${place || 'all places'} a machine can be filled with units that are worth more than it costs`]
      : [];
  });
  /** Why it is not shown that nothing can be placed for less than `claim`, or for any price; undefined where it is. */
  const doubtIn = (place: string, claim: bigint | undefined, maySearch: boolean): string | undefined => {
    const cover = covers.get(place)!;
    if (cover.isImpossible || (claim !== undefined && claim <= 0n)) return undefined;
    let best = proofIn(cover, undefined);
    // Multipliers that were found for another place hold here too, where no machine is cheaper.
    for (const from of claim === undefined ? [] : new Set([place, ...multipliers.keys()])) {
      const proof = proofIn(cover, multipliers.get(from));
      if (proof.parts > best.parts) best = proof;
      if (atLeast(cover, best.parts) >= claim!) return undefined;
    }
    const here = place || 'all places';
    const proved = `in ${here} the multipliers prove no more than ${formatMoney(atLeast(cover, best.parts))}`;
    if (!maySearch) return proved;
    const { grain } = cover;
    const below = claim === undefined ? Infinity : grain === 0n ? 0 : Number(((claim - 1n) / grain) * grain);
    const found = searchWithin(cover, best, below, steps);
    if (typeof found === 'number') return `in ${here} everything can be placed for ${formatMoney(found)}`;
    return found === 'none'
      ? undefined
      : `${proved}, and that nothing else can be placed is not confirmed within ${MOST_STEPS} steps`;
  };
  /** @param ownPlace where the multipliers alone have to prove it */
  return (claim: bigint | undefined, ownPlace?: string): readonly string[] => {
    if (untrue.length > 0) return untrue;
    const claimed = claim === undefined ? 'that nothing can be placed' : `the bound of ${formatMoney(claim)}`;
    const doubts = [...covers.keys()].flatMap((place) => doubtIn(place, claim, place !== ownPlace) ?? []);
    return doubts.map((doubt) => `${claimed} is not proved: ${doubt}`);
  };
}

/**
 * What is wrong with an answer about a model, a line each; nothing where it holds.
 *
 * @param at the day that prices and rules are judged by, as the problem has it
 * @example verifyModel(answer, compiled, request, undefined).length === 0
 */
export function verifyModel(answer: Answer, compiled: Compiled, request: ModelRequest, at: string | undefined) {
  const { status, proof, inputs, bound, machines } = answer;
  const stated = statedFaults(answer, compiled, request, at);
  if (status === 'unknown' || status === 'error' || inputs.catalog !== compiled.catalog.digest) return stated;
  const world = modelDefinition(compiled, request, at);
  // Where a plan cannot be made as it says, what it proves is of no interest.
  const faults = status === 'infeasible' ? stated : [...stated, ...planFaults(world, answer)];
  if (status !== 'infeasible' && faults.length > 0) return faults;
  const judge = boundJudge(world, answer);
  // What machines cost on which units stay is paid in any case.
  const kept = [...world.running.values()]
    .filter((one) => one.site !== undefined && one.kept.size > 0)
    .reduce((sum, { machine }) => sum + BigInt(machine.keepPrice), 0n);
  if (status !== 'infeasible')
    return judge(readMoney(bound!) - kept, proof === 'multipliers' ? placeNamed(request, machines[0]!) : undefined);
  const most = request.budget === undefined ? undefined : BigInt(request.budget) / BigInt(HOURS_PER_MONTH);
  if (stated.length === 0 && most !== undefined && judge(most + 1n - kept).length === 0) return [];
  return [...stated, ...judge(undefined)];
}
