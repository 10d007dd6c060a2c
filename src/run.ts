import { Command, CommanderError } from 'commander';
import { EXIT, type Process, realProcess } from './commands/process.ts';
import { visible } from './diagnostic/visible.ts';

/** The command line: arguments to a command to an exit code. */

const VERSION = '0.1.0';

type Make = (process: Process, exit: (code: number) => void) => Command;

/** In the order of the help. Only the command that is called is read: modules take longer to load than to run. */
const COMMANDS: Readonly<Record<string, () => Promise<Make>>> = {
  'add-machine': async () => (await import('./commands/add-machine.ts')).addMachineCommand,
  'why-not': async () => (await import('./commands/why-not.ts')).whyNotCommand,
  'what-if': async () => (await import('./commands/what-if.ts')).whatIfCommand,
  explain: async () => (await import('./commands/explain.ts')).explainCommand,
  deploy: async () => (await import('./commands/deploy.ts')).deployCommand,
  plan: async () => (await import('./commands/plan.ts')).planCommand,
  solve: async () => (await import('./commands/solve.ts')).solveCommand,
  verify: async () => (await import('./commands/verify.ts')).verifyCommand,
  constraints: async () => (await import('./commands/constraints.ts')).constraintsCommand,
  catalog: async () => (await import('./commands/catalog.ts')).catalogCommand,
  snapshot: async () => (await import('./commands/snapshot.ts')).snapshotCommand,
  rules: async () => (await import('./commands/rules.ts')).rulesCommand,
  cache: async () => (await import('./commands/cache.ts')).cacheCommand,
};

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
  const name = args[0] ?? '';
  const called = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const others = name === '-V' || name === '--version' ? [] : Object.values(COMMANDS);
  for (const load of called === undefined ? others : [called]) {
    const make = await load();
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

// A command that answers one question is over before most optimized code has paid for its compilation, which takes a
// third of its time (more where cores are busy). So V8 waits eight times longer than it does by itself; what runs long
// is optimized all the same. Measured with Node 20; others have other compilers.
const ONE_QUESTION = ['add-machine', 'why-not'];

/** Runs this very process. */
export async function start(): Promise<void> {
  // A reader that has seen enough (`| head`) closes the pipe: that is no error. A full disk is one.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.answer);
    process.stderr.write(`error: cannot write to standard output: ${error.code ?? error.message}\n`);
    process.exit(EXIT.badInput);
  });
  if (process.version.startsWith('v20.') && ONE_QUESTION.includes(process.argv[2] ?? ''))
    (await import('node:v8')).setFlagsFromString('--interrupt-budget=540000');
  process.exitCode = await run(process.argv.slice(2), realProcess(process));
}
