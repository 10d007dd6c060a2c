import { z } from 'zod';
import { buildCatalog, type Catalog, type CatalogBuilder } from '../catalog/catalog.ts';
import { decodeValue, IDENTIFIER_HINT, isIdentifier } from '../catalog/decode.ts';
import { applyPriceEdits } from '../catalog/prices.ts';
import type { Attribute, Scope, Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { type Document, type Path, placeIn } from '../document/read.ts';
import { parseMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';
import { pricesSchema, readPriceEntries } from './prices.ts';

/** The `catalog` section of a problem file: types, offers, images and regions written out. */

export const inlineCatalogSchema = z.strictObject({
  types: z
    .array(
      z.looseObject({
        name: z.string(),
        cloud: z.string().optional(),
        capacity: z
          .record(z.string().regex(/^[a-z][a-z0-9-]*$/), z.int().nonnegative())
          .optional()
          .meta({
            description:
              'For models: how much it has of dimensions that units need: of any other one, or in place of cpu-milli, mem (MiB), root-disk (MiB), gpus, local-disk (GiB).',
          }),
      }),
    )
    .meta({
      description:
        'Instance types: name, cloud and any attribute of scope type, without its prefix. Absent means unknown.',
    }),
  offers: z
    .array(
      z.looseObject({
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
    .meta({
      description:
        'What can be rented, where, in which market, at what price; any attribute of scope offer, without its prefix.',
    }),
  images: z
    .array(z.looseObject({ id: z.string().optional() }))
    .optional()
    .meta({ description: 'Images: id and any attribute of scope image. Left out, the base stands for the image.' }),
  regions: z
    .array(z.looseObject({ region: z.string(), cloud: z.string().optional() }))
    .optional()
    .meta({ description: 'Facts of regions: country, eu, access, zones.' }),
  prices: pricesSchema.optional(),
  'unknown-gaps': z.array(z.string()).optional().meta({
    description:
      'Clouds of price lists, whose gaps say nothing: there a type may be sold in any region, at a price that is not known. Left out: what is not offered is not sold.',
  }),
});

export type InlineCatalog = z.infer<typeof inlineCatalogSchema>;

/** The cloud of types that name none. */
export const UNNAMED_CLOUD = 'local';

/** Ubuntu's product names say what they are products of. */
const UBUNTU_PRODUCT = /^com\.ubuntu\.cloud(?:\.[a-z]+)?:server:(\d+\.\d+):[a-z0-9]+$/;

/** What reading a section needs, and where it leaves what is wrong. */
interface Reading {
  readonly builder: CatalogBuilder;
  readonly vocabulary: Vocabulary;
  readonly faults: Diagnostic[];
  fault(path: Path, message: string, hint?: string, part?: 'key' | 'value'): void;
}

const known = new WeakMap<Vocabulary, Map<Scope, ReadonlyMap<string, Attribute>>>();

/** The attributes of a scope by their names without its prefix. */
function attributesByKey(vocabulary: Vocabulary, scope: Scope, prefix: string): ReadonlyMap<string, Attribute> {
  let scopes = known.get(vocabulary);
  if (scopes === undefined) {
    scopes = new Map();
    known.set(vocabulary, scopes);
  }
  let byKey = scopes.get(scope);
  if (byKey === undefined) {
    const own = [...vocabulary.attributes.values()].filter((one) => one.scope === scope && one.name.startsWith(prefix));
    byKey = new Map(own.map((one) => [one.name.slice(prefix.length), one]));
    scopes.set(scope, byKey);
  }
  return byKey;
}

/** States the facts of a row; `skipped` fields are read elsewhere. */
function stateFacts(
  reading: Reading,
  scope: Scope,
  row: number,
  fields: Readonly<Record<string, unknown>>,
  skipped: readonly string[],
  path: Path,
): void {
  const prefix = scope === 'region' ? 'offer.' : `${scope}.`;
  const byKey = attributesByKey(reading.vocabulary, scope, prefix);
  for (const key in fields) {
    const raw = fields[key];
    if (skipped.includes(key) || raw === null || raw === undefined) continue;
    const attribute = byKey.get(key);
    if (attribute === undefined) {
      const known = [...reading.vocabulary.attributes.values()].filter((one) => one.scope === scope);
      const hint = didYouMean(
        key,
        known.map((one) => one.name.slice(prefix.length)),
      );
      reading.fault(
        [...path, key],
        `"${key}" is no attribute of ${scope === 'image' || scope === 'offer' ? 'an' : 'a'} ${scope}`,
        hint,
        'key',
      );
      continue;
    }
    const decoded = decodeValue(attribute, raw);
    if ('problem' in decoded) reading.fault([...path, key], `${attribute.name} ${decoded.problem}`, decoded.hint);
    else reading.builder.fact(attribute, row, decoded.value);
  }
}

/** The clouds that have a type of each name. */
function readTypes(reading: Reading, types: InlineCatalog['types']): ReadonlyMap<string, readonly string[]> {
  const cloudsOf = new Map<string, string[]>();
  for (const [index, type] of types.entries()) {
    const { name, cloud = UNNAMED_CLOUD } = type;
    const path = ['types', index];
    const decoded = decodeValue(reading.vocabulary.attributes.get('type.name')!, name);
    if ('problem' in decoded) reading.fault([...path, 'name'], `type.name ${decoded.problem}`);
    else if (!isIdentifier(cloud)) reading.fault([...path, 'cloud'], `"${cloud}" cannot name a cloud`, IDENTIFIER_HINT);
    else if (reading.builder.hasType(cloud, name))
      reading.fault([...path, 'name'], `type ${name} of cloud ${cloud} is given twice`);
    else {
      const row = reading.builder.type(cloud, name);
      stateFacts(reading, 'type', row, type, ['name', 'cloud', 'capacity'], path);
      for (const [dimension, amount] of Object.entries(type.capacity ?? {}))
        reading.builder.capacity(row, dimension, amount);
      cloudsOf.set(name, [...(cloudsOf.get(name) ?? []), cloud]);
    }
  }
  return cloudsOf;
}

/** The cloud that something belongs to: the one it names, or the only one there is. Undefined after a fault. */
function cloudOf(
  reading: Reading,
  given: string | undefined,
  clouds: ReadonlySet<string>,
  what: string,
  path: Path,
): string | undefined {
  if (given !== undefined && !clouds.has(given)) {
    reading.fault([...path, 'cloud'], `no type of the catalog is of cloud "${given}"`, didYouMean(given, clouds));
    return undefined;
  }
  if (given === undefined && clouds.size > 1) {
    reading.fault(path, `of which cloud is this ${what}?`, `add cloud: ${[...clouds].sort(compareText).join(' or ')}`);
    return undefined;
  }
  return given ?? [...clouds][0];
}

type InlineOffer = InlineCatalog['offers'][number];

/** The cloud and price of an offer; undefined after a fault. */
function checkOffer(
  reading: Reading,
  offer: InlineOffer,
  cloudsOf: ReadonlyMap<string, readonly string[]>,
  path: Path,
): { cloud: string; price: number } | undefined {
  const owners = cloudsOf.get(offer.type);
  if (owners === undefined) {
    reading.fault(
      [...path, 'type'],
      `no type of the catalog is called "${offer.type}"`,
      didYouMean(offer.type, cloudsOf.keys()),
    );
    return undefined;
  }
  if (offer.cloud === undefined && owners.length > 1) {
    reading.fault([...path, 'type'], `several clouds have a type "${offer.type}"`, `add cloud: ${owners.join(' or ')}`);
    return undefined;
  }
  const cloud = offer.cloud ?? owners[0]!;
  if (!owners.includes(cloud)) {
    reading.fault([...path, 'cloud'], `cloud "${cloud}" has no type "${offer.type}"`, didYouMean(cloud, owners));
    return undefined;
  }
  if (!isIdentifier(String(offer.region))) {
    reading.fault([...path, 'region'], `"${offer.region}" cannot name a region`, IDENTIFIER_HINT);
    return undefined;
  }
  const price = offer.price === undefined ? Number.NaN : parseMoney(String(offer.price));
  if (price === undefined) {
    const hint = 'write a plain decimal with at most nine decimals, such as 0.0416';
    reading.fault([...path, 'price'], `price "${String(offer.price)}" is not an amount of USD per hour`, hint);
    return undefined;
  }
  return { cloud, price };
}

/** Fields of offers that are no facts of theirs. */
const OFFER_FIELDS = ['type', 'cloud', 'region', 'market', 'price', 'limit'];

/** The same for the same zones, in whatever order and form. */
function zonesKey(zones: InlineOffer['zones']): string {
  return zones === undefined ? '' : [zones].flat().join(',').split(/[ ,]+/).sort(compareText).join(' ');
}

function readOffers(
  reading: Reading,
  offers: readonly InlineOffer[],
  cloudsOf: ReadonlyMap<string, readonly string[]>,
  latest: string | undefined,
): void {
  const { builder } = reading;
  // Of several dates of one offer the newest counts; an offer without a date is older than any.
  const newest = new Map<
    string,
    { index: number; readonly cloud: string; price: number; date: string; dates?: string[] }
  >();
  const marketOf = reading.vocabulary.attributes.get('offer.market')!;
  for (const [index, offer] of offers.entries()) {
    const checked = checkOffer(reading, offer, cloudsOf, ['offers', index]);
    const date = offer['as-of'] ?? '';
    if (checked === undefined || (latest !== undefined && date > latest)) continue;
    const { type, region, market = 'on-demand' } = offer;
    const key = `${checked.cloud} ${type} ${region} ${market} ${zonesKey(offer.zones)}`;
    const { cloud, price } = checked;
    const earlier = newest.get(key);
    if (earlier === undefined) {
      newest.set(key, { index, cloud, price, date });
      continue;
    }
    earlier.dates ??= [earlier.date];
    if (earlier.dates.includes(date))
      reading.fault(['offers', index], `the offer of ${type} in ${region} (${market}) is given twice`);
    earlier.dates.push(date);
    if (earlier.date < date) Object.assign(earlier, { index, price, date });
  }
  for (const { index, cloud, price } of newest.values()) {
    const offer = offers[index]!;
    const { type, region, market = 'on-demand', limit = Number.POSITIVE_INFINITY } = offer;
    const row = builder.offer(builder.type(cloud, type), builder.region(cloud, String(region)), price, limit);
    builder.fact(marketOf, row, market);
    stateFacts(reading, 'offer', row, offer, OFFER_FIELDS, ['offers', index]);
  }
}

function readImages(reading: Reading, images: NonNullable<InlineCatalog['images']>, clouds: ReadonlySet<string>): void {
  for (const [index, image] of images.entries()) {
    const path = ['images', index];
    const cloud = cloudOf(reading, image.cloud === undefined ? undefined : String(image.cloud), clouds, 'image', path);
    const [product, release] = UBUNTU_PRODUCT.exec(String(image.product)) ?? [];
    const base = product === undefined ? {} : { os: 'ubuntu', release };
    const facts: Readonly<Record<string, unknown>> = { ...base, ...image, cloud };
    if (facts.os === undefined || facts.release === undefined) {
      reading.fault(
        path,
        'an image needs os and release, or a product that says them',
        'such as os: ubuntu, release: 24.04',
      );
    }
    stateFacts(reading, 'image', reading.builder.image(), facts, [], path);
  }
}

/**
 * The catalog that a problem file writes out. `document` and `at` place diagnostics; `at` is the path of the section.
 * Offers dated after `about.at` are left out.
 */
export function readInlineCatalog(
  section: InlineCatalog,
  vocabulary: Vocabulary,
  document: Document,
  at: Path,
  about: { readonly digest: string; readonly at: string | undefined },
): Result<Catalog> {
  const faults: Diagnostic[] = [];
  const reading: Reading = {
    builder: buildCatalog(vocabulary),
    vocabulary,
    faults,
    fault(path, message, hint, part = 'value') {
      const place = placeIn(document, [...at, ...path], part);
      faults.push({ code: 'invalid-catalog', message, ...place, ...(hint === undefined ? {} : { hint }) });
    },
  };
  const cloudsOf = readTypes(reading, section.types);
  const clouds = new Set([...cloudsOf.values()].flat());
  for (const [index, region] of (section.regions ?? []).entries()) {
    const path = ['regions', index];
    const cloud = cloudOf(reading, region.cloud, clouds, 'region', path);
    if (!isIdentifier(region.region))
      reading.fault([...path, 'region'], `"${region.region}" cannot name a region`, IDENTIFIER_HINT);
    else if (cloud !== undefined) {
      // The zones of a region are an attribute of their own, since an offer has zones too.
      const { zones, ...facts } = region;
      const row = reading.builder.region(cloud, region.region);
      stateFacts(reading, 'region', row, { 'region-zones': zones, ...facts }, ['region', 'cloud'], path);
    }
  }
  readOffers(reading, section.offers, cloudsOf, about.at);
  readImages(reading, section.images ?? [], clouds);
  const withGaps = section['unknown-gaps'] ?? [];
  for (const [index, cloud] of withGaps.entries())
    if (!clouds.has(cloud))
      reading.fault(
        ['unknown-gaps', index],
        `no type of the catalog is of cloud "${cloud}"`,
        didYouMean(cloud, clouds),
      );
  const edits = readPriceEntries(section.prices ?? {}, document, [...at, 'prices']);
  if (faults.length > 0 || !edits.ok) return fail(...faults, ...(edits.ok ? [] : edits.diagnostics));
  const catalog = reading.builder.finish({
    gapsAreUnknown: withGaps.length > 0,
    completeClouds: new Set(withGaps.length === 0 ? [] : [...clouds].filter((cloud) => !withGaps.includes(cloud))),
    digest: about.digest,
  });
  const priced = applyPriceEdits(catalog, edits.value, about.digest);
  if (!priced.ok) return priced;
  return priced.value.idle.length > 0 ? fail(...priced.value.idle) : ok(priced.value.catalog);
}
