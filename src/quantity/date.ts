/** Dates are ISO texts, `2026-11-22`; text order is time order. */

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Whether a text is a day that exists. */
export function isDate(text: string): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [, year, month, day] = match.map(Number);
  if (month! < 1 || month! > 12 || day! < 1) return false;
  const leap = (year! % 4 === 0 && year! % 100 !== 0) || year! % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day! <= days[month! - 1]!;
}

/** `20260720`, as simplestreams writes versions, for `2026-07-20`. */
export function toVersionDate(date: string): string {
  return date.replaceAll('-', '');
}

/** `2026-07-20` for `20260720` (further digits, as in `20260720.1`, are left off); undefined when it is no date. */
export function fromVersionDate(version: string): string | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})/.exec(version);
  if (match === null) return undefined;
  const date = `${match[1]}-${match[2]}-${match[3]}`;
  return isDate(date) ? date : undefined;
}
