import { Command, InvalidArgumentError, Option } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { bundleModel } from '../plan/bundle-model.ts';
import { deployBundle } from '../plan/deploy.ts';
import { USUAL_TIME_LIMIT, validateModel } from '../plan/model-problem.ts';
import { type PackAnswer, packBundle } from '../plan/pack-bundle.ts';
import { render } from '../render/formats.ts';
import { packBlocks } from '../render/pack.ts';
import { runningBlocks } from '../render/running.ts';
import { writeWhole } from '../storage/files.ts';
import { loaderFor } from '../storage/loader.ts';
import { addBundleOptions, type BundleOptions, type BundleQuestion, readBundleQuestion } from './bundle-options.ts';
import {
  addOutputOptions,
  addSourceOptions,
  collect,
  type OutputOptions,
  type SourceOptions,
  sourceWords,
  wholeNumber,
} from './options.ts';
import { planRunning } from './plan-running.ts';
import { deliver, EXIT, type Process, report, unwritable } from './process.ts';
import { solveModel } from './solve-model.ts';
import { addSolverOptions, type SolverOptions, withSolverOptions } from './solver-options.ts';

interface Options extends OutputOptions, SourceOptions, BundleOptions, SolverOptions {
  readonly pack?: boolean;
  readonly into?: string;
  readonly model?: string;
  readonly machine?: readonly string[];
  readonly writeOverlay?: string;
  readonly writeBundle?: string;
}

const EXAMPLES = `
Units stay in the containers that the bundle puts them in, and what its author kept on different machines stays apart.
Sizes are those of the applications' constraints; of a unit that has a machine to itself, that machine's.

Examples:
  stowage plan ./bundle.yaml --pack --cloud aws --region us-east-1 --write-overlay packed.yaml
  stowage plan ./bundle.yaml --pack --into lxd --with container-network=provider --cloud aws
  juju deploy ./bundle.yaml --overlay packed.yaml
  stowage plan exported.yaml --model status.json --machine 0=m5.large
`;

/** Thousandths of a percentage: `5%`, `0.5`. */
function percent(text: string): number {
  const [, digits] = /^(\d{1,3}(?:\.\d)?)%?$/.exec(text) ?? [];
  const value = digits === undefined ? Number.NaN : Math.round(Number(digits) * 10);
  if (!(value <= 1000)) throw new InvalidArgumentError('give a percentage such as 5% or 0.5%');
  return value;
}

/** Writes what was asked for beside the answer; the first fault ends it. */
function writeFiles({ overlay }: PackAnswer, texts: readonly string[], options: Options): Diagnostic | undefined {
  if (overlay === null) return undefined;
  const { writeOverlay, writeBundle } = options;
  // Juju takes every document after the first for an overlay.
  const bundle = [...texts, overlay].map((text) => text.replace(/^---\n/, '').replace(/\n*$/, '\n')).join('---\n');
  for (const [path, text] of [
    [writeOverlay, overlay],
    [writeBundle, bundle],
  ] as const) {
    const cause = path === undefined ? undefined : writeWhole(path, text);
    if (cause !== undefined) return unwritable(path!, cause);
  }
  return undefined;
}

/** What the model that runs takes further, or, with --pack, could be; returns the exit code. */
async function tellRunning(
  process: Process,
  question: BundleQuestion,
  status: string,
  options: Options,
): Promise<number> {
  const progress = (text?: string): void => {
    if (options.quiet !== true) process.progress(text);
  };
  const answer = await planRunning(question, status, options, progress);
  if (!answer.ok) return report(process, answer.diagnostics);
  const text = await render(answer.value, options.format, () =>
    runningBlocks(answer.value, options.pack === true, { more: sourceWords(options) }),
  );
  const fault = deliver(process, text, options.output);
  if (fault !== undefined) return report(process, [fault]);
  return answer.value.model.machines.length > 0 ? EXIT.answer : EXIT.noAnswer;
}

/** `stowage plan --pack`: machines and a placement for a bundle at least cost. */
export function planCommand(process: Process, exit: (code: number) => void): Command {
  const command = new Command('plan')
    .description("choose machines and a placement for a bundle at least cost, and compare it with its author's")
    .argument('<bundle>', "a bundle's YAML file; -: standard input")
    .option('--pack', 'choose machines and placement anew')
    .addOption(
      new Option(
        '--into <container>',
        'put units that have machines to themselves into containers, where those are reached from other machines',
      ).choices(['lxd']),
    )
    .option(
      '--model <status>',
      'what runs already, by juju status --format json; the bundle is that of juju export-bundle',
    )
    .option(
      '--machine <id=type>',
      'the type of a machine that runs, where its hardware leaves it open; repeatable',
      collect,
    )
    .option(
      '--max-moves <count>',
      'with --model: machines that may be given up, their units moved to where they cost less',
      wholeNumber(0),
    )
    .option(
      '--min-saving <percent>',
      'with --model: what each such move has to save of what the model costs; 5 % unless given',
      percent,
    )
    .option('--write-overlay <file>', 'write the overlay that Juju is told of')
    .option('--write-bundle <file>', 'write bundle and overlay as one file')
    .addHelpText('after', EXAMPLES);
  addOutputOptions(addSourceOptions(addSolverOptions(addBundleOptions(command))));
  return command.action(async (path: string, options: Options) => {
    if (options.pack !== true && options.model === undefined) {
      const hint =
        "add --pack, or --model STATUS of what runs; the author's own placement is priced by stowage deploy --dry-run";
      return exit(
        report(process, [{ code: 'nothing-to-plan', message: 'what is to be planned?', path: 'plan', hint }]),
      );
    }
    const asked = await readBundleQuestion(process, loaderFor(process.env), path, options);
    if (!asked.ok) return exit(report(process, asked.diagnostics));
    if (options.model !== undefined) return exit(await tellRunning(process, asked.value, options.model, options));
    const { compiled, settings, placed, files } = asked.value;
    const { at, into } = options;
    const model = bundleModel(placed, compiled.catalog, settings, { into });
    if (model.request.units.length === 0) {
      const message = 'no application of the bundle has units, so there is nothing to place';
      const hint = 'state num_units';
      return exit(report(process, [{ code: 'nothing-to-plan', message, path, hint }]));
    }
    const faults = validateModel(model.request, compiled);
    if (faults.length > 0) return exit(report(process, faults));
    const progress = (text?: string): void => {
      if (options.quiet !== true) process.progress(text);
    };
    progress('judging offers');
    const author = deployBundle(compiled, placed, settings, { at });
    let lp: string | undefined;
    const answer = await solveModel(
      withSolverOptions(
        {
          compiled,
          request: model.request,
          options: { engine: 'columns', timeLimit: USUAL_TIME_LIMIT, seed: 0, at },
        },
        options,
      ),
      { progress, explain: false, write: options.writeLp === undefined ? undefined : (written) => (lp = written) },
    );
    const packed = packBundle(compiled, files, author, model, answer, settings, at);
    if (!packed.ok) throw new Error(`the packed bundle is no bundle: ${packed.diagnostics[0]?.message}`);
    const name = path === '-' ? '<stdin>' : path;
    const text = await render(packed.value, options.format, () =>
      packBlocks(packed.value, name, { more: sourceWords(options) }),
    );
    const fault =
      writeFiles(
        packed.value,
        files.map((file) => file.text),
        options,
      ) ??
      (lp === undefined ? undefined : deliver(process, lp, options.writeLp)) ??
      deliver(process, text, options.output);
    if (fault !== undefined) return exit(report(process, [fault]));
    exit(packed.value.overlay === null ? EXIT.noAnswer : EXIT.answer);
  });
}
