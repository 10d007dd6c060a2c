import { Command } from 'commander';
import type { Vocabulary } from '../catalog/value.ts';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import type { Compiled } from '../match/compiled.ts';
import { validateRequest } from '../match/validate.ts';
import { readBundle } from '../plan/bundle-file.ts';
import { deployBundle, type PlacedBundle } from '../plan/deploy.ts';
import { type DeploySettings, groupMachines } from '../plan/deploy-requests.ts';
import { deployBlocks } from '../render/deploy.ts';
import { render } from '../render/formats.ts';
import { placeUnits } from '../request/bundle-placement.ts';
import { readText } from '../storage/files.ts';
import { loaderFor } from '../storage/loader.ts';
import {
  addOutputOptions,
  addSourceOptions,
  collect,
  type OutputOptions,
  type SourceOptions,
  sourceWords,
} from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';
import { flagTexts, loadSourcesFor, type RequestOptions, readRequestOptions } from './request-options.ts';

interface Options extends OutputOptions, SourceOptions {
  readonly dryRun?: boolean;
  readonly overlay?: readonly string[];
  readonly constraints?: readonly string[];
  readonly with?: readonly string[];
  readonly waive?: readonly string[];
  readonly reserve: boolean;
  readonly cloud?: readonly string[];
  readonly region?: readonly string[];
  readonly market?: readonly string[];
}

const EXAMPLES = `
Juju's own placement is kept: what is chosen is the instance type of each machine, and where nothing is said the region.
It is worked out for an empty model. KVM containers need machines that Juju itself can launch (--constraints launcher=any: by any means).

Examples:
  stowage deploy ./bundle.yaml --dry-run --cloud aws --region us-east-1
  stowage deploy ./bundle.yaml --dry-run --overlay mine.yaml --constraints "cores=2 mem=8G" --format json
`;

/** A bundle from its files (`-`: standard input) with its units placed. */
export function readPlaced(process: Process, paths: readonly string[], vocabulary: Vocabulary): Result<PlacedBundle> {
  const files = paths.map((path) => {
    const text = path === '-' ? process.stdin() : readText(path);
    return { source: path === '-' ? '<stdin>' : path, text };
  });
  const faults = files.flatMap(({ text }) => (text.ok ? [] : text.diagnostics));
  if (faults.length > 0) return fail(...faults);
  const bundle = readBundle(
    files.flatMap(({ source, text }) => (text.ok ? [{ source, text: text.value }] : [])),
    vocabulary,
  );
  if (!bundle.ok) return bundle;
  const placement = placeUnits(bundle.value);
  return placement.ok ? ok({ bundle: bundle.value, placement: placement.value }) : placement;
}

/** Names in the bundle, or in the options, that the catalog does not have. */
function faultsOf({ placement }: PlacedBundle, settings: DeploySettings, compiled: Compiled): Result<undefined> {
  const groups = groupMachines(placement.machines, settings, compiled.catalog.vocabulary);
  const faults = groups.flatMap(({ request }) => validateRequest(request, compiled));
  // What the model's constraints say is said of each machine.
  const distinct = new Map(faults.map((one) => [`${one.message} ${one.span?.source} ${one.span?.start}`, one]));
  return distinct.size === 0 ? ok(undefined) : fail(...distinct.values());
}

/** `stowage deploy --dry-run`: what a bundle's machines are and cost. */
export function deployCommand(process: Process, exit: (code: number) => void): Command {
  const command = new Command('deploy')
    .description("price a bundle's machines as its author placed them, before any boots")
    .argument('<bundle>', "a bundle's YAML file; -: standard input")
    .option('--dry-run', 'tell what would be done: all that this command does')
    .option('--overlay <file>', 'a bundle that is laid over it; repeatable', collect)
    .option('--constraints <text>', 'constraints of the Juju model, beneath those of the bundle; repeatable', collect)
    .option('--with <name=value>', 'a fact of the request for rules, such as env=production; repeatable', collect)
    .option('--waive <rule>', 'a rule that may be waived and is, such as safety/deprecated; repeatable', collect)
    .option('--no-reserve', "Juju's own sizing: nothing kept back for the host")
    .option('--cloud <names>', 'the same as the constraint cloud=', collect)
    .option('--region <names>', 'the same as the constraint region=; without it the cheapest region', collect)
    .option('--market <market>', 'the same as the constraint market=', collect)
    .addHelpText('after', EXAMPLES);
  addOutputOptions(addSourceOptions(command));
  return command.action(async (path: string, options: Options) => {
    if (options.dryRun !== true) {
      const hint = 'add --dry-run, and let Juju deploy the bundle';
      return exit(
        report(process, [
          { code: 'dry-run-only', message: 'nothing is deployed here: there are only dry runs', path: 'deploy', hint },
        ]),
      );
    }
    const loader = loaderFor(process.env);
    const vocabulary = await loader.vocabulary();
    const asked: RequestOptions = { ...options, base: 'ubuntu@24.04', number: 1 };
    const model = readRequestOptions(asked, undefined, flagTexts(asked), vocabulary);
    const placed = readPlaced(process, [path, ...(options.overlay ?? [])], vocabulary);
    if (!model.ok || !placed.ok) {
      return exit(
        report(
          process,
          [model, placed].flatMap((part) => (part.ok ? [] : part.diagnostics)),
        ),
      );
    }
    const { constraints, attributes, reserve, waived } = model.value;
    const compiled = await loadSourcesFor(process, loader, options, constraints);
    if (!compiled.ok) return exit(report(process, compiled.diagnostics));
    const settings: DeploySettings = { model: constraints, attributes, reserve, waived };
    const faults = faultsOf(placed.value, settings, compiled.value);
    if (!faults.ok) return exit(report(process, faults.diagnostics));
    if (options.quiet !== true) process.progress('judging offers');
    const answer = deployBundle(compiled.value, placed.value, settings, { at: options.at });
    if (options.quiet !== true) process.progress();
    const name = path === '-' ? '<stdin>' : path;
    const text = await render(answer, options.format, () => deployBlocks(answer, name, { more: sourceWords(options) }));
    const fault = deliver(process, text, options.output);
    if (fault !== undefined) return exit(report(process, [fault]));
    exit(answer.status === 'optimal' ? EXIT.answer : EXIT.noAnswer);
  });
}
