import type { Offers } from '../catalog/catalog.ts';
import { numberAt, type Table, textAt, valueAt } from '../catalog/column.ts';
import type { Value } from '../catalog/value.ts';
import type { Compiled } from '../match/compiled.ts';
import { type Images, imagesOf } from '../match/images.ts';
import { matchesGlob } from '../quantity/glob.ts';
import { compareText } from '../quantity/order.ts';
import type { Constraints } from '../request/constraints.ts';
import type { Guest } from '../request/guest.ts';
import type { Base, MachineRequest } from '../request/request.ts';
import { billedPrice } from '../rules/price.ts';
import { type RuleOf, withoutRules } from '../rules/program.ts';
import {
  type Capabilities,
  type Facts,
  hasCapability,
  type ReferenceCapability,
  referenceApplies,
  referenceCapabilities,
  referenceRefusals,
} from '../rules/reference.ts';
import { reservedShare } from '../rules/reserve.ts';
import { FALSE, TRUE } from '../rules/tri.ts';

/**
 * What fits a machine request, from the definition alone: every offer is tried with every image, constraints are read
 * anew, rules evaluated word by word. Of the matcher only the list of images is used, and none of its masks or
 * classes, so that an error in them shows here. Slow: meant for checking, not for choosing.
 */

const ABSENT: ReferenceCapability = { lower: 'absent', upper: 'absent', maybeAny: false };
const NO_CONSTRAINTS: Constraints = { byKey: new Map(), aliases: [] };

/** One combination that fits, found the slow way. */
export interface Fit {
  readonly offer: number;
  readonly image: number;
  /** Nano-dollars per hour as billed. */
  readonly price: number;
  /** What it ranks by: the billed price, dearer or cheaper by all preferences that hold, to the nearest nano-dollar. */
  readonly rank: number;
}

/** MiB: what is asked of the host, or what guests stated apart take together, whichever is more. */
function rootDiskOf(request: Pick<MachineRequest, 'constraints' | 'guests'>): number {
  const guests = (request.guests ?? []).map((guest) => guest.count * guest.rootDisk);
  return Math.max(
    Number(request.constraints.byKey.get('root-disk')?.value ?? 0),
    guests.reduce((total, disk) => total + disk, 0),
  );
}

function factsOf(
  compiled: Compiled,
  request: Pick<MachineRequest, 'attributes' | 'constraints' | 'guests'>,
  images: Table,
  offers: Offers,
  offer: number,
  image: number,
  date: string | undefined,
): Facts {
  const { catalog } = compiled;
  return (name): Value | undefined => {
    const attribute = catalog.vocabulary.attributes.get(name);
    switch (attribute?.scope) {
      case 'type':
        return valueAt(catalog.types, name, offers.type[offer]!);
      case 'region':
        return valueAt(catalog.regions, name, offers.region[offer]!);
      case 'image':
        return valueAt(images, name, image);
      case 'offer':
        return name === 'offer.price' ? offers.price[offer] : valueAt(offers, name, offer);
      case 'request': {
        if (name === 'request.date') return date;
        if (name === 'request.root-disk') return Math.ceil(rootDiskOf(request) / 1024) || 8;
        if (name === 'request.gpus') return Number(request.constraints.byKey.get('gpus')?.value ?? 0);
        return request.attributes.get(name) ?? attribute.default;
      }
      default:
        return undefined;
    }
  };
}

/** Whether the host holds its guests beside what rules reserve; see `guestsOf` for who counts. */
function holdsGuests(compiled: Compiled, request: MachineRequest, facts: Facts): boolean {
  const { capabilities } = compiled.catalog.vocabulary;
  const stated = request.guests ?? [];
  const [mem, cores] = [facts('type.mem'), facts('type.cores')];
  const holds = (size: unknown, needed: number): boolean =>
    needed === 0 || (typeof size === 'number' && size >= needed);
  const sum = (guests: readonly Guest[], key: 'mem' | 'cores'): number =>
    guests.reduce((total, guest) => total + guest.count * guest[key], 0);
  if (!holds(mem, sum(stated, 'mem')) || !holds(cores, sum(stated, 'cores'))) return false;

  // Kinds that are asked for and not stated: of the constraints' size where nothing is stated apart, else of no size.
  const asked = (key: 'mem' | 'cores'): number =>
    request.guests === undefined ? Number(request.constraints.byKey.get(key)?.value ?? 0) : 0;
  const isVm = (kind: string): boolean => capabilities.get(kind)?.guest === 'vm';
  const vms = [...new Set(request.containers.map((need) => need.capability))]
    .filter((kind) => isVm(kind) && !stated.some((guest) => guest.kind === kind))
    .map((kind): Guest => ({ kind, count: 1, mem: asked('mem'), cores: asked('cores'), rootDisk: 0 }));
  const guests = [...stated, ...vms];
  if (!request.reserve || !guests.some((guest) => isVm(guest.kind))) return true;
  const derived = referenceCapabilities(compiled.program, facts);
  const rules = compiled.program.reserves.filter(
    (rule) => referenceApplies(compiled.program, rule, facts, derived) !== FALSE,
  );
  const count = (kind: string): number =>
    guests.reduce((total, guest) => total + (guest.kind === kind ? guest.count : 0), 0);
  if (typeof mem !== 'number' || mem < sum(guests, 'mem') + reservedShare(rules, 'mem', mem, count)) return false;
  const reservedCores = typeof cores === 'number' ? reservedShare(rules, 'cores', cores, count) : 0;
  return reservedCores === 0 || holds(cores, sum(guests, 'cores') + reservedCores);
}

