import { setAt } from '../catalog/column.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Compiled } from '../match/compiled.ts';
import { prepare } from '../match/query.ts';
import { requestDate } from '../match/request-facts.ts';
import { cheapest } from '../match/scan.ts';
import { formatMoney, formatMonthly, HOURS_PER_MONTH } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';
import type { Bundle } from '../request/bundle.ts';
import type { BundlePlacement, PlacedMachine } from '../request/bundle-placement.ts';
import { canonicalConstraints, listOf, numberOf } from '../request/constraints.ts';
import type { MachineRequest } from '../request/request.ts';
import { withConstraint } from '../request/variant.ts';
import { answerRequest } from './answer.ts';
import { type Choices, type Chosen, chooseOffers, type Place } from './deploy-choice.ts';
import { unreachable } from './deploy-reach.ts';
import { ASSUMED_PLACE, type DeploySettings, groupMachines, type MachineGroup, namesOf } from './deploy-requests.ts';
import type { DeployAnswer, DeployMachine } from './deploy-schema.ts';
import { deployWarnings } from './deploy-warnings.ts';
import { describeMachine, describeOffer, proveNeeds } from './describe.ts';
import { machineNotes, NOT_INCLUDED, requestNotes, unpricedNotes } from './notes.ts';
import { told } from './problem.ts';
import type { Note } from './schema.ts';
import { needsCloudTool } from './steps.ts';
import { unpricedFits } from './unpriced.ts';

/** A bundle priced as its author placed it: each machine at the cheapest offer that fits, all in one place. */

export interface DeployOptions {
  /** The day that prices and rules are judged by; undefined means the newest price date of the catalog. */
  readonly at?: string | undefined;
}

/** A bundle with its units placed. */
export interface PlacedBundle {
  readonly bundle: Bundle;
  readonly placement: BundlePlacement;
}

/** The same request in one place alone. */
function requestIn(request: MachineRequest, { cloud, name }: Place): MachineRequest {
  return withConstraint(withConstraint(request, 'cloud', [cloud]), 'region', [name]);
}

const countOf = (constraints: PlacedMachine['constraints'], key: 'cores' | 'mem' | 'root-disk'): object => {
  const value = numberOf(constraints, key);
  return value === 0 ? {} : { [key]: value };
};

/**
 * The zone that comes next where machines are spread evenly, as Juju does: of those that may serve the one with the
 * fewest so far, by name.
 */
function nextZone(zones: readonly string[], wanted: readonly string[], used: Map<string, number>): string | null {
  const may = wanted.length === 0 ? zones : zones.filter((zone) => wanted.includes(zone));
  const [zone] = [...may].sort((a, b) => (used.get(a) ?? 0) - (used.get(b) ?? 0) || compareText(a, b));
  if (zone === undefined) return null;
  used.set(zone, (used.get(zone) ?? 0) + 1);
  return zone;
}

function describeMachines(
  groups: readonly MachineGroup[],
  { fits }: Choices,
  chosen: Chosen,
): { readonly machines: readonly DeployMachine[]; readonly notes: readonly Note[] } {
  const described = groups.flatMap(({ machines }, group) => {
    const { query } = fits[group]!;
    return machines.map((machine, index) => ({ machine, query, fit: chosen.machines[group]![index]! }));
  });
  described.sort((a, b) => Number(a.machine.id) - Number(b.machine.id));
  const used = new Map<string, number>();
  const notes: Note[] = [];
  const machines = described.map(({ machine, query, fit }): DeployMachine => {
    const { row, image, price } = fit;
    const { constraints } = query.request;
    const one = describeMachine(query, row, image, price, machine.id, proveNeeds(query, row, image));
    notes.push(...machineNotes(query, one, row, image));
    return {
      ...one,
      'bundle-machine': machine.declared ?? null,
      zone: nextZone(one.zones ?? [], listOf(constraints, 'zones'), used),
      constraints: canonicalConstraints(constraints),
      units: [...machine.units],
      containers: machine.containers.map(({ id, kind, constraints: limits, units }) => ({
        id,
        type: kind,
        ...countOf(limits, 'cores'),
        ...countOf(limits, 'mem'),
        ...countOf(limits, 'root-disk'),
        units: [...units],
      })),
    };
  });
  return { machines, notes };
}

