import type { Section } from './harness.ts';

/** Results as a self-contained SVG: cost against size, both axes logarithmic, a panel per section; light and dark. */

type Timed = Section['timings'][number];

/** What sizes are of: sections with another first column have no place here. */
const AXIS = 'offers';
const WIDTH = 960;
const PANEL = { height: 470, left: 84, right: 310, top: 62, bottom: 58 };
const INNER = { width: WIDTH - PANEL.left - PANEL.right, height: PANEL.height - PANEL.top - PANEL.bottom };

/** Colours of Okabe and Ito, which colour-blind people can tell apart, darker on light and lighter on dark ground. */
const COLOURS: readonly (readonly [light: string, dark: string])[] = [
  ['#b34700', '#ff9f57'],
  ['#0060a8', '#5cb8ff'],
  ['#00724f', '#3fd3a5'],
  ['#9a3a78', '#f09fd0'],
  ['#7a5c00', '#f2cf4a'],
  ['#4b4b9f', '#b3b3ff'],
  ['#a01c1c', '#ff8a8a'],
  ['#1d6f78', '#79dbe6'],
  ['#555555', '#c4c4c4'],
];
const DASHES = ['', '7 4', '2 3', '10 3 2 3'];
/** Shapes around the origin, so that lines can be told apart without their colours. */
const SHAPES = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z',
  'M-4 -4H4V4H-4Z',
  'M0 -5L5 4H-5Z',
  'M0 -5.5L5.5 0L0 5.5L-5.5 0Z',
  'M0 5L5 -4H-5Z',
];

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const decade = (exponent: number, unit: 'offers' | 'time'): string => {
  if (unit === 'offers') {
    if (exponent >= 6) return `${10 ** (exponent - 6)}M`;
    return exponent >= 3 ? `${10 ** (exponent - 3)}k` : String(10 ** exponent);
  }
  // Microseconds.
  if (exponent >= 6) return `${10 ** (exponent - 6)} s`;
  if (exponent >= 3) return `${10 ** (exponent - 3)} ms`;
  return exponent >= 0 ? `${10 ** exponent} us` : `${10 ** (exponent + 3)} ns`;
};

/** Where labels go so that each keeps its distance from the one above; what runs out below is pushed up again. */
function spread(wanted: readonly number[], distance: number, lowest: number): readonly number[] {
  const order = wanted.map((_, at) => at).sort((a, b) => wanted[a]! - wanted[b]!);
  const placed = [...wanted];
  for (let at = 1; at < order.length; at += 1)
    placed[order[at]!] = Math.max(placed[order[at]!]!, placed[order[at - 1]!]! + distance);
  let limit = lowest;
  for (const at of order.reverse()) {
    placed[at] = Math.min(placed[at]!, limit);
    limit = placed[at]! - distance;
  }
  return placed;
}

