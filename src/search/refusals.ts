import type { Derivation } from '../rules/derive.ts';
import type { Program } from '../rules/program.ts';
import { NOWHERE, type Site, type Space } from '../rules/space.ts';
import { FALSE, TRUE } from '../rules/tri.ts';

/** A rule that refuses machines, unless it only warns. */
interface Refusal {
  readonly rule: Program['refusals'][number];
  /** Its index among the refusals of the program. */
  readonly refusal: number;
}

/** Whether a rule does not refuse. */
function passes(derivation: Pick<Derivation, 'violated'>, { rule, refusal }: Refusal, site: Site): boolean {
  const violated = derivation.violated(refusal, site);
  return violated === FALSE || (violated !== TRUE && rule.onUnknown !== 'refuse');
}

/** Stands for what was not asked yet. */
const UNDECIDED = 2;

/**
 * By image, offers by row: those that were 1 are 0 where a rule refuses them. Asked is only what was left by the rules
 * before, once per class of offers that a rule does not tell apart.
 */
export function refuse(
  { program, ...derivation }: Derivation,
  { types, offers }: Pick<Space, 'types' | 'offers'>,
  images: readonly { readonly image: number; readonly usable: Uint8Array }[],
): void {
  const { type, region, size } = offers;
  for (const [index, rule] of program.refusals.entries()) {
    if (rule.effect !== 'enforce') continue;
    const refusal: Refusal = { rule, refusal: index };
    const readsOffer = derivation.dependsOnOffer(refusal);
    const { of, first } = readsOffer ? derivation.offersAlike(refusal) : { of: type, first: { length: types.size } };
    for (const { image, usable } of images) {
      const passing = new Uint8Array(first.length).fill(UNDECIDED);
      for (let row = 0; row < size; row += 1) {
        if (usable[row] === 0) continue;
        const place = of[row]!;
        if (passing[place] === UNDECIDED) {
          const site = {
            type: type[row]!,
            image,
            region: readsOffer ? region[row]! : NOWHERE,
            offer: readsOffer ? row : NOWHERE,
          };
          passing[place] = passes(derivation, refusal, site) ? 1 : 0;
        }
        usable[row] = passing[place]!;
      }
    }
  }
}
