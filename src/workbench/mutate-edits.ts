import type { Vocabulary } from '../catalog/value.ts';
import type { Path } from '../document/read.ts';
import { isDate } from '../quantity/date.ts';
import { daysLater } from '../quantity/day.ts';
import { VIAS } from './expectation.ts';
import {
  bumped,
  conditionEdits,
  type Edit,
  isTextMap,
  type Slips,
  shown,
  type TextMap,
  testEdits,
  without,
  withoutItem,
} from './mutate-conditions.ts';

/** Every small slip in a rule file, as an edit of what it says. */

/** The values that any condition of a file compares attributes with. */
function namedValues(file: TextMap, vocabulary: Vocabulary): ReadonlyMap<string, readonly (string | number)[]> {
  const named = new Map<string, (string | number)[]>();
  const keep = (name: string, raw: unknown): void => {
    if (Array.isArray(raw)) for (const item of raw) keep(name, item);
    else if (isTextMap(raw)) for (const value of Object.values(raw)) keep(name, value);
    else if (typeof raw === 'string' || typeof raw === 'number') named.set(name, [...(named.get(name) ?? []), raw]);
  };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) walk(item);
    else if (isTextMap(value)) {
      for (const [key, own] of Object.entries(value)) {
        if (vocabulary.attributes.has(key)) keep(key, own);
        else walk(own);
      }
      // The cells of a table stand under the names of their columns.
      const { match, rows } = value;
      if (Array.isArray(match) && Array.isArray(rows))
        for (const row of rows as readonly TextMap[])
          for (const [column, cell] of (Array.isArray(row.match) ? row.match : []).entries())
            keep(String(match[column]), cell);
    }
  };
  walk(file);
  return named;
}

/** Slips in a version that is given, or in `any`. */
function* versionEdits(raw: unknown, path: Path, name: string): Generator<Edit> {
  if (typeof raw !== 'string' && typeof raw !== 'number') return;
  const to = (operator: string, value: string): Edit => ({
    operator,
    path,
    value,
    what: `${name}: ${raw} -> ${value}`,
  });
  if (String(raw) === 'any') return;
  yield to('drop version', 'any');
  yield to('newer version', bumped(String(raw)));
}

/** Slips in an amount with or without a unit: twice as much. */
function* amountEdits(raw: unknown, path: Path, name: string): Generator<Edit> {
  if (typeof raw !== 'string' && typeof raw !== 'number') return;
  const [, digits = '', decimals = '', unit = ''] = /^(\d+)(?:\.(\d+))?(\D*)$/.exec(String(raw)) ?? [];
  if (digits === '' || /^0*$/.test(digits + decimals)) return;
  const twice = String(BigInt(digits + decimals) * 2n).padStart(decimals.length + 1, '0');
  const whole = twice.slice(0, twice.length - decimals.length);
  const value = `${whole}${decimals === '' ? '' : `.${twice.slice(twice.length - decimals.length)}`}${unit}`;
  yield { operator: 'other amount', path, value, what: `${name}: ${raw} -> ${value}` };
}

