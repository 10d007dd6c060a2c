import { formatValue } from '../catalog/decode.ts';
import { type Diagnostic, fail, ok, placeOf, type Result, type Span } from '../diagnostic/diagnostic.ts';
import { formatMoney } from '../quantity/money.ts';
import type { Derivation } from '../rules/derive.ts';
import { failedProof } from '../rules/failed-proof.ts';
import { ANY_VERSION, type Program, readsOfRule } from '../rules/program.ts';
import { type FactsAt, fillIn, type ProofStep, proveCapability } from '../rules/proof.ts';
import type { Rule } from '../rules/rule.ts';
import { FALSE, TRUE, UNKNOWN_TRUTH } from '../rules/tri.ts';
import { conclude, derivationOf, levelInWords } from './conclude.ts';
import { decidesAnything } from './coverage.ts';
import { shortName } from './expectation.ts';
import { ONLY } from './facts.ts';
import { answerOf } from './plan-row.ts';
import type { TestRow, TestSuite } from './test-file.ts';

/** Runs the rows of a test file: what they expect against what the rules conclude, and why where the two differ. */

/** A field that came out otherwise. */
export interface Difference {
  /** `can.kvm`. */
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
}

/** One test with its outcome: a row, a fragment that must be refused, a property, or a snapshot. */
export interface TestOutcome {
  readonly name: string;
  readonly span: Span;
  /** None where it passed. */
  readonly differences: readonly Difference[];
  /** What really happened, a line each; indented lines belong to the one above. Empty where it passed. */
  readonly explanation: readonly string[];
}

const inWords = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return String(value);
};

/** The fields in which two values differ; those that only the second has make no difference. */
export function differencesOf(expected: unknown, actual: unknown, field = ''): readonly Difference[] {
  if (typeof expected === 'object' && expected !== null && !Array.isArray(expected)) {
    const fields = (typeof actual === 'object' && actual !== null ? actual : {}) as Readonly<Record<string, unknown>>;
    return Object.entries(expected).flatMap(([key, value]) =>
      differencesOf(value, fields[key], field === '' ? key : `${field}.${key}`),
    );
  }
  const texts = [inWords(expected), inWords(actual)] as const;
  return texts[0] === texts[1] ? [] : [{ field, expected: texts[0], actual: texts[1] }];
}

const indent = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);

function proofLines({ rule, place, summary, facts, because }: ProofStep): readonly string[] {
  const resting = facts.map(({ attribute, value }) => `${attribute} is ${value}`).join(', ');
  return [
    `${rule} applies (${place}): ${summary}`,
    ...(resting === '' ? [] : [`  since ${resting}`]),
    ...indent(because.flatMap(proofLines)),
  ];
}

function explainCapability(derivation: Derivation, name: string): readonly string[] {
  const level = levelInWords(derivation, name);
  const proven = proveCapability(derivation, name, ANY_VERSION, ONLY);
  if (proven !== undefined)
    return [`${name} is there, version ${level}, via ${proven.via}:`, ...indent(proven.proof.flatMap(proofLines))];
  const failed = failedProof(derivation, name, ONLY);
  const head = level === 'unknown' ? `whether ${name} is there cannot be decided:` : `${name} is not there:`;
  if (failed.length === 0) return [`${name} is not there: no rule gives it`];
  return [
    head,
    ...indent(
      failed.slice(0, 5).map(({ rule, place, how, missing }) => {
        const needs = missing.map(({ needs: text, has }) => `${text} (it is ${has})`).join(' and ');
        const role =
          how === 'withholds' ? 'withholds it, unless' : how === 'version' ? 'gives it, but lacks' : 'gives it, if';
        return `${rule} ${role} ${needs} (${place})`;
      }),
    ),
    ...(failed.length > 5 ? [`  and ${failed.length - 5} more rules`] : []),
  ];
}

const factsOf = (derivation: Derivation, rule: Rule): string => {
  const attributes = new Map(
    readsOfRule(rule).flatMap((part) => (part.kind === 'leaf' ? [[part.attribute.name, part.attribute] as const] : [])),
  );
  return [...attributes.values()]
    .map((attribute) => `${attribute.name} is ${formatValue(attribute, derivation.factAt(attribute, ONLY))}`)
    .join(', ');
};

