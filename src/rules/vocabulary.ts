import { z } from 'zod';
import { decodeValue } from '../catalog/decode.ts';
import type { Attribute, AttributeKind, Capability, Scope, Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { canonicalJson } from '../document/canonical.ts';
import { checkDocument } from '../document/check.ts';
import { type Document, type Path, placeIn, readDocument } from '../document/read.ts';

/** Reads `vocabulary.yaml`: the attributes and capabilities that catalogs, rules and requests may speak of. */

const attributeSchema = z.strictObject({
  type: z.enum(['enum', 'bool', 'number', 'version', 'date', 'set', 'name']),
  scope: z.enum(['type', 'region', 'offer', 'image', 'request']).optional(),
  values: z.array(z.union([z.string(), z.number()])).optional(),
  open: z.boolean().optional(),
  unit: z.string().optional(),
  decimals: z.int().min(0).max(9).optional(),
  default: z.unknown().optional(),
  computed: z.boolean().optional(),
  doc: z.string().min(1),
});

export const vocabularySchema = z.strictObject({
  format: z.literal(1),
  attributes: z.record(z.string().regex(/^(type|offer|image|request)\.[a-z][a-z0-9-]*$/), attributeSchema).optional(),
  capabilities: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/),
      z.strictObject({
        doc: z.string().min(1),
        container: z.boolean().optional(),
        guest: z.enum(['vm', 'limit']).optional(),
        'version-of': z.string().optional(),
      }),
    )
    .optional(),
});

export type VocabularyText = z.infer<typeof vocabularySchema>;

/** What kind of value a declaration of an attribute, or of a parameter, asks for. */
export function kindOf(
  declared: Pick<z.infer<typeof attributeSchema>, 'type' | 'values' | 'open' | 'unit' | 'decimals'>,
): AttributeKind {
  const values = (declared.values ?? []).map(String);
  switch (declared.type) {
    case 'enum':
    case 'set':
      return { kind: declared.type, values, open: declared.open ?? values.length === 0 };
    case 'number':
      return {
        kind: 'number',
        decimals: declared.decimals ?? 0,
        ...(declared.unit === undefined ? {} : { unit: declared.unit }),
      };
    default:
      return { kind: declared.type };
  }
}

const NOTHING: Vocabulary = { attributes: new Map(), capabilities: new Map() };

/** Whether two declarations say the same; in which order they say it makes no difference. */
const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

/**
 * The vocabulary of a document, or of a part of one, beside what is declared already. What is declared again must say
 * the same.
 */
export function readVocabularyDocument(document: Document, base: Vocabulary = NOTHING): Result<Vocabulary> {
  const checked = checkDocument(document, vocabularySchema, 'a vocabulary');
  if (!checked.ok) return checked;
  const faults: Diagnostic[] = [];
  const fault = (code: string, message: string, path: Path, part: 'key' | 'value' = 'value'): void => {
    faults.push({ code, message, ...placeIn(document, path, part) });
  };
  const attributes = new Map(base.attributes);
  const declare = <T>(known: Map<string, T>, name: string, declared: T, path: Path): void => {
    const before = known.get(name);
    if (before !== undefined && !isSame(before, declared))
      fault('vocabulary-clash', `${name} is declared already, and otherwise`, path, 'key');
    else if (before === undefined) known.set(name, declared);
  };
  for (const [name, declared] of Object.entries(checked.value.attributes ?? {})) {
    const prefix = name.slice(0, name.indexOf('.')) as Scope;
    const scope = declared.scope ?? prefix;
    const path = ['attributes', name];
    if (scope !== prefix && !(prefix === 'offer' && scope === 'region')) {
      fault('vocabulary-scope', `${name} is a fact of ${prefix}s, not of ${scope}s`, [...path, 'scope']);
      continue;
    }
    if (declared.computed === true && base !== NOTHING) {
      fault('vocabulary-computed', `nothing computes ${name}`, [...path, 'computed']);
      continue;
    }
    const bare: Attribute = {
      name,
      scope,
      kind: kindOf(declared),
      doc: declared.doc,
      computed: declared.computed ?? false,
    };
    if (scope !== 'request' || declared.default === undefined) {
      if (scope === 'request' && !bare.computed)
        fault('vocabulary-default', `${name} needs a default: without one, rules about it cannot be decided`, path);
      declare(attributes, name, bare, path);
      continue;
    }
    const decoded = decodeValue(bare, declared.default);
    if ('problem' in decoded)
      fault('vocabulary-default', `the default of ${name} ${decoded.problem}`, [...path, 'default']);
    else declare(attributes, name, { ...bare, default: decoded.value }, path);
  }
  const capabilities = new Map(base.capabilities);
  for (const [name, declared] of Object.entries(checked.value.capabilities ?? {})) {
    const versionOf = declared['version-of'];
    const capability: Capability = {
      name,
      doc: declared.doc,
      container: declared.container ?? false,
      guest: declared.guest ?? 'limit',
      ...(versionOf === undefined ? {} : { versionOf }),
    };
    declare(capabilities, name, capability, ['capabilities', name]);
  }
  return faults.length > 0 ? fail(...faults) : ok({ attributes, capabilities });
}

/** The vocabulary of a file's text. */
export function readVocabulary(source: string, text: string, base?: Vocabulary): Result<Vocabulary> {
  const document = readDocument(source, text);
  return document.ok ? readVocabularyDocument(document.value, base) : document;
}
