import { placeOf } from '../diagnostic/diagnostic.ts';
import { visible } from '../diagnostic/visible.ts';
import { type MutationReport, rowText } from '../workbench/mutate.ts';

/** What mutation testing found, for people and for programs. */

export const MUTATION_FORMATS = ['text', 'json'] as const;
export type MutationFormat = (typeof MUTATION_FORMATS)[number];

function toText(reports: readonly MutationReport[]): string {
  const lines = reports.flatMap(({ module, mutants, killed, equivalent, undecided, survivors }) => [
    `${module}: ${mutants - equivalent} mutants, ${killed} killed, ${survivors.length} survived${undecided === 0 ? '' : `, ${undecided} not decided`}${equivalent === 0 ? '' : ` (beside ${equivalent} that say the same)`}`,
    ...survivors.flatMap(({ operator, part, what, span, row }) => [
      '',
      `  SURVIVED ${operator} in ${part}: ${what}`,
      `    at ${placeOf(span)}`,
      ...(row === undefined
        ? ['    no row that kills it was found']
        : ['    this row kills it, under for-each of a case:', `      ${rowText(row)}`]),
    ]),
    ...(survivors.length === 0 ? [] : ['']),
  ]);
  const total = reports.reduce((sum, { survivors }) => sum + survivors.length, 0);
  lines.push('', total === 0 ? 'every mutant is killed' : `${total} survived`, '');
  return lines.map(visible).join('\n');
}

export function renderMutations(reports: readonly MutationReport[], format: MutationFormat): string {
  if (format === 'text') return toText(reports);
  const modules = reports.map(({ survivors, ...counts }) => ({
    ...counts,
    survivors: survivors.map(({ operator, part, what, span, row }) => ({
      operator,
      part,
      what,
      place: placeOf(span),
      row: row ?? null,
    })),
  }));
  return `${JSON.stringify({ survived: modules.reduce((sum, { survivors }) => sum + survivors.length, 0), modules }, null, 2)}\n`;
}
