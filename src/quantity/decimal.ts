/**
 * Decimal numbers held as integers: `0.10055` at nine places is 100550000. No float ever stands between the text and
 * the integer, so what a list says is what is compared, added and printed.
 */

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/**
 * The integer `value * 10^places` of a plain decimal text, or undefined when the text is not one, has more decimals
 * than `places`, or does not fit a safe integer. Exponents are refused: lists do not use them, attacks do.
 *
 * @example parseDecimal('0.10055', 9) // 100550000
 */
export function parseDecimal(text: string, places: number): number | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const kept = fraction.replace(/0+$/, '');
  if (kept.length > places || whole.length > 20) return undefined;
  const digits = (whole === '' ? '0' : whole) + kept.padEnd(places, '0');
  // Up to fifteen digits a double is exact; this is the path of every price of a list.
  const value = digits.length <= 15 ? Number(digits) : Number(BigInt(digits));
  if (!Number.isSafeInteger(value)) return undefined;
  return sign === '-' ? 0 - value : value;
}

/** The shortest decimal text of `scaled / 10^places`: no trailing zeros, no exponent. */
export function formatDecimal(scaled: number | bigint, places: number): string {
  const negative = scaled < 0;
  const digits = BigInt(scaled)
    .toString()
    .replace('-', '')
    .padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Integer division rounded half to even, for non-negative or negative numerators and a positive denominator. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  let quotient = numerator / denominator;
  let rest = numerator - quotient * denominator;
  if (rest < 0n) {
    rest += denominator;
    quotient -= 1n;
  }
  const twice = rest * 2n;
  if (twice > denominator || (twice === denominator && quotient % 2n !== 0n)) return quotient + 1n;
  return quotient;
}
