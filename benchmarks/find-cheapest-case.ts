import { performance } from 'node:perf_hooks';
import type { Catalog } from '../src/catalog/catalog.ts';
import { compile } from '../src/match/compiled.ts';
import type { MachineRequest } from '../src/request/request.ts';
import type { Search } from '../src/search/prepare.ts';
import { loadCatalog } from '../src/storage/catalogs.ts';
import { loadRules, loadVocabulary } from '../src/storage/packs.ts';
import { type Contender, checkAnswers, type Effort, type Measured, measure } from './measure.ts';
import { factsOf } from './offer-facts.ts';
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

/**
 * One catalog of find-cheapest, in a process of its own, so that neither what is left in memory of one catalog nor what
 * the engine has compiled for it decides how fast the next is searched. Prints what was measured as JSON.
 *
 * node find-cheapest-case.js (SIZE | shipped) (libraries | alone)
 */

const EFFORT: Effort = { budget: 3_000_000, fewest: 3, most: 15 };
const LIBRARIES: readonly MakeFinder[] = [bitsets, sqlite, duckdb];
const PREPARED = 'ours, prepared: cheapest';

/** A catalog with the requests that are put to it. */
interface Case {
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

export interface Outcome {
  readonly size: number;
  readonly measured: readonly Measured[];
  /** The median of ours once a request is prepared, which the others are compared with. */
  readonly own: number;
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
  const own = measured.find(({ name }) => name === PREPARED)!.median;
  return { size: catalog.offers.size, measured, own, bytes: ours.bytes(), built, withoutAnswer };
}

function caseOf(what: string): Case {
  const vocabulary = loadVocabulary();
  const mix = loadMix();
  if (what !== 'shipped') return { catalog: makeCatalog(vocabulary, Number(what), mix.seed), queries: mix.madeUp };
  const catalog = loadCatalog({});
  if (!catalog.ok) throw new Error('the shipped catalog is damaged');
  return { catalog: catalog.value, queries: mix.shipped };
}

const [what, libraries] = process.argv.slice(2);
console.log(JSON.stringify(await run(caseOf(what!), libraries === 'libraries')));
