import type { CloudSummary, ShownType } from '../plan/inventory.ts';
import { type Block, list, paragraph } from './blocks.ts';
import { type Format, render } from './formats.ts';
import { grouped } from './table.ts';

/** What catalogs hold, for people and for programs. */

/** The clouds of each catalog, a line each. */
export function renderSummaries(
  catalogs: readonly { readonly catalog: string; readonly clouds: readonly CloudSummary[] }[],
  format: Format,
): Promise<string> {
  const dates = (prices: CloudSummary['prices']): string => {
    if (prices === null) return 'no date';
    return prices.oldest === prices.newest ? prices.newest : `${prices.oldest} to ${prices.newest}`;
  };
  return render(catalogs, format, () => [
    {
      kind: 'table',
      head: ['Catalog', 'Cloud', 'Regions', 'Types', 'Priced offers', 'Without price', 'Images', 'Prices of'],
      rows: catalogs.flatMap(({ catalog, clouds }) =>
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
      right: [2, 3, 4, 5, 6],
    },
  ]);
}

function typeBlocks({ type, cloud, facts, offers }: ShownType): readonly Block[] {
  const blocks: Block[] = [
    {
      kind: 'table',
      head: [cloud, type],
      rows: Object.entries(facts).map(([name, value]) => [name, value ?? 'unknown']),
      right: [],
    },
  ];
  if (offers.length === 0) return [...blocks, paragraph('It is offered in no region.')];
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
  blocks.push({ kind: 'table', head, rows, right: edited ? [2, 3] : [2] });
  const notes = new Map<string, string[]>();
  for (const { region, market, edits } of offers) {
    if (edits.length === 0) continue;
    const key = edits.join(', then ');
    notes.set(key, [...(notes.get(key) ?? []), market === 'on-demand' ? region : `${region} (${market})`]);
  }
  const items = [...notes].map(([text, regions]) => {
    const where =
      regions.length > 6 ? `${regions.slice(0, 6).join(', ')} and ${regions.length - 6} more` : regions.join(', ');
    return { text: `in ${where}: ${text}` };
  });
  return [...blocks, ...list('Own prices:', items)];
}

/** Types with all that is known of them, and where they are sold. */
export function renderTypes(types: readonly ShownType[], format: Format): Promise<string> {
  return render(types, format, () => types.flatMap(typeBlocks));
}
