import { visible } from '../diagnostic/visible.ts';

/** HTML and SVG as text. Whatever comes from outside is escaped here and nowhere else. */

/** Markup that is already written. */
export interface Markup {
  readonly markup: string;
}

/** What an element may hold: markup as it is, text escaped. */
export type Content = Markup | string | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is safe between tags and within quoted attributes; what is not shown, or steers, is made visible. */
export const escapeText = (text: string): string =>
  visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);

function written(content: Content): string {
  if (typeof content === 'string') return escapeText(content);
  return 'markup' in content ? content.markup : content.map(written).join('');
}

/** At most two decimals: the same text everywhere. */
export const coordinate = (value: number): string => String(Math.round(value * 100) / 100);

const VOID: readonly string[] = ['meta', 'rect', 'line', 'path'];

/**
 * An element. Names of tags and attributes are the program's own; values of attributes are escaped, numbers rounded as
 * coordinates, and attributes without a value left out.
 */
export function element(
  tag: string,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
  ...content: readonly Content[]
): Markup {
  const words = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [` ${name}="${typeof value === 'number' ? coordinate(value) : escapeText(value)}"`],
  );
  const start = `<${tag}${words.join('')}`;
  if (content.length === 0 && VOID.includes(tag)) return { markup: tag === 'meta' ? `${start}>` : `${start}/>` };
  return { markup: `${start}>${content.map(written).join('')}</${tag}>` };
}

/** Content, each piece on a line of its own. */
export const lines = (...content: readonly Content[]): Content => content.flatMap((one) => [one, { markup: '\n' }]);
