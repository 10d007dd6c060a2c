import { Command, Option } from 'commander';
import { validateRequest } from '../match/validate.ts';
import { answerRequest } from '../plan/answer.ts';
import type { Engine } from '../plan/choose.ts';
import { renderAnswer } from '../render/formats.ts';
import { listOf } from '../request/constraints.ts';
import { DEFAULT_BASE, parseRequest } from '../request/request.ts';
import type { SourceText } from '../request/source-text.ts';
import { loadVocabulary } from '../storage/packs.ts';
import {
  addOutputOptions,
  addSourceOptions,
  collect,
  loadSources,
  type OutputOptions,
  type SourceOptions,
  sourceWords,
  wholeNumber,
} from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';

interface Options extends OutputOptions, SourceOptions {
  readonly constraints?: readonly string[];
  readonly base: string;
  readonly number: number;
  readonly guest?: readonly string[];
  readonly with?: readonly string[];
  readonly waive?: readonly string[];
  readonly explain?: boolean;
  readonly reserve: boolean;
  readonly cloud?: readonly string[];
  readonly region?: readonly string[];
  readonly market?: readonly string[];
  readonly maxPrice?: readonly string[];
  readonly top: number;
  readonly engine: Engine;
}

const EXAMPLES = `
Examples:
  stowage add-machine lxd --cloud aws --region us-east-1 --constraints "cores=2 mem=4G"
  stowage add-machine 'kvm>=6.2' --constraints "cores=2 mem=4G arch=" --top 5
  stowage add-machine --guest "3x kvm:cores=2 mem=4G" --guest "lxd:mem=2G" --cloud gcp
  stowage add-machine lxd --with env=production --rules examples/policies --format json
`;

/** `stowage add-machine`: the cheapest machine that can host what is asked for. */
export function addMachineCommand(process: Process, exit: (code: number) => void): Command {
  const command = new Command('add-machine')
    .description('find the cheapest machine that can host a container, and how to get it')
    .argument('[placement]', "a container type (lxd, kvm, 'kvm>=8.2', …) or zone=NAME; none for a plain machine")
    .option('--constraints <text>', 'constraints in Juju\'s grammar, such as "cores=2 mem=4G"; repeatable', collect)
    .option('--base <base>', 'operating system and release of the machine', DEFAULT_BASE)
    .option('-n, --number <count>', 'how many such machines', wholeNumber(1), 1)
    .option('--guest <guest>', 'a guest sized apart from its host: "[Nx ][TYPE:]cores=2 mem=4G"; repeatable', collect)
    .option('--with <name=value>', 'a fact of the request for rules, such as env=production; repeatable', collect)
    .option('--waive <rule>', 'a rule that may be waived and is, such as safety/deprecated; repeatable', collect)
    .option('--explain', 'tell why: the same as --verbose')
    .option('--no-reserve', "Juju's own sizing: nothing kept back for the host")
    .option('--cloud <names>', 'the same as the constraint cloud=', collect)
    .option('--region <names>', 'the same as the constraint region=', collect)
    .option('--market <market>', 'the same as the constraint market=', collect)
    .option('--max-price <usd>', 'the same as the constraint max-price=', collect)
    .option('--top <count>', 'also list so many of the cheapest offers', wholeNumber(1), 1)
    .addOption(
      new Option('--engine <engine>', 'how to choose: by scanning, or by linear program')
        .choices(['scan', 'lp'])
        .default('scan'),
    )
    .addHelpText('after', EXAMPLES);
  addOutputOptions(addSourceOptions(command));
  return command.action((placement: string | undefined, options: Options) => {
    const vocabulary = loadVocabulary();
    const flags = (['cloud', 'region', 'market', 'maxPrice'] as const).flatMap((name): SourceText[] => {
      const key = name === 'maxPrice' ? 'max-price' : name;
      return (options[name] ?? []).map((value) => ({
        source: `--${key}`,
        text: `${key}=${value.replaceAll(' ', '\\ ')}`,
      }));
    });
    const texts = (values: readonly string[] | undefined, source: string): SourceText[] =>
      (values ?? []).map((text) => ({ source, text }));
    const request = parseRequest(
      {
        ...(placement === undefined ? {} : { placement: { source: 'placement', text: placement } }),
        constraints: [...texts(options.constraints, '--constraints'), ...flags],
        base: { source: '--base', text: options.base },
        count: options.number,
        attributes: texts(options.with, '--with'),
        ...(options.guest === undefined ? {} : { guests: texts(options.guest, '--guest') }),
        reserve: options.reserve,
        waived: texts(options.waive, '--waive'),
      },
      vocabulary,
    );
    if (!request.ok) return exit(report(process, request.diagnostics));
    const named = listOf(request.value.constraints, 'cloud');
    const literal = named.length > 0 && named.every((name) => !name.includes('*') && !name.startsWith('^'));
    const progress = (text?: string): void => {
      // One cloud is read in a blink.
      if (options.quiet !== true && !literal) process.progress(text);
    };
    progress('reading the catalog');
    const compiled = loadSources(options, literal ? named : undefined);
    progress();
    if (!compiled.ok) return exit(report(process, compiled.diagnostics));
    const faults = validateRequest(request.value, compiled.value);
    if (faults.length > 0) return exit(report(process, faults));
    progress('judging offers');
    const answer = answerRequest(compiled.value, request.value, {
      engine: options.engine,
      top: options.top,
      at: options.at,
    });
    progress();
    const fault = deliver(
      process,
      renderAnswer(answer, options.format, {
        verbose: options.verbose === true || options.explain === true,
        more: sourceWords(options),
      }),
      options.output,
    );
    if (fault !== undefined) return exit(report(process, [fault]));
    exit(answer.machines.length > 0 ? EXIT.answer : EXIT.noAnswer);
  });
}
