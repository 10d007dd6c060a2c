import { type Diagnostic, placeOf, positionOf, type Span } from './diagnostic.ts';
import { visible } from './visible.ts';

const WIDEST_LINE = 160;

/**
 * The source line of a span with the span underlined.
 *
 * @example
 * 3 | mem: 4GB
 *   |      ^^^
 */
export function codeFrame(span: Span): string {
  const { line, column } = positionOf(span.text, span.start);
  const lineStart = span.start - column + 1;
  const lineEnd = span.text.indexOf('\n', span.start);
  const whole = span.text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd).replace(/\r$/, '');
  const cut = Math.max(0, column - 1 - WIDEST_LINE / 2);
  const shown = whole.slice(cut, cut + WIDEST_LINE);
  const before = shown.slice(0, column - 1 - cut);
  const marked = shown.slice(before.length, before.length + Math.max(1, span.end - span.start));
  const gutter = String(line);
  const indent = ' '.repeat(visible(before).length);
  const underline = '^'.repeat(Math.max(1, visible(marked).length));
  return `${gutter} | ${visible(shown)}\n${' '.repeat(gutter.length)} | ${indent}${underline}`;
}

/** A diagnostic as people read it: cause, place, code frame, hint. */
export function describeDiagnostic(diagnostic: Diagnostic): string {
  const lines = [`error: ${visible(diagnostic.message)}`];
  if (diagnostic.span !== undefined) {
    lines.push(`  at ${visible(placeOf(diagnostic.span))}`);
    if (diagnostic.span.text !== '')
      lines.push(
        ...codeFrame(diagnostic.span)
          .split('\n')
          .map((text) => `  ${text}`),
      );
  } else if (diagnostic.path !== undefined) {
    lines.push(`  at ${visible(diagnostic.path)}`);
  }
  if (diagnostic.hint !== undefined) lines.push(`  hint: ${visible(diagnostic.hint)}`);
  return lines.join('\n');
}
