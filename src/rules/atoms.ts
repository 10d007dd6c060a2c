import type { Attribute, Value } from '../catalog/value.ts';
import { compareText } from '../quantity/order.ts';
import { namesBy } from './name-classes.ts';
import { valuesAround } from './representatives.ts';
import { attributesOf, type Leaf } from './rule.ts';

/**
 * The values of attributes as far as leaves can tell them apart: finitely many **atoms**, each with a value that stands
 * for it (every threshold and something between two, every name that is spoken of and one of each class of names that
 * patterns tell apart, and unknown). Whatever leaves come to on some values, they come to on values of atoms: so what
 * holds for all atoms holds for all values.
 *
 * Attributes that are compared with one another need atoms together: among n of them, n values between two thresholds
 * are told apart by their order. Sets are a truth value for each member that anything speaks of.
 */

/** A variable of diagrams: one attribute, or whether a set is known, or whether it has a member. */
export interface AtomVariable {
  readonly attribute: Attribute;
  readonly kind: 'value' | 'known' | 'member';
  /** The member that is in (1) or not (0). */
  readonly member?: string;
  /** Of a `value` variable: what stands for each atom; undefined for unknown. Of the others: false, true. */
  readonly values: readonly (Value | undefined)[];
  /** Of names: the index of the first that stands for all that are not spoken of; all that follow do, but unknown. */
  readonly unspoken?: number;
  /** Of names: the patterns that tell these apart. */
  readonly patterns?: readonly string[];
}

/** Where an attribute is among the variables. */
export type AtomPlace =
  | { readonly kind: 'value'; readonly variable: number }
  | {
      readonly kind: 'set';
      /** Undefined where the set is always known. */
      readonly known: number | undefined;
      /** The variable of each member. */
      readonly members: ReadonlyMap<string, number>;
    };

export interface Atoms {
  readonly variables: readonly AtomVariable[];
  /** By the attribute's name. */
  readonly places: ReadonlyMap<string, AtomPlace>;
}

/** Requests always have these facts: given, by default, or worked out. Only the day is not known where no price has one. */
export function isAlwaysKnown({ scope, name }: Attribute): boolean {
  return scope === 'request' && name !== 'request.date';
}

// Of three sets that are compared with one another, a member may be in any of seven combinations.
const MOST_SETS = 3;
const MOST_VALUES = 2_000;

interface Group {
  readonly attributes: Map<string, Attribute>;
  /** Values that tests of any of them name, without patterns. */
  readonly constants: Set<Value>;
  readonly patterns: Set<string>;
  /** Whether any two of them are compared. */
  joined: boolean;
}

/** Attributes that are compared with one another, directly or through others, with all that they are compared with. */
function groupsOf(leaves: Iterable<Leaf>): readonly Group[] {
  const groupOf = new Map<string, Group>();
  const own = (attribute: Attribute): Group => {
    let group = groupOf.get(attribute.name);
    if (group === undefined) {
      group = {
        attributes: new Map([[attribute.name, attribute]]),
        constants: new Set(),
        patterns: new Set(),
        joined: false,
      };
      groupOf.set(attribute.name, group);
    }
    return group;
  };
  for (const leaf of leaves) {
    for (const attribute of attributesOf(leaf)) {
      const [group, other] = [own(leaf.attribute), own(attribute)];
      // A set may be compared with itself.
      if (leaf.tests.some(({ operand }) => operand.kind === 'attribute')) group.joined = true;
      if (group === other) continue;
      for (const [name, one] of other.attributes) {
        group.attributes.set(name, one);
        groupOf.set(name, group);
      }
      for (const value of other.constants) group.constants.add(value);
      for (const pattern of other.patterns) group.patterns.add(pattern);
    }
    for (const { operator, operand } of leaf.tests) {
      if (operand.kind === 'attribute' || operator === 'known') continue;
      const group = own(leaf.attribute);
      for (const value of operand.values) {
        const pattern = leaf.attribute.kind.kind === 'name' && String(value).includes('*');
        if (pattern) group.patterns.add(String(value));
        else group.constants.add(value);
      }
    }
  }
  const first = (group: Group): string => [...group.attributes.keys()].sort(compareText)[0]!;
  return [...new Set(groupOf.values())].sort((a, b) => compareText(first(a), first(b)));
}

