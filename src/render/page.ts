import type { Answer } from '../plan/schema.ts';
import { type AnswerTextOptions, answerBlocks } from './answer.ts';
import type { Block, Item } from './blocks.ts';
import { drawing, swatch } from './drawing.ts';
import { amountText, dimensionName } from './fill.ts';
import { type Content, element, lines, type Markup } from './markup.ts';
import { headline, isModelAnswer, noPlanText } from './model.ts';
import { paintOf } from './palette.ts';
import { type Kind, type Picture, pictureOf } from './picture.ts';
import { grouped } from './table.ts';

/** An answer as a page of its own: a drawing of the machines, and what is told of them. It asks for nothing else. */

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1b1b; --faint: #595959; --rule: #bbb; --free: #f1f1f1; --others: #9a9a9a; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #161616; --ink: #ececec; --faint: #b0b0b0; --rule: #555; --free: #2a2a2a; --others: #7d7d7d; }
}
body { margin: 2rem auto; max-width: 68rem; padding: 0 1rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.35rem; line-height: 1.3; }
h2 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
figure { margin: 1.5rem 0; overflow-x: auto; }
figcaption, .legend { color: var(--faint); font-size: .85rem; }
figcaption { margin-top: .75rem; }
figure > svg { display: block; width: 100%; min-width: 44rem; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: var(--ink); }
svg .name { font-weight: 700; font-size: 12px; }
svg .amount { font-size: 10px; fill: var(--faint); }
svg .tight { font-size: 10px; font-weight: 700; }
svg .label { font-size: 10px; text-anchor: middle; pointer-events: none; fill: #000; }
svg .on-dark { fill: #fff; }
.box { fill: var(--paper); stroke: var(--faint); }
.box.running { stroke-width: 2.5; }
.free { fill: var(--free); }
.others { fill: var(--others); }
.kept { stroke: var(--faint); stroke-width: .5; }
.hatching { stroke: var(--faint); fill: none; }
.block { stroke: var(--paper); stroke-width: .7; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; }
.legend svg { vertical-align: -2px; margin-right: .35rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
th, td { white-space: nowrap; }
td:last-child { white-space: normal; min-width: 10rem; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: .6rem; background: var(--free); }
`;

const commandsOf = (commands: readonly string[]): Markup =>
  element('pre', {}, element('code', {}, commands.join('\n')));

function listOf(items: readonly Item[]): Markup {
  return element(
    'ul',
    {},
    ...items.map(({ text, commands = [], items: below = [] }) =>
      element(
        'li',
        {},
        text,
        commands.length === 0 ? [] : commandsOf(commands),
        below.length === 0 ? [] : listOf(below),
      ),
    ),
  );
}

function tableOf({ head, rows, right }: Extract<Block, { kind: 'table' }>): Markup {
  const kindOf = (column: number): string | undefined => (right.includes(column) ? 'number' : undefined);
  const cells = (tag: string, row: readonly string[]): readonly Markup[] =>
    row.map((cell, column) => element(tag, { scope: tag === 'th' ? 'col' : undefined, class: kindOf(column) }, cell));
  return element(
    'div',
    { class: 'wide' },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...cells('th', head))),
      element('tbody', {}, ...rows.map((row) => element('tr', {}, ...cells('td', row)))),
    ),
  );
}

function markupOf(block: Block): Content {
  switch (block.kind) {
    case 'paragraph':
      return block.lines.map((line) => element('p', {}, line));
    case 'table':
      return [block.title === undefined ? [] : element('h2', {}, block.title), tableOf(block)];
    case 'pairs':
      return element(
        'dl',
        {},
        ...block.pairs.flatMap(([label, text]) => [element('dt', {}, label), element('dd', {}, text)]),
      );
    case 'list':
      return [element('h2', {}, block.title), listOf(block.items)];
    case 'changes':
      return [element('h2', {}, block.title), listOf(block.changes.map((change) => ({ text: change })))];
    case 'commands':
      return [element('h2', {}, block.title), commandsOf(block.commands)];
  }
}

function kindText({ name, container, count, needs }: Kind): string {
  const sizes = Object.entries(needs).map(
    ([dimension, amount]) => `${dimensionName(dimension)} ${amountText(dimension, amount)}`,
  );
  const inside = container === undefined || container === name ? '' : ` in ${container}`;
  return `${name} ×${grouped(count)}${inside}${sizes.length === 0 ? '' : `: ${sizes.join(', ')}`}`;
}

function legend({ kinds, boxes }: Picture): Markup {
  const bars = boxes.flatMap((box) => box.bars);
  const entry = (patch: Markup, text: string): Markup => element('li', {}, patch, text);
  return element(
    'ul',
    { class: 'legend' },
    ...kinds.map((kind, index) =>
      entry(swatch({ fill: paintOf(index) }, kind.container !== undefined), kindText(kind)),
    ),
    ...(bars.some(({ others }) => others > 0) ? [entry(swatch({ class: 'others' }, false), 'others')] : []),
    ...(bars.some(({ reserved }) => reserved > 0)
      ? [entry(swatch({ fill: 'url(#kept)', class: 'kept' }, false), 'kept back by rules')]
      : []),
    entry(swatch({ class: 'free' }, false), 'free'),
  );
}

function caption({ leading, boxes }: Picture): string {
  const width =
    leading === undefined ? 'Boxes are equally wide' : `Boxes are as wide as machines have ${dimensionName(leading)}`;
  const stacks = boxes.some((box) => box.alike.machines.length > 1) ? ' Machines that are alike share a box.' : '';
  const running = boxes.some((box) => box.alike.first.running === true) ? ' A thick frame is a machine that runs.' : '';
  return `${width}; each bar is a dimension of the machine, the tallest the one with least room, and blocks are units to its scale, round ones in containers.${stacks}${running}`;
}

function titleOf(answer: Answer): string {
  const { machines, cost } = answer;
  if (machines.length === 0) return isModelAnswer(answer) ? noPlanText(answer) : 'Nothing fits';
  if (isModelAnswer(answer)) return headline(answer);
  const types = [...new Set(machines.map(({ type }) => type))].join(', ');
  return `${machines.length === 1 ? '' : `${grouped(machines.length)} machines: `}${types}, ${cost ?? '?'} USD/h`;
}

/** The page, with a newline at its end. The same answer gives the same bytes. */
export function answerPage(answer: Answer, options: AnswerTextOptions): string {
  const title = titleOf(answer);
  const picture = pictureOf(answer);
  const shown =
    picture.boxes.length === 0
      ? []
      : lines(
          legend(picture),
          element(
            'figure',
            {},
            drawing(picture, title, `${caption(picture)} The table below says the same in words.`),
            element('figcaption', {}, caption(picture)),
          ),
        );
  // What the title says is not said again.
  const blocks = answerBlocks(answer, options).map((block) =>
    block.kind === 'paragraph' ? { ...block, lines: block.lines.filter((line) => line !== `${title}.`) } : block,
  );
  const page = element(
    'html',
    { lang: 'en' },
    element(
      'head',
      {},
      element('meta', { charset: 'utf-8' }),
      element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      element('meta', {
        'http-equiv': 'Content-Security-Policy',
        content: "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
      }),
      element('title', {}, title),
      element('style', {}, { markup: STYLE }),
    ),
    element('body', {}, element('main', {}, lines(element('h1', {}, title), shown, ...blocks.map(markupOf)))),
  );
  return `<!doctype html>\n${page.markup}\n`;
}
