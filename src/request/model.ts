import type { Value, Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { parseMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';
import { type CapabilityNeed, type Constraints, parseCapabilityNeed, parseConstraints } from './constraints.ts';
import { type Base, DEFAULT_BASE, parseAttributes, parseBase } from './request.ts';
import { faultIn, type SourceText } from './source-text.ts';

/** A model: units that are placed on machines, and the machines that run already. */

/** A dimension of machines and what a unit takes of it; see `DIMENSIONS` for the units of measurement. */
export type Amounts = ReadonlyMap<string, number>;

/** Dimensions that every type has. Any other one counts what types state in their `capacity`. */
export const DIMENSIONS = {
  /** Thousandths of a core. */
  'cpu-milli': 'type.cores',
  /** MiB. */
  mem: 'type.mem',
  /** MiB. */
  'root-disk': 'type.root-disk',
  gpus: 'type.gpus',
  /** GiB. */
  'local-disk': 'type.local-disk',
} as const;

/** Units of one kind: `count` of them, `id/0`, `id/1`, … */
export interface UnitGroup {
  readonly id: string;
  /** At least 1. */
  readonly count: number;
  /** What each takes of its machine: positive integers. */
  readonly needs: Amounts;
  /** What bounds its machine, those of the model included. */
  readonly constraints: Constraints;
  /** The container that each unit runs in, which its machine must be able to host; undefined: on the machine itself. */
  readonly container: CapabilityNeed | undefined;
  /** Of the machine, where the unit is in no container. */
  readonly base: Base;
  /** How many of them one machine may hold at the most. */
  readonly maxPerMachine: number | undefined;
  /** Groups none of which may be on the same machine, in order; symmetric. */
  readonly apartFrom: readonly string[];
  /** The group whose unit i is on the machine of unit i of this one. */
  readonly with: string | undefined;
  /** `zone`: numbers per zone of the region differ by at most 1. */
  readonly spread: 'zone' | undefined;
}

const unitsOf = ({ count }: UnitGroup): string => `${count} unit${count === 1 ? '' : 's'}`;

/** A machine that runs already. */
export interface RunningMachine {
  readonly id: string;
  readonly type: string;
  readonly cloud: string | undefined;
  readonly region: string;
  readonly zone: string | undefined;
  /** Nano-dollars an hour that it costs to use it further. */
  readonly keepPrice: number;
  /** What is taken by others than `units`. */
  readonly used: Amounts;
  /** Units of the model that stay where they are: `db/0`. */
  readonly units: readonly string[];
}

export interface ModelRequest {
  readonly base: Base;
  readonly units: readonly UnitGroup[];
  readonly machines: readonly RunningMachine[];
  /** `request.*` attributes that were given. */
  readonly attributes: ReadonlyMap<string, Value>;
  /** Nano-dollars a month that all machines together may cost. */
  readonly budget: number | undefined;
  /** Whether what rules reserve on hosts counts. */
  readonly reserve: boolean;
  /** Ids of rules that are waived, in order. */
  readonly waived: readonly string[];
  /** What machines of one model may differ in; otherwise they share one cloud and region. */
  readonly mix: readonly ('region' | 'cloud')[];
}

export interface UnitText {
  readonly id: SourceText;
  readonly count: number;
  /** A dimension with its amount as it was written: an integer, or a size such as `4G` where it is one. */
  readonly needs: readonly { readonly dimension: SourceText; readonly amount: SourceText }[];
  readonly constraints?: SourceText | undefined;
  readonly container?: SourceText | undefined;
  readonly base?: SourceText | undefined;
  readonly maxPerMachine?: number | undefined;
  readonly apartFrom?: readonly SourceText[] | undefined;
  readonly with?: SourceText | undefined;
  readonly spread?: 'zone' | undefined;
}

export interface MachineText {
  readonly id: SourceText;
  readonly type: SourceText;
  readonly cloud?: string | undefined;
  readonly region: string;
  readonly zone?: string | undefined;
  readonly keepPrice?: SourceText | undefined;
  readonly used: UnitText['needs'];
  readonly units: readonly SourceText[];
}

/** A model request as text, from a file or a command line. */
export interface ModelText {
  /** Of every unit's machine, beneath the unit's own; `budget` is that of the model. */
  readonly constraints: readonly SourceText[];
  readonly base?: SourceText | undefined;
  readonly units: readonly UnitText[];
  readonly machines?: readonly MachineText[] | undefined;
  readonly attributes?: readonly SourceText[] | undefined;
  readonly reserve?: boolean | undefined;
  readonly waived?: readonly SourceText[] | undefined;
  readonly mix?: readonly ('region' | 'cloud')[] | undefined;
}

const MOST_UNITS = 100_000;
const MOST_GROUPS = 400;
const UNIT_ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const DIMENSION = /^[a-z][a-z0-9-]*$/;
/** Sums over a whole model stay exact. */
const MOST_AMOUNT = 2 ** 40;

/** MiB, MiB, GiB: the units that an amount with a suffix is turned into. */
const SIZES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  mem: { M: 1, G: 1024, T: 1024 ** 2 },
  'root-disk': { M: 1, G: 1024, T: 1024 ** 2 },
  'local-disk': { G: 1, T: 1024 },
};

function parseAmounts(needs: UnitText['needs'], faults: Diagnostic[]): Amounts {
  const amounts = new Map<string, number>();
  for (const { dimension: written, amount } of needs) {
    const isCores = written.text === 'cores';
    const dimension = isCores ? 'cpu-milli' : written.text;
    const bad = (message: string, hint?: string): void => {
      faults.push(faultIn(amount, 'bad-need', message, hint));
    };
    if (!DIMENSION.test(dimension)) {
      faults.push(faultIn(written, 'bad-need', `"${dimension}" cannot name a dimension`));
      continue;
    }
    if (amounts.has(dimension)) {
      faults.push(faultIn(written, 'bad-need', `${dimension} is given twice`, 'cores: n is cpu-milli: n × 1000'));
      continue;
    }
    const [, digits, suffix = ''] = /^(\d{1,13}(?:\.\d{1,3})?)([MGT]?)$/.exec(amount.text) ?? [];
    const factor = suffix === '' ? (isCores ? 1000 : 1) : SIZES[dimension]?.[suffix];
    const value = digits === undefined || factor === undefined ? Number.NaN : scaled(digits, factor);
    if (!Number.isInteger(value) || value > MOST_AMOUNT) {
      bad(
        `${written.text} cannot be ${amount.text}`,
        SIZES[dimension] === undefined ? 'write a whole number' : 'write a whole number, or a size such as 4G',
      );
    } else if (value > 0) amounts.set(dimension, value);
  }
  return amounts;
}

/** A decimal text of at most three decimals times a whole number, exactly; NaN where the result is not whole. */
function scaled(digits: string, factor: number): number {
  const [whole = '0', fraction = ''] = digits.split('.');
  const thousandths = BigInt(whole + fraction.padEnd(3, '0')) * BigInt(factor);
  return thousandths % 1000n === 0n ? Number(thousandths / 1000n) : Number.NaN;
}

/** Constraints over others: a key that is given below is not looked up above. */
function over(own: Constraints, above: Constraints): Constraints {
  return { byKey: new Map([...above.byKey, ...own.byKey]), aliases: [...above.aliases, ...own.aliases] };
}

interface Reading {
  readonly vocabulary: Vocabulary;
  readonly model: Constraints;
  readonly base: Base;
  readonly faults: Diagnostic[];
}

function parseGroup(text: UnitText, reading: Reading): UnitGroup | undefined {
  const { vocabulary, faults, model } = reading;
  const before = faults.length;
  if (!UNIT_ID.test(text.id.text))
    faults.push(
      faultIn(text.id, 'bad-unit', `"${text.id.text}" cannot name units`, 'write lower-case words with dashes'),
    );
  if (!Number.isInteger(text.count) || text.count < 1)
    faults.push(faultIn(text.id, 'bad-count', `${text.count} units of ${text.id.text} cannot be placed`));
  const needs = parseAmounts(text.needs, faults);
  const constraints = parseConstraints(text.constraints === undefined ? [] : [text.constraints], vocabulary);
  if (!constraints.ok) faults.push(...constraints.diagnostics);
  else if (constraints.value.byKey.has('budget'))
    faults.push(faultIn(text.constraints!, 'bad-constraint', 'a budget is of the whole model', 'give it to the model'));
  let container: CapabilityNeed | undefined;
  if (text.container !== undefined) {
    const need = parseCapabilityNeed(text.container.text, vocabulary);
    if ('reason' in need) faults.push(faultIn(text.container, 'bad-container', need.reason, need.hint));
    else if (vocabulary.capabilities.get(need.capability)?.container !== true)
      faults.push(faultIn(text.container, 'bad-container', `"${need.capability}" is no container type`));
    else container = need;
  }
  const base = text.base === undefined ? ok(reading.base) : parseBase(text.base);
  if (!base.ok) faults.push(...base.diagnostics);
  const { maxPerMachine } = text;
  if (maxPerMachine !== undefined && (!Number.isInteger(maxPerMachine) || maxPerMachine < 1))
    faults.push(faultIn(text.id, 'bad-count', `a machine cannot hold ${maxPerMachine} units of ${text.id.text}`));
  if (faults.length > before || !constraints.ok || !base.ok) return undefined;
  const apart = (text.apartFrom ?? []).map((one) => one.text);
  return {
    id: text.id.text,
    count: text.count,
    needs,
    constraints: over(constraints.value, model),
    container,
    base: base.value,
    // Whoever keeps apart from its own kind is alone.
    maxPerMachine: apart.includes(text.id.text) ? 1 : maxPerMachine,
    apartFrom: apart.filter((id) => id !== text.id.text),
    with: text.with?.text,
    spread: text.spread,
  };
}

/** Whether the groups that groups speak of are there, and fit together. */
function checkGroups(texts: readonly UnitText[], groups: readonly UnitGroup[], faults: Diagnostic[]): void {
  const byId = new Map<string, UnitGroup>();
  for (const [index, group] of groups.entries()) {
    if (byId.has(group.id)) faults.push(faultIn(texts[index]!.id, 'bad-unit', `units "${group.id}" are given twice`));
    byId.set(group.id, group);
  }
  for (const [index, group] of groups.entries()) {
    const text = texts[index]!;
    const known = (name: SourceText): boolean => {
      if (byId.has(name.text)) return true;
      faults.push(
        faultIn(name, 'unknown-unit', `no units are called "${name.text}"`, didYouMean(name.text, byId.keys())),
      );
      return false;
    };
    for (const other of text.apartFrom ?? []) known(other);
    if (text.with === undefined || !known(text.with)) continue;
    const host = byId.get(text.with.text)!;
    if (host === group || host.with !== undefined)
      faults.push(faultIn(text.with, 'bad-unit', `${group.id} cannot be with ${host.id}, which is with others itself`));
    else if (host.count !== group.count)
      faults.push(
        faultIn(
          text.with,
          'bad-count',
          `${group.id} has ${unitsOf(group)} and ${host.id} ${host.count}: they cannot sit in pairs`,
        ),
      );
    else {
      // All that are with one are together.
      const mates = groups.filter((other, at) => other === host || (other.with === host.id && at < index));
      const clash = mates.find((mate) => mate.apartFrom.includes(group.id) || group.apartFrom.includes(mate.id));
      if (clash !== undefined)
        faults.push(
          faultIn(
            text.with,
            'bad-unit',
            clash === host
              ? `${group.id} is to be both with ${host.id} and apart from it`
              : `${group.id} is to be apart from ${clash.id}, which is with ${host.id} as well`,
          ),
        );
    }
  }
}

function parseMachine(text: MachineText, groups: readonly UnitGroup[], faults: Diagnostic[]): RunningMachine {
  const keepPrice = text.keepPrice === undefined ? 0 : parseMoney(text.keepPrice.text);
  if (keepPrice === undefined)
    faults.push(faultIn(text.keepPrice!, 'bad-price', `"${text.keepPrice!.text}" is no amount of USD per hour`));
  for (const unit of text.units) {
    const [, id, number] = /^(.+)\/(0|[1-9]\d*)$/.exec(unit.text) ?? [];
    const group = groups.find((one) => one.id === id);
    if (id === undefined) faults.push(faultIn(unit, 'bad-unit', `"${unit.text}" is no unit`, 'a unit is written db/0'));
    else if (group !== undefined && Number(number) >= group.count)
      faults.push(faultIn(unit, 'bad-unit', `${id} has ${unitsOf(group)}, so there is no ${unit.text}`));
    else if (group?.with !== undefined && !text.units.some((one) => one.text === `${group.with}/${number}`))
      faults.push(
        faultIn(
          unit,
          'bad-unit',
          `${unit.text} is with ${group.with}/${number}, which is not on machine ${text.id.text}`,
          'name both, or neither',
        ),
      );
  }
  return {
    id: text.id.text,
    type: text.type.text,
    cloud: text.cloud,
    region: text.region,
    zone: text.zone,
    keepPrice: keepPrice ?? 0,
    used: parseAmounts(text.used, faults),
    units: text.units.map((unit) => unit.text),
  };
}

/** A model request from its texts, or every fault in them. */
export function parseModel(text: ModelText, vocabulary: Vocabulary): Result<ModelRequest> {
  const faults: Diagnostic[] = [];
  const above = parseConstraints(text.constraints, vocabulary);
  const base = parseBase(text.base ?? { source: 'base', text: DEFAULT_BASE });
  const attributes = parseAttributes(text.attributes ?? [], vocabulary);
  for (const part of [above, base, attributes]) if (!part.ok) faults.push(...part.diagnostics);
  if (!above.ok || !base.ok || !attributes.ok) return fail(...faults);
  const model = new Map(above.value.byKey);
  const budget = model.get('budget')?.value;
  model.delete('budget');
  const reading: Reading = {
    vocabulary,
    model: { byKey: model, aliases: above.value.aliases },
    base: base.value,
    faults,
  };
  const groups = text.units.map((unit) => parseGroup(unit, reading)).filter((group) => group !== undefined);
  const units = groups.reduce((total, group) => total + group.count, 0);
  if (text.units.length === 0)
    faults.push({ code: 'bad-model', message: 'the model has no units', path: 'request.units' });
  if (units > MOST_UNITS || groups.length > MOST_GROUPS)
    faults.push({
      code: 'bad-model',
      message: `${units} units in ${groups.length} groups are too many`,
      path: 'request.units',
      hint: `at most ${MOST_UNITS} in ${MOST_GROUPS} can be planned at once`,
    });
  if (groups.length === text.units.length) checkGroups(text.units, groups, faults);
  const machines = (text.machines ?? []).map((machine) => parseMachine(machine, groups, faults));
  const placed = new Set<string>();
  const ids = new Set<string>();
  for (const [index, machine] of (text.machines ?? []).entries()) {
    if (ids.has(machine.id.text))
      faults.push(faultIn(machine.id, 'bad-machine', `machine ${machine.id.text} is given twice`));
    ids.add(machine.id.text);
    for (const unit of text.machines![index]!.units) {
      if (placed.has(unit.text)) faults.push(faultIn(unit, 'bad-unit', `${unit.text} is on two machines`));
      placed.add(unit.text);
    }
  }
  if (faults.length > 0) return fail(...faults);
  return ok({
    base: base.value,
    units: groups,
    machines,
    attributes: attributes.value,
    budget: typeof budget === 'number' ? budget : undefined,
    reserve: text.reserve ?? true,
    waived: [...new Set((text.waived ?? []).map((one) => one.text))].sort(compareText),
    mix: text.mix ?? [],
  });
}
