import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { isDate, toVersionDate } from '../src/quantity/date.ts';
import { parseMoney } from '../src/quantity/money.ts';
import { compareText } from '../src/quantity/order.ts';

/**
 * Builds the shipped catalog, a simplestreams tree, from tables of facts:
 *
 *   npm run catalog -- FACTS_DIR [CATALOG_DIR]
 *
 * Every row of the tables ends up in the tree or in the report of what was left out and why; a row that neither can
 * explain stops the build. The same tables give the same bytes.
 */

const [factsDir, catalogDir = 'catalog'] = process.argv.slice(2);
if (factsDir === undefined) {
  console.error('usage: npm run catalog -- FACTS_DIR [CATALOG_DIR]');
  process.exit(2);
}

type Row = Readonly<Record<string, string>>;
type Fields = Record<string, unknown>;

function unexplained(message: string): never {
  console.error(`build-catalog: ${message}`);
  process.exit(1);
}

/** `ragged`: rows may end early, as those of distro-info-data do where a release has no later dates. */
function table(name: string, ragged = false): readonly Row[] {
  return parse(readFileSync(join(factsDir!, name)), { columns: true, relax_column_count_less: ragged }) as Row[];
}

/** A cell's fact, or undefined where the table says nothing: blank and "unsure" both mean unknown. */
function cell(row: Row, column: string): string | undefined {
  const text = row[column];
  if (text === undefined) unexplained(`a table lacks the column ${column}`);
  return text === '' || text === 'unsure' ? undefined : text;
}

function need(row: Row, column: string): string {
  return cell(row, column) ?? unexplained(`${JSON.stringify(row)} has no ${column}`);
}

const commas = (list: string | undefined): string | undefined => list?.split(' ').join(',');

/** The fields that are known, in order of their names. */
function known(fields: Readonly<Record<string, string | undefined>>): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => compareText(a, b)),
  );
}

const report: string[] = [];
const set = (title: string, lines: readonly string[]): void => {
  report.push('', `## ${title}`, '', ...(lines.length === 0 ? ['Nothing.'] : lines));
};

// --- regions ---------------------------------------------------------------------------------------------------------

const regionRows = table('regions.csv');
const regionsOf = new Map<string, Set<string>>();
const regionProducts: Record<string, Fields> = {};
for (const row of regionRows) {
  const [cloud, region, date] = [need(row, 'cloud'), need(row, 'region'), need(row, 'prices_as_of')];
  if (!isDate(date)) unexplained(`${date} is no date`);
  const own = regionsOf.get(cloud) ?? new Set();
  if (own.has(region)) unexplained(`region ${region} of ${cloud} is given twice`);
  regionsOf.set(cloud, own.add(region));
  const facts = known({
    country: cell(row, 'country'),
    eu: cell(row, 'eu'),
    access: cell(row, 'access'),
    endpoint: cell(row, 'endpoint'),
    'region-zones': commas(cell(row, 'zones')),
    'zones-basis': cell(row, 'zones_basis'),
    'list-date': date,
  });
  regionProducts[`stowage:${cloud}:${region}`] = {
    cloud,
    region,
    versions: { [toVersionDate(date)]: { items: { region: facts } } },
  };
}

// --- types and prices ------------------------------------------------------------------------------------------------

interface Cloud {
  readonly cloud: string;
  readonly types: string;
  readonly prices: string;
  /** Columns that name the type in the two tables. */
  readonly name: string;
  readonly source: string;
  readonly license: string;
  facts(row: Row): Readonly<Record<string, string | undefined>>;
}

const shared = (row: Row): Readonly<Record<string, string | undefined>> => {
  const gpus = cell(row, 'gpu_count');
  return {
    arch: commas(cell(row, 'arch')),
    cores: cell(row, 'vcpu'),
    mem: cell(row, 'mem_mib'),
    'bare-metal': cell(row, 'bare_metal'),
    'nested-virt': cell(row, 'nested_virtualization'),
    'nested-basis': cell(row, 'nested_basis'),
    burstable: cell(row, 'burstable'),
    baseline: cell(row, 'baseline_percent'),
    'cpu-vendor': cell(row, 'cpu_manufacturer'),
    gpus,
    'gpu-name': gpus === undefined || gpus === '0' ? undefined : cell(row, 'gpu_name'),
    source: cell(row, 'source'),
  };
};

/** A machine that has a hypervisor and is no hardware is a guest of it. */
const hypervisor = (row: Row): Readonly<Record<string, string | undefined>> => {
  const name = cell(row, 'hypervisor');
  return {
    hypervisor: name,
    'hypervisor-role': name !== undefined && cell(row, 'bare_metal') === 'false' ? 'guest' : undefined,
  };
};

