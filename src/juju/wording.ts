import type { JujuVersion } from '../request/dialect.ts';
import type { Base } from '../request/request.ts';
import { UBUNTU_SERIES } from '../request/series.ts';

/** Texts as Juju's error messages have them: Go's quoting and lists, and names of bases. */

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** A text in double quotes, as Go's `%q` writes it. */
export function quoted(text: string): string {
  const escaped = Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    const short = SHORT_ESCAPES[character];
    if (short !== undefined) return short;
    if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
    // Of blanks Go prints the common one alone, and of what has no glyph nothing.
    if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) return character;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

/** A list as Go's `%v` writes it: `[a b]`. */
export function listed(items: readonly string[]): string {
  return `[${items.join(' ')}]`;
}

/**
 * A base as a version of Juju names it: `noble` in 2.8, `ubuntu@24.04` in 3.6. 2.8 writes CentOS 7 as `centos7`; what
 * has no series is written so too.
 */
export function baseName({ os, release }: Base, version: JujuVersion): string {
  if (version === '3.6') return `${os}@${release}`;
  return (os === 'ubuntu' ? UBUNTU_SERIES[release] : undefined) ?? `${os}${release}`;
}
