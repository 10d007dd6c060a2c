import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { type Diagnostic, fail, ok, type Result, type Span } from '../diagnostic/diagnostic.ts';
import { Fields } from './fields.ts';
import { MAX_DEPTH, plainScalar } from './scalar.ts';

/**
 * YAML (and so JSON) text as plain values that remember where they stand.
 *
 * Scalars keep what was written: a plain number becomes a JavaScript number only when it prints back to the same
 * text, so `12.10` stays the text "12.10", `1e999` stays a text that a reader of numbers refuses, and a price never
 * passes through a float. Keys are unique, `__proto__` is no key, aliases are refused unless a format has them, and size
 * and depth are capped, both of what is written and of what aliases make of it.
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
  /** Largest accepted number of values, those that aliases repeat counted each time. */
  readonly maxNodes?: number;
  /** How many aliases (and merges of them, `<<: *name`) are accepted; none unless given. */
  readonly maxAliases?: number;
}

export const DEFAULT_LIMITS: Required<ReadLimits> = { maxLength: 1_000_000, maxNodes: 20_000, maxAliases: 0 };

class Refusal extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

// uniqueKeys is checked below: the library's own check takes quadratic time.
const YAML = { version: '1.2', schema: 'core', strict: true, uniqueKeys: false } as const;

/** What the library makes of one document. */
type Parsed = ReturnType<typeof parseDocument>;

/** A parsed document as plain values; throws a `Refusal`, or a `RangeError` where values are nested too deep. */
function documentOf(source: string, text: string, parsed: Parsed, limits: Required<ReadLimits>): Document {
  const { maxNodes, maxAliases } = limits;
  const spanAt = (start: number, end: number): Span => ({ source, text, start, end });
  const refuse = (code: string, message: string, range: readonly number[], hint?: string): Refusal =>
    new Refusal({
      code,
      message,
      span: spanAt(range[0]!, Math.max(range[1]!, range[0]! + 1)),
      ...(hint === undefined ? {} : { hint }),
    });
  const error = parsed.errors[0];
  // The library recurses, and reports its own overflow as a syntax error.
  if (error?.message.startsWith('Maximum call stack')) throw new RangeError(error.message);
  if (error !== undefined) {
    const message = error.message.split(/ at line \d+/)[0]!.trim();
    throw new Refusal({ code: 'document-syntax', message, span: spanAt(error.pos[0], error.pos[1]) });
  }
  const root = parsed.contents as Node | null;
  let nodes = 0;
  let aliases = 0;
  const anchors = new Map<string, Node>();
  const seen = new Set<Node>();
  /** What each alias stands for, for places. */
  const targets = new Map<Alias, Node>();

  const targetOf = (alias: Alias): Node => {
    const range = alias.range ?? [0, 0, 0];
    if (maxAliases === 0)
      throw refuse('document-alias', 'aliases are not part of this format', range, 'write the value out');
    aliases += 1;
    if (aliases > maxAliases) throw refuse('document-too-large', `more than ${maxAliases} aliases`, range);
    const target = targets.get(alias) ?? anchors.get(alias.source);
    if (target === undefined) throw refuse('document-alias', `nothing before this is called &${alias.source}`, range);
    targets.set(alias, target);
    return target;
  };

  const mapOf = (map: YAMLMap, depth: number): Record<string, unknown> => {
    const range = map.range ?? [0, 0, 0];
    const result = new Fields();
    const merged: Record<string, unknown>[] = [];
    for (const pair of map.items) {
      const key = pair.key as Node | null;
      const keyRange = key?.range ?? range;
      if (key === null || !isScalar(key)) throw refuse('document-key', 'a key must be a plain text', keyRange);
      const name = key.type === 'PLAIN' ? (key.source ?? '') : String(key.value ?? '');
      if (name === '__proto__') throw refuse('document-key', '"__proto__" cannot be a key', keyRange);
      const value = pair.value as Node | null;
      if (name === '<<' && key.type === 'PLAIN' && maxAliases > 0) {
        for (const one of [convert(value, depth + 1)].flat()) {
          if (typeof one !== 'object' || one === null)
            throw refuse('document-merge', 'only mappings can be merged in by <<', keyRange);
          merged.push(one as Record<string, unknown>);
        }
        continue;
      }
      if (name in result) throw refuse('duplicate-key', `key "${name}" is given twice`, keyRange);
      result[name] = convert(value, depth + 1);
    }
    // What is written outright beats what is merged in, and of that the first.
    for (const one of merged)
      for (const [name, value] of Object.entries(one)) if (!(name in result)) result[name] = value;
    return result;
  };

  const convert = (node: Node | null, depth: number): unknown => {
    nodes += 1;
    const range = node?.range ?? [0, 0, 0];
    if (nodes > maxNodes || depth > MAX_DEPTH) {
      const message =
        depth > MAX_DEPTH ? `values are nested more than ${MAX_DEPTH} deep` : `more than ${maxNodes} values`;
      throw refuse('document-too-large', message, [range[0], range[0] + 1]);
    }
    if (node === null) return null;
    if (isAlias(node)) return convert(targetOf(node), depth + 1);
    const { anchor } = node as { anchor?: string };
    // Where an alias repeats a value, its anchors have had their turn already.
    if (anchor !== undefined && !seen.has(node)) anchors.set(anchor, node);
    seen.add(node);
    if (isScalar(node)) {
      return node.type === 'PLAIN' ? plainScalar(node.source ?? '') : String(node.value ?? '');
    }
    if (isSeq(node)) return node.items.map((item) => convert(item as Node | null, depth + 1));
    if (!isMap(node)) throw refuse('document-syntax', 'this is not a value', range);
    return mapOf(node, depth);
  };
  const value = convert(root, 0);

  const written = (node: Node | null | undefined): Node | null | undefined =>
    node !== null && node !== undefined && isAlias(node) ? targets.get(node) : node;
  const pairOf = (
    map: YAMLMap,
    step: string | number,
  ): { readonly key: Node; readonly value: Node | null } | undefined => {
    const named = (name: string) =>
      map.items.filter((item) => isScalar(item.key) && String(item.key.source ?? item.key.value) === name);
    const [own] = named(String(step));
    if (own !== undefined) return own as unknown as { key: Node; value: Node | null };
    for (const merge of maxAliases > 0 ? named('<<') : []) {
      const from = written(merge.value as Node | null);
      for (const one of isSeq(from) ? (from.items as Node[]) : [from]) {
        const inner = written(one);
        const found = isMap(inner) ? pairOf(inner, step) : undefined;
        if (found !== undefined) return found;
      }
    }
    return undefined;
  };
  const find = (path: Path, wantKey: boolean): Span => {
    let node: Node | null | undefined = written(root);
    let range = node?.range ?? [0, 0, 0];
    for (const [index, step] of path.entries()) {
      let next: Node | null | undefined;
      if (isMap(node)) {
        const pair = pairOf(node, step);
        if (wantKey && index === path.length - 1 && pair?.key.range) range = pair.key.range;
        else next = pair?.value;
      } else if (isSeq(node)) {
        next = node.items[Number(step)] as Node | undefined;
      }
      if (next === undefined || next === null) break;
      range = next.range ?? range;
      node = written(next);
    }
    return spanAt(range[0], Math.max(range[1], range[0] + 1));
  };
  return {
    source,
    value,
    spanOf: (path: Path) => find(path, false),
    keySpanOf: (path: Path) => find(path, true),
  };
}

