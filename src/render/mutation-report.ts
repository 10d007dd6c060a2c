import { placeOf } from '../diagnostic/diagnostic.ts';
import { visible } from '../diagnostic/visible.ts';
import { type MutationReport, rowText } from '../workbench/mutate.ts';

/** What mutation testing found, for people and for programs. */

export const MUTATION_FORMATS = ['text', 'json'] as const;
export type MutationFormat = (typeof MUTATION_FORMATS)[number];

/** Survivors by the row that kills them, in the order of the first of each. */
function byRow(survivors: MutationReport['survivors']): readonly MutationReport['survivors'][] {
  const groups = new Map<unknown, MutationReport['survivors'][number][]>();
  for (const survivor of survivors) groups.set(survivor.row, [...(groups.get(survivor.row) ?? []), survivor]);
  return [...groups.values()];
}

function summary({ module, mutants, killed, equivalent, undecided, survivors }: MutationReport): string {
  const open = undecided === 0 ? '' : `, ${undecided} not decided: there are too many combinations of facts`;
  const same = equivalent === 0 ? '' : ` (beside ${equivalent} that say the same)`;
  return `${module}: ${mutants - equivalent} mutants, ${killed} killed, ${survivors.length} survived${open}${same}`;
}

function toText(reports: readonly MutationReport[]): string {
  const lines = reports.flatMap((report) => [
    summary(report),
    ...byRow(report.survivors).flatMap((group) => {
      const [{ row } = { row: undefined }] = group;
      const many = group.length > 1 ? 'this row kills them' : 'this row kills it';
      return [
        '',
        ...group.flatMap(({ operator, part, what, span }) => [
          `  SURVIVED ${operator} in ${part}: ${what}`,
          `    at ${placeOf(span)}`,
        ]),
        ...(row === undefined
          ? ['  no row that kills it was found']
          : [`  ${many}, under for-each of a case of its own:`, `      ${rowText(row)}`]),
      ];
    }),
    ...(report.survivors.length === 0 ? [] : ['']),
  ]);
  const total = reports.reduce((sum, { survivors }) => sum + survivors.length, 0);
  const undecided = reports.some((report) => report.undecided > 0);
  lines.push(
    '',
    total > 0 ? `${total} survived` : undecided ? 'no mutant is known to survive' : 'every mutant is killed',
    '',
  );
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
