/**
 * Functions of finitely many variables, each of finitely many values, as decision diagrams (Bryant 1986, with more than
 * two children and any numbers at the leaves). Equal functions are the same diagram, so whether two conditions mean the
 * same is one comparison of numbers, and whether something can be is a walk to a leaf.
 */

/** A diagram by its number. */
export type Diagram = number;

/** What a question comes to that would need more nodes or steps than are allowed. Whatever is made of it is it, too. */
export const UNDECIDED: Diagram = -1;

// Rules of packs that are written by people need some thousands.
const MOST_NODES = 200_000;
const MOST_STEPS = 2_000_000;

// Where a leaf stands in the order of variables: behind all of them.
const LEAF = Number.MAX_SAFE_INTEGER;

/** The value of a variable by its index; undefined where any will do. */
export type Assignment = ReadonlyMap<number, number>;

export interface Diagrams {
  /** The function that is the same number everywhere; a whole number from 0. */
  constant(value: number): Diagram;
  /** The function that is `children[v]` where the variable has its value number v; they read later variables alone. */
  choose(variable: number, children: readonly Diagram[]): Diagram;
  map(of: Diagram, change: (value: number) => number): Diagram;
  /** A function of two functions, place by place. */
  combine(a: Diagram, b: Diagram, join: (a: number, b: number) => number): Diagram;
  /** The function without some variables: over their values, the results are joined. With `max` it is "for some", with `min` "for all". */
  eliminate(of: Diagram, isOut: (variable: number) => boolean, join: (a: number, b: number) => number): Diagram;
  /** The function where some variables have a value each, by its index; without those variables. */
  restrict(of: Diagram, valueAt: (variable: number) => number | undefined): Diagram;
  /** The numbers that a function comes to, in ascending order. */
  valuesOf(of: Diagram): readonly number[];
  /** Values of variables under which a function comes to what is wanted, the first in order of variables and values. */
  find(of: Diagram, isWanted: (value: number) => boolean): Assignment | undefined;
  evaluate(of: Diagram, chosen: (variable: number) => number): number;
  /** The variables that a function really depends on, in order. */
  dependsOn(of: Diagram): readonly number[];
}

