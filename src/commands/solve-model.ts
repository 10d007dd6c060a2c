import { pathToFileURL } from 'node:url';
import { type Formulation, formulate } from '../plan/formulate.ts';
import { modelAnswer } from '../plan/model-answer.ts';
import type { ModelProblem } from '../plan/model-problem.ts';
import { modelVariants } from '../plan/model-variants.ts';
import type { Answer } from '../plan/schema.ts';
import { formatMoney, formatMonthly, readMoney } from '../quantity/money.ts';
import type { Progress } from '../solve/solve-packing.ts';
import type { PartsAnswer } from '../solve/solve-parts.ts';
import type { SolverAnswer, SolverTask } from '../solve/thread-messages.ts';
import { SOLVER_PROGRAM } from '../storage/places.ts';
import { solveInThread } from './solver.ts';

/** How often progress is told, in milliseconds. */
const TOLD_EVERY = 100;
/** Of the time for the answer, so much for each question about it. */
const SHARE_OF_QUESTION = 0.2;

type Tell = (text?: string) => void;

export interface SolveModelOptions {
  readonly progress?: Tell | undefined;
  /** Whether it is also asked what single wishes cost, and with how few machines it would do. */
  readonly explain?: boolean | undefined;
  /** Takes the assignment model of the chosen place, in the LP format. */
  readonly write?: ((text: string) => void) | undefined;
}

/** Puts a formulation to the solver, for a part of its time. */
function solve(
  { options }: ModelProblem,
  { partitions }: Formulation,
  share: number,
  tell: (part: number, progress: Progress) => void,
  { cutoff, write }: Pick<SolverTask, 'cutoff' | 'write'> = {},
): Promise<SolverAnswer> {
  const { engine, timeLimit, seed } = options;
  const models = partitions.map(({ model }) => model);
  const task = { models, engine, timeLimit: timeLimit * share, seed, cutoff, write };
  return solveInThread(task, pathToFileURL(SOLVER_PROGRAM), tell);
}

/** The answer to a model. */
export async function solveModel(
  problem: ModelProblem,
  { progress = () => {}, explain = false, write }: SolveModelOptions = {},
): Promise<Answer> {
  const formulation = formulate(problem.compiled, problem.request, problem.options.at);
  const { partitions } = formulation;
  let told = Number.NEGATIVE_INFINITY;
  const tell = (part: number, { phase, cost, bound }: Progress): void => {
    const now = performance.now();
    if (now - told < TOLD_EVERY) return;
    told = now;
    const found = cost === undefined ? '' : `, ${formatMoney(cost)} USD/h found`;
    const least = bound === 0n ? '' : `, at least ${formatMoney(bound)}`;
    progress(`${partitions[part]!.name}: ${phase}${found}${least}`);
  };
  const solved = await solve(problem, formulation, 1, tell, { write: write !== undefined });
  progress();
  if (solved.written !== undefined) write?.(solved.written);
  const answer = modelAnswer(problem, formulation, solved);
  return explain && solved.part !== undefined && answer.cost !== null
    ? withQuestions(problem, formulation, solved, answer, progress)
    : answer;
}

/** The answer with what single wishes cost, and with how few machines it would do. */
async function withQuestions(
  problem: ModelProblem,
  formulation: Formulation,
  solved: PartsAnswer,
  answer: Answer,
  progress: Tell,
): Promise<Answer> {
  const cost = readMoney(answer.cost!);
  const changes: NonNullable<Answer['explanation']['changes']> = [];
  for (const { change, request } of modelVariants(problem.request)) {
    progress(`what if ${change}`);
    const changed = formulate(problem.compiled, request, problem.options.at);
    const found = await solve(problem, changed, SHARE_OF_QUESTION, () => {}, { cutoff: cost });
    const packing = found.part === undefined ? undefined : found.parts[found.part]?.packing;
    if (packing === undefined || packing.cost >= cost) continue;
    changes.push({ change, cost: formatMoney(packing.cost), saves: formatMonthly(cost - packing.cost) });
  }
  changes.sort((a, b) => Number(readMoney(b.saves) - readMoney(a.saves)));
  progress('how few machines would do');
  const partition = formulation.partitions[solved.part!]!;
  // A price beyond all that may be paid, for each machine: then their number decides, and what they cost among equals.
  const dearest = partition.model.bins.reduce((most, { price }) => Math.max(most, price), 1);
  const dear = 100 * (Number(cost) + dearest);
  const counted = {
    ...partition,
    model: { ...partition.model, bins: partition.model.bins.map((bin) => ({ ...bin, price: bin.price + dear })) },
  };
  const few = await solve(problem, { ...formulation, partitions: [counted] }, SHARE_OF_QUESTION, () => {});
  progress();
  const uses = few.parts[0]?.packing?.uses ?? [];
  const machines = uses.reduce((sum, { times }) => sum + times, 0);
  const paid = uses.reduce(
    (sum, { pattern, times }) => sum + BigInt(partition.model.bins[pattern.bin]!.price) * BigInt(times),
    0n,
  );
  const fewest =
    machines === 0
      ? {}
      : {
          fewest: {
            machines,
            'at-least': Math.min(machines, Math.ceil(Number(few.bound) / (dear + dearest))),
            cost: formatMoney(paid),
          },
        };
  return { ...answer, explanation: { ...answer.explanation, changes, ...fewest } };
}
