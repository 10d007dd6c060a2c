import type { Value } from '../catalog/value.ts';
import { hostRootDisk, type MachineRequest } from '../request/request.ts';
import type { RequestFacts } from '../rules/space.ts';
import type { Compiled } from './compiled.ts';

/** GiB of a root disk where none is asked for: Juju's own least size. */
const USUAL_ROOT_DISK = 8;

/** The day that a request is judged by: the one given, else that of the newest price in the catalog. */
export function requestDate(compiled: Compiled, at: string | undefined): string | undefined {
  return at ?? compiled.catalog.newestPrice;
}

/** What rules may read of a request: declared defaults, what was given, what follows from the request itself. */
export function requestFacts(compiled: Compiled, request: MachineRequest, at: string | undefined): RequestFacts {
  const facts = new Map<string, Value>();
  for (const attribute of compiled.catalog.vocabulary.attributes.values()) {
    if (attribute.scope === 'request' && attribute.default !== undefined) facts.set(attribute.name, attribute.default);
  }
  for (const [name, value] of request.attributes) facts.set(name, value);
  const date = requestDate(compiled, at);
  if (date !== undefined) facts.set('request.date', date);
  const rootDisk = hostRootDisk(request);
  facts.set('request.root-disk', rootDisk === 0 ? USUAL_ROOT_DISK : Math.ceil(rootDisk / 1024));
  return facts;
}
