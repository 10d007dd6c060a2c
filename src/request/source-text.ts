import type { Diagnostic, Span } from '../diagnostic/diagnostic.ts';

/** A piece of text that came from one place: an option of the command line, a field of a file. */
export interface SourceText {
  readonly source: string;
  readonly text: string;
  /** Where `text` stands inside a larger source. */
  readonly within?: Span;
}

/** A fault of a whole text, at its place. */
export function faultIn(
  { source, text, within }: SourceText,
  code: string,
  message: string,
  hint?: string,
): Diagnostic {
  const span = within ?? { source, text, start: 0, end: text.length };
  return { code, message, span, ...(hint === undefined ? {} : { hint }) };
}
