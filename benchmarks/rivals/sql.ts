import type { OfferFacts } from '../offer-facts.ts';
import type { Wanted } from '../wanted.ts';
import { coded } from './columns.ts';

/** The question as SQL, for the databases: one statement per shape of request, its values bound. */

/** Columns of the table `offers`, beside `id`, the row. */
export const COLUMNS: readonly string[] = [
  'price',
  'region',
  'market',
  'cores',
  'mem',
  'gpus',
  'local_disk',
  'sustained',
  'burstable',
  'bare_metal',
  'tags',
  'zones',
];

export const hostsColumn = (arch: number): string => `hosts_${arch}`;

export const canHost = (arch: number, bits: number): string => `(${hostsColumn(arch)} & ${bits}) = ${bits}`;

/** The values of a row, in the order of `COLUMNS`, then what it can host by architecture. */
export function valuesAt(facts: OfferFacts, row: number): number[] {
  return [
    facts.price[row]!,
    facts.region[row]!,
    facts.market[row]!,
    facts.cores[row]!,
    facts.mem[row]!,
    facts.gpus[row]!,
    facts.localDisk[row]!,
    facts.sustained[row]!,
    facts.burstable[row]!,
    facts.bareMetal[row]!,
    facts.tags[row]!,
    facts.zones[row]!,
    ...facts.hosts.map((column) => column[row]!),
  ];
}

export interface Where {
  readonly text: string;
  readonly values: readonly number[];
}

/** Undefined where nothing can fit, which needs no database. */
export function whereOf(facts: OfferFacts, wanted: Wanted): Where | undefined {
  const code = coded(facts, wanted);
  if (code.arch === undefined || code.strangeTag) return undefined;
  const parts: string[] = [];
  const values: number[] = [];
  const add = (text: string, ...given: number[]): void => {
    parts.push(text);
    values.push(...given);
  };
  const asked = [...code.regions.keys()].filter((region) => code.regions[region] === 1);
  if (asked.length === 0) return undefined;
  if (asked.length < code.regions.length) add(`region IN (${asked.map(() => '?').join(', ')})`, ...asked);
  if (code.market !== -1) add('market = ?', code.market);
  // What must be hosted is part of the statement, so that indexes over what few offers can host are seen to apply.
  const archs = code.arch === -1 ? [...facts.archs.keys()] : [code.arch];
  add(`(${archs.map((arch) => canHost(arch, code.hosts)).join(' OR ')})`);
  for (const [column, least] of [
    ['cores', wanted.cores],
    ['mem', wanted.mem],
    ['gpus', wanted.gpus],
    ['local_disk', wanted.localDisk],
    ['sustained', wanted.sustained],
  ] as const)
    if (least > 0) add(`${column} >= ?`, least);
  if (Number.isFinite(wanted.most)) add('price <= ?', wanted.most);
  if (code.burstable !== 0) add('burstable = ?', code.burstable);
  if (code.bareMetal !== 0) add('bare_metal = ?', code.bareMetal);
  if (code.tags !== 0) add('(tags & ?) = ?', code.tags, code.tags);
  if (code.zones !== undefined) {
    const homes = asked.filter((region) => code.zones![region] !== 0);
    if (homes.length === 0) return undefined;
    add(
      `(${homes.map(() => '(region = ? AND (zones & ?) <> 0)').join(' OR ')})`,
      ...homes.flatMap((region) => [region, code.zones![region]!]),
    );
  }
  return { text: parts.join(' AND '), values };
}
