import type { Catalog } from '../catalog/catalog.ts';
import { numberAt, setAt, textAt } from '../catalog/column.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { formatSize } from '../quantity/size.ts';
import type { Status, StatusMachine } from './status-file.ts';

/**
 * The instance types of running machines. Juju tells hardware and no type, so types are found by cloud, region,
 * architecture, cores and memory; often several are alike, and then somebody has to say.
 */

/** A machine with the offer that it is one of. */
export interface TypedMachine {
  readonly machine: StatusMachine;
  /** Row of the catalog's types. */
  readonly type: number;
  readonly name: string;
  /** Row of the catalog's offers: what it costs on demand. */
  readonly offer: number;
}

const MOST_NAMED = 8;

/** On-demand offers of a region, the cheapest first. */
function offersIn({ offers, regions, types }: Catalog, cloud: string, region: string): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < offers.size; row += 1) {
    const market = textAt(offers, 'offer.market', row) ?? 'on-demand';
    if (market !== 'on-demand') continue;
    if (textAt(types, 'type.cloud', offers.type[row]!) !== cloud) continue;
    if (textAt(regions, 'offer.region', offers.region[row]!) === region) rows.push(row);
  }
  return rows;
}

/** Whether a type's facts are those that Juju tells; what either does not know is no contradiction. */
function isAlike({ types }: Catalog, type: number, { arch, cores, mem }: StatusMachine): boolean {
  const same = <T>(fact: T | undefined, told: T | undefined): boolean =>
    fact === undefined || told === undefined || fact === told;
  const archs = setAt(types, 'type.arch', type);
  return (
    (archs === undefined || arch === undefined || archs.includes(arch)) &&
    same(numberAt(types, 'type.cores', type), cores) &&
    same(numberAt(types, 'type.mem', type), mem)
  );
}

const hardwareText = ({ arch, cores, mem }: StatusMachine): string =>
  [
    arch,
    cores === undefined ? undefined : `${cores} ${cores === 1 ? 'core' : 'cores'}`,
    mem === undefined ? undefined : formatSize(mem),
  ]
    .filter((word) => word !== undefined)
    .join(', ');

/**
 * The types of all machines, or of which it cannot be told.
 *
 * @param settled types by machine, as a person says: `--machine 0=m5.large`
 */
export function typesOfMachines(
  { cloud, region, machines }: Status,
  catalog: Catalog,
  settled: ReadonlyMap<string, string>,
): Result<readonly TypedMachine[]> {
  const faults: Diagnostic[] = [];
  const ids = machines.map(({ id }) => id);
  for (const id of settled.keys()) {
    if (ids.includes(id)) continue;
    const hint = didYouMean(id, ids);
    faults.push({
      code: 'unknown-machine',
      message: `the status tells of no machine ${id}`,
      path: '--machine',
      ...(hint === undefined ? {} : { hint }),
    });
  }
  const rows = region === undefined ? [] : offersIn(catalog, cloud, region);
  if (rows.length === 0 && machines.length > 0) {
    const where = region === undefined ? cloud : `${cloud} ${region}`;
    return fail(...faults, {
      code: 'unknown-region',
      message: `the catalog has no offers of ${where}, where the model is`,
      path: 'model',
      hint: 'give a catalog of it with --catalog',
    });
  }
  const nameAt = (row: number): string => textAt(catalog.types, 'type.name', catalog.offers.type[row]!) ?? '';
  const typed = machines.flatMap((machine): TypedMachine[] => {
    const said = settled.get(machine.id) ?? machine.type;
    const named = said === undefined ? undefined : rows.filter((row) => nameAt(row) === said);
    const place = settled.has(machine.id) ? { path: '--machine' } : machine.place;
    if (named !== undefined && named.length === 0) {
      const hint = didYouMean(said!, new Set(rows.map(nameAt)));
      const message = `machine ${machine.id}: ${cloud} ${region} has no type "${said}" with a known price`;
      faults.push({ code: 'unknown-type', message, ...place, ...(hint === undefined ? {} : { hint }) });
      return [];
    }
    const alike = (named ?? rows).filter((row) => isAlike(catalog, catalog.offers.type[row]!, machine));
    if (named !== undefined && alike.length === 0) {
      const message = `machine ${machine.id} is no ${said}: it has ${hardwareText(machine)}`;
      faults.push({ code: 'unlike-type', message, ...place });
      return [];
    }
    const names = [...new Set(alike.map(nameAt))];
    const hasHardware = machine.cores !== undefined && machine.mem !== undefined;
    if (names.length === 1 && (hasHardware || named !== undefined)) {
      const offer = alike[0]!;
      return [{ machine, type: catalog.offers.type[offer]!, name: names[0]!, offer }];
    }
    const example = `--machine ${machine.id}=${names[0] ?? 'TYPE'}`;
    if (names.length === 0) {
      const message = `machine ${machine.id}: no type of ${cloud} ${region} with a known price has ${hardwareText(machine)}`;
      faults.push({ code: 'unknown-type', message, ...machine.place, hint: `say it with ${example}` });
      return [];
    }
    const shown = names.slice(0, MOST_NAMED).join(', ');
    const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
    const what = hasHardware
      ? `${names.length} types have ${hardwareText(machine)}: ${shown}${more}`
      : 'the status does not tell its hardware';
    faults.push({
      code: 'ambiguous-type',
      message: `machine ${machine.id}: ${what}`,
      ...machine.place,
      hint: `say it with ${example}`,
    });
    return [];
  });
  return faults.length > 0 ? fail(...faults) : ok(typed);
}
