import { z } from 'zod';
import type { Catalog } from '../catalog/catalog.ts';
import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, placeOf, type Result } from '../diagnostic/diagnostic.ts';
import { canonicalLists } from '../document/canonical.ts';
import { checkDocument } from '../document/check.ts';
import { readJson } from '../document/json.ts';
import { type Document, type Path, placeIn, readDocument } from '../document/read.ts';
import { type Compiled, compile } from '../match/compiled.ts';
import { validateRequest } from '../match/validate.ts';
import { isDate } from '../quantity/date.ts';
import { COMPAT_MODES, type CompatMode, type Dialect, dialectOf } from '../request/dialect.ts';
import { DEFAULT_BASE, type MachineRequest, parseRequest } from '../request/request.ts';
import type { SourceText } from '../request/source-text.ts';
import type { ParamSetting } from '../rules/param-setting.ts';
import type { Program } from '../rules/program.ts';
import { ruleFileSchema } from '../rules/schema.ts';
import { vocabularySchema } from '../rules/vocabulary.ts';
import { inlineCatalogSchema, readInlineCatalog } from '../sources/inline.ts';
import { answerRequest } from './answer.ts';
import type { Engine } from './choose.ts';
import { type AsJuju, answerAsJuju, askJuju } from './compat.ts';
import { readCompatOptions } from './compat-options.ts';
import { emptyAnswer } from './empty-answer.ts';
import { modelSchema, secondsOf } from './model-schema.ts';
import type { Answer } from './schema.ts';
import { type SnapshotSection, snapshotNote, snapshotSchema } from './snapshot-section.ts';

/** Problem files (`stowage.problem/1`): a catalog, rules, a request and options; solving one again gives the same bytes. */

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const machineSchema = z.strictObject({
  kind: z.literal('machine'),
  placement: z
    .union([z.string(), z.number()])
    .optional()
    .meta({ description: 'A container type, perhaps with a least version, or a directive such as zone=NAME.' }),
  constraints: z.string().optional().meta({ description: "Constraints in Juju's grammar." }),
  base: z
    .string()
    .optional()
    .meta({ description: `Operating system and release; ${DEFAULT_BASE} unless given.` }),
  count: z.int().min(1).optional(),
  attributes: z.record(z.string(), scalar).optional().meta({ description: 'Facts of the request for rules.' }),
  guests: z
    .array(z.strictObject({ type: z.string(), count: z.int().min(1).optional(), constraints: z.string().optional() }))
    .optional()
    .meta({ description: 'Guests sized apart from their host.' }),
  reserve: z
    .boolean()
    .optional()
    .meta({ description: 'Whether what rules reserve on the host counts; true unless given.' }),
  waive: z.array(z.string()).optional().meta({ description: 'Ids of waivable rules that are waived.' }),
});

const optionsSchema = z.strictObject({
  compat: z
    .enum(COMPAT_MODES)
    .optional()
    .meta({ description: 'Whose way of choosing: our own (none), or that of a version of Juju, to the letter.' }),
  arches: z
    .array(z.string())
    .optional()
    .meta({ description: 'With compat: the architectures that agents exist for; all unless given.' }),
  'agent-arch': z
    .string()
    .optional()
    .meta({ description: "With juju-3.6: the agent's architecture; the one asked for, else amd64, unless given." }),
  cloud: z
    .string()
    .optional()
    .meta({ description: 'With compat: the cloud of the Juju model, where there are several.' }),
  region: z
    .string()
    .optional()
    .meta({ description: 'With compat: the region of the Juju model, where there are several.' }),
  engine: z
    .enum(['scan', 'lp', 'columns', 'highs', 'ffd'])
    .optional()
    .meta({ description: 'For one machine: scan or lp. For a model: columns, highs or ffd.' }),
  top: z.int().min(1).optional(),
  'time-limit': z
    .union([z.string(), z.number()])
    .refine((text) => secondsOf(text) !== undefined, 'must be a time such as 10s, 500ms or 2m')
    .optional()
    .meta({ description: 'For models; a machine request is answered exhaustively at once.' }),
  mix: z
    .array(z.enum(['region', 'cloud']))
    .optional()
    .meta({ description: 'What machines of one model may differ in; otherwise they share one cloud and region.' }),
  seed: z.int().nonnegative().optional().meta({ description: 'For the integer engine of models.' }),
  at: z.string().refine(isDate, 'must be a date such as 2026-11-22').optional(),
  params: z
    .record(z.string(), z.union([scalar, z.array(scalar)]))
    .optional()
    .meta({ description: 'Values for parameters of rules, by module and name: spot.price-share.' }),
});

