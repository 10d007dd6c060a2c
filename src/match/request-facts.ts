import type { Value, Vocabulary } from '../catalog/value.ts';
import { numberOf } from '../request/constraints.ts';
import { hostRootDisk, type MachineRequest } from '../request/request.ts';
import type { RequestFacts } from '../rules/space.ts';
import type { Compiled } from './compiled.ts';

/** GiB of a root disk where none is asked for: Juju's own least size. */
const USUAL_ROOT_DISK = 8;

/** The day that a request is judged by: the one given, else that of the newest price in the catalog. */
export function requestDate(compiled: Compiled, at: string | undefined): string | undefined {
  return at ?? compiled.catalog.newestPrice;
}

const defaults = new WeakMap<Vocabulary, ReadonlyMap<string, Value>>();

function defaultsOf(vocabulary: Vocabulary): ReadonlyMap<string, Value> {
  let known = defaults.get(vocabulary);
  if (known === undefined) {
    const own = [...vocabulary.attributes.values()].filter(({ scope }) => scope === 'request');
    known = new Map(own.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value]])));
    defaults.set(vocabulary, known);
  }
  return known;
}

/** What rules may read of a request: declared defaults, what was given, what follows from the request itself. */
export function requestFacts(compiled: Compiled, request: MachineRequest, at: string | undefined): RequestFacts {
  const facts = new Map(defaultsOf(compiled.catalog.vocabulary));
  for (const [name, value] of request.attributes) facts.set(name, value);
  const date = requestDate(compiled, at);
  if (date !== undefined) facts.set('request.date', date);
  const rootDisk = hostRootDisk(request);
  facts.set('request.root-disk', rootDisk === 0 ? USUAL_ROOT_DISK : Math.ceil(rootDisk / 1024));
  facts.set('request.gpus', numberOf(request.constraints, 'gpus'));
  return facts;
}

/** Facts that follow from constraints, by the constraint. */
export const FACTS_OF_CONSTRAINTS: Readonly<Record<string, string>> = {
  'root-disk': 'request.root-disk',
  gpus: 'request.gpus',
};
