import { decodeValue } from '../catalog/decode.ts';
import type { Attribute, Vocabulary } from '../catalog/value.ts';
import type { Path } from '../document/read.ts';
import { compareValues } from '../rules/passes.ts';

/** Small slips in conditions, as edits of their text: a forgotten test, a boundary moved by one, a value for another. */

/** One edit of a rule file: the value at a path is replaced, or taken out. */
export interface Edit {
  readonly operator: string;
  readonly path: Path;
  /** Undefined: taken out. */
  readonly value: unknown;
  /** What is edited, for people: `type.bare-metal: true -> false`. */
  readonly what: string;
}

/** What the neighbours of a value are: all that conditions name of each attribute. */
export interface Slips {
  readonly vocabulary: Vocabulary;
  /** Values that conditions compare an attribute with, as they are written. */
  readonly named: ReadonlyMap<string, readonly (string | number)[]>;
}

export type TextMap = Readonly<Record<string, unknown>>;
export const isTextMap = (value: unknown): value is TextMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const shown = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

/** A map without one of its keys. */
export const without = (map: TextMap, key: string): TextMap =>
  Object.fromEntries(Object.entries(map).filter(([other]) => other !== key));

/** A list without one of its items. */
export const withoutItem = <T>(list: readonly T[], index: number): readonly T[] => list.filter((_, at) => at !== index);

const ORDERED = ['at-least', 'at-most', 'above', 'below'];
/** What each test of order becomes when its boundary moves by one: the same value, or the next one down or up. */
const SHIFTS: Readonly<Record<string, readonly (readonly [operator: string, by: -1 | 0 | 1])[]>> = {
  'at-least': [
    ['above', 0],
    ['above', -1],
  ],
  above: [
    ['at-least', 0],
    ['at-least', 1],
  ],
  'at-most': [
    ['below', 0],
    ['below', 1],
  ],
  below: [
    ['at-most', 0],
    ['at-most', -1],
  ],
};
const OPPOSITES: Readonly<Record<string, string>> = {
  eq: 'ne',
  ne: 'eq',
  in: 'not-in',
  'not-in': 'in',
  'has-any': 'has-all',
  'has-all': 'has-any',
};

/** The value that conditions name next to one, down or up; undefined where there is none. */
function neighbour(
  { named }: Slips,
  attribute: Attribute,
  raw: string | number,
  by: -1 | 1,
): string | number | undefined {
  const own = decodeValue(attribute, raw);
  if ('problem' in own) return undefined;
  const others = (named.get(attribute.name) ?? []).flatMap((text) => {
    const decoded = decodeValue(attribute, text);
    return 'problem' in decoded
      ? []
      : [{ text, order: compareValues(attribute.kind, decoded.value, own.value) * by, value: decoded.value }];
  });
  const beyond = others.filter(({ order }) => order > 0);
  beyond.sort((a, b) => compareValues(attribute.kind, a.value, b.value) * by);
  return beyond[0]?.text;
}

/** Another value of the same attribute, where one is known. */
function anotherValue(slips: Slips, attribute: Attribute, raw: string | number): string | number | undefined {
  const { kind } = attribute;
  if (kind.kind === 'enum' || kind.kind === 'set') {
    const at = kind.values.indexOf(String(raw));
    const others = kind.values.filter((value) => value !== String(raw));
    return others[at < 0 || at >= others.length ? 0 : at];
  }
  if (kind.kind === 'version' || kind.kind === 'date' || kind.kind === 'number')
    return neighbour(slips, attribute, raw, 1) ?? neighbour(slips, attribute, raw, -1);
  return undefined;
}

function anotherAttribute({ vocabulary }: Slips, attribute: Attribute, other: string): string | undefined {
  const isAlike = ({ name, kind }: Attribute): boolean =>
    name !== attribute.name && name !== other && JSON.stringify(kind) === JSON.stringify(attribute.kind);
  return [...vocabulary.attributes.values()].find(isAlike)?.name;
}

