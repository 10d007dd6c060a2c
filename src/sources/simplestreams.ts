import { buildCatalog, type Catalog } from '../catalog/catalog.ts';
import { IDENTIFIER_HINT, isIdentifier } from '../catalog/decode.ts';
import type { Vocabulary } from '../catalog/value.ts';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { checkDocument } from '../document/check.ts';
import { documentOfValue } from '../document/read.ts';
import { fromVersionDate, toVersionDate } from '../quantity/date.ts';
import { compareText } from '../quantity/order.ts';
import { Fault, fileSchema, isFields, type ProductsFile, type Reader, stateFacts, versionsOf } from './stream-file.ts';
import { readImages } from './stream-images.ts';
import { DATATYPES, type IndexEntry, type StreamFile } from './stream-index.ts';
import { readTypes } from './stream-types.ts';

/**
 * Reads a simplestreams tree (`products:1.0`) into a catalog: instance types with their dated prices, regions, images.
 *
 * The frame of each file is checked by schema; the tens of thousands of items are checked by hand, as strictly, since
 * a schema walk over them would cost more than reading them.
 */

const REGION_FIELDS = new Set(['region', 'cloud']);

function readRegions(reader: Reader, file: ProductsFile, source: string): void {
  for (const [id, product] of Object.entries(file.products)) {
    const path = `products.${id}`;
    const newest = versionsOf({ ...reader, latest: undefined }, product, source, path)[0];
    const item = Object.values(newest?.[1] ?? {})[0];
    const { cloud, region } = product;
    if (!isFields(item) || typeof cloud !== 'string' || typeof region !== 'string')
      throw new Fault(source, path, 'a region needs cloud, region and one item');
    if (!isIdentifier(cloud) || !isIdentifier(region)) {
      throw new Fault(source, path, `"${cloud} ${region}" cannot name a cloud and a region`, IDENTIFIER_HINT);
    }
    stateFacts(reader, 'offer.', reader.builder.region(cloud, region), item, REGION_FIELDS, source, path);
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
  const completeClouds = new Set<string>();
  let gapsAreUnknown = false;
  try {
    for (const [index, { source, json }] of files.entries()) {
      const entry = entries[index]!;
      const checked = checkDocument(documentOfValue(source, json), fileSchema, 'a simplestreams products file');
      if (!checked.ok) return checked;
      const file = checked.value;
      if (entry.datatype === DATATYPES.types) {
        readTypes(reader, file, source);
        // Price lists have gaps; what was imported as one's own says that it is all there is.
        if (file.offers === 'complete' && typeof file.cloud === 'string') completeClouds.add(file.cloud);
        else gapsAreUnknown = true;
      }
      if (entry.datatype === DATATYPES.regions) readRegions(reader, file, source);
      if (entry.datatype === DATATYPES.images) readImages(reader, file, entry.cloud, source);
    }
  } catch (error) {
    if (error instanceof Fault) return fail(error.diagnostic);
    throw error;
  }
  const catalog = reader.builder.finish({ gapsAreUnknown, completeClouds, digest: about.digest });
  const dates = about.newest.map((version) => fromVersionDate(version)).filter((date) => date !== undefined);
  const newest = [...dates, catalog.newestPrice ?? ''].filter(
    (date) => date !== '' && (about.at === undefined || date <= about.at),
  );
  return ok({ ...catalog, newestPrice: newest.sort(compareText).at(-1) });
}
