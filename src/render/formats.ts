import type { Answer } from '../plan/schema.ts';
import { type AnswerTextOptions, answerBlocks } from './answer.ts';
import type { Block } from './blocks.ts';
import { toText } from './text.ts';

export const FORMATS = ['tabular', 'json', 'yaml', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

/** Answers have machines, which can be put in rows and drawn as well. */
export const ANSWER_FORMATS = [...FORMATS, 'csv', 'html'] as const;
export type AnswerFormat = (typeof ANSWER_FORMATS)[number];

/** Whether a format is one for values other than answers. */
export const isFormat = (format: AnswerFormat): format is Format => (FORMATS as readonly string[]).includes(format);

/** Whether programs read the format to learn how it went: they get what is at fault in it too. */
export const tellsFaults = (format: AnswerFormat): boolean => format === 'json' || format === 'yaml';

/** A value in a format, with a newline at its end. `blocks` is the value for people. */
export async function render(value: unknown, format: Format, blocks: () => readonly Block[]): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(value, null, 2)}\n`;
    // What writes these two is read only when it is asked for: it takes longer to load than to run.
    case 'yaml': {
      const { stringify } = await import('yaml');
      return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
    }
    case 'tabular':
      return toText(blocks());
    case 'markdown': {
      const { toMarkdown } = await import('./markdown.ts');
      return toMarkdown(blocks());
    }
  }
}

/** An answer in a format. The same answer gives the same bytes. */
export async function renderAnswer(
  answer: Answer,
  format: AnswerFormat,
  options: AnswerTextOptions = {},
): Promise<string> {
  switch (format) {
    case 'csv': {
      const { answerCsv } = await import('./csv.ts');
      return answerCsv(answer);
    }
    case 'html': {
      const { answerPage } = await import('./page.ts');
      return answerPage(answer, options);
    }
    default:
      return render(answer, format, () => answerBlocks(answer, options));
  }
}
