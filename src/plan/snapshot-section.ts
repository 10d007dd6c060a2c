import { z } from 'zod';
import type { Catalog } from '../catalog/catalog.ts';
import type { Note } from './schema.ts';

/** What a problem file says of itself where its catalog holds but some rows of a larger one. */

const tally = z.strictObject({
  types: z.int().nonnegative(),
  offers: z.int().nonnegative(),
  images: z.int().nonnegative(),
  regions: z.int().nonnegative(),
});

export type Tally = z.infer<typeof tally>;

export const snapshotSchema = z
  .strictObject({
    note: z.string().optional(),
    'left-out': tally.meta({ description: 'How many rows of the catalog are not in this file.' }),
    of: z
      .strictObject({ catalog: z.string(), rules: z.string() })
      .meta({ description: 'Digests of the catalog and the rules that it was made from.' }),
    differs: z
      .array(z.string())
      .optional()
      .meta({ description: 'Parts of the answer, none of them its result, that this file does not reproduce.' }),
  })
  .meta({
    description:
      'Present where the catalog holds but the rows of a larger one that its answer rests on. Counts in the answer are of those.',
  });

export type SnapshotSection = z.infer<typeof snapshotSchema>;

/** What keeps the counts of an answer from being taken for those of the whole catalog. */
export function snapshotNote({ types, offers, listedUnpriced }: Catalog, { 'left-out': left }: SnapshotSection): Note {
  const listed = offers.size + listedUnpriced.size;
  const text = `this is a snapshot with ${types.size} of ${types.size + left.types} types and ${listed} of ${listed + left.offers} offers: what the answer counts is counted among these`;
  return { code: 'snapshot', text };
}
