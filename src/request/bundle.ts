import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { compareText } from '../quantity/order.ts';
import { type Directive, parseDirective } from './bundle-directive.ts';
import { type Constraints, parseConstraints } from './constraints.ts';
import { type Dialect, ownDialect } from './dialect.ts';
import { JUJU_KEYS } from './keys.ts';
import { type Base, parseBase } from './request.ts';
import { baseOfSeries, seriesOfCharm } from './series.ts';
import { faultIn, type SourceText } from './source-text.ts';

/** A bundle: applications with their units, and the machines that its author wants for them. */

export interface BundleApplication {
  readonly name: string;
  /** What bounds the machines that its units get for themselves, and what its containers may take at the most. */
  readonly constraints: Constraints;
  /** Undefined where neither the application nor its charm's address says. */
  readonly base: Base | undefined;
  /** Subordinates and applications that are scaled up later have none. */
  readonly units: number;
  /** Where units go, at most one for each. */
  readonly to: readonly Directive[];
  readonly place: SourceText;
}

export interface BundleMachine {
  /** A number, as the bundle writes it. */
  readonly id: string;
  readonly constraints: Constraints;
  readonly base: Base | undefined;
  readonly place: SourceText;
}

/** Two applications that talk to each other. */
export type Relation = readonly [one: string, other: string];

export interface Bundle {
  /** Of machines and applications that state none. */
  readonly base: Base | undefined;
  /** In order of names. */
  readonly applications: readonly BundleApplication[];
  /** In order of numbers. */
  readonly machines: readonly BundleMachine[];
  readonly relations: readonly Relation[];
  /** What is odd but deploys all the same. */
  readonly warnings: readonly Diagnostic[];
}

/** Either of the two ways to write a base: `base: ubuntu@22.04`, or `series: jammy` as bundles did until 2.9. */
export interface BaseText {
  readonly base?: SourceText | undefined;
  readonly series?: SourceText | undefined;
}

export interface ApplicationText extends BaseText {
  readonly name: SourceText;
  readonly charm?: SourceText | undefined;
  readonly constraints?: SourceText | undefined;
  readonly units?: { readonly count: number; readonly place: SourceText } | undefined;
  readonly to?: readonly SourceText[] | undefined;
}

export interface BundleMachineText extends BaseText {
  readonly id: SourceText;
  readonly constraints?: SourceText | undefined;
}

/** A bundle as text, its overlays laid over it. */
export interface BundleText extends BaseText {
  readonly place: SourceText;
  readonly applications: readonly ApplicationText[];
  readonly machines: readonly BundleMachineText[];
  /** Endpoints, `application` or `application:endpoint`, two for each relation. */
  readonly relations: readonly (readonly [one: SourceText, other: SourceText])[];
  /** Names of offers of other models, which relations may have on one side. */
  readonly remotes: readonly string[];
  readonly warnings: readonly Diagnostic[];
}

const MOST_UNITS = 10_000;
const APPLICATION_NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*$/;
const MACHINE_NUMBER = /^(?:0|[1-9]\d{0,8})$/;

/** What bundles may say: Juju's keys and none of ours. */
function bundleDialect(vocabulary: Vocabulary): Dialect {
  return { ...ownDialect(vocabulary), name: 'Juju', keys: new Map(Object.entries(JUJU_KEYS)) };
}

/** The base that is written; a base beats a series. */
function readBase({ base, series }: BaseText, faults: Diagnostic[]): Base | undefined {
  if (base === undefined && series === undefined) return undefined;
  const read = base === undefined ? baseOfSeries(series!) : parseBase(base);
  if (read.ok) return read.value;
  faults.push(...read.diagnostics);
  return undefined;
}

interface Reading {
  readonly vocabulary: Vocabulary;
  readonly dialect: Dialect;
  readonly faults: Diagnostic[];
  readonly warnings: Diagnostic[];
}

function readConstraints(text: SourceText | undefined, { vocabulary, dialect, faults }: Reading): Constraints {
  const read = parseConstraints(text === undefined ? [] : [text], vocabulary, dialect);
  if (read.ok) return read.value;
  faults.push(...read.diagnostics);
  return { byKey: new Map(), aliases: [] };
}

function readApplication(text: ApplicationText, reading: Reading): BundleApplication {
  const { faults, warnings, vocabulary } = reading;
  const { name, units } = text;
  if (!APPLICATION_NAME.test(name.text)) {
    const hint = 'write lower-case words with dashes, none of them a number';
    faults.push(faultIn(name, 'bad-application', `"${name.text}" cannot name an application`, hint));
  }
  const count = units?.count ?? 0;
  if (!Number.isInteger(count) || count < 0 || count > MOST_UNITS) {
    const hint = `from 0 to ${MOST_UNITS} can be planned`;
    faults.push(faultIn(units!.place, 'bad-count', `${name.text} cannot have ${count} units`, hint));
  }
  const to = (text.to ?? []).flatMap((one) => {
    const directive = parseDirective(one, vocabulary, warnings);
    if (directive.ok) return [directive.value];
    faults.push(...directive.diagnostics);
    return [];
  });
  const extra = text.to?.[count];
  if (extra !== undefined && count >= 0) {
    const given = text.to!.length;
    const message = `${name.text} has ${count} ${count === 1 ? 'unit' : 'units'} and ${given} ${given === 1 ? 'placement' : 'placements'}: too many units specified in unit placement`;
    const hint =
      count === 0 ? 'a subordinate has no placement; else state num_units' : 'raise num_units, or leave placements out';
    faults.push(faultIn(extra, 'bad-placement', message, hint));
  }
  const series = text.charm === undefined ? undefined : seriesOfCharm(text.charm.text);
  const stated = readBase(text, faults);
  return {
    name: name.text,
    constraints: readConstraints(text.constraints, reading),
    base: stated ?? (series === undefined ? undefined : readBase({ series: { ...text.charm!, text: series } }, faults)),
    units: count,
    to,
    place: name,
  };
}

