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

/** Answers batches of lines beside the thread that reads them. */
export interface Lane {
  /** How many batches have no answer yet. */
  waiting(): number;
  /** The answers to lines, in their order. */
  answer(lines: readonly Line[]): Promise<readonly (LineAnswer | undefined)[]>;
  close(): void;
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
  /** Opens a second lane, which is done when the stream is long; undefined where there can be none. */
  readonly lane?: () => Lane | undefined;
}

// How long signals may wait while lines that are there already are answered.
const LONGEST_TURN_MS = 100;
/** Lines after which a second lane is worth its start. */
const LONG_STREAM = 2_000;
/** Batches that a lane is given ahead, so that it need not wait for the next. */
const MOST_AHEAD = 2;
/** Batches that may be answered, or be in the making, before the one that is to be written next. */
const MOST_HELD = 8;

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
  { path, output, longest, eager, lane: openLane }: StreamOptions,
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
  const tell = (answers: readonly (LineAnswer | undefined)[]): Promise<void> | undefined => {
    let text = '';
    for (const answered of answers) {
      if (answered === undefined) continue;
      worst = Math.max(worst, answered.exit);
      text += `${answered.text}\n`;
    }
    return text === '' || fault !== undefined ? undefined : write(text);
  };
  // Whoever answers first, what is written is in the order of the lines.
  let told: Promise<void> = Promise.resolve();
  let held = 0;
  const tellInTurn = (answers: Promise<readonly (LineAnswer | undefined)[]>): void => {
    held += 1;
    told = told.then(async () => {
      await tell(await answers);
      held -= 1;
    });
    // What fails is found where all of it is waited for.
    told.catch(() => {});
  };
  let turned = performance.now();
  const giveWay = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    turned = performance.now();
  };
  let lane: Lane | undefined;
  let opened = openLane === undefined;
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
      const batch = next.value;
      if (!opened && (batch[0]?.number ?? 0) > LONG_STREAM) {
        lane = openLane!();
        opened = true;
      }
      if (lane !== undefined) {
        if (held >= MOST_HELD) await told;
        await giveWay();
        if (lane.waiting() < MOST_AHEAD) {
          tellInTurn(lane.answer(batch));
          continue;
        }
      }
      const waiting: (LineAnswer | undefined)[] = [];
      for (const line of batch) {
        const given = answer(line);
        // What is there at once is not waited for.
        waiting.push(given instanceof Promise ? await given : given);
        if (performance.now() - turned > LONGEST_TURN_MS) await giveWay();
        if (!eager || held > 0) continue;
        await tell(waiting.splice(0));
        if (fault !== undefined) break;
      }
      if (held > 0) tellInTurn(Promise.resolve(waiting));
      else await tell(waiting);
    }
    await told;
    if (fault === undefined && writing !== undefined) {
      try {
        writing.finish();
      } catch (error) {
        fault = unwritable(output!, causeOf(error));
      }
    }
  } finally {
    lane?.close();
    writing?.discard();
  }
  return fault === undefined ? worst : report(process, [fault]);
}
