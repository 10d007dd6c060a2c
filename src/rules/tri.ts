/** Kleene's three truth values, ordered so that "and" is the minimum and "or" the maximum. */
export type Tri = 0 | 1 | 2;

export const FALSE: Tri = 0;
export const UNKNOWN_TRUTH: Tri = 1;
export const TRUE: Tri = 2;

export function not(value: Tri): Tri {
  return (2 - value) as Tri;
}

export function triOf(value: boolean): Tri {
  return value ? TRUE : FALSE;
}
