import { candidatesOf } from '../src/explain/candidates.ts';
import { conflictsOf } from '../src/explain/conflicts.ts';
import { relaxationsOf } from '../src/explain/relaxations.ts';
import { compile } from '../src/match/compiled.ts';
import { isClear, maskOf } from '../src/match/mask.ts';
import { prepare, type Query } from '../src/match/query.ts';
import { type Sweep, sweep } from '../src/match/scan.ts';
import { chooserFor } from '../src/plan/answer.ts';
import { formatMoney } from '../src/quantity/money.ts';
import type { MachineRequest } from '../src/request/request.ts';
import { readRequest } from '../src/request/written.ts';
import { loadRules, loadVocabulary } from '../src/storage/packs.ts';
import { checkAgreement, type Runner, rowsAgainstFirst, type Section, time } from './harness.ts';
import { makeCatalog } from './world.ts';

/** "Why does nothing fit, and what would it take?", with prices: read off the masks, against solving each change anew. */

const SIZES = [10_000, 100_000];
const SEED = 20130530;

/** Fourteen needs, of rules and sizes and money, that no machine of the made-up catalog meets together. */
const HARD = {
  placement: 'kvm',
  constraints:
    'cores=32 mem=256G arch=arm64 max-price=0.05 burstable=false bare-metal=false cores-baseline=8 market=on-demand',
};

/** Stops the program unless no offer meets a conflict and some offer meets all but any one of its needs. */
function checkConflicts(query: Query, swept: Sweep): void {
  const meets = (needs: readonly number[]): boolean => {
    const mask = maskOf(query.needs.length, (bit) => needs.includes(bit));
    for (let offer = 0; offer < query.space.offers.size; offer += 1)
      if (isClear(swept.missing, offer * query.words, mask)) return true;
    return false;
  };
  const { conflicts } = conflictsOf(candidatesOf(query, swept));
  if (conflicts.length === 0) throw new Error('nothing clashes');
  for (const conflict of conflicts) {
    const needs = conflict.needs.map(({ need }) => need);
    if (meets(needs)) throw new Error('a conflict can be met');
    for (const left of needs)
      if (!meets(needs.filter((need) => need !== left))) throw new Error('a conflict is not minimal');
  }
}

export function explain(): Section {
  const vocabulary = loadVocabulary();
  const rules = loadRules(['default'], vocabulary);
  const read = readRequest(HARD, vocabulary);
  if (!rules.ok || !read.ok) throw new Error('the benchmark is damaged');
  const request = read.value;
  const rows: (readonly string[])[] = [];
  const timings: Section['timings'][number][] = [];
  let needs = 0;
  for (const size of SIZES) {
    const compiled = compile(makeCatalog(vocabulary, size, SEED), rules.value);
    const chooser = chooserFor(compiled, request, undefined);
    const judged = prepare(compiled, request);
    const verdicts = sweep(judged);
    needs = judged.needs.filter(({ bearing }) => bearing === 'must').length;
    checkConflicts(judged, verdicts);
    const why = (
      query: Query,
      swept: Sweep,
    ): readonly { readonly request: MachineRequest; readonly cost: bigint }[] => {
      const candidates = candidatesOf(query, swept);
      conflictsOf(candidates);
      const { minimal, front } = relaxationsOf(candidates, undefined, chooser);
      return [...minimal, ...front];
    };
    const told = why(judged, verdicts);
    const costs = (all: readonly (bigint | undefined)[]): readonly string[] =>
      all.map((cost) => (cost === undefined ? 'nothing' : formatMoney(Number(cost))));
    const runners: readonly Runner<null>[] = [
      { name: 'solve each told change anew', run: () => costs(told.map((one) => chooser.solve(one.request)?.cost)) },
      { name: 'conflicts and changes, offers judged', run: () => costs(why(judged, verdicts).map(({ cost }) => cost)) },
      {
        name: 'conflicts and changes, from the request',
        run: () => {
          const query = prepare(compiled, request);
          return costs(why(query, sweep(query)).map(({ cost }) => cost));
        },
      },
    ];
    checkAgreement(runners, [null]);
    const taken = time(runners, [null], 25);
    timings.push(...taken.map((timing) => ({ ...timing, size })));
    rows.push(...rowsAgainstFirst(size, taken));
  }
  return {
    title: 'Why nothing fits, and what it would take',
    head: ['offers', 'how', 'median', 'spread over rounds', 'against solving anew'],
    rows,
    note: `One request of ${needs} needs over made-up catalogs (seed ${SEED}): every smallest conflict with counts, every smallest change with its price. Conflicts are checked by scanning, prices by solving.`,
    timings,
  };
}
