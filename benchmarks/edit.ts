import { compile } from '../src/match/compiled.ts';
import { applyScenario } from '../src/plan/apply-scenario.ts';
import { begin, edit, parseEdit, type Scenario, type Timeline } from '../src/plan/scenario.ts';
import { watch } from '../src/plan/watch.ts';
import { billedAt, cheapest } from '../src/search/find.ts';
import { indexOffers } from '../src/search/offer-index.ts';
import { prepare } from '../src/search/prepare.ts';
import { loadRules, loadVocabulary } from '../src/storage/packs.ts';
import { rowsAgainstFirst, type Section } from './harness.ts';
import { type Contender, type Effort, measure } from './measure.ts';
import type { Options } from './options.ts';
import { requestOf } from './queries.ts';
import { makeCatalog } from './world.ts';

/** "What if …?": one edit more and its new answer, against laying the scenario over the catalog and indexing it anew. */

const SIZES = [10_000, 100_000];
const SEED = 20130530;
const EFFORT: Effort = { budget: 3_000_000, fewest: 3, most: 15 };

/** What was edited before: a price list of one's own, and a rule. */
const BEFORE = ['price lab:t1*0=-3%', 'rule safety/macs=off'];
/** Edits by kind. Prices of one in a hundred types, of a family of one in ten, offers, rules, what is asked for. */
const EDITS: Readonly<Record<string, readonly string[]>> = {
  'one price edit, 1 % of types': ['price lab:t*17=+7%', 'price lab:t*42=-20%', 'price lab:t*99=+0.01'],
  'one price edit, 10 % of types': ['price lab:t*7=+7%', 'price lab:t*2=-20%'],
  'offers withdrawn, 1 % of types': ['offer lab:t*17=off', 'offer lab:t*42=off'],
  'a constraint': ['mem=16G', 'cores=8', 'arch=arm64'],
  'a rule off': ['rule hosting/bare-metal-kvm=off', 'rule safety/deprecated=off'],
};

function andThen(timeline: Timeline, text: string): Timeline {
  const change = parseEdit({ source: 'edit', text });
  if (!change.ok) throw new Error(change.diagnostics[0]!.message);
  return edit(timeline, change.value);
}

export async function editSection({ sizes = SIZES }: Options): Promise<Section> {
  const vocabulary = loadVocabulary();
  const rules = loadRules(['default'], vocabulary);
  if (!rules.ok) throw new Error('the shipped rules are damaged');
  const request = requestOf({ placement: 'kvm', constraints: 'cores=4 mem=8G' }, vocabulary);
  const rows: (readonly string[])[] = [];
  const timings: Section['timings'][number][] = [];
  for (const size of sizes) {
    const compiled = compile(makeCatalog(vocabulary, size, SEED), rules.value);
    const start = BEFORE.reduce(andThen, begin());
    const watched = watch(compiled, request);
    watched.cheapest(start.now);
    const anew = (scenario: Scenario): string => {
      const applied = applyScenario(compiled, request, scenario);
      if (!applied.ok) throw new Error(applied.diagnostics[0]!.message);
      const { catalog } = applied.value.compiled;
      const search = prepare(indexOffers(applied.value.compiled), applied.value.request);
      const row = cheapest(search);
      if (row === -1) return 'nothing';
      return `type ${catalog.offers.type[row]} region ${catalog.offers.region[row]} ${billedAt(search, row)}`;
    };
    const told = (scenario: Scenario): unknown => {
      const found = watched.cheapest(scenario);
      if (!found.ok) throw new Error(found.diagnostics[0]!.message);
      return found.value;
    };
    for (const [kind, texts] of Object.entries(EDITS)) {
      for (const text of texts) {
        // The two name offers differently: they are held together by their price.
        const whole = anew(andThen(start, text).now);
        const price = (told(andThen(start, text).now) as { price: number } | undefined)?.price;
        if (whole.split(' ').at(-1) !== String(price ?? 'nothing')) throw new Error(`${text} has no one answer`);
      }
      // Each run makes its edit afresh: nothing of it is known from before.
      const contenders: readonly Contender<string>[] = [
        { name: `${kind}: all anew`, run: (text) => anew(andThen(start, text).now) },
        { name: `${kind}: watched`, run: (text) => told(andThen(start, text).now) },
      ];
      const taken = await measure(contenders, texts, EFFORT);
      timings.push(...taken.map((timing) => ({ ...timing, size })));
      rows.push(...rowsAgainstFirst(size, taken));
    }
  }
  return {
    title: 'One edit and its new answer',
    head: ['offers', 'how', 'median', 'spread over rounds', 'against all anew'],
    rows,
    note: `A request for KVM over made-up catalogs (seed ${SEED}), after two edits before: one more edit, and the cheapest offer then. Prices of both ways were the same before anything was timed; random edits are compared in the tests.`,
    timings,
  };
}
