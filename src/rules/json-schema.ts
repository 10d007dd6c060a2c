import { z } from 'zod';
import type { Vocabulary } from '../catalog/value.ts';
import {
  byName,
  conditionOf,
  definitions,
  type Json,
  literalOf,
  object,
  ref,
  text,
  unitOf,
} from './condition-schema.ts';
import { ruleFileSchema, VERBS } from './schema.ts';
import { whyNotSet } from './set-facts.ts';
import { vocabularySchema } from './vocabulary.ts';

/**
 * JSON Schemas (draft 2020-12) for editors: the shapes that the readers check by, with the words of a vocabulary, so
 * that attributes, tests and values complete and show their documentation. A file that is read without fault is valid
 * by its schema. Left to the reader is what depends on other parts of the file or on the meaning of texts: names of
 * conditions, parameters and other rules, kinds and bounds of parameters, units, decimals, versions and real dates,
 * placeholders in sentences, whether cells of a table fit its head, and whether dates, sets and overrides make sense.
 */

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
