import type { Catalog } from '../catalog/catalog.ts';
import type { Attribute, Value } from '../catalog/value.ts';
import { compile } from '../match/compiled.ts';
import type { Diagram } from '../rules/diagram.ts';
import { fillTable } from '../rules/fill.ts';
import type { Program } from '../rules/program.ts';
import type { Regions } from '../rules/regions.ts';
import { factAt, NOWHERE, PRICE, type RowScope, type Site, tableOf } from '../rules/space.ts';

/** The rows of a catalog as far as some attributes tell them apart. */

/** A catalog with the facts that rules set, those of images among them. */
export function filledBy(catalog: Catalog, program: Program): Catalog {
  const { catalog: filled } = compile(catalog, program);
  return { ...filled, images: fillTable(program, 'image', filled.images).table };
}

/** What is counted: rows of one table, or offers. */
export type Counted = 'type' | 'region' | 'image' | 'offer';

export interface RowClass {
  /** The first of the rows that are alike. */
  readonly site: Site;
  readonly count: number;
}

/** What attributes are facts of: of one table, or of offers, which have a type and a region. */
export function countedBy(attributes: readonly Attribute[]): Counted {
  const scopes = new Set(attributes.map(({ scope }) => scope));
  for (const scope of ['type', 'region', 'image'] as const) if (scopes.size === 1 && scopes.has(scope)) return scope;
  return 'offer';
}

export function sizeOf(catalog: Catalog, counted: Counted): number {
  return tableOf(catalog, counted).size;
}

export function siteOf(catalog: Catalog, counted: Counted, row: number): Site {
  const nowhere: Site = { type: NOWHERE, region: NOWHERE, image: NOWHERE, offer: NOWHERE };
  if (counted !== 'offer') return { ...nowhere, [counted]: row };
  return { ...nowhere, offer: row, type: catalog.offers.type[row]!, region: catalog.offers.region[row]! };
}

/** Rows that are alike in all attributes given, as one, in order of the first of each. */
export function rowClasses(catalog: Catalog, counted: Counted, attributes: readonly Attribute[]): readonly RowClass[] {
  const classes = new Map<string, { site: Site; count: number }>();
  const read = attributes.map(({ name, scope }) => {
    const codes = name === PRICE ? catalog.offers.price : tableOf(catalog, scope as RowScope).columns.get(name)?.codes;
    const rows = counted === 'offer' && scope !== 'offer' ? catalog.offers[scope as 'type' | 'region'] : undefined;
    return (row: number): number => codes?.[rows === undefined ? row : rows[row]!] ?? 0;
  });
  const size = sizeOf(catalog, counted);
  for (let row = 0; row < size; row += 1) {
    let key = '';
    for (const code of read) key += `${code(row)} `;
    const found = classes.get(key);
    if (found === undefined) classes.set(key, { site: siteOf(catalog, counted, row), count: 1 });
    else found.count += 1;
  }
  return [...classes.values()];
}

/** The value of an attribute at a site. */
export function valueAtSite(catalog: Catalog, { name, scope }: Attribute, site: Site): Value | undefined {
  return factAt(catalog, name, scope as RowScope, site);
}

/** A diagram at the facts of a site, its other variables left. */
export function whereSite(regions: Regions, of: Diagram, catalog: Catalog, counted: Counted, site: Site): Diagram {
  const isFact = (attribute: Attribute): boolean =>
    counted === 'offer' ? ['type', 'region', 'offer'].includes(attribute.scope) : attribute.scope === counted;
  return regions.where(of, (attribute) =>
    isFact(attribute) ? { value: valueAtSite(catalog, attribute, site) } : undefined,
  );
}

/** The attributes of facts that a diagram depends on. */
export function factsRead(regions: Regions, of: Diagram): readonly Attribute[] {
  const found = new Map<string, Attribute>();
  for (const variable of regions.diagrams.dependsOn(of)) {
    const attribute = regions.attributeOf(variable);
    if (attribute.scope !== 'request') found.set(attribute.name, attribute);
  }
  return [...found.values()];
}

const NAMED_BY: Readonly<Record<Counted, readonly (readonly [name: string, scope: RowScope])[]>> = {
  type: [
    ['type.cloud', 'type'],
    ['type.name', 'type'],
  ],
  region: [
    ['offer.cloud', 'region'],
    ['offer.region', 'region'],
  ],
  image: [
    ['image.cloud', 'image'],
    ['image.id', 'image'],
  ],
  offer: [
    ['offer.cloud', 'region'],
    ['offer.region', 'region'],
    ['type.name', 'type'],
  ],
};

/** What a row is called: `aws m8i.large`. */
export function rowName(catalog: Catalog, counted: Counted, site: Site): string {
  return NAMED_BY[counted].map(([name, scope]) => String(factAt(catalog, name, scope, site) ?? '?')).join(' ');
}

const SEVERAL: Readonly<Record<Counted, string>> = {
  type: 'types',
  region: 'regions',
  image: 'images',
  offer: 'offers',
};

export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** `3,344 types`. */
export const countInWords = (count: number, counted: Counted): string =>
  `${grouped(count)} ${count === 1 ? counted : SEVERAL[counted]}`;
