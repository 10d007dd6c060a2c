import { Command } from 'commander';
import { whatIf } from '../plan/what-if.ts';
import { render } from '../render/formats.ts';
import { whatIfBlocks } from '../render/what-if.ts';
import { loaderSpeaking } from '../storage/loader.ts';
import { addOutputOptions, addSourceOptions, collect, type OutputOptions, type SourceOptions } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';
import { addRequestOptions, PLACEMENT, type RequestOptions, readAsked } from './request-options.ts';

interface Options extends OutputOptions, SourceOptions, RequestOptions {
  readonly set?: readonly string[];
}

const HELP = `
Edits (--set, repeatable):
  price SELECTOR=CHANGE   on-demand prices, as in price files: 'price aws:m8i*@eu-*=+10%', 'price t4g.small=0.01'
  offer SELECTOR=off      offers that are sold no more: 'offer aws:t4g.*=off'
  offer TYPE@REGION=PRICE an offer that there is not yet: 'offer aws:m8i.large@eu-west-1=0.1'
  rule ID=off             a rule that is left out: 'rule nested-kvm=off'; in braces, a rule in its place
  KEY=VALUE               a constraint written otherwise: 'mem=8G', 'arch='
  number=N, date=DATE     how many machines; the day that is judged by

Examples:
  stowage what-if add-machine kvm --constraints "cores=2 mem=4G" --cloud aws --region us-east-1 --set 'price aws:m8i*=+10%'
  stowage what-if add-machine kvm --cloud gcp --set 'rule nested-kvm-gcp=off' --set 'mem=16G' --format json
`;

/** `stowage what-if add-machine`: what edits of prices, offers, rules and the request make of an answer. */
export function whatIfCommand(process: Process, exit: (code: number) => void): Command {
  const machine = new Command('add-machine')
    .description('the answer of add-machine before and after edits, and why')
    .argument('[placement]', PLACEMENT)
    .option('--set <edit>', 'an edit, such as "price aws:m8i*=+10%"; repeatable', collect);
  addOutputOptions(addSourceOptions(addRequestOptions(machine))).addHelpText('after', HELP);
  machine.action(async (placement: string | undefined, options: Options) => {
    const { set = [] } = options;
    if (set.length === 0) {
      const message = 'nothing is set otherwise';
      return exit(
        report(process, [{ code: 'no-edit', message, path: '--set', hint: "write --set 'price aws:m8i*=+10%'" }]),
      );
    }
    const loader = await loaderSpeaking(process.env, options.vocabulary ?? []);
    if (!loader.ok) return exit(report(process, loader.diagnostics));
    const asked = await readAsked(process, loader.value, options, placement);
    if (!asked.ok) return exit(report(process, asked.diagnostics));
    const { compiled, request } = asked.value;
    if (options.quiet !== true) process.progress('judging offers');
    const told = whatIf(
      compiled,
      request,
      set.map((text) => ({ source: '--set', text })),
      { at: options.at },
    );
    if (options.quiet !== true) process.progress();
    if (!told.ok) return exit(report(process, told.diagnostics));
    const text = await render(told.value, options.format, () => whatIfBlocks(told.value));
    const fault = deliver(process, text, options.output);
    if (fault !== undefined) return exit(report(process, [fault]));
    exit(told.value.after.machines.length > 0 ? EXIT.answer : EXIT.noAnswer);
  });
  return new Command('what-if')
    .description('lay edits over catalog, rules and request, and compare the answers')
    .addCommand(machine)
    .addHelpText('after', HELP);
}