/** Notes on single groups of machines; those that say the same are told once, of all of them. */
function notesOfGroups(
  groups: readonly MachineGroup[],
  notesOf: (group: MachineGroup, index: number) => readonly Note[],
): readonly Note[] {
  const byText = new Map<string, { readonly note: Note; readonly machines: PlacedMachine[] }>();
  for (const [index, group] of groups.entries()) {
    for (const note of notesOf(group, index)) {
      const known = byText.get(note.text);
      if (known === undefined) byText.set(note.text, { note, machines: [...group.machines] });
      else known.machines.push(...group.machines);
    }
  }
  return [...byText.values()].map(({ note: { code, text }, machines }) => ({
    code,
    text: `${namesOf(machines)}: ${text}`,
  }));
}

/** What would fit in the chosen place but has no known price, and how the request was read. */
function readingNotes(
  compiled: Compiled,
  groups: readonly MachineGroup[],
  place: Place,
  at: string | undefined,
): readonly Note[] {
  return notesOfGroups(groups, ({ request }) => {
    const query = prepare(compiled, requestIn(request, place), at);
    return [...requestNotes(query, []), ...unpricedNotes(query, unpricedFits(query, at), requestDate(compiled, at))];
  });
}

/** What machines would cost that Juju does not launch itself, and how they are put to use where they were asked for. */
function launcherNotes(
  compiled: Compiled,
  groups: readonly MachineGroup[],
  chosen: Chosen,
  machines: readonly DeployMachine[],
  at: string | undefined,
): readonly Note[] {
  const cheaper = notesOfGroups(groups, ({ request }, index) => {
    const { launcher } = Object.fromEntries(request.constraints.byKey);
    if (launcher?.span.source !== ASSUMED_PLACE.source) return [];
    const query = prepare(compiled, requestIn(withConstraint(request, 'launcher', 'any'), chosen.place), at);
    const row = cheapest(query);
    if (row === -1) return [];
    const { price } = query.judge(row);
    const now = chosen.machines[index]!.at(-1)!.price;
    if (price >= now) return [];
    const { type } = describeOffer(query.space, row, price);
    const saved = formatMonthly(BigInt(now - price));
    const text = `${type} at ${formatMoney(price)} USD/h would do, ${saved} USD a month cheaper, but Juju does not launch it as this needs; --constraints launcher=any takes it`;
    return [{ code: 'launcher', text }];
  });
  const apart = machines.filter(needsCloudTool);
  if (apart.length === 0) return cheaper;
  const text = `${namesOf(apart)}: Juju does not launch ${apart.length === 1 ? 'this machine' : 'these machines'} as needed; launch with the cloud's own tool, juju add-machine ssh:ubuntu@<address>, then juju deploy --map-machines=existing,…`;
  return [...cheaper, { code: 'not-by-juju', text }];
}

/** Where a zone was told of an offer whose own zones nobody knows. */
function zoneNotes(chosen: Chosen, machines: readonly DeployMachine[], { fits }: Choices): readonly Note[] {
  const open = chosen.machines.some((taken, group) =>
    taken.some(({ row }) => setAt(fits[group]!.query.space.offers, 'offer.zones', row) === undefined),
  );
  if (!open || machines.every(({ zone }) => zone === null)) return [];
  const text =
    'zones are those in which Juju spreads machines evenly; in which of them a type is sold is not known here, and Juju tries the next';
  return [{ code: 'zones', text }];
}

const withoutRepeats = (notes: readonly Note[]): Note[] => [
  ...new Map(notes.map((note) => [`${note.code} ${note.text}`, note])).values(),
];

/**
 * The machines that a bundle takes, in the place in which they cost least together.
 *
 * @example
 * const answer = deployBundle(compile(catalog, program), { bundle, placement }, settings);
 * answer.cost // '1.9872'
 */
