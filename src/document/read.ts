import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { type Diagnostic, fail, ok, type Result, type Span } from '../diagnostic/diagnostic.ts';
import { MAX_DEPTH, plainScalar } from './scalar.ts';

/**
 * YAML (and so JSON) text as plain values that remember where they stand.
 *
 * Scalars keep what was written: a plain number becomes a JavaScript number only when it prints back to the same
 * text, so `12.10` stays the text "12.10", `1e999` stays a text that a reader of numbers refuses, and a price never
 * passes through a float. Keys are unique, `__proto__` is no key, aliases are refused, and size and depth are capped.
 */

export type Path = readonly (string | number)[];

export interface Document {
  readonly source: string;
  /** Plain objects without a prototype, arrays, strings, numbers, booleans, null. */
  readonly value: unknown;
  /** Where the value at a path stands; of the nearest enclosing value when the path leads nowhere. */
  spanOf(path: Path): Span;
  /** Where the key that a path ends in stands. */
  keySpanOf(path: Path): Span;
}

export interface ReadLimits {
  /** Largest accepted text, in UTF-16 units. */
  readonly maxLength?: number;
  /** Largest accepted number of values. */
  readonly maxNodes?: number;
}

export const DEFAULT_LIMITS: Required<ReadLimits> = { maxLength: 1_000_000, maxNodes: 20_000 };

class Refusal extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** Reads one document. Every failure is one diagnostic with its place. */
export function readDocument(source: string, text: string, limits: ReadLimits = {}): Result<Document> {
  const { maxLength, maxNodes } = { ...DEFAULT_LIMITS, ...limits };
  const spanAt = (start: number, end: number): Span => ({ source, text, start, end });
  if (text.length > maxLength) {
    return fail({
      code: 'document-too-large',
      message: `${source} has ${text.length} characters; the limit is ${maxLength}`,
      path: source,
    });
  }
  try {
    // uniqueKeys is checked below: the library's own check takes quadratic time.
    const parsed = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      strict: true,
      uniqueKeys: false,
      lineCounter: new LineCounter(),
    });
    const error = parsed.errors[0];
    // The library recurses, and reports its own overflow as a syntax error.
    if (error?.message.startsWith('Maximum call stack')) throw new RangeError(error.message);
    if (error !== undefined) {
      return fail({
        code: 'document-syntax',
        message: error.message.split(/ at line \d+/)[0]!.trim(),
        span: spanAt(error.pos[0], error.pos[1]),
      });
    }
    const root = parsed.contents as Node | null;
    let nodes = 0;

    const convert = (node: Node | null, depth: number): unknown => {
      nodes += 1;
      const range = node?.range ?? [0, 0, 0];
      if (nodes > maxNodes || depth > MAX_DEPTH) {
        throw new Refusal({
          code: 'document-too-large',
          message: depth > MAX_DEPTH ? `values are nested more than ${MAX_DEPTH} deep` : `more than ${maxNodes} values`,
          span: spanAt(range[0], range[0] + 1),
        });
      }
      if (node === null) return null;
      if (isAlias(node)) {
        throw new Refusal({
          code: 'document-alias',
          message: 'aliases are not part of this format',
          span: spanAt(range[0], range[1]),
          hint: 'write the value out',
        });
      }
      if (isScalar(node)) {
        return node.type === 'PLAIN' ? plainScalar(node.source ?? '') : String(node.value ?? '');
      }
      if (isSeq(node)) return node.items.map((item) => convert(item as Node | null, depth + 1));
      if (!isMap(node))
        throw new Refusal({
          code: 'document-syntax',
          message: 'this is not a value',
          span: spanAt(range[0], range[1]),
        });
      const result: Record<string, unknown> = Object.create(null);
      for (const pair of node.items) {
        const key = pair.key as Node | null;
        const keyRange = key?.range ?? range;
        if (key === null || !isScalar(key)) {
          throw new Refusal({
            code: 'document-key',
            message: 'a key must be a plain text',
            span: spanAt(keyRange[0], keyRange[1]),
          });
        }
        const name = key.type === 'PLAIN' ? (key.source ?? '') : String(key.value ?? '');
        const span = spanAt(keyRange[0], keyRange[1]);
        if (name === '__proto__')
          throw new Refusal({ code: 'document-key', message: '"__proto__" cannot be a key', span });
        if (name in result) throw new Refusal({ code: 'duplicate-key', message: `key "${name}" is given twice`, span });
        result[name] = convert(pair.value as Node | null, depth + 1);
      }
      return result;
    };

    const find = (path: Path, wantKey: boolean): Span => {
      let node: Node | null = root;
      let range = node?.range ?? [0, 0, 0];
      for (const [index, step] of path.entries()) {
        let next: Node | null | undefined;
        if (isMap(node)) {
          const pair = node.items.find(
            (item) => isScalar(item.key) && String(item.key.source ?? item.key.value) === String(step),
          );
          const key = pair?.key as Node | undefined;
          if (wantKey && index === path.length - 1 && key?.range) range = key.range;
          else next = pair?.value as Node | null | undefined;
        } else if (isSeq(node)) {
          next = node.items[Number(step)] as Node | undefined;
        }
        if (next === undefined || next === null) break;
        node = next;
        range = next.range ?? range;
      }
      return spanAt(range[0], Math.max(range[1], range[0] + 1));
    };

    return ok({
      source,
      value: convert(root, 0),
      spanOf: (path: Path) => find(path, false),
      keySpanOf: (path: Path) => find(path, true),
    });
  } catch (error) {
    if (error instanceof Refusal) return fail(error.diagnostic);
    // The YAML parser recurses: a text of ten thousand brackets ends in a RangeError.
    if (error instanceof RangeError) {
      return fail({ code: 'document-too-large', message: 'values are nested too deep', span: spanAt(0, 1) });
    }
    throw error;
  }
}

/** A document for a value that came as a value: its places are paths, in spans without a text. */
export function documentOfValue(source: string, value: unknown): Document {
  const spanOf = (path: Path): Span => ({ source: formatPath(path) || source, text: '', start: 0, end: 0 });
  return { source, value, spanOf, keySpanOf: spanOf };
}

/** A part of a document as a document of its own, with the places of the whole. */
export function partOf(document: Document, at: Path, value: unknown): Document {
  return {
    source: document.source,
    value,
    spanOf: (path) => document.spanOf([...at, ...path]),
    keySpanOf: (path) => document.keySpanOf([...at, ...path]),
  };
}

/** `catalog.types[2].mem`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** Span and path of a place in a document, as a diagnostic carries them: no span where there is no text. */
export function placeIn(
  document: Document,
  path: Path,
  part: 'key' | 'value' = 'value',
): { span?: Span; path: string } {
  const span = part === 'key' ? document.keySpanOf(path) : document.spanOf(path);
  return span.text === '' ? { path: span.source } : { span, path: formatPath(path) };
}
