/**
 * What the program says when an input is wrong: values, never exceptions.
 *
 * A `Diagnostic` names one cause with its place and, where possible, the way out. A `Result` is either a value or
 * the diagnostics that explain why there is none.
 */

/** A stretch of a source text. `start` and `end` are offsets in UTF-16 units, `end` exclusive. */
export interface Span {
  /** What a person calls the source: a file's path, `--constraints`, `<stdin>`. */
  readonly source: string;
  /** The whole source text, kept so that a code frame can be drawn at any time. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** One problem with an input, in one sentence. */
export interface Diagnostic {
  /** Stable, kebab-case, for programs: `unknown-constraint`. */
  readonly code: string;
  readonly message: string;
  readonly span?: Span;
  /** The place inside a structured input: `catalog.types[2].mem`. */
  readonly path?: string;
  /** What to do about it, as a sentence without a full stop. */
  readonly hint?: string;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** @example ok(3).value === 3 */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** A failed result from one diagnostic or several. */
export function fail(...diagnostics: readonly Diagnostic[]): {
  readonly ok: false;
  readonly diagnostics: readonly Diagnostic[];
} {
  return { ok: false, diagnostics };
}

/** Line and column of an offset, both from 1. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

/** `file.yaml:3:7`, the form that editors and terminals make clickable. */
export function placeOf(span: Span): string {
  // What came as a value has a path and no lines.
  if (span.text === '') return span.source;
  const { line, column } = positionOf(span.text, span.start);
  return `${span.source}:${line}:${column}`;
}
