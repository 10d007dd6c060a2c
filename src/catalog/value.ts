/**
 * Values of attributes. Numbers are integers in the attribute's own unit, scaled by its decimals; versions, dates,
 * names and enumerated words are texts; sets are sorted lists without repeats. Unknown is `undefined`: never zero,
 * false or empty.
 */
export type Value = string | number | boolean | readonly string[];

/** What kind of value an attribute has. */
export type AttributeKind =
  /** One of a list of words. An open list names the usual ones and accepts others. */
  | { readonly kind: 'enum'; readonly values: readonly string[]; readonly open: boolean }
  | { readonly kind: 'bool' }
  /** An integer of `10^-decimals` units: with decimals 1, 225 is 22.5. */
  | { readonly kind: 'number'; readonly unit?: string; readonly decimals: number }
  | { readonly kind: 'version' }
  | { readonly kind: 'date' }
  | { readonly kind: 'set'; readonly values: readonly string[]; readonly open: boolean }
  /** A free name; tests may use `*`. */
  | { readonly kind: 'name' };

/** What an attribute is a fact of. `region` and `offer` attributes are both written `offer.*`. */
export type Scope = 'type' | 'region' | 'offer' | 'image' | 'request';

export interface Attribute {
  /** With its prefix: `type.cores`. */
  readonly name: string;
  readonly scope: Scope;
  readonly kind: AttributeKind;
  readonly doc: string;
  /** Only request attributes have one, and all of them do, unless the program computes the value. */
  readonly default?: Value;
  /** Set by the program from the request itself; cannot be given by `--with`. */
  readonly computed: boolean;
}

/** Something that a machine can host or do, derived by rules. */
export interface Capability {
  readonly name: string;
  readonly doc: string;
  /** Whether Juju, or the product, makes containers of this kind. */
  readonly container: boolean;
  /** A guest of kind `vm` really takes its memory from the host; other guests have limits only. */
  readonly guest: 'vm' | 'limit';
  /** What the version is the version of: "qemu". */
  readonly versionOf?: string;
}

/** All that may be spoken of in catalogs, rules and requests. */
export interface Vocabulary {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly capabilities: ReadonlyMap<string, Capability>;
}