type Texts = { readonly spoken: readonly string[]; readonly further: readonly string[] };

/** The texts that stand for all texts in a group; undefined where there are too many. */
function textsOf(group: Group, attributes: readonly Attribute[]): Texts | undefined {
  const sets = attributes.filter(({ kind }) => kind.kind === 'set');
  if (group.joined && sets.length > MOST_SETS) return undefined;
  const spoken = new Set([...group.constants].map(String));
  if (group.joined || group.patterns.size > 0) {
    for (const { kind } of attributes) if ('values' in kind) for (const value of kind.values) spoken.add(value);
  }
  // What nobody speaks of may still be the same in two attributes, or in one set and not in another.
  const scalars = attributes.length - sets.length;
  const most = group.joined ? scalars + 2 ** sets.length - 1 : 1;
  const classes = namesBy([...group.patterns].sort(compareText), spoken, most);
  return classes && { spoken: [...spoken].sort(compareText), further: classes.flat() };
}

function scalarValues(attribute: Attribute, group: Group, texts: Texts | undefined): readonly Value[] | undefined {
  const { kind } = attribute;
  switch (kind.kind) {
    case 'bool':
      return [true, false];
    case 'number':
    case 'version':
    case 'date':
      return valuesAround(kind.kind, [...group.constants], group.attributes.size);
    case 'enum':
      // In the order of the vocabulary.
      if (!kind.open) return kind.values;
      return texts && [...new Set([...kind.values, ...texts.spoken, ...texts.further])];
    default:
      return texts && [...texts.spoken, ...texts.further];
  }
}

/**
 * The atoms of all attributes that leaves read; undefined where there are too many.
 *
 * @param spoken further values of attributes that are compared with one another, each of which is to be an atom
 */
export function atomsOf(
  leaves: Iterable<Leaf>,
  spoken: (attribute: Attribute) => Iterable<Value> = () => [],
): Atoms | undefined {
  const variables: AtomVariable[] = [];
  const places = new Map<string, AtomPlace>();
  const add = (variable: AtomVariable): number => variables.push(variable) - 1;
  for (const group of groupsOf(leaves)) {
    const attributes = [...group.attributes.values()].sort((a, b) => compareText(a.name, b.name));
    if (group.joined) {
      for (const attribute of attributes)
        for (const value of spoken(attribute)) for (const one of [value].flat()) group.constants.add(one);
    }
    const scalars = attributes.filter(({ kind }) => kind.kind !== 'set');
    const sets = attributes.filter(({ kind }) => kind.kind === 'set');
    const isText = attributes.some(({ kind }) => ['enum', 'name', 'set'].includes(kind.kind));
    const texts = isText ? textsOf(group, attributes) : undefined;
    if (isText && texts === undefined) return undefined;
    // What is compared stands together in the order of variables, which keeps diagrams small.
    for (const attribute of scalars) {
      const values = scalarValues(attribute, group, texts);
      if (values === undefined || values.length > MOST_VALUES) return undefined;
      const isOpen = attribute.kind.kind === 'name' || (attribute.kind.kind === 'enum' && attribute.kind.open);
      const variable = add({
        attribute,
        kind: 'value',
        values: isAlwaysKnown(attribute) ? values : [...values, undefined],
        ...(isOpen && texts !== undefined
          ? { unspoken: values.length - texts.further.length, patterns: [...group.patterns].sort(compareText) }
          : {}),
      });
      places.set(attribute.name, { kind: 'value', variable });
    }
    const memberVariables = new Map(sets.map(({ name }) => [name, new Map<string, number>()]));
    for (const attribute of sets) {
      const known = isAlwaysKnown(attribute) ? undefined : add({ attribute, kind: 'known', values: [false, true] });
      places.set(attribute.name, { kind: 'set', known, members: memberVariables.get(attribute.name)! });
    }
    for (const member of texts === undefined ? [] : [...texts.spoken, ...(group.joined ? texts.further : [])]) {
      for (const attribute of sets) {
        const { kind } = attribute;
        if (kind.kind === 'set' && !kind.open && !kind.values.includes(member)) continue;
        const variable = add({ attribute, kind: 'member', member, values: [false, true] });
        memberVariables.get(attribute.name)!.set(member, variable);
      }
    }
  }
  return { variables, places };
}
