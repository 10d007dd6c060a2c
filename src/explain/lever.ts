import type { NeedText } from '../match/needs.ts';
import type { Key } from '../request/keys.ts';
import type { MachineRequest } from '../request/request.ts';
import { withConstraint, withoutConstraint } from '../request/variant.ts';

/** One thing that may be changed of a request, and how far. */

/** What a lever is set to; null: what it stands for is not asked for any more. */
export type Setting = number | string | readonly string[] | null;

export interface Lever {
  /** A constraint key, `can.kvm`, `reserve`, `guest`, `rule …`. */
  readonly id: string;
  /** Whether a request with setting `a` admits all that one with setting `b` does. */
  admits(a: Setting, b: Setting): boolean;
  /** The least setting that admits what both admit. */
  join(a: Setting, b: Setting): Setting;
  /** The change in words: `mem 64G → 61G`. */
  describe(setting: Setting): string;
  apply(request: MachineRequest, setting: Setting): MachineRequest;
  /** Who may decide it, where that is not whoever asks. */
  readonly owner?: string;
  /** Whether rules read what it changes, so that more may come of it than that a need is met. */
  readonly felt: boolean;
}

/** A lever that is set. */
export interface Change {
  readonly lever: Lever;
  readonly setting: Setting;
}

/** Levers with their settings, by index. */
export type Ways = ReadonlyMap<number, Setting>;

export const ordered = (bound: 'at-least' | 'at-most'): Pick<Lever, 'admits' | 'join'> => ({
  admits: (a, b) => a === null || (b !== null && (bound === 'at-least' ? a <= b : a >= b)),
  join: (a, b) =>
    a === null || b === null
      ? null
      : bound === 'at-least'
        ? Math.min(Number(a), Number(b))
        : Math.max(Number(a), Number(b)),
});
export const named: Pick<Lever, 'admits' | 'join'> = {
  admits: (a, b) => a === null || a === b,
  join: (a, b) => (a === b ? a : null),
};
export const subsets: Pick<Lever, 'admits' | 'join'> = {
  admits: (a, b) => a === null || (Array.isArray(a) && Array.isArray(b) && a.every((item) => b.includes(item))),
  join: (a, b) => (Array.isArray(a) && Array.isArray(b) ? a.filter((item: string) => b.includes(item)) : null),
};

/** A key whose need compares an amount. */
export function amountLever(key: Key, need: NeedText): Lever {
  const { bound, wanted, format } = need.measure!;
  const isNumber = key === 'max-price' || key === 'cores-baseline';
  return {
    id: key,
    felt: false,
    ...ordered(bound),
    describe: (setting) => `${key} ${format(wanted)} → ${setting === null ? 'any' : format(Number(setting))}`,
    apply: (request, setting) =>
      setting === null
        ? withoutConstraint(request, key)
        : withConstraint(request, key, isNumber ? Number(setting) : BigInt(Number(setting))),
  };
}

/** A key that is dropped, or set to another name. */
export function nameLever(key: Key, current: string): Lever {
  return {
    id: key,
    felt: false,
    ...named,
    describe: (setting) => `${key} ${current} → ${setting === null ? 'any' : String(setting)}`,
    apply: (request, setting) =>
      setting === null ? withoutConstraint(request, key) : withConstraint(request, key, String(setting)),
  };
}

/** Every smallest way to mend a missed need for one candidate; none where nothing mends it. */
export type Mend = (offer: number, image: number, price: number) => readonly Ways[];

/** A way of one lever. */
export const one = (lever: number, setting: Setting): Ways => new Map([[lever, setting]]);

/** Levers by their ids, each once; their indexes are those of `list`. */
export interface LeverList {
  readonly list: readonly Lever[];
  /** The index of a lever, which is added unless there is one of its id. */
  add(lever: Lever): number;
  indexOf(id: string): number | undefined;
}

export function leverList(): LeverList {
  const list: Lever[] = [];
  const indexes = new Map<string, number>();
  return {
    list,
    add(lever) {
      const known = indexes.get(lever.id);
      if (known !== undefined) return known;
      indexes.set(lever.id, list.length);
      list.push(lever);
      return list.length - 1;
    },
    indexOf: (id) => indexes.get(id),
  };
}
