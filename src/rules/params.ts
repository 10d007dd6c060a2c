import { decodeValue, formatValue } from '../catalog/decode.ts';
import type { Attribute, Value } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { type Document, placeIn } from '../document/read.ts';
import { compareText } from '../quantity/order.ts';
import { SIZE_UNITS } from '../quantity/size.ts';
import type { ParamSetting, Place } from './param-setting.ts';
import { compareValues } from './passes.ts';
import type { ParamText } from './schema.ts';
import { kindOf } from './vocabulary.ts';

/** Parameters of rule files: values that whoever uses the rules may set otherwise, within bounds. */

export interface Param {
  /** `module.name`. */
  readonly id: string;
  /** Its kind and its documentation, as those of an attribute. */
  readonly attribute: Attribute;
  readonly value: Value;
  /** Where its value was set, if that is not the default. */
  readonly set: Place | undefined;
}

// Factors have six decimals; sizes have none.
const USUAL_DECIMALS = 6;

/** A parameter's value as a rule file would have it written out. */
export function writtenParam({ attribute, value }: Param): string | boolean {
  return typeof value === 'boolean' ? value : formatValue(attribute, value);
}

function attributeOf(id: string, text: ParamText): Attribute {
  const kind = kindOf(text);
  const { decimals, unit } = text;
  const whole = unit !== undefined && SIZE_UNITS[unit] !== undefined;
  return {
    name: `parameter ${id}`,
    scope: 'request',
    kind: kind.kind === 'number' && decimals === undefined && !whole ? { ...kind, decimals: USUAL_DECIMALS } : kind,
    doc: text.doc ?? '',
    computed: false,
  };
}

/** Kinds whose values have an order, and so may be bounded. */
const ORDERED: readonly string[] = ['number', 'version', 'date'];

/**
 * The parameters of a rule file.
 *
 * @param settings the values given for parameters of any module, by id
 */
export function readParams(
  document: Document,
  module: string,
  texts: Readonly<Record<string, ParamText>>,
  settings: ReadonlyMap<string, ParamSetting>,
): { readonly params: ReadonlyMap<string, Param>; readonly faults: readonly Diagnostic[] } {
  const params = new Map<string, Param>();
  const faults: Diagnostic[] = [];
  for (const [name, text] of Object.entries(texts)) {
    const id = `${module}.${name}`;
    const attribute = attributeOf(id, text);
    const bounds: { readonly key: 'min' | 'max'; readonly value: Value }[] = [];
    const wrong = (message: string, place: Place, hint?: string): void => {
      faults.push({ code: 'bad-param', message, ...place, ...(hint === undefined ? {} : { hint }) });
    };
    for (const key of ['min', 'max'] as const) {
      if (text[key] === undefined) continue;
      const place = placeIn(document, ['params', name, key]);
      const decoded = decodeValue(attribute, text[key]);
      if (!ORDERED.includes(text.type)) wrong(`a parameter of type ${text.type} has no ${key}`, place);
      else if ('problem' in decoded) wrong(`the ${key} of ${attribute.name} ${decoded.problem}`, place, decoded.hint);
      else bounds.push({ key, value: decoded.value });
    }
    const read = (raw: unknown, place: Place, subject: string): Value | undefined => {
      const decoded = decodeValue(attribute, raw);
      if ('problem' in decoded) {
        wrong(`${subject} ${decoded.problem}`, place, decoded.hint);
        return undefined;
      }
      const { value } = decoded;
      for (const { key, value: bound } of bounds) {
        const order = compareValues(attribute.kind, value, bound);
        if (key === 'min' ? order >= 0 : order <= 0) continue;
        const relation = key === 'min' ? 'at least' : 'at most';
        wrong(`${subject} must be ${relation} ${formatValue(attribute, bound)}, not ${String(raw)}`, place);
        return undefined;
      }
      return value;
    };
    const usual = read(
      text.default,
      placeIn(document, ['params', name, 'default']),
      `the default of ${attribute.name}`,
    );
    const given = settings.get(id);
    const own = given === undefined ? usual : read(given.value, given.place, attribute.name);
    // After a fault the default stands in, so that what uses the parameter has no faults of its own.
    const value = own ?? usual;
    if (value !== undefined) params.set(name, { id, attribute, value, set: given?.place });
  }
  return { params, faults };
}

/** Settings by id; one that is given twice is a fault. */
export function settingsById(settings: readonly ParamSetting[]): Result<ReadonlyMap<string, ParamSetting>> {
  const byId = new Map<string, ParamSetting>();
  for (const setting of settings) {
    const { id, place } = setting;
    if (byId.has(id)) return fail({ code: 'bad-param', message: `the parameter ${id} is set twice`, ...place });
    byId.set(id, setting);
  }
  return ok(byId);
}

/** Settings of parameters that no module has. */
export function unknownSettings(
  settings: ReadonlyMap<string, ParamSetting>,
  declared: readonly string[],
): readonly Diagnostic[] {
  const known = [...declared].sort(compareText);
  return [...settings.values()].flatMap(({ id, place }): Diagnostic[] => {
    if (known.includes(id)) return [];
    const hint = known.length === 0 ? 'the rules have no parameters' : didYouMean(id, known);
    const message = `no rule file has a parameter "${id}"`;
    return [{ code: 'unknown-param', message, ...place, ...(hint === undefined ? {} : { hint }) }];
  });
}
