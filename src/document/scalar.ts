const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** Deepest accepted nesting of values. */
export const MAX_DEPTH = 100;

/**
 * The value that a plain (unquoted) scalar stands for: a number only where it prints back to the same text, so that
 * nothing is lost of what was written.
 *
 * @example plainScalar('24.04') // 24.04
 * @example plainScalar('12.10') // '12.10'
 */
export function plainScalar(text: string): string | number | boolean | null {
  if (/^(?:~|null|Null|NULL)?$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  return plainNumber(text) ?? text;
}

/** The number that a plain scalar stands for; undefined where it is none, or where a number would lose what was written. */
export function plainNumber(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const value = Number(text);
  return String(value) === text ? value : undefined;
}
