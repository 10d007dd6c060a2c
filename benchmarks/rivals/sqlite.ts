import type { OfferFacts } from '../offer-facts.ts';
import { type Finder, loadLibrary } from './rival.ts';
import { COLUMNS, canHost, hostsColumn, valuesAt, whereOf } from './sql.ts';

/**
 * better-sqlite3, in memory: ids are in order of prices, so the first id that fits is the answer. Of the sets of
 * indexes that were tried (none; region and market; thresholds; types and offers as two tables) this one was the
 * fastest over the mix: covering indexes by region and market and by market alone, and the same over the few offers
 * that can host KVM.
 */

interface Statement {
  pluck(): Statement;
  run(...values: readonly unknown[]): unknown;
  get(values: readonly number[]): unknown;
}
interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  transaction(job: () => void): () => void;
  close(): void;
}

export function sqlite(facts: OfferFacts): Finder {
  const Library = loadLibrary('better-sqlite3') as new (path: string) => Database;
  const database = new Library(':memory:');
  const columns = [...COLUMNS, ...facts.archs.map((_, arch) => hostsColumn(arch))];
  database.exec(
    `CREATE TABLE offers (id INTEGER PRIMARY KEY, ${columns.map((name) => `${name} INTEGER NOT NULL`).join(', ')})`,
  );
  const insert = database.prepare(`INSERT INTO offers VALUES (?, ${columns.map(() => '?').join(', ')})`);
  database.transaction(() => {
    for (let row = 0; row < facts.size; row += 1) insert.run(row, ...valuesAt(facts, row));
  })();
  const cover = (name: string, leading: readonly string[], where = ''): void => {
    const rest = columns.filter((column) => !leading.includes(column));
    database.exec(`CREATE INDEX ${name} ON offers (${[...leading, 'id', ...rest].join(', ')}) ${where}`);
  };
  cover('by_region', ['region', 'market']);
  cover('by_market', ['market']);
  for (const arch of facts.archs.keys()) {
    const where = `WHERE ${canHost(arch, 1 | (2 << facts.capabilities.indexOf('kvm')))}`;
    cover(`kvm_${arch}_by_region`, ['region', 'market'], where);
    cover(`kvm_${arch}_by_market`, ['market'], where);
  }
  database.exec('ANALYZE');
  const statements = new Map<string, Statement>();
  return {
    name: 'better-sqlite3',
    prepare(wanted) {
      const where = whereOf(facts, wanted);
      if (where === undefined) return () => -1;
      const { text, values } = where;
      let statement = statements.get(text);
      if (statement === undefined) {
        statement = database.prepare(`SELECT id FROM offers WHERE ${text} ORDER BY id LIMIT 1`).pluck();
        statements.set(text, statement);
      }
      const prepared = statement;
      return () => (prepared.get(values) as number | undefined) ?? -1;
    },
    close: () => database.close(),
  };
}
