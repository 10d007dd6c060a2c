import type { Span } from '../diagnostic/diagnostic.ts';
import { canonicalJson } from '../document/canonical.ts';
import type { Document } from '../document/read.ts';
import { readRuleDocument } from '../rules/parse.ts';
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
    const { span: _span, summary: _summary, source: _source, owner: _owner, when, action, ...rest } = rule;
    const own = action.verb === 'require' ? { verb: action.verb, condition: saidBy(action.condition) } : action;
    text = canonicalJson({ ...rest, when: saidBy(when), action: own });
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
 */
export function* mutantsOf(program: Program, document: Document, module: string): Generator<Mutant> {
  const file = document.value;
  if (!isTextMap(file)) return;
  for (const { operator, path, value, what } of editsOf(file, program.vocabulary)) {
    const edited = applyEdit(file, path, value);
    const read = readRuleDocument({ ...document, value: narrowed(edited as TextMap, path) }, program.vocabulary);
    if (!read.ok) continue;
    const before = new Map(program.rules.filter(({ id }) => isPartOf(id, module, path)).map((rule) => [rule.id, rule]));
    const after = new Map(read.value.map((rule) => [rule.id, rule]));
    const changed: { before: Rule | undefined; after: Rule | undefined }[] = [];
    const rules = program.rules.filter(({ id }) => !before.has(id));
    for (const id of new Set([...before.keys(), ...after.keys()])) {
      const [old, now] = [before.get(id), after.get(id)];
      const isSame = old !== undefined && now !== undefined && textOf(old) === textOf(now);
      if (!isSame) changed.push({ before: old, after: now });
      const kept = isSame ? old : now;
      if (kept !== undefined) rules.push(kept);
    }
    if (changed.length === 0) continue;
    const compiled = compileRules(program.vocabulary, rules, program.digest);
    if (!compiled.ok) continue;
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
