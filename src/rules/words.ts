import { formatValue } from '../catalog/decode.ts';
import type { CapabilityTest, Leaf, Operand, Operator } from './rule.ts';

/** Conditions in words, for people who did not write the rule. */

const OPERATORS: Readonly<Record<Exclude<Operator, 'known'>, readonly [is: string, isNot: string]>> = {
  eq: ['is', 'is not'],
  ne: ['is not', 'is'],
  in: ['is one of', 'is none of'],
  'not-in': ['is none of', 'is one of'],
  'at-least': ['is at least', 'is below'],
  'at-most': ['is at most', 'is above'],
  above: ['is above', 'is at most'],
  below: ['is below', 'is at least'],
  has: ['has', 'has not'],
  'has-any': ['has any of', 'has none of'],
  'has-all': ['has all of', 'lacks some of'],
};

function operandInWords({ attribute }: Leaf, operand: Operand): string {
  if (operand.kind === 'attribute') return operand.attribute.name;
  return operand.values.map((value) => formatValue(attribute, value)).join(', ');
}

/**
 * What a leaf asks, or with `wanted` false what would make it fail.
 *
 * @example leafInWords(leaf, true) // 'type.nested-virt is opt-in'
 */
export function leafInWords(leaf: Leaf, wanted: boolean): string {
  const { name } = leaf.attribute;
  // That it is known goes without saying where something else is asked of it.
  const telling = leaf.tests.filter(({ operator }) => operator !== 'known');
  const parts = (telling.length === 0 ? leaf.tests : telling).map(({ operator, operand }) => {
    if (operator === 'known') {
      const known = operand.kind === 'values' && operand.values[0] === true;
      return `${name} is ${known === wanted ? 'known' : 'unknown'}`;
    }
    return `${name} ${OPERATORS[operator][wanted ? 0 : 1]} ${operandInWords(leaf, operand)}`;
  });
  return parts.join(wanted ? ' and ' : ' or ');
}

/** `can.kvm >= 1.1`, or `no can.kvm`. */
export function capabilityInWords({ capability, present, atLeast }: CapabilityTest, wanted: boolean): string {
  const least = atLeast === undefined ? '' : ` >= ${atLeast}`;
  return `${present === wanted ? '' : 'no '}can.${capability}${least}`;
}
