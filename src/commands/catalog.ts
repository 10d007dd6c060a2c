import { Command, Option } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { type CloudSummary, showTypes, summarise } from '../plan/inventory.ts';
import { FORMATS, type Format } from '../render/formats.ts';
import { renderSummaries, renderTypes } from '../render/inventory.ts';
import { loaderSpeaking } from '../storage/loader.ts';
import { BUNDLED } from '../storage/places.ts';
import { collect, day } from './options.ts';
import { EXIT, type Process, report } from './process.ts';

const MOST_FAULTS = 20;

interface ImportOptions {
  readonly from?: 'csv' | 'yaml' | 'openstack' | 'maas';
  readonly cloud?: string;
  readonly region?: string;
  readonly arch?: string;
  readonly prices?: readonly string[];
  readonly vocabulary?: readonly string[];
  readonly output: string;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  openstack flavor list --long -f json > flavors.json
  stowage catalog import flavors.json --cloud mycloud --region RegionOne --prices prices.yaml -o mycloud
  maas admin machines read > machines.json && stowage catalog import machines.json -o mymaas
  stowage catalog import types.csv -o lab && stowage add-machine lxd --catalog lab

The formats are described, with examples, in examples/own-cloud/README.md.
`;

/** Tells the first faults, and how many more there are. */
function reportFirst(process: Process, faults: readonly Diagnostic[]): number {
  const code = report(process, faults.slice(0, MOST_FAULTS));
  if (faults.length > MOST_FAULTS) process.err(`and ${faults.length - MOST_FAULTS} more\n`);
  return code;
}

const some = (count: number, one: string, several = `${one}s`): string => `${count} ${count === 1 ? one : several}`;

/** What an import made of its files, a line each. */
function importReport(
  folder: string,
  clouds: readonly CloudSummary[],
  left: readonly { readonly name: string; readonly why: string }[],
  notes: readonly string[],
): string {
  const lines = clouds.map(({ cloud, regions, types, offers, unpriced, images }) => {
    const sold = offers + unpriced;
    const where = sold === 0 ? '' : ` in ${some(regions, 'region')}`;
    const without =
      unpriced === 0 ? '' : ` (${unpriced === sold ? 'none with a known price' : `${unpriced} without a known price`})`;
    return `${cloud}: ${some(types, 'type')}, ${some(sold, 'offer')}${where}${without}, ${some(images, 'image')}`;
  });
  if (clouds.every(({ offers, unpriced }) => offers + unpriced === 0))
    lines.push('nothing is offered: no region is known; give --region');
  else if (clouds.every(({ offers }) => offers === 0))
    lines.push('without prices nothing can be chosen: give --prices FILE, here or to add-machine');
  lines.push(...notes);
  for (const { name, why } of left.slice(0, MOST_FAULTS)) lines.push(`left out: ${name}: ${why}`);
  if (left.length > MOST_FAULTS) lines.push(`left out: ${left.length - MOST_FAULTS} more`);
  return [...lines, `written to ${folder}`, ''].join('\n');
}

function importCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('import')
    .description("make a catalog of one's own types and prices")
    .argument('<file...>', 'CSV or YAML tables, OpenStack flavor and image lists, MAAS machine lists')
    .addOption(
      new Option('--from <format>', 'the format of the files; else found from their content').choices([
        'csv',
        'yaml',
        'openstack',
        'maas',
      ]),
    )
    .option('--cloud <name>', 'the name of the cloud, where the files do not say it')
    .option('--region <name>', 'the region, where the files do not say it')
    .option(
      '--arch <arch>',
      'architecture of types and images that do not state theirs; for OpenStack amd64 unless given',
    )
    .option('--prices <file>', 'a price file, whose prices become those of the catalog; repeatable', collect)
    .option('--vocabulary <file>', "one's own attributes; repeatable", collect)
    .requiredOption('-o, --output <dir>', 'the folder of the catalog; an earlier import is replaced')
    .option('-q, --quiet', 'nothing on standard error but faults')
    .addHelpText('after', EXAMPLES)
    .action(async (paths: readonly string[], options: ImportOptions) => {
      // Loaded here, since no other command needs the readers of foreign formats.
      const { checkTarget, readImport, settingsOf, writeCatalog } = await import('../storage/imports.ts');
      const { extendVocabulary, loadVocabulary } = await import('../storage/packs.ts');
      const vocabulary = extendVocabulary(loadVocabulary(), options.vocabulary ?? []);
      if (!vocabulary.ok) return exit(report(process, vocabulary.diagnostics));
      const settings = settingsOf(options, vocabulary.value);
      if (!settings.ok) return exit(report(process, settings.diagnostics));
      const kept = checkTarget(options.output);
      if (kept !== undefined) return exit(report(process, [kept]));
      const imported = readImport(paths, {
        ...settings.value,
        from: options.from,
        prices: options.prices ?? [],
        vocabulary: vocabulary.value,
      });
      if (!imported.ok) return exit(reportFirst(process, imported.diagnostics));
      const { catalog, left, notes } = imported.value;
      const written = writeCatalog(options.output, catalog);
      if (!written.ok) return exit(report(process, written.diagnostics));
      if (options.quiet !== true) process.err(importReport(options.output, summarise(catalog), left, notes));
      exit(EXIT.answer);
    });
}

interface ShowOptions {
  readonly vocabulary?: readonly string[];
  readonly catalog?: readonly string[];
  readonly prices?: readonly string[];
  readonly at?: string;
  readonly format: Format;
}

function addShowOptions(command: Command): Command {
  return command
    .option('--catalog <dir>', `a simplestreams tree; repeatable; the shipped one is "${BUNDLED}"`, collect)
    .option('--prices <file>', "one's own prices, laid over the catalog; repeatable", collect)
    .option('--vocabulary <file>', "one's own attributes; repeatable", collect)
    .option('--at <date>', 'the prices of this day; else the newest', day)
    .addOption(new Option('--format <format>', 'how to print').choices([...FORMATS]).default('tabular'));
}

function listCommand(process: Process, exit: (code: number) => void): Command {
  const command = new Command('list').description('list the clouds of catalogs, with how much is known of each');
  return addShowOptions(command).action(async (options: ShowOptions) => {
    const listed: { catalog: string; clouds: readonly CloudSummary[] }[] = [];
    const { prices = [], at } = options;
    const names = options.catalog ?? [BUNDLED];
    // Price files are for all catalogs together.
    const groups = prices.length === 0 ? names.map((name) => [name]) : [names];
    const loader = await loaderSpeaking(process.env, options.vocabulary ?? []);
    if (!loader.ok) return exit(report(process, loader.diagnostics));
    for (const paths of groups) {
      const catalog = await loader.value.catalog({ paths, prices, at });
      if (!catalog.ok) return exit(report(process, catalog.diagnostics));
      listed.push({ catalog: paths.join(' + '), clouds: summarise(catalog.value) });
    }
    process.out(await renderSummaries(listed, options.format));
    exit(EXIT.answer);
  });
}

function showCommand(process: Process, exit: (code: number) => void): Command {
  const command = new Command('show')
    .description('show what is known of instance types, and what they cost where')
    .argument('<type...>', 'names of instance types');
  return addShowOptions(command).action(
    async (names: readonly string[], { catalog: paths, prices, vocabulary = [], at, format }: ShowOptions) => {
      const loader = await loaderSpeaking(process.env, vocabulary);
      if (!loader.ok) return exit(report(process, loader.diagnostics));
      const catalog = await loader.value.catalog({
        at,
        ...(paths === undefined ? {} : { paths }),
        ...(prices === undefined ? {} : { prices }),
      });
      if (!catalog.ok) return exit(report(process, catalog.diagnostics));
      const shown = showTypes(catalog.value, names);
      if (!shown.ok) return exit(report(process, shown.diagnostics));
      process.out(await renderTypes(shown.value, format));
      exit(EXIT.answer);
    },
  );
}

/** `stowage catalog`: one's own catalogs made, and any catalog looked into. */
export function catalogCommand(process: Process, exit: (code: number) => void): Command {
  const command = new Command('catalog').description("look into catalogs, and make them of one's own clouds");
  for (const make of [importCommand, listCommand, showCommand]) command.addCommand(make(process, exit));
  return command;
}
