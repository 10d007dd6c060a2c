/** Names that end in numbers, in few words. */

interface Numbered {
  readonly stem: string;
  readonly numbers: number[];
}

/** Names by what stands before their last separator, in order of first appearance, with their numbers in order. */
function byStem(names: readonly string[], separator: string): readonly Numbered[] {
  const stems = new Map<string, number[]>();
  for (const name of names) {
    const at = name.lastIndexOf(separator);
    const digits = name.slice(at + 1);
    const isNumbered = at >= 0 && /^(0|[1-9]\d{0,14})$/.test(digits);
    const stem = isNumbered ? name.slice(0, at + 1) : name;
    const numbers = stems.get(stem) ?? [];
    if (isNumbered) numbers.push(Number(digits));
    stems.set(stem, numbers);
  }
  return [...stems].map(([stem, numbers]) => ({ stem, numbers: numbers.sort((a, b) => a - b) }));
}

/** Runs of numbers that follow one another. */
function runsOf(numbers: readonly number[]): readonly (readonly [first: number, last: number])[] {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}

/** `web` of `web/3`. */
export const groupOfUnit = (unit: string): string => unit.slice(0, Math.max(0, unit.lastIndexOf('/')));

/**
 * Units in few words, one text for each kind.
 *
 * @example unitRanges(['web/0', 'db/0', 'web/1', 'web/4']) // ['web/0-1,4', 'db/0']
 */
export function unitRanges(units: readonly string[]): readonly string[] {
  return byStem(units, '/').map(({ stem, numbers }) => {
    const runs = runsOf(numbers).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
    return `${stem}${runs.join(',')}`;
  });
}

/**
 * Machines in few words.
 *
 * @example machineRanges(['new-0', 'new-1', 'new-2', 'new-7']) // 'new-0 to new-2, new-7'
 */
export function machineRanges(ids: readonly string[]): string {
  return byStem(ids, '-')
    .flatMap(({ stem, numbers }) =>
      numbers.length === 0
        ? [stem]
        : runsOf(numbers).map(([first, last]) =>
            first === last ? `${stem}${first}` : `${stem}${first} to ${stem}${last}`,
          ),
    )
    .join(', ');
}
