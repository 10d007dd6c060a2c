import { textAt } from '../catalog/column.ts';
import { offersOfType } from '../catalog/offers.ts';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { bootsBetween } from '../match/boots.ts';
import type { Compiled } from '../match/compiled.ts';
import { deriveFor } from '../match/derived.ts';
import { isVersion } from '../quantity/version.ts';
import type { Base, MachineRequest } from '../request/request.ts';
import { passesLevel } from '../rules/capability.ts';
import { type FailedRule, failedProof } from '../rules/failed-proof.ts';
import { levelOf, versionOf, withoutRules } from '../rules/program.ts';
import { type FactsAt, fillIn, type ProofStep, proveCapability } from '../rules/proof.ts';
import type { Via } from '../rules/rule.ts';
import { NOWHERE, type Site } from '../rules/space.ts';
import { TRUE, UNKNOWN_TRUTH } from '../rules/tri.ts';

/** Why a type with an image can host something, as the rules prove it; or what of each rule is missing. */

export interface WhyQuestion {
  /** `kvm`, or `kvm>=8.2`. */
  readonly capability: string;
  readonly type: string;
  /** Of the type, where several clouds have one of that name. */
  readonly cloud: string | undefined;
  /** An id or a product of the catalog; the images of the request's base unless given. */
  readonly image: string | undefined;
  readonly region: string | undefined;
}

export interface WhyCapability {
  readonly format: 'stowage.rules-why/1';
  readonly capability: string;
  readonly 'at-least'?: string;
  readonly type: string;
  readonly cloud: string;
  readonly region?: string;
  readonly image: { readonly id: string | null; readonly base: string; readonly arch: string | null };
  readonly holds: 'yes' | 'no' | 'unknown';
  readonly version?: string;
  readonly via?: Via;
  /** What has to be done, in order. */
  readonly steps: readonly string[];
  /** Where it holds: the rule that gives it, and the one that gives its version. */
  readonly proof: readonly ProofStep[];
  /** Where it does not: the rules that stand in the way or lack something, the nearest first. */
  readonly missing: readonly FailedRule[];
}

const fault = (code: string, message: string, path: string, hint?: string) =>
  fail({ code, message, path, ...(hint === undefined ? {} : { hint }) });

function readCapability(compiled: Compiled, text: string): Result<{ name: string; least: string | undefined }> {
  const [name = '', least, ...rest] = text.split('>=');
  const known = compiled.catalog.vocabulary.capabilities;
  if (!known.has(name))
    return fault('unknown-capability', `"${name}" is no capability`, 'capability', didYouMean(name, known.keys()));
  if (rest.length > 0 || (least !== undefined && !isVersion(least)))
    return fault('bad-version', `"${text}" asks for no version`, 'capability', 'a least version is written kvm>=8.2');
  return ok({ name, least });
}

function findType({ catalog }: Compiled, name: string, cloud: string | undefined): Result<number> {
  const { types } = catalog;
  const rows = Array.from({ length: types.size }, (_, row) => row);
  const named = rows.filter((row) => textAt(types, 'type.name', row) === name);
  const cloudOf = (row: number): string => textAt(types, 'type.cloud', row) ?? '';
  const fitting = cloud === undefined ? named : named.filter((row) => cloudOf(row) === cloud);
  if (fitting.length === 1) return ok(fitting[0]!);
  if (fitting.length > 1)
    return fault(
      'ambiguous-type',
      `several clouds have a type "${name}"`,
      '--type',
      `name one with --cloud: ${fitting.map(cloudOf).join(', ')}`,
    );
  if (named.length > 0)
    return fault('unknown-type', `${cloud} has no type "${name}"`, '--type', `${named.map(cloudOf).join(', ')} has`);
  const own = rows.filter((row) => cloud === undefined || cloudOf(row) === cloud);
  const names = own.flatMap((row) => textAt(types, 'type.name', row) ?? []);
  return fault(
    'unknown-type',
    `there is no type "${name}" in this catalog`,
    '--type',
    didYouMean(name, new Set(names)),
  );
}

