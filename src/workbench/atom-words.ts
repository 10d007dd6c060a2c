import { formatValue } from '../catalog/decode.ts';
import { matchesGlob } from '../quantity/glob.ts';
import type { AtomVariable } from '../rules/atoms.ts';

// So many values are told one by one.
const FEW = 3;

/**
 * Some values of a variable in words: `type.cores at least 4`, `request.env production or staging`,
 * `image.os other than windows`, `type.tags with ssd`.
 *
 * @param indexes of the values, ascending
 * @param present the indexes that come into question at all; every one unless given
 */
export function atomsInWords(
  { attribute, kind, member, values, unspoken = values.length, patterns = [] }: AtomVariable,
  indexes: readonly number[],
  present: readonly number[] = [...values.keys()],
): string {
  const { name } = attribute;
  if (kind === 'member') return `${name} ${indexes[0] === 1 ? 'with' : 'without'} ${member}`;
  if (kind === 'known') return `${name} ${indexes[0] === 1 ? 'known' : 'unknown'}`;
  const known = indexes.filter((index) => values[index] !== undefined);
  const others = present.filter((index) => values[index] !== undefined && !indexes.includes(index));
  const orUnknown = known.length < indexes.length ? ' or unknown' : '';
  if (known.length === 0) return `${name} unknown`;
  if (others.length === 0) return `${name} ${orUnknown === '' ? 'known' : 'of any kind'}`;
  // Names that nobody speaks of are told by the patterns that they match.
  const matched = (index: number): readonly string[] =>
    index < unspoken ? [] : patterns.filter((pattern) => matchesGlob(pattern, String(values[index])));
  const told = (index: number): string =>
    index < unspoken ? formatValue(attribute, values[index]) : matched(index).join(' and ');
  const toldAll = (some: readonly number[]): string => [...new Set(some.map(told))].join(' or ');
  const isOpen = known.some((index) => index >= unspoken && matched(index).length === 0);
  if (['number', 'version', 'date'].includes(attribute.kind.kind)) {
    const all = [...known, ...others].sort((a, b) => a - b);
    const from = all.indexOf(known[0]!);
    const isRun = known.every((index, position) => all[from + position] === index);
    if (isRun && from + known.length === all.length && from > 0)
      return `${name} at least ${told(known[0]!)}${orUnknown}`;
    if (isRun && from === 0) return `${name} below ${told(others[0]!)}${orUnknown}`;
  }
  if (isOpen || (others.length < known.length && known.length > FEW && orUnknown === ''))
    return `${name} other than ${toldAll(others)}${orUnknown}`;
  return `${name} ${toldAll(known)}${orUnknown}`;
}
