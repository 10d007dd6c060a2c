import { decodeValue } from '../catalog/decode.ts';
import type { Attribute, Value, Vocabulary } from '../catalog/value.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { type Document, type Path, placeIn } from '../document/read.ts';
import { SIZE_UNITS } from '../quantity/size.ts';
import { isVersion } from '../quantity/version.ts';
import { countLeaves, MOST_LEAVES } from './leaf-count.ts';
import { type Param, writtenParam } from './params.ts';
import { ALWAYS, type Condition, type Operand, type Operator, type Test } from './rule.ts';

/** What reading conditions needs, and where it leaves what is wrong. */
export interface Reading {
  readonly document: Document;
  readonly vocabulary: Vocabulary;
  /** The file's named conditions, unread. */
  readonly named: ReadonlyMap<string, unknown>;
  /** The file's parameters by name, and those of imported modules by `module.name`. */
  readonly params: ReadonlyMap<string, Param>;
  /** Named conditions of imported modules by `module.name`. */
  readonly imported: ReadonlyMap<string, Condition>;
  /** Those of them that have been read; undefined after a fault. */
  readonly read: Map<string, Condition | undefined>;
  readonly faults: Diagnostic[];
}

export function fault(
  reading: Reading,
  code: string,
  message: string,
  path: Path,
  hint?: string,
  part: 'key' | 'value' = 'value',
): undefined {
  reading.faults.push({
    code,
    message,
    ...placeIn(reading.document, path, part),
    ...(hint === undefined ? {} : { hint }),
  });
  return undefined;
}

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a capability is declared; a fault with near names when it is not. `prefix` is how the names are written here. */
export function isDeclared(reading: Reading, name: string, path: Path, part: 'key' | 'value', prefix = ''): boolean {
  const { capabilities } = reading.vocabulary;
  if (capabilities.has(name)) return true;
  const hint = didYouMean(
    prefix + name,
    [...capabilities.keys()].map((known) => prefix + known),
  );
  fault(reading, 'unknown-capability', `"${name}" is no declared capability`, path, hint, part);
  return false;
}

const ORDERED: readonly Operator[] = ['at-least', 'at-most', 'above', 'below'];
const EQUALITY: readonly Operator[] = ['eq', 'ne', 'in', 'not-in'];
const MEMBERSHIP: readonly Operator[] = ['has', 'has-any', 'has-all'];
/** Tests that need a list. */
export const LISTS: readonly Operator[] = ['in', 'not-in', 'has-any', 'has-all'];

/** The tests that an attribute has. */
export function operatorsOf(attribute: Attribute): readonly Operator[] {
  const { kind } = attribute.kind;
  if (kind === 'set') return [...MEMBERSHIP, 'known'];
  if (kind === 'number' || kind === 'version' || kind === 'date') return [...EQUALITY, ...ORDERED, 'known'];
  return [...EQUALITY, 'known'];
}

/** The attribute that members of a set, or the values of any other attribute, are read by. */
export function elementOf(attribute: Attribute): Attribute {
  const { kind } = attribute;
  return kind.kind === 'set'
    ? { ...attribute, kind: { kind: 'enum', values: kind.values, open: kind.open } }
    : attribute;
}

/** Whether values of two attributes can be compared. */
export function comparable(
  a: Attribute,
  b: Attribute,
  unitsAlike?: (a: string | undefined, b: string | undefined) => boolean,
): boolean {
  const [left, right] = [elementOf(a).kind, elementOf(b).kind];
  const texts = ['enum', 'name'];
  if (texts.includes(left.kind) && texts.includes(right.kind)) return true;
  if (left.kind === 'number' && right.kind === 'number') {
    if (unitsAlike !== undefined) return unitsAlike(left.unit, right.unit);
    return left.unit === right.unit && left.decimals === right.decimals;
  }
  return left.kind === right.kind;
}

/** The parameter that `{param: name}` means; undefined after a fault. */
export function readParam(reading: Reading, raw: unknown, path: Path): Param | undefined {
  const name = isMap(raw) ? raw.param : undefined;
  if (typeof name !== 'string' || Object.keys(raw as object).length !== 1)
    return fault(reading, 'rule-operand', 'a parameter is named as {param: name}', path);
  const param = reading.params.get(name);
  if (param !== undefined) return param;
  const hint = didYouMean(name, reading.params.keys());
  return fault(reading, 'unknown-param', `no parameter is called "${name}"`, [...path, 'param'], hint);
}

