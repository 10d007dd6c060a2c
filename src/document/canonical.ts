/**
 * One text for every value that says the same: keys in order of code units. For digests.
 *
 * @example canonicalJson({ b: 1, a: [2] }) // '{"a":[2],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const texts = fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${texts.sort().join(',')}}`;
}

/** The same for a record of lists whose order means nothing, such as the types and offers of a catalog. */
export function canonicalLists(lists: Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(lists).map(
    ([key, list]) => [key, Array.isArray(list) ? list.map(canonicalJson).sort() : list] as const,
  );
  return canonicalJson(Object.fromEntries(sorted));
}
