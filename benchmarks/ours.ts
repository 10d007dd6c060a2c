import type { Catalog } from '../src/catalog/catalog.ts';
import { type Compiled, compile } from '../src/match/compiled.ts';
import type { MachineRequest } from '../src/request/request.ts';
import { readRules } from '../src/rules/parse.ts';
import { ANY_VERSION, compileRules } from '../src/rules/program.ts';
import { cheapest } from '../src/search/find.ts';
import { indexOffers } from '../src/search/offer-index.ts';
import { prepare, type Search } from '../src/search/prepare.ts';

/** What stowage itself is measured as: the one place to change when there is a faster way. */

export interface Ours {
  prepare(request: MachineRequest): Search;
  /** The row of the cheapest offer, -1 where none fits. */
  cheapest(search: Search): number;
  /** What is kept per catalog and rules beside the catalog itself, once the requests of the mix have been asked. */
  bytes(): number;
}

export function oursOver(compiled: Compiled): Ours {
  const index = indexOffers(compiled);
  return { prepare: (request) => prepare(index, request), cheapest, bytes: () => index.bytes() };
}

/** How many offers rules leave usable, and how many host each capability, by architecture of the image. */
export type Hosting = Readonly<Record<string, number>>;

/** From the text of rules and a catalog to all that the rules say of every offer. */
export function compileAll(text: string, catalog: Catalog, request: MachineRequest): Hosting {
  const { vocabulary } = catalog;
  const rules = readRules('made-up.yaml', text, vocabulary);
  const program = rules.ok ? compileRules(vocabulary, rules.value, '') : rules;
  if (!program.ok) throw new Error(program.diagnostics[0]!.message);
  const { kinds } = indexOffers(compile(catalog, program.value)).parts(request, undefined).rules;
  const counts: Record<string, number> = {};
  for (const { arch, usable, hosting } of kinds) {
    counts[`${arch} usable`] = usable.count;
    for (const name of vocabulary.capabilities.keys()) counts[`${arch} ${name}`] = hosting(name, ANY_VERSION).count;
  }
  return counts;
}