const CLOUDS: readonly Cloud[] = [
  {
    cloud: 'aws',
    types: 'aws-types.csv',
    prices: 'aws-prices.csv',
    name: 'instance_type',
    source:
      'types: karpenter-provider-aws documentation v1.14, Spare Cores data dumps; prices: karpenter-provider-aws, Apache Libcloud, SkyPilot catalog v9',
    license: 'Apache-2.0; 28 types from Spare Cores data, CC BY-SA 4.0',
    facts: (row) => ({
      ...shared(row),
      ...hypervisor(row),
      family: cell(row, 'family'),
      virt: commas(cell(row, 'virtualization_types')),
      'previous-generation': cell(row, 'previous_generation'),
      'local-disk': cell(row, 'local_nvme_gb') === undefined ? undefined : `${cell(row, 'local_nvme_gb')} GB`,
    }),
  },
  {
    cloud: 'gcp',
    types: 'gcp-types.csv',
    prices: 'gcp-prices.csv',
    name: 'machine_type',
    source: 'types and zones: Cyclenerd google-cloud-pricing-cost-calculator; prices: karpenter-provider-gcp',
    license: 'Apache-2.0',
    facts: (row) => ({ ...shared(row), family: cell(row, 'series'), deprecated: cell(row, 'deprecated') }),
  },
  {
    cloud: 'azure',
    types: 'azure-types.csv',
    prices: 'azure-prices.csv',
    name: 'vm_size',
    source: 'types: Spare Cores data dumps; prices: karpenter-provider-azure',
    license: 'types: CC BY-SA 4.0, Spare Cores; prices: Apache-2.0',
    facts: (row) => ({
      ...shared(row),
      ...hypervisor(row),
      family: cell(row, 'family'),
      deprecated: cell(row, 'deprecated'),
    }),
  },
];

const asides = table('prices-set-aside.csv');
const metalNotes = table('aws-metal-price-notes.csv');
const zonePairs = table('gcp-zones.csv');

/** Zones in which a type is sold, by `type region`, for the cloud whose zones are listed per type. */
const zonesByOffer = new Map<string, string[]>();
const foreignZones = new Map<string, number>();
for (const row of zonePairs) {
  const [type, zone] = [need(row, 'machine_type'), need(row, 'zone')];
  const region = zone.slice(0, zone.lastIndexOf('-'));
  if (!regionsOf.get('gcp')?.has(region)) {
    // Not a public region: no prices exist for it, so the zone can serve no offer.
    foreignZones.set(zone, (foreignZones.get(zone) ?? 0) + 1);
    continue;
  }
  zonesByOffer.set(`${type} ${region}`, [...(zonesByOffer.get(`${type} ${region}`) ?? []), zone]);
}

set(
  'gcp: zones outside all priced regions',
  [...foreignZones].sort(([a], [b]) => compareText(a, b)).map(([zone, pairs]) => `- ${zone}: ${pairs} types`),
);

const dedicated = new Map(
  metalNotes.map((row) => [`${need(row, 'instance_type')} ${need(row, 'region')}`, need(row, 'listed_price_usd_hour')]),
);

/** Types whose prices in some regions are under a quarter of their median over regions: a slip of the source. */
function suspicious(prices: readonly { type: string; region: string; price: number }[]): ReadonlySet<string> {
  const byType = new Map<string, number[]>();
  for (const { type, price } of prices) byType.set(type, [...(byType.get(type) ?? []), price]);
  const median = (values: readonly number[]): number => {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  };
  return new Set(
    prices
      .filter(({ type, price }) => price * 4 < median(byType.get(type)!))
      .map(({ type, region }) => `${type} ${region}`),
  );
}

interface Built {
  readonly file: string;
  readonly datatype: string;
  readonly contentId: string;
  readonly cloud?: string;
  readonly newest?: string;
  readonly products: Readonly<Record<string, Fields>>;
  readonly head: Fields;
}

const counts: string[] = [];

