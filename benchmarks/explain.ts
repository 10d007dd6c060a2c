import { candidatesOf, membersOf } from '../src/explain/candidates.ts';
import { conflictsOf } from '../src/explain/conflicts.ts';
import { relaxationsOf } from '../src/explain/relaxations.ts';
import { type Compiled, compile } from '../src/match/compiled.ts';
import { hasBit } from '../src/match/mask.ts';
import { prepare, type Query } from '../src/match/query.ts';
import { cheapest, sweep } from '../src/match/scan.ts';
import { answerRequest } from '../src/plan/answer.ts';
import { whyNothing } from '../src/plan/why.ts';
import { type MachineRequest, parseRequest } from '../src/request/request.ts';
import { loadRules, loadVocabulary } from '../src/storage/packs.ts';
import { formatTime, type Runner, type Section, time } from './harness.ts';
import { makeCatalog } from './world.ts';

/** "Why does nothing fit, and what would it take?", with prices, where fourteen needs stand against each other. */

const SIZES = [10_000, 100_000];
const SEED = 20130530;
const CONSTRAINTS = 'cores=32 mem=128G cores-baseline=24 burstable=false bare-metal=false max-price=0.5';
const NEEDS = 14;
const anything = (): boolean => true;

/** Every minimal conflict by its definition: of all sets of needs, those that each candidate misses a part of. */
function conflictsByDefinition(query: Query): ReadonlySet<number> {
  const bits = query.needs.flatMap(({ bearing }, bit) => (bearing === 'wish' ? [] : [bit]));
  const missed = new Set<number>();
  for (let offer = 0; offer < query.space.offers.size; offer += 1) {
    if (query.inScope[query.space.offers.region[offer]!] === 0) continue;
    const images = query.imagesFor(offer);
    const judged = images.length === 0 ? [query.judge(offer)] : undefined;
    for (const image of images.length === 0 ? [-1] : images) {
      const { missing } = judged?.[0] ?? query.judgeWith(offer, image);
      missed.add(bits.reduce((set, bit) => (hasBit(missing, 0, bit) ? set | (1 << bit) : set), 0));
    }
  }
  const whole = bits.reduce((set, bit) => set | (1 << bit), 0);
  const isConflict = (set: number): boolean => [...missed].every((mask) => (mask & set) !== 0);
  const found = new Set<number>();
  // Every set of needs, by counting through the subsets of `whole`.
  for (let set = whole; set > 0; set = (set - 1) & whole) {
    if (isConflict(set) && bits.every((bit) => (set & (1 << bit)) === 0 || !isConflict(set & ~(1 << bit))))
      found.add(set);
  }
  return found;
}

/** Stops the program when a conflict or a relaxation is not what its definition says. */
function check(compiled: Compiled, query: Query): void {
  const candidates = candidatesOf(query, sweep(query));
  const expected = conflictsByDefinition(query);
  const told = conflictsOf(candidates).conflicts.map(({ needs }) =>
    needs.reduce((set, { need }) => set | (1 << need), 0),
  );
  const wrong = told.find((set) => !expected.has(set));
  // A conflict over room is left out where one over the size itself says it.
  const reserve = query.needs.findIndex(({ id }) => id === 'reserve');
  const left = [...expected].find((set) => !told.includes(set) && (set & (1 << reserve)) === 0);
  const bad = wrong ?? left;
  if (bad !== undefined) {
    const ids = membersOf(BigInt(bad)).map((bit) => query.needs[bit]!.id);
    throw new Error(`${ids.join(' + ')} is ${wrong === undefined ? 'not told as a' : 'no minimal'} conflict`);
  }
  for (const { request, price } of relaxationsOf(candidates, undefined, anything).minimal) {
    const changed = prepare(compiled, request);
    const row = cheapest(changed);
    if (row === -1 || changed.judge(row).price !== price) throw new Error(`a relaxation does not cost ${price}`);
  }
}

export function explain(): Section {
  const vocabulary = loadVocabulary();
  const rules = loadRules(['default'], vocabulary);
  if (!rules.ok) throw new Error('the shipped rules are damaged');
  const text = (value: string) => ({ source: 'request', text: value });
  const request = parseRequest({ placement: text('kvm'), constraints: [text(CONSTRAINTS)] }, vocabulary);
  if (!request.ok) throw new Error(request.diagnostics[0]!.message);
  const rows: string[][] = [];
  const timings: Section['timings'][number][] = [];
  for (const size of SIZES) {
    const compiled = compile(makeCatalog(vocabulary, size, SEED), rules.value);
    const query = prepare(compiled, request.value);
    const needs = query.needs.filter(({ bearing }) => bearing === 'must').length;
    if (needs !== NEEDS || cheapest(query) !== -1) throw new Error(`${needs} needs, ${cheapest(query)} fits`);
    check(compiled, query);
    const swept = sweep(query);
    const candidates = candidatesOf(query, swept);
    const runners: readonly Runner<MachineRequest>[] = [
      { name: 'judging every offer', run: (one) => sweep(prepare(compiled, one)) },
      { name: 'grouping candidates by what they miss', run: () => candidatesOf(query, swept) },
      { name: 'conflicts', run: () => conflictsOf(candidates) },
      { name: 'relaxations, priced', run: () => relaxationsOf(candidates, undefined, anything) },
      {
        name: 'all of this, from the request to the texts',
        run(one) {
          const own = prepare(compiled, one);
          return whyNothing(candidatesOf(own, sweep(own)), undefined, anything);
        },
      },
      { name: 'the whole answer', run: (one) => answerRequest(compiled, one) },
    ];
    for (const timing of time(runners, [request.value], size >= 100_000 ? 11 : 31)) {
      timings.push({ ...timing, size });
      const spread = `${formatTime(timing.fastest)} to ${formatTime(timing.slowest)}`;
      rows.push([String(size), timing.name, formatTime(timing.median), spread]);
    }
  }
  return {
    title: 'Why nothing fits, and what it would take',
    head: ['offers', 'what', 'median', 'spread over rounds'],
    rows,
    note: `A request of ${NEEDS} needs (kvm, ${CONSTRAINTS}) over made-up catalogs (seed ${SEED}). Conflicts are checked against all sets of needs, relaxations by asking anew.`,
    timings,
  };
}
