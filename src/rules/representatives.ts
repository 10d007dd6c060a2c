import type { Value } from '../catalog/value.ts';
import { isDate } from '../quantity/date.ts';
import { compareText } from '../quantity/order.ts';
import { compareVersions } from '../quantity/version.ts';

/**
 * Values that stand for all values of an ordered kind: every threshold, and between two thresholds, below the first and
 * above the last so many others as there are (at most `most`).
 */

/** @param thresholds whole numbers from 0 */
export function numbersAround(thresholds: readonly number[], most: number): readonly number[] {
  const ordered = [...new Set(thresholds)].sort((a, b) => a - b);
  const result = new Set(ordered);
  let from = 0;
  for (const threshold of [...ordered, Number.POSITIVE_INFINITY]) {
    for (let value = from; value < threshold && value < from + most; value += 1) result.add(value);
    from = threshold + 1;
  }
  return [...result].sort((a, b) => a - b);
}

const EARLIEST = '0000-01-01';
const LATEST = '9999-12-31';

/** The day after; undefined after the last that can be written. */
export function nextDay(date: string): string | undefined {
  const [year, month, day] = date.split('-').map(Number);
  const two = (value: number): string => String(value).padStart(2, '0');
  const candidates = [
    `${date.slice(0, 8)}${two(day! + 1)}`,
    `${date.slice(0, 5)}${two(month! + 1)}-01`,
    `${String(year! + 1).padStart(4, '0')}-01-01`,
  ];
  return candidates.find(isDate);
}

export function datesAround(thresholds: readonly string[], most: number): readonly string[] {
  const ordered = [...new Set(thresholds)].sort(compareText);
  const result = new Set(ordered);
  let from: string | undefined = EARLIEST;
  for (const threshold of [...ordered, undefined]) {
    let value: string | undefined = from;
    for (let count = 0; count < most && value !== undefined; count += 1) {
      if (threshold === undefined ? value > LATEST : value >= threshold) break;
      result.add(value);
      value = nextDay(value);
    }
    from = threshold === undefined ? undefined : nextDay(threshold);
  }
  return [...result].sort(compareText);
}

// As many tildes as are ever needed to come close to a version that is written with some.
const CLOSEST = 6;

/** Versions above a version and, in order of preference, ever closer to it. */
function versionsAbove(version: string): readonly string[] {
  const near: string[] = [];
  const plain = /^(\d+(?:\.\d+)*)$/.test(version);
  // What people would write comes first.
  if (plain) near.push(`${version}.1`);
  for (let count = 0; count <= CLOSEST; count += 1) {
    near.push(`${version}A${'~'.repeat(count)}`);
    // Of a revision that is empty, or that there is none of yet, nothing is nothing and 0.
    near.push(`${version}${version.includes('-') ? '0' : '-0'}A${'~'.repeat(count)}`);
  }
  return near;
}

/**
 * Versions are dense but at the very bottom: between two there is always another, and it is looked for among some that
 * come ever closer to the lower one. Of versions that are equal ("1.0" and "1.00") the first by its text stands for all.
 */
export function versionsAround(thresholds: readonly string[], most: number): readonly string[] {
  const ordered = [...new Set(thresholds)].sort((a, b) => compareVersions(a, b) || compareText(a, b));
  const distinct = ordered.filter(
    (version, index) => index === 0 || compareVersions(ordered[index - 1]!, version) !== 0,
  );
  if (distinct.length === 0) return Array.from({ length: most }, (_, index) => String(index + 1));
  const result: string[] = [];
  const first = distinct[0]!;
  const lowest = ['0', '0~', '0~~', '0~~~', '0~~~~', '0~~~~~', '0~~~~~~'].filter(
    (version) => compareVersions(version, first) < 0,
  );
  result.push(...lowest.slice(0, most));
  for (const [index, version] of distinct.entries()) {
    result.push(version);
    const end = distinct[index + 1];
    let from = version;
    for (let count = 0; count < most; count += 1) {
      const between = versionsAbove(from).find(
        (candidate) =>
          compareVersions(from, candidate) < 0 && (end === undefined || compareVersions(candidate, end) < 0),
      );
      if (between === undefined) break;
      result.push(between);
      from = between;
    }
  }
  return result.sort((a, b) => compareVersions(a, b) || compareText(a, b));
}

/** The values that stand for all of an ordered kind. */
export function valuesAround(
  kind: 'number' | 'version' | 'date',
  thresholds: readonly Value[],
  most: number,
): readonly Value[] {
  if (kind === 'number') return numbersAround(thresholds.map(Number), most);
  return kind === 'date' ? datesAround(thresholds.map(String), most) : versionsAround(thresholds.map(String), most);
}
