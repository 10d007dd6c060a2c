import { setAt, textAt } from '../catalog/column.ts';
import { formatValue } from '../catalog/decode.ts';
import type { Query } from '../match/query.ts';
import { formatSize } from '../quantity/size.ts';
import { versionOf } from '../rules/program.ts';

/** What a candidate has of a need. */
export interface Had {
  readonly has: string;
  /** How much more than is needed; with a minus, how much it lacks. Where an amount decides. */
  readonly margin?: string;
}

const signed = (amount: number, format: (amount: number) => string): string =>
  amount < 0 ? `-${format(-amount)}` : `+${format(amount)}`;

/** What an offer with an image has of a need; `image` may be -1. */
export function hadOf(query: Query, bit: number, offer: number, image: number, price: number): Had {
  const need = query.needs[bit]!;
  const { space, derivation, images } = query;
  const { offers, regions } = space;
  const type = offers.type[offer]!;
  const { measure } = need;
  if (measure !== undefined) {
    const has = measure.has(type, price);
    if (has === undefined || Number.isNaN(has)) return { has: 'unknown' };
    const more = measure.bound === 'at-least' ? has - measure.wanted : measure.wanted - has;
    return { has: measure.format(has), margin: signed(more, measure.format) };
  }
  const site = query.site(offer, image);
  if (need.id === 'zones') {
    const own = setAt(offers, 'offer.zones', offer) ?? setAt(regions, 'offer.region-zones', offers.region[offer]!);
    return { has: own?.join(', ') ?? 'unknown' };
  }
  if (need.id === 'market') return { has: textAt(offers, 'offer.market', offer) ?? 'on-demand' };
  if (need.attribute !== undefined) {
    const attribute = derivation.program.vocabulary.attributes.get(need.attribute)!;
    return { has: formatValue(attribute, derivation.factAt(attribute, site)) };
  }
  if (need.id === 'reserve') {
    const { size, inUse, reserved } = query.atSite.room(site, 'mem');
    if (size === undefined) return { has: 'unknown' };
    return { has: formatSize(size), margin: signed(size - inUse - reserved, formatSize) };
  }
  if (image === -1) return { has: 'no image' };
  if (need.id === 'image') return { has: `${textAt(images.table, 'image.arch', image) ?? 'unknown'} image` };
  if (need.id.startsWith('can.')) {
    const capability = need.id.slice('can.'.length);
    const state = derivation.capability(capability, site);
    if (state.lower > 0)
      return { has: `${capability} ${versionOf(derivation.program, state.lower) ?? '(version unknown)'}` };
    return { has: state.upper > 0 || state.maybeAny ? 'unknown' : `no ${capability}` };
  }
  if (need.id.startsWith('rule ')) {
    const index = derivation.program.refusals.findIndex((rule) => need.id === `rule ${rule.id}`);
    return { has: (['passes', 'unknown', 'refused'] as const)[derivation.violated(index, site)]! };
  }
  return { has: '' };
}
