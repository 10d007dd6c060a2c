import { Command } from 'commander';
import type { Process } from './process.ts';
import { rulesCheckCommand } from './rules-check.ts';
import { rulesCostCommand } from './rules-cost.ts';
import { rulesDiffCommand } from './rules-diff.ts';
import { rulesSchemaCommand } from './rules-schema.ts';
import { rulesWhyCommand } from './rules-why.ts';

/** `stowage rules`: what authors of rules need. */
export function rulesCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('rules')
    .description('check, test and compare rules')
    .addCommand(rulesCheckCommand(process, exit))
    .addCommand(rulesDiffCommand(process, exit))
    .addCommand(rulesCostCommand(process, exit))
    .addCommand(rulesSchemaCommand(process, exit))
    .addCommand(rulesWhyCommand(process, exit));
}
