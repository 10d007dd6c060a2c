import { z } from 'zod';
import { buildCatalog, type Catalog } from '../catalog/catalog.ts';
import { decodeValue } from '../catalog/decode.ts';
import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { type Document, type Path, placeIn } from '../document/read.ts';
import { parseMoney } from '../quantity/money.ts';

/** The `catalog` section of a problem file: types, offers, images and regions written out. */

const facts = z.record(z.string(), z.unknown());

export const inlineCatalogSchema = z.strictObject({
  types: z
    .array(
      facts.and(
        z.looseObject({
          name: z.string(),
          cloud: z.string().optional(),
          capacity: z.record(z.string(), z.number()).optional(),
        }),
      ),
    )
    .meta({
      description:
        'Instance types: name, cloud and any attribute of scope type, without its prefix. Absent means unknown.',
    }),
  offers: z
    .array(
      z.strictObject({
        type: z.string(),
        cloud: z
          .string()
          .optional()
          .meta({ description: 'Needed only where several clouds have a type of this name.' }),
        region: z.union([z.string(), z.number()]),
        zones: z.union([z.array(z.string()), z.string()]).optional(),
        market: z.enum(['on-demand', 'spot']).optional(),
        price: z
          .union([z.string(), z.number()])
          .optional()
          .meta({ description: 'USD per hour, at most nine decimals. Absent means that no price is known.' }),
        limit: z.int().min(1).optional().meta({ description: 'How many machines of this offer can be had.' }),
        tenancy: z.string().optional(),
        'price-basis': z.string().optional(),
        'as-of': z.string().optional(),
      }),
    )
    .meta({ description: 'What can be rented, where, in which market, at what price.' }),
  images: z
    .array(facts.and(z.looseObject({ id: z.string() })))
    .optional()
    .meta({ description: 'Images: id and any attribute of scope image. Left out, the base stands for the image.' }),
  regions: z
    .array(facts.and(z.looseObject({ region: z.string(), cloud: z.string().optional() })))
    .optional()
    .meta({ description: 'Facts of regions: country, eu, access, zones.' }),
});

export type InlineCatalog = z.infer<typeof inlineCatalogSchema>;

/** The cloud of types that name none. */
export const UNNAMED_CLOUD = 'local';

/**
 * The catalog that a problem file writes out. `document` and `at` place diagnostics; `at` is the path of the section.
 */
export function readInlineCatalog(
  section: InlineCatalog,
  vocabulary: Vocabulary,
  document: Document,
  at: Path,
  digest: string,
): Result<Catalog> {
  const builder = buildCatalog(vocabulary);
  const faults: Diagnostic[] = [];
  const fault = (path: Path, message: string, hint?: string, part: 'key' | 'value' = 'value'): void => {
    faults.push({
      code: 'invalid-catalog',
      message,
      ...placeIn(document, [...at, ...path], part),
      ...(hint === undefined ? {} : { hint }),
    });
  };
  const state = (
    prefix: string,
    scope: string,
    row: number,
    fields: Readonly<Record<string, unknown>>,
    skipped: readonly string[],
    path: Path,
  ): void => {
    for (const [key, raw] of Object.entries(fields)) {
      if (skipped.includes(key) || raw === null || raw === undefined) continue;
      const attribute = vocabulary.attributes.get(prefix + key);
      if (attribute === undefined || attribute.scope !== scope) {
        const known = [...vocabulary.attributes.values()]
          .filter((one) => one.scope === scope)
          .map((one) => one.name.slice(prefix.length));
        fault([...path, key], `"${key}" is no attribute of a ${scope}`, didYouMean(key, known), 'key');
        continue;
      }
      const decoded = decodeValue(attribute, raw);
      if ('problem' in decoded) fault([...path, key], `${attribute.name} ${decoded.problem}`, decoded.hint);
      else builder.fact(attribute, row, decoded.value);
    }
  };

  const cloudsOf = new Map<string, string[]>();
  const clouds = new Set<string>();
  for (const [index, type] of section.types.entries()) {
    const cloud = type.cloud ?? UNNAMED_CLOUD;
    const path = ['types', index];
    if (builder.hasType(cloud, type.name)) {
      fault([...path, 'name'], `type ${type.name} of cloud ${cloud} is given twice`);
      continue;
    }
    const nameOf = decodeValue(vocabulary.attributes.get('type.name')!, type.name);
    if ('problem' in nameOf) fault([...path, 'name'], `type.name ${nameOf.problem}`);
    state('type.', 'type', builder.type(cloud, type.name), type, ['name', 'cloud', 'capacity'], path);
    clouds.add(cloud);
    cloudsOf.set(type.name, [...(cloudsOf.get(type.name) ?? []), cloud]);
  }
  for (const [index, region] of (section.regions ?? []).entries()) {
    const cloud = region.cloud ?? UNNAMED_CLOUD;
    state('offer.', 'region', builder.region(cloud, region.region), region, ['region', 'cloud'], ['regions', index]);
  }
  const seen = new Set<string>();
  for (const [index, offer] of section.offers.entries()) {
    const path = ['offers', index];
    const owners = cloudsOf.get(offer.type);
    if (owners === undefined) {
      fault(
        [...path, 'type'],
        `no type of the catalog is called "${offer.type}"`,
        didYouMean(offer.type, cloudsOf.keys()),
      );
      continue;
    }
    if (offer.cloud === undefined && owners.length > 1) {
      fault([...path, 'type'], `several clouds have a type "${offer.type}"`, `add cloud: ${owners.join(' or ')}`);
      continue;
    }
    const cloud = offer.cloud ?? owners[0]!;
    if (!owners.includes(cloud)) {
      fault([...path, 'cloud'], `cloud "${cloud}" has no type "${offer.type}"`, didYouMean(cloud, owners));
      continue;
    }
    let price = Number.NaN;
    if (offer.price !== undefined) {
      const parsed = parseMoney(String(offer.price));
      if (parsed === undefined) {
        fault(
          [...path, 'price'],
          `price "${String(offer.price)}" is not an amount of USD per hour`,
          'write a plain decimal with at most nine decimals, such as 0.0416',
        );
        continue;
      }
      price = parsed;
    }
    const regionName = String(offer.region);
    const region = builder.region(cloud, regionName);
    const row = builder.offer(builder.type(cloud, offer.type), region, price, offer.limit ?? Number.POSITIVE_INFINITY);
    const market = offer.market ?? 'on-demand';
    const { zones, tenancy, 'price-basis': basis, 'as-of': asOf } = offer;
    state('offer.', 'offer', row, { market, zones, tenancy, 'price-basis': basis, 'as-of': asOf }, [], path);
    const key = [cloud, offer.type, regionName, market, String(zones ?? '')].join(' ');
    if (seen.has(key)) fault(path, `the offer of ${offer.type} in ${regionName} (${market}) is given twice`);
    seen.add(key);
  }
  for (const [index, image] of (section.images ?? []).entries()) {
    const row = builder.image();
    state('image.', 'image', row, image, [], ['images', index]);
    if (image.cloud !== undefined && !clouds.has(String(image.cloud))) {
      fault(
        ['images', index, 'cloud'],
        `no type of the catalog is of cloud "${String(image.cloud)}"`,
        didYouMean(String(image.cloud), clouds),
      );
    }
  }
  return faults.length > 0 ? fail(...faults) : ok(builder.finish({ gapsAreUnknown: false, digest }));
}
