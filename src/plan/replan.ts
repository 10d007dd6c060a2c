import { readMoney } from '../quantity/money.ts';
import type { ModelRequest, RunningMachine } from '../request/model.ts';
import { type Formulation, formulate } from './formulate.ts';
import type { ModelProblem } from './model-problem.ts';
import type { Answer } from './schema.ts';

/**
 * What to change of a model that runs: a move gives up one machine and places its units anew, on what else runs or on
 * new machines. Moves are taken one after the other, the one that saves most for each unit that it disrupts first.
 */

export interface Move {
  /** The machine that is given up. */
  readonly machine: string;
  readonly type: string;
  /** Units that have to move. */
  readonly units: readonly string[];
  /** Where they go: machines that run, or new ones with their types. */
  readonly to: readonly {
    readonly machine: string;
    readonly type: string;
    readonly isNew: boolean;
    readonly units: readonly string[];
  }[];
  /** Nano-dollars an hour. */
  readonly saves: bigint;
}

export interface Replan {
  /** In the order in which they are to be made. */
  readonly moves: readonly Move[];
  /** The best move that was not taken, since it saves too little or moves are used up. */
  readonly next: Move | undefined;
  /** Nano-dollars an hour of all machines: as they run, and after the moves. */
  readonly before: bigint;
  readonly after: bigint;
}

export interface ReplanLimits {
  /** How many machines may be given up. */
  readonly maxMoves: number;
  /** What a move has to save at the least, in thousandths of what the model costs. */
  readonly minSaving: number;
}

/** How a model is solved. */
export type Solve = (problem: ModelProblem) => Promise<Answer>;

/** What each running machine costs, by the offer that it is; undefined where none is known. */
function pricesOf(formulation: Formulation, request: ModelRequest): ReadonlyMap<string, number> {
  const prices = new Map<string, number>();
  for (const { sites } of formulation.partitions)
    for (const { running, host } of sites) if (running !== undefined) prices.set(running.id, host.price);
  return new Map(request.machines.flatMap(({ id }) => (prices.has(id) ? [[id, prices.get(id)!]] : [])));
}

/** Machines with the units of the model that are on them. */
function asRunning({ machines }: Answer, before: readonly RunningMachine[], prefix: string): readonly RunningMachine[] {
  const known = new Map(before.map((machine) => [machine.id, machine]));
  return machines.map((machine): RunningMachine => {
    const old = machine.running === true ? known.get(machine.id) : undefined;
    const units = machine.units ?? [];
    return old === undefined
      ? {
          id: `${prefix}${machine.id}`,
          type: machine.type,
          cloud: machine.cloud,
          region: machine.region,
          zone: machine.zone,
          keepPrice: 0,
          used: new Map(),
          units,
        }
      : { ...old, units };
  });
}

/** The answer to the model without one of its machines, whose units are placed anew; what else runs is paid for. */
async function without(problem: ModelProblem, id: string | undefined, solve: Solve): Promise<Answer | undefined> {
  const { request } = problem;
  const machines = request.machines
    .filter((machine) => machine.id !== id)
    .map((machine) => ({ ...machine, keepPrice: 0 }));
  const answer = await solve({ ...problem, request: { ...request, machines } });
  return answer.cost === null ? undefined : answer;
}

interface Option {
  readonly move: Move;
  readonly answer: Answer;
}

/** The option that saves most for each unit disrupted; the first where that is the same. */
function mostFor(options: readonly Option[]): Option | undefined {
  return options.reduce<Option | undefined>((most, option) => {
    if (most === undefined) return option;
    const [a, b] = [option.move, most.move];
    return a.saves * BigInt(b.units.length) > b.saves * BigInt(a.units.length) ? option : most;
  }, undefined);
}

/** The machines after an answer: those of it, and those that hold nothing of the model, which stay as they are. */
function machinesAfter(answer: Answer, before: readonly RunningMachine[], prefix: string): readonly RunningMachine[] {
  const machines = asRunning(answer, before, prefix);
  return [...machines, ...before.filter(({ id }) => !machines.some((one) => one.id === id))];
}

/**
 * Moves for a model that runs. Units that do not run yet are placed first, and what they cost belongs to what the model
 * costs before any move; undefined where they cannot be placed.
 */
export async function replan(
  problem: ModelProblem,
  solve: Solve,
  { maxMoves, minSaving }: ReplanLimits,
  tell: (text: string) => void = () => {},
): Promise<Replan | undefined> {
  let { request } = problem;
  const first = formulate(problem.compiled, request, problem.options.at);
  const prices = new Map(pricesOf(first, request));
  const placed = await without(problem, undefined, solve);
  if (placed === undefined) return undefined;
  for (const machine of placed.machines)
    if (machine.running !== true) prices.set(machine.id, Number(readMoney(machine.price)));
  request = { ...request, machines: machinesAfter(placed, request.machines, '') };
  const before = [...prices.values()].reduce((sum, price) => sum + BigInt(price), 0n);
  const moves: Move[] = [];
  let after = before;
  let next: Move | undefined;
  const isWorthIt = ({ saves }: Move): boolean => saves > 0n && saves * 1000n >= before * BigInt(minSaving);
  /** Whether all that is on the machine is known, so that it can be moved. */
  const isMovable = ({ used, id }: RunningMachine): boolean => used.size === 0 && prices.has(id);
  for (;;) {
    const options: Option[] = [];
    for (const machine of request.machines.filter(isMovable)) {
      tell(`without machine ${machine.id}`);
      const answer = await without({ ...problem, request }, machine.id, solve);
      if (answer === undefined) continue;
      const saves = BigInt(prices.get(machine.id)!) - readMoney(answer.cost!);
      const moved = new Set(machine.units);
      const to = answer.machines.flatMap(({ id, type, running, units = [] }) => {
        const here = units.filter((unit) => moved.has(unit));
        return here.length === 0 ? [] : [{ machine: id, type, isNew: running !== true, units: here }];
      });
      options.push({ move: { machine: machine.id, type: machine.type, units: machine.units, to, saves }, answer });
    }
    const worthy = options.filter(({ move }) => isWorthIt(move));
    const best = mostFor(worthy);
    next = (best ?? mostFor(options.filter(({ move }) => move.saves > 0n)))?.move;
    if (best === undefined || moves.length >= maxMoves) break;
    const prefix = `${best.move.machine}:`;
    const named = {
      ...best.move,
      to: best.move.to.map((place) => (place.isNew ? { ...place, machine: `${prefix}${place.machine}` } : place)),
    };
    moves.push(named);
    after -= best.move.saves;
    for (const machine of best.answer.machines)
      if (machine.running !== true) prices.set(`${prefix}${machine.id}`, Number(readMoney(machine.price)));
    prices.delete(best.move.machine);
    const others = request.machines.filter(({ id }) => id !== best.move.machine);
    request = { ...request, machines: machinesAfter(best.answer, others, prefix) };
    next = undefined;
  }
  return { moves, next, before, after };
}
