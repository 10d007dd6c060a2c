import { z } from 'zod';
import { buildCatalog, type Catalog, type CatalogBuilder } from '../catalog/catalog.ts';
import { decodeValue } from '../catalog/decode.ts';
import type { Attribute, Value, Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { checkDocument } from '../document/check.ts';
import { documentOfValue } from '../document/read.ts';
import { fromVersionDate, toVersionDate } from '../quantity/date.ts';
import { parseMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';

/**
 * Reads a simplestreams tree (`products:1.0`) into a catalog: instance types with their dated prices, regions, images.
 *
 * The frame of each file is checked by schema; the tens of thousands of items are checked by hand, as strictly, since
 * a schema walk over them would cost more than reading them.
 */

const DATATYPES = { types: 'instance-types', regions: 'regions', images: 'image-ids' } as const;

const indexSchema = z.object({
  format: z.literal('index:1.0'),
  index: z.record(
    z.string(),
    z.looseObject({
      datatype: z.string(),
      path: z.string(),
      format: z.literal('products:1.0'),
      products: z.array(z.string()),
      cloudname: z.string().optional(),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
      /** Version of the newest price in the file: the catalog's date is known without reading every file. */
      newest: z.string().optional(),
    }),
  ),
  updated: z.string().optional(),
});

const fileSchema = z.looseObject({
  format: z.literal('products:1.0'),
  content_id: z.string(),
  datatype: z.string(),
  products: z.record(z.string(), z.record(z.string(), z.unknown())),
});

/** One products file that an index names. */
export interface IndexEntry {
  readonly contentId: string;
  readonly datatype: string;
  /** Relative to the top of the tree. */
  readonly path: string;
  readonly cloud?: string;
  readonly sha256?: string;
  readonly newest?: string;
}

/** A products file as parsed JSON. */
export interface StreamFile {
  /** Its path, for diagnostics. */
  readonly source: string;
  readonly json: unknown;
}

/** The entries of an index that this program reads, in order of their content ids. */
export function readIndex(source: string, json: unknown): Result<readonly IndexEntry[]> {
  const checked = checkDocument(documentOfValue(source, json), indexSchema, 'a simplestreams index');
  if (!checked.ok) return checked;
  const wanted: readonly string[] = Object.values(DATATYPES);
  const entries = Object.entries(checked.value.index)
    .filter(([, entry]) => wanted.includes(entry.datatype))
    .map(([contentId, { datatype, path, cloudname, sha256, newest }]): IndexEntry => {
      return {
        contentId,
        datatype,
        path,
        ...(cloudname === undefined ? {} : { cloud: cloudname }),
        ...(sha256 === undefined ? {} : { sha256 }),
        ...(newest === undefined ? {} : { newest }),
      };
    })
    .sort((a, b) => compareText(a.contentId, b.contentId));
  for (const entry of entries) {
    // A path must stay below the top of the tree, whatever it is resolved against.
    if (!/^[A-Za-z0-9_][A-Za-z0-9._:-]*(\/[A-Za-z0-9_][A-Za-z0-9._:-]*)*$/.test(entry.path)) {
      return fail({
        code: 'unsafe-path',
        message: `the index names the file ${JSON.stringify(entry.path)}, which is no plain relative path`,
        path: source,
      });
    }
  }
  return ok(entries);
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const has = (fields: Fields, key: string): boolean => Object.hasOwn(fields, key);

/** Raised inside this file only: the first fault ends the reading and becomes the result. */
class Fault extends Error {
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

interface Reader {
  readonly builder: CatalogBuilder;
  readonly vocabulary: Vocabulary;
  /** Prices of later versions are not read: `20260720`; undefined means the newest counts. */
  readonly latest: string | undefined;
}

function attributeNamed(reader: Reader, name: string): Attribute {
  const attribute = reader.vocabulary.attributes.get(name);
  if (attribute === undefined) throw new Error(`the vocabulary lacks ${name}`);
  return attribute;
}

function decode(attribute: Attribute, raw: unknown, source: string, path: string): Value {
  const decoded = decodeValue(attribute, raw);
  if ('problem' in decoded) throw new Fault(source, path, `${attribute.name} ${decoded.problem}`, decoded.hint);
  return decoded.value;
}

/** States every field of `fields` that is an attribute with the prefix; `ignored` fields and sub-trees are passed over. */
function stateFacts(
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
function versionsOf(
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

const TYPE_FIELDS = new Set(['versions', 'name', 'cloud']);

function readTypes(reader: Reader, file: z.infer<typeof fileSchema>, source: string): void {
  const { builder } = reader;
  const [market, zones, tenancy, basis, asOf] = ['market', 'zones', 'tenancy', 'price-basis', 'as-of'].map((name) =>
    attributeNamed(reader, `offer.${name}`),
  );
  // Lists and words recur in thousands of items: each distinct text is decoded once.
  const decoded = new Map<Attribute, Map<unknown, Value>>();
  const decodeOnce = (attribute: Attribute, raw: unknown, path: () => string): Value => {
    let known = decoded.get(attribute);
    if (known === undefined) {
      known = new Map();
      decoded.set(attribute, known);
    }
    let value = known.get(raw);
    if (value === undefined) {
      value = decode(attribute, raw, source, path());
      known.set(raw, value);
    }
    return value;
  };
  const defaultMarket = file.market;
  const defaultCurrency = file.currency;
  for (const [id, product] of Object.entries(file.products)) {
    const cloud = product.cloud ?? file.cloud;
    const name = product.name;
    if (typeof cloud !== 'string' || typeof name !== 'string')
      throw new Fault(source, `products.${id}`, 'an instance type needs a cloud and a name');
    if (builder.hasType(cloud, name))
      throw new Fault(source, `products.${id}`, `type ${name} of ${cloud} is given twice`);
    const type = builder.type(
      cloud,
      String(decode(attributeNamed(reader, 'type.name'), name, source, `products.${id}.name`)),
    );
    stateFacts(reader, 'type.', type, product, TYPE_FIELDS, source, `products.${id}`);
    const seen = new Set<string>();
    for (const [version, items] of versionsOf(reader, product, source, `products.${id}`)) {
      const date = fromVersionDate(version);
      for (const [key, item] of Object.entries(items)) {
        const path = (): string => `products.${id}.versions.${version}.items.${key}`;
        if (!isFields(item)) throw new Fault(source, path(), 'an item must be a map');
        const { price: priceText } = item;
        const regionName = item.region;
        const marketName = item.market ?? defaultMarket;
        if (typeof regionName !== 'string' || typeof marketName !== 'string' || typeof priceText !== 'string') {
          throw new Fault(source, path(), 'an offer needs region, market and price as texts');
        }
        const currency = item.currency ?? defaultCurrency;
        if (currency !== 'USD')
          throw new Fault(source, path(), `prices must be in USD, not ${JSON.stringify(currency)}`);
        const offerKey = `${regionName} ${marketName}`;
        if (seen.has(offerKey)) continue;
        seen.add(offerKey);
        const price = parseMoney(priceText);
        if (price === undefined) {
          throw new Fault(
            source,
            path(),
            `price "${priceText}" is not an amount of USD per hour`,
            'write a plain decimal with at most nine decimals, such as 0.0416',
          );
        }
        // Lists write zero for "we do not know": free machines do not exist.
        const row = builder.offer(
          type,
          builder.region(cloud, regionName),
          price === 0 ? Number.NaN : price,
          Number.POSITIVE_INFINITY,
        );
        builder.fact(market!, row, decodeOnce(market!, marketName, path));
        if (date !== undefined) builder.fact(asOf!, row, date);
        for (const field of Object.keys(item)) {
          if (field === 'zones') builder.fact(zones!, row, decodeOnce(zones!, item.zones, path));
          else if (field === 'tenancy') builder.fact(tenancy!, row, decodeOnce(tenancy!, item.tenancy, path));
          else if (field === 'price-basis') builder.fact(basis!, row, decodeOnce(basis!, item['price-basis'], path));
          else if (field !== 'region' && field !== 'market' && field !== 'price' && field !== 'currency') {
            throw new Fault(source, path(), `an offer has no field "${field}"`);
          }
        }
        if (!has(item, 'price-basis')) builder.fact(basis!, row, 'list');
      }
    }
  }
}

const REGION_FIELDS = new Set(['region', 'cloud']);

function readRegions(reader: Reader, file: z.infer<typeof fileSchema>, source: string): void {
  for (const [id, product] of Object.entries(file.products)) {
    const path = `products.${id}`;
    const newest = versionsOf({ ...reader, latest: undefined }, product, source, path)[0];
    const item = Object.values(newest?.[1] ?? {})[0];
    const { cloud, region } = product;
    if (!isFields(item) || typeof cloud !== 'string' || typeof region !== 'string')
      throw new Fault(source, path, 'a region needs cloud, region and one item');
    stateFacts(reader, 'offer.', reader.builder.region(cloud, region), item, REGION_FIELDS, source, path);
  }
}

// What Ubuntu's image streams call the attributes of images; fields that say nothing of an image are left out.
const IMAGE_FIELDS: Readonly<Record<string, string>> = {
  id: 'id',
  os: 'os',
  arch: 'arch',
  virt: 'virt',
  root_store: 'root-store',
  crsn: 'region',
  region: 'region',
  support_eol: 'eol',
  'eol-extended': 'eol-extended',
  features: 'features',
  containers: 'containers',
  stream: 'stream',
  cloud: 'cloud',
};

function readImages(
  reader: Reader,
  file: z.infer<typeof fileSchema>,
  entryCloud: string | undefined,
  source: string,
): void {
  const aliases = isFields(file._aliases) ? file._aliases : {};
  for (const [id, product] of Object.entries(file.products)) {
    for (const [version, items] of versionsOf({ ...reader, latest: undefined }, product, source, `products.${id}`)) {
      const body = isFields(product.versions) ? product.versions[version] : undefined;
      for (const [key, item] of Object.entries(items)) {
        const path = `products.${id}.versions.${version}.items.${key}`;
        if (!isFields(item)) throw new Fault(source, path, 'an item must be a map');
        const fields: Record<string, unknown> = Object.create(null);
        const fill = (from: Fields): void => {
          for (const [field, value] of Object.entries(from)) {
            if (!isFields(value) && !(field in fields)) fields[field] = value;
          }
        };
        // Aliases come first and win; then the nearest level that states a field wins.
        for (const [field, byValue] of Object.entries(aliases)) {
          const extra = isFields(byValue) && has(item, field) ? byValue[String(item[field])] : undefined;
          if (isFields(extra)) fill(extra);
        }
        for (const level of [item, body, product, file]) if (isFields(level)) fill(level);
        const row = reader.builder.image();
        const state = (name: string, raw: unknown): void => {
          const attribute = attributeNamed(reader, name);
          reader.builder.fact(attribute, row, decode(attribute, raw, source, `${path}.${name}`));
        };
        state('image.product', id);
        state('image.version', version);
        if (fields.cloud === undefined && entryCloud !== undefined) state('image.cloud', entryCloud);
        // In Ubuntu's products `release` is the code name and `version` the number; the number is what bases name.
        if (fields.version !== undefined) state('image.release', fields.version);
        for (const [field, name] of Object.entries(IMAGE_FIELDS)) {
          if (fields[field] !== undefined && fields[field] !== '' && !(field === 'region' && fields.crsn !== undefined))
            state(`image.${name}`, fields[field]);
        }
      }
    }
  }
}

/**
 * The catalog of a tree's files. `entries[i]` describes `files[i]`.
 *
 * @param at prices dated after this day are not read; undefined means the newest count.
 */
export function readStreams(
  entries: readonly IndexEntry[],
  files: readonly StreamFile[],
  vocabulary: Vocabulary,
  about: {
    readonly digest: string;
    readonly at: string | undefined;
    /** Versions of the newest prices of all files, those that were not read included. */
    readonly newest: readonly string[];
  },
): Result<Catalog> {
  const latest = about.at === undefined ? undefined : toVersionDate(about.at);
  const reader: Reader = { builder: buildCatalog(vocabulary), vocabulary, latest };
  try {
    for (const [index, { source, json }] of files.entries()) {
      const entry = entries[index]!;
      const checked = checkDocument(documentOfValue(source, json), fileSchema, 'a simplestreams products file');
      if (!checked.ok) return checked;
      const file = checked.value;
      if (entry.datatype === DATATYPES.types) readTypes(reader, file, source);
      else if (entry.datatype === DATATYPES.regions) readRegions(reader, file, source);
      else readImages(reader, file, entry.cloud, source);
    }
  } catch (error) {
    if (error instanceof Fault) return fail(error.diagnostic);
    throw error;
  }
  const catalog = reader.builder.finish({ gapsAreUnknown: true, digest: about.digest });
  const dates = about.newest.map((version) => fromVersionDate(version)).filter((date) => date !== undefined);
  const newest = [...dates, catalog.newestPrice ?? ''].filter(
    (date) => date !== '' && (about.at === undefined || date <= about.at),
  );
  return ok({ ...catalog, newestPrice: newest.sort(compareText).at(-1) });
}