export const problemSchema = z
  .strictObject({
    format: z.literal('stowage.problem/1'),
    snapshot: snapshotSchema.optional(),
    catalog: z.union([
      inlineCatalogSchema,
      z.strictObject({ path: z.string().meta({ description: 'A simplestreams tree.' }) }),
      z.strictObject({ name: z.literal('bundled').meta({ description: 'The shipped catalog.' }) }),
    ]),
    rules: z
      .array(z.union([z.string(), ruleFileSchema]))
      .optional()
      .meta({ description: 'Pack names, paths, or rule files written out. Left out: default. Empty: none.' }),
    vocabulary: z
      .array(z.union([z.string(), vocabularySchema]))
      .optional()
      .meta({ description: "One's own attributes and capabilities: paths, or vocabularies written out." }),
    request: z.discriminatedUnion('kind', [machineSchema, modelSchema], {
      error: ({ input }) => (input === undefined ? undefined : 'the kind of a request is machine or model'),
    }),
    options: optionsSchema.optional(),
  })
  .meta({ id: 'stowage-problem-1', title: 'stowage problem' });

export type ProblemText = z.infer<typeof problemSchema>;

/** What a problem needs of the outside: catalogs and packs by name or path. */
export interface ProblemInputs {
  readonly vocabulary: Vocabulary;
  /** `path` undefined: the shipped catalog. */
  catalog(path: string | undefined, at: string | undefined): Result<Catalog>;
  /** `at` is the path of the list of packs in the document; `params` are given for parameters of the rules. */
  rules(packs: readonly unknown[], document: Document, at: Path, params?: readonly ParamSetting[]): Result<Program>;
  /** The same, with vocabularies beside the shipped one: paths or values, listed in a document at a path. */
  speaking(own: readonly unknown[], document: Document, at: Path): Result<ProblemInputs>;
  /** A catalog written out: made anew unless the same text was read before. */
  inline(text: string, make: () => Result<Catalog>): Result<Catalog>;
  /** `sha256:…` of a text. */
  digest(text: string): string;
}

const MOST_CHARACTERS = 64_000_000;
const MOST_VALUES = 2_000_000;

