import { isVersion } from '../quantity/version.ts';
import {
  archNamed,
  DEFAULT_ARCH,
  type ImportRow,
  type ImportSettings,
  type JsonEntry,
  named,
  placeInJson,
} from './import-rows.ts';

/** What an OpenStack image is an image of: from what it states, else from its name where that leaves no doubt. */

/** What an image's facts say of its base. */
interface Base {
  readonly os: string;
  readonly release: string;
  readonly arch?: string;
  readonly product?: string;
  readonly version?: string;
}

const PRODUCT = /^com\.ubuntu\.cloud(?:\.[a-z]+)?:server:(\d+\.\d+):([a-z0-9]+)$/;

/** Words in names of Ubuntu's own images that change nothing about what they are. */
const PLAIN_WORDS: readonly string[] = [
  'ubuntu',
  'server',
  'cloudimg',
  'cloud',
  'image',
  'img',
  'disk1',
  'auto',
  'sync',
  'lts',
  'released',
  'release',
  'base',
  'qcow2',
  'daily',
];
const CODE_NAMES: readonly string[] = [
  'trusty',
  'tahr',
  'xenial',
  'xerus',
  'bionic',
  'beaver',
  'focal',
  'fossa',
  'jammy',
  'jellyfish',
  'noble',
  'numbat',
  'resolute',
  'raccoon',
];

/** The base that a name names: one release of Ubuntu, and no word whose meaning is not known. */
function baseOfName(name: string): Base | string {
  const words = name
    .toLowerCase()
    .split(/[^a-z0-9.]+/)
    .map((word) => word.replace(/\.img$|\.qcow2$/, ''))
    .filter((word) => word !== '');
  // x86_64 is one word.
  const joined = words.join(' ').replaceAll('x86 64', 'x86_64').split(' ');
  if (!joined.includes('ubuntu'))
    return 'it states no os_distro and os_version, and its name is no plain name of an Ubuntu image';
  const releases = new Set(
    joined.filter((word) => /^\d\d\.(?:04|10)(?:\.\d+)?$/.test(word)).map((word) => word.slice(0, 5)),
  );
  const archs = new Set(joined.flatMap((word) => archNamed(word) ?? []));
  const dates = joined.filter((word) => /^20\d{6}(?:\.\d+)?$/.test(word));
  const odd = joined.filter(
    (word) =>
      !PLAIN_WORDS.includes(word) &&
      !CODE_NAMES.includes(word) &&
      archNamed(word) === undefined &&
      !dates.includes(word) &&
      !/^\d\d\.(?:04|10)(?:\.\d+)?$/.test(word),
  );
  if (odd.length > 0)
    return `its name has a word that is not understood: ${odd[0]}; set os_distro and os_version on the image`;
  if (releases.size !== 1 || archs.size > 1)
    return 'its name does not name one release; set os_distro and os_version on the image';
  const [release] = releases;
  const [arch] = archs;
  const [date] = dates;
  return {
    os: 'ubuntu',
    release: release!,
    ...(arch === undefined ? {} : { arch }),
    ...(date === undefined ? {} : { version: date }),
  };
}

function baseOf(stated: (key: string) => string | undefined, name: string): Base | string {
  const version = stated('version_name');
  const dated = version === undefined ? {} : { version };
  const product = stated('product_name');
  if (product !== undefined) {
    const [, release, arch] = PRODUCT.exec(product) ?? [];
    if (release === undefined) return `its product ${product} is none of Ubuntu's`;
    const own = archNamed(arch!);
    return own === undefined
      ? `its product is of an architecture that is not known here: ${arch}`
      : { os: 'ubuntu', release, arch: own, product, ...dated };
  }
  const [os, release] = [stated('os_distro')?.toLowerCase(), stated('os_version')];
  const architecture = stated('architecture');
  const arch = architecture === undefined ? undefined : archNamed(architecture);
  if (architecture !== undefined && arch === undefined) return `its architecture is not known here: ${architecture}`;
  const ofArch = arch === undefined ? {} : { arch };
  if (os !== undefined && release !== undefined) {
    if (!isVersion(release) || !/^\d/.test(release)) return `its os_version "${release}" is no number`;
    return { os, release, ...ofArch, ...dated };
  }
  const guessed = baseOfName(name);
  if (typeof guessed === 'string') return guessed;
  if (os !== undefined && os !== guessed.os) return `its os_distro is ${os}, and its name says ${guessed.os}`;
  if (release !== undefined && release !== guessed.release)
    return `its os_version is ${release}, and its name says ${guessed.release}`;
  if (arch !== undefined && guessed.arch !== undefined && arch !== guessed.arch)
    return `its architecture is ${arch}, and its name says ${guessed.arch}`;
  return { ...guessed, ...ofArch, ...dated };
}

/** The image of an entry, or why it is left out. */
export function readImage(
  entry: JsonEntry,
  { cloud, region, arch }: ImportSettings,
  readProperties: (raw: unknown) => ReadonlyMap<string, string> | undefined,
): { readonly row: ImportRow; readonly assumed: boolean } | { readonly name: string; readonly why: string } {
  const text = (...names: readonly string[]): string | undefined => {
    const key = named(entry, ...names);
    return key === undefined ? undefined : String(entry.fields[key]);
  };
  const name = text('Name', 'name') ?? '';
  const told = `image ${name === '' ? text('ID', 'id') : name}`;
  const status = text('Status', 'status') ?? '';
  if (status.toLowerCase() !== 'active') return { name: told, why: `its status is ${status}` };
  const propertiesKey = named(entry, 'properties', 'Properties');
  const properties = readProperties(propertiesKey === undefined ? undefined : entry.fields[propertiesKey]);
  if (properties === undefined) return { name: told, why: 'its properties cannot be read' };
  if ((properties.get('image_type') ?? text('image_type')) === 'snapshot')
    return { name: told, why: 'it is a snapshot of a machine' };
  // Properties stand among the other fields where the image interface itself answered.
  const base = baseOf((key) => properties.get(key) ?? text(key), name);
  if (typeof base === 'string') return { name: told, why: base };
  const own = base.arch ?? arch ?? DEFAULT_ARCH;
  const created = text('created_at', 'Created At')?.replace(/\D/g, '').slice(0, 14);
  const version = base.version ?? (created === '' ? undefined : created);
  const fields = {
    id: text('ID', 'id'),
    os: base.os,
    release: base.release,
    arch: own,
    ...(cloud === undefined ? {} : { cloud }),
    ...(region === undefined ? {} : { region }),
    ...(base.product === undefined ? {} : { product: base.product }),
    ...(version === undefined ? {} : { version }),
  };
  return { row: { fields, place: () => placeInJson(entry) }, assumed: base.arch === undefined };
}
