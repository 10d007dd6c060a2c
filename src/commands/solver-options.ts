import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ModelEngine, ModelProblem } from '../plan/model-problem.ts';
import { secondsOf } from '../plan/model-schema.ts';
import { wholeNumber } from './options.ts';

/** The options that say how whole models are solved, the same in every command that solves them. */

export interface SolverOptions {
  readonly engine?: ModelEngine;
  /** Seconds. */
  readonly timeLimit?: number;
  readonly seed?: number;
  readonly writeLp?: string;
}

function seconds(text: string): number {
  const found = secondsOf(text);
  if (found === undefined) throw new InvalidArgumentError('give a time such as 10s, 500ms or 2m');
  return found;
}

export function addSolverOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--engine <name>',
        'how models are solved: with a bound, as one assignment, or as schedulers do',
      ).choices(['columns', 'highs', 'ffd']),
    )
    .option('--time-limit <time>', 'how long a model is searched for, such as 5s; 10s unless given', seconds)
    .option('--seed <number>', 'for the integer engine', wholeNumber(0))
    .option('--write-lp <file>', 'write the assignment model of the chosen place, in the LP format');
}

/** A problem to be solved as the options say. */
export function withSolverOptions(problem: ModelProblem, { engine, timeLimit, seed }: SolverOptions): ModelProblem {
  return {
    ...problem,
    options: {
      ...problem.options,
      ...(engine === undefined ? {} : { engine }),
      ...(timeLimit === undefined ? {} : { timeLimit }),
      ...(seed === undefined ? {} : { seed }),
    },
  };
}