function findRegion({ catalog }: Compiled, cloud: string, name: string): Result<number> {
  const { regions } = catalog;
  const rows = Array.from({ length: regions.size }, (_, row) => row).filter(
    (row) => textAt(regions, 'offer.cloud', row) === cloud,
  );
  const names = rows.map((row) => textAt(regions, 'offer.region', row) ?? '');
  const row = rows[names.indexOf(name)];
  return row === undefined
    ? fault('unknown-region', `${cloud} has no region "${name}"`, '--region', didYouMean(name, names))
    : ok(row);
}

/** The base of an image of the catalog, by its id or product. */
export function baseOfImage({ catalog }: Compiled, name: string): Result<Base> {
  const { images } = catalog;
  const rows = Array.from({ length: images.size }, (_, row) => row);
  const keys = ['image.id', 'image.product'];
  const row = rows.find((one) => keys.some((key) => textAt(images, key, one) === name));
  const [os, release] =
    row === undefined ? [] : [textAt(images, 'image.os', row), textAt(images, 'image.release', row)];
  if (os !== undefined && release !== undefined) return ok({ os, release });
  const products = rows.flatMap((one) => textAt(images, 'image.product', one) ?? []);
  const hint = didYouMean(name, new Set(products));
  return fault('unknown-image', `there is no image "${name}" in this catalog`, '--image', hint);
}

/** @param request its base, facts and waived rules */
export function whyCapability(
  compiled: Compiled,
  request: MachineRequest,
  question: WhyQuestion,
  at?: string,
): Result<WhyCapability> {
  const { catalog } = compiled;
  const capability = readCapability(compiled, question.capability);
  if (!capability.ok) return capability;
  const type = findType(compiled, question.type, question.cloud);
  if (!type.ok) return type;
  const cloud = textAt(catalog.types, 'type.cloud', type.value) ?? '';
  const region = question.region === undefined ? ok(NOWHERE) : findRegion(compiled, cloud, question.region);
  if (!region.ok) return region;

  const program = withoutRules(compiled.program, ({ id }) => request.waived.includes(id));
  const { types, offers } = catalog;
  const { images, derivation } = deriveFor({ catalog, program }, request, at, offers);
  const base = `${request.base.os}@${request.base.release}`;
  const boots = bootsBetween(types, images.table);
  const named = (row: number): boolean =>
    question.image === undefined ||
    ['image.id', 'image.product'].some((key) => textAt(images.table, key, row) === question.image);
  const ofCloud = images.byCloud.get(cloud) ?? [];
  const fitting = ofCloud.filter((row) => named(row) && boots(type.value, row) > 0);
  const image = fitting[0];
  if (image === undefined) {
    const what = question.image ?? base;
    const message = `no image ${what} of ${cloud || 'this cloud'} boots on ${question.type}`;
    return fault('no-image', message, '--image', 'name another with --image, such as ubuntu@24.04');
  }
  const offer = [...offersOfType(offers, type.value)].find((row) => offers.region[row] === region.value) ?? NOWHERE;
  const site: Site = { type: type.value, region: region.value, image, offer };

  const { name, least } = capability.value;
  const state = derivation.capability(name, site);
  const level = levelOf(program, least);
  const truth = passesLevel(state, level);
  const proven = truth === TRUE ? proveCapability(derivation, name, level, site) : undefined;
  const version = truth === TRUE ? versionOf(program, state.lower) : undefined;
  const factsAt: FactsAt = (attribute) => derivation.factAt(attribute, site);
  return ok({
    format: 'stowage.rules-why/1',
    capability: name,
    ...(least === undefined ? {} : { 'at-least': least }),
    type: question.type,
    cloud,
    ...(question.region === undefined ? {} : { region: question.region }),
    image: {
      id: textAt(images.table, 'image.id', image) ?? null,
      base,
      arch: textAt(images.table, 'image.arch', image) ?? null,
    },
    holds: truth === TRUE ? 'yes' : truth === UNKNOWN_TRUTH ? 'unknown' : 'no',
    ...(version === undefined ? {} : { version }),
    ...(proven === undefined ? {} : { via: proven.via }),
    steps: (proven?.providers ?? []).flatMap(({ action }) =>
      action.steps.map((step) => fillIn(step, derivation, factsAt)),
    ),
    proof: proven?.proof ?? [],
    missing: truth === TRUE ? [] : failedProof(derivation, name, site),
  });
}
