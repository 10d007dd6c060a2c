import { Command } from 'commander';
import type { Process } from './process.ts';
import { rulesCheckCommand } from './rules-check.ts';
import { rulesCostCommand } from './rules-cost.ts';
import { rulesDiffCommand } from './rules-diff.ts';
import { rulesMutateCommand } from './rules-mutate.ts';
import { rulesSchemaCommand } from './rules-schema.ts';
import { rulesTestCommand } from './rules-test.ts';
import { rulesWhyCommand } from './rules-why.ts';

/** `stowage rules`: what authors of rules need, in the order in which they come to need it. */
export function rulesCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('rules')
    .description('check, test and compare rules')
    .addCommand(rulesSchemaCommand(process, exit))
    .addCommand(rulesCheckCommand(process, exit))
    .addCommand(rulesTestCommand(process, exit))
    .addCommand(rulesMutateCommand(process, exit))
    .addCommand(rulesWhyCommand(process, exit))
    .addCommand(rulesDiffCommand(process, exit))
    .addCommand(rulesCostCommand(process, exit));
}
