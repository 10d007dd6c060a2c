import type { Attribute, Value } from '../catalog/value.ts';
import type { Span } from '../diagnostic/diagnostic.ts';
import type { Document } from '../document/read.ts';
import { plainNumber, plainScalar } from '../document/scalar.ts';
import { writeYaml } from '../document/write.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';
import type { RuleContext } from '../rules/parse.ts';
import type { Program } from '../rules/program.ts';
import {
  type Capabilities,
  type Facts as FactLookup,
  referenceCapabilities,
  referenceFacts,
  referenceTruth,
} from '../rules/reference.ts';
import { PRICE } from '../rules/space.ts';
import { FALSE } from '../rules/tri.ts';
import { conclude, derivationOf, providerOf, refusalsOf } from './conclude.ts';
import { decidingCondition } from './coverage.ts';
import type { Expectation } from './expectation.ts';
import { shortName } from './expectation.ts';
import { type Facts, presetFacts, withRegionCloud } from './facts.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { comparisonWith, type Witness } from './mutate-equal.ts';
import type { TestRow, TestSuite } from './test-file.ts';
import { passes } from './test-run.ts';

/**
 * Mutation testing: every small slip in the rules must make some test fail. A slip that no facts whatever could tell
 * from the rules is no slip; for each of the others that the tests let pass there is a row that would not.
 */

/** A slip that no test sees, with a row that does. */
export interface Survivor {
  readonly operator: string;
  readonly part: string;
  readonly what: string;
  readonly span: Span;
  /**
   * A row of a case, as a value that reads back as the same row; undefined where none could be made. Several survivors
   * that one row kills have the same object.
   */
  readonly row: Readonly<Record<string, unknown>> | undefined;
}

/** A row of a test on one line, ready to stand under `for-each`. */
export function rowText(row: Readonly<Record<string, unknown>>): string {
  return writeYaml([row], (path) => path.length === 1).trimEnd();
}

export interface MutationReport {
  readonly module: string;
  readonly mutants: number;
  readonly killed: number;
  /** Conclude the same for all facts. */
  readonly equivalent: number;
  /** Of which it is not known whether they are equivalent: there are more combinations than are looked at. */
  readonly undecided: number;
  readonly survivors: readonly Survivor[];
}

/** A row with what the rules make of it, worked out once for all mutants. */
interface Prepared {
  readonly row: TestRow;
  readonly facts: FactLookup;
  readonly capabilities: Capabilities;
}

/** Whether a row can see a mutant at all: some rule that differs has another truth there, or does something else. */
function mayTell({ row, facts, capabilities }: Prepared, mutant: Mutant): boolean {
  if (row.offers.length > 0) return true;
  return mutant.changed.some(({ before, after }) => {
    // Facts that are set otherwise may be read by any rule.
    if ((before ?? after)!.action.verb === 'set') return true;
    const [old, now] = [before, after].map((rule) =>
      rule === undefined ? FALSE : referenceTruth(decidingCondition(rule), facts, capabilities),
    );
    if (old !== now) return true;
    if (old === FALSE || before === undefined || after === undefined) return false;
    if (before.effect !== after.effect || before.onUnknown !== after.onUnknown) return true;
    return before.action.verb !== 'require' && JSON.stringify(before.action) !== JSON.stringify(after.action);
  });
}

/** A value as a test file has it. */
function written(attribute: Attribute, value: Value): unknown {
  if (attribute.name === PRICE) return formatMoney(Number(value));
  if (typeof value === 'number' && attribute.kind.kind === 'number') {
    const text = formatDecimal(value, attribute.kind.decimals);
    return String(Number(text)) === text ? Number(text) : text;
  }
  if (typeof value === 'object') return [...value];
  return typeof value === 'string' ? plainly(value) : value;
}

/** A text as a number where it reads back as the same text: `24.04` needs no quotes. */
const plainly = (text: string): string | number => plainNumber(text) ?? text;

