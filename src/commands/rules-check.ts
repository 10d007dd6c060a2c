import { Command, Option } from 'commander';
import { CHECK_FORMATS, type CheckFormat, renderCheck } from '../render/check.ts';
import { loaderSpeaking } from '../storage/loader.ts';
import { checkRules } from '../workbench/check.ts';
import { collect, day } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';
import { loadRuleSet, type RuleSetOptions } from './rule-sets.ts';

interface Options extends RuleSetOptions {
  /** False for none. */
  readonly catalog?: readonly string[] | boolean;
  readonly at?: string;
  readonly format: CheckFormat;
  readonly output?: string;
  readonly verbose?: boolean;
}

const HELP = `
Findings have stable codes, which rules/CHECKS.md explains with an example each. A finding that is meant to be so is
accepted in the rule or table that it is about, with the reason, and told once it is not found any more:
  accept: {R113: what is not known to be allowed is refused on purpose}

Exit code: 0 nothing was found, 1 something was, 2 the rules cannot be read.

Examples:
  stowage rules check
  stowage rules check acme.yaml --catalog mycloud
  stowage rules check policies --format sarif -o findings.sarif
`;

/** `stowage rules check`: what is wrong with rules, or likely not meant. */
export function rulesCheckCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('check')
    .description('find what is wrong with rules: what can never apply, decides nothing, refuses everything, …')
    .argument('[pack...]', 'rule files, folders, or names of shipped packs; the default packs unless given')
    .option('--rules <pack|file>', 'further rules beside which they are read; repeatable', collect)
    .option('--vocabulary <file>', "one's own attributes and capabilities; repeatable", collect)
    .option('--alone', 'without the default rules beside them')
    .option('--catalog <dir>', 'the catalog whose rows are judged, instead of the shipped one; repeatable', collect)
    .option('--no-catalog', 'judge by the rules alone')
    .option('--at <date>', 'the day that rules are judged by; else that of the newest price in the catalog', day)
    .addOption(new Option('--format <format>', 'how to print the findings').choices([...CHECK_FORMATS]).default('text'))
    .option('-o, --output <file>', 'write the findings to a file')
    .option('-v, --verbose', 'tell also what is accepted, and why')
    .addHelpText('after', HELP)
    .action(async (given: readonly string[], options: Options) => {
      const packs = given.length === 0 ? ['default'] : given;
      const speaking = await loaderSpeaking(process.env, options.vocabulary ?? []);
      if (!speaking.ok) return exit(report(process, speaking.diagnostics));
      const loader = speaking.value;
      const rules = await loadRuleSet(loader, packs, options);
      if (!rules.ok) return exit(report(process, rules.diagnostics));
      const paths = typeof options.catalog === 'object' ? { paths: options.catalog } : {};
      const catalog = options.catalog === false ? undefined : await loader.catalog({ ...paths, at: options.at });
      if (catalog !== undefined && !catalog.ok) return exit(report(process, catalog.diagnostics));
      const { documents, beside, program } = rules.value;
      const checked = checkRules({
        judged: documents,
        beside,
        program,
        catalog: catalog?.value,
        date: options.at ?? catalog?.value.newestPrice,
      });
      const fault = deliver(process, renderCheck(checked, options.format, options.verbose), options.output);
      if (fault !== undefined) return exit(report(process, [fault]));
      exit(checked.findings.length > 0 ? EXIT.noAnswer : EXIT.answer);
    });
}
