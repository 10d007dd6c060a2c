/**
 * stowage as a library: the same as the command line, without the process. Bad input is a `Result` with diagnostics;
 * only defects throw.
 *
 * @example
 * import { answer, compile, loadCatalog, loadRules, parseRequest } from 'stowage';
 *
 * const catalog = loadCatalog({ clouds: ['aws'] });
 * const rules = loadRules(['default']);
 * if (!catalog.ok || !rules.ok) throw new Error('the shipped data are damaged');
 * const request = parseRequest({ placement: 'kvm', constraints: 'cores=2 mem=4G region=us-east-1' });
 * if (request.ok) console.log(answer(compile(catalog.value, rules.value), request.value).machines[0]?.type);
 */

import type { Vocabulary } from './catalog/value.ts';
import { type Diagnostic, ok, type Result } from './diagnostic/diagnostic.ts';
import { checkDocument } from './document/check.ts';
import { documentOfValue } from './document/read.ts';
import type { Compiled } from './match/compiled.ts';
import { prepare as prepareQuery, type Query } from './match/query.ts';
import { validateRequest } from './match/validate.ts';
import { type AnswerOptions, answerRequest } from './plan/answer.ts';
import { describeOffer } from './plan/describe.ts';
import { errorAnswer, readProblem, solveRead } from './plan/problem.ts';
import { type Alternative, type Answer, answerSchema } from './plan/schema.ts';
import { verifyAnswer } from './plan/verify.ts';
import { type Constraints, parseConstraints as parseConstraintTexts } from './request/constraints.ts';
import type { MachineRequest } from './request/request.ts';
import { type RequestInput, readRequest } from './request/written.ts';
import { storedInputs } from './storage/inputs.ts';
import { loadVocabulary } from './storage/packs.ts';

export type { Catalog } from './catalog/catalog.ts';
export type { Vocabulary } from './catalog/value.ts';
export type { Diagnostic, Result, Span } from './diagnostic/diagnostic.ts';
export { describeDiagnostic } from './diagnostic/frame.ts';
export { type Compiled, compile } from './match/compiled.ts';
export type { Query } from './match/query.ts';
export { cheapest, count, top } from './match/scan.ts';
export type { AnswerOptions } from './plan/answer.ts';
export { problemSchema } from './plan/problem.ts';
export { type Alternative, type Answer, answerSchema, type Machine } from './plan/schema.ts';
export { type Format, renderAnswer } from './render/formats.ts';
export { type Constraints, canonicalConstraints } from './request/constraints.ts';
export type { MachineRequest } from './request/request.ts';
export { type RequestInput, writeRequest } from './request/written.ts';
export type { Program } from './rules/program.ts';
export { type LoadOptions, loadCatalog } from './storage/catalogs.ts';
export { loadRules, loadVocabulary } from './storage/packs.ts';

/**
 * Constraints from a text in Juju's grammar.
 *
 * @example parseConstraints('mem=1.5G cores=2') // ok; canonicalConstraints gives 'cores=2 mem=1536M'
 */
export function parseConstraints(text: string, vocabulary: Vocabulary = loadVocabulary()): Result<Constraints> {
  return parseConstraintTexts([{ source: 'constraints', text }], vocabulary);
}

/** A request from its texts, or every fault in them. */
export function parseRequest(input: RequestInput, vocabulary: Vocabulary = loadVocabulary()): Result<MachineRequest> {
  return readRequest(input, vocabulary);
}

/**
 * A request made ready for a compiled catalog, once, to be asked often: `cheapest(query)`, `top(query, 5)`,
 * `count(query)`. Names that the catalog does not have fit nothing; `check` tells of them.
 *
 * @example const row = cheapest(prepare(compiled, request)) // -1 when nothing fits
 */
export function prepare(compiled: Compiled, request: MachineRequest, options: Pick<AnswerOptions, 'at'> = {}): Query {
  return prepareQuery(compiled, request, options.at);
}

/** Names of clouds, regions, types, zones and images in a request that a catalog does not have. */
export function check(compiled: Compiled, request: MachineRequest): readonly Diagnostic[] {
  return validateRequest(request, compiled);
}

/**
 * One offer of a catalog by its row, at its list price, or what one's own price files make of it.
 *
 * @example describe(compiled, cheapest(prepare(compiled, request))).type // 'm8i-flex.large'
 */
export function describe(compiled: Compiled, row: number): Alternative {
  return describeOffer(compiled.catalog, row, compiled.catalog.offers.price[row]!);
}

/** The whole answer to a request: machines, alternatives, steps, notes, explanation. A fault gives status `error`. */
export function answer(compiled: Compiled, request: MachineRequest, options: AnswerOptions = {}): Answer {
  const faults = validateRequest(request, compiled);
  return faults.length > 0 ? errorAnswer(faults) : answerRequest(compiled, request, options);
}

/** The answer to a problem as a value (`stowage.problem/1`); named catalogs and packs are read from disk. */
export function solveProblem(problem: unknown): Answer {
  const read = readProblem(documentOfValue('problem', problem), storedInputs());
  return read.ok ? solveRead(read.value) : errorAnswer(read.diagnostics);
}

/**
 * What is wrong with an answer to a problem: nothing when it holds. Constraints and rules are read anew, word by word,
 * for every offer with every image.
 */
export function verify(given: unknown, problem: unknown): Result<readonly string[]> {
  const read = readProblem(documentOfValue('problem', problem), storedInputs());
  if (!read.ok) return read;
  const checked = checkDocument(documentOfValue('answer', given), answerSchema, 'an answer');
  if (!checked.ok) return checked;
  const { compiled, request, options } = read.value;
  return ok(verifyAnswer(checked.value, compiled, request, options.at));
}
