import { CsvError, parse } from 'csv-parse/sync';
import type { Scope, Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result, type Span } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import {
  faultAt,
  type Imported,
  type ImportFile,
  type ImportRow,
  type ImportSettings,
  NOTHING,
} from './import-rows.ts';
import { UNNAMED_CLOUD } from './inline.ts';

/**
 * Reads a plain table: a row is a type, and an offer where a region is known; a table with an `id` holds images. Titles
 * of columns are attributes without their prefix. An empty cell means unknown.
 */

/** What a column states a fact of. */
type Of = Scope | 'type-name';

interface Column {
  readonly title: string;
  readonly of: Of;
}

interface TableRow {
  readonly cells: readonly string[];
  /** From 1; the first line that the record stands in, and the last. */
  readonly first: number;
  readonly last: number;
}

const CAUSES: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  INVALID_OPENING_QUOTE: 'a quote stands inside a cell that is not quoted',
  CSV_INVALID_CLOSING_QUOTE: 'text follows the closing quote of a cell',
};

function readRecords({ source, text }: ImportFile, spanOf: (first: number, last: number) => Span): Result<TableRow[]> {
  try {
    const parsed = parse(text, {
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      comment: '#',
      comment_no_infix: true,
    }) as unknown as readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
    return ok(
      parsed.map(({ record, info }) => {
        const within = record.reduce((total, cell) => total + cell.split('\n').length - 1, 0);
        return { cells: record.map((cell) => cell.replace(/\s+/g, ' ')), first: info.lines - within, last: info.lines };
      }),
    );
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number(error.lines ?? 1);
    const cause = CAUSES[error.code] ?? error.message;
    return fail(
      faultAt(spanOf(line, line), `${source} is no table: ${cause}`, 'a quote inside a quoted cell is written twice'),
    );
  }
}

/** What each title stands for, or what is wrong with the titles. */
function readTitles(
  titles: readonly string[],
  place: (title: string) => Span,
  vocabulary: Vocabulary,
): Result<readonly Column[]> {
  const isImages = titles.includes('id') && ['os', 'release', 'product'].some((title) => titles.includes(title));
  const known = new Map<string, Of>();
  for (const { name, scope } of vocabulary.attributes.values()) {
    if ((scope === 'image') !== isImages || scope === 'request') continue;
    known.set(name.slice(name.indexOf('.') + 1), scope);
  }
  if (!isImages) {
    for (const title of ['region', 'price', 'limit']) known.set(title, 'offer');
    for (const title of ['type', 'name']) known.set(title, 'type-name');
    known.set('cloud', 'type');
  }
  const faults: Diagnostic[] = [];
  for (const [index, title] of titles.entries()) {
    if (title === '') faults.push(faultAt(place(title), `column ${index + 1} has no title`));
    else if (!known.has(title)) {
      const hint = /[;\t]/.test(title) ? 'columns are separated by commas' : didYouMean(title, known.keys());
      faults.push(faultAt(place(title), `column "${title}" is no attribute`, hint));
    } else if (titles.indexOf(title) !== index) faults.push(faultAt(place(title), `two columns are called "${title}"`));
  }
  const names = titles.filter((title) => known.get(title) === 'type-name');
  if (faults.length === 0 && !isImages && names.length !== 1) {
    const message = names.length === 0 ? 'no column names the type' : 'both "type" and "name" are there';
    faults.push(faultAt(place(titles[0] ?? ''), message, 'call it "type", or "name"'));
  }
  return faults.length > 0
    ? fail(...faults)
    : ok(titles.map((title): Column => ({ title, of: known.get(title) as Of })));
}

/** Rows of a table, or every fault in it. */
export function importCsv(
  { source, text: whole }: ImportFile,
  { cloud, region }: ImportSettings,
  vocabulary: Vocabulary,
): Result<Imported> {
  const text = whole.replace(/\r\n?/g, '\n');
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const spanOf = (first: number, last: number): Span => {
    const start = starts[first - 1] ?? 0;
    return { source, text, start, end: Math.max(start + 1, (starts[last] ?? text.length + 1) - 1) };
  };
  const records = readRecords({ source, text }, spanOf);
  if (!records.ok) return records;
  const [head, ...body] = records.value;
  if (head === undefined)
    return fail(faultAt(spanOf(1, 1), `${source} is empty`, 'the first line holds the titles of columns'));
  const rowOf =
    ({ cells, first, last }: TableRow) =>
    (column: number): Span => {
      const span = spanOf(first, last);
      const line = text.slice(span.start, span.end);
      // A quoted cell may hold commas: then the whole row is shown.
      const parts = line.split(',');
      if (column === -1 || line.includes('"') || parts.length !== cells.length) return span;
      const start = span.start + parts.slice(0, column).join(',').length + (column === 0 ? 0 : 1);
      return { ...span, start, end: Math.max(start + 1, start + parts[column]!.length) };
    };
  const columns = readTitles(head.cells, (title) => rowOf(head)(head.cells.indexOf(title)), vocabulary);
  if (!columns.ok) return columns;
  if (body.length === 0) return fail(faultAt(spanOf(head.first, head.last), `${source} has titles and no rows`));
  const isImages = columns.value.some(({ of }) => of === 'image');

  const faults: Diagnostic[] = [];
  const [types, offers, images, regions]: ImportRow[][] = [[], [], [], []];
  for (const record of body) {
    const span = rowOf(record);
    if (record.cells.length !== head.cells.length) {
      faults.push(
        faultAt(span(-1), `the row has ${record.cells.length} cells, and there are ${head.cells.length} columns`),
      );
      continue;
    }
    const place = (field?: string): Span => {
      const wanted =
        field === 'name' || field === 'type' ? ['name', 'type'] : field === 'region-zones' ? ['zones'] : [field];
      return span(head.cells.findIndex((title) => wanted.includes(title)));
    };
    const cellsOf = (of: Of): Record<string, unknown> =>
      Object.fromEntries(
        columns.value.flatMap((column, index) =>
          column.of === of && record.cells[index] !== '' ? [[column.title, record.cells[index]] as const] : [],
        ),
      );
    if (isImages) {
      images!.push({ fields: { ...(cloud === undefined ? {} : { cloud }), ...cellsOf('image') }, place });
      continue;
    }
    const [name] = Object.values(cellsOf('type-name'));
    if (name === undefined) {
      faults.push(faultAt(span(-1), 'the row names no type'));
      continue;
    }
    const facts = cellsOf('type');
    const own = facts.cloud ?? cloud ?? UNNAMED_CLOUD;
    types!.push({ fields: { ...facts, name, cloud: own }, place });
    const sold = cellsOf('offer');
    const { limit } = sold;
    if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(String(limit)))
      faults.push(faultAt(place('limit'), `limit must be a whole number of at least 1, not "${String(limit)}"`));
    const where = sold.region ?? region;
    if (where === undefined) {
      const [stray] = Object.keys(sold);
      if (stray !== undefined)
        faults.push(
          faultAt(
            place(stray),
            `${stray} of ${String(name)} is given, but no region`,
            'add a column "region", or give --region',
          ),
        );
      continue;
    }
    offers!.push({
      fields: {
        ...sold,
        type: name,
        cloud: own,
        region: where,
        ...(limit === undefined ? {} : { limit: Number(limit) }),
      },
      place,
    });
    regions!.push({ fields: { ...cellsOf('region'), cloud: own, region: where }, place });
  }
  return ok({
    ...NOTHING,
    rowsRecur: true,
    types: types!,
    offers: offers!,
    images: images!,
    regions: regions!,
    faults,
  });
}
