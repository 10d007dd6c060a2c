import type { Catalog } from '../catalog/catalog.ts';
import type { Vocabulary } from '../catalog/value.ts';
import { ok, type Result, type Span } from '../diagnostic/diagnostic.ts';
import type { Document, Path } from '../document/read.ts';
import type { ParamSetting } from '../rules/param-setting.ts';
import { type Program, withPlaces } from '../rules/program.ts';
import { loadCatalog } from './catalogs.ts';
import { sha256 } from './files.ts';
import { extendVocabulary, loadRules, loadVocabulary } from './packs.ts';

// Streams may have any number of catalogs and lists of rules: those that were asked for last are kept.
const MOST_CATALOGS = 4;
const MOST_INLINE = 16;
/** Longer catalogs, as text, are read each time. */
const LONGEST_INLINE = 200_000;
/** Characters. */
const SHORT = 10_000;
const MOST_PROGRAMS = 64;
const MOST_VOCABULARIES = 16;
/** Longer lists of rules, as JSON, are read each time. */
const LONGEST_LIST = 100_000;

/** Remembers what was made for the last so many keys. */
function remembered<T>(most: number, make: (key: string) => T): (key: string) => T {
  const known = new Map<string, { readonly value: T }>();
  return (key) => {
    const found = known.get(key) ?? { value: make(key) };
    known.delete(key);
    known.set(key, found);
    if (known.size > most) known.delete(known.keys().next().value!);
    return found.value;
  };
}

/** Rules that were compiled once, with where those that are written out stand in their list. */
interface Compiled {
  readonly program: Result<Program>;
  readonly places: ReadonlyMap<Span, { readonly path: Path; readonly part: 'key' | 'value' }>;
}

/**
 * Compiles a list of packs for any document that has it. What is kept of it holds on to no document: spans stand for
 * paths in the list, and texts are copies.
 */
function compileList(list: string, vocabulary: Program['vocabulary'], params: readonly ParamSetting[]): Compiled {
  const places = new Map<Span, { readonly path: Path; readonly part: 'key' | 'value' }>();
  const placed =
    (part: 'key' | 'value') =>
    (path: Path): Span => {
      const span: Span = { source: 'rules', text: '', start: 0, end: 0 };
      places.set(span, { path, part });
      return span;
    };
  const packs = JSON.parse(list) as unknown[];
  const document: Document = { source: 'rules', value: packs, spanOf: placed('value'), keySpanOf: placed('key') };
  const program = loadRules(packs, vocabulary, document, [], { params });
  const kept = program.ok ? program.value.rules.map((rule) => rule.span) : [];
  return { program, places: new Map(kept.flatMap((span) => (places.has(span) ? [[span, places.get(span)!]] : []))) };
}

/** What problems need of the outside. */
export interface StoredInputs {
  readonly vocabulary: Vocabulary;
  catalog(path: string | undefined, at: string | undefined): Result<Catalog>;
  inline(text: string, make: () => Result<Catalog>): Result<Catalog>;
  rules(packs: readonly unknown[], document: Document, at: Path, params?: readonly ParamSetting[]): Result<Program>;
  /** The same, with one's own vocabularies beside this one. */
  speaking(own: readonly unknown[], document: Document, at: Path): Result<StoredInputs>;
  digest(text: string): string;
}

/**
 * Catalogs and rules from disk, for problems that name them: each is read once, however many problems ask for it. Rules
 * that problems write out are compiled once per distinct list.
 */
export function storedInputs(vocabulary: Vocabulary = loadVocabulary()): StoredInputs {
  const catalogs = remembered(MOST_CATALOGS, (key): Result<Catalog> => {
    const [path, at] = JSON.parse(key) as [string | null, string | null];
    return loadCatalog({ vocabulary, at: at ?? undefined, ...(path === null ? {} : { path }) });
  });
  const inline = new Map<string, Result<Catalog> | undefined>();
  const programs = remembered(MOST_PROGRAMS, (key) => {
    const [list, params] = JSON.parse(key) as [string, readonly (readonly [string, unknown])[]];
    return compileList(
      list,
      vocabulary,
      params.map(([id, value]) => ({ id, value, place: {} })),
    );
  });
  const speaking = remembered(MOST_VOCABULARIES, (own) => {
    const extended = extendVocabulary(vocabulary, JSON.parse(own) as unknown[]);
    return extended.ok ? ok(storedInputs(extended.value)) : extended;
  });
  return {
    vocabulary,
    catalog: (path: string | undefined, at: string | undefined) => catalogs(JSON.stringify([path ?? null, at ?? null])),
    inline(text: string, make: () => Result<Catalog>): Result<Catalog> {
      if (text.length > LONGEST_INLINE) return make();
      // A short text is its own key; of a long one only its digest is kept.
      const key = text.length < SHORT ? text : sha256(text);
      const known = inline.get(key);
      const found = known ?? make();
      // What is wrong is told at its place in its own document.
      if (!found.ok) return found;
      // Most catalogs are asked for once or often: one is kept from the second time on.
      const isAgain = inline.delete(key);
      inline.set(key, isAgain ? found : undefined);
      if (inline.size > MOST_INLINE) inline.delete(inline.keys().next().value!);
      return found;
    },
    speaking(own: readonly unknown[], document: Document, at: Path): Result<StoredInputs> {
      const known = speaking(JSON.stringify(own));
      if (known.ok) return known;
      // What is wrong is told at its place in this document.
      const extended = extendVocabulary(vocabulary, own, document, at);
      return extended.ok ? ok(storedInputs(extended.value)) : extended;
    },
    rules(
      packs: readonly unknown[],
      document: Document,
      at: Path,
      params: readonly ParamSetting[] = [],
    ): Result<Program> {
      const named = packs.every((pack) => typeof pack === 'string');
      // A value that is no document may hold what JSON does not tell.
      const list = named || document.spanOf(at).text !== '' ? JSON.stringify(packs) : undefined;
      if (list !== undefined && list.length <= LONGEST_LIST) {
        const { program, places } = programs(JSON.stringify([list, params.map(({ id, value }) => [id, value])]));
        if (program.ok) {
          if (places.size === 0) return program;
          const moved = withPlaces(program.value, ({ span }) => {
            const place = places.get(span);
            if (place === undefined) return undefined;
            const path = [...at, ...place.path];
            return place.part === 'key' ? document.keySpanOf(path) : document.spanOf(path);
          });
          return ok(moved);
        }
      }
      // What is wrong is told at its place in this document.
      return loadRules(packs, vocabulary, document, at, { params });
    },
    digest: (text: string) => `sha256:${sha256(text)}`,
  };
}
