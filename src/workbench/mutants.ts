import type { Span } from '../diagnostic/diagnostic.ts';
import { canonicalJson } from '../document/canonical.ts';
import type { Document } from '../document/read.ts';
import { type RuleContext, readRuleDocument } from '../rules/parse.ts';
import { compileRules, type Program } from '../rules/program.ts';
import type { Condition, Rule } from '../rules/rule.ts';
import { isTextMap, type TextMap } from './mutate-conditions.ts';
import { applyEdit, editsOf } from './mutate-edits.ts';

/** A rule file with one slip in it, as a program beside the one without. */
export interface Mutant {
  readonly operator: string;
  /** The rule, table or named condition that the slip is in. */
  readonly part: string;
  readonly what: string;
  readonly span: Span;
  readonly program: Program;
  /** The rules that the slip changes, as they were and as they are; undefined where one is not there. */
  readonly changed: readonly { readonly before: Rule | undefined; readonly after: Rule | undefined }[];
}

/** What a condition says, whatever its place. */
function saidBy(condition: Condition): unknown {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { [condition.kind]: condition.of.map(saidBy) };
    case 'not':
      return { not: saidBy(condition.of) };
    case 'leaf':
      return {
        leaf: condition.attribute.name,
        tests: condition.tests.map(({ operator, operand }) => [
          operator,
          operand.kind === 'values' ? operand.values : { attribute: operand.attribute.name },
        ]),
      };
    case 'capability':
      return { can: condition.capability, present: condition.present, atLeast: condition.atLeast ?? null };
  }
}

const said = new WeakMap<Rule, string>();

/** What of a rule bears on what is concluded, as one text. */
function textOf(rule: Rule): string {
  let text = said.get(rule);
  if (text === undefined) {
    const { action, applies, effect, onUnknown } = rule;
    const own =
      action.verb === 'require'
        ? { verb: action.verb, condition: saidBy(action.condition) }
        : action.verb === 'set'
          ? action.facts.map(({ attribute, value }) => [attribute.name, value])
          : action;
    text = canonicalJson({ applies: saidBy(applies), action: own, effect, onUnknown });
    said.set(rule, text);
  }
  return text;
}

/** The part of a rule file that an edit of one rule or table bears on: the others need not be read anew. */
function narrowed(file: TextMap, path: readonly (string | number)[]): TextMap {
  const [section, name] = path.map(String);
  if (section !== 'rules' && section !== 'tables') return file;
  const { rules: _rules, tables: _tables, ...rest } = file;
  const part = isTextMap(file[section]) ? file[section] : {};
  return { ...rest, [section]: name !== undefined && name in part ? { [name]: part[name] } : {} };
}

const isPartOf = (id: string, module: string, path: readonly (string | number)[]): boolean => {
  const [section, name] = path.map(String);
  if (section === 'rules') return id === `${module}/${name}`;
  if (section === 'tables') return id.startsWith(`${module}/${name}#`);
  return id.startsWith(`${module}/`);
};

/**
 * Every mutant of a module's file: those that still are rule files, and say anything else than it does.
 *
 * @param document the file of the module, of which the program has the rules
 * @param context what the file is read with
 */
export function* mutantsOf(
  program: Program,
  document: Document,
  module: string,
  context: RuleContext = {},
): Generator<Mutant> {
  const file = document.value;
  if (!isTextMap(file)) return;
  const all = [...program.rules, ...program.off];
  const originals = new Map(program.rules.map((rule) => [rule.id, rule]));
  for (const { operator, path, value, what } of editsOf(file, program.vocabulary)) {
    const edited = applyEdit(file, path, value);
    const read = readRuleDocument(
      { ...document, value: narrowed(edited as TextMap, path) },
      program.vocabulary,
      context,
    );
    if (!read.ok) continue;
    const kept = all.filter(({ id }) => !isPartOf(id, module, path));
    // A rule that is left out may be named by those that override it.
    const names = all.flatMap(({ id, table }) => (table === undefined ? [id] : [id, table.table]));
    const compiled = compileRules(program.vocabulary, [...kept, ...read.value], program.digest, names);
    if (!compiled.ok) continue;
    const theirs = new Map(compiled.value.rules.map((rule) => [rule.id, rule]));
    const changed = [...new Set([...originals.keys(), ...theirs.keys()])].flatMap((id) => {
      const [before, after] = [originals.get(id), theirs.get(id)];
      const isSame =
        before === after || (before !== undefined && after !== undefined && textOf(before) === textOf(after));
      return isSame ? [] : [{ before, after }];
    });
    if (changed.length === 0) continue;
    yield {
      operator,
      part: path
        .slice(0, 2)
        .join(' ')
        .replace(/^rules /, ''),
      what,
      span: path.length > 2 && value !== undefined ? document.spanOf(path) : document.keySpanOf(path),
      program: compiled.value,
      changed,
    };
  }
}
