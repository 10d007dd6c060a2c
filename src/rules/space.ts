import type { Offers } from '../catalog/catalog.ts';
import { type Table, valueAt } from '../catalog/column.ts';
import type { SetBy } from '../catalog/filled.ts';
import type { Attribute, Value } from '../catalog/value.ts';

/** The rows that rules are evaluated over. Rows of `offers` point into `types` and `regions`. */
export interface Space {
  readonly types: Table;
  readonly regions: Table;
  readonly images: Table;
  readonly offers: Offers;
  /** Which rules set facts of rows. */
  readonly setBy?: Readonly<Partial<Record<RowScope, SetBy | undefined>>>;
}

/** The rule that set a fact of a row; undefined where its source states it, or nobody knows it. */
export function setterOf({ setBy }: Space, { name, scope }: Attribute, site: Site): string | undefined {
  return scope === 'request' ? undefined : setBy?.[scope]?.get(name)?.[site[scope]];
}

/** Values of `request.*` attributes; absent means unknown. */
export type RequestFacts = ReadonlyMap<string, Value>;

/** Scopes whose attributes are columns of rows. */
export const ROW_SCOPES = ['type', 'region', 'image', 'offer'] as const;
export type RowScope = (typeof ROW_SCOPES)[number];

/** The row of what is not meant: its facts are unknown. */
export const NOWHERE = -1;

/** One combination of rows, each a row of its table or `NOWHERE`. */
export type Site = Readonly<Record<RowScope, number>>;

export function tableOf(space: Space, scope: RowScope): Table {
  switch (scope) {
    case 'type':
      return space.types;
    case 'region':
      return space.regions;
    case 'image':
      return space.images;
    case 'offer':
      return space.offers;
  }
}

/** `offer.price` is the only attribute that is not kept as a column: it would be one value per offer. */
export const PRICE = 'offer.price';

/** The value of an attribute of rows at a site; undefined when unknown. */
export function factAt(space: Space, name: string, scope: RowScope, site: Site): Value | undefined {
  const row = site[scope];
  if (row < 0) return undefined;
  if (name !== PRICE) return valueAt(tableOf(space, scope), name, row);
  const price = space.offers.price[row];
  return price === undefined || Number.isNaN(price) ? undefined : price;
}
