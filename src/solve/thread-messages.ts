import type { PackingModel } from './packing.ts';
import type { Progress } from './solve-packing.ts';
import type { PartsAnswer } from './solve-parts.ts';

/** What a thread that holds a solve is given, and what it says. */

export interface SolverTask {
  readonly models: readonly PackingModel[];
  readonly engine: 'columns' | 'highs' | 'ffd';
  /** Seconds. */
  readonly timeLimit: number;
  readonly seed: number;
  /** Only plans cheaper than this are of interest. */
  readonly cutoff?: bigint | undefined;
  /** Whether the assignment model of the cheapest part is written too. */
  readonly write?: boolean | undefined;
}

export interface SolverAnswer extends PartsAnswer {
  /** The assignment model in the LP format, where it was asked for. */
  readonly written?: string | undefined;
}

export type SolverMessage =
  | { readonly kind: 'progress'; readonly part: number; readonly progress: Progress }
  | { readonly kind: 'done'; readonly answer: SolverAnswer };
