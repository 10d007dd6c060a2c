import { formatMonthly, readMoney } from '../quantity/money.ts';
import { amountText, dimensionName, fillText, percentFull } from './fill.ts';
import { type Content, coordinate, element, type Markup } from './markup.ts';
import { baseOf, placeOf, typeText, unitsText } from './model.ts';
import { isDark, paintOf, patterns } from './palette.ts';
import type { Bar, Box, Guest, Picture } from './picture.ts';
import { groupOfUnit, machineRanges } from './unit-names.ts';

/** A picture of machines as SVG: a row for each box, with a bar for each of its dimensions, all to scale. */

const WIDTH = 1040;
/** Where boxes begin, and how wide the widest is. */
const BOX = { x: 236, width: 600 };
/** A box is never too narrow to be seen. */
const LEAST_BOX = 12;
const TALL = 24;
const THIN = 9;
const GAP = 4;
const PADDING = 5;
const LINE = 15;
const BETWEEN = 16;
/** How far the frames behind that of machines that are alike stand out. */
const STACK = [6, 3];
const MOST_AMOUNT = 31;
/** Blocks narrower than this are drawn as one for all units of a kind. */
const LEAST_BLOCK = 3;
/** An estimate on the safe side for text of ten pixels in any usual font. */
const CHARACTER = 6.2;

const fits = (text: string, width: number): boolean => text.length * CHARACTER + 4 <= width;
const shortened = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

const needsText = (needs: Guest['needs']): string =>
  Object.entries(needs)
    .map(([dimension, amount]) => `${dimensionName(dimension)} ${amountText(dimension, amount)}`)
    .join(', ');

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function block({ x, y, width, height }: Place, guest: Guest, title: string): Markup {
  // Containers have round corners.
  const round = guest.container === undefined ? undefined : Math.min(4, width / 3, height / 3);
  const own = element('title', {}, title);
  return element('rect', { x, y, width, height, rx: round, fill: paintOf(guest.kind), class: 'block' }, own);
}

function label({ x, y, width, height }: Place, text: string, kind: number): Markup {
  const place = { x: x + width / 2, y: y + height / 2 + 3.5 };
  return element('text', { ...place, class: isDark(kind) ? 'label on-dark' : 'label' }, text);
}

/** The blocks of one kind, which stand side by side from `x` on. */
function kindBlocks(
  guests: Bar['guests'],
  place: Omit<Place, 'width'>,
  perAmount: number,
  isTall: boolean,
  isShared: boolean,
): readonly Markup[] {
  const [first] = guests;
  const { guest, amount } = first!;
  const kindName = groupOfUnit(guest.name) || guest.name;
  const each = amount * perAmount;
  const whole = { ...place, width: guests.reduce((sum, one) => sum + one.amount, 0) * perAmount };
  const count = guests.length === 1 ? '' : ` ×${guests.length}`;
  const inWords = (name: string, needs: Guest['needs']): string =>
    `${name}${guest.container === undefined ? '' : ` (${guest.container})`}: ${needsText(needs)}`;
  if (!isTall || each < LEAST_BLOCK) {
    const name = `${kindName}${count}`;
    const title = inWords(name, guest.needs) + (guests.length === 1 ? '' : ' each');
    const drawn = block(whole, guest, title);
    return isTall && fits(name, whole.width) ? [drawn, label(whole, name, guest.kind)] : [drawn];
  }
  let x = place.x;
  const blocks: Markup[] = [];
  const labels: Markup[] = [];
  for (const { guest: one, amount: size } of guests) {
    const own = { ...place, x, width: size * perAmount };
    blocks.push(block(own, one, inWords(isShared ? kindName : one.name, one.needs)));
    const text = (isShared ? [kindName] : [one.name, kindName]).find((name) => fits(name, own.width));
    if (text !== undefined) labels.push(label(own, text, one.kind));
    x += own.width;
  }
  const together = `${kindName}${count}`;
  if (labels.length === 0 && fits(together, whole.width)) labels.push(label(whole, together, guest.kind));
  return [...blocks, ...labels];
}

