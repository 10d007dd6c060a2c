import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import type { Document, Path } from '../document/read.ts';
import { prepare } from '../match/query.ts';
import { ranked, sweep } from '../match/scan.ts';
import { withinBudget } from '../plan/answer.ts';
import { choose } from '../plan/choose.ts';
import { describeOffer } from '../plan/describe.ts';
import { type Problem, type ProblemInputs, readProblem, solveRead } from '../plan/problem.ts';
import { formatMoney, readMoney } from '../quantity/money.ts';
import type { Program } from '../rules/program.ts';

/** Requests that were saved, planned again by other rules. */

/** What a request comes to. */
export interface Planned {
  /** Nano-dollars per hour, all machines together; undefined where nothing fits. */
  readonly cost: bigint | undefined;
  /** `2 x m8i.large in aws us-east-1`, most of them first; none where nothing fits. */
  readonly machines: readonly string[];
}

export interface SavedRequest {
  /** What people call it: the name of its file. */
  readonly name: string;
  /** Rules that it waives. */
  readonly waived: readonly string[];
  /** A fault is one of the request, or of a rule that it waives and that is not there. */
  plan(program: Program): Result<Planned>;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const FORMAT = 'stowage.problem/1';

/**
 * A file as a problem: a problem file is one; a file with a `request` (and `options`) becomes one over the catalog that
 * is meant; and so does a file that is a request itself.
 */
function asProblem(document: Document, at: string | undefined): Document {
  const { value } = document;
  if (!isFields(value) || value.format === FORMAT) return document;
  const isWhole = isFields(value.request);
  // A request is for a machine unless it says otherwise.
  const request = { kind: 'machine', ...(isWhole ? (value.request as Fields) : value) };
  const given = isWhole && isFields(value.options) ? value.options : {};
  const options = at === undefined ? given : { at, ...given };
  const inFile = (path: Path): Path => (isWhole || path[0] !== 'request' ? path : path.slice(1));
  return {
    source: document.source,
    value: { format: FORMAT, catalog: { name: 'bundled' }, request, options, ...(isWhole ? unknownKeys(value) : {}) },
    spanOf: (path) => document.spanOf(inFile(path)),
    keySpanOf: (path) => document.keySpanOf(inFile(path)),
  };
}

/** What else stands beside a request is a slip, which the reader of problems tells. */
function unknownKeys(value: Fields): Fields {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !['request', 'options', 'rules'].includes(key)));
}

/** So many machines of one kind. */
interface Taken {
  readonly type: string;
  readonly cloud: string;
  readonly region: string;
  readonly market: string;
  readonly count: number;
}

function machinesInWords(taken: readonly Taken[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { type, cloud, region, market, count } of taken) {
    const machine = `${type} in ${cloud} ${region}${market === 'spot' ? ' spot' : ''}`;
    counts.set(machine, (counts.get(machine) ?? 0) + count);
  }
  return [...counts]
    .sort(([a, most], [b, next]) => next - most || (a < b ? -1 : 1))
    .map(([machine, count]) => (count === 1 ? machine : `${count} x ${machine}`));
}

const NOTHING: Planned = { cost: undefined, machines: [] };

/** What `solveRead` answers, without all that explains it. */
export function planOf(problem: Problem): Planned {
  const { compiled, request, options, juju } = problem;
  if (juju !== undefined) {
    const { cost, machines } = solveRead(problem);
    if (cost === null) return NOTHING;
    return { cost: readMoney(cost), machines: machinesInWords(machines.map((one) => ({ ...one, count: 1 }))) };
  }
  const query = prepare(compiled, request, options.at);
  const swept = sweep(query);
  const price = (row: number): number => swept.price[row]!;
  const rank = (row: number): number => swept.rank[row]!;
  const choice = choose('scan', ranked(query, swept, query.musts), price, rank, query.space.offers, request.count);
  if (choice === undefined || choice.taken.length === 0 || !withinBudget(request)(choice.cost)) return NOTHING;
  const taken = choice.taken.map(({ row, count }) => ({ ...describeOffer(query.space, row, price(row)), count }));
  return { cost: choice.cost, machines: machinesInWords(taken) };
}

/** @param inputs whose rules are not looked at: the ones to plan by are given each time */
export function savedRequest(document: Document, inputs: ProblemInputs, at: string | undefined): SavedRequest {
  const problem = asProblem(document, at);
  const request = isFields(problem.value) && isFields(problem.value.request) ? problem.value.request : {};
  const waive = request.waive;
  return {
    name: document.source,
    waived: Array.isArray(waive) ? waive.map(String) : [],
    plan(program) {
      const read = readProblem(problem, { ...inputs, rules: () => ok(program) });
      if (!read.ok) return read;
      return ok(planOf(read.value));
    },
  };
}

/** A plan in a few words: `0.19 USD/h: m5.large in aws us-east-1`. */
export function plannedInWords({ cost, machines }: Planned): string {
  return cost === undefined ? 'nothing fits' : `${formatMoney(cost)} USD/h: ${machines.join(', ')}`;
}

export const samePlan = (a: Planned, b: Planned): boolean =>
  a.cost === b.cost && a.machines.join() === b.machines.join() && (a.cost === undefined) === (b.cost === undefined);

/** The plans of requests by some rules, or every fault. */
export function planAll(
  requests: readonly SavedRequest[],
  program: Program,
): Result<readonly { readonly request: SavedRequest; readonly planned: Planned }[]> {
  const faults: Diagnostic[] = [];
  const all = requests.flatMap((request) => {
    const planned = request.plan(program);
    if (planned.ok) return [{ request, planned: planned.value }];
    faults.push(...planned.diagnostics);
    return [];
  });
  return faults.length > 0 ? fail(...faults) : ok(all);
}
