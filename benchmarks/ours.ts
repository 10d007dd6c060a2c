import type { Compiled } from '../src/match/compiled.ts';
import { prepare, type Query } from '../src/match/query.ts';
import { cheapest } from '../src/match/scan.ts';
import type { MachineRequest } from '../src/request/request.ts';

/** What stowage itself is measured as: the one place to change when there is a faster way. */
export interface Ours {
  prepare(request: MachineRequest): Query;
  /** The row of the cheapest offer, -1 where none fits. */
  cheapest(query: Query): number;
  /** What is kept per catalog and rules beside the catalog itself; undefined where nothing is. */
  readonly bytes: number | undefined;
}

export function oursOver(compiled: Compiled): Ours {
  return {
    prepare: (request) => prepare(compiled, request),
    cheapest,
    bytes: undefined,
  };
}
