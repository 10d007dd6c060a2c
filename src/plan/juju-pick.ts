import { jujuPick } from '../juju/pick.ts';
import { hasBit } from '../match/mask.ts';
import type { Query } from '../match/query.ts';
import type { Sweep } from '../match/scan.ts';
import { LAUNCHER } from '../match/site-needs.ts';
import { describeOffer } from './describe.ts';
import type { Answer } from './schema.ts';

/**
 * What Juju itself would pick, with what of the request its pick does not meet, `launcher` among it where only a launch
 * option that Juju cannot set would meet all. Null where one region is not meant, or where the pick is not certain.
 */
export function describeJujuPick(query: Query, swept: Sweep): Answer['juju-pick'] {
  const { request, images, space } = query;
  const region = query.inScope.indexOf(1);
  if (region === -1 || query.inScope.indexOf(1, region + 1) !== -1) return null;
  const pick = jujuPick(query.compiled.catalog, request, region);
  // Without an image of the base Juju launches nothing.
  if (pick === undefined || images.table.size === 0 || swept.image[pick.offer] === -1) return null;
  const base = pick.offer * query.words;
  const needs = query.needs
    .filter(({ id, bearing }, bit) => {
      const counts = bearing === 'must' || (id === LAUNCHER && request.containers.length > 0);
      return counts && hasBit(swept.missing, base, bit);
    })
    .map(({ id }) => id);
  return {
    ...describeOffer(space, pick.offer, swept.price[pick.offer]!),
    ...(needs.length === 0 ? {} : { needs }),
    version: pick.version,
  };
}