/** A placement by host name means a machine of a MAAS; so does a system id, where there is a MAAS at all. */
function isMachineMeant({ placement }: MachineRequest, facts: Facts, hasMaas: boolean): boolean {
  if (placement.kind === 'host') return facts('offer.provider') === 'maas' && facts('type.name') === placement.name;
  if (placement.kind !== 'directive' || placement.key !== 'system-id' || !hasMaas) return true;
  return facts('offer.provider') === 'maas' && facts('type.provider-id') === placement.value;
}

/** Every constraint key, read anew: unknown passes where Juju lets it pass, and fails elsewhere. */
function meetsConstraints(
  request: MachineRequest,
  facts: Facts,
  price: number,
  knownIn: ReadonlyMap<string, ReadonlySet<string>>,
  hasMaas: boolean,
): boolean {
  const number = (name: string): number | undefined => facts(name) as number | undefined;
  const set = (name: string): readonly string[] | undefined => facts(name) as readonly string[] | undefined;
  const patterns = (list: readonly string[], name: string): boolean =>
    !list.some((one) => one.startsWith('^') && matchesGlob(one.slice(1), name)) &&
    (list.every((one) => one.startsWith('^')) || list.some((one) => !one.startsWith('^') && matchesGlob(one, name)));
  const regions = (request.constraints.byKey.get('region')?.value ?? []) as readonly string[];
  if (facts('offer.access') === 'restricted' && !regions.includes(String(facts('offer.region')))) return false;
  if (!request.constraints.byKey.has('market') && (facts('offer.market') ?? 'on-demand') !== 'on-demand') return false;
  if (
    !request.constraints.byKey.has('arch') &&
    !(set('type.arch')?.includes('amd64') === true && facts('image.arch') === 'amd64')
  )
    return false;
  const zonesWanted =
    request.placement.kind === 'directive' && request.placement.key === 'zone'
      ? [request.placement.value]
      : request.constraints.byKey.get('zones')?.value;
  const zones = set('offer.zones') ?? set('offer.region-zones');
  if (Array.isArray(zonesWanted) && zonesWanted.length > 0) {
    const here = `${String(facts('offer.cloud'))} ${String(facts('offer.region'))}`;
    const fits = (zonesWanted as string[]).some(
      (zone) => zones?.includes(zone) ?? knownIn.get(zone)?.has(here) ?? true,
    );
    if (!fits) return false;
  }
  if (!isMachineMeant(request, facts, hasMaas)) return false;
  const disk = rootDiskOf(request);
  if ((number('type.root-disk') || disk) < disk) return false;
  for (const { key, value } of request.constraints.byKey.values()) {
    if (value === '' || value === 0n || (Array.isArray(value) && value.length === 0)) {
      // Present but empty: asks for nothing, and an empty market is the default one.
      if (key === 'market' && (facts('offer.market') ?? 'on-demand') !== 'on-demand') return false;
      continue;
    }
    const wanted = Number(value);
    const meets = ((): boolean => {
      switch (key) {
        case 'arch':
          return set('type.arch')?.includes(String(value)) === true && facts('image.arch') === value;
        case 'cores':
          return (number('type.cores') ?? -1) >= wanted;
        case 'mem':
          return (number('type.mem') ?? -1) >= wanted;
        case 'cpu-power':
          return (number('type.cpu-power') ?? wanted) >= wanted;
        case 'tags':
          return (value as readonly string[]).every((tag) => set('type.tags')?.includes(tag) === true);
        case 'virt-type':
          return set('type.virt')?.includes(String(value)) === true;
        case 'instance-type':
          return facts('type.name') === value;
        case 'gpus':
          return (number('type.gpus') ?? -1) >= wanted;
        case 'gpu':
          return (
            facts('type.gpu-name') !== undefined &&
            matchesGlob(String(value).toLowerCase(), String(facts('type.gpu-name')).toLowerCase())
          );
        case 'local-disk':
          return (number('type.local-disk') ?? -1) * 1024 >= wanted;
        case 'cores-baseline':
          return (
            (number('type.cores') ?? -1) * (number('type.baseline') ?? -1) >= wanted &&
            facts('type.cores') !== undefined &&
            facts('type.baseline') !== undefined
          );
        case 'burstable':
        case 'bare-metal':
          return facts(`type.${key}`) === value;
        case 'cloud':
          return patterns(value as readonly string[], String(facts('type.cloud')));
        case 'region':
          return patterns(value as readonly string[], String(facts('offer.region')));
        case 'market':
          return value === 'any' || (facts('offer.market') ?? 'on-demand') === value;
        case 'max-price':
          return price <= wanted;
        case 'budget':
          return BigInt(price) * 730n <= BigInt(wanted);
        default:
          return true;
      }
    })();
    if (!meets) return false;
  }
  return true;
}

