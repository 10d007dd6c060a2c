/**
 * Rows in aligned columns, in Juju's style: no borders, two blanks between columns, nothing at the ends of lines.
 *
 * Takes time in proportion to its cells: lists of many thousand offers are printed too, and the table libraries that
 * were tried take quadratic time there.
 *
 * @param right columns that hold numbers, by index
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const widths = head.map((title) => title.length);
  for (const row of rows) {
    for (const [column, cell] of row.entries()) if (cell.length > widths[column]!) widths[column] = cell.length;
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

/** 12410 as `12,410`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
