import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { checkDocument } from '../document/check.ts';
import { type Document, type Path, placeIn } from '../document/read.ts';
import type { Compiled } from '../match/compiled.ts';
import { validateRequest } from '../match/validate.ts';
import { type ModelRequest, type ModelText, parseModel } from '../request/model.ts';
import type { SourceText } from '../request/source-text.ts';
import { hostRequest } from './hosts.ts';
import { type ModelRequestText, secondsOf } from './model-schema.ts';
import { inputsOf, type ProblemInputs, problemSchema, readSources, sourceText } from './problem.ts';

/** Problems about whole models. */

export type ModelEngine = 'columns' | 'highs' | 'ffd';

export interface ModelOptions {
  readonly engine: ModelEngine;
  /** Seconds. */
  readonly timeLimit: number;
  readonly seed: number;
  readonly at: string | undefined;
}

export interface ModelProblem {
  readonly compiled: Compiled;
  readonly request: ModelRequest;
  readonly options: ModelOptions;
}

/** Seconds that a model is searched for, unless a limit is given. */
export const USUAL_TIME_LIMIT = 10;

function modelText(document: Document, request: ModelRequestText, mix: ModelText['mix']): ModelText {
  const text = (path: Path, value: string | number): SourceText =>
    sourceText(document, ['request', ...path], String(value));
  const amounts = (path: Path, given: Readonly<Record<string, string | number>> | undefined) =>
    Object.entries(given ?? {}).map(([dimension, amount]) => ({
      dimension: text([...path, dimension], dimension),
      amount: text([...path, dimension], amount),
    }));
  const optional = (path: Path, value: string | number | undefined): SourceText | undefined =>
    value === undefined ? undefined : text(path, value);
  return {
    constraints: request.constraints === undefined ? [] : [text(['constraints'], request.constraints)],
    base: optional(['base'], request.base),
    units: request.units.map((unit, index) => ({
      id: text(['units', index, 'id'], unit.id),
      count: unit.count ?? 1,
      needs: amounts(['units', index, 'needs'], unit.needs),
      constraints: optional(['units', index, 'constraints'], unit.constraints),
      container: optional(['units', index, 'container'], unit.container),
      base: optional(['units', index, 'base'], unit.base),
      maxPerMachine: unit['max-per-machine'],
      apartFrom: [unit['apart-from'] ?? []]
        .flat()
        .map((name, at) =>
          text(['units', index, 'apart-from', ...(Array.isArray(unit['apart-from']) ? [at] : [])], name),
        ),
      with: optional(['units', index, 'with'], unit.with),
      spread: unit.spread,
    })),
    machines: (request.machines ?? []).map((machine, index) => ({
      id: text(['machines', index, 'id'], machine.id),
      type: text(['machines', index, 'type'], machine.type),
      cloud: machine.cloud,
      region: machine.region,
      zone: machine.zone,
      keepPrice: optional(['machines', index, 'keep-price'], machine['keep-price']),
      used: amounts(['machines', index, 'used'], machine.used),
      units: (machine.units ?? []).map((unit, at) => text(['machines', index, 'units', at], unit)),
    })),
    attributes: Object.entries(request.attributes ?? {}).map(([name, value]) => ({
      ...text(['attributes', name], ''),
      text: `${name}=${String(value)}`,
    })),
    reserve: request.reserve,
    waived: (request.waive ?? []).map((rule, index) => text(['waive', index], rule)),
    mix,
  };
}

/** What of a model a catalog contradicts, each fault once. */
export function validateModel(request: ModelRequest, compiled: Compiled): ReturnType<typeof validateRequest> {
  const faults = request.units.flatMap((group) => validateRequest(hostRequest(request, group, group.base), compiled));
  return [...new Map(faults.map((fault) => [`${fault.code} ${fault.message}`, fault])).values()];
}

/** Reads a problem about a model; every fault at its place. */
export function readModelProblem(document: Document, plain: ProblemInputs): Result<ModelProblem> {
  const checked = checkDocument(document, problemSchema, 'a problem file');
  if (!checked.ok) return checked;
  const speaking = inputsOf(document, checked.value, plain);
  if (!speaking.ok) return speaking;
  const inputs = speaking.value;
  const { request: text, options = {} } = checked.value;
  if (text.kind !== 'model')
    return fail({
      code: 'machine-problem',
      message: 'the problem is about one machine',
      ...placeIn(document, ['request', 'kind']),
    });
  const { engine = 'columns' } = options;
  if (engine === 'scan' || engine === 'lp')
    return fail({
      code: 'bad-engine',
      message: `${engine} is an engine for one machine`,
      ...placeIn(document, ['options', 'engine']),
      hint: 'models are solved by columns, highs or ffd',
    });
  const request = parseModel(modelText(document, text, options.mix), inputs.vocabulary);
  const sources = readSources(document, checked.value, inputs);
  if (!request.ok || !sources.ok)
    return fail(...[request, sources].flatMap((part) => (part.ok ? [] : part.diagnostics)));
  const faults = validateModel(request.value, sources.value);
  if (faults.length > 0) return fail(...faults);
  return ok({
    compiled: sources.value,
    request: request.value,
    options: {
      engine,
      timeLimit: secondsOf(options['time-limit'] ?? USUAL_TIME_LIMIT)!,
      seed: options.seed ?? 0,
      at: options.at,
    },
  });
}
