import type { Offers } from '../catalog/catalog.ts';
import type { Derivation } from '../rules/derive.ts';
import type { Program } from '../rules/program.ts';
import { NOWHERE, type Site } from '../rules/space.ts';
import { FALSE, TRUE } from '../rules/tri.ts';

/** A rule that refuses machines, unless it only warns. */
export interface Refusal {
  readonly rule: Program['refusals'][number];
  /** Its index among the refusals of the program. */
  readonly refusal: number;
}

/** Whether a rule does not refuse. */
export function passes(derivation: Derivation, { rule, refusal }: Refusal, site: Site): boolean {
  const violated = derivation.violated(refusal, site);
  return violated === FALSE || (violated !== TRUE && rule.onUnknown !== 'refuse');
}

/** By image: 1 for each offer that none of some rules refuses; nothing where there are no rules. */
export function allowedByOffers(
  derivation: Derivation,
  refusals: readonly Refusal[],
  images: readonly number[],
  { size, type, region }: Offers,
): readonly Uint8Array[] {
  if (refusals.length === 0) return [];
  const allowed = images.map(() => new Uint8Array(size).fill(1));
  for (const refusal of refusals) {
    const { of, first } = derivation.offersAlike(refusal);
    for (const [index, image] of images.entries()) {
      const own = allowed[index]!;
      const passing = Uint8Array.from(first, (offer) => {
        const at = { type: type[offer]!, region: region[offer]!, image, offer };
        return offer === NOWHERE || passes(derivation, refusal, at) ? 1 : 0;
      });
      if (!passing.includes(0)) continue;
      for (let row = 0; row < size; row += 1) own[row]! &= passing[of[row]!]!;
    }
  }
  return allowed;
}
