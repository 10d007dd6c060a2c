/** A value as text, whatever the order of its keys. */
const plain = (value: unknown): string | undefined =>
  JSON.stringify(value, (_, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part as object).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** What is said otherwise than it is, a line each. */
export const differences = (own: object, said: object): readonly string[] =>
  Object.entries(own).flatMap(([what, is]) => {
    const [expected, found] = [plain(is), plain(said[what as keyof typeof said])];
    return expected === found ? [] : [`the ${what} is ${expected}, the answer says ${found}`];
  });
