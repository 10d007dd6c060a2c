import type { Diagnostic, Result, Span } from '../diagnostic/diagnostic.ts';
import { fail, ok } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { canonicalJson } from '../document/canonical.ts';
import { checkDocument } from '../document/check.ts';
import { type Document, type Path, placeIn } from '../document/read.ts';
import type { Program } from '../rules/program.ts';
import { type Expectation, PLANNED, readExpectation } from './expectation.ts';
import { type Facts, mergeFacts, presetFacts, readFacts, withRegionCloud } from './facts.ts';
import { type AskText, type TestFileText, testFileSchema } from './test-schema.ts';

/** Reads a test file: every row with its facts merged, and everything in it that tests nothing as a fault. */

/** One row: from these facts, the rules must conclude this. */
export interface TestRow {
  /** `case: row`. */
  readonly name: string;
  readonly span: Span;
  readonly facts: Facts;
  /** What there is to choose from, where something is to be planned. */
  readonly offers: readonly Facts[];
  readonly ask: AskText;
  readonly expect: Expectation;
}

export interface TestSuite {
  readonly source: string;
  readonly document: Document;
  readonly module: string;
  readonly rows: readonly TestRow[];
  readonly text: TestFileText;
}

/** The part of a test file that says which rules it needs, before any of them is read. */
export function modulesOf(document: Document): Result<{ readonly module: string; readonly use: readonly string[] }> {
  const checked = checkDocument(document, testFileSchema, 'a test file');
  return checked.ok ? ok({ module: checked.value.tests, use: checked.value.use ?? [] }) : checked;
}

interface Reading {
  readonly document: Document;
  readonly program: Program;
  readonly text: TestFileText;
  readonly named: ReadonlyMap<string, Facts>;
  readonly used: Set<string>;
  readonly faults: Diagnostic[];
}

/** What a row says beside its name. */
type RowText = Omit<NonNullable<NonNullable<TestFileText['cases']>[string]['for-each']>[number], 'name'>;

/** The facts that are named at a path. */
function namedFacts(reading: Reading, given: readonly string[], path: Path): readonly Facts[] {
  return given.flatMap((name, index) => {
    reading.used.add(name);
    const facts = reading.named.get(name);
    if (facts !== undefined) return [facts];
    const hint = didYouMean(name, reading.named.keys());
    reading.faults.push({
      code: 'unknown-facts',
      message: `no facts are called "${name}"`,
      ...placeIn(reading.document, [...path, index]),
      ...(hint === undefined ? {} : { hint }),
    });
    return [];
  });
}

/** Facts as one text, the same for the same facts. */
const keyOf = ({ values, guests }: Facts): string =>
  canonicalJson([Object.fromEntries(values), Object.fromEntries(guests)]);

function readRows(reading: Reading, module: string): readonly TestRow[] {
  const { document, program, text, faults } = reading;
  const preset: Facts = { values: presetFacts(program.vocabulary), guests: new Map() };
  const rows: TestRow[] = [];
  const seen = new Map<string, string>();
  for (const [name, one] of Object.entries(text.cases ?? {})) {
    const path: Path = ['cases', name];
    if ((one['for-each'] === undefined) === (one.expect === undefined)) {
      const message = `the case "${name}" needs ${one.expect === undefined ? 'for-each, or expect' : 'either for-each or expect, not both'}`;
      faults.push({ code: 'test-case', message, ...placeIn(document, path, 'key') });
      continue;
    }
    const each: readonly { readonly row: RowText; readonly at: Path; readonly name: string }[] = one['for-each']?.map(
      (row, index) => ({ row, at: [...path, 'for-each', index], name: `${name}: ${row.name}` }),
    ) ?? [{ row: { expect: one.expect! }, at: path, name }];
    // What is wrong in what rows share is told once.
    const given = namedFacts(reading, one.given ?? [], [...path, 'given']);
    const stated = readFacts(document, [...path, 'with'], one.with ?? {}, program.vocabulary, faults);
    const offers = (one.offers ?? []).map((offer, index) => {
      const where: Path = [...path, 'offers', index];
      return mergeFacts(
        ...namedFacts(reading, offer.given ?? [], [...where, 'given']),
        readFacts(document, [...where, 'with'], offer.with ?? {}, program.vocabulary, faults),
      );
    });
    const names = new Set<string>();
    for (const { row, at, name: called } of each) {
      if (names.has(called))
        faults.push({
          code: 'duplicate-row',
          message: `two rows are called "${called}"`,
          ...placeIn(document, [...at, 'name']),
        });
      names.add(called);
      const merged = mergeFacts(
        preset,
        ...given,
        ...namedFacts(reading, row.given ?? [], [...at, 'given']),
        stated,
        readFacts(document, [...at, 'with'], row.with ?? {}, program.vocabulary, faults),
      );
      const facts = withRegionCloud(merged);
      const ask: AskText = { ...one.ask, ...row.ask };
      const expect = readExpectation(row.expect, [...at, 'expect'], document, program, module, faults);
      if (PLANNED.some((key) => expect[key] !== undefined) && offers.length === 0)
        faults.push({
          code: 'test-case',
          message: 'a plan needs offers to choose from',
          ...placeIn(document, [...at, 'expect']),
          hint: 'list them under "offers" of the case',
        });
      const key = canonicalJson([keyOf(facts), offers.map(keyOf), ask, expect]);
      const before = seen.get(key);
      if (before !== undefined)
        faults.push({
          code: 'duplicate-row',
          message: `this row says what "${before}" says already`,
          ...placeIn(document, at),
        });
      seen.set(key, called);
      rows.push({ name: called, span: document.spanOf(at), facts, offers, ask, expect });
    }
  }
  return rows;
}

/** A test file whose rules are loaded. */
export function readTests(document: Document, program: Program): Result<TestSuite> {
  const checked = checkDocument(document, testFileSchema, 'a test file');
  if (!checked.ok) return checked;
  const text = checked.value;
  const faults: Diagnostic[] = [];
  const named = new Map(
    Object.entries(text.facts ?? {}).map(([name, facts]) => [
      name,
      readFacts(document, ['facts', name], facts, program.vocabulary, faults),
    ]),
  );
  const reading: Reading = { document, program, text, named, used: new Set(), faults };
  const rows = readRows(reading, text.tests);
  for (const name of named.keys()) {
    if (!reading.used.has(name))
      faults.push({
        code: 'unused-facts',
        message: `no row is given the facts "${name}"`,
        ...placeIn(document, ['facts', name], 'key'),
      });
  }
  const isEmpty = [text.cases, text.invalid, text.always, text.snapshot].every(
    (part) => Object.keys(part ?? {}).length === 0,
  );
  if (isEmpty) faults.push({ code: 'empty-tests', message: 'this file tests nothing', ...placeIn(document, []) });
  return faults.length > 0
    ? fail(...faults)
    : ok({ source: document.source, document, module: text.tests, rows, text });
}
