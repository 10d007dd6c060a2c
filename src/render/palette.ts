import { element, type Markup } from './markup.ts';

/** Colours of kinds of units: Okabe and Ito's, which people tell apart however they see colours. */
const COLOURS: readonly { readonly fill: string; readonly ink: '#000' | '#fff' }[] = [
  { fill: '#e69f00', ink: '#000' },
  { fill: '#56b4e9', ink: '#000' },
  { fill: '#009e73', ink: '#000' },
  { fill: '#f0e442', ink: '#000' },
  { fill: '#0072b2', ink: '#fff' },
  { fill: '#d55e00', ink: '#000' },
  { fill: '#cc79a7', ink: '#000' },
];

/** When the colours are used up they come again, each time with other lines. */
const LINES: readonly string[] = ['', 'M0 8L8 0M-2 2L2 -2M6 10L10 6', 'M4 0V8', 'M0 4H8M4 0V8'];

const styleOf = (kind: number): number => kind % (COLOURS.length * LINES.length);

/** The paint of a kind of units, by its number. Kinds beyond 28 share theirs: blocks have names as well. */
export function paintOf(kind: number): string {
  const style = styleOf(kind);
  return style < COLOURS.length ? COLOURS[style]!.fill : `url(#kind-${style})`;
}

/** Whether text on that paint is white; black else, on a bright screen and on a dark one. */
export const isDark = (kind: number): boolean => COLOURS[kind % COLOURS.length]!.ink === '#fff';

/** What paints of so many kinds refer to, and the hatching of what is kept back. */
export function patterns(kinds: number): readonly Markup[] {
  const square = { width: 8, height: 8, patternUnits: 'userSpaceOnUse' };
  const styles = Array.from({ length: Math.min(kinds, COLOURS.length * LINES.length) }, (_, style) => style);
  return [
    element('pattern', { id: 'kept', ...square }, element('path', { d: LINES[1]!, class: 'hatching' })),
    ...styles.slice(COLOURS.length).map((style) => {
      const { fill, ink } = COLOURS[style % COLOURS.length]!;
      return element(
        'pattern',
        { id: `kind-${style}`, ...square },
        element('rect', { width: 8, height: 8, fill }),
        element('path', { d: LINES[Math.floor(style / COLOURS.length)]!, stroke: ink, 'stroke-opacity': '0.45' }),
      );
    }),
  ];
}
