import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { describeDiagnostic } from '../diagnostic/frame.ts';

/** What commands see of the process they run in. */
export interface Process {
  readonly env: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  err(text: string): void;
  /** All of standard input. */
  stdin(): string;
}

/** Exit codes. */
export const EXIT = {
  /** An answer, or all checks passed. */
  answer: 0,
  /** No answer exists, or a check found something. */
  noAnswer: 1,
  /** Bad input or usage. */
  badInput: 2,
  /** A defect of ours (EX_SOFTWARE). */
  defect: 70,
} as const;

/** The real process. */
export function emit(real: NodeJS.Process): Process {
  return {
    env: real.env,
    out: (text) => real.stdout.write(text),
    err: (text) => real.stderr.write(text),
    stdin: () => readFileSync(0, 'utf8'),
  };
}

/** Tells diagnostics on standard error; returns the exit code of bad input. */
export function report(process: Process, diagnostics: readonly Diagnostic[]): number {
  process.err(`${diagnostics.map(describeDiagnostic).join('\n')}\n`);
  return EXIT.badInput;
}

/**
 * Writes to a file if one is named, else to standard output. The file appears whole or not at all: it is written
 * beside its place and moved there.
 */
export function deliver(process: Process, text: string, path: string | undefined): Diagnostic | undefined {
  if (path === undefined) {
    process.out(text);
    return undefined;
  }
  const beside = `${path}.part`;
  try {
    writeFileSync(beside, text);
    renameSync(beside, path);
    return undefined;
  } catch (error) {
    rmSync(beside, { force: true });
    return {
      code: 'unwritable-file',
      message: `cannot write ${path}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`,
      path,
    };
  }
}
