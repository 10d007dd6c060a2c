import { Command, Option } from 'commander';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { canonicalJson } from '../document/canonical.ts';
import { readDocument } from '../document/read.ts';
import { writeYaml } from '../document/write.ts';
import { askJuju } from '../plan/compat.ts';
import type { Problem } from '../plan/problem.ts';
import { type Snapshot, snapshotProblem } from '../plan/snapshot.ts';
import { listOf, parseConstraints } from '../request/constraints.ts';
import { dialectOf, jujuDialect, jujuVersionOf } from '../request/dialect.ts';
import { parseParamSetting } from '../rules/param-setting.ts';
import { storedInputs } from '../storage/inputs.ts';
import { type Loader, loaderSpeaking } from '../storage/loader.ts';
import { ruleFilesOf, vocabularyFilesOf } from '../storage/packs.ts';
import { AS_JUJU, addChoiceOptions, type ChoiceOptions, withoutMeaning } from './choice-options.ts';
import { addSourceOptions, type SourceOptions } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';
import {
  addRequestOptions,
  flagTexts,
  loadSourcesFor,
  PLACEMENT,
  type RequestOptions,
  readAsked,
  readRequestOptions,
} from './request-options.ts';

interface Options extends SourceOptions, RequestOptions, ChoiceOptions {
  readonly format: 'yaml' | 'json';
  readonly output?: string;
  readonly quiet?: boolean;
}

/** The problem that options describe, in Juju's way where they say so. */
async function readAskedAs(
  process: Process,
  loader: Loader,
  options: Options,
  placement: string | undefined,
): Promise<Result<Problem>> {
  const { at, engine, top, compat } = options;
  const version = jujuVersionOf(compat);
  const vocabulary = vocabularyFilesOf(options.vocabulary ?? []);
  if (!vocabulary.ok) return vocabulary;
  const words = vocabulary.value.length === 0 ? undefined : vocabulary.value;
  const params = Object.fromEntries(
    (options.param ?? []).flatMap((text) => {
      const param = parseParamSetting(text, '--param');
      return param.ok ? [[param.value.id, String(param.value.value)]] : [];
    }),
  );
  const day = {
    ...(at === undefined ? {} : { at }),
    ...(Object.keys(params).length === 0 ? {} : { params }),
  };
  if (version === undefined) {
    const asked = await readAsked(process, loader, options, placement);
    if (!asked.ok) return asked;
    const settings = { ...day, ...(engine === 'scan' ? {} : { engine }), ...(top === 1 ? {} : { top }) };
    return ok({ ...asked.value, options: settings, juju: undefined, vocabulary: words });
  }
  const stray = withoutMeaning(options, jujuDialect(version).name);
  if (stray !== undefined) return fail(stray);
  const known = await loader.vocabulary();
  const where = parseConstraints(flagTexts(options), known);
  const request = readRequestOptions(options, placement, [], known, dialectOf(compat, known));
  if (!request.ok || !where.ok) return fail(...[request, where].flatMap((part) => (part.ok ? [] : part.diagnostics)));
  const compiled = await loadSourcesFor(process, loader, options, where.value);
  if (!compiled.ok) return compiled;
  const juju = askJuju(request.value, compiled.value, { ...AS_JUJU, version, where: where.value });
  if (!juju.ok) return juju;
  const named = (['cloud', 'region'] as const).flatMap((key) => {
    const patterns = listOf(where.value, key);
    return patterns.length === 0 ? [] : [[key, patterns.join(',')] as const];
  });
  const settings = { ...day, compat, ...Object.fromEntries(named) };
  return ok({
    compiled: compiled.value,
    request: request.value,
    options: settings,
    juju: juju.value,
    vocabulary: words,
  });
}

/** The file of a snapshot: rows of the catalog on a line each. */
function textOf({ problem }: Snapshot, format: Options['format']): string {
  const isRow = ([section, ...path]: readonly (string | number)[]): boolean =>
    (section === 'catalog' && (path.length === 2 || path[0] === 'unknown-gaps')) ||
    (section === 'snapshot' && path.length === 1);
  const text = format === 'json' ? `${JSON.stringify(problem, null, 2)}\n` : writeYaml(problem, isRow);
  const limits = { maxLength: Number.POSITIVE_INFINITY, maxNodes: Number.POSITIVE_INFINITY };
  const read = readDocument('snapshot', text, limits);
  if (!read.ok || canonicalJson(read.value.value) !== canonicalJson(problem))
    throw new Error('the text of a snapshot does not say what the snapshot does');
  return text;
}

function summary({ kept, left, answer, problem }: Snapshot): string {
  const of = (['types', 'offers', 'images', 'regions'] as const).map(
    (rows) => `${kept[rows]} of ${kept[rows] + left[rows]} ${rows}`,
  );
  const differs = problem.snapshot?.differs ?? [];
  const same = `solved again: ${answer.status}, as with all of them`;
  return `kept ${of.join(', ')}; ${same}${differs.length === 0 ? '' : `; beside the answer these differ: ${differs.join(', ')}`}\n`;
}

const EXAMPLES = `
The file holds the request, the rules, and the rows of the catalog that the answer rests on. Solving it gives the same
machines, prices, conflicts and relaxations; counts are of the rows in it.

Examples:
  stowage snapshot add-machine kvm --cloud aws --region eu-west-1 --constraints "mem=64G arch=arm64" -o question.yaml
  stowage solve question.yaml
`;

function addMachineSnapshot(process: Process, exit: (code: number) => void): Command {
  const command = new Command('add-machine')
    .description('the question that add-machine would answer; its options are the same')
    .argument('[placement]', PLACEMENT);
  addChoiceOptions(addSourceOptions(addRequestOptions(command)))
    .addOption(new Option('--format <format>', 'how to write the file').choices(['yaml', 'json']).default('yaml'))
    .option('-o, --output <file>', 'write to a file instead of standard output')
    .option('-q, --quiet', 'nothing on standard error but faults')
    .addHelpText('after', EXAMPLES);
  return command.action(async (placement: string | undefined, options: Options) => {
    const opened = await loaderSpeaking(process.env, options.vocabulary ?? []);
    if (!opened.ok) return exit(report(process, opened.diagnostics));
    const loader = opened.value;
    const problem = await readAskedAs(process, loader, options, placement);
    if (!problem.ok) return exit(report(process, problem.diagnostics));
    const rules = ruleFilesOf(['default', ...(options.rules ?? [])]);
    if (!rules.ok) return exit(report(process, rules.diagnostics));
    if (options.quiet !== true) process.progress('solving twice');
    const snapshot = snapshotProblem(problem.value, rules.value, storedInputs(await loader.vocabulary()));
    if (options.quiet !== true) process.progress();
    if (!snapshot.ok) return exit(report(process, snapshot.diagnostics));
    const fault = deliver(process, textOf(snapshot.value, options.format), options.output);
    if (fault !== undefined) return exit(report(process, [fault]));
    if (options.quiet !== true) process.err(summary(snapshot.value));
    // The question is the product, whatever its answer is.
    exit(EXIT.answer);
  });
}

/** `stowage snapshot`: questions as files that need no catalog. */
export function snapshotCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('snapshot')
    .description('write a question with all that its answer rests on into one file, to report or keep it')
    .addCommand(addMachineSnapshot(process, exit));
}
