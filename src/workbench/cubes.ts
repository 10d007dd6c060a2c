/**
 * The shortest way to say which of some points are meant: few conjunctions, each of few tests of one dimension, that hold
 * for all points that are meant and for no other (found greedily, as Espresso minimises logic: each is grown as far as no
 * other point is in it, then what others cover is left out).
 */

export interface Point {
  /** The value of each dimension. */
  readonly at: readonly number[];
  readonly isMeant: boolean;
  /** Of those that are meant, the heaviest are told first. */
  readonly weight: number;
}

/** Of each dimension the values that are let in, ascending; undefined where all are. */
export type Cube = readonly (readonly number[] | undefined)[];

export function isIn(cube: Cube, at: readonly number[]): boolean {
  return cube.every((values, dimension) => values === undefined || values.includes(at[dimension]!));
}

const testsOf = (cubes: readonly Cube[]): number =>
  cubes.reduce((total, cube) => total + cube.filter((values) => values !== undefined).length + 1, 0);

/** The largest cube about a point that no other point is in. `order` is which dimensions are freed first. */
function grown(point: Point, others: readonly Point[], meant: readonly Point[], order: readonly number[]): Cube {
  const cube: (readonly number[] | undefined)[] = point.at.map((value) => [value]);
  const isClear = (): boolean => !others.some(({ at }) => isIn(cube, at));
  for (const dimension of order) {
    const before = cube[dimension];
    cube[dimension] = undefined;
    if (!isClear()) cube[dimension] = before;
  }
  for (const dimension of order) {
    if (cube[dimension] === undefined) continue;
    for (const value of [...new Set(meant.map(({ at }) => at[dimension]!))].sort((a, b) => a - b)) {
      const before: readonly number[] = cube[dimension]!;
      if (before.includes(value)) continue;
      cube[dimension] = [...before, value].sort((a, b) => a - b);
      if (!isClear()) cube[dimension] = before;
    }
  }
  return cube;
}

function covering(meant: readonly Point[], others: readonly Point[], order: readonly number[]): readonly Cube[] {
  let left = meant;
  let cubes: readonly Cube[] = [];
  while (left.length > 0) {
    const cube = grown(left[0]!, others, meant, order);
    cubes = [...cubes, cube];
    left = left.filter(({ at }) => !isIn(cube, at));
  }
  for (const cube of cubes) {
    const fewer = cubes.filter((one) => one !== cube);
    if (meant.every(({ at }) => fewer.some((one) => isIn(one, at)))) cubes = fewer;
  }
  return cubes;
}

/** @param dimensions how many there are; no two points are at the same place */
export function cubesOf(points: readonly Point[], dimensions: number): readonly Cube[] {
  const meant = points.filter((point) => point.isMeant).sort((a, b) => b.weight - a.weight || compareLists(a.at, b.at));
  const others = points.filter((point) => !point.isMeant);
  const order = Array.from({ length: dimensions }, (_, dimension) => dimension);
  // Which dimensions are freed first decides what is left to say, so that both ends are tried.
  const tried = [covering(meant, others, order), covering(meant, others, [...order].reverse())];
  return testsOf(tried[1]!) < testsOf(tried[0]!) ? tried[1]! : tried[0]!;
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, position) => value !== b[position]);
  return index === -1 ? 0 : a[index]! - b[index]!;
}
