import { isDate } from './date.ts';

/** Counting with days, in the proleptic Gregorian calendar; no clock is asked. */

const DAYS_OF_400_YEARS = 146_097;

/** The number of a day: 0 is 0000-03-01, and each day after it is one more. `date` must be a day that exists. */
function numberOf(date: string): number {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  // Years that begin in March have their odd day at the end.
  const from = month > 2 ? year : year - 1;
  const months = (month + 9) % 12;
  return (
    365 * from +
    Math.floor(from / 4) -
    Math.floor(from / 100) +
    Math.floor(from / 400) +
    Math.floor((153 * months + 2) / 5) +
    day -
    1
  );
}

/**
 * The day so many days later (or earlier, where negative); undefined before year 1 and after year 9999.
 *
 * @example daysLater('2024-02-28', 2) // '2024-03-01'
 */
export function daysLater(date: string, days: number): string | undefined {
  const number = numberOf(date) + days;
  const era = Math.floor(number / DAYS_OF_400_YEARS);
  const inEra = number - era * DAYS_OF_400_YEARS;
  const yearInEra = Math.floor(
    (inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36_524) - Math.floor(inEra / (DAYS_OF_400_YEARS - 1))) / 365,
  );
  const inYear = inEra - (365 * yearInEra + Math.floor(yearInEra / 4) - Math.floor(yearInEra / 100));
  const months = Math.floor((5 * inYear + 2) / 153);
  const day = inYear - Math.floor((153 * months + 2) / 5) + 1;
  const month = months < 10 ? months + 3 : months - 9;
  const year = yearInEra + era * 400 + (month <= 2 ? 1 : 0);
  const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  return year >= 1 && isDate(text) ? text : undefined;
}
