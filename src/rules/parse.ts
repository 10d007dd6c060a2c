import { z } from 'zod';
import { decodeValue } from '../catalog/decode.ts';
import type { Attribute, Vocabulary } from '../catalog/value.ts';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { checkDocument } from '../document/check.ts';
import { type Document, documentOfValue, type Path, readDocument } from '../document/read.ts';
import { parseDecimal } from '../quantity/decimal.ts';
import { parseMoney } from '../quantity/money.ts';
import { isVersion } from '../quantity/version.ts';
import { fault, isMap, type Reading, readCondition } from './condition.ts';
import { type Action, ALWAYS, type Condition, type Grant, type ReserveShare, type Rule, type Via } from './rule.ts';

/** Reads a rule file (a pack): YAML text to rules, every fault at its place. */

const VERBS = ['provide', 'refine', 'withhold', 'forbid', 'require', 'price', 'reserve'] as const;

const metadata = {
  source: z.string().optional().meta({ description: 'Where the fact comes from: a URL or a document.' }),
  owner: z.string().optional().meta({ description: 'Who may waive the rule.' }),
};

const idSchema = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'a rule id is lower-case letters, digits and dashes');

const ruleSchema = z
  .strictObject({
    summary: z.string().min(1),
    ...metadata,
    when: z.unknown().optional(),
    provide: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    via: z.enum(['launch', 'launch-option', 'after-launch', 'image']).optional(),
    steps: z.array(z.string()).optional(),
    refine: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    withhold: z.array(z.string()).min(1).optional(),
    forbid: z.literal(true).optional(),
    require: z.unknown().optional(),
    price: z
      .strictObject({
        times: z.union([z.string(), z.number()]).optional(),
        plus: z.union([z.string(), z.number()]).optional(),
        'at-most': z.union([z.string(), z.number()]).optional(),
        per: z.string().optional(),
        component: idSchema.optional(),
      })
      .optional(),
    reserve: z
      .record(
        idSchema,
        z.strictObject({ mem: z.unknown().optional(), cores: z.unknown().optional(), per: z.string().optional() }),
      )
      .optional(),
    effect: z.enum(['enforce', 'warn']).optional(),
    waivable: z.union([z.literal(true), z.literal('never')]).optional(),
    'on-unknown': z.enum(['refuse', 'warn', 'allow']).optional(),
  })
  .meta({ description: 'One statement: when its condition holds, exactly one verb applies.' });

const tableSchema = z.strictObject({
  summary: z.string().min(1),
  ...metadata,
  when: z.unknown().optional(),
  match: z.array(z.string()).min(1),
  give: z.array(z.string().startsWith('can.')).min(1),
  verb: z.enum(['provide', 'refine']),
  via: z.enum(['launch', 'launch-option', 'after-launch', 'image']).optional(),
  steps: z.array(z.string()).optional(),
  rows: z.array(
    z.strictObject({
      match: z.array(z.unknown()),
      give: z.array(z.union([z.string(), z.number(), z.null()])),
      source: z.string().optional(),
    }),
  ),
});

export const ruleFileSchema = z.strictObject({
  format: z.literal(1),
  module: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'a module is lower-case letters, digits, dots and dashes'),
  let: z.record(z.string(), z.unknown()).optional(),
  tables: z.record(idSchema, tableSchema).optional(),
  rules: z.record(idSchema, ruleSchema).optional(),
});

type RuleText = z.infer<typeof ruleSchema>;

function readGrants(reading: Reading, grants: Readonly<Record<string, string | number>>, path: Path): readonly Grant[] {
  return Object.entries(grants).map(([name, raw]) => {
    const version = String(raw);
    if (!reading.vocabulary.capabilities.has(name)) {
      fault(
        reading,
        'unknown-capability',
        `"${name}" is no declared capability`,
        [...path, name],
        didYouMean(name, reading.vocabulary.capabilities.keys()),
        'key',
      );
    } else if (version !== 'any' && !isVersion(version)) {
      fault(reading, 'rule-value', `"${version}" is neither a version nor "any"`, [...path, name]);
    }
    return { capability: name, version: version === 'any' ? undefined : version };
  });
}

function readPrice(reading: Reading, price: NonNullable<RuleText['price']>, path: Path): Action | undefined {
  const given = (['times', 'plus', 'at-most'] as const).filter((operation) => price[operation] !== undefined);
  const operation = given[0];
  if (operation === undefined || given.length > 1)
    return fault(reading, 'rule-verb', 'a price needs exactly one of times, plus, at-most', path);
  const text = String(price[operation]);
  const amount = operation === 'times' ? parseDecimal(text, 6) : parseMoney(text);
  if (amount === undefined || amount < 0) {
    const form = operation === 'times' ? 'a factor with at most six decimals' : 'an amount of USD per hour';
    return fault(reading, 'rule-value', `"${text}" is not ${form}`, [...path, operation]);
  }
  let per: Attribute | undefined;
  if (price.per !== undefined) {
    per = reading.vocabulary.attributes.get(price.per);
    if (per === undefined || per.scope !== 'type' || per.kind.kind !== 'number' || per.kind.decimals !== 0) {
      return fault(
        reading,
        'rule-operand',
        `"per" needs a whole-number attribute of the type, and ${price.per} is none`,
        [...path, 'per'],
      );
    }
    if (operation === 'times')
      return fault(reading, 'rule-operand', 'a factor cannot be "per" anything', [...path, 'per']);
  }
  return { verb: 'price', change: { operation, amount, per, component: price.component ?? 'machine' } };
}

