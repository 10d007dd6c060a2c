import type { Catalog } from '../catalog/catalog.ts';
import { buildColumn, type Column, type ColumnBuilder, setAt, type Table, textAt, valueAt } from '../catalog/column.ts';
import type { SetBy } from '../catalog/filled.ts';
import type { Value } from '../catalog/value.ts';
import { compareText } from '../quantity/order.ts';
import type { Base } from '../request/request.ts';
import { fillTable } from '../rules/fill.ts';
import type { Compiled } from './compiled.ts';

/** The images of one base, in order of preference. */
export interface Images {
  readonly table: Table;
  /** Which rules set facts of them. */
  readonly setBy: SetBy;
  /** Rows of `table` by cloud, best first: newest version, gp3 before other root stores, id. */
  readonly byCloud: ReadonlyMap<string, readonly number[]>;
}

/**
 * The images of a base. A cloud of which the catalog knows no image at all gets one unnamed image per architecture:
 * os, release and product come from the base, all else is unknown.
 */
export function imagesOf({ catalog, program }: Compiled, base: Base): Images {
  const stated = imagesFor(catalog, base);
  const { table, by } = fillTable(program, 'image', stated.table);
  return { ...stated, table, setBy: by };
}

/** An image, stated or assumed. */
interface ImageRow {
  readonly cloud: string;
  readonly fact: (name: string) => Value | undefined;
}

function imagesFor(catalog: Catalog, base: Base): Pick<Images, 'table' | 'byCloud'> {
  const { images, types } = catalog;
  const rows: ImageRow[] = [];
  const cloudsWithImages = new Set<string>();
  const clouds = new Map<string, Set<string>>();
  for (let row = 0; row < types.size; row += 1) {
    const cloud = textAt(types, 'type.cloud', row) ?? '';
    const archs = clouds.get(cloud) ?? new Set();
    for (const arch of setAt(types, 'type.arch', row) ?? ['amd64']) archs.add(arch);
    clouds.set(cloud, archs);
  }
  for (let row = 0; row < images.size; row += 1) {
    const fact = (name: string): Value | undefined => valueAt(images, name, row);
    const own = fact('image.cloud');
    // An image that names no cloud serves a catalog of one cloud; where there are several, it fits none for certain.
    const cloud = own === undefined && clouds.size === 1 ? [...clouds.keys()][0]! : String(own ?? '');
    cloudsWithImages.add(cloud);
    if (fact('image.os') === base.os && fact('image.release') === base.release) rows.push({ cloud, fact });
  }
  const known = imageArchs(catalog);
  for (const [cloud, archs] of clouds) {
    if (cloudsWithImages.has(cloud)) continue;
    for (const arch of [...archs].filter((one) => known.includes(one)).sort(compareText)) {
      const facts = new Map<string, Value>([
        ['image.cloud', cloud],
        ['image.os', base.os],
        ['image.release', base.release],
        ['image.arch', arch],
      ]);
      if (base.os === 'ubuntu') facts.set('image.product', `com.ubuntu.cloud:server:${base.release}:${arch}`);
      rows.push({ cloud, fact: (name) => facts.get(name) });
    }
  }
  const text = ({ fact }: ImageRow, name: string): string => String(fact(name) ?? '');
  const isGp3 = (row: ImageRow): number => (text(row, 'image.root-store').endsWith('gp3') ? 0 : 1);
  rows.sort(
    (a, b) =>
      compareText(a.cloud, b.cloud) ||
      compareText(text(b, 'image.version'), text(a, 'image.version')) ||
      isGp3(a) - isGp3(b) ||
      compareText(text(a, 'image.id'), text(b, 'image.id')),
  );
  const columns = new Map<string, Column>();
  for (const attribute of catalog.vocabulary.attributes.values()) {
    if (attribute.scope !== 'image') continue;
    let column: ColumnBuilder | undefined;
    for (let row = 0; row < rows.length; row += 1) {
      const value = rows[row]!.fact(attribute.name);
      if (value === undefined) continue;
      column ??= buildColumn(attribute);
      column.set(row, value);
    }
    if (column !== undefined) columns.set(attribute.name, column.finish(rows.length));
  }
  const byCloud = new Map<string, number[]>();
  for (const [row, { cloud }] of rows.entries()) {
    const list = byCloud.get(cloud);
    if (list === undefined) byCloud.set(cloud, [row]);
    else list.push(row);
  }
  return { table: { size: rows.length, columns }, byCloud };
}

/** Architectures that images can be built for: a Mac's are none of them. */
function imageArchs(catalog: Catalog): readonly string[] {
  const kind = catalog.vocabulary.attributes.get('image.arch')?.kind;
  return kind?.kind === 'enum' ? kind.values : [];
}

/** The images that there are in a region (a row of `regions`), in order of preference. */
export function imagesIn({ byCloud, table }: Images, regions: Table, region: number): readonly number[] {
  const own = byCloud.get(textAt(regions, 'offer.cloud', region) ?? '') ?? [];
  const name = textAt(regions, 'offer.region', region);
  return own.filter((image) => [undefined, name].includes(textAt(table, 'image.region', image)));
}
