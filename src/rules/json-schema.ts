import { z } from 'zod';
import type { Attribute, Vocabulary } from '../catalog/value.ts';
import { compareText } from '../quantity/order.ts';
import { whyNotSet } from './action.ts';
import { comparable, elementOf, LISTS, operatorsOf } from './condition.ts';
import { ruleFileSchema, VERBS } from './schema.ts';
import { vocabularySchema } from './vocabulary.ts';

/**
 * JSON Schemas (draft 2020-12) for editors: the shapes that the readers check by, with the words of a vocabulary, so
 * that attributes, tests and values complete and show their documentation. A file that is read without fault is valid
 * by its schema. Left to the reader is what depends on other parts of the file or on the meaning of texts: names of
 * conditions, parameters and other rules, kinds and bounds of parameters, units, decimals, versions and real dates,
 * placeholders in sentences, whether cells of a table fit its head, and whether dates, sets and overrides make sense.
 */

type Json = Readonly<Record<string, unknown>>;

const text: Json = { type: ['string', 'number'] };
const ref = (name: string): Json => ({ $ref: `#/$defs/${name.replaceAll(' ', '-')}` });
const object = (properties: Json, more: Json = {}): Json => ({
  type: 'object',
  additionalProperties: false,
  properties,
  ...more,
});
const byName = <T extends { readonly name: string }>(named: Iterable<T>): readonly T[] =>
  [...named].sort((a, b) => compareText(a.name, b.name));

/** A value as a file may have it. */
function literalOf(attribute: Attribute): Json {
  const { kind } = attribute;
  switch (kind.kind) {
    case 'bool':
      return { enum: [true, false, 'true', 'false'] };
    case 'number':
      return { anyOf: [{ type: 'number', minimum: 0 }, { type: 'string' }] };
    case 'enum': {
      if (kind.open) return kind.values.length === 0 ? text : { anyOf: [{ enum: kind.values }, text] };
      // What is written as a number is read as its text.
      const numbers = kind.values.map(Number).filter((value, index) => String(value) === kind.values[index]);
      return { enum: [...kind.values, ...numbers] };
    }
    case 'date':
      return { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };
    case 'set': {
      const member = literalOf(elementOf(attribute));
      return { anyOf: [{ type: 'array', items: member }, { type: 'string' }] };
    }
    default:
      return text;
  }
}

const unitOf = ({ kind }: Attribute): string =>
  kind.kind === 'number' && kind.unit !== undefined ? ` In ${kind.unit}.` : '';

/** Parts that many attributes have alike, each written once under `$defs`. */
function definitions() {
  const defs: Record<string, Json> = {};
  const known = new Map<string, string>();
  return {
    defs,
    /** @param name of the part, where it is not there yet */
    share(name: string, part: Json): Json {
      const key = JSON.stringify(part);
      const before = known.get(key);
      if (before !== undefined) return ref(before);
      known.set(key, name);
      defs[name.replaceAll(' ', '-')] = part;
      return ref(name);
    },
  };
}

/** What a condition may ask of an attribute. */
function testsOf(
  attribute: Attribute,
  attributes: readonly Attribute[],
  { share }: ReturnType<typeof definitions>,
): Json {
  const { name } = attribute;
  const others = attributes.filter((other) => comparable(attribute, other)).map((other) => other.name);
  const literal = share(`value of ${name}`, literalOf(elementOf(attribute)));
  const operand = share(`operand of ${name}`, {
    anyOf: [
      object({ attr: { enum: others } }, { required: ['attr'] }),
      object({ param: { type: 'string' } }, { required: ['param'] }),
    ],
  });
  const one = share(`operand or value of ${name}`, { anyOf: [literal, operand] });
  const list: Json = share(`list of ${name}`, { type: 'array', minItems: 1, items: literal });
  const several = share(`operand or list of ${name}`, { anyOf: [list, operand] });
  const of = (operator: ReturnType<typeof operatorsOf>[number]): Json =>
    operator === 'known' ? { type: 'boolean' } : LISTS.includes(operator) ? several : one;
  const map = object(Object.fromEntries(operatorsOf(attribute).map((operator) => [operator, of(operator)])), {
    minProperties: 1,
  });
  const tests = attribute.kind.kind === 'set' ? map : { anyOf: [one, list, map] };
  return { description: `${attribute.doc}${unitOf(attribute)}`, ...share(`tests of ${name}`, tests) };
}

function conditionOf(
  vocabulary: Vocabulary,
  attributes: readonly Attribute[],
  shared: ReturnType<typeof definitions>,
): Json {
  const parts: Json = { type: 'array', minItems: 1, items: ref('condition') };
  const capabilityTest: Json = {
    anyOf: [
      { type: 'boolean' },
      object(
        { 'at-least': { anyOf: [text, object({ param: { type: 'string' } }, { required: ['param'] })] } },
        { required: ['at-least'] },
      ),
    ],
  };
  return object({
    all: { ...parts, description: 'All of these hold.' },
    any: { ...parts, description: 'At least one of these holds.' },
    not: { ...ref('condition'), description: 'This does not hold. Several tests side by side are meant together.' },
    is: { type: 'string', description: 'A condition under "let", or one of a file that this one uses: module.name.' },
    ...Object.fromEntries(attributes.map((attribute) => [attribute.name, testsOf(attribute, attributes, shared)])),
    ...Object.fromEntries(
      byName(vocabulary.capabilities.values()).map(({ name, doc }) => [
        `can.${name}`,
        { ...capabilityTest, description: doc },
      ]),
    ),
  });
}

