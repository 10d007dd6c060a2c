import type { Catalog } from '../catalog/catalog.ts';
import { textAt } from '../catalog/column.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { findInstance, type InstanceQuestion } from '../juju/find-instance.ts';
import { imageOf, newestImages, preferredByStore } from '../juju/images.ts';
import { typesForSale, unpricedServing } from '../juju/region-types.ts';
import { baseName } from '../juju/wording.ts';
import type { Compiled } from '../match/compiled.ts';
import { imagesOf } from '../match/images.ts';
import { isNamed, namedMachine } from '../match/machines.ts';
import { passesPatterns } from '../match/needs.ts';
import { prepare } from '../match/query.ts';
import { requestDate } from '../match/request-facts.ts';
import { validateRequest } from '../match/validate.ts';
import { formatMoney } from '../quantity/money.ts';
import { type Constraints, listOf, textOf } from '../request/constraints.ts';
import { type JujuVersion, jujuDialect } from '../request/dialect.ts';
import type { MachineRequest } from '../request/request.ts';
import { providerNotes } from './compat-notes.ts';
import { describeMachine } from './describe.ts';
import { emptyAnswer } from './empty-answer.ts';
import { NOT_INCLUDED, requestNotes } from './notes.ts';
import type { Answer, Machine, Note } from './schema.ts';
import { stepsFor } from './steps.ts';

/** Answers as a version of Juju would choose, to the letter: no rules, no reserve, one region, prices as costs. */

/** How a request is put to Juju. */
export interface AsJuju {
  readonly version: JujuVersion;
  /** Row of `regions`: where the Juju model is. Undefined where the catalog has no region at all. */
  readonly region: number | undefined;
  /** The architectures that agents exist for; undefined: all. */
  readonly archs: readonly string[] | undefined;
  /** The agent's architecture where none is asked for; undefined: amd64. */
  readonly agentArch: string | undefined;
}

/** What is said beside the request. */
export interface JujuSetting extends Omit<AsJuju, 'region'> {
  /** The keys `cloud` and `region`: where the Juju model is. */
  readonly where: Constraints;
  /** How whoever asks names the place, for hints. */
  readonly placeHint: string;
}

const SHOWN_REGIONS = 5;

/** The one region that is meant, since a Juju model lives in one. */
function regionMeant(catalog: Catalog, { version, where, placeHint }: JujuSetting): Result<number | undefined> {
  const { regions, offers, listedUnpriced } = catalog;
  const [clouds, names] = [listOf(where, 'cloud'), listOf(where, 'region')];
  const selling = new Set([...offers.region, ...listedUnpriced.region]);
  const meant = Array.from({ length: regions.size }, (_, row) => row).filter((row) => {
    const name = textAt(regions, 'offer.region', row) ?? '';
    const isOpen = textAt(regions, 'offer.access', row) !== 'restricted' || names.includes(name);
    return isOpen && passesPatterns(clouds, textAt(regions, 'offer.cloud', row) ?? '') && passesPatterns(names, name);
  });
  const open = meant.filter((row) => selling.has(row));
  const candidates = open.length > 0 ? open : meant;
  if (candidates.length === 1 || regions.size === 0) return ok(candidates[0]);
  const { name } = jujuDialect(version);
  if (candidates.length === 0)
    return fail({ code: 'no-region', message: 'no region of the catalog is meant', path: 'region', hint: placeHint });
  const shown = candidates
    .slice(0, SHOWN_REGIONS)
    .map((row) => `${textAt(regions, 'offer.cloud', row)} ${textAt(regions, 'offer.region', row)}`);
  const more = candidates.length > shown.length ? `, … (${candidates.length} in all)` : '';
  return fail({
    code: 'several-regions',
    message: `${name} chooses within one region, and several are meant: ${shown.join(', ')}${more}`,
    path: 'region',
    hint: placeHint,
  });
}

/** What of a request Juju cannot be asked for. */
function notInJuju(request: MachineRequest, version: JujuVersion): readonly Diagnostic[] {
  const { name, containers } = jujuDialect(version);
  const faults: Diagnostic[] = [];
  const fault = (path: string, message: string, hint: string): void => {
    faults.push({ code: 'not-in-juju', message, path, hint });
  };
  const { placement } = request;
  const kinds = containers.filter((kind) => kind !== 'none');
  if (placement.kind === 'container' && !kinds.includes(placement.need.capability)) {
    const { capability } = placement.need;
    fault(
      'placement',
      `${name} makes no ${capability} containers`,
      didYouMean(capability, kinds) ?? kinds.join(' or '),
    );
  } else if (placement.kind === 'container' && placement.need.atLeast !== undefined) {
    const { capability } = placement.need;
    fault('placement', `${name} cannot be asked for a version of ${capability}`, `write ${capability} alone`);
  }
  if (request.guests !== undefined)
    fault('guest', `${name} has no guests sized apart from their host`, 'give the sizes as constraints');
  if (request.attributes.size > 0)
    fault('attributes', `facts for rules have no meaning where ${name} chooses`, 'leave them out');
  return faults;
}

/** Checks that a request can be put to Juju, in one region of the catalog. */
export function askJuju(request: MachineRequest, compiled: Compiled, setting: JujuSetting): Result<AsJuju> {
  const { version, where, archs, agentArch } = setting;
  // Containers are judged by Juju's words; what else the constraints name is Juju's to judge.
  const { placement } = request;
  const place = {
    ...request,
    constraints: where,
    placement: placement.kind === 'container' ? NO_PLACEMENT : placement,
  };
  const faults = [...notInJuju(request, version), ...validateRequest(place, compiled)];
  if (faults.length > 0) return fail(...faults);
  const region = regionMeant(compiled.catalog, setting);
  return region.ok ? ok({ version, region: region.value, archs, agentArch }) : region;
}