function readMachine(text: BundleMachineText, reading: Reading): BundleMachine {
  if (!MACHINE_NUMBER.test(text.id.text)) {
    const message = `"${text.id.text}" cannot be a machine of a bundle`;
    reading.faults.push(faultIn(text.id, 'bad-machine', message, 'machines are numbered: 0, 1, 2'));
  }
  return {
    id: text.id.text,
    constraints: readConstraints(text.constraints, reading),
    base: readBase(text, reading.faults),
    place: text.id,
  };
}

/** Whether what directives speak of is there. */
function checkDirectives(
  applications: readonly BundleApplication[],
  machines: readonly BundleMachine[],
  faults: Diagnostic[],
): void {
  const byName = new Map(applications.map((one) => [one.name, one]));
  const ids = new Set(machines.map(({ id }) => id));
  const used = new Set<string>();
  for (const { to } of applications) {
    for (const { target, place } of to) {
      const bad = (code: string, message: string, hint?: string): void => {
        faults.push(faultIn(place, code, `placement "${place.text}" ${message}`, hint));
      };
      if (target.kind === 'machine') {
        used.add(target.id);
        if (ids.has(target.id)) continue;
        const hint = ids.size === 0 ? 'list it under machines:, or write new' : didYouMean(target.id, ids);
        bad('unknown-machine', 'refers to a machine not defined in this bundle', hint);
      } else if (target.kind === 'application') {
        const other = byName.get(target.name);
        if (other === undefined) {
          bad(
            'unknown-application',
            'refers to an application not defined in this bundle',
            didYouMean(target.name, byName.keys()),
          );
        } else if (target.unit !== undefined && target.unit >= other.units) {
          const last =
            other.units === 0 ? `${other.name} has no units` : `the last is ${other.name}/${other.units - 1}`;
          const what = `specifies a unit greater than the ${other.units} ${other.units === 1 ? 'unit' : 'units'} started by the target application`;
          bad('unknown-unit', what, last);
        } else if (other.units === 0)
          bad('unknown-unit', `refers to ${other.name}, which has no units to be placed with`);
      }
    }
  }
  for (const { id, place } of machines) {
    if (used.has(id)) continue;
    const hint = 'place a unit on it, or take it out: Juju refuses such a bundle';
    faults.push(faultIn(place, 'unused-machine', `machine "${id}" is not referred to by a placement directive`, hint));
  }
}

function readRelations(
  text: BundleText,
  applications: readonly BundleApplication[],
  faults: Diagnostic[],
): readonly Relation[] {
  const known = new Set([...applications.map(({ name }) => name), ...text.remotes]);
  return text.relations.map(([one, other]): Relation => {
    const nameOf = (end: SourceText): string => {
      const name = end.text.split(':')[0]!;
      if (!known.has(name)) {
        const message = `relation endpoint "${end.text}" refers to an application not defined in this bundle`;
        faults.push(faultIn(end, 'unknown-application', message, didYouMean(name, known)));
      }
      return name;
    };
    return [nameOf(one), nameOf(other)];
  });
}

/** A bundle from its texts, or every fault in them. */
export function parseBundle(text: BundleText, vocabulary: Vocabulary): Result<Bundle> {
  const reading: Reading = { vocabulary, dialect: bundleDialect(vocabulary), faults: [], warnings: [...text.warnings] };
  const { faults, warnings } = reading;
  const base = readBase(text, faults);
  const applications = text.applications
    .map((one) => readApplication(one, reading))
    .sort((a, b) => compareText(a.name, b.name));
  const machines = text.machines
    .map((one) => readMachine(one, reading))
    .sort((a, b) => Number(a.id) - Number(b.id) || compareText(a.id, b.id));
  if (applications.length === 0)
    faults.push(faultIn(text.place, 'bad-bundle', 'at least one application must be specified'));
  const units = applications.reduce((total, one) => total + one.units, 0);
  if (units > MOST_UNITS) {
    const hint = `at most ${MOST_UNITS} can be planned at once`;
    faults.push(faultIn(text.place, 'bad-bundle', `the bundle has ${units} units`, hint));
  }
  checkDirectives(applications, machines, faults);
  const relations = readRelations(text, applications, faults);
  return faults.length > 0 ? fail(...faults) : ok({ base, applications, machines, relations, warnings });
}
