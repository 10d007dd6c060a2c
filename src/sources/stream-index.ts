import { z } from 'zod';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { checkDocument } from '../document/check.ts';
import { documentOfValue } from '../document/read.ts';
import { compareText } from '../quantity/order.ts';

/** Reads the index of a simplestreams tree: which files there are, and what they hold. */

/** Kinds of files that this program reads. */
export const DATATYPES = { types: 'instance-types', regions: 'regions', images: 'image-ids' } as const;

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
