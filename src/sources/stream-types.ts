import { IDENTIFIER_HINT, isIdentifier } from '../catalog/decode.ts';
import type { Attribute, Value } from '../catalog/value.ts';
import { fromVersionDate } from '../quantity/date.ts';
import { parseMoney } from '../quantity/money.ts';
import {
  attributeNamed,
  decode,
  Fault,
  has,
  isFields,
  type ProductsFile,
  type Reader,
  stateFacts,
  versionsOf,
} from './stream-file.ts';

const TYPE_FIELDS = new Set(['versions', 'name', 'cloud']);
const ITEM_FIELDS = new Set(['region', 'market', 'price', 'currency', 'limit', 'as-of']);

/**
 * Instance types with their dated prices. Beside region and market an item may state a `price` (absent: none is known),
 * `zones`, a `limit`, and `as-of` where its date is not that of its version (empty: it has none).
 *
 * Tens of thousands of items, so checked by hand and each text decoded once.
 */
export function readTypes(reader: Reader, file: ProductsFile, source: string): void {
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
    if (!isIdentifier(cloud))
      throw new Fault(source, `products.${id}`, `"${cloud}" cannot name a cloud`, IDENTIFIER_HINT);
    if (builder.hasType(cloud, name))
      throw new Fault(source, `products.${id}`, `type ${name} of ${cloud} is given twice`);
    const type = builder.type(
      cloud,
      String(decode(attributeNamed(reader, 'type.name'), name, source, `products.${id}.name`)),
    );
    stateFacts(reader, 'type.', type, product, TYPE_FIELDS, source, `products.${id}`);
    /** The version that offers of a region and market were seen in: the newest, since versions come in that order. */
    const seen = new Map<string, string>();
    for (const [version, items] of versionsOf(reader, product, source, `products.${id}`)) {
      const date = fromVersionDate(version);
      /** Offers of this version: several of one region and market differ in their zones. */
      const here = new Set<string>();
      for (const [key, item] of Object.entries(items)) {
        const path = (): string => `products.${id}.versions.${version}.items.${key}`;
        if (!isFields(item)) throw new Fault(source, path(), 'an item must be a map');
        const { price: priceText } = item;
        const regionName = item.region;
        const marketName = item.market ?? defaultMarket;
        const isPriced = priceText !== undefined;
        if (
          typeof regionName !== 'string' ||
          typeof marketName !== 'string' ||
          (isPriced && typeof priceText !== 'string')
        ) {
          throw new Fault(source, path(), 'an offer needs region, market and price as texts');
        }
        if (!isIdentifier(regionName))
          throw new Fault(source, path(), `"${regionName}" cannot name a region`, IDENTIFIER_HINT);
        const currency = item.currency ?? defaultCurrency;
        if (isPriced && currency !== 'USD')
          throw new Fault(source, path(), `prices must be in USD, not ${JSON.stringify(currency)}`);
        const offerKey = `${regionName} ${marketName}`;
        const newest = seen.get(offerKey) ?? version;
        if (newest !== version) continue;
        seen.set(offerKey, version);
        const zoned = `${offerKey} ${String(item.zones ?? '')}`;
        if (here.has(zoned))
          throw new Fault(source, path(), `the offer in ${regionName} (${marketName}) is given twice`);
        here.add(zoned);
        const price = isPriced ? parseMoney(priceText) : Number.NaN;
        if (price === undefined) {
          throw new Fault(
            source,
            path(),
            `price "${priceText}" is not an amount of USD per hour`,
            'write a plain decimal with at most nine decimals, such as 0.0416',
          );
        }
        const limit = item.limit === undefined ? Number.POSITIVE_INFINITY : Number(item.limit);
        if (item.limit !== undefined && !/^[1-9]\d{0,9}$/.test(String(item.limit)))
          throw new Fault(
            source,
            path(),
            `limit must be a whole number of at least 1, not ${JSON.stringify(item.limit)}`,
          );
        // Lists write zero for "we do not know", unless they say that theirs are free of charge.
        const known = price === 0 && file['zero-price'] !== 'free' ? Number.NaN : price;
        const row = builder.offer(type, builder.region(cloud, regionName), known, limit);
        builder.fact(market!, row, decodeOnce(market!, marketName, path));
        const dated = item['as-of'] ?? date;
        if (dated !== undefined && dated !== '') builder.fact(asOf!, row, decodeOnce(asOf!, dated, path));
        for (const field of Object.keys(item)) {
          if (field === 'zones') builder.fact(zones!, row, decodeOnce(zones!, item.zones, path));
          else if (field === 'tenancy') builder.fact(tenancy!, row, decodeOnce(tenancy!, item.tenancy, path));
          else if (field === 'price-basis') builder.fact(basis!, row, decodeOnce(basis!, item['price-basis'], path));
          else if (!ITEM_FIELDS.has(field)) throw new Fault(source, path(), `an offer has no field "${field}"`);
        }
        if (isPriced && !has(item, 'price-basis')) builder.fact(basis!, row, 'list');
      }
    }
  }
}
