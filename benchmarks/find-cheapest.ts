import { performance } from 'node:perf_hooks';
import type { Catalog } from '../src/catalog/catalog.ts';
import { compile } from '../src/match/compiled.ts';
import type { MachineRequest } from '../src/request/request.ts';
import type { Search } from '../src/search/prepare.ts';
import { loadCatalog } from '../src/storage/catalogs.ts';
import { loadRules, loadVocabulary } from '../src/storage/packs.ts';
import { formatRatio, formatTime, type Section } from './harness.ts';
import { type Contender, checkAnswers, type Effort, type Measured, measure } from './measure.ts';
import { factsOf } from './offer-facts.ts';
import type { Options } from './options.ts';
import { oursOver } from './ours.ts';
import { loadMix, requestOf, type WrittenQuery } from './queries.ts';
import { bitsets } from './rivals/bitsets.ts';
import { columnScan } from './rivals/columns.ts';
import { duckdb } from './rivals/duckdb.ts';
import { filterAndSort, firstHit, plainOffers } from './rivals/objects.ts';
import type { Finder, MakeFinder, Question } from './rivals/rival.ts';
import { sqlite } from './rivals/sqlite.ts';
import { wantedOf } from './wanted.ts';
import { makeCatalog } from './world.ts';

/** "Which is the cheapest offer for this request?": ours against loops that are written by hand, and libraries. */

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const SEED = 20130530;
const EFFORT: Effort = { budget: 3_000_000, fewest: 3, most: 15 };
const LIBRARIES: readonly MakeFinder[] = [bitsets, sqlite, duckdb];
const PREPARED = 'ours, prepared: cheapest';

/** A catalog with the requests that are put to it. */
interface Case {
  readonly label: string;
  readonly catalog: Catalog;
  readonly queries: readonly WrittenQuery[];
}

interface Asked {
  readonly text: string;
  readonly request: MachineRequest;
  /** What each finder has made of it, in their order, and what ours has. */
  readonly questions: readonly Question[];
  readonly search: Search;
}

interface Outcome {
  readonly measured: readonly Measured[];
  /** What ours keeps beside the catalog. */
  readonly bytes: number;
  /** What making it took, with all requests prepared for the first time; microseconds. */
  readonly built: number;
  /** How many of the requests nothing meets. */
  readonly withoutAnswer: number;
}

async function run({ catalog, queries }: Case, withLibraries: boolean): Promise<Outcome> {
  const { vocabulary } = catalog;
  const rules = loadRules(['default'], vocabulary);
  if (!rules.ok) throw new Error('the shipped rules are damaged');
  const compiled = compile(catalog, rules.value);
  const requests = queries.map((written) => requestOf(written, vocabulary));
  const start = performance.now();
  const ours = oursOver(compiled);
  const searches = requests.map((request) => ours.prepare(request));
  const built = (performance.now() - start) * 1000;
  const facts = factsOf(compiled, requestOf({ constraints: '' }, vocabulary));
  const objects = plainOffers(facts);
  const finders: Finder[] = [filterAndSort(objects), firstHit(objects), columnScan(facts)];
  if (withLibraries) for (const make of LIBRARIES) finders.push(await make(facts));
  const tasks = queries.map(({ placement = '', constraints }, at): Asked => {
    const wanted = wantedOf(requests[at]!);
    return {
      text: `${placement} ${constraints}`,
      request: requests[at]!,
      questions: finders.map((finder) => finder.prepare(wanted)),
      search: searches[at]!,
    };
  });
  const contenders: readonly Contender<Asked>[] = [
    ...finders.map(({ name }, which) => ({ name, run: ({ questions }: Asked) => questions[which]!() })),
    { name: PREPARED, run: ({ search }) => ours.cheapest(search) },
    { name: 'ours, prepare alone', run: ({ request }) => ours.prepare(request), answers: false },
    { name: 'ours, prepare + cheapest', run: ({ request }) => ours.cheapest(ours.prepare(request)) },
  ];
  await checkAnswers(contenders, tasks, ({ text }) => text);
  const measured = await measure(contenders, tasks, EFFORT);
  const withoutAnswer = tasks.filter(({ search }) => ours.cheapest(search) === -1).length;
  for (const finder of finders) finder.close?.();
  return { measured, bytes: ours.bytes(), built, withoutAnswer };
}

function* casesOf({ sizes = SIZES, shipped }: Options): Generator<Case> {
  const vocabulary = loadVocabulary();
  const mix = loadMix();
  for (const size of sizes)
    yield { label: String(size), catalog: makeCatalog(vocabulary, size, SEED), queries: mix.madeUp };
  if (!shipped) return;
  const catalog = loadCatalog({});
  if (!catalog.ok) throw new Error('the shipped catalog is damaged');
  yield { label: `shipped (${catalog.value.offers.size})`, catalog: catalog.value, queries: mix.shipped };
}

export async function findCheapest(options: Options): Promise<Section> {
  const rows: (readonly string[])[] = [];
  const timings: Section['timings'][number][] = [];
  const unanswered: string[] = [];
  const memory: string[] = [];
  for (const one of casesOf(options)) {
    const { size } = one.catalog.offers;
    const { measured, bytes, built, withoutAnswer } = await run(one, options.libraries);
    const own = measured.find(({ name }) => name === PREPARED)!.median;
    timings.push(...measured.map((timing) => ({ ...timing, size, label: one.label })));
    rows.push(
      ...measured.map(({ name, median, fastest, slowest, p50, p99, worst, rounds }) => [
        one.label,
        name,
        formatTime(median),
        `${formatTime(fastest)} to ${formatTime(slowest)} (${rounds})`,
        formatTime(p50),
        formatTime(p99),
        formatTime(worst),
        formatRatio(median / own),
      ]),
    );
    unanswered.push(`${withoutAnswer} of ${one.queries.length} at ${one.label}`);
    memory.push(`${(bytes / size).toFixed(1)} bytes per offer and ${formatTime(built)} at ${one.label}`);
  }
  const { shares } = loadMix();
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  return {
    title: 'Find the cheapest offer',
    head: [
      'offers',
      'how',
      'median per request',
      'spread over rounds (how many)',
      'p50',
      'p99',
      'worst',
      'against ours, prepared',
    ],
    rows,
    note: [
      `Requests of benchmarks/queries.json: ${percent(shares.common)} common, ${percent(shares.rare)} rare, ${percent(shares.impossible)} impossible, as drawn for 100000 offers; nothing fits ${unanswered.join(', ')}. Made-up catalogs have seed ${SEED}.`,
      'All answers were the same before anything was timed. Rivals have what the rules say of each offer worked out beforehand, and each request turned into a predicate, bitsets or a statement with bound values before it is timed; what that takes is not counted. Ours has everything to do in "prepare + cheapest".',
      'The median is of whole rounds, divided by the requests; p50, p99 and worst are of single executions.',
      `Ours makes its bitmaps when they are first asked for, before anything is timed: for these requests ${memory.join(', ')}.`,
    ].join('\n'),
    timings,
  };
}
