import type { Catalog, Offers } from '../catalog/catalog.ts';
import { numberAt, setAt, type Table, textAt, valueAt } from '../catalog/column.ts';
import { formatValue } from '../catalog/decode.ts';
import { placeOf } from '../diagnostic/diagnostic.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { matchesGlob } from '../quantity/glob.ts';
import { formatMoney, HOURS_PER_MONTH } from '../quantity/money.ts';
import { formatSize } from '../quantity/size.ts';
import { flagOf, listOf, numberOf, textOf } from '../request/constraints.ts';
import type { Key } from '../request/keys.ts';
import { guestsOf, hostRootDisk, type MachineRequest, zonesOf } from '../request/request.ts';
import { FALSE, TRUE, type Tri, triOf, UNKNOWN_TRUTH } from '../rules/tri.ts';
import { isNamed, namedMachine } from './machines.ts';
import { homesOfZones, mayBeIn } from './zones.ts';

/**
 * What a request needs of an offer, one predicate per need, at the level of the facts that decide it. Every need has
 * an id and a sentence, so that whatever misses it can be told.
 */

/** How a need bears on the answer. */
export type Bearing =
  /** Bounds what is considered at all: clouds and regions. */
  | 'scope'
  /** Must be met. */
  | 'must'
  /** Is told of, with what meeting it would cost. */
  | 'wish';

/** The amount that a need compares, so that gaps and margins can be told. */
export interface Measure {
  readonly bound: 'at-least' | 'at-most';
  readonly wanted: number;
  /** What an offer has, in the unit of `wanted`; undefined when unknown. `price` in nano-dollars per hour. */
  readonly has: (type: number, price: number) => number | undefined;
  readonly format: (amount: number) => string;
}

export interface NeedText {
  /** Stable: a constraint key, `can.kvm`, `rule hosting/…`, `image`, `reserve`, `machine`, `full-speed`. */
  readonly id: string;
  /** What is needed, as a phrase: `mem >= 4G`. */
  readonly text: string;
  readonly bearing: Bearing;
  /** Where it comes from: the place of a constraint, `file:line:column` of a rule, or `default`. */
  readonly from: string;
  /** Where an amount decides. */
  readonly measure?: Measure;
  /** The attribute that decides, where a single one does. */
  readonly attribute?: string;
}

/** A need that facts of the type alone decide. */
export interface TypeNeed extends NeedText {
  readonly level: 'type';
  readonly holds: (type: number) => Tri;
}
/** A need that facts of the region alone decide. */
export interface RegionNeed extends NeedText {
  readonly level: 'region';
  readonly holds: (region: number) => Tri;
}
/** A need that facts of the offer and its region decide. */
export interface OfferNeed extends NeedText {
  readonly level: 'offer';
  readonly holds: (offer: number, region: number) => Tri;
  /** Where one column decides, and is never unknown: whether each of its codes passes, 1 or 0. */
  readonly byCode?: { readonly codes: Uint16Array | Uint32Array; readonly passes: Uint8Array };
}
/** A need that the billed price decides: at most so many nano-dollars per hour. */
export interface PriceNeed extends NeedText {
  readonly level: 'price';
  readonly most: number;
}
export type FactNeed = TypeNeed | RegionNeed | OfferNeed | PriceNeed;

/** A request that says nothing of architecture means amd64, as in Juju; an empty `arch=` means any. */
export function wantedArch(request: MachineRequest): string | undefined {
  const given = request.constraints.byKey.get('arch');
  return given === undefined ? 'amd64' : textOf(request.constraints, 'arch');
}

/** Whether a name passes a list of names and globs, `^` in front negating: some positive one (if any) and no negative. */
export function passesPatterns(patterns: readonly string[], name: string): boolean {
  const negative = patterns.filter((pattern) => pattern.startsWith('^')).map((pattern) => pattern.slice(1));
  const positive = patterns.filter((pattern) => !pattern.startsWith('^'));
  if (negative.some((pattern) => matchesGlob(pattern, name))) return false;
  return positive.length === 0 || positive.some((pattern) => matchesGlob(pattern, name));
}

