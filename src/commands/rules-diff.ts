import { Command, Option } from 'commander';
import { render } from '../render/formats.ts';
import { diffBlocks, diffValue } from '../render/rules-diff.ts';
import { loaderSpeaking } from '../storage/loader.ts';
import { diffRules } from '../workbench/diff.ts';
import type { RequestsDiff } from '../workbench/diff-requests.ts';
import { diffRequests } from '../workbench/diff-requests.ts';
import { collect, day } from './options.ts';
import { deliver, EXIT, type Process, report } from './process.ts';
import { loadRequests, loadRuleSet, type RuleSetOptions } from './rule-sets.ts';

export const AUTHOR_FORMATS = ['text', 'json', 'markdown'] as const;
export type AuthorFormat = (typeof AUTHOR_FORMATS)[number];

/** The name of a format among those of answers. */
export const formatOf = (format: AuthorFormat) => (format === 'text' ? 'tabular' : format);

interface Options extends RuleSetOptions {
  readonly catalog?: readonly string[];
  readonly requests?: string;
  readonly at?: string;
  readonly format: AuthorFormat;
  readonly output?: string;
}

const HELP = `
Offers are compared with each image of the catalog that boots on them, for all requests that rules tell apart. Saved
requests are problem files or requests of their own ({placement: kvm, constraints: "mem=4G"}); each is planned by both.

Exit code: 0 nothing changes, 1 something does, 2 bad input.

Examples:
  stowage rules diff main/policies policies --requests requests --format markdown
  git show main:acme.yaml > /tmp/acme.yaml; stowage rules diff /tmp/acme.yaml acme.yaml
`;

/** `stowage rules diff`: what other rules change. */
export function rulesDiffCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('diff')
    .description('tell what other rules change: of offers, and of saved requests')
    .argument('<before>', 'a rule file, a folder, or the name of a shipped pack')
    .argument('<after>', 'the same, later')
    .option('--rules <pack|file>', 'further rules beside which both are read; repeatable', collect)
    .option('--vocabulary <file>', "one's own attributes and capabilities; repeatable", collect)
    .option('--alone', 'without the default rules beside them')
    .option('--catalog <dir>', 'the catalog that is judged, instead of the shipped one; repeatable', collect)
    .option('--requests <dir>', 'saved requests that are planned by both')
    .option('--at <date>', 'the day that is judged by; else that of the newest price in the catalog', day)
    .addOption(new Option('--format <format>', 'how to print').choices([...AUTHOR_FORMATS]).default('text'))
    .option('-o, --output <file>', 'write to a file')
    .addHelpText('after', HELP)
    .action(async (before: string, after: string, options: Options) => {
      const speaking = await loaderSpeaking(process.env, options.vocabulary ?? []);
      if (!speaking.ok) return exit(report(process, speaking.diagnostics));
      const loader = speaking.value;
      const [old, now] = [await loadRuleSet(loader, [before], options), await loadRuleSet(loader, [after], options)];
      if (!old.ok) return exit(report(process, old.diagnostics));
      if (!now.ok) return exit(report(process, now.diagnostics));
      const { at, catalog: paths } = options;
      const catalog = await loader.catalog({ at, ...(paths === undefined ? {} : { paths }) });
      if (!catalog.ok) return exit(report(process, catalog.diagnostics));
      const diff = diffRules(old.value.program, now.value.program, catalog.value, at ?? catalog.value.newestPrice);
      if (diff === undefined) {
        const message = 'the rules read too many values to be compared';
        return exit(report(process, [{ code: 'undecided', message, path: after }]));
      }
      let requests: RequestsDiff | undefined;
      if (options.requests !== undefined) {
        const saved = await loadRequests(loader, options.requests, catalog.value, at);
        const compared = saved.ok ? diffRequests(saved.value, old.value.program, now.value.program) : saved;
        if (!compared.ok) return exit(report(process, compared.diagnostics));
        requests = compared.value;
      }
      const text = await render(diffValue(diff, requests), formatOf(options.format), () => diffBlocks(diff, requests));
      const fault = deliver(process, text, options.output);
      if (fault !== undefined) return exit(report(process, [fault]));
      const changes = diff.changes.length > 0 || diff.undecided.length > 0 || (requests?.changes.length ?? 0) > 0;
      exit(changes ? EXIT.noAnswer : EXIT.answer);
    });
}
