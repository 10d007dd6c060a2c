import { Command } from 'commander';
import type { Process } from './process.ts';
import { rulesMutateCommand } from './rules-mutate.ts';
import { rulesSchemaCommand } from './rules-schema.ts';
import { rulesTestCommand } from './rules-test.ts';

/** `stowage rules`: the tools of those who write rules. */
export function rulesCommand(process: Process, exit: (code: number) => void): Command {
  return new Command('rules')
    .description('check, test and compare rules')
    .addCommand(rulesTestCommand(process, exit))
    .addCommand(rulesMutateCommand(process, exit))
    .addCommand(rulesSchemaCommand(process, exit));
}
