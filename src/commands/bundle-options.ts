import type { Command } from 'commander';
import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import type { Compiled } from '../match/compiled.ts';
import { validateRequest } from '../match/validate.ts';
import { type BundleSource, readBundle } from '../plan/bundle-file.ts';
import type { PlacedBundle } from '../plan/deploy.ts';
import { type DeploySettings, groupMachines } from '../plan/deploy-requests.ts';
import { placeUnits } from '../request/bundle-placement.ts';
import { DEFAULT_BASE } from '../request/request.ts';
import { readText } from '../storage/files.ts';
import type { Loader } from '../storage/loader.ts';
import { collect, type SourceOptions } from './options.ts';
import type { Process } from './process.ts';
import { flagTexts, loadSourcesFor, type RequestOptions, readRequestOptions } from './request-options.ts';

/** The options of commands that are about bundles. */

export interface BundleOptions {
  readonly overlay?: readonly string[];
  readonly constraints?: readonly string[];
  readonly with?: readonly string[];
  readonly waive?: readonly string[];
  readonly reserve: boolean;
  readonly cloud?: readonly string[];
  readonly region?: readonly string[];
  readonly market?: readonly string[];
}

export function addBundleOptions(command: Command): Command {
  return command
    .option('--overlay <file>', 'a bundle that is laid over it; repeatable', collect)
    .option('--constraints <text>', 'constraints of the Juju model, beneath those of the bundle; repeatable', collect)
    .option('--with <name=value>', 'a fact of the request for rules, such as env=production; repeatable', collect)
    .option('--waive <rule>', 'a rule that may be waived and is, such as safety/deprecated; repeatable', collect)
    .option('--no-reserve', "Juju's own sizing: nothing kept back for the host")
    .option('--cloud <names>', 'the same as the constraint cloud=', collect)
    .option('--region <names>', 'the same as the constraint region=; without it the cheapest region', collect)
    .option('--market <market>', 'the same as the constraint market=', collect);
}

/** What commands about bundles work on. */
export interface BundleQuestion {
  readonly files: readonly BundleSource[];
  readonly placed: PlacedBundle;
  readonly settings: DeploySettings;
  readonly compiled: Compiled;
}

function readFiles(process: Process, paths: readonly string[]): Result<readonly BundleSource[]> {
  const read = paths.map((path) => ({
    source: path === '-' ? '<stdin>' : path,
    text: path === '-' ? process.stdin() : readText(path),
  }));
  const faults = read.flatMap(({ text }) => (text.ok ? [] : text.diagnostics));
  if (faults.length > 0) return fail(...faults);
  return ok(read.flatMap(({ source, text }) => (text.ok ? [{ source, text: text.value }] : [])));
}

function placedBundle(files: readonly BundleSource[], vocabulary: Vocabulary): Result<PlacedBundle> {
  const bundle = readBundle(files, vocabulary);
  if (!bundle.ok) return bundle;
  const placement = placeUnits(bundle.value);
  return placement.ok ? ok({ bundle: bundle.value, placement: placement.value }) : placement;
}

/** Names in the bundle, or in the options, that the catalog does not have. */
function faultsOf({ placement }: PlacedBundle, settings: DeploySettings, compiled: Compiled): readonly Diagnostic[] {
  const groups = groupMachines(placement.machines, settings, compiled.catalog.vocabulary);
  const faults = groups.flatMap(({ request }) => validateRequest(request, compiled));
  // What the model's constraints say is said of each machine.
  return [...new Map(faults.map((one) => [`${one.message} ${one.span?.source} ${one.span?.start}`, one])).values()];
}

/** The bundle with its overlays, catalog and rules, checked against one another. */
export async function readBundleQuestion(
  process: Process,
  loader: Loader,
  path: string,
  options: BundleOptions & SourceOptions & { readonly quiet?: boolean },
): Promise<Result<BundleQuestion>> {
  const vocabulary = await loader.vocabulary();
  const asked: RequestOptions = { ...options, base: DEFAULT_BASE, number: 1 };
  const model = readRequestOptions(asked, undefined, flagTexts(asked), vocabulary);
  const files = readFiles(process, [path, ...(options.overlay ?? [])]);
  const placed = files.ok ? placedBundle(files.value, vocabulary) : files;
  if (!model.ok || !files.ok || !placed.ok)
    return fail(...[model, placed].flatMap((part) => (part.ok ? [] : part.diagnostics)));
  const { constraints, attributes, reserve, waived } = model.value;
  // Whether containers are reached matters for bundles alone.
  const sources = { ...options, rules: [...(options.rules ?? []), 'networking'] };
  const compiled = await loadSourcesFor(process, loader, sources, constraints);
  if (!compiled.ok) return compiled;
  const settings: DeploySettings = { model: constraints, attributes, reserve, waived };
  const faults = faultsOf(placed.value, settings, compiled.value);
  return faults.length > 0
    ? fail(...faults)
    : ok({ files: files.value, placed: placed.value, settings, compiled: compiled.value });
}
