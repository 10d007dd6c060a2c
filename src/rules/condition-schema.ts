import type { Attribute, Vocabulary } from '../catalog/value.ts';
import { compareText } from '../quantity/order.ts';
import { comparable, elementOf, LISTS, operatorsOf } from './condition.ts';

/** Conditions as JSON Schema, with the attributes and capabilities of a vocabulary. */

export type Json = Readonly<Record<string, unknown>>;

export const text: Json = { type: ['string', 'number'] };
export const ref = (name: string): Json => ({ $ref: `#/$defs/${name.replaceAll(' ', '-')}` });
export const object = (properties: Json, more: Json = {}): Json => ({
  type: 'object',
  additionalProperties: false,
  properties,
  ...more,
});
export const byName = <T extends { readonly name: string }>(named: Iterable<T>): readonly T[] =>
  [...named].sort((a, b) => compareText(a.name, b.name));

/** A value as a file may have it. */
export function literalOf(attribute: Attribute): Json {
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

export const unitOf = ({ kind }: Attribute): string =>
  kind.kind === 'number' && kind.unit !== undefined ? ` In ${kind.unit}.` : '';

/** Parts that many attributes have alike, each written once under `$defs`. */
export function definitions() {
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

export function conditionOf(
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
