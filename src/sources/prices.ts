import { z } from 'zod';
import type { PriceChange, PriceEdit } from '../catalog/prices.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { checkDocument } from '../document/check.ts';
import { type Document, type Path, readDocument } from '../document/read.ts';
import { parseDecimal } from '../quantity/decimal.ts';
import { DECIMALS_OF_MONEY, parseMoney } from '../quantity/money.ts';

/** Reads a price file (`stowage.prices/1`): one's own prices, as edits of a catalog's. */

const amount = z.union([z.string(), z.number()]).meta({
  description: 'A price in USD per hour (0.02), an amount with a sign (+0.01), or a percentage with a sign (-12%).',
});
const entry = z.strictObject({
  price: amount,
  market: z.enum(['on-demand', 'spot', 'any']).optional().meta({ description: 'on-demand unless given.' }),
  reason: z.string().optional().meta({ description: 'Why; said with every price that it makes.' }),
});

/** The entries of a price file, which a problem's catalog may have too. */
export const pricesSchema = z.record(z.string(), z.union([amount, entry, z.array(entry)])).meta({
  description:
    'By selector, [cloud:]type[@region], where * stands for any run of characters. Entries have no order: an absolute price comes first, then amounts, then percentages.',
});

export type PriceEntries = z.infer<typeof pricesSchema>;

export const priceFileSchema = z
  .strictObject({ format: z.literal('stowage.prices/1'), prices: pricesSchema })
  .meta({ id: 'stowage-prices-1', title: 'stowage price file' });

const MOST_CHARACTERS = 16_000_000;
const MOST_VALUES = 500_000;
const LONGEST_REASON = 200;

/** The patterns of a selector; undefined where it is none. The cloud ends at the first colon, the region begins after the last `@`. */
export function parseSelector(text: string): { cloud: string; type: string; region: string } | undefined {
  const colon = text.indexOf(':');
  const at = text.lastIndexOf('@');
  const cloud = colon === -1 ? '*' : text.slice(0, colon);
  const region = at < colon || at === -1 ? '*' : text.slice(at + 1);
  const type = text.slice(colon + 1, at < colon || at === -1 ? undefined : at);
  const pattern = /^[A-Za-z0-9._*-]+$/;
  const isWhole = pattern.test(cloud) && pattern.test(region) && /^[A-Za-z0-9*][A-Za-z0-9._:+/@ *-]*$/.test(type);
  return isWhole ? { cloud, type, region } : undefined;
}

export function parsePriceChange(text: string): PriceChange | { readonly problem: string; readonly hint: string } {
  if (text.endsWith('%')) {
    const millionths = /^[+-]/.test(text) ? parseDecimal(text.slice(0, -1), 4) : undefined;
    if (millionths === undefined || Math.abs(millionths) > 1_000_000_000)
      return { problem: 'is no percentage', hint: 'write a sign and at most four decimals, such as -12.5%' };
    if (millionths < -1_000_000) return { problem: 'takes off more than all', hint: 'write -100% at the most' };
    return { kind: 'percent', millionths };
  }
  if (/^[+-]/.test(text)) {
    const change = parseDecimal(text, DECIMALS_OF_MONEY);
    return change === undefined
      ? { problem: 'is no amount of USD per hour', hint: 'write at most nine decimals, such as +0.0125' }
      : { kind: 'amount', amount: change };
  }
  const price = parseMoney(text);
  return price === undefined
    ? { problem: 'is no amount of USD per hour', hint: 'write a price such as 0.02, or a change such as +0.01 or -12%' }
    : { kind: 'absolute', price };
}

/**
 * The edits of a price file's text, or every fault in it.
 *
 * @param source what people call the file
 */
export function readPrices(source: string, text: string): Result<readonly PriceEdit[]> {
  const document = readDocument(source, text, { maxLength: MOST_CHARACTERS, maxNodes: MOST_VALUES });
  if (!document.ok) return document;
  const checked = checkDocument(document.value, priceFileSchema, 'a price file');
  return checked.ok ? readPriceEntries(checked.value.prices, document.value, ['prices']) : checked;
}

/** The edits of checked entries, or every fault in them; `at` is the path of the entries in the document. */
export function readPriceEntries(entries: PriceEntries, document: Document, at: Path): Result<readonly PriceEdit[]> {
  const faults: Diagnostic[] = [];
  const edits: PriceEdit[] = [];
  for (const [selector, given] of Object.entries(entries)) {
    const span = document.keySpanOf([...at, selector]);
    const patterns = parseSelector(selector);
    if (patterns === undefined) {
      const message = `"${selector}" selects no offers`;
      faults.push({
        code: 'bad-price',
        message,
        span,
        hint: 'a selector is [cloud:]type[@region], such as aws:m8i*@eu-*',
      });
      continue;
    }
    const single = typeof given !== 'object';
    for (const [index, { price, market, reason }] of (single
      ? [{ price: given, market: undefined, reason: undefined }]
      : [given].flat()
    ).entries()) {
      const path: Path = [...at, selector, ...(Array.isArray(given) ? [index] : []), ...(single ? [] : ['price'])];
      const change = parsePriceChange(String(price));
      if ('problem' in change) {
        const message = `price "${String(price)}" of ${selector} ${change.problem}`;
        faults.push({ code: 'bad-price', message, span: document.spanOf(path), hint: change.hint });
      } else if (reason !== undefined && (reason.length > LONGEST_REASON || reason.includes('\n'))) {
        const message = `the reason of ${selector} is no single line of at most ${LONGEST_REASON} characters`;
        faults.push({ code: 'bad-price', message, span });
      } else edits.push({ selector, ...patterns, market: market ?? 'on-demand', change, reason, span });
    }
  }
  return faults.length > 0 ? fail(...faults) : ok(edits);
}