const NO_PLACEMENT = { kind: 'none' } as const;

/** The request as Juju's provisioner sees it: a `container` constraint is dropped, nothing is kept back for the host. */
function provisioned(request: MachineRequest): MachineRequest {
  const { placement } = request;
  const byKey = new Map([...request.constraints.byKey].filter(([key]) => key !== 'container'));
  const containers = placement.kind === 'container' ? [placement.need] : [];
  return { ...request, constraints: { ...request.constraints, byKey }, containers, reserve: false };
}

/** Everything that the machine's image says of itself, with the id that was asked for in place of its own. */
function withImageId(machine: Machine, id: string | undefined): Machine {
  return id === undefined || machine.image === undefined ? machine : { ...machine, image: { ...machine.image, id } };
}

/** The answer that a version of Juju would give. */
export function answerAsJuju(compiled: Compiled, asked: MachineRequest, as: AsJuju, at: string | undefined): Answer {
  const { catalog } = compiled;
  const { version } = as;
  const juju = jujuDialect(version).name;
  const request = provisioned(asked);
  const images = imagesOf(compiled, request.base);
  const cloud = as.region === undefined ? '' : (textAt(catalog.regions, 'offer.cloud', as.region) ?? '');
  const region = as.region === undefined ? '' : (textAt(catalog.regions, 'offer.region', as.region) ?? '');
  // A machine of a MAAS that is named is the only one there is to choose.
  const named = namedMachine(asked, catalog);
  const isMeant = (row: number): boolean => named === undefined || isNamed(catalog, row, named);
  const forSale = (as.region === undefined ? [] : typesForSale(catalog, as.region, version)).filter(({ offer }) =>
    isMeant(catalog.offers.type[offer]!),
  );
  const found = (images.byCloud.get(cloud) ?? [])
    .filter((row) => [undefined, region].includes(textAt(images.table, 'image.region', row)))
    .map((row) => imageOf(images.table, row));
  const newest = newestImages(found);
  const question: InstanceQuestion = {
    version,
    region,
    base: request.base,
    constraints: request.constraints,
    images: cloud === 'aws' ? preferredByStore(newest, version) : newest,
    types: forSale.map(({ type }) => type),
    archs: as.archs,
    agentArch: textOf(request.constraints, 'arch') ?? as.agentArch ?? 'amd64',
  };
  const instance = findInstance(question);
  const unpriced = as.region === undefined ? 0 : unpricedServing(catalog, as.region, question, isMeant);
  const query = prepare(compiled, request, at);

  const notes: Note[] = [];
  const container = textOf(asked.constraints, 'container');
  if (container !== undefined)
    notes.push({ code: 'container-key', text: `container=${container} is dropped, as juju add-machine drops it` });
  const machines: Machine[] = [];
  const steps: string[] = [];
  let cost: bigint | undefined;
  if ('error' in instance) notes.push({ code: 'juju-error', text: instance.error });
  else {
    const { offer } = forSale.find(({ type }) => type.name === instance.type.name)!;
    const price = catalog.offers.price[offer]!;
    const { row } = instance.image;
    const imageId = textOf(request.constraints, 'image-id');
    cost = BigInt(price) * BigInt(request.count);
    // Until 2.9 bases were series.
    const [{ os, release }, series] = [request.base, baseName(request.base, version)];
    const inWords = (step: string): string =>
      version === '2.8' ? step.replace(`--base ${os}@${release}`, `--series ${series}`) : step;
    for (let number = 0; number < request.count; number += 1) {
      const described = describeMachine(query, offer, row, price, `new-${number}`, []);
      const machine = withImageId(described, imageId);
      machines.push(machine);
      steps.push(...stepsFor(query, machine, offer, row, [], number, request.count).map(inWords));
    }
    if (imageId !== undefined)
      notes.push({
        code: 'image-id',
        text: `image-id=${imageId} takes the place of the image that was found, unchecked`,
      });
    const limit = catalog.offers.limit[offer]!;
    if (limit < request.count)
      notes.push({ code: 'limits', text: `only ${limit} of them can be had, which ${juju} does not look at` });
    for (const { capability } of request.containers)
      notes.push({
        code: 'not-checked',
        text: `whether the machine can host ${capability} is not looked at: ${juju} finds out once it has booted`,
      });
    notes.push(...providerNotes(catalog, asked, as, instance.type.name));
  }
  notes.push(...requestNotes(query, machines));
  if (unpriced > 0)
    notes.push({
      code: 'unpriced',
      text: `${unpriced} more ${unpriced === 1 ? 'type' : 'types'} would match but have no known price in ${region}, and are left out`,
    });
  if (cost !== undefined) notes.push(NOT_INCLUDED);
  return {
    format: 'stowage.answer/1',
    status: cost === undefined ? 'infeasible' : 'feasible',
    ...emptyAnswer(),
    cost: cost === undefined ? null : formatMoney(cost),
    proof: cost === undefined ? null : `juju-${version}`,
    machines,
    considered: { offers: forSale.length, fit: instance.matching.length, 'unpriced-fit': unpriced },
    steps,
    notes,
    inputs: {
      catalog: catalog.digest,
      rules: compiled.program.digest,
      date: requestDate(compiled, at) ?? null,
    },
    stats: { rows: catalog.offers.size },
  };
}
