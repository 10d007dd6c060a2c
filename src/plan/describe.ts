import { numberAt, setAt, type Table, textAt } from '../catalog/column.ts';
import { listPriceAt } from '../catalog/offers.ts';
import { sustainedCores } from '../match/needs.ts';
import type { Query } from '../match/query.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney } from '../quantity/money.ts';
import { guestsOf } from '../request/request.ts';
import { levelOf } from '../rules/program.ts';
import { type ProvenCapability, proveCapability } from '../rules/proof.ts';
import type { Space } from '../rules/space.ts';
import type { Alternative, Machine } from './schema.ts';

/** Offers and machines as the answer states them. */

/** Sustained cores of a type that does not run at full speed all the time; undefined for all others. */
function slowedCores(types: Table, type: number): string | undefined {
  const baseline = numberAt(types, 'type.baseline', type);
  const sustained = sustainedCores(types, type);
  return baseline === undefined || baseline >= 1000 || sustained === undefined
    ? undefined
    : formatDecimal(sustained, 3);
}

/** One offer, at a price as billed. */
export function describeOffer(
  { types, regions, offers }: Pick<Space, 'types' | 'regions' | 'offers'>,
  row: number,
  price: number,
): Alternative {
  const type = offers.type[row]!;
  const basis = textAt(offers, 'offer.price-basis', row);
  const tenancy = textAt(offers, 'offer.tenancy', row);
  const sustained = slowedCores(types, type);
  return {
    type: textAt(types, 'type.name', type) ?? '',
    cloud: textAt(types, 'type.cloud', type) ?? '',
    region: textAt(regions, 'offer.region', offers.region[row]!) ?? '',
    market: (textAt(offers, 'offer.market', row) ?? 'on-demand') as Alternative['market'],
    price: formatMoney(price),
    ...(basis === undefined ? {} : { 'price-basis': basis as 'list' }),
    ...(tenancy === undefined ? {} : { tenancy: tenancy as 'shared' }),
    ...(sustained === undefined ? {} : { 'sustained-cores': sustained }),
  };
}

/** Proofs of what was asked for, in the order of asking; without launch options where it can be had without. */
export function proveNeeds(query: Query, row: number, image: number): readonly ProvenCapability[] {
  const site = query.site(row, image);
  const { program } = query.compiled;
  return query.request.containers.flatMap(({ capability, atLeast }) => {
    const least = levelOf(program, atLeast);
    return (
      proveCapability(query.unaided, capability, least, site) ??
      proveCapability(query.derivation, capability, least, site) ??
      []
    );
  });
}

/** One machine to be launched, with its containers. */
export function describeMachine(
  query: Query,
  row: number,
  image: number,
  price: number,
  id: string,
  proven: readonly ProvenCapability[],
): Machine {
  const { types, offers, regions } = query.space;
  const { table } = query.images;
  const type = offers.type[row]!;
  const { 'sustained-cores': sustained, ...offer } = describeOffer(query.space, row, price);
  const zones = setAt(offers, 'offer.zones', row) ?? setAt(regions, 'offer.region-zones', offers.region[row]!);
  const cores = numberAt(types, 'type.cores', type);
  const mem = numberAt(types, 'type.mem', type);
  const imageId = textAt(table, 'image.id', image);
  const product = textAt(table, 'image.product', image);
  const arch = textAt(table, 'image.arch', image);
  const containers = guestsOf(query.request).flatMap((guest) =>
    Array.from({ length: guest.count }, () => ({
      type: guest.kind,
      ...(guest.cores === 0 ? {} : { cores: guest.cores }),
      ...(guest.mem === 0 ? {} : { mem: guest.mem }),
      ...(guest.rootDisk === 0 ? {} : { 'root-disk': guest.rootDisk }),
    })),
  );
  const numbers = new Map<string, number>();
  const list = listPriceAt(offers, row);
  return {
    id,
    ...offer,
    'list-price': Number.isNaN(list) ? null : formatMoney(list),
    'as-of': textAt(offers, 'offer.as-of', row) ?? null,
    ...(zones === undefined ? {} : { zones: [...zones] }),
    ...(cores === undefined ? {} : { cores }),
    ...(mem === undefined ? {} : { mem }),
    ...(sustained === undefined ? {} : { 'sustained-cores': sustained }),
    image: {
      ...(imageId === undefined ? {} : { id: imageId }),
      ...(product === undefined ? {} : { product }),
      os: query.request.base.os,
      release: query.request.base.release,
      ...(arch === undefined ? {} : { arch }),
    },
    capabilities: Object.fromEntries(
      proven.map(({ capability, provider, version, via }) => [
        capability,
        { version: version ?? 'any', via, rule: provider.id },
      ]),
    ),
    containers: containers.map((one) => {
      const number = numbers.get(one.type) ?? 0;
      numbers.set(one.type, number + 1);
      return { id: `${id}/${one.type}/${number}`, ...one };
    }),
  };
}