function fitsImage(facts: Facts): boolean {
  const archs = facts('type.arch') as readonly string[] | undefined;
  const [virts, wanted] = [
    facts('type.virt') as readonly string[] | undefined,
    facts('image.virt') as readonly string[] | undefined,
  ];
  if (archs?.includes(String(facts('image.arch'))) !== true) return false;
  if (virts !== undefined && wanted !== undefined && !virts.some((virt) => wanted.includes(virt))) return false;
  const bound = facts('image.region');
  return bound === undefined || bound === facts('offer.region');
}

/** A fraction rounded to the nearest integer; of two that are as near, the even one. */
function nearestTo(numerator: bigint, denominator: bigint): number {
  const [whole, rest] = [numerator / denominator, numerator % denominator];
  const up = rest * 2n > denominator || (rest * 2n === denominator && whole % 2n === 1n);
  return Number(up ? whole + 1n : whole);
}

/** The facts of an offer with an image, and what rules derive from them for one request. */
export interface Reading {
  readonly request: MachineRequest;
  readonly facts: Facts;
  /** Worked out when it is first asked for. */
  derived(): Capabilities;
}

/** What constraints and rules say of single offers with single images, from the definition alone. */
export interface Definition {
  /** Images that there are for the requests' base. */
  readonly images: Images;
  /** Those that boot on an offer, in order of preference. */
  imagesOn(offer: number): readonly number[];
  read(request: MachineRequest, offer: number, image: number): Reading;
  /** Nano-dollars per hour as billed. */
  bill(reading: Reading, offer: number): number;
  /** What an offer billed so much ranks by: see `prefer`. */
  rank(reading: Reading, billed: number): number;
  /** Whether constraints are met, were the price 0: what misses them is not looked at further. */
  mayMeet(reading: Reading): boolean;
  /** Whether constraints, containers and rules are met. */
  meets(reading: Reading, price: number): boolean;
  /** The rules that keep something back, those that cannot be decided included. */
  reserves(reading: Reading): readonly RuleOf<'reserve'>[];
}

