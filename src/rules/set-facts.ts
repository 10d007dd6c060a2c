import { decodeValue } from '../catalog/decode.ts';
import type { Attribute } from '../catalog/value.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import type { Path } from '../document/read.ts';
import { fault, isMap, type Reading, readParam } from './condition.ts';
import { writtenParam } from './params.ts';
import type { Action, SetFact } from './rule.ts';
import type { RuleText } from './schema.ts';

/** Reads the facts that a rule sets. */

/** By these a row is found or chosen, so it has them before any rule is asked. */
const GIVEN: readonly string[] = [
  'type.name',
  'type.cloud',
  'offer.cloud',
  'offer.region',
  'image.id',
  'image.cloud',
  'image.region',
  'image.os',
  'image.release',
];

/** Why rules cannot set an attribute; undefined where they can. */
export function whyNotSet({ name, scope }: Attribute): string | undefined {
  if (scope === 'request') return 'requests say themselves what they are';
  if (scope === 'offer') return 'offers are sold as their source lists them';
  return GIVEN.includes(name) ? `what has none is no ${scope} at all` : undefined;
}

/** What a rule sets. */
export function readSet(reading: Reading, facts: NonNullable<RuleText['set']>, path: Path): Action {
  const { attributes } = reading.vocabulary;
  if (Object.keys(facts).length === 0) fault(reading, 'rule-value', 'this sets nothing', path);
  const result = Object.entries(facts).flatMap(([name, given]): SetFact[] => {
    const at = [...path, name];
    const attribute = attributes.get(name);
    if (attribute === undefined) {
      const hint = didYouMean(name, attributes.keys());
      fault(reading, 'unknown-attribute', `"${name}" is no attribute`, at, hint, 'key');
      return [];
    }
    const unsettable = whyNotSet(attribute);
    if (unsettable !== undefined) {
      fault(reading, 'rule-set', `${name} cannot be set: ${unsettable}`, at, undefined, 'key');
      return [];
    }
    const param = isMap(given) ? readParam(reading, given, at) : undefined;
    if (isMap(given) && param === undefined) return [];
    const raw = param === undefined ? given : param.attribute.kind.kind === 'set' ? param.value : writtenParam(param);
    const isOfTexts = !Array.isArray(raw) || raw.every((item) => typeof item === 'string' || typeof item === 'number');
    const decoded = isOfTexts ? decodeValue(attribute, raw) : { problem: 'must be a list of names' };
    if (!('problem' in decoded)) return [{ attribute, value: decoded.value }];
    fault(reading, 'rule-value', `${name} ${decoded.problem}`, at, 'hint' in decoded ? decoded.hint : undefined);
    return [];
  });
  const scopes = new Set(result.map(({ attribute }) => attribute.scope));
  if (scopes.size > 1)
    fault(reading, 'rule-set', `one rule sets facts of ${[...scopes].join('s or ')}s, not of both`, path);
  return { verb: 'set', facts: result };
}
