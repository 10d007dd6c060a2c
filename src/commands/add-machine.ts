import { Command } from 'commander';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import type { Compiled } from '../match/compiled.ts';
import { validateRequest } from '../match/validate.ts';
import { answerRequest } from '../plan/answer.ts';
import { answerAsJuju, askJuju, type JujuSetting } from '../plan/compat.ts';
import type { Answer } from '../plan/schema.ts';
import { renderAnswer } from '../render/formats.ts';
import { parseConstraints } from '../request/constraints.ts';
import { dialectOf, jujuDialect, jujuVersionOf } from '../request/dialect.ts';
import type { MachineRequest } from '../request/request.ts';
import { loaderSpeaking } from '../storage/loader.ts';
import { AS_JUJU, addChoiceOptions, type ChoiceOptions, withoutMeaning } from './choice-options.ts';
import {
  type AnswerOutputOptions,
  addAnswerOutputOptions,
  addSourceOptions,
  type SourceOptions,
  sourceWords,
  wholeNumber,
} from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';
import {
  addRequestOptions,
  flagTexts,
  loadSourcesFor,
  PLACEMENT,
  type RequestOptions,
  readRequestOptions,
} from './request-options.ts';

interface Options extends AnswerOutputOptions, SourceOptions, RequestOptions, ChoiceOptions {
  readonly explain?: boolean;
  readonly depth?: number;
}

/** The answer in our own way, or in Juju's; a request that the catalog contradicts is a fault. */
function answerWith(
  compiled: Compiled,
  request: MachineRequest,
  setting: JujuSetting | undefined,
  { engine, top, at }: Options,
): Result<Answer> {
  if (setting !== undefined) {
    const juju = askJuju(request, compiled, setting);
    return juju.ok ? ok(answerAsJuju(compiled, request, juju.value, at)) : juju;
  }
  const faults = validateRequest(request, compiled);
  return faults.length > 0 ? fail(...faults) : ok(answerRequest(compiled, request, { engine, top, at }));
}

const EXAMPLES = `
Examples:
  stowage add-machine lxd --cloud aws --region us-east-1 --constraints "cores=2 mem=4G"
  stowage add-machine 'kvm>=6.2' --constraints "cores=2 mem=4G arch=" --top 5
  stowage add-machine --guest "3x kvm:cores=2 mem=4G" --guest "lxd:mem=2G" --cloud gcp
  stowage add-machine lxd --with env=production --rules examples/policies --format json
  stowage add-machine lxd --compat juju-3.6 --cloud aws --region us-east-1 --constraints "mem=4G"
`;

/** `stowage add-machine`: the cheapest machine that can host what is asked for. */
export function addMachineCommand(process: Process, exit: (code: number) => void): Command {
  const command = new Command('add-machine')
    .description('find the cheapest machine that can host a container, and how to get it')
    .argument('[placement]', PLACEMENT);
  addChoiceOptions(addRequestOptions(command))
    .option('--explain', 'tell why: the same as --verbose')
    .option('--depth <steps>', 'tell why, with proofs no deeper than this', wholeNumber(1))
    .addHelpText('after', EXAMPLES);
  addAnswerOutputOptions(addSourceOptions(command));
  return command.action(async (placement: string | undefined, options: Options) => {
    const opened = await loaderSpeaking(process.env, options.vocabulary ?? []);
    if (!opened.ok) return exit(report(process, opened.diagnostics));
    const loader = opened.value;
    const vocabulary = await loader.vocabulary();
    const version = jujuVersionOf(options.compat);
    const stray = version === undefined ? undefined : withoutMeaning(options, jujuDialect(version).name);
    if (stray !== undefined) return exit(report(process, [stray]));
    const flags = flagTexts(options);
    const where = parseConstraints(flags, vocabulary);
    // Where a Juju model is, is no constraint of Juju's.
    const own = version === undefined ? flags : [];
    const request = readRequestOptions(options, placement, own, vocabulary, dialectOf(options.compat, vocabulary));
    if (!request.ok) return exit(report(process, request.diagnostics));
    if (!where.ok) return exit(report(process, where.diagnostics));
    const scope = version === undefined ? request.value.constraints : where.value;
    const compiled = await loadSourcesFor(process, loader, options, scope);
    if (!compiled.ok) return exit(report(process, compiled.diagnostics));
    const setting = version === undefined ? undefined : { ...AS_JUJU, version, where: where.value };
    if (options.quiet !== true) process.progress('judging offers');
    const answer = answerWith(compiled.value, request.value, setting, options);
    if (options.quiet !== true) process.progress();
    if (!answer.ok) return exit(report(process, answer.diagnostics));
    const fault = deliver(
      process,
      await renderAnswer(answer.value, options.format, {
        verbose: options.verbose === true || options.explain === true || options.depth !== undefined,
        more: sourceWords(options),
        ...(options.depth === undefined ? {} : { depth: options.depth }),
      }),
      options.output,
    );
    if (fault !== undefined) return exit(report(process, [fault]));
    exit(answer.value.machines.length > 0 ? EXIT.answer : EXIT.noAnswer);
  });
}
