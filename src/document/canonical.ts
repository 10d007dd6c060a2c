/** The keys of a map in the order of a canonical text, each as it stands there. */
interface KeyOrder {
  /** As the map has them. */
  readonly keys: readonly string[];
  readonly sorted: readonly { readonly key: string; readonly text: string }[];
}

// Rows of lists mostly have the same few sets of keys.
const MOST_KNOWN = 8;
const MOST_KEYS = 64;
const known: KeyOrder[] = [];

function isOf(order: KeyOrder, keys: readonly string[]): boolean {
  if (keys.length !== order.keys.length) return false;
  for (let index = 0; index < keys.length; index += 1) if (keys[index] !== order.keys[index]) return false;
  return true;
}

function orderOf(keys: readonly string[]): KeyOrder['sorted'] {
  for (const order of known) if (isOf(order, keys)) return order.sorted;
  const sorted = keys.map((key) => ({ key, text: `${JSON.stringify(key)}:` }));
  sorted.sort((a, b) => (a.text < b.text ? -1 : 1));
  if (keys.length > MOST_KEYS) return sorted;
  known.unshift({ keys, sorted });
  if (known.length > MOST_KNOWN) known.pop();
  return sorted;
}

/** Texts that JSON writes as they are. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * One text for every value that says the same: keys in order of code units. For digests.
 *
 * @example canonicalJson({ b: 1, a: [2] }) // '{"a":[2],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`;
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const { key, text: name } of orderOf(Object.keys(fields))) {
    const field = fields[key];
    if (field !== undefined) text += `${text === '' ? '' : ','}${name}${canonicalJson(field)}`;
  }
  return `{${text}}`;
}

/** The same for a record of lists whose order means nothing, such as the types and offers of a catalog. */
export function canonicalLists(lists: Readonly<Record<string, unknown>>): string {
  const textOf = (list: unknown): string =>
    Array.isArray(list) ? `[${list.map(canonicalJson).sort().join(',')}]` : canonicalJson(list);
  const named = orderOf(Object.keys(lists)).filter(({ key }) => lists[key] !== undefined);
  return `{${named.map(({ key, text }) => `${text}${textOf(lists[key])}`).join(',')}}`;
}
