import type { Answer, Machine } from '../../src/plan/schema.ts';
import { formatMoney, readMoney } from '../../src/quantity/money.ts';

/** Ways to make a plan untrue, and ways to ask for more than a plan gives. */

type Writable<T> = T extends object ? { -readonly [K in keyof T]: Writable<T[K]> } : T;
export type Draft = Writable<Answer>;
type DraftMachine = Writable<Machine>;

const priced = (draft: Draft, change: bigint): void => {
  for (const key of ['cost', 'bound'] as const) draft[key] = formatMoney(readMoney(draft[key]!) + change);
};
const fresh = (draft: Draft): DraftMachine | undefined => draft.machines.find(({ running }) => running === undefined);

interface Listed {
  readonly types: readonly Readonly<Record<string, unknown>>[];
  readonly offers: readonly Readonly<Record<string, unknown>>[];
}

/** Each changes a plan in one way; false where there is nothing to change. */
export const DAMAGES: Readonly<Record<string, (draft: Draft, catalog: Listed) => boolean>> = {
  'a unit is dropped': ({ machines }) =>
    machines.find(({ units }) => (units ?? []).length > 1)?.units?.pop() !== undefined,
  'a machine is dropped': (draft) => {
    const [machine] = draft.machines.splice(0, 1);
    return machine !== undefined;
  },
  'a unit is on two machines': ({ machines }) => {
    if (machines.length < 2) return false;
    machines[0]!.units!.push(machines[1]!.units![0]!);
    return true;
  },
  'a unit is on its machine twice': ({ machines: [first] }) => first!.units!.push(first!.units![0]!) > 0,
  'a unit that nobody asked for': ({ machines: [first] }) => first!.units!.push('web/17') > 0,
  'a machine is cheaper': (draft) => {
    const machine = draft.machines.find(({ price }) => price !== '0');
    if (machine === undefined) return false;
    machine.price = formatMoney(readMoney(machine.price) - 1n);
    priced(draft, -1n);
    return true;
  },
  'the cost is lower': (draft) => {
    if (draft.cost === '0') return false;
    priced(draft, -1n);
    return true;
  },
  'the cost is higher': (draft) => {
    priced(draft, 1n);
    return true;
  },
  'the bound is above the cost': (draft) => {
    draft.bound = formatMoney(readMoney(draft.cost!) + 1n);
    return true;
  },
  'another type': ({ machines: [first] }, { types }) => {
    const other = types.find(
      ({ cores, mem, cloud }) => cloud === first!.cloud && (cores !== first!.cores || mem !== first!.mem),
    );
    if (other === undefined) return false;
    first!.type = String(other.name);
    return true;
  },
  'another cloud': ({ machines: [first] }) => {
    first!.cloud = first!.cloud === 'lab' ? 'hut' : 'lab';
    return true;
  },
  'another region': ({ machines: [first] }) => {
    first!.region = 'r9';
    return true;
  },
  'another market': ({ machines: [first] }, { offers }) => {
    first!.market = first!.market === 'spot' ? 'on-demand' : 'spot';
    // What is sold on both at one price is no lie.
    return !offers.some(({ type, market }) => type === first!.type && market === first!.market);
  },
  'another release': ({ machines: [first] }) => {
    first!.image!.release = '20.04';
    return true;
  },
  'another architecture': ({ machines: [first] }) => {
    first!.image!.arch = 'riscv64';
    return true;
  },
  'another image': ({ machines: [first] }) => {
    first!.image!.id = 'img-of-old';
    return true;
  },
  'a container is missing': ({ machines }) =>
    machines.find(({ containers }) => containers.length > 0)?.containers.pop() !== undefined,
  'a container of another kind': ({ machines }) => {
    const container = machines.flatMap(({ containers }) => containers)[0];
    if (container === undefined) return false;
    container.type = container.type === 'kvm' ? 'lxd' : 'kvm';
    return true;
  },
  'one more is used': ({ machines: [first] }) => {
    const fill = Object.values(first!.fill ?? {})[0];
    if (fill !== undefined) fill.used += 1;
    return fill !== undefined;
  },
  'one less is kept back': ({ machines: [first] }) => {
    const fill = Object.values(first!.fill ?? {}).find(({ reserved }) => reserved > 0);
    if (fill !== undefined) fill.reserved -= 1;
    return fill !== undefined;
  },
  'one more is there': ({ machines: [first] }) => {
    const fill = Object.values(first!.fill ?? {}).find(({ capacity }) => capacity !== null);
    if (fill !== undefined) fill.capacity! += 1;
    return fill !== undefined;
  },
  'all of one machine is put on another': (draft) => {
    const [to, from] = [draft.machines[0], fresh({ ...draft, machines: draft.machines.slice(1) })];
    if (to === undefined || from === undefined || from.price === '0') return false;
    const kinds = new Map<string, number>();
    to.units!.push(...from.units!);
    to.containers = [...to.containers, ...from.containers].map((one) => {
      const number = kinds.get(one.type) ?? 0;
      kinds.set(one.type, number + 1);
      return { ...one, id: `${to.id}/${one.type}/${number}` };
    });
    to.capabilities = { ...to.capabilities, ...from.capabilities };
    for (const [dimension, fill] of Object.entries(to.fill!)) fill.used += from.fill![dimension]!.used;
    if (to['root-disk'] !== undefined) to['root-disk'] = to.fill!['root-disk']!.used;
    draft.machines = draft.machines.filter((one) => one !== from);
    priced(draft, -readMoney(from.price));
    return true;
  },
  'a zone that is none': (draft) => {
    const machine = draft.machines.find(({ zone }) => zone !== undefined);
    if (machine !== undefined) machine.zone = 'zz';
    return machine !== undefined;
  },
  'a machine that is said to run': (draft) => {
    const machine = fresh(draft);
    if (machine !== undefined) machine.running = true;
    return machine !== undefined;
  },
  'a machine that runs is said to be new': ({ machines }) => {
    const machine = machines.find(({ running }) => running === true);
    if (machine !== undefined) delete machine.running;
    return machine !== undefined;
  },
  'two machines of one name': ({ machines }) => {
    if (machines.length < 2) return false;
    machines[1]!.id = machines[0]!.id;
    return true;
  },
  'a new machine of another name': (draft) => {
    const machine = fresh(draft);
    if (machine !== undefined) machine.id = 'new-99';
    return machine !== undefined;
  },
  'a price of another basis': ({ machines: [first] }) => {
    first!['price-basis'] = first!['price-basis'] === 'own' ? 'list' : 'own';
    return true;
  },
  'cores that are not sustained': ({ machines: [first] }) => {
    first!['sustained-cores'] = '0.125';
    return true;
  },
  'more units of a group than were asked for': (draft) => {
    draft['unit-groups']![0]!.count += 1;
    return true;
  },
  'another catalog': ({ inputs }) => {
    inputs.catalog = inputs.catalog.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    return true;
  },
  'other rules': ({ inputs }) => {
    inputs.rules = inputs.rules.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    return true;
  },
  'another day': ({ inputs }) => {
    inputs.date = '2026-11-21';
    return true;
  },
  'a gap that is none': (draft) => {
    draft.gap = '0.000001';
    return true;
  },
  'feasible where it is optimal': (draft) => {
    draft.status = 'feasible';
    return true;
  },
  'proved by nothing': (draft) => {
    draft.proof = 'exhaustive';
    return true;
  },
  'multipliers that no price allows': (draft) => {
    const place = draft.certificate!.multipliers.find((one) => one.units.length > 0);
    if (place === undefined) return false;
    for (const unit of place.units) unit.each = '12345.678';
    return true;
  },
  'nothing can be placed': (draft) => {
    Object.assign(draft, { status: 'infeasible', machines: [], cost: null, bound: null, gap: null, proof: null });
    return true;
  },
};

