import { type Bitmaps, bitmapsOver } from '../catalog/bitmaps.ts';
import type { Compiled } from '../match/compiled.ts';
import { FACTS_OF_CONSTRAINTS, requestFacts } from '../match/request-facts.ts';
import type { MachineRequest } from '../request/request.ts';
import { passes } from '../rules/passes.ts';
import { type Program, readsOfRule } from '../rules/program.ts';
import { attributesOf, type Leaf } from '../rules/rule.ts';
import { type FactBitmaps, factBitmaps } from './fact-bitmaps.ts';
import { type RuleBitmaps, ruleBitmaps } from './rule-bitmaps.ts';

/**
 * A compiled catalog with bitmaps over its offers, which are in price order: the first row that all bitmaps of a
 * request have in common is the cheapest offer that fits. Bitmaps are made when they are first asked for, and none of
 * them belongs to a single request.
 */
export interface OfferIndex {
  readonly compiled: Compiled;
  /** The parts that a request is prepared from. */
  parts(request: MachineRequest, at: string | undefined): Parts;
  /** What depends on the catalog alone. */
  factParts(): Pick<Parts, 'bitmaps' | 'facts'>;
  /** Bytes of all that was made so far. */
  bytes(): number;
}

export interface Parts {
  readonly bitmaps: Bitmaps;
  readonly facts: FactBitmaps;
  readonly rules: RuleBitmaps;
}

/** So many ways in which rules tell requests apart, or so many names and patterns, and the index begins anew. */
const MOST_KINDS_OF_REQUESTS = 64;
const MOST_SELECTIONS = 128;

/** The leaves of rules that read the request. */
function requestLeaves({ rules }: Program): readonly Leaf[] {
  const leaves = rules.flatMap(readsOfRule).filter((leaf): leaf is Leaf => leaf.kind === 'leaf');
  return leaves.filter((leaf) => attributesOf(leaf).some(({ scope }) => scope === 'request'));
}

/** What an index holds until it begins anew. */
interface State extends Pick<Parts, 'bitmaps' | 'facts'> {
  /** By what rules read of requests. */
  readonly known: Map<string, Parts>;
  /** By base, of requests that say nothing about themselves. */
  readonly plain: Map<string, Parts>;
}

/** What rules read of a request, as a text that is the same for requests that they do not tell apart. */
function reading(compiled: Compiled): (request: MachineRequest, at: string | undefined) => string {
  const leaves = requestLeaves(compiled.program);
  // A leaf on the request alone is known by its outcome; one that compares with other attributes, by what it reads.
  const alone = leaves.filter((leaf) => attributesOf(leaf).length === 1);
  const named = leaves.filter((leaf) => !alone.includes(leaf)).flatMap(attributesOf);
  const names = [...new Set(named.filter(({ scope }) => scope === 'request').map(({ name }) => name))];
  return (request, at) => {
    const facts = requestFacts(compiled, request, at);
    const outcomes = alone.map(({ attribute, tests }) =>
      tests.map(({ operator, operand }) =>
        passes(attribute.kind, operator, facts.get(attribute.name), operand.kind === 'values' ? operand.values : []),
      ),
    );
    return JSON.stringify([outcomes, names.map((name) => facts.get(name) ?? null)]);
  };
}

/**
 * Bitmaps over the offers of a compiled catalog.
 *
 * @param like an index of the same catalog by other rules, whose bitmaps of facts are shared
 * @example
 * const index = indexOffers(compile(catalog, program));
 * cheapest(prepare(index, request)); // the row of the cheapest offer that fits, or -1
 */
export function indexOffers(compiled: Compiled, like?: OfferIndex): OfferIndex {
  const { catalog, program } = compiled;
  const readOf = reading(compiled);
  const following = Object.values(FACTS_OF_CONSTRAINTS);
  const readsConstraints = requestLeaves(program).some((leaf) =>
    attributesOf(leaf).some(({ name }) => following.includes(name)),
  );
  const begin = (): State => {
    const bitmaps = bitmapsOver(catalog.offers.size);
    const facts = factBitmaps(catalog, bitmaps);
    return { bitmaps, facts, known: new Map(), plain: new Map() };
  };
  let state = like === undefined ? begin() : { ...like.factParts(), known: new Map(), plain: new Map() };
  const partsOf = (request: MachineRequest, at: string | undefined): Parts => {
    const { base, waived } = request;
    const key = JSON.stringify([base.os, base.release, waived, readOf(request, at)]);
    let found = state.known.get(key);
    if (found === undefined) {
      if (state.known.size >= MOST_KINDS_OF_REQUESTS) state = begin();
      const { bitmaps, facts } = state;
      found = { bitmaps, facts, rules: ruleBitmaps(compiled, request, at, bitmaps, facts) };
      state.known.set(key, found);
    }
    return found;
  };
  return {
    compiled,
    factParts: () => ({ bitmaps: state.bitmaps, facts: state.facts }),
    bytes: () => state.bitmaps.bytes() + state.facts.bytes(),
    parts(request, at) {
      if (state.facts.selections() >= MOST_SELECTIONS) state = begin();
      const { base, attributes, waived } = request;
      // Of a request that says nothing about itself, rules read defaults, which are the same each time.
      if (attributes.size > 0 || waived.length > 0 || at !== undefined || readsConstraints) return partsOf(request, at);
      const key = `${base.os}@${base.release}`;
      let found = state.plain.get(key);
      if (found === undefined) {
        found = partsOf(request, at);
        state.plain.set(key, found);
      }
      return found;
    },
  };
}
