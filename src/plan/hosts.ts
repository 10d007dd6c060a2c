import { setAt, textAt } from '../catalog/column.ts';
import type { Compiled } from '../match/compiled.ts';
import { isFit, prepare, type Query } from '../match/query.ts';
import type { CapabilityNeed, Constraints } from '../request/constraints.ts';
import type { ModelRequest, UnitGroup } from '../request/model.ts';
import type { Base, MachineRequest } from '../request/request.ts';
import { linearReserve } from '../rules/reserve.ts';
import { capacityOf } from './capacity.ts';
import { signatureOf, type UnitClass } from './unit-classes.ts';

/** The machines that units may be placed on: offers with an image, and what of each class they may hold. */

/** What a machine has of each dimension, and how much of it is kept back. */
export interface Room {
  /** Undefined: as much as need be. */
  readonly capacity: number | undefined;
  readonly reserved: number;
  /** Kept back for each guest, by kind. */
  readonly perGuest: ReadonlyMap<string, number>;
}

export interface Host {
  readonly query: Query;
  /** Row of the catalog's offers. */
  readonly offer: number;
  readonly image: number;
  readonly base: Base;
  /** Nano-dollars an hour, as billed. */
  readonly price: number;
  /** By class: whether it may be here, by its constraints and by rules. */
  readonly allows: readonly boolean[];
  /** By dimension. */
  readonly room: ReadonlyMap<string, Room>;
}

/** Containers that constraints ask a machine to be able to host. */
function hostedBy({ byKey }: Constraints): readonly CapabilityNeed[] {
  const single = byKey.get('container')?.value;
  return [
    ...(typeof single === 'string' && single !== '' && single !== 'none'
      ? [{ capability: single, atLeast: undefined }]
      : []),
    ...((byKey.get('containers')?.value ?? []) as readonly CapabilityNeed[]),
  ];
}

/** The request for one machine that a unit alone would be: what bounds its host, and nothing that it takes. */
export function hostRequest(
  { attributes, waived }: ModelRequest,
  { constraints, container }: Pick<UnitGroup, 'constraints' | 'container'>,
  base: Base,
): MachineRequest {
  return {
    constraints,
    placement: { kind: 'none' },
    containers: [...(container === undefined ? [] : [container]), ...hostedBy(constraints)],
    guests: [],
    base,
    count: 1,
    attributes,
    reserve: false,
    waived,
  };
}

/** All bases that machines of the model may have, the model's own first. */
function basesOf({ base, units }: ModelRequest): readonly Base[] {
  const all = [base, ...units.filter((group) => group.container === undefined).map((group) => group.base)];
  return [...new Map(all.map((one) => [`${one.os}@${one.release}`, one])).values()];
}

/** Dimensions that any unit takes something of, in the order of their names. */
export function dimensionsOf({ units }: ModelRequest): readonly string[] {
  return [...new Set(units.flatMap((group) => [...group.needs.keys()]))].sort();
}

/** What a host has of each dimension. */
export function roomOf(
  query: Query,
  offer: number,
  image: number,
  dimensions: readonly string[],
  reserve: boolean,
): ReadonlyMap<string, Room> {
  const { catalog } = query.compiled;
  const type = catalog.offers.type[offer]!;
  const rules = reserve ? query.derivation.reserveRules(query.site(offer, image)) : [];
  return new Map(
    dimensions.map((dimension): [string, Room] => {
      const capacity = capacityOf(catalog, type, dimension);
      if (dimension !== 'mem' && dimension !== 'cpu-milli')
        return [dimension, { capacity, reserved: 0, perGuest: new Map() }];
      const scale = dimension === 'mem' ? 1 : 1000;
      const size = (capacity ?? 0) / scale;
      const { once, perGuest } = linearReserve(rules, dimension === 'mem' ? 'mem' : 'cores', size);
      return [
        dimension,
        {
          capacity,
          reserved: Math.ceil(once * scale),
          perGuest: new Map([...perGuest].map(([kind, amount]) => [kind, Math.ceil(amount * scale)])),
        },
      ];
    }),
  );
}

/** Hosts, and per class a query that speaks for it, for explanations. */
export interface Hosts {
  readonly hosts: readonly Host[];
  /** By class and member group: the query by which hosts of the first base are judged. */
  readonly queries: ReadonlyMap<string, Query>;
}

/** Zones in which an offer can be had; undefined where nobody knows. */
export function zonesOfOffer({ space }: Query, offer: number): readonly string[] | undefined {
  const { offers, regions } = space;
  return setAt(offers, 'offer.zones', offer) ?? setAt(regions, 'offer.region-zones', offers.region[offer]!);
}

/** A key under which queries of groups are found. */
export const queryKey = (group: UnitGroup, base: Base): string => `${base.os}@${base.release} ${signatureOf(group)}`;

/** Every offer with a known price and every image on which some class may run. */
export function hostsFor(
  compiled: Compiled,
  model: ModelRequest,
  classes: readonly UnitClass[],
  at: string | undefined,
): Hosts {
  const { offers } = compiled.catalog;
  const dimensions = dimensionsOf(model);
  const queries = new Map<string, Query>();
  const hosts: Host[] = [];
  for (const base of basesOf(model)) {
    // By class, the queries that all have to be met.
    const needed = classes.map((one) => {
      if (one.base !== undefined && (one.base.os !== base.os || one.base.release !== base.release)) return undefined;
      const { groups } = one.companies[0]!;
      return [...new Map(groups.map((group) => [queryKey(group, base), group])).entries()].map(([key, group]) => {
        let query = queries.get(key);
        if (query === undefined) {
          query = prepare(compiled, hostRequest(model, group, base), at);
          queries.set(key, query);
        }
        return query;
      });
    });
    const asked = [...new Set(needed.flatMap((list) => list ?? []))];
    if (asked.length === 0) continue;
    const fits = new Map<Query, boolean>();
    for (let offer = 0; offer < offers.size; offer += 1) {
      if (Number.isNaN(offers.price[offer]!) || !asked.some((query) => query.isPossible(offer))) continue;
      const images = new Set(asked.flatMap((query) => (query.isPossible(offer) ? query.imagesFor(offer) : [])));
      for (const image of images) {
        let first: Query | undefined;
        for (const query of asked) {
          const fit = query.isPossible(offer) && isFit(query, query.judgeWith(offer, image));
          fits.set(query, fit);
          if (fit) first ??= query;
        }
        if (first === undefined) continue;
        hosts.push({
          query: first,
          offer,
          image,
          base,
          price: first.bill(offer, image).total,
          allows: needed.map((list) => list?.every((query) => fits.get(query) === true) === true),
          room: roomOf(first, offer, image, dimensions, model.reserve),
        });
      }
    }
  }
  return { hosts, queries };
}

/** The cloud and region that an offer is of. */
export function placeOfOffer({ space }: Query, offer: number): { readonly cloud: string; readonly region: string } {
  const row = space.offers.region[offer]!;
  return {
    cloud: textAt(space.regions, 'offer.cloud', row) ?? '',
    region: textAt(space.regions, 'offer.region', row) ?? '',
  };
}