/** @param mostNodes beyond which questions are not decided */
export function diagrams(mostNodes = MOST_NODES, mostSteps = MOST_STEPS): Diagrams {
  const variables: number[] = [];
  const below: (readonly Diagram[])[] = [];
  // By a hash of the variable and the children; what shares one stands in a list.
  const known = new Map<number, Diagram | Diagram[]>();
  const constants = new Map<number, Diagram>();

  const isSame = (of: Diagram, variable: number, children: readonly number[]): boolean => {
    const own = below[of]!;
    if (variables[of] !== variable || own.length !== children.length) return false;
    for (let index = 0; index < own.length; index += 1) if (own[index] !== children[index]) return false;
    return true;
  };
  const added = (variable: number, children: readonly number[]): Diagram => {
    if (variables.length >= mostNodes) return UNDECIDED;
    variables.push(variable);
    below.push(children);
    return variables.length - 1;
  };
  const made = (variable: number, children: readonly number[]): Diagram => {
    let hash = Math.imul(variable + 1, 0x9e3779b1);
    for (const child of children) hash = Math.imul(hash ^ child, 0x85ebca6b) ^ (hash >>> 13);
    const before = known.get(hash);
    if (typeof before === 'number') {
      if (isSame(before, variable, children)) return before;
    } else if (before !== undefined) {
      const found = before.find((one) => isSame(one, variable, children));
      if (found !== undefined) return found;
    }
    const of = added(variable, children);
    if (of === UNDECIDED) return of;
    if (before === undefined) known.set(hash, of);
    else if (typeof before === 'number') known.set(hash, [before, of]);
    else before.push(of);
    return of;
  };
  const constant = (value: number): Diagram => {
    const before = constants.get(value);
    if (before !== undefined) return before;
    const of = added(LEAF, [value]);
    if (of !== UNDECIDED) constants.set(value, of);
    return of;
  };
  const choose = (variable: number, children: readonly Diagram[]): Diagram => {
    const first = children[0]!;
    if (children.every((child) => child === first)) return first;
    return children.includes(UNDECIDED) ? UNDECIDED : made(variable, children);
  };
  const valueAt = (leaf: Diagram): number => below[leaf]![0]!;
  const isLeaf = (of: Diagram): boolean => variables[of] === LEAF;

  const map = (of: Diagram, change: (value: number) => number): Diagram => {
    const done = new Map<Diagram, Diagram>();
    const visit = (at: Diagram): Diagram => {
      if (at === UNDECIDED) return UNDECIDED;
      if (isLeaf(at)) return constant(change(valueAt(at)));
      let result = done.get(at);
      if (result === undefined) {
        result = choose(variables[at]!, below[at]!.map(visit));
        done.set(at, result);
      }
      return result;
    };
    return visit(of);
  };

  const combine = (a: Diagram, b: Diagram, join: (a: number, b: number) => number): Diagram => {
    const done = new Map<number, Diagram>();
    let steps = 0;
    const visit = (left: Diagram, right: Diagram): Diagram => {
      if (left === UNDECIDED || right === UNDECIDED) return UNDECIDED;
      const [ofLeft, ofRight] = [variables[left]!, variables[right]!];
      if (ofLeft === LEAF && ofRight === LEAF) return constant(join(valueAt(left), valueAt(right)));
      const pair = left * (mostNodes + 1) + right;
      let result = done.get(pair);
      if (result !== undefined) return result;
      steps += 1;
      if (steps > mostSteps) return UNDECIDED;
      if (ofLeft === ofRight) {
        const others = below[right]!;
        result = choose(
          ofLeft,
          below[left]!.map((child, value) => visit(child, others[value]!)),
        );
      } else if (ofLeft < ofRight) {
        result = choose(
          ofLeft,
          below[left]!.map((child) => visit(child, right)),
        );
      } else {
        result = choose(
          ofRight,
          below[right]!.map((child) => visit(left, child)),
        );
      }
      done.set(pair, result);
      return result;
    };
    return visit(a, b);
  };

  return {
    constant,
    choose,
    map,
    combine,
    eliminate(of, isOut, join) {
      const done = new Map<Diagram, Diagram>();
      const visit = (at: Diagram): Diagram => {
        if (at === UNDECIDED || isLeaf(at)) return at;
        let result = done.get(at);
        if (result === undefined) {
          const children = below[at]!.map(visit);
          result = isOut(variables[at]!)
            ? children.reduce((before, child) => combine(before, child, join))
            : choose(variables[at]!, children);
          done.set(at, result);
        }
        return result;
      };
      return visit(of);
    },
    restrict(of, chosen) {
      const done = new Map<Diagram, Diagram>();
      const visit = (at: Diagram): Diagram => {
        if (at === UNDECIDED || isLeaf(at)) return at;
        let result = done.get(at);
        if (result === undefined) {
          const value = chosen(variables[at]!);
          const children = below[at]!;
          result = value === undefined ? choose(variables[at]!, children.map(visit)) : visit(children[value]!);
          done.set(at, result);
        }
        return result;
      };
      return visit(of);
    },
    valuesOf(of) {
      const seen = new Set<Diagram>();
      const values = new Set<number>();
      const visit = (at: Diagram): void => {
        if (at === UNDECIDED || seen.has(at)) return;
        seen.add(at);
        if (isLeaf(at)) values.add(valueAt(at));
        else below[at]!.forEach(visit);
      };
      visit(of);
      return [...values].sort((a, b) => a - b);
    },
    find(of, isWanted) {
      const dead = new Set<Diagram>();
      const found = new Map<number, number>();
      const visit = (at: Diagram): boolean => {
        if (at === UNDECIDED || dead.has(at)) return false;
        if (isLeaf(at)) return isWanted(valueAt(at));
        for (const [value, child] of below[at]!.entries()) {
          if (!visit(child)) continue;
          found.set(variables[at]!, value);
          return true;
        }
        dead.add(at);
        return false;
      };
      return visit(of) ? new Map([...found].sort(([a], [b]) => a - b)) : undefined;
    },
    evaluate(of, chosen) {
      let at = of;
      while (!isLeaf(at)) at = below[at]![chosen(variables[at]!)]!;
      return valueAt(at);
    },
    dependsOn(of) {
      const seen = new Set<Diagram>();
      const read = new Set<number>();
      const visit = (at: Diagram): void => {
        if (at === UNDECIDED || isLeaf(at) || seen.has(at)) return;
        seen.add(at);
        read.add(variables[at]!);
        below[at]!.forEach(visit);
      };
      visit(of);
      return [...read].sort((a, b) => a - b);
    },
  };
}
