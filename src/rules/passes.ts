import type { AttributeKind, Value } from '../catalog/value.ts';
import { matchesGlob } from '../quantity/glob.ts';
import { compareText } from '../quantity/order.ts';
import { compareVersions } from '../quantity/version.ts';
import type { Operator } from './rule.ts';
import { FALSE, type Tri, triOf, UNKNOWN_TRUTH } from './tri.ts';

/** The order of two values of one kind. */
export function compareValues(kind: AttributeKind, a: Value, b: Value): number {
  if (kind.kind === 'version') return compareVersions(String(a), String(b));
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareText(String(a), String(b));
}

function equals(kind: AttributeKind, value: Value, wanted: Value): boolean {
  if (kind.kind === 'name' && typeof wanted === 'string' && wanted.includes('*'))
    return matchesGlob(wanted, String(value));
  return compareValues(kind, value, wanted) === 0;
}

/**
 * Whether a value passes a test: unknown when the value is, or when an operand is unknown and decides.
 *
 * @param operands the operand's values; undefined among them is an unknown attribute.
 */
export function passes(
  kind: AttributeKind,
  operator: Operator,
  value: Value | undefined,
  operands: readonly (Value | undefined)[],
): Tri {
  if (operator === 'known') return triOf((value !== undefined) === operands[0]);
  if (value === undefined) return UNKNOWN_TRUTH;
  const first = operands[0];
  const among = (): Tri => {
    if (operands.some((operand) => operand !== undefined && equals(kind, value, operand))) return 2;
    return operands.includes(undefined) ? UNKNOWN_TRUTH : FALSE;
  };
  const members = typeof value === 'object' ? value : [];
  switch (operator) {
    case 'eq':
    case 'in':
      return among();
    case 'ne':
    case 'not-in':
      return (2 - among()) as Tri;
    case 'has':
    case 'has-any':
      if (operands.some((operand) => operand !== undefined && members.includes(String(operand)))) return 2;
      return operands.includes(undefined) ? UNKNOWN_TRUTH : FALSE;
    case 'has-all':
      if (operands.some((operand) => operand !== undefined && !members.includes(String(operand)))) return FALSE;
      return operands.includes(undefined) ? UNKNOWN_TRUTH : 2;
  }
  if (first === undefined) return UNKNOWN_TRUTH;
  const order = compareValues(kind, value, first);
  switch (operator) {
    case 'at-least':
      return triOf(order >= 0);
    case 'at-most':
      return triOf(order <= 0);
    case 'above':
      return triOf(order > 0);
    case 'below':
      return triOf(order < 0);
  }
}
