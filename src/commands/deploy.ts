import { Command } from 'commander';
import { deployBundle } from '../plan/deploy.ts';
import { deployBlocks } from '../render/deploy.ts';
import { render } from '../render/formats.ts';
import { loaderFor } from '../storage/loader.ts';
import { addBundleOptions, type BundleOptions, readBundleQuestion } from './bundle-options.ts';
import { addOutputOptions, addSourceOptions, type OutputOptions, type SourceOptions, sourceWords } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';

interface Options extends OutputOptions, SourceOptions, BundleOptions {
  readonly dryRun?: boolean;
}

const EXAMPLES = `
Juju's own placement is kept, worked out for an empty model: what is chosen is the instance type of each machine, and
where nothing is said the region. Machines are those that Juju launches by itself, unless --constraints launcher=any.

Examples:
  stowage deploy ./bundle.yaml --dry-run --cloud aws --region us-east-1
  stowage deploy ./bundle.yaml --dry-run --overlay mine.yaml --constraints "cores=2 mem=8G" --format json
`;

/** `stowage deploy --dry-run`: what a bundle's machines are and cost. */
export function deployCommand(process: Process, exit: (code: number) => void): Command {
  const command = new Command('deploy')
    .description("price a bundle's machines as its author placed them, before any boots")
    .argument('<bundle>', "a bundle's YAML file; -: standard input")
    .option('--dry-run', 'tell what would be done: all that this command does')
    .addHelpText('after', EXAMPLES);
  addOutputOptions(addSourceOptions(addBundleOptions(command)));
  return command.action(async (path: string, options: Options) => {
    if (options.dryRun !== true) {
      const message = 'nothing is deployed here: there are only dry runs';
      const hint = 'add --dry-run, and let Juju deploy the bundle';
      return exit(report(process, [{ code: 'dry-run-only', message, path: 'deploy', hint }]));
    }
    const asked = await readBundleQuestion(process, loaderFor(process.env), path, options);
    if (!asked.ok) return exit(report(process, asked.diagnostics));
    const { compiled, placed, settings } = asked.value;
    if (options.quiet !== true) process.progress('judging offers');
    const answer = deployBundle(compiled, placed, settings, { at: options.at });
    if (options.quiet !== true) process.progress();
    const name = path === '-' ? '<stdin>' : path;
    const text = await render(answer, options.format, () => deployBlocks(answer, name, { more: sourceWords(options) }));
    const fault = deliver(process, text, options.output);
    if (fault !== undefined) return exit(report(process, [fault]));
    exit(answer.status === 'optimal' ? EXIT.answer : EXIT.noAnswer);
  });
}
