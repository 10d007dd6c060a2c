import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { readImage } from './import-openstack-images.ts';
import {
  archNamed,
  DEFAULT_ARCH,
  faultAt,
  type Imported,
  type ImportRow,
  type ImportSettings,
  type JsonEntry,
  KNOWN_ARCHITECTURES,
  NOTHING,
  named,
  placeInJson,
  wholeNumberOf,
} from './import-rows.ts';

/**
 * Reads what OpenStack's own client prints: `openstack flavor list --long -f json` and `openstack image list --long -f
 * json`, or lists of what its interfaces answer. Neither has prices.
 */

export const OPENSTACK_CLOUD = 'openstack';

/** Whether an entry is a flavor, and no image. */
export function isFlavor(entry: JsonEntry): boolean {
  return named(entry, 'RAM', 'ram', 'VCPUs', 'vcpus') !== undefined;
}

/** Whether an entry is an image. */
export function isImage(entry: JsonEntry): boolean {
  return named(entry, 'Status', 'status') !== undefined && named(entry, 'ID', 'id') !== undefined && !isFlavor(entry);
}

/**
 * The properties of a flavor or image: an object, or the text that old clients print, `k='v', k2='v2'`. Undefined when
 * they are neither.
 */
export function readProperties(raw: unknown): ReadonlyMap<string, string> | undefined {
  const properties = new Map<string, string>();
  if (raw === undefined || raw === null || raw === '') return properties;
  if (typeof raw === 'object' && !Array.isArray(raw)) {
    for (const [key, value] of Object.entries(raw)) {
      if (typeof value !== 'object') properties.set(key, String(value));
    }
    return properties;
  }
  if (typeof raw !== 'string') return undefined;
  let rest = raw.trim();
  while (rest !== '') {
    // A value ends at the first quote that another property or the end follows.
    const [whole, key, value] = /^([^=]+)='(.*?)'(?:\s*,\s*(?=[^=]+=')|$)/s.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    properties.set(key!.trim(), value!);
    rest = rest.slice(whole.length);
  }
  return properties;
}

/** What a flavor's properties say of its architecture; a text that is none is given back as `unknown`. */
function statedArch(properties: ReadonlyMap<string, string>): { arch?: string; unknown?: string } {
  for (const [key, value] of properties) {
    if (key === 'capabilities:cpu_arch' || key === 'architecture' || key === 'hw_architecture') {
      // The value may begin with an operator of the scheduler: "s== x86_64".
      const word = value.trim().split(/\s+/).at(-1) ?? '';
      const arch = archNamed(word);
      return arch === undefined ? { unknown: word } : { arch };
    }
    const [, trait] = /^trait:(?:COMPUTE|HW)_ARCH_(\w+)$/.exec(key) ?? [];
    if (trait !== undefined && value === 'required') {
      const arch = archNamed(trait);
      return arch === undefined ? { unknown: trait } : { arch };
    }
  }
  return {};
}

/** Ironic's flavors ask for a machine of a custom class, and for nothing of a virtual one. */
function isIronic(properties: ReadonlyMap<string, string>): boolean {
  return [...properties].some(
    ([key, value]) =>
      (/^resources:CUSTOM_/.test(key) &&
        value !== '0' &&
        (/BARE_?METAL/.test(key) || properties.get('resources:VCPU') === '0')) ||
      (key === 'capabilities:hypervisor_type' && /\bironic$/i.test(value)),
  );
}

function readFlavor(
  entry: JsonEntry,
  { cloud, region, arch }: ImportSettings,
): { row?: ImportRow; left?: string; assumed: boolean; faults: readonly Diagnostic[] } {
  const faults: Diagnostic[] = [];
  const places = new Map<string, string>();
  /** A number of the flavor; `needed`: the flavor is none without it. */
  const number = (key: string, needed: boolean, ...names: readonly string[]): number | undefined => {
    const name = named(entry, ...names);
    if (name === undefined || entry.fields[name] === '') {
      if (needed) faults.push(faultAt(placeInJson(entry, names[0]), `a flavor needs ${names[0]}`));
      return undefined;
    }
    places.set(key, name);
    const value = wholeNumberOf(entry.fields[name]);
    if (value === undefined || value < 0) {
      const message = `${name} must be a non-negative whole number, not ${JSON.stringify(entry.fields[name])}`;
      faults.push(faultAt(placeInJson(entry, name), message));
      return undefined;
    }
    return value;
  };
  const nameKey = named(entry, 'Name', 'name');
  const name = nameKey === undefined ? undefined : entry.fields[nameKey];
  if (nameKey !== undefined) places.set('name', nameKey);
  if (typeof name !== 'string' && typeof name !== 'number')
    faults.push(faultAt(placeInJson(entry, 'Name'), 'a flavor needs a Name'));
  if (entry.fields['OS-FLV-DISABLED:disabled'] === true) return { left: 'it is disabled', assumed: false, faults: [] };
  const mem = number('mem', true, 'RAM', 'ram');
  const cores = number('cores', true, 'VCPUs', 'vcpus');
  const disk = number('root-disk', false, 'Disk', 'disk');
  const ephemeral = number('local-disk', false, 'Ephemeral', 'OS-FLV-EXT-DATA:ephemeral', 'ephemeral');
  const id = named(entry, 'ID', 'id');
  if (id !== undefined) places.set('provider-id', id);
  const propertiesKey = named(entry, 'Properties', 'properties', 'extra_specs', 'OS-FLV-WITH-EXT-SPECS:extra_specs');
  const properties = readProperties(propertiesKey === undefined ? undefined : entry.fields[propertiesKey]);
  if (properties === undefined)
    faults.push(
      faultAt(placeInJson(entry, propertiesKey), 'properties are neither an object nor a text such as "k=\'v\'"'),
    );
  const stated = statedArch(properties ?? new Map());
  if (stated.unknown !== undefined) {
    const hint = didYouMean(stated.unknown, KNOWN_ARCHITECTURES);
    faults.push(faultAt(placeInJson(entry, propertiesKey), `"${stated.unknown}" is no architecture known here`, hint));
  }
  if (faults.length > 0) return { assumed: false, faults };
  const own = cloud ?? OPENSTACK_CLOUD;
  const fields = {
    name: String(name),
    cloud: own,
    arch: [stated.arch ?? arch ?? DEFAULT_ARCH],
    cores,
    mem,
    // A disk of size zero means that the volume's size is chosen at launch.
    ...(disk === undefined || disk === 0 ? {} : { 'root-disk': disk * 1024 }),
    ...(ephemeral === undefined ? {} : { 'local-disk': ephemeral }),
    ...(properties !== undefined && isIronic(properties) ? { 'bare-metal': true } : {}),
    ...(id === undefined || String(entry.fields[id]) === String(name)
      ? {}
      : { 'provider-id': String(entry.fields[id]) }),
    region,
  };
  const place = (field?: string) => placeInJson(entry, field === undefined ? undefined : places.get(field));
  return { row: { fields, place }, assumed: stated.arch === undefined, faults };
}

/** Flavors and images of one OpenStack region, or every fault in them. */
export function importOpenstack(entries: readonly JsonEntry[], settings: ImportSettings): Result<Imported> {
  const { region, cloud = OPENSTACK_CLOUD, arch = DEFAULT_ARCH } = settings;
  const faults: Diagnostic[] = [];
  const [types, offers, images]: ImportRow[][] = [[], [], []];
  const left: { name: string; why: string }[] = [];
  const assumed = { flavors: 0, images: 0 };
  if (region === undefined && entries.some((entry) => isFlavor(entry) || isImage(entry))) {
    const message = 'OpenStack does not say of which region its lists are';
    return fail(faultAt(placeInJson(entries[0]!), message, 'give --region, as `openstack region list` names it'));
  }
  for (const entry of entries) {
    if (isFlavor(entry)) {
      const read = readFlavor(entry, settings);
      faults.push(...read.faults);
      if (read.left !== undefined)
        left.push({ name: `flavor ${String(entry.fields[named(entry, 'Name', 'name') ?? ''])}`, why: read.left });
      if (read.row === undefined) continue;
      if (read.assumed) assumed.flavors += 1;
      const { region: _, ...facts } = read.row.fields;
      types!.push({ ...read.row, fields: facts });
      offers!.push({ ...read.row, fields: { type: facts.name, cloud, region } });
    } else if (isImage(entry)) {
      const read = readImage(entry, settings, readProperties);
      if ('why' in read) left.push(read);
      else {
        images!.push(read.row);
        if (read.assumed) assumed.images += 1;
      }
    } else {
      const message = 'this is neither a flavor (Name, RAM, VCPUs) nor an image (ID, Name, Status)';
      faults.push(faultAt(placeInJson(entry), message, 'import what `openstack flavor list --long -f json` prints'));
    }
  }
  const notes = [
    { kind: 'flavors', all: types!.length, assumed: assumed.flavors },
    { kind: 'images', all: images!.length, assumed: assumed.images },
  ].flatMap(({ kind, all, assumed: count }) =>
    count === 0 ? [] : [`${count} of ${all} ${kind} do not state their architecture: taken as ${arch} (--arch)`],
  );
  const place = () => placeInJson(entries[0]!);
  const regions = types!.length === 0 ? [] : [{ fields: { cloud, region, provider: 'openstack' }, place }];
  return ok({ ...NOTHING, types: types!, offers: offers!, images: images!, regions, left, notes, faults });
}
