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
import { type Diagnostic, fail, ok, type Result } from './diagnostic/diagnostic.ts';
import { documentOfValue } from './document/read.ts';
import type { Compiled } from './match/compiled.ts';
import { validateRequest } from './match/validate.ts';
import { type AnswerOptions, answerRequest } from './plan/answer.ts';
import { answerAsJuju, askJuju } from './plan/compat.ts';
import { describeOffer } from './plan/describe.ts';
import { errorAnswer, type ProblemText, readProblem, solveRead } from './plan/problem.ts';
import type { Alternative, Answer } from './plan/schema.ts';
import { snapshotProblem } from './plan/snapshot.ts';
import { type WhatIf, whatIf as whatIfReport } from './plan/what-if.ts';
import { whyNot as whyNotThese } from './plan/why-not.ts';
import type { WhyNot } from './plan/why-not-schema.ts';
import { type Constraints, parseConstraints as parseConstraintTexts } from './request/constraints.ts';
import { type CompatMode, dialectOf, type JujuVersion } from './request/dialect.ts';
import type { MachineRequest } from './request/request.ts';
import { type RequestInput, readRequest } from './request/written.ts';
import type { Program } from './rules/program.ts';
import { indexOffers, type OfferIndex } from './search/offer-index.ts';
import { prepare as prepareSearch, type Search } from './search/prepare.ts';
import { storedInputs } from './storage/inputs.ts';
import {
  extendVocabulary as extendWords,
  loadRules as loadPacks,
  loadVocabulary,
  ruleFilesOf,
} from './storage/packs.ts';
import { verifyDocument } from './verify/verify-document.ts';

export type { Catalog } from './catalog/catalog.ts';
export type { Vocabulary } from './catalog/value.ts';
export type { Diagnostic, Result, Span } from './diagnostic/diagnostic.ts';
export { describeDiagnostic } from './diagnostic/frame.ts';
export { chooseTypes, compareByName } from './juju/choose-types.ts';
export { findInstance, type InstanceAnswer, type InstanceQuestion } from './juju/find-instance.ts';
export type { Image } from './juju/images.ts';
export type { InstanceType } from './juju/instance-type.ts';
export { type JujuPick, jujuPick } from './juju/pick.ts';
export { PROVIDER_VALIDATORS, type ProviderValidator, validatorOf } from './juju/provider-validators.ts';
export {
  ACCEPT_ALL,
  type ConflictResolver,
  mergeConstraints,
  uniteConstraints,
  type Validation,
  type Validator,
  validateConstraints,
  withConflicts,
  withResolver,
  withUnsupported,
  withVocabulary,
} from './juju/validator.ts';
export { type Compiled, compile } from './match/compiled.ts';
export type { AnswerOptions } from './plan/answer.ts';
export { type Applied, applyScenario } from './plan/apply-scenario.ts';
export { type ProblemText, problemSchema } from './plan/problem.ts';
export {
  begin as beginScenario,
  edit as editScenario,
  NO_EDITS,
  parseEdit,
  redo as redoScenario,
  type Scenario,
  type Timeline,
  undo as undoScenario,
} from './plan/scenario.ts';
export { type Alternative, type Answer, answerSchema, type Machine } from './plan/schema.ts';
export { type Found, type Watch, watch } from './plan/watch.ts';
export { type WhatIf, whatIfSchema } from './plan/what-if.ts';
export { type WhyNot, whyNotSchema } from './plan/why-not-schema.ts';
export { type AnswerFormat, type Format, renderAnswer } from './render/formats.ts';
export { type Constraints, canonicalConstraints } from './request/constraints.ts';
export type { CompatMode, JujuVersion } from './request/dialect.ts';
export type { MachineRequest } from './request/request.ts';
export { type RequestInput, writeRequest } from './request/written.ts';
export type { Program } from './rules/program.ts';
export { all, billedAt, cheapest, count, top } from './search/find.ts';
export type { Search } from './search/prepare.ts';
export { type LoadOptions, loadCatalog } from './storage/catalogs.ts';
export { loadVocabulary } from './storage/packs.ts';

