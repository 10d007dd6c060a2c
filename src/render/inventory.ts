import { stringify } from 'yaml';
import { visible } from '../diagnostic/visible.ts';
import type { CloudSummary, ShownType } from '../plan/inventory.ts';
import type { Format } from './formats.ts';
import { grouped, table } from './table.ts';

/** What catalogs hold, for people and for programs. */

function inFormat(value: unknown, format: Format, tabular: () => string): string {
  if (format === 'json') return `${JSON.stringify(value, null, 2)}\n`;
  if (format === 'yaml') return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
  return `${tabular().split('\n').map(visible).join('\n')}\n`;
}

/** The clouds of each catalog, a line each. */
export function renderSummaries(
  catalogs: readonly { readonly catalog: string; readonly clouds: readonly CloudSummary[] }[],
  format: Format,
): string {
  const dates = (prices: CloudSummary['prices']): string => {
    if (prices === null) return 'no date';
    return prices.oldest === prices.newest ? prices.newest : `${prices.oldest} to ${prices.newest}`;
  };
  return inFormat(catalogs, format, () =>
    table(
      ['Catalog', 'Cloud', 'Regions', 'Types', 'Priced offers', 'Without price', 'Images', 'Prices of'],
      catalogs.flatMap(({ catalog, clouds }) =>
        clouds.map((one) => [
          catalog,
          one.cloud,
          grouped(one.regions),
          grouped(one.types),
          grouped(one.offers),
          grouped(one.unpriced),
          grouped(one.images),
          one.offers === 0 ? 'no prices' : dates(one.prices),
        ]),
      ),
      [2, 3, 4, 5, 6],
    ),
  );
}

function typeText({ type, cloud, facts, offers }: ShownType): string {
  const lines = [`${type} of ${cloud}`];
  const width = Math.max(...Object.keys(facts).map((name) => name.length));
  for (const [name, value] of Object.entries(facts)) lines.push(`  ${name.padEnd(width)}  ${value ?? 'unknown'}`);
  if (offers.length === 0) return [...lines, '', 'It is offered in no region.'].join('\n');
  const edited = offers.some(({ edits }) => edits.length > 0);
  const head = ['Region', 'Market', '$/hour', ...(edited ? ['List price'] : []), 'Basis', 'As of', 'Zones', 'Limit'];
  const rows = offers.map((offer) => [
    offer.region,
    offer.market,
    offer.price ?? 'no price known',
    ...(edited ? [offer['list-price'] ?? 'unknown'] : []),
    offer['price-basis'] ?? '-',
    offer['as-of'] ?? '-',
    offer.zones?.join(' ') ?? '-',
    offer.limit === null ? '-' : String(offer.limit),
  ]);
  lines.push('', table(head, rows, edited ? [2, 3] : [2]));
  const notes = new Map<string, string[]>();
  for (const { region, market, edits } of offers) {
    if (edits.length === 0) continue;
    const key = edits.join(', then ');
    notes.set(key, [...(notes.get(key) ?? []), market === 'on-demand' ? region : `${region} (${market})`]);
  }
  if (notes.size > 0) lines.push('');
  for (const [text, regions] of notes) {
    const where =
      regions.length > 6 ? `${regions.slice(0, 6).join(', ')} and ${regions.length - 6} more` : regions.join(', ');
    lines.push(`Own price in ${where}: ${text}`);
  }
  return lines.join('\n');
}

/** Types with all that is known of them, and where they are sold. */
export function renderTypes(types: readonly ShownType[], format: Format): string {
  return inFormat(types, format, () => types.map(typeText).join('\n\n'));
}
