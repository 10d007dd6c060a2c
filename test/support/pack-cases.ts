import { buildCatalog } from '../../src/catalog/catalog.ts';
import { numberAt } from '../../src/catalog/column.ts';
import { decodeValue } from '../../src/catalog/decode.ts';
import type { Value } from '../../src/catalog/value.ts';
import { compile } from '../../src/match/compiled.ts';
import { formatMoney } from '../../src/quantity/money.ts';
import { passesLevel } from '../../src/rules/capability.ts';
import { derive } from '../../src/rules/derive.ts';
import { fillTable } from '../../src/rules/fill.ts';
import { billedPrice } from '../../src/rules/price.ts';
import { ANY_VERSION, type Program, versionOf } from '../../src/rules/program.ts';
import { easiestProvider } from '../../src/rules/proof.ts';
import { reservedShare } from '../../src/rules/reserve.ts';

/** The tests that stand beside rule packs: given facts, what do the rules conclude? */

export type FactGroups = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface PackCase {
  readonly name: string;
  readonly facts: FactGroups;
  readonly expect: Readonly<Record<string, unknown>>;
}

interface Row {
  readonly name: string;
  readonly given?: readonly string[];
  readonly with?: FactGroups;
  readonly expect: Readonly<Record<string, unknown>>;
}

export interface PackTests {
  readonly facts: Readonly<Record<string, FactGroups>>;
  readonly cases: Readonly<
    Record<
      string,
      { readonly given?: readonly string[]; readonly with?: FactGroups; readonly 'for-each': readonly Row[] }
    >
  >;
}

function merge(...groups: readonly (FactGroups | undefined)[]): FactGroups {
  const merged: Record<string, Record<string, unknown>> = {};
  for (const group of groups) {
    for (const [scope, facts] of Object.entries(group ?? {})) merged[scope] = { ...merged[scope], ...facts };
  }
  return merged;
}

/** Every row of a test file, its facts merged. */
export function casesOf(tests: PackTests): readonly PackCase[] {
  return Object.entries(tests.cases).flatMap(([name, shared]) =>
    shared['for-each'].map((row): PackCase => {
      const named = [...(shared.given ?? []), ...(row.given ?? [])].map((fact) => {
        const found = tests.facts[fact];
        if (found === undefined) throw new Error(`no facts are called "${fact}"`);
        return found;
      });
      if (Object.keys(row.expect).length === 0) throw new Error(`${row.name} expects nothing`);
      return { name: `${name}: ${row.name}`, facts: merge(...named, shared.with, row.with), expect: row.expect };
    }),
  );
}

const CHECKS = ['can', 'refused-by', 'warnings', 'provides-via', 'price', 'reserves'];

/** What the rules conclude from a case's facts, in the words of its expectation. */
export function conclude(program: Program, { facts, expect }: PackCase): Readonly<Record<string, unknown>> {
  const unknown = Object.keys(expect).find((key) => !CHECKS.includes(key));
  if (unknown !== undefined) throw new Error(`an expectation has no key "${unknown}"`);
  const { vocabulary } = program;
  const builder = buildCatalog(vocabulary);
  const request = new Map<string, Value>();
  for (const attribute of vocabulary.attributes.values())
    if (attribute.default !== undefined) request.set(attribute.name, attribute.default);
  builder.type(String(facts.type?.cloud ?? 'lab'), String(facts.type?.name ?? 't1'));
  builder.region(String(facts.type?.cloud ?? 'lab'), String(facts.offer?.region ?? 'r1'));
  builder.image();
  builder.offer(0, 0, 1_000_000_000, Number.POSITIVE_INFINITY);
  let guests: Readonly<Record<string, number>> = {};
  for (const [scope, group] of Object.entries(facts)) {
    if (scope === 'guests') {
      guests = group as Readonly<Record<string, number>>;
      continue;
    }
    for (const [key, raw] of Object.entries(group)) {
      const attribute = vocabulary.attributes.get(`${scope}.${key}`);
      if (attribute === undefined) throw new Error(`${scope}.${key} is no attribute`);
      const decoded = decodeValue(attribute, raw);
      if ('problem' in decoded) throw new Error(`${attribute.name} ${decoded.problem}`);
      if (attribute.scope === 'request') request.set(attribute.name, decoded.value);
      else builder.fact(attribute, 0, decoded.value);
    }
  }
  const { catalog } = compile(builder.finish({ gapsAreUnknown: false, digest: '' }), program);
  const images = fillTable(program, 'image', catalog.images).table;
  const derivation = derive(program, { ...catalog, images }, request);
  const site = { type: 0, region: 0, image: 0, offer: 0 };
  const short = (id: string): string => id.slice(id.indexOf('/') + 1);
  const refusals = program.refusals.map((rule, index) => ({ rule, violated: derivation.violated(index, site) }));
  const concluded: Record<string, unknown> = {};
  const asked = (key: string): readonly string[] => Object.keys((expect[key] ?? {}) as object);
  if (expect.can !== undefined) {
    concluded.can = Object.fromEntries(
      asked('can').map((name) => {
        if (!vocabulary.capabilities.has(name)) throw new Error(`${name} is no capability`);
        const state = derivation.capability(name, site);
        const present = passesLevel(state, ANY_VERSION);
        return [name, present === 2 ? (versionOf(program, state.lower) ?? 'any') : present === 1 ? 'unknown' : false];
      }),
    );
  }
  if (expect['provides-via'] !== undefined) {
    concluded['provides-via'] = Object.fromEntries(
      asked('provides-via').map((name) => [
        name,
        easiestProvider(derivation.capability(name, site), ANY_VERSION)?.action.via,
      ]),
    );
  }
  if (expect['refused-by'] !== undefined) {
    concluded['refused-by'] = refusals
      .filter(
        ({ rule, violated }) =>
          rule.effect === 'enforce' && (violated === 2 || (violated === 1 && rule.onUnknown === 'refuse')),
      )
      .map(({ rule }) => short(rule.id));
  }
  if (expect.warnings !== undefined) {
    concluded.warnings = refusals
      .filter(
        ({ rule, violated }) =>
          (violated === 2 && rule.effect === 'warn') || (violated === 1 && rule.onUnknown === 'warn'),
      )
      .map(({ rule }) => short(rule.id));
  }
  if (expect.price !== undefined) {
    concluded.price = formatMoney(
      billedPrice(1_000_000_000, derivation.priceRules(site), (name) => numberAt(catalog.types, name, 0)).total,
    );
  }
  if (expect.reserves !== undefined) {
    concluded.reserves = reservedShare(
      derivation.reserveRules(site),
      'mem',
      Number(facts.type?.mem ?? 0),
      (kind) => guests[kind] ?? 0,
    );
  }
  return concluded;
}