function buildTypes(cloud: Cloud): Built {
  const types = new Map<string, Row>();
  for (const row of table(cloud.types)) {
    const name = need(row, cloud.name);
    if (types.has(name)) unexplained(`type ${name} of ${cloud.cloud} is given twice`);
    types.set(name, row);
  }
  for (const key of zonesByOffer.keys()) {
    if (cloud.cloud === 'gcp' && !types.has(key.split(' ')[0]!)) unexplained(`zones of the unknown type ${key}`);
  }
  const priceRows = table(cloud.prices);
  const versionsOf = new Map<string, Map<string, Record<string, Fields>>>();
  const withoutType = new Map<string, number>();
  const parsed = priceRows.map((row) => {
    const [type, region] = [need(row, cloud.name), need(row, 'region')];
    const price = parseMoney(need(row, 'price_usd_hour'));
    if (price === undefined || price === 0)
      unexplained(`${cloud.cloud} ${type} ${region}: price ${row.price_usd_hour}`);
    if (!regionsOf.get(cloud.cloud)?.has(region)) unexplained(`${cloud.cloud} ${type}: unknown region ${region}`);
    return { row, type, region, price };
  });
  const odd = suspicious(parsed);
  const known25 = new Set(asides.filter((row) => row.cloud === cloud.cloud).map((row) => `${row.type} ${row.region}`));
  const seen = new Set<string>();
  let onDemand = 0;
  let spot = 0;
  let tenancies = 0;
  for (const { row, type, region, price } of parsed) {
    const key = `${type} ${region}`;
    if (seen.has(key)) unexplained(`the price of ${cloud.cloud} ${key} is given twice`);
    seen.add(key);
    if (odd.has(key) || known25.has(key)) {
      asidesFound.push(`- ${cloud.cloud} ${key}: ${row.price_usd_hour}`);
      continue;
    }
    if (!types.has(type)) {
      withoutType.set(type, (withoutType.get(type) ?? 0) + 1);
      continue;
    }
    const date = need(row, 'as_of');
    if (!isDate(date)) unexplained(`${date} is no date`);
    const versions = versionsOf.get(type) ?? new Map<string, Record<string, Fields>>();
    versionsOf.set(type, versions);
    const items = versions.get(toVersionDate(date)) ?? {};
    versions.set(toVersionDate(date), items);
    let tenancy: string | undefined;
    const noted = cloud.cloud === 'aws' ? dedicated.get(key) : undefined;
    if (noted !== undefined) {
      if (parseMoney(noted) !== price)
        unexplained(`the note on ${key} speaks of ${noted}, the table of ${row.price_usd_hour}`);
      tenancy = 'dedicated';
      tenancies += 1;
    }
    const basis = row.basis === undefined || row.basis === 'list' ? undefined : row.basis;
    const item = {
      region,
      price: need(row, 'price_usd_hour'),
      zones: zonesByOffer.get(key)?.sort(compareText).join(','),
      tenancy,
      'price-basis': basis,
    };
    items[`${region}-on-demand`] = known(item);
    onDemand += 1;
    const spotPrice = cell(row, 'spot_usd_hour');
    if (spotPrice !== undefined) {
      items[`${region}-spot`] = known({ ...item, price: spotPrice, market: 'spot' });
      spot += 1;
    }
  }
  if (cloud.cloud === 'aws') {
    if (tenancies !== dedicated.size)
      unexplained(`${dedicated.size - tenancies} notes on metal prices belong to no price`);
    counts.push(`- ${tenancies} prices of aws are marked as dedicated-tenancy prices.`);
  }
  const products: Record<string, Fields> = {};
  for (const [name, row] of types) {
    const versions = Object.fromEntries(
      [...(versionsOf.get(name) ?? [])]
        .sort(([a], [b]) => compareText(a, b))
        .map(([version, items]) => [version, { items }]),
    );
    products[`stowage:${cloud.cloud}:${name}`] = { name, ...known(cloud.facts(row)), versions };
  }
  const lost = [...withoutType.values()].reduce((sum, count) => sum + count, 0);
  counts.push(
    `- ${cloud.cloud}: ${types.size} types, ${onDemand} on-demand offers, ${spot} spot offers in ${regionsOf.get(cloud.cloud)!.size} regions.`,
  );
  set(
    `${cloud.cloud}: prices without a type row`,
    lost === 0
      ? []
      : [
          `${lost} prices of ${withoutType.size} types that the type table does not describe:`,
          '',
          [...withoutType.keys()].sort(compareText).join(', '),
        ],
  );
  set(
    `${cloud.cloud}: types without any price`,
    [
      [...types.keys()]
        .filter((name) => !versionsOf.has(name))
        .sort(compareText)
        .join(', '),
    ].filter((line) => line !== ''),
  );
  const newest = [...versionsOf.values()]
    .flatMap((versions) => [...versions.keys()])
    .sort(compareText)
    .at(-1);
  return {
    file: `stowage.instance-types.${cloud.cloud}.json`,
    datatype: 'instance-types',
    contentId: `stowage:instance-types:${cloud.cloud}`,
    cloud: cloud.cloud,
    ...(newest === undefined ? {} : { newest }),
    products,
    head: { cloud: cloud.cloud, market: 'on-demand', currency: 'USD', source: cloud.source, license: cloud.license },
  };
}

// --- images ----------------------------------------------------------------------------------------------------------

