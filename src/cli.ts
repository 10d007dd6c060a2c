#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { addMachineCommand } from './commands/add-machine.ts';
import { catalogCommand } from './commands/catalog.ts';
import { constraintsCommand } from './commands/constraints.ts';
import { explainCommand } from './commands/explain.ts';
import { EXIT, type Process, realProcess } from './commands/process.ts';
import { snapshotCommand } from './commands/snapshot.ts';
import { solveCommand } from './commands/solve.ts';
import { whyNotCommand } from './commands/why-not.ts';
import { visible } from './diagnostic/visible.ts';

/** The command line: arguments to a command to an exit code. */

const VERSION = '0.1.0';

/** Runs the command line and returns its exit code: see `EXIT`. */
export async function run(args: readonly string[], process: Process): Promise<number> {
  let exit: number = EXIT.answer;
  const program = new Command('stowage');
  program
    .description('The cheapest machine that can host your container, chosen and proved before it boots.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => process.out(text),
      writeErr: (text) => process.err(text.split('\n').map(visible).join('\n')),
    });
  const settle = (command: Command): void => {
    for (const below of command.commands) settle(below);
    command
      .exitOverride()
      .showSuggestionAfterError()
      .configureOutput({
        writeOut: (text) => process.out(text),
        writeErr: (text) => process.err(text.split('\n').map(visible).join('\n')),
      });
  };
  for (const make of [
    addMachineCommand,
    whyNotCommand,
    explainCommand,
    solveCommand,
    constraintsCommand,
    catalogCommand,
    snapshotCommand,
  ]) {
    const command = make(process, (code) => {
      exit = code;
    });
    settle(command);
    program.addCommand(command);
  }
  try {
    await program.parseAsync(args as string[], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help without a command is an answer to a wrong call; asked for, it is an answer.
      return error.exitCode === 0 ? EXIT.answer : EXIT.badInput;
    }
    const detail = process.env.STOWAGE_DEBUG === undefined ? '' : `\n${(error as Error).stack}`;
    process.err(
      `stowage: a defect of the program itself: ${(error as Error).message}${detail}\nPlease report it with the command that led here (STOWAGE_DEBUG=1 shows where).\n`,
    );
    return EXIT.defect;
  }
}

// A reader that has seen enough (`| head`) closes the pipe: that is no error. A full disk is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.answer);
  process.stderr.write(`error: cannot write to standard output: ${error.code ?? error.message}\n`);
  process.exit(EXIT.badInput);
});
process.exitCode = await run(process.argv.slice(2), realProcess(process));