/** Facts in groups, without those that every row has. */
function writtenFacts(program: Program, { values, guests }: Facts): Readonly<Record<string, unknown>> {
  const preset = presetFacts(program.vocabulary);
  const groups: Record<string, Record<string, unknown>> = {};
  for (const [name, value] of [...values].sort(([a], [b]) => compareText(a, b))) {
    if (preset.get(name) === value || (name === 'offer.cloud' && value === values.get('type.cloud'))) continue;
    const at = name.indexOf('.');
    const group = name.slice(0, at);
    groups[group] = {
      ...groups[group],
      [name.slice(at + 1)]: written(program.vocabulary.attributes.get(name)!, value),
    };
  }
  return { ...groups, ...(guests.size === 0 ? {} : { guests: Object.fromEntries(guests) }) };
}

/** What a row must expect for a difference to be seen; the values are filled in by concluding. */
function askedOf(
  { key }: Witness,
  program: Program,
  mutant: Program,
  facts: Facts,
  module: string,
): readonly Expectation[] {
  switch (key.kind) {
    case 'capability': {
      if (key.differs === 'level') return [{ can: { [key.name]: '' } }];
      const [old, now] = [program, mutant].map((one) => providerOf(derivationOf(one, facts), key.name));
      if (old?.action.via !== now?.action.via) return [{ 'provides-via': { [key.name]: 'launch' } }];
      return old === undefined ? [] : [{ 'provides-via': { [key.name]: shortName(old.id, module) } }];
    }
    case 'refusal': {
      const lists = [program, mutant].map((one) => {
        const derivation = derivationOf(one, facts);
        return { refuse: refusalsOf(derivation, 'refuse').join(), warn: refusalsOf(derivation, 'warn').join() };
      });
      return [lists[0]!.refuse === lists[1]!.refuse ? { warnings: [] } : { 'refused-by': [] }];
    }
    case 'fact':
      return [{ facts: { [key.name]: '' } }];
    case 'price':
      return [{ price: '' }];
    case 'prefer':
      return [{ rank: '' }];
    case 'reserve':
      return [{ reserves: 0 }, { reserves: { cores: 0 } }];
  }
}

/** Facts of a witness, and variations of what amounts depend on beside conditions. */
function factsToTry(program: Program, { key, facts }: Witness): readonly Facts[] {
  const values = new Map(presetFacts(program.vocabulary));
  for (const [name, value] of facts) {
    if (value === undefined) values.delete(name);
    else values.set(name, value);
  }
  const base = withRegionCloud({ values, guests: new Map() });
  const over = (more: Readonly<Record<string, number>>, guests: ReadonlyMap<string, number> = new Map()): Facts => ({
    values: new Map([...Object.entries(more), ...base.values]),
    guests,
  });
  if (key.kind === 'price' || key.kind === 'prefer')
    return [1_000_000_000, 10_000_000, 100_000_000_000].map((price) =>
      over({ [PRICE]: price, 'type.cores': 4, 'type.mem': 8192, 'type.gpus': 1 }),
    );
  if (key.kind !== 'reserve') return [base];
  const sizes = { 'type.cores': 64, 'type.mem': 65_536 };
  const kinds = [...program.vocabulary.capabilities.keys()];
  const large = over(sizes);
  const alone = over({ 'type.cores': 1, 'type.mem': 1024 });
  return [
    base,
    ...kinds.flatMap((kind) => [over({}, new Map([[kind, 1]])), over({}, new Map([[kind, 3]]))]),
    large,
    alone,
    ...kinds.map((kind) => over(sizes, new Map([[kind, 1]]))),
  ];
}

/** A row with its text as a value. */
interface Killing {
  readonly row: TestRow;
  readonly written: Readonly<Record<string, unknown>>;
}

