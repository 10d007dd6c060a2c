import { z } from 'zod';
import { type Diagnostic, ok, type Result } from '../diagnostic/diagnostic.ts';
import { checkDocument } from '../document/check.ts';
import { readDocument } from '../document/read.ts';
import {
  faultAt,
  type Imported,
  type ImportFile,
  type ImportRow,
  type ImportSettings,
  NOTHING,
} from './import-rows.ts';
import { inlineCatalogSchema, UNNAMED_CLOUD } from './inline.ts';

/** Reads the sections of a problem file's catalog from a file of their own. */

const { types, offers, images, regions } = inlineCatalogSchema.shape;
const fileSchema = z.strictObject({
  types: types.optional(),
  // --region stands in for what an offer leaves out.
  offers: z.array(offers.element.partial({ region: true })).optional(),
  images,
  regions,
});

const MOST_CHARACTERS = 16_000_000;
const MOST_VALUES = 500_000;

/** Rows of a YAML (or JSON) file of sections, or every fault in its shape. */
export function importYaml({ source, text }: ImportFile, { cloud, region }: ImportSettings): Result<Imported> {
  const document = readDocument(source, text, { maxLength: MOST_CHARACTERS, maxNodes: MOST_VALUES });
  if (!document.ok) return document;
  const checked = checkDocument(document.value, fileSchema, 'a catalog file');
  if (!checked.ok) return checked;
  const faults: Diagnostic[] = [];
  const rows = (section: keyof typeof checked.value, given: Readonly<Record<string, unknown>> = {}): ImportRow[] =>
    (checked.value[section] ?? []).map((fields, index): ImportRow => {
      const place = (field?: string) =>
        document.value.spanOf([section, index, ...(field === undefined ? [] : [field])]);
      return { fields: { ...given, ...fields }, place };
    });
  const ofCloud = cloud === undefined ? {} : { cloud };
  const imported: Imported = {
    ...NOTHING,
    types: rows('types', { cloud: cloud ?? UNNAMED_CLOUD }),
    offers: rows('offers', region === undefined ? {} : { region }),
    images: rows('images', ofCloud),
    regions: rows('regions', ofCloud),
  };
  for (const offer of imported.offers) {
    if (offer.fields.region === undefined)
      faults.push(faultAt(offer.place(), 'the offer names no region', 'add region, or give --region'));
  }
  return ok({ ...imported, faults });
}
