import { z } from 'zod';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { type Document, type Path, placeIn } from './read.ts';

/** The keys that a schema accepts at a path of a value, for hints about unknown keys. */
function keysAt(schema: z.core.$ZodType, path: Path, whole: unknown): readonly string[] {
  let current: z.core.$ZodType | undefined = schema;
  let value = whole;
  /** Of a union the branch that the value says it is. */
  const choose = (): void => {
    if (!(current instanceof z.ZodDiscriminatedUnion)) return;
    const own = value as object | null;
    current = (current.options as readonly z.core.$ZodType[]).find((option) => {
      const parsed = option instanceof z.ZodObject ? option.shape.kind : undefined;
      return parsed !== undefined && z.safeParse(parsed as z.ZodType, (own as { kind?: unknown }).kind).success;
    });
  };
  const unwrap = (): void => {
    while (
      current instanceof z.ZodOptional ||
      current instanceof z.ZodDefault ||
      current instanceof z.ZodNullable ||
      current instanceof z.ZodReadonly
    ) {
      current = current.unwrap() as z.core.$ZodType;
    }
  };
  for (const step of path) {
    unwrap();
    choose();
    if (current instanceof z.ZodObject) current = current.shape[String(step)] as z.core.$ZodType | undefined;
    else if (current instanceof z.ZodArray) current = current.element as z.core.$ZodType;
    else if (current instanceof z.ZodRecord) current = current.valueType as z.core.$ZodType;
    else return [];
    value = (value as Readonly<Record<string | number, unknown>> | null | undefined)?.[step];
  }
  unwrap();
  choose();
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

/** The issues of the branch of a union that came nearest to fitting. */
function flatten(issue: z.core.$ZodIssue, prefix: Path): readonly { issue: z.core.$ZodIssue; path: Path }[] {
  const path = [...prefix, ...(issue.path as Path)];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ issue, path }];
  const depth = (branch: readonly z.core.$ZodIssue[]): number =>
    Math.max(0, ...branch.map((inner) => inner.path.length));
  const best = [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
  if (depth(best) === 0) return [{ issue, path }];
  return best.flatMap((inner) => flatten(inner, path));
}

/** What an issue says, as the message of a diagnostic. */
function wordsOf(issue: z.core.$ZodIssue): string {
  const own = issue.message.replace(/^Invalid input: /, '').replace(/, received undefined$/, ', and nothing is given');
  if (issue.code !== 'invalid_union') return own;
  // Each branch says what it expected; together they say what would have fitted.
  const branches = issue.errors.flatMap((branch) => branch.map((inner) => wordsOf(inner)));
  const expected = branches.map((text) => /^expected (.*?)(?:, received .*)?$/.exec(text)?.[1]);
  return expected.length > 0 && !expected.includes(undefined) ? `expected ${[...new Set(expected)].join(' or ')}` : own;
}

/**
 * The value of a document in the shape of a schema, or one diagnostic per fault, each at its place. An unknown key is
 * a fault, with the nearest known key as hint.
 *
 * `name` says what the document is, for the message: "a rule file".
 */
export function checkDocument<T>(document: Document, schema: z.ZodType<T>, name: string): Result<T> {
  const parsed = schema.safeParse(document.value);
  if (parsed.success) return ok(parsed.data);
  const diagnostics = parsed.error.issues.flatMap((top) =>
    flatten(top, []).flatMap(({ issue, path }): Diagnostic[] => {
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => {
          const hint = didYouMean(key, keysAt(schema, path, document.value));
          return {
            code: 'unknown-key',
            message: `${name} has no key "${key}" here`,
            ...placeIn(document, [...path, key], 'key'),
            ...(hint === undefined ? {} : { hint }),
          };
        });
      }
      const words = wordsOf(issue);
      const missing = words.endsWith(', and nothing is given') ? path.at(-1) : undefined;
      const message =
        missing === undefined ? words : `"${missing}" is missing: ${words.replace(', and nothing is given', '')}`;
      return [{ code: 'invalid-value', message, ...placeIn(document, path) }];
    }),
  );
  return fail(...diagnostics);
}
