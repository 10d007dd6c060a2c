/**
 * Values as bytes that are read back without parsing their bulk: typed arrays lie at their places in one buffer and
 * become views into it; all else is a list of nodes in JSON. What was one object is one object again.
 *
 * Values are plain data: objects, arrays, `Map`, `Set`, typed arrays and primitives, without cycles. `shared` are
 * objects that are not written, only referred to: whoever reads gives the same ones, in the same order.
 */

const TYPED = {
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float64Array,
} as const;
type TypedName = keyof typeof TYPED;
type Typed = InstanceType<(typeof TYPED)[TypedName]>;

/** Every typed array may be viewed at a multiple of this. */
const ALIGNMENT = 8;
/** Longer texts, such as the whole file that a span is in, are kept once. */
const LONG_TEXT = 24;

/**
 * A primitive stands for itself; what JSON has no word for, and whatever is not written in place, for a list of one or
 * two: `[n]` is node n, `[-1 - n]` long text n.
 */
type Written =
  | string
  | number
  | boolean
  | null
  | readonly [number]
  | readonly ['undefined' | 'NaN' | 'Infinity' | '-Infinity'];

type Node =
  /** The shape (a list of keys), then the values. */
  | readonly ['object', number, ...Written[]]
  | readonly ['array' | 'set', ...Written[]]
  /** Keys and values in turn. */
  | readonly ['map', ...Written[]]
  /** Where its elements begin, and how many there are. */
  | readonly ['typed', TypedName, number, number]
  | readonly ['shared', number];

interface Packed {
  readonly nodes: readonly Node[];
  readonly shapes: readonly (readonly string[])[];
  readonly texts: readonly string[];
  readonly root: Written;
}

/** The text and the typed arrays of a packed value, apart. */
export interface Parts {
  readonly text: string;
  /** Each begins at a multiple of 8 bytes. */
  readonly arrays: readonly { readonly start: number; readonly bytes: Uint8Array }[];
  /** The bytes that all arrays take. */
  readonly size: number;
}

const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

function typedNameOf(value: object): TypedName | undefined {
  const name = value.constructor?.name as TypedName;
  return Object.hasOwn(TYPED, name) && value instanceof TYPED[name] ? name : undefined;
}

/** A value in parts. Throws where it is not plain data: that is a defect of whoever made it. */
export function packValue(value: unknown, shared: readonly object[] = []): Parts {
  const nodes: Node[] = [];
  const nodeOf = new Map<object, number>();
  const sharedAs = new Map(shared.map((one, index) => [one, index]));
  const shapes: (readonly string[])[] = [];
  const shapeOf = new Map<string, number>();
  const texts: string[] = [];
  const textOf = new Map<string, number>();
  const arrays: { start: number; bytes: Uint8Array }[] = [];
  let size = 0;
  const open = new Set<object>();

  const write = (one: unknown): Written => {
    switch (typeof one) {
      case 'undefined':
        return ['undefined'];
      case 'boolean':
        return one;
      case 'number':
        // JSON has no word for these.
        if (Number.isNaN(one)) return ['NaN'];
        if (!Number.isFinite(one)) return [one > 0 ? 'Infinity' : '-Infinity'];
        if (Object.is(one, -0)) throw new TypeError('-0 cannot be packed');
        return one;
      case 'string': {
        if (one.length < LONG_TEXT) return one;
        let index = textOf.get(one);
        if (index === undefined) {
          index = texts.push(one) - 1;
          textOf.set(one, index);
        }
        return [-1 - index];
      }
      case 'object':
        if (one === null) return null;
        return [nodeFor(one)];
      default:
        throw new TypeError(`a ${typeof one} cannot be packed`);
    }
  };
  const nodeFor = (one: object): number => {
    const known = nodeOf.get(one);
    if (known !== undefined) return known;
    if (open.has(one)) throw new TypeError('what contains itself cannot be packed');
    open.add(one);
    const node = describe(one);
    open.delete(one);
    const index = nodes.push(node) - 1;
    nodeOf.set(one, index);
    return index;
  };
  const describe = (one: object): Node => {
    const external = sharedAs.get(one);
    if (external !== undefined) return ['shared', external];
    if (Array.isArray(one)) return ['array', ...Array.from(one, write)];
    if (one instanceof Map) return ['map', ...[...one].flatMap(([key, value]) => [write(key), write(value)])];
    if (one instanceof Set) return ['set', ...Array.from(one, write)];
    const name = typedNameOf(one);
    if (name !== undefined) {
      const { buffer, byteOffset, byteLength, length } = one as Typed;
      const start = size;
      arrays.push({ start, bytes: new Uint8Array(buffer, byteOffset, byteLength) });
      size += aligned(byteLength);
      return ['typed', name, start, length];
    }
    if (Object.getPrototypeOf(one) !== Object.prototype) throw new TypeError('only plain data can be packed');
    const keys = Object.keys(one);
    if (keys.includes('__proto__')) throw new TypeError('a key __proto__ cannot be packed');
    const shapeName = JSON.stringify(keys);
    let shape = shapeOf.get(shapeName);
    if (shape === undefined) {
      shape = shapes.push(keys) - 1;
      shapeOf.set(shapeName, shape);
    }
    return ['object', shape, ...keys.map((key) => write((one as Record<string, unknown>)[key]))];
  };

  const root = write(value);
  const packed: Packed = { nodes, shapes, texts, root };
  return { text: JSON.stringify(packed), arrays, size };
}

const WORDS: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/**
 * The value of parts. Typed arrays are views into `buffer`, in which the arrays begin at `base`, a multiple of 8.
 * Throws where the parts are not what `packValue` makes.
 */
export function unpackValue(text: string, buffer: ArrayBuffer, base: number, shared: readonly object[] = []): unknown {
  const { nodes, shapes, texts, root } = JSON.parse(text) as Packed;
  const made: unknown[] = new Array(nodes.length);
  const read = (written: Written): unknown => {
    if (typeof written !== 'object' || written === null) return written;
    const [index] = written;
    if (typeof index === 'string') return WORDS[index];
    return index < 0 ? texts[-1 - index] : made[index];
  };
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index]!;
    switch (node[0]) {
      case 'object': {
        const keys = shapes[node[1]]!;
        const object: Record<string, unknown> = {};
        for (let at = 0; at < keys.length; at += 1) object[keys[at]!] = read(node[at + 2] as Written);
        made[index] = object;
        break;
      }
      case 'array': {
        const array: unknown[] = [];
        for (let at = 1; at < node.length; at += 1) array.push(read(node[at] as Written));
        made[index] = array;
        break;
      }
      case 'set': {
        const set = new Set<unknown>();
        for (let at = 1; at < node.length; at += 1) set.add(read(node[at] as Written));
        made[index] = set;
        break;
      }
      case 'map': {
        const map = new Map<unknown, unknown>();
        for (let at = 1; at < node.length; at += 2) map.set(read(node[at] as Written), read(node[at + 1] as Written));
        made[index] = map;
        break;
      }
      case 'typed': {
        const [, name, start, length] = node;
        made[index] = new TYPED[name](buffer, base + start, length);
        break;
      }
      case 'shared':
        made[index] = shared[node[1]];
        break;
    }
  }
  return read(root);
}
