import type { Attribute } from '../catalog/value.ts';
import { countBits, hasBit, isClear } from '../match/mask.ts';
import type { Query } from '../match/query.ts';
import type { Sweep } from '../match/scan.ts';
import { ANY_VERSION, readsOfRule, versionOf } from '../rules/program.ts';
import { fillIn } from '../rules/proof.ts';
import type { Rule } from '../rules/rule.ts';
import { describeOffer } from './describe.ts';
import type { Answer } from './schema.ts';

/** Where nothing fits: the offers that miss least, and what each of them misses, in words. */

const MOST = 3;
const NEVER = 0xffff;

/** The facts that a rule reads and nobody knows, at a site. */
export function unknownFacts(rules: readonly Rule[], factsAt: (attribute: Attribute) => unknown): readonly string[] {
  const names = new Set<string>();
  for (const rule of rules) {
    for (const leaf of readsOfRule(rule)) {
      if (leaf.kind === 'leaf' && factsAt(leaf.attribute) === undefined) names.add(leaf.attribute.name);
    }
  }
  return [...names].sort();
}

/** "type.nested-virt is unknown", "a and b are unknown". */
export function areUnknown(names: readonly string[]): string {
  // Then it is a capability that the rule reads which nobody can decide.
  if (names.length === 0) return 'a capability that it reads is unknown';
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} unknown`;
}

function whyNotCapability(query: Query, offer: number, image: number, index: number): string {
  const { capability, atLeast } = query.request.containers[index]!;
  const site = query.site(offer, image);
  const factsAt = (attribute: Attribute) => query.derivation.factAt(attribute, site);
  const state = query.derivation.capability(capability, site);
  const { program } = query.compiled;
  const wanted = `can host ${capability}${atLeast === undefined ? '' : ` >= ${atLeast}`}`;
  if (state.withheldBy !== undefined)
    return `${wanted}: ${fillIn(state.withheldBy.summary, query.derivation, factsAt)} (rule ${state.withheldBy.id})`;
  if (state.lower >= ANY_VERSION) {
    const version = versionOf(program, state.lower);
    return version === undefined
      ? `${wanted}: it can, but in what version is not known`
      : `${wanted}: it has ${version}`;
  }
  const stratum = program.strata.find((one) => one.capabilities.includes(capability));
  const open = [...(stratum?.providers ?? []), ...(stratum?.withholders ?? [])].filter(
    (rule) => query.derivation.truth(rule.applies, site) === 1,
  );
  if (open.length > 0) return `${wanted}: not known, since ${areUnknown(unknownFacts(open, factsAt))}`;
  const provided = stratum?.providers.some((rule) =>
    rule.action.grants.some((grant) => grant.capability === capability),
  );
  return provided === true ? `${wanted}: it cannot` : `${wanted}: no rule says what can`;
}

/** Why an offer with an image misses a need, in a sentence. */
export function whyMissed(query: Query, image: number, offer: number, bit: number, isUnknown: boolean): string {
  const need = query.needs[bit]!;
  if (image === -1) return need.text;
  const index = query.request.containers.findIndex((one) => need.id === `can.${one.capability}`);
  if (index >= 0) return whyNotCapability(query, offer, image, index);
  const rule = query.derivation.program.refusals.find((one) => need.id === `rule ${one.id}`);
  if (rule === undefined) return isUnknown ? `${need.text}: not known` : need.text;
  const site = query.site(offer, image);
  const factsAt = (attribute: Attribute) => query.derivation.factAt(attribute, site);
  const summary = fillIn(rule.summary, query.derivation, factsAt);
  const unknown = isUnknown ? `${areUnknown(unknownFacts([rule], factsAt))}, and then it refuses: ` : '';
  return `rule ${rule.id}: ${unknown}${summary}`;
}

/** The nearest misses by number of needs missed, then price, each type once; of a named type alone, where one is named. */
export function nearestMisses(query: Query, swept: Sweep): NonNullable<Answer['nearest']> {
  const { offers } = query.space;
  // Whoever names a type wants to know of that type.
  const typeBit = query.needs.findIndex((need) => need.id === 'instance-type');
  const strayed = (offer: number): boolean => typeBit >= 0 && hasBit(swept.missing, offer * query.words, typeBit);
  const missed = new Uint16Array(offers.size);
  for (let offer = 0; offer < offers.size; offer += 1) {
    const base = offer * query.words;
    // What is not considered is never near.
    missed[offer] = isClear(swept.missing, base, query.scopeMask)
      ? countBits(swept.missing, base, query.musts) + (strayed(offer) ? query.needs.length : 0)
      : NEVER;
  }
  const types = new Set<number>();
  const next = (): number => {
    let best = -1;
    for (let offer = 0; offer < offers.size; offer += 1) {
      if (missed[offer] === NEVER || types.has(offers.type[offer]!)) continue;
      const fewer = best === -1 ? -1 : missed[offer]! - missed[best]! || swept.price[offer]! - swept.price[best]!;
      if (fewer < 0) best = offer;
    }
    return best;
  };
  const nearest: NonNullable<Answer['nearest']> = [];
  while (nearest.length < MOST) {
    const offer = next();
    if (offer === -1 || (nearest.length > 0 && strayed(offer))) break;
    types.add(offers.type[offer]!);
    const misses = query.needs.flatMap((need, bit) =>
      need.bearing === 'must' && hasBit(swept.missing, offer * query.words, bit)
        ? [
            {
              need: need.id,
              text: whyMissed(query, swept.image[offer]!, offer, bit, hasBit(swept.unknown, offer * query.words, bit)),
            },
          ]
        : [],
    );
    nearest.push({ ...describeOffer(query.space, offer, swept.price[offer]!), misses });
  }
  return nearest;
}
