import { Command, Option } from 'commander';
import { render } from '../render/formats.ts';
import { costBlocks, costValue } from '../render/rules-diff.ts';
import { loaderSpeaking } from '../storage/loader.ts';
import { costOfRules } from '../workbench/cost.ts';
import { collect, day } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';
import { loadRequests, loadRuleSet, type RuleSetOptions } from './rule-sets.ts';
import { AUTHOR_FORMATS, type AuthorFormat, formatOf } from './rules-diff.ts';

interface Options extends RuleSetOptions {
  readonly catalog?: readonly string[];
  readonly requests: string;
  readonly at?: string;
  readonly format: AuthorFormat;
  readonly output?: string;
}

const HELP = `
Each rule that says "waivable: true" is waived by itself, and the saved requests are planned without it. Only rules of
the packs that are named are looked at.

Example:
  stowage rules cost policies --requests requests
`;

/** `stowage rules cost`: what rules that may be waived cost. */
export function rulesCostCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('cost')
    .description('price each rule that may be waived: what saved requests would cost without it')
    .argument('[pack...]', 'rule files, folders, or names of shipped packs; the default packs unless given')
    .option('--rules <pack|file>', 'further rules beside which they are read; repeatable', collect)
    .option('--vocabulary <file>', "one's own attributes and capabilities; repeatable", collect)
    .option('--alone', 'without the default rules beside them')
    .option('--catalog <dir>', 'the catalog to choose from, instead of the shipped one; repeatable', collect)
    .requiredOption('--requests <dir>', 'saved requests: problem files, or requests of their own')
    .option('--at <date>', 'the day that is judged by; else that of the newest price in the catalog', day)
    .addOption(new Option('--format <format>', 'how to print').choices([...AUTHOR_FORMATS]).default('text'))
    .option('-o, --output <file>', 'write to a file')
    .addHelpText('after', HELP)
    .action(async (given: readonly string[], options: Options) => {
      const speaking = await loaderSpeaking(process.env, options.vocabulary ?? []);
      if (!speaking.ok) return exit(report(process, speaking.diagnostics));
      const loader = speaking.value;
      const rules = await loadRuleSet(loader, given.length === 0 ? ['default'] : given, options);
      if (!rules.ok) return exit(report(process, rules.diagnostics));
      const { at, catalog: paths } = options;
      const catalog = await loader.catalog({ at, ...(paths === undefined ? {} : { paths }) });
      if (!catalog.ok) return exit(report(process, catalog.diagnostics));
      const saved = await loadRequests(loader, options.requests, catalog.value, at);
      if (!saved.ok) return exit(report(process, saved.diagnostics));
      const { program, documents } = rules.value;
      const sources = new Set(documents.map(({ source }) => source));
      const cost = costOfRules(saved.value, program, ({ span }) => sources.has(span.source));
      if (!cost.ok) return exit(report(process, cost.diagnostics));
      const text = await render(costValue(cost.value), formatOf(options.format), () => costBlocks(cost.value));
      const fault = deliver(process, text, options.output);
      exit(fault === undefined ? EXIT.answer : report(process, [fault]));
    });
}
