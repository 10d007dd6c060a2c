import { z } from 'zod';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { checkDocument } from '../document/check.ts';
import { readJson } from '../document/json.ts';
import { type Document, type Path, placeIn, readDocument } from '../document/read.ts';
import { compareText } from '../quantity/order.ts';
import { parseJujuSize } from '../quantity/size.ts';
import { type Base, parseBase } from '../request/request.ts';
import { baseOfSeries } from '../request/series.ts';

/** What runs, as `juju status --format json` tells it (or yaml): machines by their hardware, and units on them. */

const status = z.looseObject({ current: z.string().optional() });

const containerSchema = z.looseObject({
  base: z.looseObject({ name: z.string(), channel: z.string() }).optional(),
  series: z.string().optional(),
});

const machineSchema = z.looseObject({
  hardware: z.string().optional(),
  constraints: z.string().optional(),
  base: z.looseObject({ name: z.string(), channel: z.union([z.string(), z.number()]) }).optional(),
  series: z.string().optional(),
  containers: z.record(z.string(), containerSchema).nullish(),
  'juju-status': status.optional(),
});

const unitSchema = z.looseObject({ machine: z.union([z.string(), z.number()]).optional() });

const statusSchema = z.looseObject({
  model: z.looseObject({
    name: z.string().optional(),
    type: z.string().optional(),
    cloud: z.string(),
    region: z.string().optional(),
  }),
  machines: z.record(z.string(), machineSchema).nullish(),
  applications: z.record(z.string(), z.looseObject({ units: z.record(z.string(), unitSchema).nullish() })).nullish(),
});

export interface StatusMachine {
  readonly id: string;
  readonly arch: string | undefined;
  readonly cores: number | undefined;
  /** MiB. */
  readonly mem: number | undefined;
  /** MiB. */
  readonly rootDisk: number | undefined;
  readonly zone: string | undefined;
  readonly base: Base | undefined;
  /** As it was asked for, where its constraints named one. */
  readonly type: string | undefined;
  /** `0/lxd/1`. */
  readonly containers: readonly string[];
  /** Where the file speaks of it. */
  readonly place: Pick<Diagnostic, 'span' | 'path'>;
}

export interface StatusUnit {
  readonly id: string;
  readonly application: string;
  /** A machine or a container. */
  readonly at: string;
}

export interface Status {
  /** By the catalog's name: Juju calls Google's cloud google. */
  readonly cloud: string;
  readonly region: string | undefined;
  /** In order of numbers. */
  readonly machines: readonly StatusMachine[];
  /** In order of applications, then of numbers. Subordinates are told with none. */
  readonly units: readonly StatusUnit[];
}

/** Names that Juju has for the clouds of the shipped catalog. */
const CLOUDS: Readonly<Record<string, string>> = { google: 'gcp' };

const LIMITS = { maxLength: 32_000_000, maxNodes: 1_000_000 };

/** `arch=amd64 cores=2 mem=8192M availability-zone=us-east-1a` by key. */
function hardwareOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\s+/).flatMap((piece): [string, string][] => {
      const equals = piece.indexOf('=');
      return equals < 1 ? [] : [[piece.slice(0, equals), piece.slice(equals + 1)]];
    }),
  );
}

function readMachine(
  document: Document,
  id: string,
  machine: z.infer<typeof machineSchema>,
  faults: Diagnostic[],
): StatusMachine {
  const at: Path = ['machines', id];
  const hardware = hardwareOf(machine.hardware ?? '');
  const bad = (what: string, text: string): undefined => {
    const message = `machine ${id}: ${what} cannot be "${text}"`;
    faults.push({ code: 'bad-hardware', message, ...placeIn(document, [...at, 'hardware']) });
  };
  const count = (key: string): number | undefined => {
    const text = hardware.get(key);
    if (text === undefined) return undefined;
    return /^\d{1,6}$/.test(text) ? Number(text) : bad(key, text);
  };
  const size = (key: string): number | undefined => {
    const text = hardware.get(key);
    if (text === undefined) return undefined;
    const parsed = parseJujuSize(text);
    return parsed === undefined ? bad(key, text) : Number(parsed);
  };
  const base =
    machine.base !== undefined
      ? parseBase({ source: 'base', text: `${machine.base.name}@${machine.base.channel}` })
      : machine.series !== undefined
        ? baseOfSeries({ source: 'series', text: machine.series })
        : undefined;
  return {
    id,
    arch: hardware.get('arch'),
    cores: count('cores'),
    mem: size('mem'),
    rootDisk: size('root-disk'),
    zone: hardware.get('availability-zone'),
    base: base?.ok === true ? base.value : undefined,
    type: hardwareOf(machine.constraints ?? '').get('instance-type'),
    containers: Object.keys(machine.containers ?? {}).sort(compareIds),
    place: placeIn(document, at, 'key'),
  };
}

/** Machines by numbers, containers after their kind by numbers. */
function compareIds(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [one, other] = [left[index]!, right[index]!];
    const order = /^\d+$/.test(one) && /^\d+$/.test(other) ? Number(one) - Number(other) : compareText(one, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Reads the output of `juju status`, in JSON or YAML. */
export function readStatus(source: string, text: string): Result<Status> {
  const plain = readJson(source, text, LIMITS);
  const read = plain === undefined ? readDocument(source, text, LIMITS) : ok(plain);
  if (!read.ok) return read;
  const document = read.value;
  const checked = checkDocument(document, statusSchema, 'the output of juju status');
  if (!checked.ok) {
    // What is no status at all is told once.
    const isOther = typeof document.value !== 'object' || document.value === null || !('model' in document.value);
    const hint = 'give the output of juju status --format json';
    return isOther
      ? fail({ code: 'bad-status', message: `${source} is no status of a model`, path: source, hint })
      : checked;
  }
  const { model, machines, applications } = checked.value;
  if (model.type === 'caas' || model.type === 'kubernetes') {
    const message = 'this model is in Kubernetes: its units are pods, and there are no machines to choose';
    return fail({ code: 'kubernetes-model', message, ...placeIn(document, ['model', 'type']) });
  }
  const faults: Diagnostic[] = [];
  const known = Object.entries(machines ?? {})
    .map(([id, machine]) => readMachine(document, id, machine, faults))
    .sort((a, b) => compareIds(a.id, b.id));
  const spots = new Set(known.flatMap(({ id, containers }) => [id, ...containers]));
  const units = Object.entries(applications ?? {}).flatMap(([application, { units: own }]) =>
    Object.entries(own ?? {}).flatMap(([id, { machine }]): StatusUnit[] => {
      // Not placed yet.
      if (machine === undefined || machine === '') return [];
      const at = String(machine);
      if (!spots.has(at)) {
        const message = `unit ${id} is on machine ${at}, which the status does not tell of`;
        faults.push({
          code: 'unknown-machine',
          message,
          ...placeIn(document, ['applications', application, 'units', id, 'machine']),
        });
      }
      return [{ id, application, at }];
    }),
  );
  units.sort((a, b) => compareText(a.application, b.application) || compareIds(a.id, b.id));
  if (faults.length > 0) return fail(...faults);
  return ok({ cloud: CLOUDS[model.cloud] ?? model.cloud, region: model.region, machines: known, units });
}
