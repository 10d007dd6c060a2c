import { didYouMean } from '../diagnostic/nearest.ts';
import { isDate } from '../quantity/date.ts';
import { divideHalfEven, formatDecimal, parseDecimal } from '../quantity/decimal.ts';
import { compareText } from '../quantity/order.ts';
import { SIZE_UNITS } from '../quantity/size.ts';
import { isVersion } from '../quantity/version.ts';
import type { Attribute, Value } from './value.ts';

/** Either a value or what is wrong with it, as the end of a sentence that begins with the attribute's name. */
export type Decoded = { readonly value: Value } | { readonly problem: string; readonly hint?: string };

// Names of types, regions, images and all other identifiers: visible ASCII only, so that no two look alike.
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:+/@ -]{0,199}$/;

/** Whether a text can name a cloud or a region: these stand in commands and in keys, so they hold no blanks. */
export function isIdentifier(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text);
}

export const IDENTIFIER_HINT = 'letters, digits, dots, dashes and underscores make a name';

function hintOf(text: string, values: readonly string[]): { hint?: string } {
  const hint = didYouMean(text, values);
  return hint === undefined ? {} : { hint };
}

function decodeNumber(unit: string | undefined, decimals: number, raw: unknown): Decoded {
  const [, digits = '', unitText = ''] = /^\s*([+-]?[\d.]+)\s*([A-Za-z%]*)\s*$/.exec(String(raw)) ?? [];
  const written = unitText === '' ? undefined : unitText;
  const size = written === undefined ? undefined : SIZE_UNITS[written];
  if (written !== undefined && written !== unit && size === undefined) {
    return {
      problem: `has an unknown unit "${written}"`,
      hint: unit === undefined ? 'it has no unit' : `its unit is ${unit}`,
    };
  }
  const own = unit === undefined ? undefined : SIZE_UNITS[unit];
  if (size !== undefined && own === undefined && written !== unit) {
    return { problem: `is no size, but "${String(raw)}" is one` };
  }
  if (size !== undefined && own !== undefined) {
    const scaled = parseDecimal(digits, 6);
    if (scaled === undefined || scaled < 0)
      return { problem: `must be a size such as "4 ${unit}", not "${String(raw)}"` };
    const value = divideHalfEven(BigInt(scaled) * BigInt(size) * 10n ** BigInt(decimals), BigInt(own) * 1_000_000n);
    return { value: Number(value) };
  }
  const value = parseDecimal(digits, decimals);
  if (value === undefined || value < 0) {
    const form =
      decimals === 0 ? 'a non-negative whole number' : `a non-negative number with at most ${decimals} decimals`;
    return { problem: `must be ${form}, not "${String(raw)}"` };
  }
  return { value };
}

function decodeText(attribute: Attribute, raw: unknown): Decoded {
  if (typeof raw !== 'string' && typeof raw !== 'number')
    return { problem: `must be a text, not ${JSON.stringify(raw)}` };
  const text = String(raw);
  const { kind } = attribute;
  switch (kind.kind) {
    case 'enum':
      if (kind.values.includes(text)) return { value: text };
      if (!kind.open) return { problem: `cannot be "${text}"`, ...hintOf(text, kind.values) };
      break;
    case 'version':
      return isVersion(text) ? { value: text } : { problem: `must be a version such as 1.2.3, not "${text}"` };
    case 'date':
      return isDate(text) ? { value: text } : { problem: `must be a date such as 2026-11-22, not "${text}"` };
  }
  return NAME.test(text) ? { value: text } : { problem: `must be a plain ASCII name, not ${JSON.stringify(text)}` };
}

function decodeSet(values: readonly string[], open: boolean, raw: unknown): Decoded {
  // Simplestreams readers drop lists, so lists travel as comma strings there; both forms mean a set.
  const items = Array.isArray(raw)
    ? raw
    : typeof raw === 'string'
      ? raw.split(/[ ,]+/).filter((item) => item !== '')
      : undefined;
  if (items === undefined) return { problem: `must be a list, not ${JSON.stringify(raw)}` };
  const texts: string[] = [];
  for (const item of items) {
    const text = String(item);
    if (!open && !values.includes(text)) return { problem: `cannot hold "${text}"`, ...hintOf(text, values) };
    if (!NAME.test(text)) return { problem: `must hold plain ASCII names, not ${JSON.stringify(text)}` };
    texts.push(text);
  }
  return { value: texts.length < 2 ? texts : [...new Set(texts)].sort(compareText) };
}

/**
 * The value of an attribute from what a file says.
 *
 * @example decodeValue(mem, '64 GiB') // { value: 65536 }, the attribute's unit being MiB
 */
export function decodeValue(attribute: Attribute, raw: unknown): Decoded {
  const { kind } = attribute;
  switch (kind.kind) {
    case 'bool':
      if (raw === true || raw === 'true') return { value: true };
      if (raw === false || raw === 'false') return { value: false };
      return { problem: `must be true or false, not ${JSON.stringify(raw)}` };
    case 'number':
      if (typeof raw !== 'number' && typeof raw !== 'string')
        return { problem: `must be a number, not ${JSON.stringify(raw)}` };
      // Adding zero makes minus zero none.
      if (kind.decimals === 0 && Number.isSafeInteger(raw) && (raw as number) >= 0)
        return { value: (raw as number) + 0 };
      return decodeNumber(kind.unit, kind.decimals, raw);
    case 'set':
      return decodeSet(kind.values, kind.open, raw);
    default:
      return decodeText(attribute, raw);
  }
}

/** A value as people read it, with its unit: `4096 MiB`, `hvm, pv`, `unknown`. */
export function formatValue(attribute: Attribute, value: Value | undefined): string {
  if (value === undefined) return 'unknown';
  if (typeof value === 'number') {
    const { kind } = attribute;
    const text = kind.kind === 'number' ? formatDecimal(value, kind.decimals) : String(value);
    return kind.kind === 'number' && kind.unit !== undefined ? `${text} ${kind.unit}` : text;
  }
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(', ');
  return String(value);
}