type Group = { id: string; count: number; needs: Record<string, number>; [key: string]: unknown };
export interface ProblemDraft {
  catalog: { types: Record<string, unknown>[]; offers: Record<string, unknown>[] };
  request: { units: Group[]; constraints?: string; [key: string]: unknown };
}

const countOn = (machine: Machine, id: string): number =>
  machine.units!.filter((name) => name.slice(0, name.lastIndexOf('/')) === id).length;

/** Each asks for more, or offers less, than a plan gives. */
export const DEMANDS: Readonly<Record<string, (draft: ProblemDraft, answer: Answer) => boolean>> = {
  'one unit more': ({ request: { units } }) => {
    const alone = units.find((one) => one.with === undefined && !units.some((other) => other.with === one.id));
    if (alone !== undefined) alone.count += 1;
    return alone !== undefined;
  },
  'a budget that is too small': ({ request }, { cost }) => {
    if (cost === '0' || cost === '0.000000001') return false;
    request.constraints = `budget=${formatMoney(readMoney(cost!) * 730n - 1n)}`;
    return true;
  },
  'fewer on one machine': ({ request: { units } }, { machines }) => {
    for (const group of units)
      for (const machine of machines)
        if (machine.running === undefined && countOn(machine, group.id) > 1) {
          group['max-per-machine'] = 1;
          return true;
        }
    return false;
  },
  'neighbours apart': ({ request: { units } }, { machines }) => {
    for (const one of units)
      for (const other of units)
        if (
          one !== other &&
          one.with === undefined &&
          other.with === undefined &&
          machines.some(
            (machine) =>
              machine.running === undefined && countOn(machine, one.id) > 0 && countOn(machine, other.id) > 0,
          )
        ) {
          one['apart-from'] = [...((one['apart-from'] as string[] | undefined) ?? []), other.id];
          return true;
        }
    return false;
  },
  'more than there is': ({ request: { units } }, { machines }) => {
    for (const machine of machines)
      for (const [dimension, { capacity, used, reserved }] of Object.entries(machine.fill ?? {})) {
        const group = units.find(({ id }) => countOn(machine, id) === 1);
        if (machine.running !== undefined || capacity === null || group === undefined) continue;
        group.needs[dimension] = (group.needs[dimension] ?? 0) + capacity - used - reserved + 1;
        return true;
      }
    return false;
  },
  'fewer to be had': ({ catalog: { offers } }, { machines }) => {
    for (const offer of offers) {
      const taken = machines.filter(
        ({ type, region, market, running }) =>
          running === undefined && type === offer.type && region === offer.region && market === offer.market,
      );
      const isOne = offers.filter(
        (other) => other.type === offer.type && other.region === offer.region && other.market === offer.market,
      );
      if (taken.length < 2 || isOne.length > 1) continue;
      offer.limit = taken.length - 1;
      return true;
    }
    return false;
  },
  'another constraint': ({ request: { units } }) => {
    units[0]!.constraints = 'cores=64';
    return true;
  },
};
