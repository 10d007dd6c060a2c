import type { Diagnostic, Result } from '../diagnostic/diagnostic.ts';
import { fail, ok } from '../diagnostic/diagnostic.ts';
import { bundleModel } from '../plan/bundle-model.ts';
import { ASSUMED_PLACE, type DeploySettings } from '../plan/deploy-requests.ts';
import { type ModelProblem, USUAL_TIME_LIMIT, validateModel } from '../plan/model-problem.ts';
import { told } from '../plan/problem.ts';
import { type Move, replan } from '../plan/replan.ts';
import type { RunningAnswer } from '../plan/running-schema.ts';
import { readStatus } from '../plan/status-file.ts';
import { runningModel } from '../plan/status-model.ts';
import { typesOfMachines } from '../plan/status-types.ts';
import { formatMoney, formatMonthly } from '../quantity/money.ts';
import { readText } from '../storage/files.ts';
import type { BundleQuestion } from './bundle-options.ts';
import { solveModel } from './solve-model.ts';
import { type SolverOptions, withSolverOptions } from './solver-options.ts';

/** A bundle whose model runs already: what more it takes, or how cheap it could be if its units moved. */

export interface RunningOptions extends SolverOptions {
  readonly pack?: boolean;
  readonly at?: string;
  readonly machine?: readonly string[];
  readonly maxMoves?: number;
  /** Thousandths of what the model costs. */
  readonly minSaving?: number;
}

/** What a move has to save where nothing is said: 5 % of what the model costs. */
const USUAL_SAVING = 50;

function movement({ machine, type, units, to, saves }: Move): NonNullable<RunningAnswer['replan']>['moves'][number] {
  return {
    machine,
    type,
    units: [...units],
    to: to.map(({ isNew, units: here, ...place }) => ({ ...place, new: isNew, units: [...here] })),
    saves: formatMoney(saves),
    'per-month': formatMonthly(saves),
  };
}

/** Moves by which it would cost less, where they are asked for. */
async function replanned(
  problem: ModelProblem,
  { maxMoves, minSaving }: RunningOptions,
  progress: (text?: string) => void,
): Promise<Pick<RunningAnswer, 'replan'>> {
  if (maxMoves === undefined && minSaving === undefined) return {};
  const limits = { maxMoves: maxMoves ?? Number.POSITIVE_INFINITY, minSaving: minSaving ?? USUAL_SAVING };
  const found = await replan(problem, (changed) => solveModel(changed), limits, progress);
  progress();
  if (found === undefined) return {};
  const { moves, next, before, after } = found;
  return {
    replan: {
      moves: moves.map(movement),
      next: next === undefined ? null : movement(next),
      before: formatMoney(before),
      after: formatMoney(after),
    },
  };
}

/** `--machine 0=m5.large` by machine. */
function settledTypes(texts: readonly string[]): Result<ReadonlyMap<string, string>> {
  const settled = new Map<string, string>();
  for (const text of texts) {
    const [, id, type] = /^(\d+)=(\S+)$/.exec(text) ?? [];
    if (id === undefined || type === undefined) {
      const hint = 'write a machine and its type: 0=m5.large';
      return fail({ code: 'bad-machine', message: `"${text}" names no type of a machine`, path: '--machine', hint });
    }
    settled.set(id, type);
  }
  return ok(settled);
}

/** The answer, with the machines of a status among those that units may be on. */
export async function planRunning(
  { placed, compiled, settings }: BundleQuestion,
  path: string,
  options: RunningOptions,
  progress: (text?: string) => void,
): Promise<Result<RunningAnswer>> {
  const text = readText(path);
  if (!text.ok) return text;
  const status = readStatus(path, text.value);
  const settled = settledTypes(options.machine ?? []);
  if (!status.ok || !settled.ok) return fail(...[status, settled].flatMap((part) => (part.ok ? [] : part.diagnostics)));
  const typed = typesOfMachines(status.value, compiled.catalog, settled.value);
  if (!typed.ok) return typed;
  // New machines are where the model is.
  const byKey = new Map(settings.model.byKey);
  byKey.set('cloud', { key: 'cloud', value: [status.value.cloud], span: ASSUMED_PLACE });
  byKey.set('region', { key: 'region', value: [status.value.region ?? ''], span: ASSUMED_PLACE });
  const here: DeploySettings = { ...settings, model: { byKey, aliases: settings.model.aliases } };
  const model = bundleModel(placed, compiled.catalog, here);
  const running = runningModel(status.value, typed.value, model, compiled.catalog);
  const request = options.pack === true ? running.free : running.kept;
  const faults = validateModel(request, compiled);
  if (faults.length > 0) return fail(...faults);
  const usual = { engine: 'columns', timeLimit: USUAL_TIME_LIMIT, seed: 0, at: options.at } as const;
  const problem = withSolverOptions({ compiled, request, options: usual }, options);
  const answer = await solveModel(problem, { progress });
  const found = answer.machines.length > 0;
  const spots = new Map(answer.machines.flatMap(({ id, units = [] }) => units.map((unit) => [unit, id] as const)));
  const moved = [...running.at].filter(([unit, at]) => found && spots.get(unit) !== at);
  const warnings: readonly Diagnostic[] = [
    ...placed.bundle.warnings,
    ...placed.placement.warnings,
    ...model.warnings,
    ...running.warnings,
  ];
  return ok({
    format: 'stowage.running/1',
    runs: {
      cost: formatMoney(running.cost),
      machines: typed.value.map(({ machine: { id }, name }) => ({
        id,
        type: name,
        units: [...running.at].filter(([, at]) => at === id).map(([unit]) => unit),
      })),
    },
    moves: moved.map(([unit, from]) => ({ unit, from, to: spots.get(unit)! })),
    released: found
      ? typed.value.map(({ machine: { id } }) => id).filter((id) => !answer.machines.some((one) => one.id === id))
      : [],
    model: answer,
    ...(await replanned(problem, options, progress)),
    warnings: warnings.map(told),
  });
}
