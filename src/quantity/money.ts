import { divideHalfEven, formatDecimal, parseDecimal } from './decimal.ts';

/**
 * Money is an integer number of nano-dollars (1e-9 USD) per hour: exact up to 9 million USD/h in a double.
 */

export const DECIMALS_OF_MONEY = 9;

/** Hours that a month is billed as, by the clouds' own convention. */
export const HOURS_PER_MONTH = 730;

/**
 * Nano-dollars of a decimal text, or undefined for anything that is not a non-negative price: signs, exponents,
 * blanks, more than nine decimals, or amounts beyond 9 million.
 *
 * @example parseMoney('0.0376') // 37600000
 */
export function parseMoney(text: string): number | undefined {
  if (!/^[\d.]/.test(text)) return undefined;
  return parseDecimal(text, DECIMALS_OF_MONEY);
}

/** Nano-dollars of a text that `formatMoney` made, however large: sums may exceed what a single price can be. */
export function readMoney(text: string): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const nano = BigInt(whole + fraction.padEnd(DECIMALS_OF_MONEY, '0'));
  return text.startsWith('-') ? -nano : nano;
}

/** The shortest decimal text of nano-dollars: 37600000 is `0.0376`. */
export function formatMoney(nano: number | bigint): string {
  return formatDecimal(nano, DECIMALS_OF_MONEY);
}

/** What an hourly price comes to in a month of 730 hours, in USD with two decimals, half-even: `27.45`. */
export function formatMonthly(nanoPerHour: number | bigint): string {
  const cents = divideHalfEven(BigInt(nanoPerHour) * BigInt(HOURS_PER_MONTH), 10_000_000n);
  const text = formatDecimal(cents, 2);
  const [whole = '0', fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(2, '0')}`;
}

/**
 * `part` of `whole` in percent with one decimal, half-even, from integers: `9.6`.
 * `whole` must be positive.
 */
export function formatPercent(part: number | bigint, whole: number | bigint): string {
  return formatDecimal(divideHalfEven(BigInt(part) * 1000n, BigInt(whole)), 1);
}
