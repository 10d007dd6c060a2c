// Control, bidirectional and zero-width characters could rewrite a terminal or hide part of a name.
const HIDDEN: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2069],
  [0xfeff, 0xfeff],
];

/**
 * The text with every character that a terminal would act on, or not show, written as `\u{…}`.
 * Tabs become one blank, so that columns stay aligned; newlines stay.
 */
export function visible(text: string): string {
  let shown = '';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (character === '\t') shown += ' ';
    else if (HIDDEN.some(([first, last]) => code >= first && code <= last)) shown += `\\u{${code.toString(16)}}`;
    else shown += character;
  }
  return shown;
}
