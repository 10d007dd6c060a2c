import { z } from 'zod';
import type { CatalogBuilder } from '../catalog/catalog.ts';
import { decodeValue } from '../catalog/decode.ts';
import type { Attribute, Value, Vocabulary } from '../catalog/value.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { compareText } from '../quantity/order.ts';

/** What the readers of products files share: the frame, fields and versions, and how they say what is wrong. */

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** The frame of a products file; its items are checked by hand. */
export const fileSchema = z.looseObject({
  format: z.literal('products:1.0'),
  content_id: z.string(),
  datatype: z.string(),
  // A schema for the products' own fields would be walked thousands of times: the readers check them.
  products: z.record(z.string(), z.custom<Fields>(isFields, 'expected a map')),
});

export type ProductsFile = z.infer<typeof fileSchema>;

export const has = (fields: Fields, key: string): boolean => Object.hasOwn(fields, key);

/** Raised among the readers of this format only: the first fault ends the reading and becomes the result. */
export class Fault extends Error {
  readonly diagnostic: Diagnostic;
  constructor(source: string, path: string, message: string, hint?: string) {
    super(message);
    this.diagnostic = {
      code: 'invalid-catalog',
      message,
      path: `${source}: ${path}`,
      ...(hint === undefined ? {} : { hint }),
    };
  }
}

export interface Reader {
  readonly builder: CatalogBuilder;
  readonly vocabulary: Vocabulary;
  /** Prices of later versions are not read: `20260720`; undefined means the newest counts. */
  readonly latest: string | undefined;
}

export function attributeNamed(reader: Reader, name: string): Attribute {
  const attribute = reader.vocabulary.attributes.get(name);
  if (attribute === undefined) throw new Error(`the vocabulary lacks ${name}`);
  return attribute;
}

export function decode(attribute: Attribute, raw: unknown, source: string, path: string): Value {
  const decoded = decodeValue(attribute, raw);
  if ('problem' in decoded) throw new Fault(source, path, `${attribute.name} ${decoded.problem}`, decoded.hint);
  return decoded.value;
}

/** States every field of `fields` that is an attribute with the prefix; `ignored` fields and sub-trees are passed over. */
export function stateFacts(
  reader: Reader,
  prefix: string,
  row: number,
  fields: Fields,
  ignored: ReadonlySet<string>,
  source: string,
  path: string,
): void {
  for (const [key, raw] of Object.entries(fields)) {
    if (ignored.has(key) || raw === '') continue;
    const attribute = reader.vocabulary.attributes.get(prefix + key);
    if (attribute === undefined) throw new Fault(source, `${path}.${key}`, `${prefix}${key} is no declared attribute`);
    reader.builder.fact(attribute, row, decode(attribute, raw, source, `${path}.${key}`));
  }
}

/** The versions of a product from newest to oldest, those after `latest` left out. Versions sort as plain text. */
export function versionsOf(
  reader: Reader,
  product: Fields,
  source: string,
  path: string,
): readonly (readonly [version: string, items: Fields])[] {
  const versions = product.versions;
  if (!isFields(versions)) throw new Fault(source, path, 'a product needs versions');
  const names = Object.keys(versions)
    .filter((version) => reader.latest === undefined || version.slice(0, 8) <= reader.latest)
    .sort((a, b) => compareText(b, a));
  return names.map((version) => {
    const body = versions[version];
    const items = isFields(body) ? body.items : undefined;
    if (!isFields(items)) throw new Fault(source, `${path}.versions.${version}`, 'a version needs items');
    return [version, items];
  });
}