export function deployBundle(
  compiled: Compiled,
  placed: PlacedBundle,
  settings: DeploySettings,
  { at }: DeployOptions = {},
): DeployAnswer {
  const { bundle, placement } = placed;
  const { vocabulary } = compiled.catalog;
  const groups = groupMachines(placement.machines, settings, vocabulary);
  const read: readonly Diagnostic[] = [...bundle.warnings, ...placement.warnings];
  const common: DeployAnswer = {
    format: 'stowage.deploy/1',
    status: 'infeasible',
    cost: null,
    'per-month': null,
    place: null,
    'places-considered': 0,
    'next-place': null,
    machines: [],
    units: placement.units.map(({ id, at: where }) => ({ unit: id, at: where })),
    'without-units': bundle.applications.filter(({ units }) => units === 0).map(({ name }) => name),
    infeasible: [],
    warnings: read.map(told),
    notes: [],
    inputs: {
      catalog: compiled.catalog.digest,
      rules: compiled.program.digest,
      date: requestDate(compiled, at) ?? null,
    },
  };
  if (groups.length === 0) {
    const text = 'no application of the bundle has units, so no machine is needed';
    return { ...common, status: 'optimal', cost: '0', 'per-month': '0', notes: [{ code: 'no-machines', text }] };
  }
  const choices = chooseOffers(compiled, groups, at);
  const { best, places, nearest } = choices;
  if (best === undefined) {
    const missing = nearest?.missing ?? groups.map((_, group) => group);
    // Where each fits by itself there are too few machines of what fits.
    const explained = missing.length > 0 ? missing : groups.map((_, group) => group);
    const nowhere = explained.filter((group) => choices.fits[group]!.byPlace.size === 0);
    const few: readonly Note[] =
      missing.length > 0 || nearest === undefined
        ? []
        : [
            {
              code: 'limits',
              text: `in ${nearest.place.cloud} ${nearest.place.name} each machine has offers that fit, but not enough for all of them`,
            },
          ];
    const apart: readonly Note[] =
      missing.length > 0 && nowhere.length === 0 && nearest !== undefined
        ? [
            {
              code: 'no-common-place',
              text: `each machine fits somewhere, but no place holds all; ${nearest.place.cloud} ${nearest.place.name} comes nearest`,
            },
          ]
        : [];
    const infeasible = (nowhere.length > 0 ? nowhere : missing).map((group) => {
      const { request, machines } = groups[group]!;
      const asked = nowhere.length > 0 || nearest === undefined ? request : requestIn(request, nearest.place);
      return { machines: machines.map(({ id }) => id), answer: answerRequest(compiled, asked, { at }) };
    });
    return {
      ...common,
      infeasible,
      warnings: [...common.warnings, ...deployWarnings(placement, settings, []).map(told)],
      notes: [...few, ...apart],
    };
  }
  const { machines, notes } = describeMachines(groups, choices, best);
  const next = places[1];
  const budget = settings.model.byKey.get('budget')?.value;
  const tooDear = typeof budget === 'number' && best.cost * BigInt(HOURS_PER_MONTH) > BigInt(budget);
  const over: readonly Note[] = tooDear
    ? [
        {
          code: 'budget',
          text: `the machines cost ${formatMonthly(best.cost)} USD a month where they are cheapest, more than the budget of ${formatMoney(budget as number)}`,
        },
      ]
    : [];
  return {
    ...common,
    status: tooDear ? 'infeasible' : 'optimal',
    cost: formatMoney(best.cost),
    'per-month': formatMonthly(best.cost),
    place: { cloud: best.place.cloud, region: best.place.name },
    'places-considered': places.length,
    'next-place':
      next === undefined ? null : { cloud: next.place.cloud, region: next.place.name, cost: formatMoney(next.cost) },
    machines: [...machines],
    warnings: [
      ...common.warnings,
      ...[...deployWarnings(placement, settings, machines), ...unreachable(compiled, placed, groups, best, at)].map(
        told,
      ),
    ],
    notes: withoutRepeats([
      ...over,
      ...notes,
      ...launcherNotes(compiled, groups, best, machines, at),
      ...zoneNotes(best, machines, choices),
      ...readingNotes(compiled, groups, best.place, at),
      NOT_INCLUDED,
    ]),
  };
}
