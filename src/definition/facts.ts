import type { Catalog } from '../catalog/catalog.ts';
import { numberAt, setAt, type Table, textAt } from '../catalog/column.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney } from '../quantity/money.ts';
import type { Base } from '../request/request.ts';

/** What an answer has to say of a machine, as the catalog has it, for whoever checks answers. */

/** Zones that an offer may be had in; undefined where nobody knows. */
export function zonesAt({ offers, regions }: Catalog, offer: number): readonly string[] | undefined {
  return setAt(offers, 'offer.zones', offer) ?? setAt(regions, 'offer.region-zones', offers.region[offer]!);
}

/** Type, cloud and region of an offer, by their names. */
export function placeAt(
  { types, regions, offers }: Catalog,
  offer: number,
): { readonly type: string; readonly cloud: string; readonly region: string } {
  const [type, region] = [offers.type[offer]!, offers.region[offer]!];
  const [cloud, name] = [textAt(regions, 'offer.cloud', region), textAt(regions, 'offer.region', region)];
  return { type: textAt(types, 'type.name', type) ?? '', cloud: cloud ?? '', region: name ?? '' };
}

/** Entries of a machine of an answer, by their keys there. */
export function factsOfMachine(catalog: Catalog, images: Table, base: Base, offer: number, image: number) {
  const { types, offers } = catalog;
  const type = offers.type[offer]!;
  const list = (offers.list ?? offers.price)[offer]!;
  const [cores, baseline] = [numberAt(types, 'type.cores', type), numberAt(types, 'type.baseline', type)];
  const isBurstable = cores !== undefined && baseline !== undefined && baseline < 1000;
  return {
    ...placeAt(catalog, offer),
    market: textAt(offers, 'offer.market', offer) ?? 'on-demand',
    tenancy: textAt(offers, 'offer.tenancy', offer),
    zones: zonesAt(catalog, offer),
    'list-price': Number.isNaN(list) ? null : formatMoney(list),
    'price-basis': textAt(offers, 'offer.price-basis', offer),
    'as-of': textAt(offers, 'offer.as-of', offer) ?? null,
    cores,
    'sustained-cores': isBurstable ? formatDecimal(cores * baseline, 3) : undefined,
    mem: numberAt(types, 'type.mem', type),
    image: {
      id: textAt(images, 'image.id', image),
      product: textAt(images, 'image.product', image),
      arch: textAt(images, 'image.arch', image),
      ...base,
    },
  };
}