/** The needs of a request that facts decide without an image. */
export function factNeeds(request: MachineRequest, catalog: Catalog, offers: Offers): readonly FactNeed[] {
  const { constraints } = request;
  const { types, regions, vocabulary } = catalog;
  const needs: FactNeed[] = [];
  const from = (key: string): string => {
    const span = constraints.byKey.get(key as Key)?.span;
    return span === undefined ? 'default' : placeOf(span);
  };
  const type = (
    id: string,
    text: string,
    holds: (row: number) => Tri,
    about: Pick<Partial<NeedText>, 'bearing' | 'from' | 'measure' | 'attribute'> = {},
  ): void => {
    needs.push({ id, text, bearing: 'must', from: from(id), level: 'type', holds, ...about });
  };

  // --- what is considered ---
  for (const key of ['cloud', 'region'] as const) {
    const patterns = listOf(constraints, key);
    if (patterns.length === 0) continue;
    needs.push({
      id: key,
      text: `${key} ${patterns.join(',')}`,
      bearing: 'scope',
      from: from(key),
      level: 'region',
      holds: (row) => triOf(passesPatterns(patterns, textAt(regions, `offer.${key}`, row) ?? '')),
    });
  }
  const named = listOf(constraints, 'region');
  needs.push({
    id: 'access',
    text: 'a region open to every account (restricted ones count only when named)',
    bearing: 'scope',
    from: 'default',
    level: 'region',
    holds: (row) =>
      triOf(
        textAt(regions, 'offer.access', row) !== 'restricted' ||
          named.includes(textAt(regions, 'offer.region', row) ?? ''),
      ),
  });

  // --- the offer ---
  const market = textOf(constraints, 'market') ?? 'on-demand';
  if (market !== 'any') {
    const column = offers.columns.get('offer.market');
    const wanted = Uint8Array.from(column?.values ?? [], (value) => ((value ?? 'on-demand') === market ? 1 : 0));
    needs.push({
      id: 'market',
      text: `market ${market}`,
      bearing: 'must',
      from: from('market'),
      attribute: 'offer.market',
      level: 'offer',
      holds: (row) => triOf(column === undefined ? market === 'on-demand' : wanted[column.codes[row]!] === 1),
      ...(column === undefined ? {} : { byCode: { codes: column.codes, passes: wanted } }),
    });
  }
  const zones = zonesOf(request);
  if (zones.length > 0) {
    const homes = homesOfZones(catalog);
    needs.push({
      id: 'zones',
      text: `zone ${zones.join(' or ')}`,
      bearing: 'must',
      from: request.placement.kind === 'directive' ? 'placement' : from('zones'),
      attribute: 'offer.zones',
      level: 'offer',
      holds: (row, region) => {
        const sold = setAt(offers, 'offer.zones', row) ?? setAt(regions, 'offer.region-zones', region);
        return triOf(zones.some((zone) => (sold === undefined ? mayBeIn(homes, zone, region) : sold.includes(zone))));
      },
    });
  }

  // --- Juju's keys ---
  const arch = wantedArch(request);
  if (arch !== undefined) {
    type(
      'arch',
      `arch ${arch}`,
      (row) => {
        const archs = setAt(types, 'type.arch', row);
        return archs === undefined ? UNKNOWN_TRUTH : triOf(archs.includes(arch));
      },
      { attribute: 'type.arch' },
    );
  }
  const atLeast = (id: Key, attribute: string, text: (wanted: number) => string, whenUnknown: Tri, scale = 1): void => {
    const wanted = numberOf(constraints, id);
    if (wanted === 0) return;
    const has = (row: number): number | undefined => {
      const value = numberAt(types, attribute, row);
      return value === undefined ? undefined : value * scale;
    };
    type(
      id,
      `${id} >= ${text(wanted)}`,
      (row) => {
        const value = has(row);
        return value === undefined ? whenUnknown : triOf(value >= wanted);
      },
      { measure: { bound: 'at-least', wanted, has, format: text } },
    );
  };
  atLeast('cores', 'type.cores', String, UNKNOWN_TRUTH);
  atLeast('mem', 'type.mem', formatSize, UNKNOWN_TRUTH);
  atLeast('cpu-power', 'type.cpu-power', String, TRUE);
  // A root disk of size 0 is Juju's "unknown"; on most clouds the size is chosen at launch.
  const rootDisk = hostRootDisk(request);
  if (rootDisk > 0) {
    type(
      'root-disk',
      `root-disk >= ${formatSize(rootDisk)}`,
      (row) => {
        const value = numberAt(types, 'type.root-disk', row);
        return triOf(value === undefined || value === 0 || value >= rootDisk);
      },
      {
        measure: {
          bound: 'at-least',
          wanted: rootDisk,
          has: (row) => numberAt(types, 'type.root-disk', row) || undefined,
          format: formatSize,
        },
      },
    );
  }
  const tags = listOf(constraints, 'tags');
  if (tags.length > 0) {
    type(
      'tags',
      `tags ${tags.join(',')}`,
      (row) => {
        const own = setAt(types, 'type.tags', row);
        return own === undefined ? UNKNOWN_TRUTH : triOf(tags.every((tag) => own.includes(tag)));
      },
      { attribute: 'type.tags' },
    );
  }
  const virt = textOf(constraints, 'virt-type');
  if (virt !== undefined) {
    type(
      'virt-type',
      `virt-type ${virt}`,
      (row) => {
        const own = setAt(types, 'type.virt', row);
        return own === undefined ? UNKNOWN_TRUTH : triOf(own.includes(virt));
      },
      { attribute: 'type.virt' },
    );
  }
  const instanceType = textOf(constraints, 'instance-type');
  if (instanceType !== undefined)
    type(
      'instance-type',
      `instance type ${instanceType}`,
      (row) => triOf(textAt(types, 'type.name', row) === instanceType),
      { attribute: 'type.name' },
    );

  const machine = namedMachine(request, catalog);
  if (machine !== undefined)
    type('machine', `machine ${machine.value}`, (row) => triOf(isNamed(catalog, row, machine)), { from: 'placement' });

  // --- our own keys: what is not known is not met ---
  atLeast('gpus', 'type.gpus', String, UNKNOWN_TRUTH);
  atLeast('local-disk', 'type.local-disk', formatSize, UNKNOWN_TRUTH, 1024);
  const gpu = textOf(constraints, 'gpu');
  if (gpu !== undefined) {
    type(
      'gpu',
      `gpu ${gpu}`,
      (row) => {
        const model = textAt(types, 'type.gpu-name', row);
        if (model === undefined) return numberAt(types, 'type.gpus', row) === 0 ? FALSE : UNKNOWN_TRUTH;
        return triOf(matchesGlob(gpu.toLowerCase(), model.toLowerCase()));
      },
      { attribute: 'type.gpu-name' },
    );
  }
  const baseline = numberOf(constraints, 'cores-baseline');
  if (baseline > 0) {
    type(
      'cores-baseline',
      `${formatDecimal(baseline, 3)} sustained cores`,
      (row) => {
        const sustained = sustainedCores(types, row);
        return sustained === undefined ? UNKNOWN_TRUTH : triOf(sustained >= baseline);
      },
      {
        measure: {
          bound: 'at-least',
          wanted: baseline,
          has: (row) => sustainedCores(types, row),
          format: (amount) => formatDecimal(amount, 3),
        },
      },
    );
  }
  for (const key of ['burstable', 'bare-metal'] as const) {
    const wanted = flagOf(constraints, key);
    if (wanted === undefined) continue;
    type(
      key,
      `${key} ${wanted}`,
      (row) => {
        const value = valueAt(types, `type.${key}`, row);
        return value === undefined ? UNKNOWN_TRUTH : triOf(value === wanted);
      },
      { attribute: `type.${key}` },
    );
  }

  // --- guests stated apart: the host must hold their sum ---
  if (request.guests !== undefined) {
    const guests = guestsOf(request);
    const sum = (of: (guest: (typeof guests)[number]) => number): number =>
      guests.reduce((total, guest) => total + guest.count * of(guest), 0);
    for (const [id, attribute, total, text] of [
      ['guest-cores', 'type.cores', sum((guest) => guest.cores), String] as const,
      ['guest-mem', 'type.mem', sum((guest) => guest.mem), formatSize] as const,
    ]) {
      if (total === 0) continue;
      type(
        id,
        `${attribute.slice('type.'.length)} >= ${text(total)} for the guests`,
        (row) => {
          const value = numberAt(types, attribute, row);
          return value === undefined ? UNKNOWN_TRUTH : triOf(value >= total);
        },
        {
          from: 'guests',
          measure: { bound: 'at-least', wanted: total, has: (row) => numberAt(types, attribute, row), format: text },
        },
      );
    }
  }

  // --- money ---
  const maxPrice = constraints.byKey.get('max-price')?.value;
  if (typeof maxPrice === 'number')
    needs.push({
      id: 'max-price',
      text: `max-price ${formatMoney(maxPrice)} USD/h`,
      bearing: 'must',
      from: from('max-price'),
      level: 'price',
      most: maxPrice,
      measure: { bound: 'at-most', wanted: maxPrice, has: (_, price) => price, format: formatMoney },
    });
  const budget = constraints.byKey.get('budget')?.value;
  if (typeof budget === 'number') {
    // No single machine may cost more; that all of them together stay within it is seen when they are chosen.
    const most = Math.floor(budget / HOURS_PER_MONTH);
    needs.push({
      id: 'budget',
      text: `budget ${formatMoney(budget)} USD a month`,
      bearing: 'must',
      from: from('budget'),
      level: 'price',
      most,
      measure: { bound: 'at-most', wanted: most, has: (_, price) => price, format: formatMoney },
    });
  }

  const fullSpeed = vocabulary.attributes.get('type.baseline');
  if (fullSpeed !== undefined) {
    type(
      'full-speed',
      `a baseline of ${formatValue(fullSpeed, 1000)}`,
      (row) => {
        const value = numberAt(types, 'type.baseline', row);
        return value === undefined ? UNKNOWN_TRUTH : triOf(value >= 1000);
      },
      { bearing: 'wish', attribute: 'type.baseline' },
    );
  }
  return needs;
}

/** Thousandths of cores that a type can use all the time; undefined when unknown. Baselines are held in 0.1 %. */
export function sustainedCores(types: Table, row: number): number | undefined {
  const cores = numberAt(types, 'type.cores', row);
  const baseline = numberAt(types, 'type.baseline', row);
  return cores === undefined || baseline === undefined ? undefined : cores * baseline;
}
