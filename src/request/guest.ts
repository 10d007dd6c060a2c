import type { Vocabulary } from '../catalog/value.ts';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { type CapabilityNeed, numberOf, parseConstraints } from './constraints.ts';
import { faultIn, type SourceText } from './source-text.ts';

/** Containers or virtual machines of one kind and size. */
export interface Guest {
  /** A declared capability. */
  readonly kind: string;
  readonly count: number;
  /** 0 where the guest states none. */
  readonly cores: number;
  /** MiB; 0 where the guest states none. */
  readonly mem: number;
  /** MiB; 0 where the guest states none. */
  readonly rootDisk: number;
}

const GUEST_KEYS: readonly string[] = ['cores', 'mem', 'root-disk'];
const MOST_OF_A_KIND = 10_000;

/**
 * A guest from its text, `[Nx ][TYPE:]cores=2 mem=4G`.
 *
 * @param fallback what a guest of no stated type is: the container type of the placement
 */
export function parseGuest(
  guest: SourceText,
  fallback: CapabilityNeed | undefined,
  vocabulary: Vocabulary,
): Result<Guest> {
  const bad = (message: string, hint?: string): Result<Guest> => fail(faultIn(guest, 'bad-guest', message, hint));
  const [head = '', count = '1', written] = /^\s*(?:(\d+)x\s+)?(?:([A-Za-z][A-Za-z0-9-]*):)?/.exec(guest.text) ?? [];
  const kind = written ?? fallback?.capability;
  const sizes = guest.text.slice(head.length);
  if (written === undefined && vocabulary.capabilities.has(sizes.trim())) {
    return bad(`"${sizes.trim()}" is a kind of guest without its sizes`, `write ${sizes.trim()}: before them`);
  }
  if (kind === undefined) {
    return bad('of what kind is this guest?', 'write the kind first, such as kvm:cores=2, or name it as placement');
  }
  if (!vocabulary.capabilities.has(kind)) {
    return bad(`"${kind}" is no declared capability`, didYouMean(kind, vocabulary.capabilities.keys()));
  }
  if (Number(count) < 1 || Number(count) > MOST_OF_A_KIND) {
    return bad(`a guest cannot come ${count} times`, `from 1 to ${MOST_OF_A_KIND} times it can`);
  }
  // Blanks stand for the head, so that places are those of the whole text.
  const parsed = parseConstraints([{ ...guest, text: ' '.repeat(head.length) + sizes }], vocabulary);
  if (!parsed.ok) {
    const shown = parsed.diagnostics.map((one) =>
      one.span === undefined || guest.within !== undefined ? one : { ...one, span: { ...one.span, text: guest.text } },
    );
    return fail(...shown);
  }
  const other = [...parsed.value.byKey.keys()].find((key) => !GUEST_KEYS.includes(key));
  if (other !== undefined) {
    return bad(`a guest takes nothing by "${other}"`, `a guest's keys are ${GUEST_KEYS.join(', ')}`);
  }
  const { value } = parsed;
  return ok({
    kind,
    count: Number(count),
    cores: numberOf(value, 'cores'),
    mem: numberOf(value, 'mem'),
    rootDisk: numberOf(value, 'root-disk'),
  });
}
