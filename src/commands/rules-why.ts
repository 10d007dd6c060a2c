import { Command, Option } from 'commander';
import { ok } from '../diagnostic/diagnostic.ts';
import { compile } from '../match/compiled.ts';
import { render } from '../render/formats.ts';
import { whyBlocks } from '../render/rules-why.ts';
import { DEFAULT_BASE, parseRequest } from '../request/request.ts';
import { loaderSpeaking } from '../storage/loader.ts';
import { baseOfImage, whyCapability } from '../workbench/why.ts';
import { collect, day } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';
import { loadRuleSet, type RuleSetOptions } from './rule-sets.ts';
import { AUTHOR_FORMATS, type AuthorFormat, formatOf } from './rules-diff.ts';

interface Options extends RuleSetOptions {
  readonly type: string;
  readonly image?: string;
  readonly cloud?: string;
  readonly region?: string;
  readonly with?: readonly string[];
  readonly waive?: readonly string[];
  readonly catalog?: readonly string[];
  readonly at?: string;
  readonly format: AuthorFormat;
  readonly output?: string;
}

const HELP = `
Exit code: 0 it can be hosted, 1 it cannot or nobody knows, 2 bad input.

Examples:
  stowage rules why kvm --type m8i.large --image ubuntu@24.04
  stowage rules why 'kvm>=8.2' --type c3-standard-4 --with accept-inferred=true
`;

/** `stowage rules why`: the proof that a type with an image can host something, or what of it is missing. */
export function rulesWhyCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('why')
    .description('prove that a type with an image can host something, or tell the step that is missing')
    .argument('<capability>', "what is to be hosted, perhaps in a least version: kvm, 'kvm>=8.2'")
    .requiredOption('--type <type>', 'an instance type of the catalog')
    .option('--image <image>', 'a base such as ubuntu@24.04, or the id or product of an image', DEFAULT_BASE)
    .option('--cloud <cloud>', 'the cloud of the type, where several have one of that name')
    .option('--region <region>', 'a region, for rules that read facts of regions or offers')
    .option('--with <name=value>', 'a fact of the request for rules, such as env=production; repeatable', collect)
    .option('--waive <rule>', 'a rule that may be waived and is; repeatable', collect)
    .option('--rules <pack|file>', 'rules beside the default ones; repeatable', collect)
    .option('--vocabulary <file>', "one's own attributes and capabilities; repeatable", collect)
    .option('--alone', 'without the default rules')
    .option('--catalog <dir>', 'the catalog of the type, instead of the shipped one; repeatable', collect)
    .option('--at <date>', 'the day that rules are judged by; else that of the newest price in the catalog', day)
    .addOption(new Option('--format <format>', 'how to print').choices([...AUTHOR_FORMATS]).default('text'))
    .option('-o, --output <file>', 'write to a file')
    .addHelpText('after', HELP)
    .action(async (capability: string, options: Options) => {
      const speaking = await loaderSpeaking(process.env, options.vocabulary ?? []);
      if (!speaking.ok) return exit(report(process, speaking.diagnostics));
      const loader = speaking.value;
      const rules = await loadRuleSet(loader, [], options);
      if (!rules.ok) return exit(report(process, rules.diagnostics));
      const { at, catalog: paths, image = DEFAULT_BASE } = options;
      const catalog = await loader.catalog({ at, ...(paths === undefined ? {} : { paths }) });
      if (!catalog.ok) return exit(report(process, catalog.diagnostics));
      const compiled = compile(catalog.value, rules.value.program);
      const isBase = image.includes('@');
      const base = isBase ? ok({ source: '--image', text: image }) : baseOfImage(compiled, image);
      if (!base.ok) return exit(report(process, base.diagnostics));
      const text = 'text' in base.value ? base.value.text : `${base.value.os}@${base.value.release}`;
      const request = parseRequest(
        {
          constraints: [],
          base: { source: '--image', text },
          attributes: (options.with ?? []).map((given) => ({ source: '--with', text: given })),
          waived: (options.waive ?? []).map((given) => ({ source: '--waive', text: given })),
        },
        catalog.value.vocabulary,
      );
      if (!request.ok) return exit(report(process, request.diagnostics));
      const { type, cloud, region } = options;
      const question = { capability, type, cloud, region, image: isBase ? undefined : image };
      const why = whyCapability(compiled, request.value, question, at);
      if (!why.ok) return exit(report(process, why.diagnostics));
      const told = await render(why.value, formatOf(options.format), () => whyBlocks(why.value));
      const fault = deliver(process, told, options.output);
      if (fault !== undefined) return exit(report(process, [fault]));
      exit(why.value.holds === 'yes' ? EXIT.answer : EXIT.noAnswer);
    });
}
