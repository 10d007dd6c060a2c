import type { Diagnostic, Result } from '../diagnostic/diagnostic.ts';
import { describeDiagnostic } from '../diagnostic/frame.ts';
import { readText, writeWhole } from '../storage/files.ts';

/** What commands see of the process they run in. */
export interface Process {
  readonly env: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  /** Writes to standard output and waits until it has been taken. */
  write(text: string): Promise<void>;
  err(text: string): void;
  /** One line on a terminal that says what takes time; the next takes its place, none clears it. Silent elsewhere. */
  progress(text?: string): void;
  /** All of standard input, which must be UTF-8. */
  stdin(): Result<string>;
  /** Standard input as it comes. */
  bytes(): AsyncIterable<Uint8Array>;
  /** Calls back once, when the user interrupts what would else go on. */
  onInterrupt(done: () => void): void;
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
export function realProcess(real: NodeJS.Process): Process {
  return {
    env: real.env,
    out: (text) => real.stdout.write(text),
    // What cannot be written is told by the stream itself: see `cli.ts`.
    write: (text) => new Promise((resolve) => real.stdout.write(text, () => resolve())),
    err: (text) => real.stderr.write(text),
    progress: (text) => {
      if (real.stderr.isTTY) real.stderr.write(`\r\u001b[K${text === undefined ? '' : `${text} …`}`);
    },
    stdin: () => readText(0, '<stdin>'),
    bytes: () => real.stdin,
    onInterrupt: (done) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) real.once(signal, done);
    },
  };
}

/** Tells diagnostics on standard error; returns the exit code of bad input. */
export function report(process: Process, diagnostics: readonly Diagnostic[]): number {
  process.err(`${diagnostics.map(describeDiagnostic).join('\n')}\n`);
  return EXIT.badInput;
}

/** Writes to a file if one is named, else to standard output. A file appears whole or not at all. */
export function deliver(process: Process, text: string, path: string | undefined): Diagnostic | undefined {
  if (path === undefined) {
    process.out(text);
    return undefined;
  }
  const cause = writeWhole(path, text);
  return cause === undefined ? undefined : unwritable(path, cause);
}

/** The diagnostic of a file that cannot be written. */
export function unwritable(path: string, cause: string): Diagnostic {
  return { code: 'unwritable-file', message: `cannot write ${path}: ${cause}`, path };
}