/**
 * A program from packs: names (`default`, `hosting`), paths, or rule files as values, with all that they use. A pack that
 * is named twice counts once; the order makes no difference.
 *
 * @param params values for parameters of rule files, by module and name
 * @example loadRules(['default', './acme.yaml'], undefined, { 'acme.most': 8 })
 */
export function loadRules(
  packs: readonly unknown[],
  vocabulary: Vocabulary = loadVocabulary(),
  params: Readonly<Record<string, unknown>> = {},
): Result<Program> {
  const settings = Object.entries(params).map(([id, value]) => ({ id, value, place: { path: `params.${id}` } }));
  return loadPacks(packs, vocabulary, undefined, undefined, { params: settings });
}

/**
 * The shipped vocabulary with one's own words beside it: attributes and capabilities that catalogs, rules and requests
 * may then speak of. Catalogs and rules must be read with the same vocabulary.
 *
 * @param own paths of vocabulary files, or vocabularies as values
 * @example
 * const vocabulary = extendVocabulary(['acme-words.yaml']);
 * if (vocabulary.ok) loadRules(['default', 'acme.yaml'], vocabulary.value);
 */
export function extendVocabulary(own: readonly unknown[]): Result<Vocabulary> {
  return extendWords(loadVocabulary(), own);
}

/**
 * Constraints from a text in Juju's grammar.
 *
 * @param compat whose keys and names are known: ours beside Juju's, or those of a version of Juju alone
 * @example parseConstraints('mem=1.5G cores=2') // ok; canonicalConstraints gives 'cores=2 mem=1536M'
 */
export function parseConstraints(
  text: string,
  vocabulary: Vocabulary = loadVocabulary(),
  compat: CompatMode = 'none',
): Result<Constraints> {
  return parseConstraintTexts([{ source: 'constraints', text }], vocabulary, dialectOf(compat, vocabulary));
}

/** A request from its texts, or every fault in them. */
export function parseRequest(input: RequestInput, vocabulary: Vocabulary = loadVocabulary()): Result<MachineRequest> {
  return readRequest(input, vocabulary);
}

const indexes = new WeakMap<Compiled, OfferIndex>();

/**
 * A request made ready for a compiled catalog, once, to be asked often: `cheapest(search)`, `top(search, 5)`,
 * `count(search)`, `all(search)`. The first request makes bitmaps over the catalog, which all that follow share. Names
 * that the catalog does not have fit nothing; `check` tells of them.
 *
 * @example const row = cheapest(prepare(compiled, request)) // -1 when nothing fits
 */
export function prepare(compiled: Compiled, request: MachineRequest, options: Pick<AnswerOptions, 'at'> = {}): Search {
  const index = indexes.get(compiled) ?? indexOffers(compiled);
  indexes.set(compiled, index);
  return prepareSearch(index, request, options.at);
}

/**
 * What edits make of the answer to a request, each a text such as `price aws:m8i*=+10%` or `rule nested-kvm=off`; faults
 * where they say what cannot be.
 *
 * @example whatIf(compiled, request, ['price aws:m8i*=+10%'])
 */
