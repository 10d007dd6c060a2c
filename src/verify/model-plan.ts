import { factsOfMachine, placeAt } from '../definition/facts.ts';
import { type ModelDefinition, placeNamed, type Running, type Unit } from '../definition/model.ts';
import { zonesFor } from '../definition/packing.ts';
import { fillOf, type Site, takenBy } from '../definition/site.ts';
import type { Answer, Machine } from '../plan/schema.ts';
import { formatMoney, HOURS_PER_MONTH, readMoney } from '../quantity/money.ts';
import { differences } from './compare.ts';

/** Whether the machines of a plan are what the plan says, hold every unit once, and may hold what is on them. */

/** A machine of a plan. */
interface Placed {
  readonly machine: Machine;
  readonly units: readonly Unit[];
  /** Undefined: a new one. */
  readonly running: Running | undefined;
  /** What it has to be called. */
  readonly name: string;
}

const nameOf = ({ type, cloud, region }: Pick<Machine, 'type' | 'cloud' | 'region'>) => `${type} ${cloud} ${region}`;

/** All that a plan has to say of a machine, were it the site. */
function entryOf(world: ModelDefinition, site: Site, { machine, units, running, name }: Placed): object {
  const facts = factsOfMachine(world.catalog, site.images, site.base, site.offer, site.image);
  const fill = fillOf(site, world.dimensions, units, running?.machine.used);
  const disk = fill.find(({ dimension, capacity }) => dimension === 'root-disk' && capacity === null);
  const guests = units.flatMap(({ name: unit, group: { container } }) =>
    container === undefined ? [] : [{ type: container.capability, unit }],
  );
  return {
    ...facts,
    id: name,
    price: formatMoney(running?.machine.keepPrice ?? site.price),
    zone: running === undefined ? facts.zones?.find((zone) => zone === machine.zone) : running.machine.zone,
    running: running && true,
    containers: guests.map((guest, at) => {
      const number = guests.slice(0, at).filter(({ type }) => type === guest.type).length;
      return { id: `${name}/${guest.type}/${number}`, ...guest };
    }),
    fill: Object.fromEntries(fill.map(({ dimension, ...taken }) => [dimension, taken])),
    'root-disk': disk && disk.used + disk.reserved,
  };
}

/** The sites that a machine may be, those of which the plan says least that is not so, and what that is. */
function resembling(world: ModelDefinition, sites: readonly Site[], placed: Placed) {
  const { capabilities: _, units: __, ...said } = placed.machine;
  const nothing = Object.fromEntries(Object.keys(said).map((key) => [key, undefined]));
  const faults = sites.map((site) => differences({ ...nothing, ...entryOf(world, site, placed) }, said));
  const least = Math.min(...faults.map(({ length }) => length));
  const best = sites.filter((_, at) => faults[at]!.length === least);
  return { sites: best, faults: faults.find(({ length }) => length === least) ?? [] };
}

/** What of its room, and of the wishes of its units, is not met on a machine. What runs as it did is as it is. */
function companyFaults(world: ModelDefinition, site: Site, { units, running }: Placed): readonly string[] {
  const faults = new Set<string>();
  const fresh = units.filter(({ name }) => running?.kept.has(name) !== true);
  const fill = fillOf(site, world.dimensions, units, running?.machine.used);
  for (const [at, { dimension, used, reserved, capacity }] of fill.entries()) {
    const isMore = running === undefined || fresh.some(({ group }) => takenBy(group, site.room[at]!, dimension) > 0);
    if (isMore && used + reserved > (capacity ?? Infinity))
      faults.add(`${dimension} needs ${used + reserved} with what is kept back, there are ${capacity}`);
  }
  for (const { name, group, company, together } of fresh) {
    if (site.sizes[company] === undefined)
      faults.add(`${name} may not be here, by its constraints, container, base or rules`);
    const missing = together.filter((mate) => !units.some((unit) => unit.name === mate));
    if (missing.length > 0) faults.add(`${name} is not with ${missing.join(', ')}`);
    if (units.filter((other) => other.group === group).length > (group.maxPerMachine ?? Infinity))
      faults.add(`it has more of ${group.id} than the ${group.maxPerMachine} that one machine may have`);
    for (const { group: other } of units)
      if (group.apartFrom.includes(other.id) || other.apartFrom.includes(group.id))
        faults.add(`${group.id} is to be apart from ${other.id}`);
  }
  return [...faults];
}

