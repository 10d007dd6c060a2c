import { decodeValue } from '../catalog/decode.ts';
import type { Attribute } from '../catalog/value.ts';
import type { Path } from '../document/read.ts';
import { parseDecimal } from '../quantity/decimal.ts';
import { parseMoney } from '../quantity/money.ts';
import { isVersion } from '../quantity/version.ts';
import { fault, isDeclared, isMap, type Reading, readParam, readWhole } from './condition.ts';
import { writtenParam } from './params.ts';
import type { Action, Grant, ReserveShare } from './rule.ts';
import { type RuleText, VERBS } from './schema.ts';
import { readSet } from './set-facts.ts';

/** Reads what a rule does. */

/** What a provide or refine gives. */
export function readGrants(
  reading: Reading,
  grants: Readonly<Record<string, string | number>>,
  path: Path,
): readonly Grant[] {
  if (Object.keys(grants).length === 0) fault(reading, 'rule-value', 'this gives nothing', path);
  return Object.entries(grants).map(([name, raw]) => {
    const version = String(raw);
    const declared = isDeclared(reading, name, [...path, name], 'key');
    if (declared && version !== 'any' && !isVersion(version)) {
      fault(reading, 'rule-value', `"${version}" is neither a version nor "any"`, [...path, name]);
    }
    return { capability: name, version: version === 'any' ? undefined : version };
  });
}

/** An amount as it is written, or as the parameter has it that it names. */
function readAmount(reading: Reading, raw: unknown, path: Path): string | undefined {
  if (!isMap(raw)) return String(raw);
  const param = readParam(reading, raw, path);
  if (param === undefined) return undefined;
  const { kind } = param.attribute;
  if (kind.kind !== 'number' || kind.unit !== undefined)
    return fault(reading, 'rule-operand', `the parameter ${param.id} is no plain number`, path);
  return String(writtenParam(param));
}

function readPrice(reading: Reading, price: NonNullable<RuleText['price']>, path: Path): Action | undefined {
  const given = (['times', 'plus', 'at-most'] as const).filter((operation) => price[operation] !== undefined);
  const operation = given[0];
  if (operation === undefined || given.length > 1)
    return fault(reading, 'rule-verb', 'a price needs exactly one of times, plus, at-most', path);
  const text = readAmount(reading, price[operation], [...path, operation]);
  if (text === undefined) return undefined;
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

// Percents have four decimals, so that shares are whole millionths.
const DECIMALS_OF_PERCENT = 4;

function readPrefer(reading: Reading, prefer: NonNullable<RuleText['prefer']>, path: Path): Action | undefined {
  const given = (['penalty', 'bonus'] as const).filter((kind) => prefer[kind] !== undefined);
  const kind = given[0];
  if (kind === undefined || given.length > 1)
    return fault(reading, 'rule-verb', 'a preference needs exactly one of penalty and bonus', path);
  const at = [...path, kind];
  const raw = prefer[kind];
  let text = String(raw);
  if (isMap(raw)) {
    const param = readParam(reading, raw, at);
    if (param === undefined) return undefined;
    const of = param.attribute.kind;
    if (of.kind !== 'number' || of.unit !== '%')
      return fault(reading, 'rule-operand', `the parameter ${param.id} is no number of unit "%"`, at);
    text = String(writtenParam(param));
  }
  const [, digits = ''] = /^([\d.]+)\s*%$/.exec(text.trim()) ?? [];
  const percent = parseDecimal(digits, DECIMALS_OF_PERCENT);
  if (percent === undefined || (kind === 'bonus' && percent > 100 * 10 ** DECIMALS_OF_PERCENT)) {
    const most = kind === 'bonus' ? ' of at most 100 %' : '';
    return fault(reading, 'rule-value', `"${text}" is no ${kind}${most}`, at, 'write a percentage such as 3%');
  }
  return { verb: 'prefer', preference: { share: kind === 'bonus' ? 0 - percent : percent } };
}

function readReserve(reading: Reading, shares: NonNullable<RuleText['reserve']>, path: Path): Action {
  const result: ReserveShare[] = [];
  for (const [name, share] of Object.entries(shares)) {
    const at = [...path, name];
    const { per } = share;
    if (per !== undefined) isDeclared(reading, per, [...at, 'per'], 'value');
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
      const atLeast = decodeValue(attribute, amounts['at-least'] === undefined ? 0 : amounts['at-least']);
      if ('problem' in atLeast) fault(reading, 'rule-value', `the reserve ${atLeast.problem}`, [...at, dimension]);
      const percent = amounts.percent === undefined ? 0 : amounts.percent;
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

/** The one verb of a rule, with what it needs. */
export function readAction(reading: Reading, text: RuleText, path: Path): Action | undefined {
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
      // Any rule may be off.
      if (text[key] !== undefined && text[key] !== 'off' && text[key] !== 'enforce')
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
        isDeclared(reading, name, [...at, index], 'value');
      }
      return { verb, capabilities: text.withhold! };
    case 'forbid':
      return { verb };
    case 'require': {
      const condition = readWhole(reading, text.require, at);
      return condition === undefined ? undefined : { verb, condition };
    }
    case 'price':
      return readPrice(reading, text.price!, at);
    case 'prefer':
      return readPrefer(reading, text.prefer!, at);
    case 'reserve':
      return readReserve(reading, text.reserve!, at);
    case 'set':
      // A fact is there before any request is.
      if (text.waivable === true)
        return fault(
          reading,
          'rule-verb',
          'a rule that sets facts cannot be waived',
          [...path, 'waivable'],
          undefined,
          'key',
        );
      return readSet(reading, text.set!, at);
  }
}