function readParamOperand(
  reading: Reading,
  attribute: Attribute,
  operator: Operator,
  raw: unknown,
  path: Path,
): Operand | undefined {
  const param = readParam(reading, raw, path);
  if (param === undefined) return undefined;
  const isList = param.attribute.kind.kind === 'set';
  if (LISTS.includes(operator) !== isList) {
    const needs = isList ? 'needs one value, and is given a set' : 'needs a list, so a parameter of type set';
    return fault(reading, 'rule-operand', `"${operator}" ${needs}`, path);
  }
  if (!isList && !comparable(attribute, param.attribute, sizesAlike)) {
    const message = `${attribute.name} cannot be compared with the parameter ${param.id}: they are of different kinds`;
    return fault(reading, 'rule-operand', message, path);
  }
  const values: Value[] = [];
  for (const one of isList ? (param.value as readonly string[]) : [writtenParam(param)]) {
    const decoded = decodeValue(elementOf(attribute), one);
    if ('problem' in decoded) {
      const message = `${attribute.name} ${decoded.problem} (the parameter ${param.id})`;
      if (param.set === undefined) return fault(reading, 'rule-value', message, path, decoded.hint);
      const { hint } = decoded;
      reading.faults.push({ code: 'rule-value', message, ...param.set, ...(hint === undefined ? {} : { hint }) });
      return undefined;
    }
    values.push(decoded.value);
  }
  return { kind: 'values', values };
}

/** A parameter with a unit of sizes can be compared with any size; its decimals are its own. */
const sizesAlike = (a: string | undefined, b: string | undefined): boolean =>
  a === b || (SIZE_UNITS[a ?? ''] !== undefined && SIZE_UNITS[b ?? ''] !== undefined);

function readOperand(
  reading: Reading,
  attribute: Attribute,
  operator: Operator,
  raw: unknown,
  path: Path,
): Operand | undefined {
  if (isMap(raw) && operator !== 'known') {
    if ('param' in raw) return readParamOperand(reading, attribute, operator, raw, path);
    const other = raw.attr;
    if (typeof other !== 'string' || Object.keys(raw).length !== 1) {
      return fault(reading, 'rule-operand', 'an operand is a value, a list, {attr: name} or {param: name}', path);
    }
    const found = reading.vocabulary.attributes.get(other);
    if (found === undefined) {
      return fault(
        reading,
        'unknown-attribute',
        `"${other}" is no attribute`,
        [...path, 'attr'],
        didYouMean(other, reading.vocabulary.attributes.keys()),
      );
    }
    if (!comparable(attribute, found)) {
      return fault(
        reading,
        'rule-operand',
        `${attribute.name} cannot be compared with ${other}: they are of different kinds`,
        path,
      );
    }
    return { kind: 'attribute', attribute: found };
  }
  if (operator === 'known') {
    return typeof raw === 'boolean'
      ? { kind: 'values', values: [raw] }
      : fault(reading, 'rule-operand', '"known" needs true or false', path);
  }
  const list = LISTS.includes(operator);
  if (list !== Array.isArray(raw)) {
    return fault(reading, 'rule-operand', `"${operator}" needs ${list ? 'a list' : 'one value'}`, path);
  }
  const items: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  if (items.length === 0) return fault(reading, 'rule-operand', 'an empty list decides nothing', path);
  const values: Value[] = [];
  for (const [index, item] of items.entries()) {
    const pattern =
      attribute.kind.kind === 'name' && typeof item === 'string' && item.includes('*') && item.length <= 256;
    const decoded = pattern ? { value: item } : decodeValue(elementOf(attribute), item);
    if ('problem' in decoded)
      return fault(
        reading,
        'rule-value',
        `${attribute.name} ${decoded.problem}`,
        list ? [...path, index] : path,
        decoded.hint,
      );
    values.push(decoded.value);
  }
  return { kind: 'values', values };
}

function readTests(reading: Reading, attribute: Attribute, raw: unknown, path: Path): readonly Test[] | undefined {
  const allowed = operatorsOf(attribute);
  const one = (operator: Operator, operandOf: unknown, at: Path): Test | undefined => {
    const operand = readOperand(reading, attribute, operator, operandOf, at);
    return operand === undefined ? undefined : { operator, operand };
  };
  if (!isMap(raw)) {
    if (attribute.kind.kind === 'set') {
      return fault(
        reading,
        'rule-operand',
        `${attribute.name} is a set`,
        path,
        'write {has: value}, {has-any: [...]} or {has-all: [...]}',
      );
    }
    const test = one(Array.isArray(raw) ? 'in' : 'eq', raw, path);
    return test === undefined ? undefined : [test];
  }
  const tests: Test[] = [];
  if ('param' in raw && attribute.kind.kind !== 'set') {
    const isList = reading.params.get(String(raw.param))?.attribute.kind.kind === 'set';
    const test = one(isList ? 'in' : 'eq', raw, path);
    return test === undefined ? undefined : [test];
  }
  if ('attr' in raw && attribute.kind.kind !== 'set') {
    const test = one('eq', raw, path);
    return test === undefined ? undefined : [test];
  }
  for (const [operator, operand] of Object.entries(raw)) {
    if (!(allowed as readonly string[]).includes(operator)) {
      return fault(
        reading,
        'rule-operator',
        `${attribute.name} has no test "${operator}"`,
        [...path, operator],
        `its tests are ${allowed.join(', ')}`,
        'key',
      );
    }
    const test = one(operator as Operator, operand, [...path, operator]);
    if (test === undefined) return undefined;
    tests.push(test);
  }
  return tests.length > 0 ? tests : fault(reading, 'rule-operand', 'an empty test decides nothing', path);
}

