import { decodeValue } from '../catalog/decode.ts';
import type { Value, Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { isVersion } from '../quantity/version.ts';
import {
  type CapabilityNeed,
  type Constraints,
  canonicalConstraints,
  listOf,
  numberOf,
  parseConstraints,
  type SourceText,
  textOf,
} from './constraints.ts';
import { JUJU_KEYS } from './keys.ts';
import { type Placement, parsePlacement } from './placement.ts';

/** An operating system and its release: `ubuntu@24.04`. */
export interface Base {
  readonly os: string;
  readonly release: string;
}

/** Containers or virtual machines of one kind and size. */
export interface Guest {
  /** A declared capability. */
  readonly kind: string;
  readonly count: number;
  /** 0 where the guest states none. */
  readonly cores: number;
  /** MiB; 0 where the guest states none. */
  readonly mem: number;
  /** MiB; 0 where the guest states none. */
  readonly rootDisk: number;
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
}

export const DEFAULT_BASE = 'ubuntu@24.04';
const MOST_MACHINES = 1_000_000;
const GUEST_KEYS: readonly string[] = ['cores', 'mem', 'root-disk'];

const diagnosticAt = ({ source, text }: SourceText, code: string, message: string, hint?: string): Diagnostic => ({
  code,
  message,
  span: { source, text, start: 0, end: text.length },
  ...(hint === undefined ? {} : { hint }),
});

/** Juju's `os@track[/risk]`; the risk changes no image. */
export function parseBase(base: SourceText): Result<Base> {
  const [, os, release] = /^([a-z][a-z0-9-]*)@([^@/]+)(?:\/[a-z]+)?$/.exec(base.text) ?? [];
  if (os === undefined || release === undefined || !isVersion(release)) {
    return fail(
      diagnosticAt(base, 'bad-base', `"${base.text}" is no base`, `a base is os@release, such as ${DEFAULT_BASE}`),
    );
  }
  return ok({ os, release });
}

function parseAttribute(given: SourceText, vocabulary: Vocabulary): Result<readonly [name: string, value: Value]> {
  const equals = given.text.indexOf('=');
  if (equals < 1) return fail(diagnosticAt(given, 'bad-attribute', `"${given.text}" is not name=value`));
  const short = given.text.slice(0, equals).replace(/^request\./, '');
  const attribute = vocabulary.attributes.get(`request.${short}`);
  const known = [...vocabulary.attributes.values()]
    .filter((one) => one.scope === 'request' && !one.computed)
    .map((one) => one.name.slice('request.'.length));
  if (attribute === undefined)
    return fail(
      diagnosticAt(given, 'unknown-attribute', `no request attribute is called "${short}"`, didYouMean(short, known)),
    );
  if (attribute.computed)
    return fail(
      diagnosticAt(
        given,
        'bad-attribute',
        `request.${short} is worked out from the request itself and cannot be given`,
      ),
    );
  const decoded = decodeValue(attribute, given.text.slice(equals + 1));
  if ('problem' in decoded)
    return fail(diagnosticAt(given, 'bad-attribute', `request.${short} ${decoded.problem}`, decoded.hint));
  return ok([attribute.name, decoded.value]);
}

function parseGuest(guest: SourceText, fallback: CapabilityNeed | undefined, vocabulary: Vocabulary): Result<Guest> {
  const [, count = '1', kind = fallback?.capability, sizes = ''] =
    /^\s*(?:(\d+)x\s+)?(?:([a-z][a-z0-9-]*):)?(.*)$/.exec(guest.text) ?? [];
  if (kind === undefined)
    return fail(
      diagnosticAt(
        guest,
        'bad-guest',
        'of what kind is this guest?',
        'write the kind first, such as kvm:cores=2, or name it as placement',
      ),
    );
  if (!vocabulary.capabilities.has(kind))
    return fail(
      diagnosticAt(
        guest,
        'bad-guest',
        `"${kind}" is no declared capability`,
        didYouMean(kind, vocabulary.capabilities.keys()),
      ),
    );
  if (Number(count) < 1 || Number(count) > MOST_MACHINES)
    return fail(diagnosticAt(guest, 'bad-guest', `a guest cannot come ${count} times`));
  const offset = guest.text.length - sizes.length;
  const parsed = parseConstraints([{ source: guest.source, text: ' '.repeat(offset) + sizes }], vocabulary);
  if (!parsed.ok) {
    // The blanks stood for the text before the sizes; the frame shall show what was written.
    return fail(
      ...parsed.diagnostics.map((one) =>
        one.span === undefined ? one : { ...one, span: { ...one.span, text: guest.text } },
      ),
    );
  }
  const other = [...parsed.value.byKey.keys()].find((key) => !GUEST_KEYS.includes(key));
  if (other !== undefined)
    return fail(
      diagnosticAt(
        guest,
        'bad-guest',
        `a guest takes nothing by "${other}"`,
        `a guest's keys are ${GUEST_KEYS.join(', ')}`,
      ),
    );
  const { value } = parsed;
  return ok({
    kind,
    count: Number(count),
    cores: numberOf(value, 'cores'),
    mem: numberOf(value, 'mem'),
    rootDisk: numberOf(value, 'root-disk'),
  });
}

/** The stricter of two needs of one capability is kept by naming both; each kind appears once unless versions differ. */
function mergeNeeds(needs: readonly CapabilityNeed[]): readonly CapabilityNeed[] {
  const distinct = new Map<string, CapabilityNeed>();
  for (const need of needs) {
    const versioned = needs.some((other) => other.capability === need.capability && other.atLeast !== undefined);
    if (need.atLeast === undefined && versioned) continue;
    distinct.set(`${need.capability} ${need.atLeast ?? ''}`, need);
  }
  return [...distinct.values()];
}

/** A machine request from its texts, or every fault in them. */
export function parseRequest(text: RequestText, vocabulary: Vocabulary): Result<MachineRequest> {
  const constraints = parseConstraints(text.constraints, vocabulary);
  const placement = parsePlacement(text.placement ?? { source: 'placement', text: '' }, vocabulary);
  const base = parseBase(text.base ?? { source: 'base', text: DEFAULT_BASE });
  const attributes = (text.attributes ?? []).map((given) => parseAttribute(given, vocabulary));
  const placed =
    placement.ok && (placement.value.kind === 'container' || placement.value.kind === 'existing')
      ? placement.value.need
      : undefined;
  const guests = text.guests?.map((guest) => parseGuest(guest, placed, vocabulary));
  const faults = [constraints, placement, base, ...attributes, ...(guests ?? [])].flatMap((part) =>
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
  const given = new Map<string, Value>();
  for (const [index, attribute] of attributes.entries()) {
    if (!attribute.ok) continue;
    const [name, value] = attribute.value;
    if (given.has(name)) faults.push(diagnosticAt(text.attributes![index]!, 'bad-attribute', `${name} is given twice`));
    given.set(name, value);
  }
  if (!constraints.ok || !placement.ok || !base.ok || faults.length > 0) return fail(...faults);
  if (count > 1 && (placement.value.kind === 'directive' || placement.value.kind === 'existing')) {
    return fail(diagnosticAt(text.placement!, 'bad-placement', 'cannot use -n when specifying a placement directive'));
  }
  // Juju drops `container=` from a machine's constraints without a word; whoever writes it wants such a container.
  const container = textOf(constraints.value, 'container');
  const stated = guests?.map((guest) => (guest.ok ? guest.value : undefined)).filter((guest) => guest !== undefined);
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
    attributes: given,
    reserve: text.reserve ?? true,
  });
}

/** The guests that a host must hold: those stated apart, else one of each kind asked for, sized by the constraints. */
export function guestsOf(request: MachineRequest): readonly Guest[] {
  if (request.guests !== undefined) return request.guests;
  const { constraints } = request;
  const kinds = new Set(request.containers.map((need) => need.capability));
  return [...kinds].map((kind) => ({
    kind,
    count: 1,
    cores: numberOf(constraints, 'cores'),
    mem: numberOf(constraints, 'mem'),
    rootDisk: numberOf(constraints, 'root-disk'),
  }));
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

/** The constraints to hand to Juju with the chosen type, canonical. */
export function passedOn(request: MachineRequest): string {
  const byKey = new Map(
    [...request.constraints.byKey].filter(
      ([key, { value }]) =>
        PASSED_ON.includes(key) && key in JUJU_KEYS && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  );
  return canonicalConstraints({ byKey, aliases: [] });
}
