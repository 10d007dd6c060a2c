import type { Value } from '../catalog/value.ts';
import { formatMoney } from '../quantity/money.ts';
import { compareText } from '../quantity/order.ts';
import { passesLevel } from '../rules/capability.ts';
import { type Derivation, derive } from '../rules/derive.ts';
import { rankPrice } from '../rules/preference.ts';
import { billedPrice } from '../rules/price.ts';
import { ANY_VERSION, type Program, versionOf } from '../rules/program.ts';
import { easiestProvider } from '../rules/proof.ts';
import { reservedShare } from '../rules/reserve.ts';
import { PRICE } from '../rules/space.ts';
import { FALSE, TRUE, UNKNOWN_TRUTH } from '../rules/tri.ts';
import { type Expectation, shortName, VIAS, valueText } from './expectation.ts';
import { type Facts, filledScene, ONLY, type Scene, sceneOf } from './facts.ts';
import { planOf } from './plan-row.ts';
import type { TestRow } from './test-file.ts';

/** What the rules really conclude from a row's facts, in the words of its expectation. */

const scenes = new WeakMap<Facts, Scene>();

/** The rules over a row's facts, as the program itself evaluates them. */
export function derivationOf(program: Program, facts: Facts): Derivation {
  let scene = scenes.get(facts);
  if (scene === undefined) {
    scene = sceneOf(program.vocabulary, facts);
    scenes.set(facts, scene);
  }
  const { space, request } = filledScene(program, scene);
  return derive(program, space, request);
}

/** A capability in the words of tests: `false`, `unknown`, `any` or a version. */
export function levelInWords(derivation: Derivation, capability: string): string {
  const state = derivation.capability(capability, ONLY);
  const present = passesLevel(state, ANY_VERSION);
  if (present === FALSE) return 'false';
  return present === UNKNOWN_TRUTH ? 'unknown' : (versionOf(derivation.program, state.lower) ?? 'any');
}

/** The rule by which a capability comes about; undefined where it does not certainly. */
export function providerOf(derivation: Derivation, capability: string) {
  return easiestProvider(derivation.capability(capability, ONLY), ANY_VERSION);
}

/** The rules that refuse (or, with `warn`, are only told), by id. */
export function refusalsOf(derivation: Derivation, how: 'refuse' | 'warn'): readonly string[] {
  return derivation.program.refusals
    .filter((rule, index) => {
      const violated = derivation.violated(index, ONLY);
      if (violated === FALSE) return false;
      if (how === 'warn') return violated === TRUE ? rule.effect === 'warn' : rule.onUnknown === 'warn';
      return rule.effect === 'enforce' && (violated === TRUE || rule.onUnknown === 'refuse');
    })
    .map(({ id }) => id);
}

/** The value of a fact as rules have it: stated, or set by them. */
function factIn(derivation: Derivation, name: string): Value | undefined {
  const attribute = derivation.program.vocabulary.attributes.get(name);
  return attribute === undefined ? undefined : derivation.factAt(attribute, ONLY);
}

const numberIn = (derivation: Derivation, name: string): number | undefined => {
  const value = factIn(derivation, name);
  return value === undefined ? undefined : Number(value);
};

/** Nano-dollars an hour after price rules; undefined where the list price is unknown. */
function billedOf(derivation: Derivation, facts: Facts): number | undefined {
  const list = facts.values.get(PRICE);
  if (list === undefined) return undefined;
  return billedPrice(Number(list), derivation.priceRules(ONLY), (name) => numberIn(derivation, name)).total;
}

const moneyInWords = (nano: number | undefined): string => (nano === undefined ? 'unknown' : formatMoney(nano));

export function reserveOf(derivation: Derivation, facts: Facts, dimension: 'mem' | 'cores'): number {
  return reservedShare(
    derivation.reserveRules(ONLY),
    dimension,
    numberIn(derivation, `type.${dimension}`) ?? 0,
    (kind) => facts.guests.get(kind) ?? 0,
  );
}

/** A fact as an expectation has it. */
function factInWords(derivation: Derivation, name: string): string {
  const value = factIn(derivation, name);
  if (value === undefined) return 'unknown';
  return valueText(derivation.program.vocabulary.attributes.get(name)!, value);
}

/** How capabilities come about, where an expectation says so: by the rule where it names one. */
function providersIn(
  derivation: Derivation,
  expected: NonNullable<Expectation['provides-via']>,
  module: string,
): Expectation['provides-via'] {
  const named = (capability: string): string | undefined => {
    const rule = providerOf(derivation, capability);
    return rule === undefined ? undefined : shortName(rule.id, module);
  };
  if (Array.isArray(expected)) {
    const all = [...derivation.program.vocabulary.capabilities.keys()].flatMap((name) => named(name) ?? []);
    return [...new Set(all)].sort(compareText);
  }
  return Object.fromEntries(
    Object.entries(expected).map(([name, how]) => [
      name,
      ((VIAS as readonly string[]).includes(how) ? providerOf(derivation, name)?.action.via : named(name)) ?? 'none',
    ]),
  );
}

/** Each field that the expectation has, as it really is. `can: true` is met by whatever version there is. */
export function conclude(program: Program, row: TestRow, module: string): Expectation {
  const { expect, facts } = row;
  const planned = row.offers.length > 0 ? planOf(program, row, module) : {};
  const derivation = derivationOf(program, facts);
  const short = (ids: readonly string[]): readonly string[] => ids.map((id) => shortName(id, module)).sort(compareText);
  const real: { -readonly [K in keyof Expectation]: Expectation[K] } = {};
  if (expect.can !== undefined) {
    real.can = Object.fromEntries(
      Object.entries(expect.can).map(([name, wanted]) => {
        const level = levelInWords(derivation, name);
        return [name, wanted === 'true' && level !== 'false' && level !== 'unknown' ? 'true' : level];
      }),
    );
  }
  const via = expect['provides-via'];
  if (via !== undefined) real['provides-via'] = providersIn(derivation, via, module)!;
  if (expect['refused-by'] !== undefined) real['refused-by'] = short(refusalsOf(derivation, 'refuse'));
  if (expect.warnings !== undefined) real.warnings = short(refusalsOf(derivation, 'warn'));
  if (expect.facts !== undefined)
    real.facts = Object.fromEntries(Object.keys(expect.facts).map((name) => [name, factInWords(derivation, name)]));
  const billed = billedOf(derivation, facts);
  if (expect.price !== undefined) real.price = moneyInWords(billed);
  if (expect.rank !== undefined)
    real.rank = moneyInWords(billed === undefined ? undefined : rankPrice(billed, derivation.preferRules(ONLY)));
  if (typeof expect.reserves === 'number') real.reserves = reserveOf(derivation, facts, 'mem');
  else if (expect.reserves !== undefined) {
    const sizes = (['mem', 'cores'] as const).filter(
      (size) => typeof expect.reserves === 'object' && size in expect.reserves,
    );
    real.reserves = Object.fromEntries(sizes.map((size) => [size, reserveOf(derivation, facts, size)]));
  }
  return { ...real, ...planned };
}