function readReserve(reading: Reading, shares: NonNullable<RuleText['reserve']>, path: Path): Action {
  const result: ReserveShare[] = [];
  for (const [name, share] of Object.entries(shares)) {
    const at = [...path, name];
    const { per } = share;
    if (per !== undefined && !reading.vocabulary.capabilities.has(per)) {
      fault(
        reading,
        'unknown-capability',
        `"${per}" is no declared capability`,
        [...at, 'per'],
        didYouMean(per, reading.vocabulary.capabilities.keys()),
      );
    }
    for (const dimension of ['mem', 'cores'] as const) {
      const raw = share[dimension];
      if (raw === undefined) continue;
      const attribute = reading.vocabulary.attributes.get(`type.${dimension}`)!;
      const amounts = isMap(raw) ? raw : { 'at-least': raw };
      const unknown = Object.keys(amounts).find((key) => key !== 'percent' && key !== 'at-least');
      if (unknown !== undefined)
        fault(
          reading,
          'unknown-key',
          `a reserve has no key "${unknown}"`,
          [...at, dimension, unknown],
          'its keys are percent and at-least',
          'key',
        );
      const atLeast = decodeValue(attribute, amounts['at-least'] ?? 0);
      if ('problem' in atLeast) fault(reading, 'rule-value', `the reserve ${atLeast.problem}`, [...at, dimension]);
      const percent = amounts.percent ?? 0;
      if (typeof percent !== 'number' || !Number.isInteger(percent) || percent < 0 || percent > 100) {
        fault(reading, 'rule-value', 'percent must be a whole number from 0 to 100', [...at, dimension, 'percent']);
      }
      result.push({
        name,
        dimension,
        percent: Number(percent),
        atLeast: 'value' in atLeast ? Number(atLeast.value) : 0,
        per,
      });
    }
  }
  if (result.length === 0) fault(reading, 'rule-value', 'a reserve needs mem or cores', path);
  return { verb: 'reserve', shares: result };
}

function readAction(reading: Reading, text: RuleText, path: Path): Action | undefined {
  const verbs = VERBS.filter((verb) => text[verb] !== undefined);
  const verb = verbs[0];
  if (verb === undefined || verbs.length > 1) {
    return fault(
      reading,
      'rule-verb',
      verbs.length > 1
        ? `a rule has one verb; this one has ${verbs.join(' and ')}`
        : `a rule needs a verb: ${VERBS.join(', ')}`,
      path,
      undefined,
      'key',
    );
  }
  if (verb !== 'provide' && (text.via !== undefined || text.steps !== undefined)) {
    return fault(
      reading,
      'rule-verb',
      'via and steps belong to "provide"',
      [...path, text.via !== undefined ? 'via' : 'steps'],
      undefined,
      'key',
    );
  }
  if (verb !== 'forbid' && verb !== 'require') {
    for (const key of ['effect', 'on-unknown'] as const) {
      if (text[key] !== undefined)
        return fault(
          reading,
          'rule-verb',
          `${key} belongs to "forbid" and "require"`,
          [...path, key],
          undefined,
          'key',
        );
    }
  }
  const at = [...path, verb];
  switch (verb) {
    case 'provide':
      return {
        verb,
        grants: readGrants(reading, text.provide!, at),
        via: text.via ?? 'launch',
        steps: text.steps ?? [],
      };
    case 'refine':
      return { verb, grants: readGrants(reading, text.refine!, at) };
    case 'withhold':
      for (const [index, name] of text.withhold!.entries()) {
        if (!reading.vocabulary.capabilities.has(name)) {
          fault(
            reading,
            'unknown-capability',
            `"${name}" is no declared capability`,
            [...at, index],
            didYouMean(name, reading.vocabulary.capabilities.keys()),
          );
        }
      }
      return { verb, capabilities: text.withhold! };
    case 'forbid':
      return { verb };
    case 'require': {
      const condition = readCondition(reading, text.require, at);
      return condition === undefined ? undefined : { verb, condition };
    }
    case 'price':
      return readPrice(reading, text.price!, at);
    case 'reserve':
      return readReserve(reading, text.reserve!, at);
  }
}

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
  const when = text.when === undefined ? ALWAYS : readCondition(reading, text.when, [...path, 'when']);
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
function readTable(
  reading: Reading,
  module: string,
  name: string,
  table: z.infer<typeof tableSchema>,
): readonly Rule[] {
  const path: Path = ['tables', name];
  const shared = table.when === undefined ? ALWAYS : readCondition(reading, table.when, [...path, 'when']);
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

function readRuleDocument(document: Document, vocabulary: Vocabulary): Result<readonly Rule[]> {
  const checked = checkDocument(document, ruleFileSchema, 'a rule file');
  if (!checked.ok) return checked;
  const file = checked.value;
  const reading: Reading = { document, vocabulary, named: new Map(Object.entries(file.let ?? {})), faults: [] };
  for (const name of reading.named.keys()) readCondition(reading, reading.named.get(name), ['let', name], [name]);
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

/** The rules of a rule file that came as a value, such as one written into a problem. */
export function readInlineRules(source: string, value: unknown, vocabulary: Vocabulary): Result<readonly Rule[]> {
  return readRuleDocument(documentOfValue(source, value), vocabulary);
}