/** Slips in what an attribute is compared with. `say` is how the test is called. */
export function* testEdits(slips: Slips, attribute: Attribute, raw: unknown, path: Path): Generator<Edit> {
  const { name } = attribute;
  const edit = (operator: string, value: unknown, at: Path = path, before: unknown = raw): Edit => ({
    operator,
    path: at,
    value,
    what: `${name}: ${shown(before)} -> ${value === undefined ? 'nothing' : shown(value)}`,
  });
  if (typeof raw === 'boolean') yield edit('flip', !raw);
  else if (typeof raw === 'string' || typeof raw === 'number') {
    if (raw === 'true' || raw === 'false') yield edit('flip', raw !== 'true');
    else {
      const other = anotherValue(slips, attribute, raw);
      if (other !== undefined) yield edit('swap value', other);
    }
  } else if (Array.isArray(raw)) {
    if (raw.length > 1) for (const index of raw.keys()) yield edit('drop item', withoutItem(raw, index));
  } else if (isTextMap(raw)) {
    for (const [operator, operand] of Object.entries(raw)) {
      const at = [...path, operator];
      if (operator === 'attr' || (isTextMap(operand) && 'attr' in operand)) {
        const [holder, place] = operator === 'attr' ? [raw, path] : [operand as TextMap, at];
        const other = anotherAttribute(slips, attribute, String(holder.attr));
        if (other !== undefined) yield edit('swap attribute', { attr: other }, place, holder);
      }
      if (Object.keys(raw).length > 1) yield edit('drop test', without(raw, operator));
      const renamed = (to: string, value: unknown): TextMap =>
        Object.fromEntries(Object.entries(raw).map(([key, own]) => (key === operator ? [to, value] : [key, own])));
      if (ORDERED.includes(operator)) {
        for (const [to, by] of SHIFTS[operator]!) {
          if (by === 0) {
            if (!(to in raw)) yield edit('shift boundary', renamed(to, operand));
          } else if (typeof operand === 'string' || typeof operand === 'number') {
            const next = neighbour(slips, attribute, operand, by);
            if (next !== undefined && !(to in raw)) yield edit('shift boundary', renamed(to, next));
          }
        }
      } else if (operator === 'known') yield edit('flip', renamed('known', operand === false || operand === 'false'));
      else if (
        OPPOSITES[operator] !== undefined &&
        !(OPPOSITES[operator] in raw) &&
        (!operator.startsWith('has') || (operand as readonly unknown[]).length > 1)
      )
        yield edit('opposite', renamed(OPPOSITES[operator], operand));
      if (Array.isArray(operand) && operand.length > 1)
        for (const index of operand.keys()) yield edit('drop item', withoutItem(operand, index), at, operand);
      if (
        (operator === 'eq' || operator === 'ne' || operator === 'has') &&
        (typeof operand === 'string' || typeof operand === 'number')
      ) {
        const other = anotherValue(slips, attribute, operand);
        if (other !== undefined) yield edit('swap value', other, at, operand);
      }
    }
  }
}

/** A version a little newer, for slips in versions. */
export function bumped(version: string): string {
  const [, head = '', last = ''] = /^(.*?)(\d+)$/.exec(version) ?? [];
  return last === '' ? `${version}.1` : `${head}${BigInt(last) + 1n}`;
}

/** Slips in a condition that stands at a path. */
export function* conditionEdits(slips: Slips, raw: unknown, path: Path): Generator<Edit> {
  if (!isTextMap(raw)) return;
  for (const [key, value] of Object.entries(raw)) {
    const at = [...path, key];
    const text = `${key}: ${shown(value)}`;
    yield { operator: 'drop condition', path: at, value: undefined, what: `${text} is left out` };
    if (key === 'all' || key === 'any') {
      if (!Array.isArray(value)) continue;
      const other = key === 'all' ? 'any' : 'all';
      if (value.length > 1) {
        if (!(other in raw))
          yield {
            operator: 'any or all',
            path,
            value: { ...without(raw, key), [other]: value },
            what: `${key} -> ${other}`,
          };
        for (const index of value.keys())
          yield {
            operator: 'drop alternative',
            path: [...at, index],
            value: undefined,
            what: `${shown(value[index])} is left out`,
          };
      }
      for (const [index, part] of value.entries()) yield* conditionEdits(slips, part, [...at, index]);
      continue;
    }
    const all = Array.isArray(raw.all) ? raw.all : [];
    if (key === 'not') {
      yield {
        operator: 'drop not',
        path,
        value: { ...without(raw, key), all: [...all, value] },
        what: `not ${shown(value)} -> ${shown(value)}`,
      };
      yield* conditionEdits(slips, value, at);
      continue;
    }
    yield {
      operator: 'negate',
      path,
      value: { ...without(raw, key), all: [...all, { not: { [key]: value } }] },
      what: `${text} -> not`,
    };
    if (key.startsWith('can.')) {
      if (typeof value === 'boolean') continue;
      const version = isTextMap(value) ? value['at-least'] : undefined;
      if (version !== undefined) {
        yield { operator: 'drop version', path: at, value: true, what: `${text} -> true` };
        yield {
          operator: 'newer version',
          path: at,
          value: { 'at-least': bumped(String(version)) },
          what: `${text} -> ${bumped(String(version))}`,
        };
      }
      continue;
    }
    const attribute = slips.vocabulary.attributes.get(key);
    if (attribute !== undefined) yield* testEdits(slips, attribute, value, at);
  }
}