/** @param waived ids of the rules that do not count */
export function definitionOf(
  { catalog, program: whole }: Compiled,
  base: Base,
  waived: readonly string[],
  at: string | undefined,
): Definition {
  const program = withoutRules(whole, ({ id }) => waived.includes(id));
  const compiled: Compiled = { catalog, program };
  const { offers, types } = catalog;
  const images: Images = imagesOf(compiled, base);
  const date = at ?? catalog.newestPrice;
  const hasMaas = Array.from({ length: catalog.regions.size }, (_, row) => row).some(
    (row) => textAt(catalog.regions, 'offer.provider', row) === 'maas',
  );
  const knownIn = new Map<string, Set<string>>();
  const learn = (table: Table, name: string, regionOf: (row: number) => number): void => {
    if (!table.columns.has(name)) return;
    for (let row = 0; row < table.size; row += 1) {
      const region = regionOf(row);
      const place = `${textAt(catalog.regions, 'offer.cloud', region)} ${textAt(catalog.regions, 'offer.region', region)}`;
      for (const zone of (valueAt(table, name, row) as readonly string[] | undefined) ?? []) {
        const places = knownIn.get(zone) ?? new Set<string>();
        knownIn.set(zone, places.add(place));
      }
    }
  };
  learn(catalog.regions, 'offer.region-zones', (row) => row);
  learn(offers, 'offer.zones', (row) => offers.region[row]!);
  learn(catalog.listedUnpriced, 'offer.zones', (row) => catalog.listedUnpriced.region[row]!);
  const factsAt = (
    request: Pick<MachineRequest, 'attributes' | 'constraints' | 'guests'>,
    offer: number,
    row: number,
  ) => factsOf(compiled, request, images.table, offers, offer, row, date);
  return {
    images,
    imagesOn: (offer) =>
      (images.byCloud.get(textAt(types, 'type.cloud', offers.type[offer]!) ?? '') ?? []).filter((image) =>
        fitsImage(factsAt({ attributes: new Map(), constraints: NO_CONSTRAINTS, guests: [] }, offer, image)),
      ),
    read(request, offer, image) {
      const facts = factsAt(request, offer, image);
      let derived: Capabilities | undefined;
      return {
        request,
        facts,
        derived() {
          derived ??= referenceCapabilities(program, facts);
          return derived;
        },
      };
    },
    bill({ facts, derived }, offer) {
      const applying = program.prices.filter((rule) => referenceApplies(program, rule, facts, derived()) === TRUE);
      return billedPrice(offers.price[offer]!, applying, (name) => numberAt(types, name, offers.type[offer]!)).total;
    },
    rank({ facts, derived }, billed) {
      const share = program.rules.reduce(
        (sum, rule) =>
          rule.action.verb === 'prefer' && referenceApplies(program, rule, facts, derived()) === TRUE
            ? sum + BigInt(rule.action.preference.share)
            : sum,
        1_000_000n,
      );
      return Number.isNaN(billed) ? billed : nearestTo(BigInt(billed) * (share < 0n ? 0n : share), 1_000_000n);
    },
    mayMeet: ({ request, facts }) => meetsConstraints(request, facts, 0, knownIn, hasMaas),
    meets: ({ request, facts, derived }, price) =>
      meetsConstraints(request, facts, price, knownIn, hasMaas) &&
      holdsGuests(compiled, request, facts) &&
      request.containers.every(
        (need) => hasCapability(derived().get(need.capability) ?? ABSENT, need.atLeast) === TRUE,
      ) &&
      referenceRefusals(program, facts, derived()).length === 0 &&
      (request.constraints.byKey.get('launcher')?.value !== 'juju' || launchable(compiled, request, facts)),
    reserves: ({ facts, derived }) =>
      program.reserves.filter((rule) => referenceApplies(program, rule, facts, derived()) !== FALSE),
  };
}

/** Every offer with its cheapest fitting image, in order of price, ties in the catalog's order. */
export function fitsByDefinition(whole: Compiled, request: MachineRequest, at: string | undefined): readonly Fit[] {
  const { catalog } = whole;
  const { offers } = catalog;
  const definition = definitionOf(whole, request.base, request.waived, at);
  const fits: Fit[] = [];
  for (let offer = 0; offer < offers.size; offer += 1) {
    let best: Fit | undefined;
    for (const image of definition.imagesOn(offer)) {
      const reading = definition.read(request, offer, image);
      if (!definition.mayMeet(reading)) continue;
      const price = definition.bill(reading, offer);
      const rank = definition.rank(reading, price);
      if (best !== undefined && (rank > best.rank || (rank === best.rank && price >= best.price))) continue;
      if (definition.meets(reading, price)) best = { offer, image, price, rank };
    }
    if (best !== undefined) fits.push(best);
  }
  const nameOf = ({ offer }: Fit): readonly string[] => [
    textAt(catalog.regions, 'offer.cloud', offers.region[offer]!) ?? '',
    textAt(catalog.regions, 'offer.region', offers.region[offer]!) ?? '',
    textAt(catalog.types, 'type.name', offers.type[offer]!) ?? '',
    textAt(offers, 'offer.market', offer) ?? '',
  ];
  const byName = (a: Fit, b: Fit): number => {
    const [left, right] = [nameOf(a), nameOf(b)];
    const first = left.findIndex((part, index) => part !== right[index]);
    return first === -1 ? a.offer - b.offer : compareText(left[first]!, right[first]!);
  };
  return fits.sort((a, b) => a.rank - b.rank || byName(a, b));
}

/** Whether Juju can launch it: no capability comes by a launch option alone, and it is no spot machine. */
export function launchable(compiled: Compiled, request: MachineRequest, facts: Facts): boolean {
  if (facts('offer.market') === 'spot') return false;
  const { program } = compiled;
  const launching = {
    ...program,
    strata: program.strata.map((stratum) => ({
      ...stratum,
      providers: stratum.providers.filter((rule) => rule.action.via !== 'launch-option'),
    })),
  };
  const derived = referenceCapabilities(launching, facts);
  return request.containers.every(
    (need) => hasCapability(derived.get(need.capability) ?? ABSENT, need.atLeast) === TRUE,
  );
}
