import { setAt, type Table, textAt } from '../catalog/column.ts';
import { compareText } from '../quantity/order.ts';
import type { JujuVersion } from '../request/dialect.ts';

/** Images as Juju's generic algorithm knows them, and which of them it looks at. */

export interface Image {
  /** Row of the table that it was read from. */
  readonly row: number;
  /** Empty for an image that stands for whatever image there is. */
  readonly id: string;
  /** Empty when unknown. */
  readonly arch: string;
  /** Kinds of virtualization; undefined when unknown. */
  readonly virt: readonly string[] | undefined;
  readonly version: string | undefined;
  readonly rootStore: string | undefined;
}

/** An image of a table, as Juju sees it. */
export function imageOf(table: Table, row: number): Image {
  const virt = setAt(table, 'image.virt', row);
  return {
    row,
    id: textAt(table, 'image.id', row) ?? '',
    arch: textAt(table, 'image.arch', row) ?? '',
    virt: virt?.length === 0 ? undefined : virt,
    version: textAt(table, 'image.version', row),
    rootStore: textAt(table, 'image.root-store', row),
  };
}

/**
 * Of images of one release and region those that Juju reads from simplestreams: an image is passed over where a newer
 * version has one of the same architecture, virtualization and root store. Versions compare as texts. In order of ids.
 */
export function newestImages(images: readonly Image[]): readonly Image[] {
  const keyOf = ({ arch, virt, rootStore }: Image): string => JSON.stringify([arch, virt ?? null, rootStore ?? null]);
  const newest = new Map<string, string>();
  for (const image of images) {
    const { version } = image;
    const before = newest.get(keyOf(image));
    if (version !== undefined && (before === undefined || compareText(version, before) > 0))
      newest.set(keyOf(image), version);
  }
  return images
    .filter((image) => image.version === undefined || image.version === newest.get(keyOf(image)))
    .sort((a, b) => compareText(a.id, b.id) || compareText(a.arch, b.arch));
}

/** Root stores that Juju's EC2 provider wishes for, most wanted first. */
const EC2_STORES: Readonly<Record<JujuVersion, readonly RegExp[]>> = {
  '2.8': [/^ssd$/, /^ebs$/],
  '3.6': [/^ssd$/, /^ebs$/, /gp3$/],
};

/**
 * What Juju's EC2 provider does before types are matched: of several root stores the most wanted that has any image.
 * Where none has one, all images stay, since a catalog may know no root stores at all.
 */
export function preferredByStore(images: readonly Image[], version: JujuVersion): readonly Image[] {
  for (const store of EC2_STORES[version]) {
    const own = images.filter(({ rootStore }) => rootStore !== undefined && store.test(rootStore));
    if (own.length > 0) return own;
  }
  return images;
}
