import { numberAt, textAt } from '../catalog/column.ts';
import { type ModelDefinition, placeOf, type Site, takenBy, whatIs, zonesAt } from '../plan/model-definition.ts';
import type { Answer, Machine } from '../plan/schema.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney, HOURS_PER_MONTH, readMoney } from '../quantity/money.ts';
import type { RunningMachine, UnitGroup } from '../request/model.ts';
import { isSpread, keptOn, zonesFor } from './model-cover.ts';

/** Whether the machines of a plan are what the plan says, hold every unit once, and may hold what is on them. */

interface Unit {
  readonly name: string;
  readonly group: UnitGroup;
  readonly company: number;
  /** Names of all that are together with it, itself included. */
  readonly together: readonly string[];
}

/** A machine of a plan with the sites that it may be, all alike, and the units on it. */
interface Placed {
  readonly machine: Machine;
  readonly sites: readonly Site[];
  readonly units: readonly Unit[];
  readonly running: RunningMachine | undefined;
  /** Units that it had before. */
  readonly kept: ReadonlySet<string>;
}

/** A value as text, whatever the order of its keys. */
export const plain = (value: unknown): string | undefined =>
  JSON.stringify(value, (_, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part as object).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** All that a plan has to say of a machine, were it the site; `id` is what it has to be called. */
function entryOf(world: ModelDefinition, site: Site, placed: Omit<Placed, 'sites'>, id: string): object {
  const { types, offers } = world.catalog;
  const { machine, units, running } = placed;
  const { offer, image, images, base, room } = site;
  const type = offers.type[offer]!;
  const [cores, baseline] = [numberAt(types, 'type.cores', type), numberAt(types, 'type.baseline', type)];
  const list = (offers.list ?? offers.price)[offer]!;
  const [zones, zone] = [zonesAt(world.catalog, offer), machine.zone];
  // Doubles add up to no less than what they hold exactly, and capacities are not beyond that.
  const fill = world.dimensions.map((dimension, at) => {
    const taken = units.map(({ group }) => [group.needs.get(dimension) ?? 0, takenBy(group, room[at]!, dimension)]);
    const used = taken.reduce((sum, [need]) => sum + need!, running?.used.get(dimension) ?? 0);
    const reserved = taken.reduce((sum, [need, both]) => sum + both! - need!, room[at]!.reserved);
    return [dimension, { used, reserved, capacity: room[at]!.capacity ?? null }] as const;
  });
  const disk = fill.find(([dimension, { capacity }]) => dimension === 'root-disk' && capacity === null)?.[1];
  const hosted = units.flatMap(({ name, group: { container } }) =>
    container === undefined ? [] : [{ type: container.capability, unit: name }],
  );
  return {
    ...whatIs(world.catalog, site),
    id,
    market: textAt(offers, 'offer.market', offer) ?? 'on-demand',
    image: {
      ...Object.fromEntries(['id', 'product', 'arch'].map((key) => [key, textAt(images, `image.${key}`, image)])),
      ...base,
    },
    price: formatMoney(running?.keepPrice ?? site.price),
    'list-price': Number.isNaN(list) ? null : formatMoney(list),
    'price-basis': textAt(offers, 'offer.price-basis', offer),
    tenancy: textAt(offers, 'offer.tenancy', offer),
    'as-of': textAt(offers, 'offer.as-of', offer) ?? null,
    cores,
    mem: numberAt(types, 'type.mem', type),
    'sustained-cores':
      cores === undefined || baseline === undefined || baseline >= 1000
        ? undefined
        : formatDecimal(cores * baseline, 3),
    zones,
    zone: running === undefined ? zones?.find((one) => one === zone) : running.zone,
    running: running === undefined ? undefined : true,
    containers: hosted.map((one, at) => {
      const number = hosted.slice(0, at).filter(({ type: kind }) => kind === one.type).length;
      return { id: `${id}/${one.type}/${number}`, ...one };
    }),
    fill: Object.fromEntries(fill),
    'root-disk': disk === undefined ? undefined : disk.used + disk.reserved,
  };
}

/** The sites that a machine may be, those of which the plan says least that is not so, and what that is. */
function resembling(
  world: ModelDefinition,
  sites: readonly Site[],
  placed: Omit<Placed, 'sites'>,
  id: string,
): { readonly sites: readonly Site[]; readonly faults: readonly string[] } {
  const { machine } = placed;
  const said = { ...machine, capabilities: undefined, units: undefined };
  const judged = sites.map((site) => {
    const entry: Readonly<Record<string, unknown>> = { ...entryOf(world, site, placed, id) };
    const faults = [...new Set([...Object.keys(entry), ...Object.keys(said)])].flatMap((what) => {
      const [own, other] = [plain(entry[what]), plain(said[what as 'price'])];
      return own === other ? [] : [`the ${what} is ${own}, the plan says ${other}`];
    });
    return { site, faults };
  });
  const least = Math.min(...judged.map(({ faults }) => faults.length));
  const best = judged.filter(({ faults }) => faults.length === least);
  return { sites: best.map(({ site }) => site), faults: best[0]!.faults };
}

/** What of its room, and of the wishes of its units, is not met on a machine. What runs as it did is as it is. */
function companyFaults(world: ModelDefinition, { sites: [site], units, running, kept }: Placed): readonly string[] {
  const faults: string[] = [];
  const isNew = ({ name }: Unit): boolean => !kept.has(name);
  for (const [at, dimension] of world.dimensions.entries()) {
    const room = site!.room[at]!;
    const sum = (list: readonly Unit[]): number =>
      list.reduce((total, { group }) => total + takenBy(group, room, dimension), 0);
    const all = sum(units) + room.reserved + (running?.used.get(dimension) ?? 0);
    if (all > (room.capacity ?? Infinity) && (running === undefined || sum(units.filter(isNew)) > 0))
      faults.push(`${dimension} needs ${all} with what is kept back, there are ${room.capacity}`);
  }
  for (const one of units.filter(isNew)) {
    const { name, group, company, together } = one;
    if (!site!.allows[company]!) faults.push(`${name} may not be here, by its constraints, container, base or rules`);
    const missing = together.filter((mate) => !units.some((unit) => unit.name === mate));
    if (missing.length > 0) faults.push(`${name} is not with ${missing.join(', ')}`);
    if (units.filter((other) => other.group === group).length > (group.maxPerMachine ?? Infinity))
      faults.push(`it has more of ${group.id} than the ${group.maxPerMachine} that one machine may have`);
    for (const { group: other } of units)
      if (group.apartFrom.includes(other.id) || other.apartFrom.includes(group.id))
        faults.push(`${group.id} is to be apart from ${other.id}`);
  }
  return [...new Set(faults)];
}

/** What is wrong with how units that are spread are spread over the zones of a place. */
function spreadFaults(world: ModelDefinition, where: ReadonlyMap<string, Placed>, place: string): readonly string[] {
  return world.companies.flatMap((company, index) => {
    if (!isSpread(company)) return [];
    const { id, count } = company.leader;
    const zones = zonesFor(world, world.places.get(place) ?? [], index);
    const own = Array.from({ length: count }, (_, number) => where.get(`${id}/${number}`)?.machine.zone);
    const lost = own.flatMap((zone, number) => {
      const placed = where.get(`${id}/${number}`);
      const isLost = placed !== undefined && !placed.kept.has(`${id}/${number}`) && !zones.includes(zone ?? '');
      return isLost
        ? [`${id}/${number} is spread over ${zones.join(', ') || 'no zone'}, and in ${zone ?? 'no known zone'}`]
        : [];
    });
    const numbers = zones.map((zone) => own.filter((one) => one === zone).length);
    if (Math.max(...numbers) - Math.min(...numbers) <= 1 || zones.length === 0) return lost;
    return [...lost, `${id} is not spread evenly: ${zones.map((zone, at) => `${numbers[at]} in ${zone}`).join(', ')}`];
  });
}

/** What is wrong with the machines of a plan. */
export function planFaults(world: ModelDefinition, answer: Answer): readonly string[] {
  const { catalog, request, companies } = world;
  const faults: string[] = [];
  const known = new Map<string, Unit>();
  for (const [company, { groups, leader }] of companies.entries())
    for (let number = 0; number < leader.count; number += 1) {
      const together = groups.map(({ id }) => `${id}/${number}`);
      for (const [at, name] of together.entries()) known.set(name, { name, group: groups[at]!, company, together });
    }
  const nameOf = (one: { readonly type: string; readonly cloud: string; readonly region: string }): string =>
    `${one.type} ${one.cloud} ${one.region}`;
  const byName = new Map<string, Site[]>(answer.machines.map((machine) => [nameOf(machine), []]));
  for (const site of world.sites) byName.get(nameOf(whatIs(catalog, site)))?.push(site);
  const runs = new Map(world.running.map((one) => [one.machine.id, one]));
  const where = new Map<string, Placed>();
  const taken = new Map<string, number>();
  const places = new Set(world.homes);
  let fresh = 0;
  for (const machine of answer.machines) {
    const fault = (text: string): number => faults.push(`machine ${machine.id}: ${text}`);
    const old = machine.running === true ? runs.get(machine.id) : undefined;
    if (old === undefined && machine.running === true) fault('no machine of this name is known to run');
    if (old === undefined && runs.has(machine.id)) fault('a machine of this name runs');
    if (answer.machines.find(({ id }) => id === machine.id) !== machine) fault('there are two of this name');
    const kept = new Set(old === undefined ? [] : keptOn(world, old.machine));
    const names = machine.units ?? [];
    const units = names.flatMap((name) => known.get(name) ?? []);
    if (units.length < names.length || names.length === 0)
      fault(`it has ${names.join(', ') || 'no units'}, which are not all of the model`);
    const own = byName.get(nameOf(machine))!.filter((site) => old === undefined || site === old.site);
    const placed: Omit<Placed, 'sites'> = { machine, units, running: old?.machine, kept };
    const found =
      own.length === 0
        ? { sites: [], faults: ['no priced offer of this type may hold any unit here'] }
        : resembling(world, own, placed, old === undefined ? `new-${fresh++}` : machine.id);
    for (const text of found.faults) fault(text);
    for (const { name, group } of units) {
      if (where.has(name)) fault(`${name} is on ${where.get(name)!.machine.id} already`);
      where.set(name, { ...placed, sites: found.sites });
      const kind = group.container?.capability;
      if (kind !== undefined && machine.capabilities[kind] === undefined)
        fault(`the plan does not say how it hosts ${kind}`);
    }
    for (const name of kept) if (!names.includes(name)) fault(`${name} was on it, and stays`);
    if (found.sites.length === 0) continue;
    places.add(placeOf(world, found.sites[0]!));
    for (const text of companyFaults(world, { ...placed, sites: found.sites })) fault(text);
    const offers = [...new Set(found.sites.map(({ offer }) => offer))];
    const count = (taken.get(offers.join()) ?? 0) + (old === undefined ? 1 : 0);
    taken.set(offers.join(), count);
    const most = offers.reduce((sum, offer) => sum + catalog.offers.limit[offer]!, 0);
    if (count > most) fault(`it is one more than the ${most} of its kind that can be had`);
  }
  if (places.size > 1) faults.push(`machines are in ${[...places].sort().join(' and ')}, and have to be in one place`);
  const left = request.machines.filter(({ id }) => !runs.has(id)).flatMap((machine) => keptOn(world, machine));
  const lost = new Set(left);
  for (const name of known.keys())
    if (where.has(name) === lost.has(name))
      faults.push(lost.has(name) ? `${name} stays on a machine that is left out` : `${name} is on no machine`);
  faults.push(...spreadFaults(world, where, [...places][0] ?? ''));
  const cost = answer.machines.reduce((sum, { price }) => sum + readMoney(price), 0n);
  if (answer.cost !== formatMoney(cost))
    faults.push(`the machines cost ${formatMoney(cost)}, the plan says ${answer.cost}`);
  if (request.budget !== undefined && cost * BigInt(HOURS_PER_MONTH) > BigInt(request.budget))
    faults.push(`the machines cost more than the budget of ${formatMoney(request.budget)} a month`);
  return faults;
}
