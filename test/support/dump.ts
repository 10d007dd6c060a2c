import type { Catalog } from '../../src/catalog/catalog.ts';
import { type Table, textAt } from '../../src/catalog/column.ts';
import type { Offers } from '../../src/catalog/offers.ts';
import { documentOfValue } from '../../src/document/read.ts';
import { type InlineCatalog, readInlineCatalog } from '../../src/sources/inline.ts';
import { loadVocabulary } from '../../src/storage/packs.ts';

/** All that a catalog says, row by row, whatever its columns are coded like. */

function facts(table: Table, row: number): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const [name, column] of table.columns) {
    const value = column.values[column.codes[row]!];
    if (value !== undefined) known[name] = value;
  }
  return known;
}

const rows = (table: Table): unknown[] => Array.from({ length: table.size }, (_, row) => facts(table, row));

export function dumpOffers({ types, regions }: Catalog, offers: Offers) {
  return Array.from({ length: offers.size }, (_, row) => ({
    ...facts(offers, row),
    type: textAt(types, 'type.name', offers.type[row]!),
    cloud: textAt(types, 'type.cloud', offers.type[row]!),
    region: textAt(regions, 'offer.region', offers.region[row]!),
    price: offers.price[row]!,
    list: offers.list?.[row] ?? offers.price[row]!,
    limit: offers.limit[row]!,
  }));
}

export function dump(catalog: Catalog) {
  return {
    types: rows(catalog.types),
    regions: rows(catalog.regions),
    images: rows(catalog.images),
    offers: dumpOffers(catalog, catalog.offers),
    listedUnpriced: dumpOffers(catalog, catalog.listedUnpriced),
    newestPrice: catalog.newestPrice,
  };
}

/** The catalog that a section says; its gaps say nothing where `gaps` is true, as in price lists. */
export function inline(section: unknown, gaps = false): Catalog {
  const document = documentOfValue('catalog', section);
  const about = { digest: 'sha256:0', at: undefined };
  const read = readInlineCatalog(section as InlineCatalog, loadVocabulary(), document, [], about);
  if (!read.ok) throw new Error(read.diagnostics.map((one) => `${one.message} @ ${one.path}`).join('\n'));
  return { ...read.value, gapsAreUnknown: gaps };
}
