import { visible } from '../diagnostic/visible.ts';
import type { Block, Item } from './blocks.ts';
import { table } from './table.ts';

/** Blocks as text for a terminal: an empty line between them, two blanks deeper for what belongs to a line. */

const LABEL = 12;

function itemLines({ text, commands = [], items = [] }: Item, depth: number): readonly string[] {
  const pad = '  '.repeat(depth);
  return [
    `${pad}${text}`,
    ...commands.map((command) => `${pad}  ${command}`),
    ...items.flatMap((item) => itemLines(item, depth + 1)),
  ];
}

function blockLines(block: Block): readonly string[] {
  switch (block.kind) {
    case 'paragraph':
      return block.lines;
    case 'table':
      return [
        ...(block.title === undefined ? [] : [block.title]),
        ...table(block.head, block.rows, block.right).split('\n'),
      ];
    case 'pairs':
      return block.pairs.map(([label, text]) => `${label.padEnd(LABEL)}${text}`);
    case 'list':
      return [block.title, ...block.items.flatMap((item) => itemLines(item, 1))];
    case 'changes':
      return [block.title, ...block.changes.map((change) => `- ${change}`)];
    case 'commands':
      return [block.title, ...block.commands.map((command) => `  ${command}`)];
  }
}

/** With a newline at its end. Nothing in it moves the cursor. */
export function toText(blocks: readonly Block[]): string {
  const parts = blocks.map((block) => blockLines(block).map(visible).join('\n'));
  return `${parts.join('\n\n')}\n`;
}
