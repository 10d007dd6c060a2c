interface Memory<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
}

/**
 * A function that works out the answer for each key once, and keeps it.
 *
 * @param known where answers are kept: in a `WeakMap`, for as long as the key is in use
 */
export function once<K, V>(make: (key: K) => V, known: Memory<K, V> = new Map<K, V>()): (key: K) => V {
  return (key) => {
    let found = known.get(key);
    if (found === undefined) {
      found = make(key);
      known.set(key, found);
    }
    return found;
  };
}
