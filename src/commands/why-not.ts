import { Command } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { whyNot } from '../plan/why-not.ts';
import type { WhyNot } from '../plan/why-not-schema.ts';
import { render } from '../render/formats.ts';
import { whyNotBlocks } from '../render/why-not.ts';
import { loaderSpeaking } from '../storage/loader.ts';
import { addOutputOptions, addSourceOptions, type OutputOptions, type SourceOptions, sourceWords } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';
import { addRequestOptions, PLACEMENT, type RequestOptions, readAsked } from './request-options.ts';

interface Options extends OutputOptions, SourceOptions, RequestOptions {
  readonly placement?: string;
}

const EXAMPLES = `
Examples:
  stowage why-not t4g.medium --placement lxd --constraints "cores=2 mem=4G" --cloud aws --region us-east-1
  stowage why-not ubuntu@20.04 c3-standard-4 --placement kvm --cloud gcp --region us-central1
`;

/** Names that neither a type nor an image has are bad input, beside what is told of the others. */
function strangers({ subjects }: WhyNot): readonly Diagnostic[] {
  return subjects.flatMap(({ subject, verdict, nearest = [] }): Diagnostic[] => {
    if (verdict === 'misspelt') {
      const hint = `did you mean ${nearest.join(' or ')}?`;
      return [{ code: 'unknown-subject', message: `no type or image is called "${subject}"`, path: 'subject', hint }];
    }
    if (verdict !== 'not-in-catalog') return [];
    const hint = 'stowage catalog list shows what it holds; --catalog names another';
    return [{ code: 'unknown-subject', message: `"${subject}" is not in this catalog`, path: 'subject', hint }];
  });
}

/** `stowage why-not`: why a type or an image is not the answer, and what would let it be one. */
export function whyNotCommand(process: Process, exit: (code: number) => void): Command {
  const command = new Command('why-not')
    .description('tell why instance types or images are not the answer: every need that they miss, and by how much')
    .argument('<subject...>', 'instance types, images, or bases such as ubuntu@22.04')
    .option('--placement <placement>', PLACEMENT);
  addOutputOptions(addSourceOptions(addRequestOptions(command))).addHelpText('after', EXAMPLES);
  return command.action(async (names: readonly string[], options: Options) => {
    const loader = await loaderSpeaking(process.env, options.vocabulary ?? []);
    if (!loader.ok) return exit(report(process, loader.diagnostics));
    const asked = await readAsked(process, loader.value, options, options.placement);
    if (!asked.ok) return exit(report(process, asked.diagnostics));
    const { compiled, request } = asked.value;
    const told = whyNot(compiled, request, names, options.at);
    const faults = strangers(told);
    const isForPeople = options.format === 'tabular' || options.format === 'markdown';
    const subjects = isForPeople ? told.subjects.filter(({ kind }) => kind !== 'unknown') : told.subjects;
    if (subjects.length > 0) {
      const text = await render(told, options.format, () => whyNotBlocks({ ...told, subjects }, sourceWords(options)));
      const fault = deliver(process, text, options.output);
      if (fault !== undefined) return exit(report(process, [fault]));
    }
    exit(faults.length > 0 ? report(process, faults) : EXIT.answer);
  });
}
