/** What is said, before it is known how it is shown: as text on a terminal, or as Markdown. */

export interface Item {
  readonly text: string;
  /** Commands to paste. */
  readonly commands?: readonly string[];
  readonly items?: readonly Item[];
}

export type Block =
  | { readonly kind: 'paragraph'; readonly lines: readonly string[] }
  | {
      readonly kind: 'table';
      readonly title?: string;
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
      /** Columns that hold numbers, by index. */
      readonly right: readonly number[];
    }
  /** Remarks, each after a label. */
  | { readonly kind: 'pairs'; readonly pairs: readonly (readonly [label: string, text: string])[] }
  | { readonly kind: 'list'; readonly title: string; readonly items: readonly Item[] }
  /** What is done, in order, as Juju's dry run tells it. */
  | { readonly kind: 'changes'; readonly title: string; readonly changes: readonly string[] }
  | { readonly kind: 'commands'; readonly title: string; readonly commands: readonly string[] };

export const paragraph = (...lines: readonly string[]): Block => ({ kind: 'paragraph', lines });

/** Nothing where there are no items. */
export const list = (title: string, items: readonly Item[]): readonly Block[] =>
  items.length === 0 ? [] : [{ kind: 'list', title, items }];
