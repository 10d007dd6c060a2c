import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { type Line, splitLines } from '../document/lines.ts';
import { beginWhole, bytesOf, causeOf, type Writing } from '../storage/files.ts';
import { EXIT, type Process, report, unwritable } from './process.ts';

/** Streams: a line in, a line out, as they come. */

export interface LineAnswer {
  /** Without a line ending. */
  readonly text: string;
  readonly exit: number;
}

export interface StreamOptions {
  /** A file; standard input unless given. */
  readonly path: string | undefined;
  /** Written whole or not at all; standard output unless given. */
  readonly output: string | undefined;
  /** The longest line that is taken, in bytes. */
  readonly longest: number;
  /** Whether each answer is written at once, since the next may take its time; else those of a chunk together. */
  readonly eager: boolean;
}

// How long signals may wait while lines that are there already are answered.
const LONGEST_TURN_MS = 100;

/** What is wrong with a line that cannot be taken. */
export function lineFault(source: string, { number, fault }: Line, longest: number): Diagnostic {
  const path = `${source}:${number}`;
  return fault === 'not-utf8'
    ? { code: 'unreadable-line', message: 'the line is no UTF-8 text', path }
    : { code: 'line-too-long', message: `the line has more than ${longest} bytes`, path };
}

/** Answers every line, in order; a line may go unanswered. Returns the worst exit code. */
export async function answerLines(
  process: Process,
  { path, output, longest, eager }: StreamOptions,
  answer: (line: Line) => LineAnswer | undefined | Promise<LineAnswer | undefined>,
): Promise<number> {
  let writing: Writing | undefined;
  try {
    writing = output === undefined ? undefined : beginWhole(output);
  } catch (error) {
    return report(process, [unwritable(output!, causeOf(error))]);
  }
  let fault: Diagnostic | undefined;
  const write = async (text: string): Promise<void> => {
    if (writing === undefined) return process.write(text);
    try {
      writing.write(text);
    } catch (error) {
      fault = unwritable(output!, causeOf(error));
    }
  };
  let worst: number = EXIT.answer;
  let turned = performance.now();
  const lines = splitLines(path === undefined ? process.bytes() : bytesOf(path), longest)[Symbol.asyncIterator]();
  try {
    while (fault === undefined) {
      let next: IteratorResult<readonly Line[], void>;
      try {
        next = await lines.next();
      } catch (error) {
        const source = path ?? '<stdin>';
        const message = `cannot read ${source}: ${causeOf(error)}`;
        fault = { code: 'unreadable-file', message, path: source };
        break;
      }
      if (next.done === true) break;
      let waiting = '';
      for (const line of next.value) {
        const given = answer(line);
        // What is there at once is not waited for.
        const answered = given instanceof Promise ? await given : given;
        if (answered === undefined) continue;
        worst = Math.max(worst, answered.exit);
        waiting += `${answered.text}\n`;
        if (!eager) continue;
        await write(waiting);
        waiting = '';
        if (fault !== undefined) break;
        if (performance.now() - turned > LONGEST_TURN_MS) {
          await new Promise((resolve) => setImmediate(resolve));
          turned = performance.now();
        }
      }
      if (waiting !== '') await write(waiting);
    }
    if (fault === undefined && writing !== undefined) {
      try {
        writing.finish();
      } catch (error) {
        fault = unwritable(output!, causeOf(error));
      }
    }
  } finally {
    writing?.discard();
  }
  return fault === undefined ? worst : report(process, [fault]);
}
