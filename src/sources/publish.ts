import type { Catalog } from '../catalog/catalog.ts';
import { type Table, textAt, valueAt } from '../catalog/column.ts';
import type { Offers } from '../catalog/offers.ts';
import type { Attribute, Value } from '../catalog/value.ts';
import { toVersionDate } from '../quantity/date.ts';
import { formatDecimal } from '../quantity/decimal.ts';
import { formatMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';
import { DATATYPES } from './stream-index.ts';

/**
 * Writes a catalog as a simplestreams tree that `readStreams` reads back as the same catalog. Facts are texts and sets
 * comma-separated, as Ubuntu's streams have them. The same catalog gives the same bytes.
 */

type Fields = Record<string, unknown>;

export interface TreeFile {
  /** Relative to the top of the tree. */
  readonly path: string;
  readonly text: string;
}

export const INDEX_PATH = 'streams/v1/index.json';

/** Version of what has no date: older than any day. */
const UNDATED = '0';

function written({ kind }: Attribute, value: Value): unknown {
  if (typeof value === 'number') return formatDecimal(value, kind.kind === 'number' ? kind.decimals : 0);
  if (typeof value !== 'object') return String(value);
  // A comma string can say neither "none" nor a member with a blank in it.
  return value.length === 0 || value.some((member) => member.includes(' ')) ? [...value] : value.join(',');
}

/** The facts of a row by names without prefix, in order of their names; `left` are stated elsewhere. */
function factsOf(table: Table, row: number, left: readonly string[]): Fields {
  const facts: Fields = {};
  for (const name of [...table.columns.keys()].sort(compareText)) {
    const short = name.slice(name.indexOf('.') + 1);
    const value = left.includes(short) ? undefined : valueAt(table, name, row);
    if (value !== undefined) facts[short] = written(table.columns.get(name)!.attribute, value);
  }
  return facts;
}

/** Items as a version's map, which readers may list in any order: ours have keys in order. */
function sorted(items: readonly (readonly [key: string, item: unknown])[]): Fields {
  return Object.fromEntries([...items].sort(([a], [b]) => compareText(a, b)));
}

interface Listed {
  readonly offers: Offers;
  readonly row: number;
}

/** The versions of a type: the offers of each region and market in the version of the newest of their dates. */
function versionsOf(catalog: Catalog, listed: readonly Listed[]): Fields {
  const groups = new Map<string, Listed[]>();
  const regionOf = ({ offers, row }: Listed): string =>
    textAt(catalog.regions, 'offer.region', offers.region[row]!) ?? '';
  const marketOf = ({ offers, row }: Listed): string => textAt(offers, 'offer.market', row) ?? 'on-demand';
  const dateOf = ({ offers, row }: Listed): string | undefined => textAt(offers, 'offer.as-of', row);
  for (const one of listed) {
    const key = `${regionOf(one)}-${marketOf(one)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const versions = new Map<string, (readonly [string, Fields])[]>();
  for (const [key, members] of groups) {
    const newest = members
      .map((one) => dateOf(one) ?? '')
      .sort(compareText)
      .at(-1)!;
    const version = newest === '' ? UNDATED : toVersionDate(newest);
    for (const one of members) {
      const { offers, row } = one;
      const date = dateOf(one) ?? '';
      const limit = offers.limit[row]!;
      const item: Fields = {
        ...factsOf(offers, row, ['as-of', 'market']),
        ...(date === newest ? {} : { 'as-of': date }),
        ...(limit === Number.POSITIVE_INFINITY ? {} : { limit: String(limit) }),
        ...(marketOf(one) === 'on-demand' ? {} : { market: marketOf(one) }),
        ...(Number.isNaN(offers.price[row]!) ? {} : { price: formatMoney(offers.price[row]!) }),
        region: regionOf(one),
      };
      const name = members.length === 1 ? key : `${key}-${String(item.zones ?? '')}`;
      versions.set(version, [...(versions.get(version) ?? []), [name, sorted(Object.entries(item))]]);
    }
  }
  return sorted([...versions].map(([version, items]) => [version, { items: sorted(items) }]));
}

interface Stream {
  readonly contentId: string;
  readonly datatype: string;
  readonly cloud?: string;
  readonly head: Fields;
  readonly products: Fields;
  readonly newest?: string;
}

function typeStreams(catalog: Catalog): readonly Stream[] {
  const { types, offers, listedUnpriced } = catalog;
  const listed = new Map<number, Listed[]>();
  for (const list of [offers, listedUnpriced]) {
    for (let row = 0; row < list.size; row += 1) {
      const own = listed.get(list.type[row]!);
      if (own === undefined) listed.set(list.type[row]!, [{ offers: list, row }]);
      else own.push({ offers: list, row });
    }
  }
  const byCloud = new Map<string, (readonly [string, Fields])[]>();
  for (let type = 0; type < types.size; type += 1) {
    const [cloud, name] = [textAt(types, 'type.cloud', type) ?? '', textAt(types, 'type.name', type) ?? ''];
    const versions = versionsOf(catalog, listed.get(type) ?? []);
    const product = { name, ...factsOf(types, type, ['cloud', 'name']), versions };
    byCloud.set(cloud, [...(byCloud.get(cloud) ?? []), [`stowage:${cloud}:${name}`, product]]);
  }
  return [...byCloud].map(([cloud, products]): Stream => {
    const versions = products.flatMap(([, product]) => Object.keys(product.versions as Fields));
    const complete = !catalog.gapsAreUnknown || catalog.completeClouds.has(cloud);
    const head = { cloud, market: 'on-demand', currency: 'USD', 'zero-price': 'free' };
    return {
      contentId: `stowage:instance-types:${cloud}`,
      datatype: DATATYPES.types,
      cloud,
      head: complete ? { ...head, offers: 'complete' } : head,
      products: sorted(products),
      newest: versions.sort(compareText).at(-1) ?? UNDATED,
    };
  });
}

function regionStream({ regions }: Catalog): Stream {
  const products = Array.from({ length: regions.size }, (_, row): readonly [string, Fields] => {
    const [cloud, region] = [textAt(regions, 'offer.cloud', row) ?? '', textAt(regions, 'offer.region', row) ?? ''];
    const versions = { [UNDATED]: { items: { region: factsOf(regions, row, ['cloud', 'region']) } } };
    return [`stowage:${cloud}:${region}`, { cloud, region, versions }];
  });
  return { contentId: 'stowage:regions', datatype: DATATYPES.regions, head: {}, products: sorted(products) };
}

/** What Ubuntu's streams call attributes of images where they do not use our names. */
const IMAGE_FIELDS: Readonly<Record<string, string>> = {
  release: 'version',
  'root-store': 'root_store',
  eol: 'support_eol',
};

/** Images by cloud; each needs a product, a version and a cloud. */
function imageStreams({ images }: Catalog): readonly Stream[] {
  const byCloud = new Map<string, Map<string, Map<string, (readonly [string, Fields])[]>>>();
  for (let row = 0; row < images.size; row += 1) {
    const at = (name: string, other: string): string => textAt(images, `image.${name}`, row) ?? other;
    const [cloud, product, version] = [at('cloud', ''), at('product', ''), at('version', UNDATED)];
    const facts = Object.entries(factsOf(images, row, ['cloud', 'product', 'version'])).map(
      ([name, value]) => [IMAGE_FIELDS[name] ?? name, value] as const,
    );
    const products = byCloud.get(cloud) ?? new Map<string, Map<string, (readonly [string, Fields])[]>>();
    byCloud.set(cloud, products);
    const versions = products.get(product) ?? new Map<string, (readonly [string, Fields])[]>();
    products.set(product, versions);
    const own = versions.get(version) ?? [];
    // An id may recur, for other regions or root stores.
    const alike = own.filter(([, item]) => item.id === textAt(images, 'image.id', row)).length;
    versions.set(version, [...own, [`${at('id', 'image')}${alike === 0 ? '' : `-${alike + 1}`}`, sorted(facts)]]);
  }
  return [...byCloud].map(([cloud, products]): Stream => {
    const written = [...products].map(([product, versions]): readonly [string, Fields] => {
      const items = [...versions].map(([version, list]) => [version, { items: sorted(list) }] as const);
      return [product, { versions: sorted(items) }];
    });
    return {
      contentId: `stowage:images:${cloud}`,
      datatype: DATATYPES.images,
      cloud,
      head: {},
      products: sorted(written),
    };
  });
}

/** One product a line, so that two trees can be compared line by line. */
function fileText({ contentId, datatype, head, products }: Stream): string {
  const top = Object.entries({ format: 'products:1.0', content_id: contentId, datatype, ...head });
  const lines = Object.entries(products).map(([id, product]) => `${JSON.stringify(id)}:${JSON.stringify(product)}`);
  const heads = top.map(([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  return `{\n${heads.join('')} "products": {\n${lines.join(',\n')}\n}}\n`;
}

/**
 * The files of a tree, the index last. Every image must have a product.
 *
 * @param sha256 digest of a text, in hexadecimal
 * @param origin who wrote the tree, so that it may write over it
 */
export function publishStreams(
  catalog: Catalog,
  sha256: (text: string) => string,
  origin: string,
): readonly TreeFile[] {
  const streams = [...typeStreams(catalog), regionStream(catalog), ...imageStreams(catalog)];
  const files: TreeFile[] = [];
  const entries = streams.map((stream): readonly [string, Fields] => {
    const { contentId, datatype, cloud, newest, products } = stream;
    const path = `streams/v1/${contentId.replaceAll(':', '.')}.json`;
    const text = fileText(stream);
    files.push({ path, text });
    const entry = {
      format: 'products:1.0',
      datatype,
      path,
      ...(cloud === undefined ? {} : { cloudname: cloud }),
      ...(newest === undefined ? {} : { newest }),
      sha256: sha256(text),
      size: new TextEncoder().encode(text).length,
      products: Object.keys(products),
    };
    return [contentId, entry];
  });
  const lines = Object.entries(sorted(entries)).map(([id, entry]) => `${JSON.stringify(id)}:${JSON.stringify(entry)}`);
  const head = `{"format":"index:1.0",\n"origin":${JSON.stringify(origin)},\n`;
  files.push({ path: INDEX_PATH, text: `${head}"index":{\n${lines.join(',\n')}\n}}\n` });
  return files;
}
