// Keys are few and come again and again; what is remembered of them is bounded.
const MOST_KEYS = 2_000;
const quoted = new Map<string, string>();

function quote(key: string): string {
  let text = quoted.get(key);
  if (text === undefined) {
    text = `${JSON.stringify(key)}:`;
    if (quoted.size >= MOST_KEYS) quoted.clear();
    if (key.length < 100) quoted.set(key, text);
  }
  return text;
}

/**
 * One text for every value that says the same: keys in order of code units. For digests.
 *
 * @example canonicalJson({ b: 1, a: [2] }) // '{"a":[2],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = value as Readonly<Record<string, unknown>>;
  const texts: string[] = [];
  for (const key of Object.keys(fields)) {
    const field = fields[key];
    if (field !== undefined) texts.push(quote(key) + canonicalJson(field));
  }
  return `{${texts.sort().join(',')}}`;
}

/** The same for a record of lists whose order means nothing, such as the types and offers of a catalog. */
export function canonicalLists(lists: Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(lists).map(
    ([key, list]) => [key, Array.isArray(list) ? list.map(canonicalJson).sort() : list] as const,
  );
  return canonicalJson(Object.fromEntries(sorted));
}
