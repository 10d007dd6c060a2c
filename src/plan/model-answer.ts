import { prepare } from '../match/query.ts';
import { requestDate } from '../match/request-facts.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { DECIMALS_OF_MONEY, formatMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';
import type { ModelRequest, UnitGroup } from '../request/model.ts';
import type { ProvenCapability } from '../rules/proof.ts';
import type { Pattern } from '../solve/packing.ts';
import type { PartsAnswer } from '../solve/solve-parts.ts';
import { describeMachine, proveNeeds } from './describe.ts';
import { emptyAnswer } from './empty-answer.ts';
import type { Formulation, Partition, Site } from './formulate.ts';
import { hostRequest } from './hosts.ts';
import { modelConflicts } from './model-conflicts.ts';
import { modelNotes } from './model-notes.ts';
import type { ModelProblem } from './model-problem.ts';
import type { Answer, Machine } from './schema.ts';
import { unitGroups } from './unit-groups.ts';

/** The answer to a model: machines with their units, what they cost, and what proves that nothing cheaper exists. */

/** A unit by name, with the group that it is of. */
export interface NamedUnit {
  readonly group: UnitGroup;
  readonly name: string;
}

/** A machine with its units, before it is described. */
export interface PlannedMachine {
  readonly id: string;
  readonly site: Site;
  readonly units: readonly NamedUnit[];
}

/** Units that are still to be placed, by class, in order of their numbers. */
function openUnits({ companies }: Formulation, { machines }: ModelRequest): ReadonlyMap<string, NamedUnit[][]> {
  const placed = new Set(machines.flatMap((machine) => machine.units));
  return new Map(
    companies.map(({ leader, groups }) => [
      leader.id,
      Array.from({ length: leader.count }, (_, index) => index)
        .filter((index) => !placed.has(`${leader.id}/${index}`))
        .map((index) => groups.map((group) => ({ group, name: `${group.id}/${index}` }))),
    ]),
  );
}

/** Units that a running machine has, with those that are with them. */
function keptUnits(units: readonly string[], { companies }: Formulation): readonly NamedUnit[] {
  return units.flatMap((unit): readonly NamedUnit[] => {
    const number = unit.slice(unit.lastIndexOf('/') + 1);
    const company = companies.find(({ leader }) => unit === `${leader.id}/${number}`);
    return company === undefined ? [] : company.groups.map((group) => ({ group, name: `${group.id}/${number}` }));
  });
}

/** Names for what the patterns count: machines in order of price, name and zone, filled in order of units' numbers. */
export function plannedMachines(
  formulation: Formulation,
  { sites, rows, model }: Partition,
  patterns: readonly Pattern[],
  request: ModelRequest,
): readonly PlannedMachine[] {
  const open = new Map([...openUnits(formulation, request)].map(([id, units]) => [id, [...units]]));
  const next = (of: number): readonly NamedUnit[] => {
    for (const { leader } of formulation.classes[of]!.companies) {
      const unit = open.get(leader.id)!.shift();
      if (unit !== undefined) return unit;
    }
    return [];
  };
  const total = ({ counts }: Pattern): number => counts.reduce((sum, count) => sum + count, 0);
  const order = [...patterns].sort(
    (a, b) =>
      Number(sites[b.bin]!.running !== undefined) - Number(sites[a.bin]!.running !== undefined) ||
      model.bins[b.bin]!.price - model.bins[a.bin]!.price ||
      a.bin - b.bin ||
      total(b) - total(a) ||
      compareText(a.counts.join(), b.counts.join()),
  );
  let fresh = 0;
  const planned: PlannedMachine[] = [];
  const used = new Set<string>();
  for (const { bin, counts } of order) {
    const site = sites[bin]!;
    const units = [...(site.running === undefined ? [] : keptUnits(site.running.units, formulation))];
    for (const [row, count] of counts.entries())
      for (let time = 0; time < count; time += 1) units.push(...next(rows[row]!.of));
    if (site.running !== undefined) used.add(site.running.id);
    const id = site.running?.id ?? `new-${fresh++}`;
    planned.push({ id, site, units });
  }
  // Running machines that get nothing new keep what they have.
  for (const site of sites) {
    const { running } = site;
    if (running === undefined || used.has(running.id)) continue;
    const units = keptUnits(running.units, formulation);
    if (units.length > 0) planned.push({ id: running.id, site, units });
  }
  return planned;
}

/** How full a machine is, by dimension. */
function fillOf({ site, units }: PlannedMachine, dimensions: readonly string[]): NonNullable<Machine['fill']> {
  const guests = new Map<string, number>();
  for (const { group } of units) {
    const kind = group.container?.capability;
    if (kind !== undefined) guests.set(kind, (guests.get(kind) ?? 0) + 1);
  }
  return Object.fromEntries(
    dimensions.map((dimension) => {
      const { capacity, reserved, perGuest } = site.host.room.get(dimension)!;
      const used = units.reduce(
        (sum, { group }) => sum + (group.needs.get(dimension) ?? 0),
        site.running?.used.get(dimension) ?? 0,
      );
      let kept = reserved;
      for (const [kind, count] of guests) kept += (perGuest.get(kind) ?? 0) * count;
      return [dimension, { used, reserved: kept, capacity: capacity ?? null }];
    }),
  );
}