function* actionEdits(slips: Slips, rule: TextMap, path: Path): Generator<Edit> {
  for (const verb of ['provide', 'refine'] as const) {
    const grants = rule[verb];
    if (!isTextMap(grants)) continue;
    for (const [name, version] of Object.entries(grants)) {
      yield* versionEdits(version, [...path, verb, name], name);
      if (Object.keys(grants).length > 1)
        yield {
          operator: 'drop item',
          path: [...path, verb, name],
          value: undefined,
          what: `${name} is left out of ${verb}`,
        };
    }
  }
  if (rule.provide !== undefined) {
    const via = String(rule.via ?? 'launch');
    const other = VIAS[(VIAS.indexOf(via as (typeof VIAS)[number]) + 1) % VIAS.length]!;
    yield { operator: 'swap value', path: [...path, 'via'], value: other, what: `via: ${via} -> ${other}` };
  }
  for (const list of ['withhold', 'overrides'] as const) {
    const items = rule[list];
    if (!Array.isArray(items)) continue;
    for (const index of items.keys())
      if (items.length > 1 || list === 'overrides')
        yield {
          operator: list === 'overrides' ? 'drop override' : 'drop item',
          path: [...path, list],
          value: items.length > 1 ? withoutItem(items, index) : undefined,
          what: `${shown(items[index])} is left out of ${list}`,
        };
  }
  if (rule.forbid !== undefined || rule.require !== undefined) {
    const unknown = String(rule['on-unknown'] ?? 'refuse');
    const warns = rule.effect === 'warn';
    const other = unknown === 'allow' ? (warns ? 'warn' : 'refuse') : 'allow';
    yield {
      operator: unknown === 'allow' ? 'open to closed' : 'closed to open',
      path: [...path, 'on-unknown'],
      value: other,
      what: `on-unknown: ${unknown} -> ${other}`,
    };
    yield {
      operator: 'other effect',
      path: [...path, 'effect'],
      value: warns ? 'enforce' : 'warn',
      what: `effect: ${warns ? 'warn -> enforce' : 'enforce -> warn'}`,
    };
  }
  if (isTextMap(rule.price)) {
    for (const key of ['times', 'plus', 'at-most']) yield* amountEdits(rule.price[key], [...path, 'price', key], key);
    if (rule.price.per !== undefined)
      yield {
        operator: 'drop per',
        path: [...path, 'price', 'per'],
        value: undefined,
        what: `per: ${shown(rule.price.per)} is left out`,
      };
  }
  if (isTextMap(rule.reserve)) {
    const shares = Object.entries(rule.reserve).filter((entry): entry is [string, TextMap] => isTextMap(entry[1]));
    for (const [name, share] of shares) {
      const at = [...path, 'reserve', name];
      if (shares.length > 1)
        yield { operator: 'drop item', path: at, value: undefined, what: `the reserve ${name} is left out` };
      if (share.per !== undefined)
        yield {
          operator: 'drop per',
          path: [...at, 'per'],
          value: undefined,
          what: `per: ${shown(share.per)} of ${name} is left out`,
        };
      for (const size of ['mem', 'cores']) {
        yield* amountEdits(share[size], [...at, size], `${name} ${size}`);
        if (isTextMap(share[size]))
          for (const key of Object.keys(share[size]))
            yield* amountEdits(share[size][key], [...at, size, key], `${name} ${size} ${key}`);
      }
    }
  }
  if (isTextMap(rule.prefer)) {
    for (const key of ['penalty', 'bonus']) yield* amountEdits(rule.prefer[key], [...path, 'prefer', key], key);
    const [key] = Object.keys(rule.prefer);
    if (key !== undefined) {
      const other = key === 'penalty' ? 'bonus' : 'penalty';
      yield {
        operator: 'opposite',
        path: [...path, 'prefer'],
        value: { [other]: rule.prefer[key] },
        what: `${key} -> ${other}`,
      };
    }
  }
  if (isTextMap(rule.set)) {
    for (const [name, value] of Object.entries(rule.set)) {
      const at = [...path, 'set', name];
      if (Object.keys(rule.set).length > 1)
        yield { operator: 'drop item', path: at, value: undefined, what: `${name} is left out of set` };
      const attribute = slips.vocabulary.attributes.get(name);
      if (attribute === undefined) continue;
      yield* testEdits(slips, attribute, value, at);
      if (attribute.kind.kind === 'number') yield* amountEdits(value, at, name);
    }
  }
  for (const key of ['since', 'until'] as const) {
    const date = rule[key];
    const next = typeof date === 'string' && isDate(date) ? daysLater(date, key === 'since' ? 1 : -1) : undefined;
    if (date === undefined) continue;
    yield { operator: 'drop date', path: [...path, key], value: undefined, what: `${key}: ${shown(date)} is left out` };
    if (next !== undefined)
      yield {
        operator: 'shift boundary',
        path: [...path, key],
        value: next,
        what: `${key}: ${shown(date)} -> ${next}`,
      };
  }
}

