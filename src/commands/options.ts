import { type Command, InvalidArgumentError, Option } from 'commander';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { type Compiled, compile } from '../match/compiled.ts';
import { isDate } from '../quantity/date.ts';
import { ANSWER_FORMATS, type AnswerFormat, FORMATS, type Format } from '../render/formats.ts';
import { COMPAT_MODES } from '../request/dialect.ts';
import { parseParamSetting } from '../rules/param-setting.ts';
import type { Loader } from '../storage/loader.ts';

/** Options that several commands share. */

export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || !Number.isSafeInteger(value))
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    return value;
  };
}

export function day(text: string): string {
  if (!isDate(text)) throw new InvalidArgumentError('It must be a date such as 2026-11-22.');
  return text;
}

/** Without a preset: what is asked may say it itself. */
export function compatOption(): Option {
  const about = 'whose words and way of choosing: our own, or those of a version of Juju';
  return new Option('--compat <mode>', about).choices([...COMPAT_MODES]);
}

export interface OutputOptions<F extends AnswerFormat = Format> {
  readonly format: F;
  readonly output?: string;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

export type AnswerOutputOptions = OutputOptions<AnswerFormat>;

/** @param formats what can be printed; a command whose answers have machines prints them in more ways */
export function addOutputOptions(command: Command, formats: readonly AnswerFormat[] = FORMATS): Command {
  return command
    .addOption(new Option('--format <format>', 'how to print the answer').choices([...formats]).default('tabular'))
    .option('-o, --output <file>', 'write the answer to a file')
    .option('-v, --verbose', 'tell why: proofs, counts, inputs')
    .option('-q, --quiet', 'nothing on standard error but faults');
}

export const addAnswerOutputOptions = (command: Command): Command => addOutputOptions(command, ANSWER_FORMATS);

export interface SourceOptions {
  readonly catalog?: readonly string[];
  readonly prices?: readonly string[];
  readonly rules?: readonly string[];
  readonly param?: readonly string[];
  readonly vocabulary?: readonly string[];
  readonly at?: string;
}

export function addSourceOptions(command: Command): Command {
  return command
    .option(
      '--catalog <dir>',
      'a simplestreams tree instead of the shipped catalog; repeatable, "bundled" is the shipped one',
      collect,
    )
    .option('--prices <file>', "one's own prices, laid over the catalog; repeatable", collect)
    .option('--rules <pack|file>', 'rules beside the default ones; repeatable', collect)
    .option('--param <name=value>', 'a parameter of rules, such as spot.price-share=0.4; repeatable', collect)
    .option('--vocabulary <file>', "one's own attributes and capabilities; repeatable", collect)
    .option('--at <date>', 'judge by the prices and rules of this day; else by the newest price in the catalog', day);
}

/** Catalog and rules as the options name them. `clouds`: read no others where that makes no difference. */
export async function loadSources(
  loader: Loader,
  options: SourceOptions,
  clouds: readonly string[] | undefined,
): Promise<Result<Compiled>> {
  const params = (options.param ?? []).map((text) => parseParamSetting(text, '--param'));
  const faults = params.flatMap((param) => (param.ok ? [] : param.diagnostics));
  if (faults.length > 0) return fail(...faults);
  const settings = params.flatMap((param) => (param.ok ? [param.value] : []));
  const rules = await loader.rules(['default', ...(options.rules ?? [])], settings);
  if (!rules.ok) return rules;
  const catalog = await loader.catalog({
    at: options.at,
    ...(options.catalog === undefined ? {} : { paths: options.catalog }),
    ...(options.prices === undefined ? {} : { prices: options.prices }),
    ...(clouds === undefined ? {} : { clouds }),
  });
  return catalog.ok ? ok(compile(catalog.value, rules.value)) : fail(...catalog.diagnostics);
}

/** The options that name sources, as words of a command line. */
export function sourceWords({ catalog, prices, rules, param, vocabulary, at }: SourceOptions): readonly string[] {
  const repeated = (option: string, values: readonly string[] | undefined): readonly string[] =>
    (values ?? []).flatMap((value) => [option, value]);
  return [
    ...repeated('--catalog', catalog),
    ...repeated('--prices', prices),
    ...repeated('--rules', rules),
    ...repeated('--param', param),
    ...repeated('--vocabulary', vocabulary),
    ...(at === undefined ? [] : ['--at', at]),
  ];
}
