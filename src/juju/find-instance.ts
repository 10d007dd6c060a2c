import { compareText } from '../quantity/order.ts';
import { type Constraints, textOf } from '../request/constraints.ts';
import { type JujuVersion, jujuDialect } from '../request/dialect.ts';
import type { Base } from '../request/request.ts';
import { chooseTypes, withValues } from './choose-types.ts';
import type { Image } from './images.ts';
import type { InstanceType } from './instance-type.ts';
import { baseName, listed, quoted } from './wording.ts';

/** The pair of an instance type and an image that Juju launches, by its generic algorithm (`environs/instances`). */

export interface InstanceQuestion {
  readonly version: JujuVersion;
  readonly region: string;
  readonly base: Base;
  readonly constraints: Constraints;
  /** Images of the base in the region, in the order in which they are found: by id. */
  readonly images: readonly Image[];
  readonly types: readonly InstanceType[];
  /** The architectures that agents exist for; images of others are not looked at. Undefined: all. */
  readonly archs: readonly string[] | undefined;
  /** 3.6: the architecture of the agent, which stands where the constraints name none. */
  readonly agentArch: string;
}

/** What Juju launches, or its own error. `matching` are the types that serve the constraints, best first. */
export type InstanceAnswer =
  | { readonly type: InstanceType; readonly image: Image; readonly matching: readonly InstanceType[] }
  | { readonly error: string; readonly matching: readonly InstanceType[] };

const WIDE: readonly string[] = ['amd64', 'arm64', 'ppc64el', 'riscv64', 's390x'];

export interface Pair {
  readonly type: InstanceType;
  readonly image: Image;
  readonly exact: boolean;
}

/** The architectures that Juju looks for images of: those that agents exist for, of them the one asked for if one is. */
function archsOf({ version, constraints, archs = jujuDialect(version).archs }: InstanceQuestion): readonly string[] {
  const arch = textOf(constraints, 'arch');
  return arch === undefined ? archs : archs.filter((one) => one === arch);
}

/** The images that Juju looks at. */
export function possibleImages(question: InstanceQuestion): readonly Image[] {
  const arch = textOf(question.constraints, 'arch');
  // Where agents exist for all architectures, so they do for those that a catalog alone knows.
  const archs = question.archs === undefined && arch === undefined ? undefined : archsOf(question);
  return archs === undefined ? question.images : question.images.filter((image) => archs.includes(image.arch));
}

/** Whether an image boots on a type: `exact` where both say so of the virtualization, or nobody says otherwise. */
export function pairOf(type: InstanceType, image: Image, version: JujuVersion): Pair | undefined {
  if (!type.archs.includes(image.arch)) return undefined;
  // An image without an id stands for whatever image there is, and so for one that agrees.
  if (type.virt === undefined || image.id === '') return { type, image, exact: true };
  if (image.virt === undefined) return version === '3.6' ? { type, image, exact: false } : undefined;
  return image.virt.some((virt) => type.virt?.includes(virt)) ? { type, image, exact: true } : undefined;
}

/**
 * What Juju launches.
 *
 * @example findInstance({version: '3.6', …}) // { type: { name: 'k1.large', … }, image: { id: 'img-1', … } }
 */
export function findInstance(question: InstanceQuestion): InstanceAnswer {
  const { version, region, base, types: all, agentArch } = question;
  const name = quoted(baseName(base, version));
  const possible = possibleImages(question);
  if (possible.length === 0) {
    const error =
      version === '2.8'
        ? `no ${name} images in ${region} with arches ${listed(archsOf(question))}`
        : `no metadata for ${name} images in ${region} with arch ${agentArch}`;
    return { error, matching: [] };
  }
  const constraints =
    version === '3.6' && textOf(question.constraints, 'arch') === undefined
      ? withValues(question.constraints, { arch: agentArch })
      : question.constraints;
  const chosen = chooseTypes(all, region, constraints, version);
  if ('error' in chosen) return { ...chosen, matching: [] };
  const { types: matching } = chosen;
  const pairs = matching.flatMap((type) => possible.flatMap((image) => pairOf(type, image, version) ?? []));
  const exact = pairs.filter((pair) => pair.exact);
  // An architecture's name outranks what a machine costs.
  const narrow = ({ image }: Pair): number => (WIDE.includes(image.arch) ? 0 : 1);
  const order =
    version === '2.8'
      ? (a: Pair, b: Pair): number => narrow(a) - narrow(b) || compareText(a.image.arch, b.image.arch)
      : (a: Pair, b: Pair): number =>
          Number(a.type.sev) - Number(b.type.sev) || compareText(a.image.arch, b.image.arch);
  const [best] = [...(exact.length > 0 ? exact : pairs)].sort(order);
  if (best !== undefined) return { type: best.type, image: best.image, matching };
  const names = listed(matching.map((type) => type.name));
  return { error: `no ${name} images in ${region} matching instance types ${names}`, matching };
}