const releases = new Map(table('ubuntu.csv', true).map((row) => [need(row, 'version').split(' ')[0]!, row]));

function buildImages(): readonly Built[] {
  const byCloud = new Map<string, Record<string, Fields>>();
  const unsure: string[] = [];
  for (const row of table('images.csv')) {
    const [cloud, os, release, arch, id] = [
      need(row, 'cloud'),
      need(row, 'os'),
      need(row, 'release'),
      need(row, 'arch'),
      need(row, 'id'),
    ];
    // A reference that nobody has checked is not shipped, since launching by it could fail; that the product exists is known.
    const checked = !(row.note ?? '').startsWith('unsure');
    if (!checked) unsure.push(`- ${cloud} ${os} ${release} ${arch}: ${row.note}; shipped without its reference`);
    const dates = releases.get(release) ?? unexplained(`release ${release} has no dates`);
    const products = byCloud.get(cloud) ?? {};
    byCloud.set(cloud, products);
    const product = `com.ubuntu.cloud:server:${release}:${arch}`;
    if (os !== 'ubuntu' || product in products) unexplained(`a second image of ${product}, or one of ${os}`);
    const item = known({ id: checked ? id : undefined, virt: cell(row, 'virt'), root_store: cell(row, 'root_store') });
    products[product] = {
      ...known({
        arch,
        os,
        version: release,
        release: dates.series,
        support_eol: cell(dates, 'eol-server') ?? cell(dates, 'eol'),
        'eol-extended': cell(dates, 'eol-esm'),
      }),
      versions: { 0: { items: { evergreen: item } } },
    };
  }
  set('launch references that are not checked', unsure);
  return [...byCloud].map(([cloud, products]) => ({
    file: `stowage.images.evergreen.${cloud}.json`,
    datatype: 'image-ids',
    contentId: `stowage:images:evergreen:${cloud}`,
    cloud,
    products,
    head: {
      cloud,
      source: "launch references: the vendors' and Canonical's public documentation; dates: distro-info-data",
      license: 'facts; dates ISC',
    },
  }));
}

// --- writing ---------------------------------------------------------------------------------------------------------

const asidesFound: string[] = asides.map(
  (row) => `- ${row.cloud} ${row.type} ${row.region}: ${row.price_usd_hour} (${row.share_of_median} of the median)`,
);
const built: readonly Built[] = [
  ...CLOUDS.map(buildTypes),
  {
    file: 'stowage.regions.json',
    datatype: 'regions',
    contentId: 'stowage:regions',
    products: regionProducts,
    head: { source: "the vendors' lists of regions and zones", license: 'facts' },
  },
  ...buildImages(),
];
set('prices set aside: under a quarter of their type’s median over regions', asidesFound);

/** One product a line: small differences, and half the size of indented JSON. */
function productsFile({ contentId, datatype, head, products }: Built): string {
  const fields = { format: 'products:1.0', content_id: contentId, datatype, ...head };
  const lines = Object.keys(products)
    .sort(compareText)
    .map((id) => `${JSON.stringify(id)}:${JSON.stringify(products[id])}`);
  return `${JSON.stringify(fields, null, 1).slice(0, -2)},\n "products": {\n${lines.join(',\n')}\n}}\n`;
}

const top = join(catalogDir, 'streams', 'v1');
rmSync(top, { recursive: true, force: true });
mkdirSync(top, { recursive: true });
const index: Record<string, Fields> = {};
for (const file of [...built].sort((a, b) => compareText(a.contentId, b.contentId))) {
  const text = productsFile(file);
  writeFileSync(join(top, file.file), text);
  index[file.contentId] = {
    format: 'products:1.0',
    datatype: file.datatype,
    path: `streams/v1/${file.file}`,
    ...(file.cloud === undefined ? {} : { cloudname: file.cloud }),
    ...(file.newest === undefined ? {} : { newest: file.newest }),
    sha256: createHash('sha256').update(text).digest('hex'),
    size: Buffer.byteLength(text),
    products: Object.keys(file.products).sort(compareText),
  };
}
const entries = Object.entries(index).map(([id, entry]) => `${JSON.stringify(id)}:${JSON.stringify(entry)}`);
writeFileSync(join(top, 'index.json'), `{"format":"index:1.0",\n"index":{\n${entries.join(',\n')}\n}}\n`);
const heading = [
  '# The shipped catalog',
  '',
  'A simplestreams tree of instance types, their dated prices, regions and images. Built by `npm run catalog -- FACTS_DIR`;',
  'each file names its sources and licence. What the build left out, and why:',
  '',
  ...counts,
];
writeFileSync(join(catalogDir, 'README.md'), `${[...heading, ...report].join('\n')}\n`);
console.log(counts.join('\n'));
