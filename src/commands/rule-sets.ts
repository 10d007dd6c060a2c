import type { Catalog } from '../catalog/catalog.ts';
import { fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import type { Document } from '../document/read.ts';
import type { Program } from '../rules/program.ts';
import { storedInputs } from '../storage/inputs.ts';
import type { Loader } from '../storage/loader.ts';
import { DEFAULT_PACKS } from '../storage/places.ts';
import { ruleDocuments } from '../storage/rule-documents.ts';
import { savedDocuments } from '../storage/saved-requests.ts';
import { type SavedRequest, savedRequest } from '../workbench/saved-requests.ts';

/** What the commands for authors of rules read: packs beside the default ones, catalogs, saved requests. */

export interface RuleSetOptions {
  readonly alone?: boolean;
  readonly rules?: readonly string[];
  /** Files of one's own words. */
  readonly vocabulary?: readonly string[];
}

/** Packs that are meant, with those beside which they are read. */
export interface RuleSet {
  readonly program: Program;
  readonly documents: readonly Document[];
  readonly beside: readonly Document[];
}

const moduleOf = ({ value }: Document): string => String((value as { readonly module?: unknown } | null)?.module);

/**
 * Packs beside the default ones, of which those are left out that are given anew: one's own `hosting` takes the place of
 * the shipped one.
 */
export async function loadRuleSet(
  loader: Loader,
  packs: readonly string[],
  { alone = false, rules = [] }: RuleSetOptions,
): Promise<Result<RuleSet>> {
  const given = ruleDocuments([...packs, ...rules]);
  if (!given.ok) return given;
  const modules = new Set(given.value.map(moduleOf));
  const usual = alone ? [] : DEFAULT_PACKS.filter((name) => !modules.has(name));
  const program = await loader.rules([...packs, ...rules, ...usual]);
  if (!program.ok) return program;
  const [documents, all] = [ruleDocuments(packs), ruleDocuments([...packs, ...rules, ...usual])];
  if (!documents.ok || !all.ok) return fail(...[documents, all].flatMap((one) => (one.ok ? [] : one.diagnostics)));
  const sources = new Set(documents.value.map(({ source }) => source));
  const beside = all.value.filter(({ source }) => !sources.has(source));
  return ok({ program: program.value, documents: documents.value, beside });
}

/** Saved requests over the catalog that is meant; problem files bring their own, or name it. */
export async function loadRequests(
  loader: Loader,
  path: string,
  catalog: Catalog,
  at: string | undefined,
): Promise<Result<readonly SavedRequest[]>> {
  const documents = savedDocuments(path);
  if (!documents.ok) return documents;
  const stored = storedInputs(await loader.vocabulary());
  const inputs: typeof stored = {
    ...stored,
    catalog: (own, day) => (own === undefined && day === at ? ok(catalog) : stored.catalog(own, day)),
  };
  return ok(documents.value.map((document) => savedRequest(document, inputs, at)));
}
