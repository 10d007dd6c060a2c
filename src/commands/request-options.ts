import type { Command } from 'commander';
import type { Vocabulary } from '../catalog/value.ts';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import type { Compiled } from '../match/compiled.ts';
import { validateRequest } from '../match/validate.ts';
import { type Constraints, listOf } from '../request/constraints.ts';
import type { Dialect } from '../request/dialect.ts';
import { DEFAULT_BASE, type MachineRequest, parseRequest } from '../request/request.ts';
import type { SourceText } from '../request/source-text.ts';
import type { Loader } from '../storage/loader.ts';
import { collect, loadSources, type SourceOptions, wholeNumber } from './options.ts';
import type { Process } from './process.ts';

/** The options that say what machine is asked for, the same in every command that asks for one. */

export interface RequestOptions {
  readonly constraints?: readonly string[];
  readonly base: string;
  readonly number: number;
  readonly guest?: readonly string[];
  readonly with?: readonly string[];
  readonly waive?: readonly string[];
  readonly reserve: boolean;
  readonly cloud?: readonly string[];
  readonly region?: readonly string[];
  readonly market?: readonly string[];
  readonly maxPrice?: readonly string[];
}

export const PLACEMENT = "a container type (lxd, kvm, 'kvm>=8.2', …) or zone=NAME; none for a plain machine";

export function addRequestOptions(command: Command): Command {
  return command
    .option('--constraints <text>', 'constraints in Juju\'s grammar, such as "cores=2 mem=4G"; repeatable', collect)
    .option('--base <base>', 'operating system and release of the machine', DEFAULT_BASE)
    .option('-n, --number <count>', 'how many such machines', wholeNumber(1), 1)
    .option('--guest <guest>', 'a guest sized apart from its host: "[Nx ][TYPE:]cores=2 mem=4G"; repeatable', collect)
    .option('--with <name=value>', 'a fact of the request for rules, such as env=production; repeatable', collect)
    .option('--waive <rule>', 'a rule that may be waived and is, such as safety/deprecated; repeatable', collect)
    .option('--no-reserve', "Juju's own sizing: nothing kept back for the host")
    .option('--cloud <names>', 'the same as the constraint cloud=', collect)
    .option('--region <names>', 'the same as the constraint region=', collect)
    .option('--market <market>', 'the same as the constraint market=', collect)
    .option('--max-price <usd>', 'the same as the constraint max-price=', collect);
}

/** The options that stand for constraints, as constraints. */
export function flagTexts(options: RequestOptions): readonly SourceText[] {
  return (['cloud', 'region', 'market', 'maxPrice'] as const).flatMap((name): SourceText[] => {
    const key = name === 'maxPrice' ? 'max-price' : name;
    return (options[name] ?? []).map((value) => ({
      source: `--${key}`,
      text: `${key}=${value.replaceAll(' ', '\\ ')}`,
    }));
  });
}

/**
 * The request that options describe.
 *
 * @param flags what of `flagTexts` is part of the constraints
 * @param dialect the constraint keys and names that are known; our own unless given
 */
export function readRequestOptions(
  options: RequestOptions,
  placement: string | undefined,
  flags: readonly SourceText[],
  vocabulary: Vocabulary,
  dialect?: Dialect,
): Result<MachineRequest> {
  const texts = (values: readonly string[] | undefined, source: string): SourceText[] =>
    (values ?? []).map((text) => ({ source, text }));
  return parseRequest(
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
    dialect,
  );
}

/** Reads the catalog and the rules, with progress; of the catalog only the clouds that `where` names, if it names some. */
export async function loadSourcesFor(
  process: Process,
  loader: Loader,
  options: SourceOptions & { readonly quiet?: boolean },
  where: Constraints,
): Promise<Result<Compiled>> {
  const named = listOf(where, 'cloud');
  const literal = named.length > 0 && named.every((name) => !name.includes('*') && !name.startsWith('^'));
  // One cloud is read in a blink.
  const silent = options.quiet === true || literal;
  if (!silent) process.progress('reading the catalog');
  const compiled = await loadSources(loader, options, literal ? named : undefined);
  if (!silent) process.progress();
  return compiled;
}

/** What a command that is about one machine request works on. */
export interface Asked {
  readonly compiled: Compiled;
  readonly request: MachineRequest;
}

/** The request with its catalog and rules, checked against them. */
export async function readAsked(
  process: Process,
  loader: Loader,
  options: RequestOptions & SourceOptions & { readonly quiet?: boolean },
  placement: string | undefined,
): Promise<Result<Asked>> {
  const request = readRequestOptions(options, placement, flagTexts(options), await loader.vocabulary());
  if (!request.ok) return request;
  const compiled = await loadSourcesFor(process, loader, options, request.value.constraints);
  if (!compiled.ok) return compiled;
  const faults = validateRequest(request.value, compiled.value);
  return faults.length > 0 ? fail(...faults) : ok({ compiled: compiled.value, request: request.value });
}
