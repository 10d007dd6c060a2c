import { numberAt, textAt } from '../catalog/column.ts';
import { formatMoney, readMoney } from '../quantity/money.ts';
import type { RunningMachine, UnitGroup } from '../request/model.ts';
import type { Answer, Machine } from './schema.ts';
import { type Company, placeOf, type Site, type World, zonesAt } from './verify-model-world.ts';

/** Whether the machines of a plan are what the plan says, hold every unit once, and may hold what is on them. */

interface Unit {
  readonly name: string;
  readonly group: UnitGroup;
  readonly company: Company;
  readonly index: number;
  readonly number: number;
}

/** A machine of a plan with the site that it is, and the units on it. */
interface Placed {
  readonly machine: Machine;
  readonly site: Site | undefined;
  readonly units: readonly Unit[];
  readonly running: RunningMachine | undefined;
  /** Units that it had before. */
  readonly kept: ReadonlySet<string>;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a plan has to say of a machine at a site, by what it is called; the first are told first. */
function statements({ catalog }: World, site: Site, price: number): readonly (readonly [what: string, own: unknown])[] {
  const { types, offers } = catalog;
  const { offer, image, images, base } = site;
  const type = offers.type[offer]!;
  const list = (offers.list ?? offers.price)[offer]!;
  const archs = ['id', 'product', 'arch'].map((key) => [key, textAt(images, `image.${key}`, image)] as const);
  return [
    ['market', textAt(offers, 'offer.market', offer) ?? 'on-demand'],
    ['image', Object.fromEntries([...archs, ['os', base.os], ['release', base.release]].sort())],
    ['zones', zonesAt(catalog, offer)],
    ['list-price', Number.isNaN(list) ? null : formatMoney(list)],
    ['price', formatMoney(price)],
    ['tenancy', textAt(offers, 'offer.tenancy', offer)],
    ['as-of', textAt(offers, 'offer.as-of', offer) ?? null],
    ['cores', numberAt(types, 'type.cores', type)],
    ['mem', numberAt(types, 'type.mem', type)],
  ];
}

const said = (machine: Machine, what: string): unknown => {
  const own = machine[what as 'price'] as unknown;
  if (what !== 'image') return own;
  return Object.fromEntries(
    ['arch', 'id', 'os', 'product', 'release'].map((key) => [key, machine.image?.[key as 'os']]),
  );
};

/** The site that a machine says it is, with all offers that this may be, or what is wrong. */
function siteOf(
  world: World,
  sites: readonly Site[],
  machine: Machine,
  running: RunningMachine | undefined,
): { readonly site: Site; readonly offers: readonly number[] } | { readonly fault: string } {
  const { type, cloud, region } = machine;
  let left = sites;
  if (left.length === 0) return { fault: `no priced offer of ${type} in ${cloud} ${region} may hold any unit` };
  for (const [at, [what]] of statements(world, left[0]!, 0).entries()) {
    const own = (site: Site): unknown => statements(world, site, running?.keepPrice ?? site.price)[at]![1];
    const next = left.filter((site) => same(own(site), said(machine, what)));
    if (next.length === 0)
      return {
        fault: `the ${what} is ${JSON.stringify(own(left[0]!))}, the plan says ${JSON.stringify(said(machine, what))}`,
      };
    left = next;
  }
  return { site: left[0]!, offers: [...new Set(left.map(({ offer }) => offer))] };
}

/** What the units of a machine take of it, by dimension, with what is kept back. */
function roomFaults(world: World, { machine, site, units, running, kept }: Placed): readonly string[] {
  const faults: string[] = [];
  const fill: Record<string, unknown> = {};
  for (const [index, dimension] of world.dimensions.entries()) {
    const { capacity, reserved, perGuest } = site!.room[index]!;
    let used = BigInt(running?.used.get(dimension) ?? 0);
    let guests = BigInt(reserved);
    let more = 0n;
    for (const { group, name } of units) {
      const [need, each] = [group.needs.get(dimension) ?? 0, perGuest.get(group.container?.capability ?? '') ?? 0];
      used += BigInt(need);
      guests += BigInt(each);
      if (!kept.has(name)) more += BigInt(need + each);
    }
    fill[dimension] = { used: Number(used), reserved: Number(guests), capacity: capacity ?? null };
    // What runs already may be too full: then it takes nothing more.
    if (capacity !== undefined && used + guests > BigInt(capacity) && (running === undefined || more > 0n))
      faults.push(`${dimension} needs ${used + guests} (${guests} of it kept back), there are ${capacity}`);
    const own = machine.fill?.[dimension];
    const stated = own === undefined ? undefined : { used: own.used, reserved: own.reserved, capacity: own.capacity };
    if (!same(stated, fill[dimension]))
      faults.push(
        `the fill of ${dimension} is ${JSON.stringify(fill[dimension])}, the plan says ${JSON.stringify(stated)}`,
      );
    const disk = capacity === undefined ? Number(used + guests) : undefined;
    if (dimension === 'root-disk' && machine['root-disk'] !== disk)
      faults.push(`the root disk to launch with is ${disk}, the plan says ${machine['root-disk']}`);
  }
  if (Object.keys(machine.fill ?? {}).length !== world.dimensions.length)
    faults.push('the plan tells the fill of dimensions that no unit needs');
  return faults;
}

/** What is wrong among the units of one machine, of which at least one is new. */
function companyFaults({ site, units, kept, running }: Placed, known: ReadonlyMap<string, Unit>): readonly string[] {
  const faults: string[] = [];
  const counts = new Map<UnitGroup, { all: number; fresh: number }>();
  for (const { group, name, company, index, number } of units) {
    const count = counts.get(group) ?? { all: 0, fresh: 0 };
    counts.set(group, { all: count.all + 1, fresh: count.fresh + (kept.has(name) ? 0 : 1) });
    if (!kept.has(name) && !site!.allows[index]!)
      faults.push(`${name} may not be here, by its constraints, container, base or rules`);
    for (const other of company.groups) {
      const mate = `${other.id}/${number}`;
      if (known.has(mate) && !units.some((unit) => unit.name === mate)) faults.push(`${name} is not with ${mate}`);
    }
  }
  for (const [group, { all, fresh }] of counts) {
    if (fresh > 0 && all > (group.maxPerMachine ?? all))
      faults.push(`it has ${all} units of ${group.id}, of which one machine may have ${group.maxPerMachine}`);
    for (const other of group.apartFrom.flatMap((id) => [...counts.keys()].filter((one) => one.id === id)))
      if (fresh > 0 || counts.get(other)!.fresh > 0) faults.push(`${group.id} is to be apart from ${other.id}`);
  }
  return running === undefined || units.some(({ name }) => !kept.has(name)) ? faults : [];
}

/** Zones of a place in which a company that is spread may have a machine, in order of their names. */
export function zonesFor(world: World, sites: readonly Site[], company: number): readonly string[] {
  const { groups } = world.companies[company]!;
  const holds = ({ room, allows }: Site): boolean =>
    allows[company]! &&
    world.dimensions.every((dimension, at) => {
      const { capacity, reserved, perGuest } = room[at]!;
      const sum = groups.reduce(
        (total, { needs, container }) =>
          total + BigInt((needs.get(dimension) ?? 0) + (perGuest.get(container?.capability ?? '') ?? 0)),
        BigInt(reserved),
      );
      return capacity === undefined || sum <= BigInt(capacity);
    });
  const offers = new Set(sites.filter(holds).map(({ offer }) => offer));
  return [...new Set([...offers].flatMap((offer) => zonesAt(world.catalog, offer) ?? []))].sort();
}

/** Names of the units that stay on a running machine, those that are with them included. */
export function keptOn({ companies }: World, { units }: RunningMachine): readonly string[] {
  return companies.flatMap(({ leader, groups }) =>
    Array.from({ length: leader.count }, (_, number) => number)
      .filter((number) => units.includes(`${leader.id}/${number}`))
      .flatMap((number) => groups.map(({ id }) => `${id}/${number}`)),
  );
}

export const isSpread = ({ groups }: Company): boolean => groups.some(({ spread }) => spread !== undefined);

/** What is wrong with the machines of a plan. */
export function planFaults(world: World, answer: Answer): readonly string[] {
  const { catalog, request, companies } = world;
  const faults: string[] = [];
  const known = new Map<string, Unit>();
  for (const [index, company] of companies.entries())
    for (const group of company.groups)
      for (let number = 0; number < group.count; number += 1)
        known.set(`${group.id}/${number}`, { name: `${group.id}/${number}`, group, company, index, number });
  const byKey = new Map<string, Site[]>();
  for (const site of world.sites) {
    const [type, region] = [catalog.offers.type[site.offer]!, catalog.offers.region[site.offer]!];
    const key = `${textAt(catalog.types, 'type.name', type)} ${textAt(catalog.regions, 'offer.cloud', region)} ${textAt(catalog.regions, 'offer.region', region)}`;
    const own = byKey.get(key);
    if (own === undefined) byKey.set(key, [site]);
    else own.push(site);
  }
  const runs = new Map(world.running.map((one) => [one.machine.id, one]));
  const keeps = new Map(request.machines.map((machine) => [machine.id, new Set(keptOn(world, machine))]));
  const where = new Map<string, Placed>();
  const taken = new Map<string, { readonly most: number; count: number; readonly example: string }>();
  const ids = new Set<string>();
  const places = new Set<string>(world.running.map(({ site }) => placeOf(world, site)));
  for (const machine of answer.machines) {
    const fault = (text: string): number => faults.push(`machine ${machine.id}: ${text}`);
    if (ids.has(machine.id)) fault('there are two of this name');
    ids.add(machine.id);
    const old = machine.running === true ? runs.get(machine.id) : undefined;
    if (old === undefined && (machine.running === true || runs.has(machine.id)))
      fault(machine.running === true ? 'no machine of this name is known to run' : 'a machine of this name runs');
    const kept = old === undefined ? new Set<string>() : keeps.get(machine.id)!;
    const names = machine.units ?? [];
    const units = names.flatMap((name) => {
      const unit = known.get(name);
      if (unit === undefined) fault(`the model has no unit ${name}`);
      return unit ?? [];
    });
    if (names.length === 0) fault('no unit is on it');
    const sites = byKey.get(`${machine.type} ${machine.cloud} ${machine.region}`) ?? [];
    const found = siteOf(
      world,
      old === undefined ? sites : sites.filter((one) => one === old.site),
      machine,
      old?.machine,
    );
    if ('fault' in found) fault(found.fault);
    const site = 'fault' in found ? undefined : found.site;
    const placed: Placed = { machine, site, units, running: old?.machine, kept };
    for (const { name } of units) {
      if (where.has(name)) fault(`${name} is on ${where.get(name)!.machine.id} already`);
      where.set(name, placed);
    }
    for (const name of kept) if (!names.includes(name)) fault(`${name} was on it, and stays`);
    const inside = units.filter(({ group }) => group.container !== undefined);
    const numbers = new Map<string, number>();
    const containers = inside.map(({ name, group }) => {
      const type = group.container!.capability;
      numbers.set(type, (numbers.get(type) ?? -1) + 1);
      if (machine.capabilities[type] === undefined) fault(`the plan does not say how it hosts ${type}`);
      return `${machine.id}/${type}/${numbers.get(type)} ${type} ${name}`;
    });
    if (
      !same(
        containers,
        machine.containers.map(({ id, type, unit }) => `${id} ${type} ${unit}`),
      )
    )
      fault('its containers are not those of its units');
    if (site === undefined || 'fault' in found) continue;
    places.add(placeOf(world, site));
    for (const text of [...roomFaults(world, placed), ...companyFaults(placed, known)]) fault(text);
    const zones = zonesAt(catalog, site.offer);
    if (
      old !== undefined
        ? machine.zone !== old.machine.zone
        : machine.zone !== undefined && zones?.includes(machine.zone) !== true
    )
      fault(`it cannot be in zone ${machine.zone}`);
    const most = found.offers.reduce((sum, offer) => sum + catalog.offers.limit[offer]!, 0);
    const key = found.offers.join();
    const supply = taken.get(key) ?? { most, count: 0, example: machine.type };
    if (old === undefined) taken.set(key, { ...supply, count: supply.count + 1 });
  }
  for (const { most, count, example } of taken.values())
    if (count > most) faults.push(`${count} machines of ${example} are more than the ${most} that can be had`);
  if (places.size > 1) faults.push(`machines are in ${[...places].sort().join(' and ')}, and have to be in one place`);
  const lost = new Set(request.machines.filter(({ id }) => !runs.has(id)).flatMap(({ id }) => [...keeps.get(id)!]));
  for (const name of known.keys())
    if (where.has(name) === lost.has(name))
      faults.push(lost.has(name) ? `${name} stays on a machine that is left out` : `${name} is on no machine`);
  const here = [...where.values()].find(({ site }) => site !== undefined)?.site;
  const all = here === undefined ? [] : (world.places.get(placeOf(world, here)) ?? []);
  for (const [index, company] of companies.entries()) {
    if (!isSpread(company)) continue;
    const zones = zonesFor(world, all, index);
    const numbers = zones.map(() => 0);
    for (let number = 0; number < company.leader.count; number += 1) {
      const name = `${company.leader.id}/${number}`;
      const placed = where.get(name);
      const at = zones.indexOf(placed?.machine.zone ?? '');
      if (at >= 0) numbers[at]! += 1;
      else if (placed !== undefined && !placed.kept.has(name))
        faults.push(
          `${name} is spread over ${zones.join(', ') || 'no zone'}, and in ${placed.machine.zone ?? 'no known zone'}`,
        );
    }
    if (Math.max(...numbers) - Math.min(...numbers) > 1)
      faults.push(
        `${company.leader.id} is not spread evenly: ${zones.map((zone, at) => `${numbers[at]} in ${zone}`).join(', ')}`,
      );
  }
  const cost = answer.machines.reduce((sum, { price }) => sum + readMoney(price), 0n);
  if (answer.cost !== formatMoney(cost))
    faults.push(`the machines cost ${formatMoney(cost)}, the plan says ${answer.cost}`);
  if (request.budget !== undefined && cost * 730n > BigInt(request.budget))
    faults.push(`the machines cost more than the budget of ${formatMoney(request.budget)} a month`);
  return faults;
}
