import { z } from 'zod';
import { decodeValue } from '../catalog/decode.ts';
import type { Attribute, AttributeKind, Capability, Scope, Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { checkDocument } from '../document/check.ts';
import { placeIn, readDocument } from '../document/read.ts';

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

const vocabularySchema = z.strictObject({
  format: z.literal(1),
  attributes: z.record(z.string().regex(/^(type|offer|image|request)\.[a-z][a-z0-9-]*$/), attributeSchema),
  capabilities: z.record(
    z.string().regex(/^[a-z][a-z0-9-]*$/),
    z.strictObject({
      doc: z.string().min(1),
      container: z.boolean().optional(),
      guest: z.enum(['vm', 'limit']).optional(),
      'version-of': z.string().optional(),
    }),
  ),
});

function kindOf(declared: z.infer<typeof attributeSchema>): AttributeKind {
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

/** The vocabulary of a file's text. */
export function readVocabulary(source: string, text: string): Result<Vocabulary> {
  const document = readDocument(source, text);
  if (!document.ok) return document;
  const checked = checkDocument(document.value, vocabularySchema, 'a vocabulary');
  if (!checked.ok) return checked;
  const faults: Diagnostic[] = [];
  const attributes = new Map<string, Attribute>();
  for (const [name, declared] of Object.entries(checked.value.attributes)) {
    const prefix = name.slice(0, name.indexOf('.')) as Scope;
    const scope = declared.scope ?? prefix;
    const bare: Attribute = {
      name,
      scope,
      kind: kindOf(declared),
      doc: declared.doc,
      computed: declared.computed ?? false,
    };
    const path = ['attributes', name];
    if (scope !== 'request' || declared.default === undefined) {
      if (scope === 'request' && !bare.computed) {
        faults.push({
          code: 'vocabulary-default',
          message: `${name} needs a default: without one, rules about it cannot be decided`,
          ...placeIn(document.value, path),
        });
      }
      attributes.set(name, bare);
      continue;
    }
    const decoded = decodeValue(bare, declared.default);
    if ('problem' in decoded)
      faults.push({
        code: 'vocabulary-default',
        message: `the default of ${name} ${decoded.problem}`,
        ...placeIn(document.value, [...path, 'default']),
      });
    else attributes.set(name, { ...bare, default: decoded.value });
  }
  const capabilities = new Map<string, Capability>();
  for (const [name, declared] of Object.entries(checked.value.capabilities)) {
    const versionOf = declared['version-of'];
    capabilities.set(name, {
      name,
      doc: declared.doc,
      container: declared.container ?? false,
      guest: declared.guest ?? 'limit',
      ...(versionOf === undefined ? {} : { versionOf }),
    });
  }
  return faults.length > 0 ? fail(...faults) : ok({ attributes, capabilities });
}
