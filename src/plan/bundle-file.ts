import { z } from 'zod';
import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { nearest } from '../diagnostic/nearest.ts';
import { checkDocument } from '../document/check.ts';
import { type Document, type Path, placeIn, readDocuments } from '../document/read.ts';
import { type ApplicationText, type Bundle, type BundleText, parseBundle } from '../request/bundle.ts';
import type { SourceText } from '../request/source-text.ts';
import { layOver } from './bundle-overlay.ts';

/** Bundle files as Juju reads them: a base bundle, and overlays in the order in which they are laid over it. */

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const applicationSchema = z.looseObject({
  charm: z.string().nullish(),
  num_units: z.int().nullish(),
  scale: z.int().nullish(),
  constraints: z.string().nullish(),
  to: z.array(scalar, 'expected a list of placements, such as ["lxd:0"]').nullish(),
  base: scalar.nullish(),
  series: scalar.nullish(),
});

const machineSchema = z.looseObject({
  constraints: z.string().nullish(),
  base: scalar.nullish(),
  series: scalar.nullish(),
});

const applications = z.record(z.string(), applicationSchema.nullable()).nullish();

const partSchema = z.looseObject({
  bundle: scalar.nullish(),
  type: scalar.nullish(),
  'default-base': scalar.nullish(),
  series: scalar.nullish(),
  applications,
  services: applications,
  machines: z.record(z.string(), machineSchema.nullable()).nullish(),
  relations: z.array(z.array(z.union([z.string(), z.array(z.string())]))).nullish(),
  saas: z.record(z.string(), z.unknown()).nullish(),
});

/** Keys that Juju, or the stores of bundles, know beside those that matter here. */
const OTHER_KEYS: readonly string[] =
  'name description summary docs website issues source tags assumes variables local_overlay_enabled includes machine_map'.split(
    ' ',
  );
const OTHER_APPLICATION_KEYS: readonly string[] =
  'channel revision resources placement expose exposed-endpoints options annotations storage devices bindings offers plan trust requires_trust num-units'.split(
    ' ',
  );
const OTHER_MACHINE_KEYS: readonly string[] = ['annotations'];

/** A bundle of the size of the largest public ones, many times over. */
const LIMITS = { maxLength: 4_000_000, maxNodes: 200_000, maxAliases: 10_000 };

/** One document of a bundle: the base, or an overlay. */
export interface BundlePart {
  readonly place: SourceText;
  readonly base: SourceText | undefined;
  readonly series: SourceText | undefined;
  /** Undefined: the application is taken out. */
  readonly applications: ReadonlyMap<string, ApplicationText | undefined>;
  /** Where each application is named. */
  readonly names: ReadonlyMap<string, SourceText>;
  /** Undefined where the document says nothing of machines. */
  readonly machines: BundleText['machines'] | undefined;
  readonly relations: BundleText['relations'];
  readonly remotes: readonly string[];
  readonly warnings: readonly Diagnostic[];
}

/** Keys that nobody knows are passed over, as by Juju, but not in silence. */
function strayKeys(
  document: Document,
  path: Path,
  value: object,
  schema: z.ZodObject,
  others: readonly string[],
): readonly Diagnostic[] {
  const known = [...Object.keys(schema.shape), ...others];
  return Object.keys(value)
    .filter((key) => !known.includes(key) && !key.startsWith('x-'))
    .map((key) => {
      const near = nearest(key, known);
      return {
        code: 'unknown-key',
        message: `Juju knows no key "${key}" here, and passes it over`,
        ...placeIn(document, [...path, key], 'key'),
        ...(near.length === 0 ? {} : { hint: `did you mean ${near.join(' or ')}?` }),
      };
    });
}