/** A row that passes with the rules as they are and fails with the slip: tried before it is shown. */
function killingRow(
  program: Program,
  mutant: Mutant,
  witnesses: readonly Witness[],
  suite: TestSuite,
): Killing | undefined {
  const { module } = suite;
  for (const witness of witnesses) {
    for (const facts of factsToTry(program, witness)) {
      for (const expect of askedOf(witness, program, mutant.program, facts, module)) {
        const open: TestRow = { name: '', span: mutant.span, facts, offers: [], ask: {}, expect };
        const real = conclude(program, open, module);
        const row: TestRow = { ...open, expect: real };
        if (!passes(program, row, module) || passes(mutant.program, row, module)) continue;
        const stated = writtenFacts(program, facts);
        const name = Object.entries(stated)
          .flatMap(([, own]) =>
            Object.entries(own as Readonly<Record<string, unknown>>).map(
              ([key, value]) => `${key} ${Array.isArray(value) ? value.join(' ') || 'none' : String(value)}`,
            ),
          )
          .join(', ');
        // Words of truth values and numbers need no quotes.
        const plain = (texts: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> =>
          Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, plainScalar(text)]));
        const shown = {
          ...real,
          ...(real.can === undefined ? {} : { can: plain(real.can) }),
          ...(real.facts === undefined ? {} : { facts: plain(real.facts) }),
          ...(real.price === undefined ? {} : { price: plainly(real.price) }),
          ...(real.rank === undefined ? {} : { rank: plainly(real.rank) }),
        };
        const written = {
          name: name === '' ? 'nothing known' : name,
          ...(Object.keys(stated).length === 0 ? {} : { with: stated }),
          expect: shown,
        };
        return { row, written };
      }
    }
  }
  return undefined;
}

export interface MutationOptions {
  /** Told after each so many mutants. */
  readonly progress?: (done: number, of: number) => void;
  /** What the file is read with. */
  readonly context?: RuleContext;
}

/** Tries the tests of a suite on every mutant of its module. */
export function mutate(
  program: Program,
  document: Document,
  suite: TestSuite,
  options: MutationOptions = {},
): MutationReport {
  const mutants = [...mutantsOf(program, document, suite.module, options.context)];
  const rows = suite.rows
    .map((row): Prepared => {
      const facts = referenceFacts(program, (name) => row.facts.values.get(name));
      return { row, facts, capabilities: referenceCapabilities(program, facts) };
    })
    // Plans take longest: they are asked last.
    .sort((a, b) => a.row.offers.length - b.row.offers.length);
  let killed = 0;
  const open: Mutant[] = [];
  for (const [index, mutant] of mutants.entries()) {
    options.progress?.(index, mutants.length);
    const isKilled = rows.some(
      (prepared) => mayTell(prepared, mutant) && !passes(mutant.program, prepared.row, suite.module),
    );
    if (isKilled) killed += 1;
    else open.push(mutant);
  }
  const comparison = comparisonWith(program, open);
  let equivalent = 0;
  let undecided = 0;
  const survivors: Survivor[] = [];
  const rowsFound: Killing[] = [];
  for (const mutant of open) {
    const verdict = comparison.verdict(mutant);
    if (verdict.kind === 'equivalent') {
      equivalent += 1;
      continue;
    }
    const witnesses = verdict.kind === 'different' ? verdict.witnesses : comparison.guesses(mutant);
    // A row that kills an earlier one may do: fewer rows are to be pasted then.
    const before = rowsFound.find(({ row }) => !passes(mutant.program, row, suite.module));
    const killing = before ?? killingRow(program, mutant, witnesses, suite);
    if (before === undefined && killing !== undefined) rowsFound.push(killing);
    const row = killing?.written;
    // Without a row, other amounts may come to the same for all sizes; and what is guessed is not known.
    const isKnown =
      verdict.kind === 'different' &&
      !witnesses.every(({ key }) => key.kind === 'price' || key.kind === 'prefer' || key.kind === 'reserve');
    const { operator, part, what, span } = mutant;
    if (row !== undefined || isKnown) survivors.push({ operator, part, what, span, row });
    else undecided += 1;
  }
  return { module: suite.module, mutants: mutants.length, killed, equivalent, undecided, survivors };
}
