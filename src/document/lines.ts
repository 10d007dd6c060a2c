/** Splits bytes into lines as they come, in memory bounded by the longest accepted line. */

export interface Line {
  /** Counted from 1; empty lines count. */
  readonly number: number;
  /** Without its ending, LF or CRLF. Undefined where the line cannot be taken: `fault` says why. */
  readonly text: string | undefined;
  readonly fault?: LineFault;
}

export type LineFault = 'not-utf8' | 'too-long';

const LF = 0x0a;
// A mark of byte order at the very beginning is no part of the text.
const FIRST = new TextDecoder('utf-8', { fatal: true });
const LATER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Lines of a block of whole lines. Nearly always the whole block is short and UTF-8, and is decoded at once. */
function linesOf(block: Uint8Array, first: number, longest: number): Line[] {
  const decode = (bytes: Uint8Array, number: number): string => (number === 1 ? FIRST : LATER).decode(bytes);
  const cut = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);
  if (block.length <= longest) {
    try {
      const texts = decode(block, first).split('\n');
      return texts.map((text, index) => ({ number: first + index, text: cut(text) }));
    } catch {
      // Some line of it is no UTF-8: which is found out below.
    }
  }
  const lines: Line[] = [];
  for (let start = 0; start <= block.length; ) {
    const found = block.indexOf(LF, start);
    const end = found === -1 ? block.length : found;
    const number = first + lines.length;
    if (end - start > longest) lines.push({ number, text: undefined, fault: 'too-long' });
    else {
      try {
        lines.push({ number, text: cut(decode(block.subarray(start, end), number)) });
      } catch {
        lines.push({ number, text: undefined, fault: 'not-utf8' });
      }
    }
    start = end + 1;
  }
  return lines;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The lines of a stream of bytes, those of a chunk together: whoever reads a chunk's lines has all there is so far. A
 * last line need not end. A line of more than `longest` bytes is dropped as it comes, and told when it ends.
 *
 * @example for await (const lines of splitLines(createReadStream(path), 1_000_000)) …
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  longest: number,
): AsyncGenerator<readonly Line[], void, void> {
  /** What there is of a line that has not ended, while it is not too long. */
  let open: Uint8Array[] = [];
  let length = 0;
  let number = 1;
  const told = (): Line => ({ number: number++, text: undefined, fault: 'too-long' });
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let start = 0;
    const first = chunk.indexOf(LF);
    if (length > 0 && first !== -1) {
      if (length + first > longest) lines.push(told());
      else {
        lines.push(...linesOf(joined([...open, chunk.subarray(0, first)]), number, longest));
        number += 1;
      }
      open = [];
      length = 0;
      start = first + 1;
    }
    const last = chunk.lastIndexOf(LF);
    if (last >= start) {
      const whole = linesOf(chunk.subarray(start, last), number, longest);
      for (const line of whole) lines.push(line);
      number += whole.length;
      start = last + 1;
    }
    length += chunk.length - start;
    if (length > longest) open = [];
    else if (start < chunk.length) open.push(chunk.slice(start));
    if (lines.length > 0) yield lines;
  }
  if (length > longest) yield [told()];
  else if (length > 0) yield linesOf(joined(open), number, longest);
}