/** What is wrong with how units that are spread are spread over the zones of a place. */
function spreadFaults(world: ModelDefinition, where: ReadonlyMap<string, Placed>, place: string): readonly string[] {
  return world.companies.flatMap(({ isSpread, leader: { id, count } }, company) => {
    const zones = isSpread ? zonesFor(world, world.places.get(place) ?? [], company) : [];
    const own = Array.from({ length: isSpread ? count : 0 }, (_, number) => where.get(`${id}/${number}`));
    const lost = own.flatMap((placed, number) => {
      const isKept = placed === undefined || placed.running?.kept.has(`${id}/${number}`);
      return isKept || zones.includes(placed.machine.zone ?? '')
        ? []
        : [`${id}/${number} is to be in ${zones.join(' or ') || 'a zone'}, and is in ${placed.machine.zone ?? 'none'}`];
    });
    const numbers = zones.map((zone) => own.filter((placed) => placed?.machine.zone === zone).length);
    if (Math.max(0, ...numbers) - Math.min(...numbers) <= 1) return lost;
    return [...lost, `${id} is not spread evenly: ${zones.map((zone, at) => `${numbers[at]} in ${zone}`).join(', ')}`];
  });
}

/** What is wrong with the machines of a plan. */
export function planFaults(world: ModelDefinition, { machines, cost: said }: Answer): readonly string[] {
  const { catalog, request } = world;
  const faults: string[] = [];
  const byName = new Map<string, Site[]>(machines.map((machine) => [nameOf(machine), []]));
  for (const site of world.sites) byName.get(nameOf(placeAt(catalog, site.offer)))?.push(site);
  const where = new Map<string, Placed>();
  const taken = new Map<string, number>();
  const places = new Set(world.homes);
  let fresh = 0;
  for (const machine of machines) {
    const { id, units: names = [], capabilities } = machine;
    const unless = (holds: boolean, text: string): unknown => holds || faults.push(`machine ${id}: ${text}`);
    const known = world.running.get(id);
    const running = machine.running === true && known?.site !== undefined ? known : undefined;
    unless((running !== undefined) === (machine.running === true), 'no machine of this name is known to run');
    unless(running !== undefined || known?.site === undefined, 'a machine of this name runs');
    unless(machines.find((other) => other.id === id) === machine, 'there are two of this name');
    const units = names.flatMap((name) => world.units.get(name) ?? []);
    unless(names.length > 0, 'it has no units');
    unless(units.length === names.length, `not all of ${names.join(', ')} are known`);
    const placed: Placed = { machine, units, running, name: running === undefined ? `new-${fresh++}` : id };
    const may = byName.get(nameOf(machine))!.filter((site) => running === undefined || site === running.site);
    const found = resembling(world, may, placed);
    for (const text of found.faults) unless(false, text);
    for (const { name, group } of units) {
      unless(!where.has(name), `${name} is on ${where.get(name)?.machine.id} already`);
      where.set(name, placed);
      const kind = group.container?.capability;
      unless(kind === undefined || capabilities[kind] !== undefined, `the plan does not say how it hosts ${kind}`);
    }
    for (const name of running?.kept ?? []) unless(names.includes(name), `${name} was on it, and stays`);
    const [site] = found.sites;
    unless(site !== undefined, 'no priced offer of this type may hold any unit here');
    if (site === undefined) continue;
    places.add(placeNamed(request, placeAt(catalog, site.offer)));
    for (const text of companyFaults(world, site, placed)) unless(false, text);
    const offers = [...new Set(found.sites.map(({ offer }) => offer))];
    const count = (taken.get(offers.join()) ?? 0) + (running === undefined ? 1 : 0);
    taken.set(offers.join(), count);
    const most = offers.reduce((sum, offer) => sum + catalog.offers.limit[offer]!, 0);
    unless(count <= most, `it is one more than the ${most} of its kind that can be had`);
  }
  if (places.size > 1) faults.push(`machines are in ${[...places].sort().join(' and ')}, and have to be in one place`);
  const lost = new Set([...world.running.values()].flatMap(({ site, kept }) => (site === undefined ? [...kept] : [])));
  for (const name of world.units.keys())
    if (where.has(name) === lost.has(name))
      faults.push(lost.has(name) ? `${name} stays on a machine that is left out` : `${name} is on no machine`);
  faults.push(...spreadFaults(world, where, [...places][0] ?? ''));
  const cost = machines.reduce((sum, { price }) => sum + readMoney(price), 0n);
  if (said !== formatMoney(cost)) faults.push(`the machines cost ${formatMoney(cost)}, the answer says ${said}`);
  if (request.budget !== undefined && cost * BigInt(HOURS_PER_MONTH) > BigInt(request.budget))
    faults.push(`the machines cost more than the budget of ${formatMoney(request.budget)} a month`);
  return faults;
}
