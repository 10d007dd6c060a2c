import type { Vocabulary } from '../catalog/value.ts';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { checkDocument } from '../document/check.ts';
import { type Document, type Path, readDocument } from '../document/read.ts';
import { readAction, readGrants } from './action.ts';
import { fault, type Reading, readCondition, readWhole } from './condition.ts';
import type { ParamSetting } from './param-setting.ts';
import { type Param, readParams } from './params.ts';
import { ALWAYS, type Condition, type Override, type Rule, type Via } from './rule.ts';
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

/** What is overridden; an id without a module means the rule's own. */
function readOverrides(
  reading: Reading,
  module: string,
  names: readonly string[] | undefined,
  path: Path,
): readonly Override[] {
  return (names ?? []).map((name, index) => ({
    rule: name.includes('/') ? name : `${module}/${name}`,
    span: reading.document.spanOf([...path, 'overrides', index]),
  }));
}

/** What a rule and a table say alike of when they apply. */
function readLimits(
  reading: Reading,
  module: string,
  text: Pick<RuleText, 'since' | 'until' | 'overrides'>,
  path: Path,
): Pick<Rule, 'since' | 'until' | 'overrides'> {
  const { since, until } = text;
  if (since !== undefined && until !== undefined && since >= until)
    fault(reading, 'rule-dates', `it never applies: until ${until} is not after since ${since}`, [...path, 'until']);
  return { since, until, overrides: readOverrides(reading, module, text.overrides, path) };
}

function readRule(reading: Reading, module: string, name: string, text: RuleText): Rule | undefined {
  const path = ['rules', name];
  checkPlaceholders(reading, text.summary, [...path, 'summary']);
  for (const [index, step] of (text.steps ?? []).entries()) checkPlaceholders(reading, step, [...path, 'steps', index]);
  const when = text.when === undefined ? ALWAYS : readWhole(reading, text.when, [...path, 'when']);
  const action = readAction(reading, text, path);
  const limits = readLimits(reading, module, text, path);
  // What is overridden would come back for whoever waives what overrides it.
  if (text.overrides !== undefined && text.waivable === true) {
    const message = 'a rule that overrides others cannot be waived, since they would apply again';
    fault(
      reading,
      'rule-overrides',
      message,
      [...path, 'waivable'],
      'say "waivable: true" of what it overrides',
      'key',
    );
  }
  if (when === undefined || action === undefined) return undefined;
  return {
    id: `${module}/${name}`,
    summary: text.summary,
    source: text.source,
    owner: text.owner,
    when,
    applies: when,
    action,
    ...limits,
    table: undefined,
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
  const limits = readLimits(reading, module, table, path);
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
    const when: Condition = { kind: 'all', of: [...(shared === ALWAYS ? [] : [shared]), ...(parts as Condition[])] };
    rules.push({
      id: `${module}/${name}#${index + 1}`,
      summary: table.summary,
      source: row.source ?? table.source,
      owner: table.owner,
      when,
      applies: when,
      ...limits,
      table: { table: `${module}/${name}`, row: index + 1, hit: table.hit ?? 'unique' },
      action:
        table.verb === 'provide'
          ? { verb: 'provide', grants: read, via, steps: table.steps ?? [] }
          : { verb: 'refine', grants: read },
      effect: table.effect ?? 'enforce',
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

/** A rule file that was read: its rules, and what files that use it may speak of. */
export interface RuleModule {
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly named: ReadonlyMap<string, Condition>;
  readonly params: ReadonlyMap<string, Param>;
}

/** What a rule file is read with. */
export interface RuleContext {
  /** The modules that it uses. */
  readonly uses?: readonly RuleModule[];
  /** Values given for parameters, by `module.name`. */
  readonly settings?: ReadonlyMap<string, ParamSetting>;
}

const NO_SETTINGS: ReadonlyMap<string, ParamSetting> = new Map();

/** The rule file that is a document, or a part of one. */
export function readRuleModule(
  document: Document,
  vocabulary: Vocabulary,
  { uses = [], settings = NO_SETTINGS }: RuleContext = {},
): Result<RuleModule> {
  const checked = checkDocument(document, ruleFileSchema, 'a rule file');
  if (!checked.ok) return checked;
  const file = checked.value;
  const own = readParams(document, file.module, file.params ?? {}, settings);
  const qualified = <T>(of: (used: RuleModule) => ReadonlyMap<string, T>): readonly (readonly [string, T])[] =>
    uses.flatMap((used) => [...of(used)].map(([name, value]) => [`${used.name}.${name}`, value] as const));
  const reading: Reading = {
    document,
    vocabulary,
    named: new Map(Object.entries(file.let ?? {})),
    params: new Map([...qualified((used) => used.params), ...own.params]),
    imported: new Map(qualified((used) => used.named)),
    read: new Map(),
    faults: [...own.faults],
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
  if (reading.faults.length > 0) return fail(...reading.faults);
  return ok({ name: file.module, rules, named: reading.read as Map<string, Condition>, params: own.params });
}

/** The rules of a rule file that is a document, or a part of one, and uses no other. */
export function readRuleDocument(
  document: Document,
  vocabulary: Vocabulary,
  context?: RuleContext,
): Result<readonly Rule[]> {
  const read = readRuleModule(document, vocabulary, context);
  return read.ok ? ok(read.value.rules) : read;
}

/** The rules of a file's text. */
export function readRules(source: string, text: string, vocabulary: Vocabulary): Result<readonly Rule[]> {
  const document = readDocument(source, text);
  return document.ok ? readRuleDocument(document.value, vocabulary) : document;
}
