import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { canonicalJson } from '../document/canonical.ts';
import { documentOfValue } from '../document/read.ts';
import { requestDate } from '../match/request-facts.ts';
import { type CatalogRows, writeInlineCatalog } from '../sources/written-catalog.ts';
import { type Problem, type ProblemInputs, type ProblemText, readProblem, solveRead } from './problem.ts';
import type { Answer } from './schema.ts';
import { snapshotRows, type Width } from './snapshot-rows.ts';
import type { Tally } from './snapshot-section.ts';
import { writtenRequest } from './why.ts';

/**
 * A question as a problem file that needs no catalog: the rows that the answer rests on, the rules and the request. Each
 * is solved again before it is handed out, and holds more rows where the answer was another.
 */

export interface Snapshot {
  /** The problem file as a value. */
  readonly problem: ProblemText;
  /** What solving it gives. */
  readonly answer: Answer;
  readonly kept: Tally;
  readonly left: Tally;
}

/** What of an answer a snapshot promises. */
const PROMISED: Readonly<Record<string, (answer: Answer) => unknown>> = {
  status: (answer) => [answer.status, answer.cost, answer['rank-cost'], answer.bound, answer.gap, answer.proof],
  machines: ({ machines }) => machines,
  conflicts: ({ conflicts }) =>
    conflicts?.map(({ needs }) => needs.map(({ need, text, closest }) => ({ need, text, closest }))),
  relaxations: (answer) => [answer.relaxations, answer['more-exist']],
  front: ({ front }) => front,
  error: ({ notes }) => notes.find(({ code }) => code === 'juju-error')?.text,
};

/** Notes that count rows or name files. */
const COUNTING = new Set(['unpriced', 'limits', 'own-price', 'alias', 'snapshot']);

/** What else is the same wherever that is possible. Counts, digests and places of files are not. */
const FURTHER: Readonly<Record<string, (answer: Answer) => unknown>> = {
  'runner-up': (answer) => answer['runner-up'],
  'juju-launchable': (answer) => answer['juju-launchable'],
  'full-speed': (answer) => answer['full-speed'],
  'without-reserve': (answer) => answer['without-reserve'],
  'other-arch': (answer) => answer['other-arch'],
  'juju-pick': (answer) => answer['juju-pick'],
  top: ({ top }) => top,
  nearest: ({ nearest }) => nearest,
  steps: ({ steps }) => steps,
  notes: ({ notes }) => notes.filter(({ code }) => !COUNTING.has(code)),
  needs: ({ explanation }) => explanation.needs.map(({ need, text, has, margin }) => ({ need, text, has, margin })),
  'price-steps': ({ explanation }) =>
    explanation['price-steps'].map(({ component, change, reason }) => ({ component, change, reason })),
  preferences: ({ explanation }) => explanation.preferences,
  cheaper: ({ explanation }) =>
    explanation.cheaper.map(({ misses, lowest, example }) => canonicalJson({ misses, lowest, example })).sort(),
  savings: ({ explanation }) => explanation.savings,
  unpriced: ({ explanation }) => explanation.unpriced,
};

function differing(parts: typeof PROMISED, a: Answer, b: Answer): readonly string[] {
  return Object.entries(parts).flatMap(([name, of]) =>
    canonicalJson([of(a)]) === canonicalJson([of(b)]) ? [] : [name],
  );
}

/** The parts of two answers that a snapshot keeps and that are not the same: none for an answer and its snapshot's. */
export function differences(a: Answer, b: Answer): readonly string[] {
  return [...differing(PROMISED, a, b), ...differing(FURTHER, a, b)];
}

const NOTE =
  'The rows of a larger catalog that the answer rests on. Solving this file gives the same answer as the whole catalog did; counts are of the rows in this file.';

function problemWith(
  problem: Problem,
  rows: CatalogRows,
  rules: readonly unknown[],
): { problem: ProblemText; kept: Tally; left: Tally } {
  const { compiled, request, options } = problem;
  const { catalog, program } = compiled;
  const date = requestDate(compiled, options.at);
  const kept: Tally = {
    types: rows.types.length,
    offers: rows.offers.length + rows.listedUnpriced.length,
    images: rows.images.length,
    regions: rows.regions.length,
  };
  const left: Tally = {
    types: catalog.types.size - kept.types,
    offers: catalog.offers.size + catalog.listedUnpriced.size - kept.offers,
    images: catalog.images.size - kept.images,
    regions: catalog.regions.size - kept.regions,
  };
  const written: ProblemText = {
    format: 'stowage.problem/1',
    snapshot: {
      note: NOTE,
      'left-out': left,
      of: { catalog: catalog.digest, rules: program.digest },
    },
    request: writtenRequest(request, catalog.vocabulary) as ProblemText['request'],
    // A day of its own, since the newest price may be among the rows left out.
    options: { ...options, ...(date === undefined ? {} : { at: date }) },
    catalog: writeInlineCatalog(catalog, rows),
    rules: rules as ProblemText['rules'],
    ...(problem.vocabulary === undefined ? {} : { vocabulary: problem.vocabulary as ProblemText['vocabulary'] }),
  };
  return { problem: written, kept, left };
}

/**
 * A snapshot of a problem that has been read: the narrowest of few rows, all of the regions asked for, and all of the
 * catalog, whose answer is the same.
 *
 * @param rules the rule files of the problem, written out
 */
export function snapshotProblem(problem: Problem, rules: readonly unknown[], inputs: ProblemInputs): Result<Snapshot> {
  const answer = solveRead(problem);
  const attempt = (width: Width) => {
    const written = problemWith(problem, snapshotRows(problem, answer, width), rules);
    const read = readProblem(documentOfValue('snapshot', written.problem), inputs);
    if (!read.ok) return { written, again: undefined, faults: read.diagnostics, promised: ['problem'], further: [] };
    const again = solveRead(read.value);
    const [promised, further] = [differing(PROMISED, answer, again), differing(FURTHER, answer, again)];
    return { written, again, faults: [], promised, further };
  };
  let last = attempt('answer');
  if (last.promised.length + last.further.length > 0) last = attempt('scope');
  // A whole catalog is too much for what is beside the answer.
  if (last.promised.length > 0) last = attempt('catalog');
  const { written, again, further } = last;
  if (again === undefined || last.promised.length > 0) {
    const message = `a problem file cannot reproduce this answer: ${last.promised.join(', ')} would be another`;
    return fail(
      { code: 'no-snapshot', message, hint: 'the rules must be those that the answer was made with' },
      ...last.faults,
    );
  }
  if (further.length > 0) written.problem.snapshot!.differs = [...further];
  return ok({ ...written, answer: again });
}