/** A diagnostic as answers carry it. */
export function told({ code, message, span, path, hint }: Diagnostic): NonNullable<Answer['diagnostics']>[number] {
  return {
    code,
    message,
    ...(span === undefined ? {} : { place: placeOf(span) }),
    ...(path === undefined ? {} : { path }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The answer to a problem that cannot be read. */
export function errorAnswer(diagnostics: readonly Diagnostic[], line?: number): Answer {
  return {
    format: 'stowage.answer/1',
    status: 'error',
    ...(line === undefined ? {} : { line }),
    ...emptyAnswer(),
    inputs: { catalog: '', rules: '', date: null },
    stats: { rows: 0 },
    diagnostics: diagnostics.map(told),
  };
}

export function sourceText(document: Document, path: Path, text: string): SourceText {
  const span = document.spanOf(path);
  const source = path.join('.');
  return span.text === '' ? { source, text } : { source: document.source, text, within: span };
}

function requestOf(
  document: Document,
  request: z.infer<typeof machineSchema>,
  vocabulary: Vocabulary,
  dialect: Dialect,
): Result<MachineRequest> {
  const at = (...path: readonly (string | number)[]): Path => ['request', ...path];
  return parseRequest(
    {
      ...(request.placement === undefined
        ? {}
        : { placement: sourceText(document, at('placement'), String(request.placement)) }),
      constraints:
        request.constraints === undefined ? [] : [sourceText(document, at('constraints'), request.constraints)],
      ...(request.base === undefined ? {} : { base: sourceText(document, at('base'), request.base) }),
      count: request.count ?? 1,
      attributes: Object.entries(request.attributes ?? {}).map(([name, value]) =>
        sourceText(document, at('attributes', name), `${name}=${String(value)}`),
      ),
      ...(request.guests === undefined
        ? {}
        : {
            guests: request.guests.map(({ type, count = 1, constraints = '' }, index) =>
              sourceText(document, at('guests', index), `${count}x ${type}:${constraints}`),
            ),
          }),
      reserve: request.reserve ?? true,
      waived: (request.waive ?? []).map((rule, index) => sourceText(document, at('waive', index), rule)),
    },
    vocabulary,
    dialect,
  );
}

/** A problem that has been read and checked. */
export interface Problem {
  readonly compiled: Compiled;
  readonly request: MachineRequest;
  readonly options: Omit<NonNullable<ProblemText['options']>, 'engine'> & { readonly engine?: Engine };
  /** How Juju is asked, where its way of choosing is followed. */
  readonly juju: AsJuju | undefined;
  /** Where the catalog holds but some rows of a larger one. */
  readonly snapshot?: SnapshotSection | undefined;
  /** One's own vocabularies, written out. */
  readonly vocabulary?: readonly unknown[] | undefined;
}

/** What a problem that brings vocabularies of its own is read with. */
export function inputsOf(document: Document, { vocabulary }: ProblemText, plain: ProblemInputs): Result<ProblemInputs> {
  return vocabulary === undefined ? ok(plain) : plain.speaking(vocabulary, document, ['vocabulary']);
}

/** The catalog and rules of a problem, compiled together. */
export function readSources(
  document: Document,
  { catalog: section, rules: packs, options }: ProblemText,
  inputs: ProblemInputs,
): Result<Compiled> {
  const params = Object.entries(options?.params ?? {}).map(
    ([id, value]): ParamSetting => ({ id, value, place: placeIn(document, ['options', 'params', id]) }),
  );
  const rules = inputs.rules(packs ?? ['default'], document, ['rules'], params);
  let catalog: Result<Catalog>;
  if ('types' in section) {
    const read = (): Result<Catalog> =>
      readInlineCatalog(section, inputs.vocabulary, document, ['catalog'], {
        digest: inputs.digest(canonicalLists(section)),
        at: options?.at,
      });
    const { text, start, end } = document.spanOf(['catalog']);
    // In braces a text means the same wherever it stands; but prices of one's own are told by their places.
    const isShared = text[start] === '{' && section.prices === undefined;
    catalog = isShared ? inputs.inline(`${options?.at ?? ''} ${text.slice(start, end)}`, read) : read();
  } else catalog = inputs.catalog('path' in section ? section.path : undefined, options?.at);
  if (!rules.ok || !catalog.ok) return fail(...[rules, catalog].flatMap((part) => (part.ok ? [] : part.diagnostics)));
  if (catalog.value.types.size === 0)
    return fail({
      code: 'empty-catalog',
      message: 'the catalog has no instance types',
      ...placeIn(document, ['catalog']),
    });
  return ok(compile(catalog.value, rules.value));
}

/**
 * Reads a problem about one machine; every fault at its place.
 *
 * @param compat whose way of choosing is followed, whatever the problem says
 */
export function readProblem(document: Document, plain: ProblemInputs, compat?: CompatMode): Result<Problem> {
  const checked = checkDocument(document, problemSchema, 'a problem file');
  if (!checked.ok) return checked;
  const { request: requestText, snapshot, vocabulary: own } = checked.value;
  const speaking = inputsOf(document, checked.value, plain);
  if (!speaking.ok) return speaking;
  const inputs = speaking.value;
  if (requestText.kind === 'model')
    return fail({
      code: 'model-problem',
      message: 'the problem is about a whole model, not one machine',
      ...placeIn(document, ['request', 'kind']),
    });
  const { engine, ...others } = checked.value.options ?? {};
  if (engine !== undefined && engine !== 'scan' && engine !== 'lp')
    return fail({
      code: 'bad-engine',
      message: `${engine} is an engine for models`,
      ...placeIn(document, ['options', 'engine']),
      hint: 'one machine is found by scan or lp',
    });
  const options = {
    ...others,
    ...(engine === undefined ? {} : { engine }),
    ...(compat === undefined ? {} : { compat }),
  };
  const { vocabulary } = inputs;
  const request = requestOf(document, requestText, vocabulary, dialectOf(options.compat ?? 'none', vocabulary));
  const setting = readCompatOptions(document, options, vocabulary, (path, text) => sourceText(document, path, text));
  const sources = readSources(document, checked.value, inputs);
  if (!request.ok || !setting.ok || !sources.ok)
    return fail(...[request, setting, sources].flatMap((part) => (part.ok ? [] : part.diagnostics)));
  const compiled = sources.value;
  if (setting.value !== undefined) {
    const juju = askJuju(request.value, compiled, setting.value);
    return juju.ok
      ? ok({ compiled, request: request.value, options, juju: juju.value, snapshot, vocabulary: own })
      : juju;
  }
  const faults = validateRequest(request.value, compiled);
  return faults.length > 0
    ? fail(...faults)
    : ok({ compiled, request: request.value, options, juju: undefined, snapshot, vocabulary: own });
}

/** The document of a problem's text. */
export function readProblemText(source: string, text: string): Result<Document> {
  const limits = { maxLength: MOST_CHARACTERS, maxNodes: MOST_VALUES };
  const plain = readJson(source, text, limits);
  return plain === undefined ? readDocument(source, text, limits) : ok(plain);
}

/** Whether a document asks for a whole model. */
export function isModelProblem({ value }: Document): boolean {
  const request = (value as { readonly request?: { readonly kind?: unknown } } | null)?.request;
  return typeof request === 'object' && request?.kind === 'model';
}

/**
 * Reads a problem from text, YAML or JSON.
 *
 * @param compat whose way of choosing is followed, whatever the problem says
 */
export function parseProblem(
  source: string,
  text: string,
  inputs: ProblemInputs,
  compat?: CompatMode,
): Result<Problem> {
  const document = readProblemText(source, text);
  return document.ok ? readProblem(document.value, inputs, compat) : document;
}

/** The answer to a problem. */
export function solveRead(problem: Problem): Answer {
  const { compiled, request, options, juju, snapshot } = problem;
  const answer =
    juju === undefined
      ? answerRequest(compiled, request, { engine: options.engine ?? 'scan', top: options.top ?? 1, at: options.at })
      : answerAsJuju(compiled, request, juju, options.at);
  if (snapshot === undefined) return answer;
  return { ...answer, notes: [...answer.notes, snapshotNote(compiled.catalog, snapshot)] };
}
