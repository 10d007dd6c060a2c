import { decodeValue } from '../catalog/decode.ts';
import type { Value, Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { compareText } from '../quantity/order.ts';
import { compareVersions, isVersion } from '../quantity/version.ts';
import {
  type CapabilityNeed,
  type Constraints,
  type ConstraintValue,
  listOf,
  numberOf,
  parseConstraints,
  textOf,
} from './constraints.ts';
import { type Dialect, ownDialect } from './dialect.ts';
import { type Guest, parseGuest } from './guest.ts';
import { type Placement, parsePlacement } from './placement.ts';
import { faultIn, type SourceText } from './source-text.ts';

/** An operating system and its release: `ubuntu@24.04`. */
export interface Base {
  readonly os: string;
  readonly release: string;
}

/** One machine (or `count` like it), perhaps with containers, as it was asked for. */
export interface MachineRequest {
  readonly constraints: Constraints;
  readonly placement: Placement;
  /** What the machine must be able to host, each kind once, with the least version. */
  readonly containers: readonly CapabilityNeed[];
  /** Guests stated apart from the host; undefined where the constraints size host and guests alike, as in Juju. */
  readonly guests: readonly Guest[] | undefined;
  readonly base: Base;
  /** At least 1. */
  readonly count: number;
  /** `request.*` attributes that were given. */
  readonly attributes: ReadonlyMap<string, Value>;
  /** Whether what rules reserve on the host counts; Juju itself reserves nothing. */
  readonly reserve: boolean;
  /** Ids of rules that are waived, in order. */
  readonly waived: readonly string[];
}

/** A machine request as text, from a command line or a problem file. */
export interface RequestText {
  readonly placement?: SourceText;
  readonly constraints: readonly SourceText[];
  readonly base?: SourceText;
  readonly count?: number;
  /** `name=value`, the prefix `request.` left out or not. */
  readonly attributes?: readonly SourceText[];
  /** `[Nx ][TYPE:]cores=2 mem=4G`. */
  readonly guests?: readonly SourceText[];
  readonly reserve?: boolean;
  /** Ids of rules that are waived for this request. */
  readonly waived?: readonly SourceText[];
}

export const DEFAULT_BASE = 'ubuntu@24.04';
const MOST_MACHINES = 10_000;
/** Machines and guests of one request, all together. */
const MOST_CONTAINERS = 100_000;

/** Juju's `os@track[/risk]`; the risk changes no image. */
export function parseBase(base: SourceText): Result<Base> {
  const [, os, release] = /^([a-z][a-z0-9-]*)@([^@/]+)(?:\/[a-z]+)?$/.exec(base.text) ?? [];
  if (os === undefined || release === undefined || !isVersion(release)) {
    return fail(
      faultIn(base, 'bad-base', `"${base.text}" is no base`, `a base is os@release, such as ${DEFAULT_BASE}`),
    );
  }
  return ok({ os, release });
}

/** `request.*` attributes from texts `name=value`. */
export function parseAttributes(
  texts: readonly SourceText[],
  vocabulary: Vocabulary,
): Result<ReadonlyMap<string, Value>> {
  const faults: Diagnostic[] = [];
  const given = new Map<string, Value>();
  for (const text of texts) {
    const attribute = parseAttribute(text, vocabulary);
    if (!attribute.ok) {
      faults.push(...attribute.diagnostics);
      continue;
    }
    const [name, value] = attribute.value;
    if (given.has(name)) faults.push(faultIn(text, 'bad-attribute', `${name} is given twice`));
    given.set(name, value);
  }
  return faults.length > 0 ? fail(...faults) : ok(given);
}

function parseAttribute(given: SourceText, vocabulary: Vocabulary): Result<readonly [name: string, value: Value]> {
  const equals = given.text.indexOf('=');
  if (equals < 1) return fail(faultIn(given, 'bad-attribute', `"${given.text}" is not name=value`));
  const short = given.text.slice(0, equals).replace(/^request\./, '');
  const attribute = vocabulary.attributes.get(`request.${short}`);
  const known = [...vocabulary.attributes.values()]
    .filter((one) => one.scope === 'request' && !one.computed)
    .map((one) => one.name.slice('request.'.length));
  if (attribute === undefined)
    return fail(
      faultIn(given, 'unknown-attribute', `no request attribute is called "${short}"`, didYouMean(short, known)),
    );
  if (attribute.computed)
    return fail(
      faultIn(given, 'bad-attribute', `request.${short} is worked out from the request itself and cannot be given`),
    );
  const decoded = decodeValue(attribute, given.text.slice(equals + 1));
  if ('problem' in decoded)
    return fail(faultIn(given, 'bad-attribute', `request.${short} ${decoded.problem}`, decoded.hint));
  return ok([attribute.name, decoded.value]);
}

/** Each capability once, with the newest of the least versions that are asked for. */
function mergeNeeds(needs: readonly CapabilityNeed[]): readonly CapabilityNeed[] {
  const newest = new Map<string, CapabilityNeed>();
  for (const need of needs) {
    const before = newest.get(need.capability);
    const newer =
      before?.atLeast === undefined ||
      (need.atLeast !== undefined && compareVersions(need.atLeast, before.atLeast) > 0);
    if (newer) newest.set(need.capability, need);
  }
  return [...newest.values()];
}

/**
 * A machine request from its texts, or every fault in them.
 *
 * @param dialect the constraint keys and names that are known; our own unless given
 */
export function parseRequest(
  text: RequestText,
  vocabulary: Vocabulary,
  dialect: Dialect = ownDialect(vocabulary),
): Result<MachineRequest> {
  const constraints = parseConstraints(text.constraints, vocabulary, dialect);
  const placement = parsePlacement(text.placement ?? { source: 'placement', text: '' }, vocabulary);
  const base = parseBase(text.base ?? { source: 'base', text: DEFAULT_BASE });
  const attributes = parseAttributes(text.attributes ?? [], vocabulary);
  const placed =
    placement.ok && (placement.value.kind === 'container' || placement.value.kind === 'existing')
      ? placement.value.need
      : undefined;
  const guests = text.guests?.map((guest) => parseGuest(guest, placed, vocabulary));
  const faults = [constraints, placement, base, attributes, ...(guests ?? [])].flatMap((part) =>
    part.ok ? [] : part.diagnostics,
  );
  const count = text.count ?? 1;
  if (!Number.isInteger(count) || count < 1 || count > MOST_MACHINES) {
    faults.push({
      code: 'bad-count',
      message: `${count} machines cannot be added`,
      path: 'count',
      hint: `give a whole number from 1 to ${MOST_MACHINES}`,
    });
  }
  const stated = guests?.flatMap((guest) => (guest.ok ? [guest.value] : []));
  const held = (stated ?? []).reduce((total, guest) => total + guest.count, 0);
  if (held * count > MOST_CONTAINERS) {
    faults.push({
      code: 'bad-guest',
      message: `${held * count} guests are too many for one request`,
      path: 'guest',
      hint: `at most ${MOST_CONTAINERS} can be planned at once`,
    });
  }
  if (!constraints.ok || !placement.ok || !base.ok || !attributes.ok || faults.length > 0) return fail(...faults);
  if (count > 1 && ['directive', 'existing', 'host'].includes(placement.value.kind)) {
    return fail(faultIn(text.placement!, 'bad-placement', 'cannot use -n when specifying a placement directive'));
  }
  // Juju drops `container=` from a machine's constraints without a word; whoever writes it wants such a container.
  const container = textOf(constraints.value, 'container');
  const needs: CapabilityNeed[] = [
    ...(placed === undefined ? [] : [placed]),
    ...(container === undefined || container === 'none' ? [] : [{ capability: container, atLeast: undefined }]),
    ...((constraints.value.byKey.get('containers')?.value as readonly CapabilityNeed[] | undefined) ?? []),
    ...(stated ?? []).map((guest) => ({ capability: guest.kind, atLeast: undefined })),
  ];
  return ok({
    constraints: constraints.value,
    placement: placement.value,
    containers: mergeNeeds(needs),
    guests: stated,
    base: base.value,
    count,
    attributes: attributes.value,
    reserve: text.reserve ?? true,
    waived: [...new Set((text.waived ?? []).map((one) => one.text))].sort(compareText),
  });
}

/**
 * The guests that a host must hold, one of each kind asked for at the least. Those stated apart have their own sizes,
 * and kinds that are asked for beside them take nothing; without any stated apart, the constraints size them all.
 */
export function guestsOf(request: MachineRequest): readonly Guest[] {
  const { constraints, guests } = request;
  const size = (key: 'cores' | 'mem' | 'root-disk'): number => (guests === undefined ? numberOf(constraints, key) : 0);
  const kinds = [...new Set(request.containers.map((need) => need.capability))];
  const unstated = kinds.filter((kind) => guests?.some((guest) => guest.kind === kind) !== true);
  const rest = unstated.map((kind) => ({
    kind,
    count: 1,
    cores: size('cores'),
    mem: size('mem'),
    rootDisk: size('root-disk'),
  }));
  return [...(guests ?? []), ...rest];
}

/** MiB of root disk to launch the host with: what is asked of it, and room for the disks of guests stated apart. */
export function hostRootDisk(request: MachineRequest): number {
  const guests = (request.guests ?? []).reduce((total, guest) => total + guest.count * guest.rootDisk, 0);
  return Math.max(numberOf(request.constraints, 'root-disk'), guests);
}

/** The zones that the machine may be in; a zone given as placement beats the constraint. Empty: any. */
export function zonesOf(request: MachineRequest): readonly string[] {
  const { placement } = request;
  return placement.kind === 'directive' && placement.key === 'zone'
    ? [placement.value]
    : listOf(request.constraints, 'zones');
}

/** Keys that only Juju or the cloud act on: kept, passed on in the commands, not matched. */
const PASSED_ON: readonly string[] = [
  'instance-role',
  'root-disk-source',
  'spaces',
  'allocate-public-ip',
  'image-id',
  'tags',
  'zones',
];

/** What of the constraints is handed to Juju with the chosen type. */
export function passedOn({ constraints, placement }: MachineRequest): Constraints {
  // A zone given as placement beats the constraint.
  const placed = placement.kind === 'directive' && placement.key === 'zone';
  const isEmpty = (value: ConstraintValue): boolean => value === '' || (Array.isArray(value) && value.length === 0);
  const handed = [...constraints.byKey].filter(
    ([key, { value }]) => PASSED_ON.includes(key) && !isEmpty(value) && !(key === 'zones' && placed),
  );
  return { byKey: new Map(handed), aliases: [] };
}