function* tableEdits(slips: Slips, table: TextMap, path: Path): Generator<Edit> {
  yield* conditionEdits(slips, table.when, [...path, 'when']);
  yield* actionEdits(
    slips,
    { ...(table.verb === 'provide' ? { provide: {} } : {}), ...(table.via === undefined ? {} : { via: table.via }) },
    path,
  );
  const [match, give, rows] = [table.match, table.give, table.rows].map((list) => (Array.isArray(list) ? list : []));
  for (const [index, row] of (rows as readonly TextMap[]).entries()) {
    const at = [...path, 'rows', index];
    yield { operator: 'drop row', path: at, value: undefined, what: `row ${index + 1} is left out` };
    for (const [column, cell] of (Array.isArray(row.match) ? row.match : []).entries()) {
      const name = String(match![column]);
      for (const edit of conditionEdits(slips, { [name]: cell }, [...at, 'match', column])) {
        // A cell is a test alone: only what leaves it one can stand in it.
        const [key] = edit.path.slice(at.length + 2);
        if (edit.value === undefined || key !== name) continue;
        yield { ...edit, path: [...at, 'match', column, ...edit.path.slice(at.length + 3)] };
      }
    }
    for (const [column, cell] of (Array.isArray(row.give) ? row.give : []).entries())
      yield* versionEdits(cell, [...at, 'give', column], String(give![column]));
  }
}

/** Every slip in a rule file that is looked for, in the order of the file. */
export function* editsOf(file: TextMap, vocabulary: Vocabulary): Generator<Edit> {
  const slips: Slips = { vocabulary, named: namedValues(file, vocabulary) };
  const parts = (key: string): readonly [string, unknown][] => Object.entries(isTextMap(file[key]) ? file[key] : {});
  for (const [name, param] of parts('params')) {
    if (!isTextMap(param)) continue;
    const at = ['params', name, 'default'];
    const value = param.default;
    if (typeof value === 'boolean')
      yield { operator: 'flip', path: at, value: !value, what: `${name}: ${value} -> ${!value}` };
    else if (Array.isArray(value)) {
      if (value.length > 1)
        for (const index of value.keys())
          yield {
            operator: 'drop item',
            path: at,
            value: withoutItem(value, index),
            what: `${shown(value[index])} is left out of ${name}`,
          };
    } else if (param.type === 'number') yield* amountEdits(value, at, name);
    else if (param.type === 'version')
      yield {
        operator: 'newer version',
        path: at,
        value: bumped(String(value)),
        what: `${name}: ${value} -> ${bumped(String(value))}`,
      };
    else yield { operator: 'swap value', path: at, value: 'another', what: `${name}: ${value} -> another` };
  }
  for (const [name, condition] of parts('let')) yield* conditionEdits(slips, condition, ['let', name]);
  for (const [name, rule] of parts('rules')) {
    if (!isTextMap(rule)) continue;
    const path = ['rules', name];
    yield { operator: 'drop rule', path, value: undefined, what: 'the rule is left out' };
    yield* conditionEdits(slips, rule.when, [...path, 'when']);
    yield* conditionEdits(slips, rule.require, [...path, 'require']);
    yield* actionEdits(slips, rule, path);
  }
  for (const [name, table] of parts('tables')) if (isTextMap(table)) yield* tableEdits(slips, table, ['tables', name]);
}

/** A value with the edit made. What is edited is copied, the rest is shared. */
export function applyEdit(value: unknown, path: Path, edited: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return edited;
  if (Array.isArray(value)) {
    const at = Number(step);
    if (rest.length === 0 && edited === undefined) return withoutItem(value, at);
    return value.map((item, index) => (index === at ? applyEdit(item, rest, edited) : item));
  }
  const map: TextMap = isTextMap(value) ? value : {};
  const key = String(step);
  if (rest.length === 0 && edited === undefined) return without(map, key);
  return { ...map, [key]: applyEdit(map[key], rest, edited) };
}
