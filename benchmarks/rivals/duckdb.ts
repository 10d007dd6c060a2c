import type { OfferFacts } from '../offer-facts.ts';
import type { Wanted } from '../wanted.ts';
import { type Finder, loadLibrary, type Question } from './rival.ts';
import { COLUMNS, hostsColumn, valuesAt, whereOf } from './sql.ts';

/** DuckDB, in memory, with its usual number of threads: columns, scanned; it has no index that would help here. */

interface Prepared {
  bindBigInt(index: number, value: bigint): void;
  run(): Promise<{ getRows(): Promise<readonly (readonly unknown[])[]> }>;
}
interface Appender {
  appendBigInt(value: bigint): void;
  endRow(): void;
  closeSync(): void;
}
interface Connection {
  run(sql: string): Promise<unknown>;
  prepare(sql: string): Promise<Prepared>;
  createAppender(table: string): Promise<Appender>;
  closeSync(): void;
}
interface Library {
  readonly DuckDBInstance: {
    create(path: string): Promise<{ connect(): Promise<Connection>; closeSync(): void }>;
  };
}

export async function duckdb(facts: OfferFacts): Promise<Finder> {
  const { DuckDBInstance } = loadLibrary('@duckdb/node-api') as Library;
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const columns = ['id', ...COLUMNS, ...facts.archs.map((_, arch) => hostsColumn(arch))];
  await connection.run(`CREATE TABLE offers (${columns.map((name) => `${name} BIGINT NOT NULL`).join(', ')})`);
  const appender = await connection.createAppender('offers');
  for (let row = 0; row < facts.size; row += 1) {
    appender.appendBigInt(BigInt(row));
    for (const value of valuesAt(facts, row)) appender.appendBigInt(BigInt(value));
    appender.endRow();
  }
  appender.closeSync();
  const prepare = (wanted: Wanted): Question => {
    const where = whereOf(facts, wanted);
    if (where === undefined) return () => -1;
    // Prepared when it is first asked, which is when answers are compared.
    let prepared: Prepared | undefined;
    return async () => {
      if (prepared === undefined) {
        prepared = await connection.prepare(`SELECT min(id) FROM offers WHERE ${where.text}`);
        for (const [at, value] of where.values.entries()) prepared.bindBigInt(at + 1, BigInt(value));
      }
      const rows = await (await prepared.run()).getRows();
      const id = rows[0]![0];
      return id === null ? -1 : Number(id);
    };
  };
  return {
    name: 'DuckDB',
    prepare,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