/** Runs a reading; what it refuses is one diagnostic. */
function guarded<T>(source: string, text: string, { maxLength }: Required<ReadLimits>, read: () => T): Result<T> {
  if (text.length > maxLength) {
    return fail({
      code: 'document-too-large',
      message: `${source} has ${text.length} characters; the limit is ${maxLength}`,
      path: source,
    });
  }
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof Refusal) return fail(error.diagnostic);
    // The YAML parser recurses: a text of ten thousand brackets ends in a RangeError.
    if (error instanceof RangeError) {
      const span: Span = { source, text, start: 0, end: 1 };
      return fail({ code: 'document-too-large', message: 'values are nested too deep', span });
    }
    throw error;
  }
}

/** Reads one document. Every failure is one diagnostic with its place. */
export function readDocument(source: string, text: string, limits: ReadLimits = {}): Result<Document> {
  const all = { ...DEFAULT_LIMITS, ...limits };
  return guarded(source, text, all, () =>
    documentOf(source, text, parseDocument(text, { ...YAML, lineCounter: new LineCounter() }), all),
  );
}

/** Reads a text of several documents, each after a line `---`; those without a value are left out. */
export function readDocuments(source: string, text: string, limits: ReadLimits = {}): Result<readonly Document[]> {
  const all = { ...DEFAULT_LIMITS, ...limits };
  return guarded(source, text, all, () => {
    const parsed = parseAllDocuments(text, { ...YAML, lineCounter: new LineCounter() });
    const documents = Array.isArray(parsed) ? (parsed as Parsed[]) : [];
    return documents.map((one) => documentOf(source, text, one, all)).filter(({ value }) => value !== null);
  });
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