function describePlanned(planned: PlannedMachine, problem: ModelProblem, dimensions: readonly string[]): Machine {
  const { site, units, id } = planned;
  const { host, running, zone } = site;
  const { compiled, request, options } = problem;
  const proven = new Map<string, ProvenCapability>();
  for (const { group } of units) {
    if (group.container === undefined || proven.has(group.container.capability)) continue;
    const query = prepare(compiled, hostRequest(request, group, host.base), options.at);
    for (const one of proveNeeds(query, host.offer, host.image)) proven.set(one.capability, one);
  }
  const price = running?.keepPrice ?? host.price;
  const machine = describeMachine(host.query, host.offer, host.image, price, id, [...proven.values()]);
  const fill = fillOf(planned, dimensions);
  const numbers = new Map<string, number>();
  const disk = fill['root-disk'];
  return {
    ...machine,
    containers: units.flatMap(({ group, name }) => {
      if (group.container === undefined) return [];
      const type = group.container.capability;
      const number = numbers.get(type) ?? 0;
      numbers.set(type, number + 1);
      return [{ id: `${id}/${type}/${number}`, type, unit: name }];
    }),
    units: units.map(({ name }) => name),
    fill,
    ...(zone === undefined ? {} : { zone }),
    ...(running === undefined ? {} : { running: true as const }),
    ...(disk === undefined || disk.capacity !== null ? {} : { 'root-disk': disk.used + disk.reserved }),
  };
}

/** Decimals of a multiplier: thousandths of a nano-dollar. */
const DECIMALS_OF_MULTIPLIERS = DECIMALS_OF_MONEY + 3;

function certificateOf(
  { partitions, classes }: Formulation,
  { parts }: PartsAnswer,
): NonNullable<Answer['certificate']> {
  return {
    multipliers: partitions.flatMap(({ name, rows }, index) => {
      const part = parts[index];
      if (part === undefined || part.by !== undefined || part.status === 'infeasible') return [];
      const zones = new Map<number, number>();
      const units = rows.flatMap(({ of, zone }, row) => {
        const each = formatDecimal(part.multipliers[row]!, DECIMALS_OF_MULTIPLIERS);
        const number = zones.get(of) ?? 0;
        zones.set(of, number + 1);
        return classes[of]!.companies.map(({ leader }) => ({
          unit: leader.id,
          ...(zone === undefined ? {} : { zone: number }),
          each,
        }));
      });
      return [{ place: name, units }];
    }),
  };
}

/** What a solution of the partitions says. */
export function modelAnswer(problem: ModelProblem, formulation: Formulation, solved: PartsAnswer): Answer {
  const { compiled, request, options } = problem;
  const { partitions, dimensions } = formulation;
  const common: Answer = {
    format: 'stowage.answer/1',
    status: solved.status,
    ...emptyAnswer(),
    'unit-groups': unitGroups(request),
    considered: {
      offers: new Set(formulation.hosts.map(({ offer }) => offer)).size,
      fit: new Set(formulation.hosts.map(({ offer }) => offer)).size,
      'unpriced-fit': 0,
    },
    inputs: {
      catalog: compiled.catalog.digest,
      rules: compiled.program.digest,
      date: requestDate(compiled, options.at) ?? null,
    },
    stats: { rows: compiled.catalog.offers.size },
  };
  const part = solved.part === undefined ? undefined : solved.parts[solved.part];
  const partition = solved.part === undefined ? undefined : partitions[solved.part];
  if (part?.packing === undefined || partition === undefined) {
    const why = solved.status === 'infeasible' ? modelConflicts(problem, formulation, solved) : undefined;
    return {
      ...common,
      ...(why === undefined ? {} : { 'model-conflicts': [...why.conflicts], ...why.alone }),
      notes: [...modelNotes(problem, formulation, [])],
    };
  }
  const { uses } = part.packing;
  const cost = part.packing.cost + formulation.kept;
  const bound = solved.bound + formulation.kept;
  const isTooDear = request.budget !== undefined && cost * 730n > BigInt(request.budget);
  if (isTooDear) {
    const isSure = bound * 730n > BigInt(request.budget!);
    return {
      ...common,
      status: isSure ? 'infeasible' : 'unknown',
      ...(isSure ? { certificate: certificateOf(formulation, solved) } : {}),
      notes: [
        ...modelNotes(problem, formulation, []),
        {
          code: 'budget',
          text: `the cheapest machines found cost ${formatMoney(cost)} USD an hour, more than the budget of ${formatMoney(BigInt(request.budget!))} USD a month`,
        },
      ],
    };
  }
  const patterns = uses.flatMap(({ pattern, times }) => Array.from({ length: times }, () => pattern));
  const planned = plannedMachines(formulation, partition, patterns, request);
  const described = planned.map((one) => ({ planned: one, machine: describePlanned(one, problem, dimensions) }));
  return {
    ...common,
    cost: formatMoney(cost),
    bound: formatMoney(bound),
    gap: cost === 0n ? '0' : formatDecimal(((cost - bound) * 1_000_000n) / cost, 6),
    proof: part.proof,
    machines: described.map(({ machine }) => machine),
    notes: [...modelNotes(problem, formulation, described, partition)],
    certificate: certificateOf(formulation, solved),
  };
}
