// Control, bidirectional and zero-width characters could rewrite a terminal or hide part of a name.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * The text with every character that a terminal would act on, or not show, written as `\u{…}`.
 * Tabs become one blank, so that columns stay aligned.
 */
export function visible(text: string): string {
  return text.replaceAll('\t', ' ').replace(HIDDEN, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}