export function whatIf(
  compiled: Compiled,
  request: MachineRequest,
  edits: readonly string[],
  options: AnswerOptions = {},
): Result<WhatIf> {
  const faults = validateRequest(request, compiled);
  const texts = edits.map((text) => ({ source: 'edit', text }));
  return faults.length > 0 ? fail(...faults) : whatIfReport(compiled, request, texts, options);
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

/** Where a Juju model is, and what else its choice depends on. */
export interface JujuPlace {
  /** Names or patterns, as in the constraints `cloud=` and `region=`; exactly one region must be meant. */
  readonly cloud?: string;
  readonly region?: string;
  /** The architectures that agents exist for; all unless given. */
  readonly archs?: readonly string[];
  /** Juju 3.6: the agent's architecture; the one asked for, else amd64, unless given. */
  readonly agentArch?: string;
  readonly at?: string;
}

/**
 * The answer that a version of Juju would give by its generic algorithm; a request that Juju cannot be asked, or a place
 * that is not one region, gives status `error`. Parse the request with the same `compat`.
 *
 * @example answerLikeJuju(compiled, request, '3.6', { cloud: 'aws', region: 'us-east-1' }).machines[0]?.type
 */
export function answerLikeJuju(
  compiled: Compiled,
  request: MachineRequest,
  version: JujuVersion,
  { cloud, region, archs, agentArch, at }: JujuPlace = {},
): Answer {
  const texts = Object.entries({ cloud, region }).flatMap(([key, value]) =>
    value === undefined ? [] : [{ source: key, text: `${key}=${value.replaceAll(' ', '\\ ')}` }],
  );
  const where = parseConstraintTexts(texts, compiled.catalog.vocabulary);
  if (!where.ok) return errorAnswer(where.diagnostics);
  const setting = { version, where: where.value, archs, agentArch, placeHint: 'name one as cloud and region' };
  const juju = askJuju(request, compiled, setting);
  return juju.ok ? answerAsJuju(compiled, request, juju.value, at) : errorAnswer(juju.diagnostics);
}

/**
 * Why each of some types, images or bases is not the answer to a request: every need that it misses and by how much,
 * or what it costs more. A request that the catalog contradicts is bad input.
 *
 * @param at the day that is judged by, `2026-11-22`; the newest price date of the catalog unless given
 * @example whyNot(compiled, request, ['t4g.medium']) // .value.subjects[0].misses[0].need === 'arch'
 */
export function whyNot(
  compiled: Compiled,
  request: MachineRequest,
  names: readonly string[],
  at?: string,
): Result<WhyNot> {
  const faults = validateRequest(request, compiled);
  return faults.length > 0 ? fail(...faults) : ok(whyNotThese(compiled, request, names, at));
}

/** The answer to a problem as a value (`stowage.problem/1`); named catalogs and packs are read from disk. */
export function solveProblem(problem: unknown): Answer {
  const read = readProblem(documentOfValue('problem', problem), storedInputs());
  return read.ok ? solveRead(read.value) : errorAnswer(read.diagnostics);
}

/**
 * A request as a problem (`stowage.problem/1`) that needs no catalog: the rows that its answer rests on, with the rules
 * written out, so that anyone can ask it again: `solveProblem` gives the same answer but for counts, digests and places.
 * That is tried before it is returned; the problem's `snapshot` says how many rows were left out. A request that the
 * catalog contradicts gives its faults.
 *
 * @param packs what the rules were loaded from, as `loadRules` takes it
 * @example
 * const snapshot = snapshotOf(compile(catalog, rules), request, ['default']);
 * if (snapshot.ok) writeFileSync('question.json', JSON.stringify(snapshot.value));
 */
export function snapshotOf(
  compiled: Compiled,
  request: MachineRequest,
  packs: readonly unknown[] = ['default'],
  { engine, top, at }: AnswerOptions = {},
): Result<ProblemText> {
  const faults = validateRequest(request, compiled);
  const rules = ruleFilesOf(packs);
  if (faults.length > 0 || !rules.ok) return fail(...faults, ...(rules.ok ? [] : rules.diagnostics));
  const options = {
    ...(engine === undefined ? {} : { engine }),
    ...(top === undefined ? {} : { top }),
    ...(at === undefined ? {} : { at }),
  };
  const snapshot = snapshotProblem({ compiled, request, options, juju: undefined }, rules.value, storedInputs());
  return snapshot.ok ? ok(snapshot.value.problem) : snapshot;
}

/**
 * What is wrong with an answer to a problem, about one machine or about a model: nothing when it holds. Constraints and
 * rules are read anew, word by word, for every offer with every image; of models also room, cost and bound.
 */
export function verify(given: unknown, problem: unknown): Result<readonly string[]> {
  const verdict = verifyDocument(documentOfValue('answer', given), documentOfValue('problem', problem), storedInputs());
  return verdict.ok ? ok(verdict.value.faults) : verdict;
}
