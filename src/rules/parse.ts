import type { Vocabulary } from '../catalog/value.ts';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { checkDocument } from '../document/check.ts';
import { type Document, type Path, readDocument } from '../document/read.ts';
import { readAction, readGrants } from './action.ts';
import { fault, type Reading, readCondition, readWhole } from './condition.ts';
import { ALWAYS, type Condition, type Rule, type Via } from './rule.ts';
import { type RuleText, ruleFileSchema, type TableText } from './schema.ts';

/** Reads a rule file (a pack): YAML text to rules, every fault at its place. */

// `{type.cores}` stands for a fact; anything else in braces is a slip of the author.
function checkPlaceholders(reading: Reading, text: string, path: Path): void {
  for (const [, name = ''] of text.matchAll(/\{([^{}]*)\}/g)) {
    if (!reading.vocabulary.attributes.has(name)) {
      fault(
        reading,
        'unknown-attribute',
        `{${name}} is no attribute`,
        path,
        didYouMean(name, reading.vocabulary.attributes.keys()),
      );
    }
  }
}

function readRule(reading: Reading, module: string, name: string, text: RuleText): Rule | undefined {
  const path = ['rules', name];
  checkPlaceholders(reading, text.summary, [...path, 'summary']);
  for (const [index, step] of (text.steps ?? []).entries()) checkPlaceholders(reading, step, [...path, 'steps', index]);
  const when = text.when === undefined ? ALWAYS : readWhole(reading, text.when, [...path, 'when']);
  const action = readAction(reading, text, path);
  if (when === undefined || action === undefined) return undefined;
  return {
    id: `${module}/${name}`,
    summary: text.summary,
    source: text.source,
    owner: text.owner,
    when,
    action,
    effect: text.effect ?? 'enforce',
    waivable: text.waivable === true,
    onUnknown: text['on-unknown'] ?? 'refuse',
    span: reading.document.keySpanOf(path),
  };
}

/** A table is so many rules: row r of table t is the rule `module/t#r`, counted from 1. */
function readTable(reading: Reading, module: string, name: string, table: TableText): readonly Rule[] {
  const path: Path = ['tables', name];
  const shared = table.when === undefined ? ALWAYS : readWhole(reading, table.when, [...path, 'when']);
  const via: Via = table.via ?? 'launch';
  if (table.verb === 'refine' && table.via !== undefined)
    fault(reading, 'rule-verb', 'via belongs to "provide"', [...path, 'via'], undefined, 'key');
  checkPlaceholders(reading, table.summary, [...path, 'summary']);
  const rules: Rule[] = [];
  for (const [index, row] of table.rows.entries()) {
    const at = [...path, 'rows', index];
    if (row.match.length !== table.match.length || row.give.length !== table.give.length) {
      fault(reading, 'rule-table', `a row needs ${table.match.length} in match and ${table.give.length} in give`, at);
      continue;
    }
    const parts: (Condition | undefined)[] = row.match.map((cell, column) => {
      const condition = readCondition(
        { ...reading, document: shifted(reading.document, [...at, 'match', column]) },
        { [table.match[column]!]: cell },
        [],
      );
      return condition;
    });
    const grants: Record<string, string | number> = {};
    for (const [column, cell] of row.give.entries())
      if (cell !== null) grants[table.give[column]!.slice('can.'.length)] = cell;
    const read = readGrants(reading, grants, [...at, 'give']);
    if (shared === undefined || parts.includes(undefined)) continue;
    rules.push({
      id: `${module}/${name}#${index + 1}`,
      summary: table.summary,
      source: row.source ?? table.source,
      owner: table.owner,
      when: { kind: 'all', of: [...(shared === ALWAYS ? [] : [shared]), ...(parts as Condition[])] },
      action:
        table.verb === 'provide'
          ? { verb: 'provide', grants: read, via, steps: table.steps ?? [] }
          : { verb: 'refine', grants: read },
      effect: 'enforce',
      waivable: false,
      onUnknown: 'refuse',
      span: reading.document.spanOf(at),
    });
  }
  return rules;
}

/** The document as seen from a table cell: whatever is wrong in the cell is shown at the cell. */
function shifted(document: Document, cell: Path): Document {
  return { ...document, spanOf: () => document.spanOf(cell), keySpanOf: () => document.spanOf(cell) };
}

/** The rules of a rule file that is a document, or a part of one. */
export function readRuleDocument(document: Document, vocabulary: Vocabulary): Result<readonly Rule[]> {
  const checked = checkDocument(document, ruleFileSchema, 'a rule file');
  if (!checked.ok) return checked;
  const file = checked.value;
  const reading: Reading = {
    document,
    vocabulary,
    named: new Map(Object.entries(file.let ?? {})),
    read: new Map(),
    faults: [],
  };
  for (const name of reading.named.keys()) {
    // Read even where no rule uses it; one that another has led to is not read twice.
    if (!reading.read.has(name))
      reading.read.set(name, readCondition(reading, reading.named.get(name), ['let', name], [name]));
  }
  const rules: Rule[] = [];
  for (const [name, text] of Object.entries(file.rules ?? {})) {
    const rule = readRule(reading, file.module, name, text);
    if (rule !== undefined) rules.push(rule);
  }
  for (const [name, table] of Object.entries(file.tables ?? {}))
    rules.push(...readTable(reading, file.module, name, table));
  return reading.faults.length > 0 ? fail(...reading.faults) : ok(rules);
}

/** The rules of a file's text. */
export function readRules(source: string, text: string, vocabulary: Vocabulary): Result<readonly Rule[]> {
  const document = readDocument(source, text);
  return document.ok ? readRuleDocument(document.value, vocabulary) : document;
}