function panel(section: Section, top: number): string {
  const shown = section.timings.filter(({ size, median }) => size > 0 && median > 0);
  const names = [...new Set(shown.map(({ name }) => name))];
  const floor = (values: readonly number[]): number => Math.floor(Math.log10(Math.min(...values)));
  const ceil = (values: readonly number[]): number => Math.ceil(Math.log10(Math.max(...values)) - 1e-9);
  const sizes = shown.map(({ size }) => size);
  const costs = shown.flatMap(({ fastest, slowest }) => [Math.max(fastest, 1e-3), slowest]);
  const [fromX, toX] = [floor(sizes), Math.max(ceil(sizes), floor(sizes) + 1)];
  const [fromY, toY] = [floor(costs), Math.max(ceil(costs), floor(costs) + 1)];
  const x = (size: number): number => PANEL.left + ((Math.log10(size) - fromX) / (toX - fromX)) * INNER.width;
  const y = (cost: number): number =>
    top + PANEL.top + INNER.height * (1 - (Math.log10(Math.max(cost, 10 ** fromY)) - fromY) / (toY - fromY));
  const at = (value: number): string => value.toFixed(1);
  const bottom = top + PANEL.top + INNER.height;
  const right = PANEL.left + INNER.width;
  const parts: string[] = [`<text class="title" x="${PANEL.left}" y="${top + 30}">${escapeText(section.title)}</text>`];
  for (let exponent = fromX; exponent <= toX; exponent += 1) {
    const across = at(x(10 ** exponent));
    parts.push(`<path class="grid" d="M${across} ${top + PANEL.top}V${bottom}"/>`);
    parts.push(`<text x="${across}" y="${bottom + 20}" text-anchor="middle">${decade(exponent, 'offers')}</text>`);
  }
  for (let exponent = fromY; exponent <= toY; exponent += 1) {
    const down = at(y(10 ** exponent));
    parts.push(`<path class="grid" d="M${PANEL.left} ${down}H${right}"/>`);
    parts.push(`<text x="${PANEL.left - 10}" y="${down}" dy="4" text-anchor="end">${decade(exponent, 'time')}</text>`);
  }
  const middle = top + PANEL.top + INNER.height / 2;
  parts.push(
    `<text x="${PANEL.left + INNER.width / 2}" y="${bottom + 44}" text-anchor="middle">${AXIS}</text>`,
    `<text transform="translate(20 ${middle}) rotate(-90)" text-anchor="middle">median time</text>`,
  );

  const lines = names.map((name) => {
    const own = shown.filter((timing) => timing.name === name);
    const made = own.filter(({ label }) => !isReal(label)).sort((a, b) => a.size - b.size);
    return { name, made, real: own.filter(({ label }) => isReal(label)), last: made.at(-1) ?? own.at(-1)! };
  });
  const labels = spread(
    lines.map(({ last }) => y(last.median)),
    19,
    bottom,
  );
  for (const [which, { name, made, real, last }] of lines.entries()) {
    const path = made.map(({ size, median }, step) => `${step === 0 ? 'M' : 'L'}${at(x(size))} ${at(y(median))}`);
    const range = ({ size, fastest, slowest }: Timed): string => `M${at(x(size))} ${at(y(fastest))}V${at(y(slowest))}`;
    const mark = (where: string, kind: string): string =>
      `<path class="${kind}" transform="translate(${where})" d="${SHAPES[which % SHAPES.length]}"/>`;
    const dash = DASHES[Math.floor(which / SHAPES.length) % DASHES.length]!;
    parts.push(
      `<g class="c${which % COLOURS.length}"><title>${escapeText(name)}</title>`,
      `<path class="line" ${dash === '' ? '' : `stroke-dasharray="${dash}" `}d="${path.join('')}"/>`,
      `<path class="range" d="${[...made, ...real].map(range).join('')}"/>`,
      ...made.map(({ size, median }) => mark(`${at(x(size))} ${at(y(median))}`, 'mark')),
      ...real.map(({ size, median }) => mark(`${at(x(size))} ${at(y(median))}`, 'hollow')),
      `<path class="lead" d="M${at(x(last.size) + 6)} ${at(y(last.median))}L${right + 18} ${at(labels[which]!)}"/>`,
      mark(`${right + 28} ${at(labels[which]!)}`, 'mark'),
      `<text class="name" x="${right + 40}" y="${at(labels[which]!)}" dy="4">${escapeText(name)}</text>`,
      '</g>',
    );
  }
  return parts.join('\n');
}

/** Gaps below this part of the cost stand on the bottom line. */
const LEAST_GAP = 1e-5;

