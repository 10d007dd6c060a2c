import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Vocabulary } from '../src/catalog/value.ts';
import type { MachineRequest } from '../src/request/request.ts';
import { readRequest } from '../src/request/written.ts';
import { RIVALS_ROOT } from './rivals/rival.ts';

/** The mix of requests that is put to every rival, as benchmarks/queries.json has it; make-queries.ts writes it. */

/** By how many offers of the catalog that the mix was drawn for meet a request. */
export type Kind = 'common' | 'rare' | 'impossible';

export interface WrittenQuery {
  readonly kind: Kind;
  readonly placement?: string;
  readonly constraints: string;
}

export interface Mix {
  readonly note: string;
  readonly seed: number;
  /** What part of the requests is of each kind. */
  readonly shares: Readonly<Record<Kind, number>>;
  /** Of made-up catalogs, and of the shipped one. */
  readonly madeUp: readonly WrittenQuery[];
  readonly shipped: readonly WrittenQuery[];
}

export const MIX_FILE: string = join(RIVALS_ROOT, 'queries.json');

export function loadMix(): Mix {
  return JSON.parse(readFileSync(MIX_FILE, 'utf8')) as Mix;
}

export function requestOf(
  { placement, constraints }: Omit<WrittenQuery, 'kind'>,
  vocabulary: Vocabulary,
): MachineRequest {
  const request = readRequest({ constraints, ...(placement === undefined ? {} : { placement }) }, vocabulary);
  if (!request.ok) throw new Error(request.diagnostics[0]!.message);
  return request.value;
}