function readPart(document: Document): Result<BundlePart> {
  const checked = checkDocument(document, partSchema, 'a bundle');
  if (!checked.ok) return checked;
  const part = checked.value;
  const textAt = (path: Path, text: string, of: 'key' | 'value' = 'value'): SourceText => ({
    source: document.source,
    text,
    within: of === 'key' ? document.keySpanOf(path) : document.spanOf(path),
  });
  const maybe = (path: Path, value: string | number | boolean | null | undefined): SourceText | undefined =>
    value === null || value === undefined ? undefined : textAt(path, String(value));
  const kind = part.bundle ?? part.type;
  const pods: Diagnostic = {
    code: 'kubernetes-bundle',
    message: 'this bundle is for Kubernetes: its units are pods of a cluster, and there are no machines to choose',
    ...placeIn(document, [part.bundle === undefined || part.bundle === null ? 'type' : 'bundle']),
    hint: 'give the bundle that makes the cluster itself, such as one with kubernetes-worker units',
  };
  if (kind === 'kubernetes') return fail(pods);
  const key = part.applications === undefined ? 'services' : 'applications';
  if (part.services !== undefined && part.applications !== undefined) {
    const message = '"services" is the old name of "applications": a bundle has one or the other';
    return fail({ code: 'invalid-value', message, ...placeIn(document, ['services'], 'key') });
  }
  const given = Object.entries(part.applications ?? part.services ?? {});
  const basket = Object.entries(part).find(
    ([, value]) => typeof value === 'object' && value !== null && 'services' in value,
  );
  if (basket !== undefined && part.applications === undefined && part.services === undefined) {
    const message = 'this is a basket of bundles, as juju-deployer had them, and not a bundle';
    const hint = `write what is under "${basket[0]}" into a file of its own`;
    return fail({ code: 'invalid-value', message, ...placeIn(document, [basket[0]], 'key'), hint });
  }
  const faults: Diagnostic[] = [];
  const warnings: Diagnostic[] = [...strayKeys(document, [], part, partSchema, OTHER_KEYS)];
  const names = new Map<string, SourceText>();
  const texts = new Map<string, ApplicationText | undefined>();
  for (const [name, body] of given) {
    const at = (field: string): Path => [key, name, field];
    const named = textAt([key, name], name, 'key');
    names.set(name, named);
    // In Juju an empty body is the same as none.
    if (body === null || Object.keys(body).length === 0) {
      texts.set(name, undefined);
      continue;
    }
    const { charm, num_units: units, scale, constraints, to, base, series } = body;
    if (typeof scale === 'number' && typeof units !== 'number')
      return fail({ ...pods, ...placeIn(document, at('scale'), 'key') });
    warnings.push(...strayKeys(document, [key, name], body, applicationSchema, OTHER_APPLICATION_KEYS));
    texts.set(name, {
      name: named,
      // What is not written must not be laid over what is.
      ...(charm === undefined ? {} : { charm: maybe(at('charm'), charm) }),
      ...(typeof units === 'number' ? { units: { count: units, place: textAt(at('num_units'), String(units)) } } : {}),
      ...(constraints === undefined ? {} : { constraints: maybe(at('constraints'), constraints) }),
      ...(to === undefined ? {} : { to: (to ?? []).map((one, index) => textAt([...at('to'), index], String(one))) }),
      // Either way to write a base replaces both.
      ...(base === undefined && series === undefined
        ? {}
        : { base: maybe(at('base'), base), series: maybe(at('series'), series) }),
    });
  }
  const machines =
    part.machines === undefined || part.machines === null
      ? undefined
      : Object.entries(part.machines).map(([id, body]) => {
          const at = (field: string): Path => ['machines', id, field];
          if (body !== null)
            warnings.push(...strayKeys(document, ['machines', id], body, machineSchema, OTHER_MACHINE_KEYS));
          return {
            id: textAt(['machines', id], id, 'key'),
            constraints: maybe(at('constraints'), body?.constraints),
            base: maybe(at('base'), body?.base),
            series: maybe(at('series'), body?.series),
          };
        });
  const relations = (part.relations ?? []).flatMap((pair, index) => {
    const [one, other] = pair;
    const place = (text: string, ...rest: number[]): SourceText => textAt(['relations', index, ...rest], text);
    if (pair.length !== 2 || typeof one !== 'string') {
      const message = `relation ${index + 1} has ${pair.length} endpoint${pair.length === 1 ? '' : 's'}, not 2`;
      faults.push({ code: 'invalid-value', message, ...placeIn(document, ['relations', index]) });
      return [];
    }
    // One with several, as old bundles write it.
    return [other!]
      .flat()
      .map((end, at) => [place(one, 0), typeof other === 'string' ? place(end, 1) : place(end, 1, at)] as const);
  });
  if (faults.length > 0) return fail(...faults);
  return ok({
    place: textAt([], document.source),
    base: maybe(['default-base'], part['default-base']),
    series: maybe(['series'], part.series),
    applications: texts,
    names,
    machines,
    relations,
    remotes: Object.keys(part.saas ?? {}),
    warnings,
  });
}

/** A bundle file's text, and what people call the file. */
export interface BundleSource {
  readonly source: string;
  readonly text: string;
}

/**
 * A bundle out of its files: of the first the first document is the base, and every document after it, in this file and
 * in the others, is an overlay.
 *
 * @example readBundle([{ source: 'wiki.yaml', text: 'applications: {wiki: {charm: wiki, num_units: 1}}' }], vocabulary)
 */
export function readBundle(files: readonly BundleSource[], vocabulary: Vocabulary): Result<Bundle> {
  const parts: BundlePart[] = [];
  for (const { source, text } of files) {
    const documents = readDocuments(source, text, LIMITS);
    if (!documents.ok) return documents;
    if (documents.value.length === 0)
      return fail({ code: 'bad-bundle', message: `${source} is empty: it is no bundle`, path: source });
    const read = documents.value.map(readPart);
    const faults = read.flatMap((part) => (part.ok ? [] : part.diagnostics));
    if (faults.length > 0) return fail(...faults);
    parts.push(...read.flatMap((part) => (part.ok ? [part.value] : [])));
  }
  const text = layOver(parts);
  return text.ok ? parseBundle(text.value, vocabulary) : text;
}
