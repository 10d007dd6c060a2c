import type { Catalog, Offers } from '../catalog/catalog.ts';
import type { Base, MachineRequest } from '../request/request.ts';
import { type Derivation, derive } from '../rules/derive.ts';
import { type Program, withoutLaunchOptions } from '../rules/program.ts';
import type { Space } from '../rules/space.ts';
import type { Compiled } from './compiled.ts';
import { type Images, imagesOf } from './images.ts';
import { requestFacts } from './request-facts.ts';

/** What does not depend on the constraints of a request, or on what it wants to host. */
export interface Derived {
  readonly images: Images;
  readonly space: Space;
  readonly derivation: Derivation;
  /** The derivation without launch options: what Juju can bring about. */
  readonly unaided: Derivation;
  readonly catalog: Catalog;
  readonly program: Program;
  readonly base: Base;
  /** What is read of the request and its day. */
  readonly key: string;
}

// Requests that are a little different from the one before, or come after it in a stream, are judged by the same facts.
const derived = new WeakMap<Offers, readonly Derived[]>();
/**
 * Of catalogs of few offers, which streams have by the thousand, the last ones are kept: what a weak map holds outlives
 * many collections of what is new.
 */
let lately: readonly Derived[] = [];
const FEW_OFFERS = 1_000;
/** How many are kept together: as many rules as are put to one catalog in turn. */
const MOST_KEPT = 4;

/**
 * What rules say of the offers for a request, whatever its constraints.
 *
 * @param at the day that rules are judged by
 */
export function deriveFor(
  { catalog, program }: Compiled,
  request: MachineRequest,
  at: string | undefined,
  offers: Offers,
): Derived {
  const given = requestFacts({ catalog, program }, request, at);
  const key = JSON.stringify([request.base.os, request.base.release, ...given]);
  const areFew = Math.max(offers.size, catalog.offers.size) <= FEW_OFFERS;
  const before = areFew ? lately : (derived.get(offers) ?? []);
  const known = before.find(
    (one) => one.space.offers === offers && one.program === program && one.catalog === catalog && one.key === key,
  );
  if (known !== undefined) return known;
  const { types, regions } = catalog;
  const { base } = request;
  // Images are the same for all offers of a catalog, and whatever else is asked.
  const alike = before.find(
    (one) =>
      one.catalog === catalog &&
      one.program.sets === program.sets &&
      one.base.os === base.os &&
      one.base.release === base.release,
  );
  const images =
    alike?.images ??
    (offers === catalog.offers
      ? imagesOf({ catalog, program }, base)
      : deriveFor({ catalog, program }, request, at, catalog.offers).images);
  const { filled } = catalog;
  const setBy = { type: filled?.types.by, region: filled?.regions.by, image: images.setBy };
  const space: Space = { types, regions, images: images.table, offers, setBy };
  const derivation = derive(program, space, given);
  const plain = withoutLaunchOptions(program);
  const unaided = plain === program ? derivation : derive(plain, space, given, derivation);
  const fresh: Derived = { key, catalog, program, base, images, space, derivation, unaided };
  const kept = [fresh, ...before.slice(0, MOST_KEPT - 1)];
  if (areFew) lately = kept;
  else derived.set(offers, kept);
  return fresh;
}
