import { type Command, Option } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Engine } from '../plan/choose.ts';
import type { CompatMode } from '../request/dialect.ts';
import { compatOption, type SourceOptions, wholeNumber } from './options.ts';
import type { RequestOptions } from './request-options.ts';

/** The options that say how is chosen: by us, in what way, or as a version of Juju does. */

export interface ChoiceOptions {
  readonly top: number;
  readonly engine: Engine;
  readonly compat: CompatMode;
}

export function addChoiceOptions(command: Command): Command {
  return command
    .option('--top <count>', 'also list so many of the cheapest offers', wholeNumber(1), 1)
    .addOption(
      new Option('--engine <engine>', 'how to choose: by scanning, or by linear program')
        .choices(['scan', 'lp'])
        .default('scan'),
    )
    .addOption(compatOption().default('none'));
}

/** An option that says nothing where Juju chooses; undefined where none was given. */
export function withoutMeaning(
  options: ChoiceOptions & RequestOptions & SourceOptions,
  juju: string,
): Diagnostic | undefined {
  const given: readonly (readonly [option: string, given: boolean])[] = [
    ['--market', options.market !== undefined],
    ['--max-price', options.maxPrice !== undefined],
    ['--guest', options.guest !== undefined],
    ['--with', options.with !== undefined],
    ['--rules', options.rules !== undefined],
    ['--waive', options.waive !== undefined],
    ['--top', options.top > 1],
    ['--engine', options.engine !== 'scan'],
  ];
  const found = given.filter(([, isGiven]) => isGiven).map(([option]) => option);
  if (found.length === 0) return undefined;
  const verb = found.length === 1 ? 'has' : 'have';
  const message = `${found.join(' and ')} ${verb} no meaning where ${juju} chooses: it knows no rules and no markets, and one type`;
  return {
    code: 'not-with-compat',
    message,
    path: found.join(' '),
    hint: `leave ${found.length === 1 ? 'it' : 'them'} out, or leave out --compat`,
  };
}

/** How the command line puts requests to Juju: every agent there is, each of the architecture asked for. */
export const AS_JUJU = { archs: undefined, agentArch: undefined, placeHint: 'name one with --cloud and --region' };
