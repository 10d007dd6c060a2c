import type { BlockContent, Code, List, Root, Table, TableCell, Text } from 'mdast';
import { gfmTableToMarkdown } from 'mdast-util-gfm-table';
import { toMarkdown as write } from 'mdast-util-to-markdown';
import { visible } from '../diagnostic/visible.ts';
import type { Block, Item } from './blocks.ts';

/** Blocks as Markdown with tables (GitHub's), for pull requests and reports. */

const text = (value: string): Text => ({ type: 'text', value: visible(value) });
const paragraph = (value: string): BlockContent => ({ type: 'paragraph', children: [text(value)] });
const title = (value: string): BlockContent => ({
  type: 'paragraph',
  children: [{ type: 'strong', children: [text(value)] }],
});
const code = (lines: readonly string[]): Code => ({ type: 'code', lang: 'sh', value: lines.map(visible).join('\n') });

function listOf(items: readonly Item[]): List {
  return {
    type: 'list',
    ordered: false,
    spread: false,
    children: items.map(({ text: value, commands = [], items: below = [] }) => ({
      type: 'listItem',
      spread: false,
      children: [
        paragraph(value),
        ...(commands.length === 0 ? [] : [code(commands)]),
        ...(below.length === 0 ? [] : [listOf(below)]),
      ],
    })),
  };
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[], right: readonly number[]): Table {
  const cell = (value: string): TableCell => ({ type: 'tableCell', children: [text(value)] });
  return {
    type: 'table',
    align: head.map((_, column) => (right.includes(column) ? 'right' : 'left')),
    children: [head, ...rows].map((row) => ({ type: 'tableRow', children: row.map(cell) })),
  };
}

function nodesOf(block: Block): readonly BlockContent[] {
  switch (block.kind) {
    case 'paragraph':
      return block.lines.map(paragraph);
    case 'table':
      return [...(block.title === undefined ? [] : [title(block.title)]), tableOf(block.head, block.rows, block.right)];
    case 'pairs':
      return [listOf(block.pairs.map(([label, value]) => ({ text: `${label}: ${value}` })))];
    case 'list':
      return [title(block.title), listOf(block.items)];
    case 'changes':
      return [title(block.title), listOf(block.changes.map((change) => ({ text: change })))];
    case 'commands':
      return [title(block.title), code(block.commands)];
  }
}

/** With a newline at its end. */
export function toMarkdown(blocks: readonly Block[]): string {
  const root: Root = { type: 'root', children: blocks.flatMap(nodesOf) };
  return write(root, { extensions: [gfmTableToMarkdown()], bullet: '-', fences: true });
}
