import { distance } from 'fastest-levenshtein';

/**
 * The names that a misspelt name was most likely meant to be: the nearest, at most `most`, by code units.
 * A name counts as near when its edit distance is at most a third of its length (at least 2), or when one of the two
 * is the beginning of the other.
 *
 * @example nearest('us-east1', ['us-east-1', 'eu-west-1']) // ['us-east-1']
 */
export function nearest(name: string, known: Iterable<string>, most = 3): readonly string[] {
  const wanted = name.toLowerCase();
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  const ranked: { name: string; rank: number }[] = [];
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const rank = distance(wanted, other);
    const isPrefix = wanted.length >= 2 && (other.startsWith(wanted) || wanted.startsWith(other));
    if (rank <= limit || isPrefix) ranked.push({ name: candidate, rank });
  }
  ranked.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  // What is further off than the nearest only blurs the hint.
  return ranked
    .filter((entry) => entry.rank === ranked[0]!.rank)
    .slice(0, most)
    .map((entry) => entry.name);
}

/** A hint from near names; without any, the first few of what exists. Absent when nothing is known. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const all = [...known];
  const near = nearest(name, all);
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  if (all.length === 0) return undefined;
  const shown = all.slice(0, 8).join(', ');
  return all.length > 8 ? `known are ${shown} and ${all.length - 8} more` : `known are ${shown}`;
}