const has = (key: string): Json => ({ required: [key] });
const implies = (given: Json, then: Json): Json => ({ anyOf: [{ not: given }, then] });

/** What the shape of a rule does not say by itself. */
function rulesOfRules(): Json {
  const refuses = { anyOf: [has('forbid'), has('require')] };
  return {
    oneOf: VERBS.map(has),
    dependentRequired: { via: ['provide'], steps: ['provide'] },
    dependentSchemas: { 'on-unknown': refuses },
    allOf: [
      implies({ properties: { effect: { const: 'warn' } }, required: ['effect'] }, refuses),
      implies(
        { properties: { waivable: { const: true } }, required: ['waivable'] },
        { not: { anyOf: [has('overrides'), has('set')] } },
      ),
    ],
  };
}

/** The schema of rule files, with the words of a vocabulary. */
export function rulesSchema(vocabulary: Vocabulary): Json {
  const schema = z.toJSONSchema(ruleFileSchema, { io: 'input' }) as unknown as {
    properties: Record<string, unknown> & {
      rules: { additionalProperties: { properties: Record<string, Record<string, unknown>> } };
      tables: { additionalProperties: { properties: Record<string, Record<string, unknown>> } };
      let: Record<string, unknown>;
    };
  };
  const attributes = byName(vocabulary.attributes.values());
  const capabilities = byName(vocabulary.capabilities.values());
  const { rules, tables, let: named } = schema.properties;
  const rule = rules.additionalProperties;
  const table = tables.additionalProperties;
  const param = object({ param: { type: 'string' } }, { required: ['param'] });
  const capability: Json = { enum: capabilities.map(({ name }) => name) };
  const version: Json = { ...text, description: 'A version, or any: there, version not known.' };
  const counted = attributes.filter(
    ({ scope, kind }) => scope === 'type' && kind.kind === 'number' && kind.decimals === 0,
  );
  const condition = ref('condition');
  const shared = definitions();
  const conditions = conditionOf(vocabulary, attributes, shared);
  Object.assign(rule, rulesOfRules());
  Object.assign(rule.properties, {
    when: { ...condition, description: 'When the rule applies; always, where this is left out.' },
    require: { ...condition, description: 'What must hold where the rule applies, or it refuses.' },
    provide: { ...ref('grants'), description: 'What can be hosted, in which version.' },
    refine: { ...ref('grants'), description: 'Versions of what can be hosted already.' },
    withhold: {
      type: 'array',
      minItems: 1,
      items: capability,
      description: 'What cannot be hosted, whatever provides it.',
    },
    set: object(
      Object.fromEntries(
        attributes
          .filter((attribute) => whyNotSet(attribute) === undefined)
          .map((attribute) => [
            attribute.name,
            { description: `${attribute.doc}${unitOf(attribute)}`, anyOf: [literalOf(attribute), param] },
          ]),
      ),
      { minProperties: 1, description: 'Facts of types, regions or images, where nothing is known of them.' },
    ),
  });
  const { price, prefer, reserve } = rule.properties;
  Object.assign(price!, { oneOf: ['times', 'plus', 'at-most'].map(has), not: { required: ['times', 'per'] } });
  Object.assign(price!.properties as object, { per: { enum: counted.map(({ name }) => name) } });
  Object.assign(prefer!, { oneOf: ['penalty', 'bonus'].map(has) });
  const share: Json = {
    anyOf: [
      { type: 'number', minimum: 0 },
      { type: 'string' },
      object({
        percent: { type: 'integer', minimum: 0, maximum: 100 },
        'at-least': { anyOf: [{ type: 'number', minimum: 0 }, { type: 'string' }] },
      }),
    ],
  };
  Object.assign(reserve!, { minProperties: 1 });
  Object.assign((reserve!.additionalProperties as { properties: object }).properties, {
    mem: share,
    cores: share,
    per: capability,
  });
  Object.assign(table.properties, {
    when: condition,
    match: {
      type: 'array',
      minItems: 1,
      items: { enum: Object.keys(conditions.properties as object) },
    },
    give: { type: 'array', minItems: 1, items: { enum: capabilities.map(({ name }) => `can.${name}`) } },
  });
  Object.assign(table, implies({ properties: { verb: { const: 'refine' } } }, { not: has('via') }));
  Object.assign(named, { additionalProperties: condition });
  return {
    ...schema,
    title: 'stowage rules',
    $defs: {
      condition: conditions,
      grants: object(
        Object.fromEntries(capabilities.map(({ name, doc }) => [name, { ...version, description: doc }])),
        { minProperties: 1 },
      ),
      ...shared.defs,
    },
  };
}

/** The schema of vocabularies. */
export function vocabularyJsonSchema(): Json {
  return { ...z.toJSONSchema(vocabularySchema, { io: 'input' }), title: 'stowage vocabulary' };
}

/** The kinds of files that rule authors write, each with its schema. */
export const AUTHORS_SCHEMAS: Readonly<Record<string, (vocabulary: Vocabulary) => Json>> = {
  rules: rulesSchema,
  vocabulary: vocabularyJsonSchema,
};
