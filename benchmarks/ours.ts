import type { Compiled } from '../src/match/compiled.ts';
import type { MachineRequest } from '../src/request/request.ts';
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