function barMarks(bar: Bar, box: Box, y: number, width: number): readonly Markup[] {
  const isTall = bar.dimension === box.tightest || box.bars.length === 1;
  const height = isTall ? TALL : THIN;
  const perAmount = width / bar.scale;
  const kinds = [...new Set(bar.guests.map(({ guest }) => guest.kind))];
  let { x } = BOX;
  const marks: Markup[] = [element('rect', { x, y, width, height, class: 'free' })];
  for (const kind of kinds) {
    const own = bar.guests.filter(({ guest }) => guest.kind === kind);
    marks.push(...kindBlocks(own, { x, y, height }, perAmount, isTall, box.alike.machines.length > 1));
    x += own.reduce((sum, { amount }) => sum + amount, 0) * perAmount;
  }
  const rest = (amount: number, name: string, title: string): void => {
    if (amount === 0) return;
    const place = { x, y, width: amount * perAmount, height };
    const told = element('title', {}, `${title}: ${dimensionName(bar.dimension)} ${amountText(bar.dimension, amount)}`);
    if (name === 'kept') marks.push(element('rect', { ...place, fill: 'url(#kept)', class: 'kept' }, told));
    else marks.push(element('rect', { ...place, class: name }, told));
    x += place.width;
  };
  rest(bar.others, 'others', 'others');
  rest(bar.reserved, 'kept', 'kept back');
  const percent = percentFull(bar.filled);
  const told = `${dimensionName(bar.dimension)} ${fillText(bar.dimension, bar.filled)}`;
  const text = percent === undefined ? told : `${told}, ${percent} %`;
  const place = { x: BOX.x + width + PADDING + STACK[0]! + 5, y: y + height / 2 + 3.5 };
  marks.push(element('text', { ...place, class: isTall ? 'tight' : 'amount' }, shortened(text, MOST_AMOUNT)));
  return marks;
}

/** The words at the left of a box. */
function words(box: Box, y: number): readonly Markup[] {
  const { first, machines } = box.alike;
  const times = machines.length === 1 ? '' : ` ×${machines.length}`;
  const price = `${first.price} USD/h${times === '' ? '' : ' each'}`;
  const texts: readonly (readonly [string, string])[] = [
    ['name', `${shortened(machineRanges(machines.map(({ id }) => id)), 26)}${times}`],
    ['', [typeText(first), first.zone ?? first.region].join(', ')],
    ['', first.running === true ? `${price}, running` : price],
  ];
  return texts.map(([name, text], index) =>
    element('text', { x: 0, y: y + 11 + index * LINE, class: name === '' ? undefined : name }, shortened(text, 36)),
  );
}

/** All of a box in words, for whoever points at it. */
function boxTitle({ alike: { first, machines } }: Box): string {
  const number = machines.length === 1 ? '' : ` (${machines.length} machines)`;
  const monthly = formatMonthly(readMoney(first.price));
  const units = machines.some((machine) => machine.units !== undefined) ? `; units: ${unitsText(machines)}` : '';
  const what = [typeText(first), baseOf(first), placeOf(first), first.zone ?? ''].filter((text) => text !== '');
  const state = first.running === true ? ', running' : '';
  return `${machineRanges(machines.map(({ id }) => id))}${number}: ${what.join(', ')}${state}; ${first.price} USD/h, ${monthly} USD a month${number === '' ? '' : ' each'}${units}`;
}

function row(box: Box, top: number): { readonly marks: Markup; readonly height: number } {
  const width = Math.max(LEAST_BOX, box.width * BOX.width);
  const heights = box.bars.map((bar) => (bar.dimension === box.tightest || box.bars.length === 1 ? TALL : THIN));
  const inner = heights.reduce((sum, height) => sum + height + GAP, -GAP);
  const frame = {
    x: BOX.x - PADDING,
    y: top,
    width: width + 2 * PADDING,
    height: Math.max(inner, THIN) + 2 * PADDING,
  };
  const { first, machines } = box.alike;
  const stack = machines.length === 1 ? [] : STACK;
  let y = top + PADDING;
  const bars = box.bars.flatMap((bar, index) => {
    const marks = barMarks(bar, box, y, width);
    y += heights[index]! + GAP;
    return marks;
  });
  const frames: Content = [
    ...stack.map((by) => element('rect', { ...frame, x: frame.x + by, y: frame.y + by, rx: 3, class: 'box' })),
    element('rect', { ...frame, rx: 3, class: first.running === true ? 'box running' : 'box' }),
  ];
  const height = Math.max(frame.height + (stack[0] ?? 0), 3 * LINE);
  return { marks: element('g', {}, element('title', {}, boxTitle(box)), frames, words(box, top), bars), height };
}

/** The drawing. `title` and `description` are for who cannot see it. */
export function drawing(picture: Picture, title: string, description: string): Markup {
  const rows: Content[] = [];
  let y = 2;
  for (const box of picture.boxes) {
    const { marks, height } = row(box, y);
    rows.push(marks, { markup: '\n' });
    y += height + BETWEEN;
  }
  const height = Math.max(y - BETWEEN + 4, 10);
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${WIDTH} ${coordinate(height)}`,
      role: 'img',
      'aria-labelledby': 'drawing-title drawing-description',
    },
    element('title', { id: 'drawing-title' }, title),
    element('desc', { id: 'drawing-description' }, description),
    element('defs', {}, ...patterns(picture.kinds.length)),
    { markup: '\n' },
    rows,
  );
}

/** A patch of a paint, for legends. */
export const swatch = (paint: Readonly<Record<string, string>>, isContainer: boolean): Markup =>
  element(
    'svg',
    { viewBox: '0 0 22 14', width: 22, height: 14, 'aria-hidden': 'true' },
    element('rect', { x: 1, y: 1, width: 20, height: 12, rx: isContainer ? 4 : undefined, ...paint }),
  );
