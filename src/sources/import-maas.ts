import { type Diagnostic, ok, type Result } from '../diagnostic/diagnostic.ts';
import { compareText } from '../quantity/order.ts';
import {
  archNamed,
  faultAt,
  type Imported,
  type ImportRow,
  type ImportSettings,
  type JsonEntry,
  NOTHING,
  named,
  placeInJson,
  wholeNumberOf,
} from './import-rows.ts';

/**
 * Reads `maas PROFILE machines read`: each machine is a type of its own, of which there is one, sold where it is free.
 *
 * `storage`, all disks together, becomes the local disk. It is no root disk: Juju asks MAAS for the size of the one disk
 * that holds the root, which is known only where the boot disk is stated or there is a single disk.
 */

export const MAAS_NAME = 'maas';
const READY = 4;

export function isMachine(entry: JsonEntry): boolean {
  return named(entry, 'system_id') !== undefined && named(entry, 'hostname') !== undefined;
}

/** Kinds of power control that are a hypervisor's. */
const VIRTUAL_POWER: readonly string[] = ['virsh', 'lxd', 'proxmox', 'vmware'];

const nameOf = (value: unknown): string | undefined => {
  const name = typeof value === 'object' && value !== null ? (value as { name?: unknown }).name : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
};

const isSomething = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Bytes of the disk that holds the root; undefined where it cannot be told. */
function rootDiskOf({ fields }: JsonEntry): number | undefined {
  const disks = Array.isArray(fields.physicalblockdevice_set) ? (fields.physicalblockdevice_set as unknown[]) : [];
  const disk = isSomething(fields.boot_disk) ? fields.boot_disk : disks.length === 1 ? disks[0] : undefined;
  const size = typeof disk === 'object' && disk !== null ? wholeNumberOf((disk as { size?: unknown }).size) : undefined;
  return size === undefined || size <= 0 ? undefined : size;
}

function readMachine(
  entry: JsonEntry,
  cloud: string,
): { row?: ImportRow; zones: readonly string[]; faults: readonly Diagnostic[] } {
  const { fields: given } = entry;
  const faults: Diagnostic[] = [];
  const fault = (field: string, message: string): void => void faults.push(faultAt(placeInJson(entry, field), message));
  const size = (field: string): number | undefined => {
    if (!isSomething(given[field])) return undefined;
    // Sizes are floats in megabytes; what is less than a megabyte does not count.
    const value = Number(given[field]);
    if (!Number.isFinite(value) || value < 0 || value > Number.MAX_SAFE_INTEGER) {
      fault(field, `${field} must be a non-negative number, not ${JSON.stringify(given[field])}`);
      return undefined;
    }
    return value === 0 ? undefined : Math.floor(value);
  };
  const architecture = isSomething(given.architecture) ? String(given.architecture) : undefined;
  const arch = architecture === undefined ? undefined : archNamed(architecture.split('/')[0]!);
  if (architecture !== undefined && arch === undefined)
    fault('architecture', `"${architecture}" is no architecture known here`);
  const [cores, mem, storage] = [size('cpu_count'), size('memory'), size('storage')];
  const { tag_names: tags = [] } = given;
  if (!Array.isArray(tags)) fault('tag_names', 'tag_names must be a list');
  if (faults.length > 0) return { zones: [], faults };
  const isVirtual =
    isSomething(given.virtualmachine_id) ||
    isSomething(given.pod) ||
    VIRTUAL_POWER.includes(String(given.power_type)) ||
    (tags as unknown[]).includes('virtual');
  const rootDisk = rootDiskOf(entry);
  const zone = nameOf(given.zone);
  const pool = nameOf(given.pool);
  const fields = {
    name: String(given.hostname),
    cloud,
    'provider-id': String(given.system_id),
    ...(arch === undefined ? {} : { arch: [arch] }),
    ...(cores === undefined ? {} : { cores }),
    ...(mem === undefined ? {} : { mem }),
    ...(storage === undefined ? {} : { 'local-disk': Number((BigInt(storage) * 1_000_000n) / BigInt(2 ** 30)) }),
    ...(rootDisk === undefined ? {} : { 'root-disk': Math.floor(rootDisk / 2 ** 20) }),
    tags: (tags as unknown[]).map(String),
    ...(pool === undefined ? {} : { pool }),
    'bare-metal': !isVirtual,
    // Hardware of one's own has no credits that run out; what a hypervisor grants is not known here.
    ...(isVirtual ? {} : { burstable: false, baseline: 100 }),
  };
  const places: Readonly<Record<string, string>> = {
    name: 'hostname',
    'provider-id': 'system_id',
    arch: 'architecture',
    cores: 'cpu_count',
    mem: 'memory',
    'local-disk': 'storage',
    tags: 'tag_names',
    zones: 'zone',
    pool: 'pool',
  };
  const place = (field?: string) => placeInJson(entry, field === undefined ? undefined : places[field]);
  return { row: { fields, place }, zones: zone === undefined ? [] : [zone], faults };
}

/** The machines of a MAAS, or every fault in them. */
export function importMaas(
  entries: readonly JsonEntry[],
  { cloud = MAAS_NAME, region = MAAS_NAME }: ImportSettings,
): Result<Imported> {
  const faults: Diagnostic[] = [];
  const [types, offers]: ImportRow[][] = [[], []];
  const left: { name: string; why: string }[] = [];
  const busy = new Map<string, string[]>();
  for (const entry of entries) {
    if (!isMachine(entry)) {
      const hint = 'import what `maas PROFILE machines read` prints';
      faults.push(faultAt(placeInJson(entry), 'this is no machine: it has no system_id and hostname', hint));
      continue;
    }
    const { fields } = entry;
    if (isSomething(fields.node_type) && fields.node_type !== 0) {
      left.push({
        name: `node ${String(fields.hostname)}`,
        why: `it is no machine but ${String(fields.node_type_name ?? `of type ${String(fields.node_type)}`)}`,
      });
      continue;
    }
    const { row, zones, faults: wrong } = readMachine(entry, cloud);
    faults.push(...wrong);
    if (row === undefined) continue;
    types!.push(row);
    if (wholeNumberOf(fields.status) === READY && !isSomething(fields.owner)) {
      const sold = { type: row.fields.name, cloud, region, limit: 1, ...(zones.length === 0 ? {} : { zones }) };
      offers!.push({ ...row, fields: sold });
      continue;
    }
    const why = isSomething(fields.status_name) ? String(fields.status_name) : `status ${String(fields.status)}`;
    const state = isSomething(fields.owner) ? `${why}, owned by ${String(fields.owner)}` : why;
    busy.set(state, [...(busy.get(state) ?? []), String(fields.hostname)]);
  }
  for (const [state, names] of [...busy].sort(([a], [b]) => compareText(a, b)))
    left.push({
      name: `${names.length === 1 ? 'offer of machine' : 'offers of machines'} ${names.join(', ')}`,
      why: `not free: ${state}`,
    });
  const place = () => placeInJson(entries[0]!);
  const regions = types!.length === 0 ? [] : [{ fields: { cloud, region, provider: MAAS_NAME }, place }];
  return ok({ ...NOTHING, types: types!, offers: offers!, regions, left, faults });
}
