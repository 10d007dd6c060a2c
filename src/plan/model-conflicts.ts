import { numberOf } from '../request/constraints.ts';
import type { MachineRequest } from '../request/request.ts';
import { withConstraint } from '../request/variant.ts';
import type { PartsAnswer } from '../solve/solve-parts.ts';
import { answerRequest } from './answer.ts';
import type { Formulation } from './formulate.ts';
import { hostRequest } from './hosts.ts';
import type { ModelProblem } from './model-problem.ts';
import type { Answer } from './schema.ts';
import type { UnitClass } from './unit-classes.ts';

/** Why a model cannot be placed: smallest sets of units that cannot be placed together, in whatever place. */

const MOST_CONFLICTS = 5;
/** Sets that are looked at while they are put together. */
const MOST_PARTIAL = 1_000;

/** Smallest sets of classes with one of the conflicts of every place in it. */
function acrossPlaces(places: readonly (readonly (readonly number[])[])[]): readonly (readonly number[])[] {
  let sets: readonly (readonly number[])[] = [[]];
  for (const conflicts of places) {
    const joined = sets.flatMap((set) =>
      conflicts.some((conflict) => conflict.every((one) => set.includes(one)))
        ? [set]
        : conflicts.map((conflict) => [...new Set([...set, ...conflict])].sort((a, b) => a - b)),
    );
    const distinct = [...new Map(joined.map((set) => [set.join(), set])).values()].sort((a, b) => a.length - b.length);
    const least: (readonly number[])[] = [];
    for (const set of distinct) {
      if (!least.some((smaller) => smaller.every((one) => set.includes(one)))) least.push(set);
      if (least.length >= MOST_PARTIAL) break;
    }
    sets = least;
  }
  return sets;
}

const namesOf = ({ companies }: UnitClass): readonly string[] =>
  companies.flatMap(({ groups }) => groups.map((group) => group.id));

/** A request for one machine for one unit alone: what it takes, as constraints beside its own. */
export function aloneRequest({ request }: ModelProblem, one: UnitClass): MachineRequest {
  const { leader, groups } = one.companies[0]!;
  let alone: MachineRequest = {
    ...hostRequest(request, leader, one.base ?? request.base),
    containers: groups.flatMap((group) => (group.container === undefined ? [] : [group.container])),
  };
  const raise = (key: 'cores' | 'mem' | 'root-disk' | 'gpus', least: number): void => {
    if (least > numberOf(alone.constraints, key)) alone = withConstraint(alone, key, BigInt(least));
  };
  raise('cores', Math.ceil((one.needs.get('cpu-milli') ?? 0) / 1000));
  raise('mem', one.needs.get('mem') ?? 0);
  raise('root-disk', one.needs.get('root-disk') ?? 0);
  raise('gpus', one.needs.get('gpus') ?? 0);
  return alone;
}

type Conflict = NonNullable<Answer['model-conflicts']>[number];

export interface ModelConflicts {
  readonly conflicts: readonly Conflict[];
  /** Of a unit that fits nowhere: why, and what would do, as for one machine. */
  readonly alone: Pick<Answer, 'conflicts' | 'relaxations' | 'front' | 'nearest' | 'considered'> | undefined;
}

/** @param solved the answer to the formulation's partitions, all of them infeasible */
export function modelConflicts(
  problem: ModelProblem,
  { clashing, classes, partitions, homes }: Formulation,
  solved: PartsAnswer,
): ModelConflicts {
  if (clashing.length > 0) {
    return {
      alone: undefined,
      conflicts: clashing.map(({ groups }) => ({
        units: groups.map((group) => group.id),
        text: `they share a machine, which has one base, and need ${[...new Set(groups.filter((group) => group.container === undefined).map(({ base }) => `${base.os}@${base.release}`))].join(' and ')}`,
      })),
    };
  }
  if (homes.length > 1 && partitions.length === 0) {
    const text = `machines run in ${homes.join(' and ')}, and those of a model share one place unless they may be mixed (options.mix)`;
    return { alone: undefined, conflicts: [{ units: problem.request.machines.flatMap(({ units }) => units), text }] };
  }
  if (partitions.length === 0) {
    const where = homes.length === 0 ? '' : ` in ${homes.join()}, where machines run`;
    return {
      alone: undefined,
      conflicts: [
        { units: classes.flatMap(namesOf), text: `no offer with a known price may hold any of them${where}` },
      ],
    };
  }
  const places = partitions.map(({ rows }, index) =>
    (solved.parts[index]?.conflicts ?? []).map((conflict) => ({
      classes: [...new Set(conflict.rows.map((row) => rows[row]!.of))].sort((a, b) => a - b),
      reason: conflict.reason,
    })),
  );
  const sets = acrossPlaces(places.map((conflicts) => conflicts.map((conflict) => conflict.classes)));
  const where = partitions.length === 1 ? `in ${partitions[0]!.name}` : `in any of ${partitions.length} places`;
  const told = sets.slice(0, MOST_CONFLICTS).map((set): Conflict => {
    const units = set.flatMap((of) => namesOf(classes[of]!));
    const own = places.flatMap((conflicts) =>
      conflicts.filter((conflict) => conflict.classes.every((of) => set.includes(of))),
    );
    if (own.some(({ reason }) => reason === 'too-few-bins'))
      return { units, text: `there are too few machines ${where} that can hold them: what fits is limited` };
    return set.length === 1
      ? { units, text: `no machine ${where} can hold one of them` }
      : { units, text: 'each can be placed somewhere, but no one cloud and region can hold all of them' };
  });
  const single = sets.find((set) => set.length === 1);
  if (single === undefined) return { conflicts: told, alone: undefined };
  const { compiled, options } = problem;
  const why = answerRequest(compiled, aloneRequest(problem, classes[single[0]!]!), { at: options.at });
  if (why.status !== 'infeasible') return { conflicts: told, alone: undefined };
  const { conflicts, relaxations, front, nearest, considered } = why;
  return {
    conflicts: told,
    alone: {
      considered,
      ...(conflicts === undefined ? {} : { conflicts }),
      ...(relaxations === undefined ? {} : { relaxations }),
      ...(front === undefined ? {} : { front }),
      ...(nearest === undefined ? {} : { nearest }),
    },
  };
}
