import type { Offers } from '../catalog/catalog.ts';
import type { Derivation } from '../rules/derive.ts';
import type { Program } from '../rules/program.ts';
import type { Site } from '../rules/space.ts';
import { FALSE, TRUE } from '../rules/tri.ts';

/** A rule that refuses machines, unless it only warns. */
export interface Refusal {
  readonly rule: Program['refusals'][number];
  /** Its index among the refusals of the program. */
  readonly refusal: number;
}

/** The rules that refuse, those whose answer a type and an image decide apart from those that read offers or regions. */
export function refusalsOf({ program, ...derivation }: Derivation): {
  readonly ofTypes: readonly Refusal[];
  readonly ofOffers: readonly Refusal[];
} {
  const all = program.refusals.flatMap((rule, refusal) => (rule.effect === 'enforce' ? [{ rule, refusal }] : []));
  const ofOffers = all.filter((one) => derivation.dependsOnOffer(one));
  return { ofOffers, ofTypes: all.filter((one) => !ofOffers.includes(one)) };
}

/** Whether a rule does not refuse. */
export function passes(derivation: Derivation, { rule, refusal }: Refusal, site: Site): boolean {
  const violated = derivation.violated(refusal, site);
  return violated === FALSE || (violated !== TRUE && rule.onUnknown !== 'refuse');
}

/** Stands for what was not asked yet. */
const UNDECIDED = 2;

/**
 * By image, offers by row: those that were 1 are 0 where a rule refuses them. Asked is only what was left by the rules
 * before, once per class of offers that a rule does not tell apart.
 */
export function refuseOffers(
  derivation: Derivation,
  refusals: readonly Refusal[],
  { type, region, size }: Offers,
  images: readonly { readonly image: number; readonly usable: Uint8Array }[],
): void {
  for (const refusal of refusals) {
    const { of, first } = derivation.offersAlike(refusal);
    for (const { image, usable } of images) {
      const passing = new Uint8Array(first.length).fill(UNDECIDED);
      for (let row = 0; row < size; row += 1) {
        if (usable[row] === 0) continue;
        const place = of[row]!;
        if (passing[place] === UNDECIDED) {
          const site = { type: type[row]!, image, region: region[row]!, offer: row };
          passing[place] = passes(derivation, refusal, site) ? 1 : 0;
        }
        usable[row] = passing[place]!;
      }
    }
  }
}