function readCapabilityTest(reading: Reading, key: string, raw: unknown, path: Path): Condition | undefined {
  const capability = key.slice('can.'.length);
  if (!isDeclared(reading, capability, path, 'key', 'can.')) return undefined;
  const span = reading.document.keySpanOf(path);
  if (typeof raw === 'boolean') return { kind: 'capability', capability, present: raw, span };
  if (isMap(raw) && Object.keys(raw).length === 1 && 'at-least' in raw) {
    let given = raw['at-least'];
    if (isMap(given)) {
      const param = readParam(reading, given, [...path, 'at-least']);
      if (param === undefined) return undefined;
      given = writtenParam(param);
    }
    const version = typeof given === 'string' || typeof given === 'number' ? String(given) : '';
    if (isVersion(version)) return { kind: 'capability', capability, present: true, atLeast: version, span };
    return fault(reading, 'rule-value', `${JSON.stringify(given)} is no version`, [...path, 'at-least']);
  }
  return fault(reading, 'rule-operand', `${key} is tested with true, false or {at-least: version}`, path);
}

/** The most parts that a condition may have. */

/** Reads the whole condition of a rule. Undefined after a fault; a name that doubles and doubles again is one. */
export function readWhole(reading: Reading, raw: unknown, path: Path): Condition | undefined {
  const condition = readCondition(reading, raw, path);
  if (condition === undefined || countLeaves(condition) <= MOST_LEAVES) return condition;
  return fault(reading, 'rule-condition', `written out, this condition has more than ${MOST_LEAVES} parts`, path);
}

/**
 * Reads one condition: a map whose keys all hold together. Undefined after a fault.
 *
 * @param open the named conditions being read, to refuse one that leads back to itself.
 */
export function readCondition(
  reading: Reading,
  raw: unknown,
  path: Path,
  open: readonly string[] = [],
): Condition | undefined {
  if (!isMap(raw)) {
    return fault(
      reading,
      'rule-condition',
      'a condition is a map of attributes to tests',
      path,
      'join several with all: [...] or any: [...]',
    );
  }
  const parts: Condition[] = [];
  for (const [key, value] of Object.entries(raw)) {
    const at = [...path, key];
    let part: Condition | undefined;
    if (key === 'all' || key === 'any') {
      if (!Array.isArray(value) || value.length === 0)
        part = fault(reading, 'rule-condition', `"${key}" needs a list of conditions`, at);
      else {
        const of = value.map((item, index) => readCondition(reading, item, [...at, index], open));
        if (!of.includes(undefined)) part = { kind: key, of: of as Condition[] };
      }
    } else if (key === 'not') {
      const of = readCondition(reading, value, at, open);
      if (of !== undefined) part = { kind: 'not', of };
    } else if (key === 'is') {
      part = readNamed(reading, value, at, open);
    } else if (key.startsWith('can.')) {
      part = readCapabilityTest(reading, key, value, at);
    } else {
      const attribute = reading.vocabulary.attributes.get(key);
      if (attribute === undefined) {
        part = fault(
          reading,
          'unknown-attribute',
          `"${key}" is no attribute`,
          at,
          didYouMean(key, reading.vocabulary.attributes.keys()),
          'key',
        );
      } else {
        const tests = readTests(reading, attribute, value, at);
        if (tests !== undefined) part = { kind: 'leaf', attribute, tests, span: reading.document.keySpanOf(at) };
      }
    }
    if (part !== undefined) parts.push(part);
  }
  if (parts.length !== Object.keys(raw).length) return undefined;
  return parts.length === 0 ? ALWAYS : parts.length === 1 ? parts[0] : { kind: 'all', of: parts };
}

function readNamed(reading: Reading, value: unknown, path: Path, open: readonly string[]): Condition | undefined {
  if (typeof value !== 'string')
    return fault(reading, 'rule-condition', '"is" needs the name of a condition under "let"', path);
  if (!reading.named.has(value)) {
    const imported = reading.imported.get(value);
    if (imported !== undefined) return imported;
    return fault(
      reading,
      'unknown-condition',
      `no condition under "let" is called "${value}"`,
      path,
      didYouMean(value, [...reading.named.keys(), ...reading.imported.keys()]),
    );
  }
  if (open.includes(value)) {
    return fault(
      reading,
      'condition-cycle',
      `the condition "${value}" leads back to itself: ${[...open, value].join(' -> ')}`,
      path,
    );
  }
  if (!reading.read.has(value)) {
    reading.read.set(value, readCondition(reading, reading.named.get(value), ['let', value], [...open, value]));
  }
  return reading.read.get(value);
}