/** Of the rules that a row speaks of, or that refuse or warn where it asks for that, what they make of the facts. */
function explainRefusals(derivation: Derivation, row: TestRow, module: string): readonly string[] {
  const factsAt: FactsAt = (attribute) => derivation.factAt(attribute, ONLY);
  const named = [...(row.expect['refused-by'] ?? []), ...(row.expect.warnings ?? [])];
  const lines = derivation.program.refusals.flatMap((rule, index) => {
    const violated = derivation.violated(index, ONLY);
    const warns = violated === UNKNOWN_TRUTH ? rule.onUnknown === 'warn' : rule.effect === 'warn';
    const refuses = !warns && (violated === TRUE || (violated === UNKNOWN_TRUTH && rule.onUnknown === 'refuse'));
    const isAsked =
      violated !== FALSE && ((refuses && 'refused-by' in row.expect) || (warns && 'warnings' in row.expect));
    if (!isAsked && !named.includes(shortName(rule.id, module))) return [];
    const does = refuses ? 'refuses' : warns ? 'warns' : 'allows';
    const how =
      violated === FALSE ? 'does not apply' : violated === TRUE ? does : `cannot be decided, and then ${does}`;
    const facts = factsOf(derivation, rule);
    return [
      `${rule.id} ${how} (${placeOf(rule.span)}): ${fillIn(rule.summary, derivation, factsAt)}`,
      ...(facts === '' ? [] : [`  since ${facts}`]),
    ];
  });
  return lines.length === 0 ? ['no rule refuses or warns'] : lines;
}

/** What really happened, for the fields that differ. */
function explain(
  program: Program,
  row: TestRow,
  module: string,
  differences: readonly Difference[],
): readonly string[] {
  const derivation = derivationOf(program, row.facts);
  const fields = differences.map(({ field }) => field);
  const lines: string[] = [];
  const capabilities = new Set(fields.flatMap((field) => /^(?:can|provides-via)\.(.+)$/.exec(field)?.slice(1) ?? []));
  if (fields.includes('provides-via'))
    for (const name of program.vocabulary.capabilities.keys())
      if (levelInWords(derivation, name) !== 'false') capabilities.add(name);
  for (const name of capabilities) lines.push(...explainCapability(derivation, name));
  if (fields.includes('refused-by') || fields.includes('warnings'))
    lines.push(...explainRefusals(derivation, row, module));
  if (fields.includes('price')) {
    const rules = derivation.priceRules(ONLY);
    lines.push(rules.length === 0 ? 'no price rule applies' : 'price rules that apply:');
    for (const { id, span, action } of rules) {
      const { operation, amount, component } = action.change;
      const change = operation === 'times' ? String(amount / 1_000_000) : formatMoney(amount);
      lines.push(`  ${id}: ${operation} ${change}, ${component} (${placeOf(span)})`);
    }
  }
  if (fields.some((field) => field.startsWith('reserves'))) {
    lines.push('reserves that apply:');
    for (const { id, span } of derivation.reserveRules(ONLY)) lines.push(`  ${id} (${placeOf(span)})`);
  }
  if (fields.some((field) => /^(?:plan|error|core|relaxation)/.test(field))) {
    const answer = answerOf(program, row);
    if (typeof answer === 'string') lines.push(`the request cannot be made: ${answer}`);
    else {
      const [machine] = answer.machines;
      if (machine !== undefined) lines.push(`${machine.type} at ${machine.price} is chosen, the cheapest that fits`);
      for (const { type, price, misses } of answer.nearest ?? [])
        lines.push(`${type} at ${price} misses ${misses.map(({ text }) => text).join(' and ')}`);
      for (const { misses, example, lowest } of answer.explanation.cheaper)
        lines.push(`${example} at ${lowest} is cheaper and misses ${misses.map(({ need }) => need).join(' and ')}`);
    }
  }
  return lines;
}

export function runRow(program: Program, row: TestRow, module: string): TestOutcome {
  const differences = differencesOf(row.expect, conclude(program, row, module));
  return {
    name: row.name,
    span: row.span,
    differences,
    explanation: differences.length === 0 ? [] : explain(program, row, module, differences),
  };
}

/** Whether a row has the outcome that it expects. */
export function passes(program: Program, row: TestRow, module: string): boolean {
  return differencesOf(row.expect, conclude(program, row, module)).length === 0;
}

/** The rules of the module that a suite tests. */
export const isOfModule =
  (module: string) =>
  ({ id }: Rule): boolean =>
    id.startsWith(`${module}/`);

/** The rows of a suite with their outcomes; faults where a row decides no rule of the module. */
export function runRows(program: Program, suite: TestSuite): Result<readonly TestOutcome[]> {
  const isOwn = isOfModule(suite.module);
  const faults: Diagnostic[] = suite.rows
    .filter((row) => !decidesAnything(program, isOwn, row))
    .map(({ name, span }) => ({
      code: 'undecided-row',
      message: `"${name}" decides no rule of ${suite.module}`,
      span,
      hint: 'no rule that bears on what is expected reads a fact that the row states',
    }));
  return faults.length > 0 ? fail(...faults) : ok(suite.rows.map((row) => runRow(program, row, suite.module)));
}
