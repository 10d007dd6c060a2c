import type { Attribute, Value } from './value.ts';

/** The code of "unknown" in every column. */
export const UNKNOWN = 0;

/**
 * One attribute of many rows, dictionary-coded: row r has the value `values[codes[r]]`. Code 0 is unknown, so a test
 * over the attribute is decided once per distinct value, not once per row.
 */
export interface Column {
  readonly attribute: Attribute;
  readonly codes: Uint16Array | Uint32Array;
  /** `values[0]` is undefined, all others are distinct. */
  readonly values: readonly (Value | undefined)[];
}

/** Rows of one kind (types, regions, images, offers) as columns by attribute name. */
export interface Table {
  readonly size: number;
  readonly columns: ReadonlyMap<string, Column>;
}

const keyOf = (value: Value): Value => (typeof value === 'object' ? value.join('\u0000') : value);

/** Collects the values of a column row by row. Rows that were skipped are unknown. */
export interface ColumnBuilder {
  set(row: number, value: Value): void;
  finish(size: number): Column;
}

/** Up to so many values are looked through one by one. */
const FEW = 8;

export function buildColumn(attribute: Attribute): ColumnBuilder {
  const values: (Value | undefined)[] = [undefined];
  const keys: Value[] = [];
  let codeOf: Map<Value, number> | undefined;
  const codes: number[] = [];
  return {
    set(row, value) {
      const key = keyOf(value);
      let code = codeOf === undefined ? keys.indexOf(key) + 1 : (codeOf.get(key) ?? 0);
      if (code === 0) {
        code = values.length;
        values.push(value);
        if (codeOf === undefined) keys.push(key);
        if (keys.length > FEW) codeOf ??= new Map(keys.map((known, index) => [known, index + 1]));
        codeOf?.set(key, code);
      }
      while (codes.length < row) codes.push(UNKNOWN);
      codes[row] = code;
    },
    finish(size) {
      const narrow = values.length <= 0xffff;
      const finished = narrow ? new Uint16Array(size) : new Uint32Array(size);
      for (let row = 0; row < codes.length; row += 1) finished[row] = codes[row]!;
      return { attribute, codes: finished, values };
    },
  };
}

/** The value of an attribute in a row; undefined when unknown, or when no row has the attribute at all. */
export function valueAt(table: Table, name: string, row: number): Value | undefined {
  const column = table.columns.get(name);
  return column?.values[column.codes[row] ?? UNKNOWN];
}

/** `valueAt` for attributes whose values are texts. */
export function textAt(table: Table, name: string, row: number): string | undefined {
  const value = valueAt(table, name, row);
  return typeof value === 'string' ? value : undefined;
}

/** `valueAt` for attributes whose values are numbers. */
export function numberAt(table: Table, name: string, row: number): number | undefined {
  const value = valueAt(table, name, row);
  return typeof value === 'number' ? value : undefined;
}

/** `valueAt` for attributes whose values are sets; undefined when unknown. */
export function setAt(table: Table, name: string, row: number): readonly string[] | undefined {
  const value = valueAt(table, name, row);
  return typeof value === 'object' ? value : undefined;
}

/** The same table with its rows in another order: row i of the result is row `order[i]`. */
export function reorder(table: Table, order: Uint32Array): Table {
  if (order.length === table.size && order.every((from, to) => from === to)) return table;
  const columns = new Map<string, Column>();
  for (const [name, column] of table.columns) {
    const codes = column.codes instanceof Uint16Array ? new Uint16Array(order.length) : new Uint32Array(order.length);
    for (let row = 0; row < order.length; row += 1) codes[row] = column.codes[order[row]!]!;
    columns.set(name, { ...column, codes });
  }
  return { size: order.length, columns };
}

/** The rows of two tables in one, first those of `a`. */
export function joinTables(a: Table, b: Table): Table {
  const size = a.size + b.size;
  const columns = new Map<string, Column>();
  for (const name of new Set([...a.columns.keys(), ...b.columns.keys()])) {
    const [left, right] = [a.columns.get(name), b.columns.get(name)];
    const values = [...(left ?? right!).values];
    // Tables that were one before share their dictionaries.
    let recode: (code: number) => number = (code) => code;
    if (left !== undefined && right !== undefined && left.values !== right.values) {
      const codeOf = new Map(values.map((value, code) => [value === undefined ? undefined : keyOf(value), code]));
      const coded = right.values.map((value) => {
        const known = codeOf.get(value === undefined ? undefined : keyOf(value));
        return known ?? values.push(value) - 1;
      });
      recode = (code) => coded[code]!;
    }
    const codes = values.length <= 0xffff ? new Uint16Array(size) : new Uint32Array(size);
    if (left !== undefined) codes.set(left.codes);
    for (let row = 0; right !== undefined && row < b.size; row += 1) codes[a.size + row] = recode(right.codes[row]!);
    columns.set(name, { attribute: (left ?? right!).attribute, codes, values });
  }
  return { size, columns };
}
