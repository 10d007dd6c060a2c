import type { Catalog } from '../catalog/catalog.ts';
import { decodeValue } from '../catalog/decode.ts';
import type { Value, Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { placeIn } from '../document/read.ts';
import { type Compiled, compile } from '../match/compiled.ts';
import { isFit, prepare } from '../match/query.ts';
import { validateRequest } from '../match/validate.ts';
import { describeOffer } from '../plan/describe.ts';
import { type MachineRequest, parseRequest } from '../request/request.ts';
import { type Reading, readWhole } from '../rules/condition.ts';
import { type Program, readsOf } from '../rules/program.ts';
import { attributesOf, type Condition } from '../rules/rule.ts';
import { NOWHERE } from '../rules/space.ts';
import { TRUE, UNKNOWN_TRUTH } from '../rules/tri.ts';
import type { TestSuite } from './test-file.ts';
import type { TestOutcome } from './test-run.ts';

/**
 * What must hold of every plan, whatever is asked: of every offer that fits, not only the cheapest, so that no price
 * can bring about a plan for which it does not hold. Tried for generated requests over a whole catalog, and for saved ones.
 */

/** A request with the catalog that it is asked of. */
export interface SavedRequest {
  readonly name: string;
  readonly request: MachineRequest;
  readonly catalog: Catalog;
  readonly at: string | undefined;
}

/** Sizes and wishes that are tried in every combination with containers. */
const CONSTRAINTS: readonly string[] = ['', 'cores=2 mem=4G', 'cores=8 mem=64G arch=', 'gpus=1', 'market=any'];

/** Requests over all that rules can give and a few sizes; the same for the same rules. */
function generatedRequests(
  program: Program,
  attributes: ReadonlyMap<string, Value>,
): readonly { readonly name: string; readonly request: MachineRequest }[] {
  const given = new Set(
    program.strata.flatMap(({ providers }) =>
      providers.flatMap(({ action }) => action.grants.map(({ capability }) => capability)),
    ),
  );
  const containers = [...program.vocabulary.capabilities.values()].filter(
    ({ name, container }) => container && given.has(name),
  );
  return ['', ...containers.map(({ name }) => name)].flatMap((placement) =>
    CONSTRAINTS.flatMap((constraints) => {
      const read = parseRequest(
        {
          ...(placement === '' ? {} : { placement: { source: 'placement', text: placement } }),
          constraints: [{ source: 'constraints', text: constraints }],
        },
        program.vocabulary,
      );
      const name = [placement, constraints].filter((text) => text !== '').join(' with ') || 'any machine';
      return read.ok ? [{ name, request: { ...read.value, attributes } }] : [];
    }),
  );
}

function readAttributes(
  suite: TestSuite,
  name: string,
  vocabulary: Vocabulary,
  faults: Diagnostic[],
): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  for (const [key, raw] of Object.entries(suite.text.always![name]!.request ?? {})) {
    const path = ['always', name, 'request', key];
    const attribute = vocabulary.attributes.get(`request.${key}`);
    const known = [...vocabulary.attributes.values()].filter(({ scope, computed }) => scope === 'request' && !computed);
    if (attribute === undefined || attribute.computed) {
      const hint = didYouMean(
        key,
        known.map((one) => one.name.slice('request.'.length)),
      );
      faults.push({
        code: 'unknown-attribute',
        message: `no request attribute that can be given is called "${key}"`,
        ...placeIn(suite.document, path, 'key'),
        ...(hint === undefined ? {} : { hint }),
      });
      continue;
    }
    const decoded = decodeValue(attribute, raw);
    if ('problem' in decoded)
      faults.push({
        code: 'test-value',
        message: `${attribute.name} ${decoded.problem}`,
        ...placeIn(suite.document, path),
      });
    else values.set(attribute.name, decoded.value);
  }
  return values;
}

/** An offer that fits though the condition does not certainly hold of it; undefined where there is none. */
function counterexample(
  compiled: Compiled,
  request: MachineRequest,
  at: string | undefined,
  condition: Condition,
): string | undefined {
  if (validateRequest(request, compiled).length > 0) return undefined;
  const query = prepare(compiled, request, at);
  // Where the image makes no difference, offers of which it holds need not be judged.
  const isApart = readsOf(condition).every(
    (part) => part.kind === 'leaf' && attributesOf(part).every(({ scope }) => scope !== 'image'),
  );
  for (let offer = 0; offer < query.space.offers.size; offer += 1) {
    if (!query.isPossible(offer)) continue;
    if (isApart && query.derivation.truth(condition, query.site(offer, NOWHERE)) === TRUE) continue;
    const verdict = query.judge(offer);
    if (!isFit(query, verdict)) continue;
    const truth = query.derivation.truth(condition, query.site(offer, verdict.image));
    if (truth === TRUE) continue;
    const { type, cloud, region, price } = describeOffer(query.space, offer, verdict.price);
    return `${type} in ${cloud} ${region} at ${price} fits${truth === UNKNOWN_TRUTH ? ', and whether it holds is unknown' : ''}`;
  }
  return undefined;
}

/** The properties of a suite, tried over a catalog and on saved requests. */
export function runProperties(
  program: Program,
  suite: TestSuite,
  catalog: Catalog,
  saved: readonly SavedRequest[],
): Result<readonly TestOutcome[]> {
  const faults: Diagnostic[] = [];
  const outcomes = Object.entries(suite.text.always ?? {}).flatMap(([name, { plans }]): readonly TestOutcome[] => {
    const attributes = readAttributes(suite, name, program.vocabulary, faults);
    const reading: Reading = {
      document: suite.document,
      vocabulary: program.vocabulary,
      named: new Map(),
      params: new Map(),
      imported: new Map(),
      read: new Map(),
      faults,
    };
    const condition = readWhole(reading, plans, ['always', name, 'plans']);
    if (condition === undefined || faults.length > 0) return [];
    const compiled = compile(catalog, program);
    const applies = ({ request }: SavedRequest): boolean =>
      [...attributes].every(([key, value]) => request.attributes.get(key) === value);
    const tried = [
      ...generatedRequests(program, attributes).map((one) => ({ ...one, compiled, at: undefined })),
      ...saved.filter(applies).map((one) => ({ ...one, compiled: compile(one.catalog, program) })),
    ];
    const failing = tried.flatMap(({ name: called, request, compiled: own, at }) => {
      const found = counterexample(own, request, at, condition);
      return found === undefined ? [] : [`${called}: ${found}`];
    });
    return [
      {
        name: `always: ${name}`,
        span: suite.document.keySpanOf(['always', name]),
        differences:
          failing.length === 0
            ? []
            : [
                {
                  field: 'plans',
                  expected: `to hold for ${tried.length} requests`,
                  actual: `does not for ${failing.length}`,
                },
              ],
        explanation: failing.slice(0, 5),
      },
    ];
  });
  return faults.length > 0 ? fail(...faults) : ok(outcomes);
}
