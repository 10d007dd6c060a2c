import { stringify } from 'yaml';
import type { Answer } from '../plan/schema.ts';
import { renderTabular, type TabularOptions } from './tabular.ts';

export const FORMATS = ['tabular', 'json', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];

/** An answer in a format, with a newline at its end. The same answer gives the same bytes. */
export function renderAnswer(answer: Answer, format: Format, options: TabularOptions = {}): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(answer, null, 2)}\n`;
    case 'yaml':
      return stringify(answer, { lineWidth: 0, aliasDuplicateObjects: false });
    case 'tabular':
      return `${renderTabular(answer, options)}\n`;
  }
}