/** How the gap between cost and bound closes as time goes on: steps, both axes logarithmic. */
function coursePanel({ title, courses = [] }: Section, top: number): string {
  const all = courses.flatMap(({ steps }) => steps.map(({ at }) => Math.max(at, 1e3)));
  const [fromX, toX] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))];
  const [fromY, toY] = [Math.log10(LEAST_GAP), 0];
  const bottom = top + PANEL.top + INNER.height;
  const right = PANEL.left + INNER.width;
  const x = (time: number): number =>
    PANEL.left + ((Math.log10(Math.max(time, 1e3)) - fromX) / (toX - fromX)) * INNER.width;
  const y = (gap: number): number =>
    bottom - ((Math.log10(Math.max(gap, LEAST_GAP)) - fromY) / (toY - fromY)) * INNER.height;
  const parts: string[] = [
    `<text class="title" x="${PANEL.left}" y="${top + 30}">${escapeText(title)}: gap against time</text>`,
  ];
  for (let exponent = fromX; exponent <= toX; exponent += 1) {
    const across = x(10 ** exponent).toFixed(1);
    parts.push(`<path class="grid" d="M${across} ${top + PANEL.top}V${bottom}"/>`);
    parts.push(`<text x="${across}" y="${bottom + 20}" text-anchor="middle">${decade(exponent, 'time')}</text>`);
  }
  for (let exponent = fromY; exponent <= toY; exponent += 1) {
    const down = y(10 ** exponent).toFixed(1);
    const label = exponent === fromY ? 'proved' : `${10 ** (exponent + 2)} %`;
    parts.push(`<path class="grid" d="M${PANEL.left} ${down}H${right}"/>`);
    parts.push(`<text x="${PANEL.left - 10}" y="${down}" dy="4" text-anchor="end">${label}</text>`);
  }
  const ends = spread(
    courses.map(({ steps }) => y(steps.at(-1)?.gap ?? 1)),
    19,
    bottom,
  );
  for (const [which, { name, steps }] of courses.entries()) {
    const path = steps.map(({ at, gap }, step) =>
      step === 0 ? `M${x(at).toFixed(1)} ${y(gap).toFixed(1)}` : `H${x(at).toFixed(1)}V${y(gap).toFixed(1)}`,
    );
    const last = steps.at(-1);
    if (last === undefined) continue;
    const dash = DASHES[Math.floor(which / SHAPES.length) % DASHES.length]!;
    parts.push(
      `<g class="c${which % COLOURS.length}"><title>${escapeText(name)}</title>`,
      `<path class="line" ${dash === '' ? '' : `stroke-dasharray="${dash}" `}d="${path.join('')}"/>`,
      `<path class="lead" d="M${(x(last.at) + 6).toFixed(1)} ${y(last.gap).toFixed(1)}L${right + 18} ${ends[which]!.toFixed(1)}"/>`,
      `<path class="mark" transform="translate(${right + 28} ${ends[which]!.toFixed(1)})" d="${SHAPES[which % SHAPES.length]}"/>`,
      `<text class="name" x="${right + 40}" y="${ends[which]!.toFixed(1)}" dy="4">${escapeText(name.replace(' units, ', '/').replace(' shapes, ', '/').replace(' dimensions', '').replace('at most so many a machine', 'bounded'))}</text>`,
      '</g>',
    );
  }
  return parts.join('\n');
}

/** Whether a timing is of a catalog that was not made up for its size. */
const isReal = (label: string | undefined): boolean => label?.startsWith('shipped') === true;

/** @param machine what it was measured on, as a line */
export function plot(sections: readonly Section[], machine: string): string {
  const sized = sections.filter(({ head }) => head[0] === AXIS);
  const courses = sections.filter((section) => section.courses !== undefined);
  const height = (sized.length + courses.length) * PANEL.height + 48;
  const rules = (theme: 0 | 1): string => COLOURS.map((pair, at) => `.c${at}{color:${pair[theme]}}`).join('');
  const about = [...sized, ...courses].map(({ title }) => title).join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title about">
<title id="title">stowage: cost against size</title>
<desc id="about">${escapeText(about)}: median time by number of offers, both axes logarithmic. ${escapeText(machine)}</desc>
<style>
svg{background:#fff;color:#1a1a1a;font:13px system-ui,sans-serif}
text{fill:#1a1a1a}
.title{font-size:17px;font-weight:600}
.small{font-size:12px}
.grid{stroke:#d8d8d8;fill:none}
.line{stroke:currentColor;stroke-width:2;fill:none}
.range{stroke:currentColor;stroke-width:3;stroke-opacity:.4;fill:none}
.lead{stroke:currentColor;stroke-opacity:.45;fill:none}
.mark{fill:currentColor}
.hollow{fill:#fff;stroke:currentColor;stroke-width:2}
.name{fill:currentColor}
${rules(0)}
@media (prefers-color-scheme: dark){
svg{background:#16181c;color:#e8e8e8}
text{fill:#e8e8e8}
.name{fill:currentColor}
.grid{stroke:#3a3d44}
.hollow{fill:#16181c}
${rules(1)}
}
</style>
${sized.map((section, at) => panel(section, at * PANEL.height)).join('\n')}
${courses.map((section, at) => coursePanel(section, (sized.length + at) * PANEL.height)).join('\n')}
<text class="small" x="${PANEL.left}" y="${height - 32}">Filled marks: made-up catalogs. Hollow marks: the shipped catalog. Wide bars: spread over rounds.</text>
<text class="small" x="${PANEL.left}" y="${height - 14}">${escapeText(machine)}</text>
</svg>
`;
}
