import type { Catalog } from '../catalog/catalog.ts';
import { buildColumn, type Column, type Table, textAt } from '../catalog/column.ts';
import { inSequence, joinOffers, type Offers, orderOffers, pickOffers } from '../catalog/offers.ts';
import { applyPriceEdits, meaningOf, type PriceEdit } from '../catalog/prices.ts';
import { selectedRows } from '../catalog/repricing.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { canonicalLists } from '../document/canonical.ts';
import { type Compiled, compile } from '../match/compiled.ts';
import { validateRequest } from '../match/validate.ts';
import { matchesGlob } from '../quantity/glob.ts';
import { parseMoney } from '../quantity/money.ts';
import { parseConstraints } from '../request/constraints.ts';
import type { MachineRequest } from '../request/request.ts';
import { variant } from '../request/variant.ts';
import { readRules } from '../rules/parse.ts';
import { compileRules, type Program, withoutRules } from '../rules/program.ts';
import type { Rule } from '../rules/rule.ts';
import { parsePriceChange, parseSelector } from '../sources/prices.ts';
import type { Scenario } from './scenario.ts';

/** Lays scenarios over a catalog, its rules and a request, from scratch. */

const spanOf = (source: string, text: string) => ({ source, text, start: 0, end: text.length });

/** The price edits of a scenario, or every fault in them. */
export function priceEdits(prices: Scenario['prices']): Result<readonly PriceEdit[]> {
  const faults: Diagnostic[] = [];
  const edits: PriceEdit[] = [];
  for (const [selector, text] of Object.entries(prices)) {
    const span = spanOf('edit', `price ${selector}=${text}`);
    const patterns = parseSelector(selector);
    const change = parsePriceChange(text);
    if (patterns === undefined)
      faults.push({ code: 'bad-price', message: `"${selector}" selects no offers`, span, hint: SELECTOR });
    else if ('problem' in change)
      faults.push({
        code: 'bad-price',
        message: `price "${text}" of ${selector} ${change.problem}`,
        span,
        hint: change.hint,
      });
    else edits.push({ selector, ...patterns, market: 'on-demand', change, reason: undefined, span });
  }
  return faults.length > 0 ? fail(...faults) : ok(edits);
}
const SELECTOR = 'a selector is [cloud:]type[@region], such as aws:m8i*@eu-*';

/** Rows of the offers that are sold no more. */
export function withdrawnRows(catalog: Catalog, withdrawn: Scenario['withdrawn']): Result<Uint32Array> {
  const faults: Diagnostic[] = [];
  const rows = new Set<number>();
  for (const selector of Object.keys(withdrawn)) {
    const patterns = parseSelector(selector);
    const selected: Uint32Array =
      patterns === undefined ? new Uint32Array() : selectedRows(catalog, { ...patterns, market: 'any' });
    if (selected.length === 0) {
      const span = spanOf('edit', `offer ${selector}=off`);
      const names = Array.from(
        { length: catalog.types.size },
        (_, row) => textAt(catalog.types, 'type.name', row) ?? '',
      );
      const hint = patterns === undefined ? SELECTOR : didYouMean(patterns.type, new Set(names));
      faults.push({
        code: 'idle-edit',
        message: `"${selector}" selects no offers that could be withdrawn`,
        span,
        ...(hint === undefined ? {} : { hint }),
      });
    }
    for (const row of selected) rows.add(row);
  }
  return faults.length > 0 ? fail(...faults) : ok(Uint32Array.from(rows).sort());
}

/** Offers that are sold as well, in any order; undefined where there are none. */
function addedOffers(catalog: Catalog, added: Scenario['added']): Result<Offers | undefined> {
  const { types, regions, offers, vocabulary } = catalog;
  const faults: Diagnostic[] = [];
  const rows: { readonly type: number; readonly region: number; readonly price: number }[] = [];
  for (const [selector, text] of Object.entries(added)) {
    const span = spanOf('edit', `offer ${selector}=${text}`);
    const fault = (message: string, hint: string): void => {
      faults.push({ code: 'bad-offer', message, span, hint });
    };
    const patterns = parseSelector(selector);
    const price = parseMoney(text);
    if (patterns === undefined || patterns.region === '*') {
      fault(
        `"${selector}" names no type in a region`,
        'write type and region in full, such as aws:t4g.small@eu-west-1',
      );
      continue;
    }
    if (price === undefined) {
      fault(`"${text}" is no amount of USD per hour`, 'write a price such as 0.02, or off');
      continue;
    }
    const { cloud, type, region } = patterns;
    const found = rowsWhere(types, 'type.cloud', cloud, 'type.name', type).flatMap((ofType) =>
      rowsWhere(regions, 'offer.cloud', textAt(types, 'type.cloud', ofType) ?? '', 'offer.region', region).map(
        (ofRegion) => ({ type: ofType, region: ofRegion, price }),
      ),
    );
    const [only] = found;
    if (only === undefined || found.length > 1) {
      const names = Array.from({ length: types.size }, (_, row) => textAt(types, 'type.name', row) ?? '');
      const near = didYouMean(type, new Set(names)) ?? 'write the cloud before it, such as aws:t4g.small@eu-west-1';
      fault(
        only === undefined ? `no ${type} in ${region} is known` : `${selector} may be of several clouds`,
        only === undefined && names.includes(type) ? 'the region is not one of its cloud' : near,
      );
    } else if (selectedRows(catalog, { ...patterns, market: 'on-demand' }).length > 0) {
      fault(`${type} is sold in ${region} already`, `for another price write "price ${selector}=${text}"`);
    } else rows.push(only);
  }
  if (faults.length > 0) return fail(...faults);
  const size = rows.length;
  if (size === 0) return ok(undefined);
  const columnOf = (name: string, value: string): readonly [string, Column] => {
    const column = buildColumn(vocabulary.attributes.get(name)!);
    for (let row = 0; row < size; row += 1) column.set(row, value);
    return [name, column.finish(size)];
  };
  const price = Float64Array.from(rows, (row) => row.price);
  return ok({
    size,
    columns: new Map([columnOf('offer.market', 'on-demand'), columnOf('offer.price-basis', 'own')]),
    type: Uint32Array.from(rows, (row) => row.type),
    region: Uint32Array.from(rows, (row) => row.region),
    price,
    limit: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
    ...(offers.list === undefined ? {} : { list: price }),
  });
}

/** Rows with a name in clouds that a pattern means. */
function rowsWhere(table: Table, cloudName: string, cloud: string, name: string, wanted: string): readonly number[] {
  return [...inSequence(table.size)].filter(
    (row) => textAt(table, name, row) === wanted && matchesGlob(cloud, textAt(table, cloudName, row) ?? ''),
  );
}

/** The rule of an id in other words. */
function replacement({ vocabulary }: Program, id: string, text: string): Result<readonly Rule[]> {
  const slash = id.indexOf('/');
  const [module, name] = [id.slice(0, slash), id.slice(slash + 1)];
  return readRules('edit', `format: 1\nmodule: ${module}\nrules:\n  ${name}: ${text}\n`, vocabulary);
}

/** The rules under edits; a rule may be named without its module where one alone has the name. */
export function rulesUnder(program: Program, edits: Scenario['rules']): Result<Program> {
  const faults: Diagnostic[] = [];
  const out = new Set<string>();
  const others: Rule[] = [];
  const all = [...program.rules, ...program.off];
  for (const [name, text] of Object.entries(edits)) {
    const meant = all.filter(({ id }) => id === name || id.endsWith(`/${name}`));
    const [only] = meant;
    if (only !== undefined && meant.length === 1) {
      out.add(only.id);
      const other = text === 'off' ? ok([]) : replacement(program, only.id, text);
      if (other.ok) others.push(...other.value);
      else faults.push(...other.diagnostics);
      continue;
    }
    const ids = all.map(({ id }) => id);
    const short = ids.map((id) => id.slice(id.indexOf('/') + 1));
    const hint =
      meant.length > 1
        ? `write ${meant.map(({ id }) => id).join(' or ')}`
        : didYouMean(name, new Set([...ids, ...short]));
    faults.push({
      code: 'unknown-rule',
      message: meant.length > 1 ? `several rules are called "${name}"` : `no rule is called "${name}"`,
      span: spanOf('edit', `rule ${name}=${text}`),
      ...(hint === undefined ? {} : { hint }),
    });
  }
  if (faults.length > 0) return fail(...faults);
  if (out.size === 0) return ok(program);
  const digest = `${program.digest} with ${canonicalLists({ rules: Object.entries(edits) })}`;
  // Without new rules, and where none overrode others, nothing has to be put in order again, and what was worked out of
  // the strata stands.
  const isPlain = all.every(({ id, overrides }) => !out.has(id) || overrides.length === 0);
  if (others.length === 0 && isPlain) return ok({ ...withoutRules(program, ({ id }) => out.has(id)), digest });
  const left = all.filter(({ id }) => !out.has(id));
  return compileRules(program.vocabulary, [...left, ...others], digest, [...out]);
}

/** The request with constraints written otherwise. */
export function requestUnder(
  request: MachineRequest,
  { constraints, number }: Pick<Scenario, 'constraints' | 'number'>,
  catalog: Catalog,
): Result<MachineRequest> {
  const texts = Object.entries(constraints).map(([key, value]) => {
    return { source: 'edit', text: `${key}=${value.replaceAll(' ', '\\ ')}` };
  });
  const parsed = parseConstraints(texts, catalog.vocabulary);
  if (!parsed.ok) return parsed;
  return ok(
    variant(request, (draft) => {
      for (const [key, constraint] of parsed.value.byKey) draft.constraints.byKey.set(key, constraint as never);
      if (number !== undefined) draft.count = number;
    }),
  );
}

/** What a scenario makes of a question. */
export interface Applied {
  readonly compiled: Compiled;
  readonly request: MachineRequest;
  readonly at: string | undefined;
}

/** @param at the day that is judged by where the scenario names none */
export function applyScenario(
  { catalog, program }: Compiled,
  request: MachineRequest,
  scenario: Scenario,
  at?: string,
): Result<Applied> {
  const edits = priceEdits(scenario.prices);
  const withdrawn = withdrawnRows(catalog, scenario.withdrawn);
  const rules = rulesUnder(program, scenario.rules);
  const added = addedOffers(catalog, scenario.added);
  const asked = requestUnder(request, scenario, catalog);
  const faults = [edits, withdrawn, added, rules, asked].flatMap((part) => (part.ok ? [] : part.diagnostics));
  if (!edits.ok || !withdrawn.ok || !added.ok || !rules.ok || !asked.ok) return fail(...faults);
  const digest = `${catalog.digest} with ${canonicalLists({ prices: edits.value.map(meaningOf), withdrawn: Object.keys(scenario.withdrawn), added: Object.entries(scenario.added) })}`;
  const priced = applyPriceEdits(soldUnder(catalog, withdrawn.value, added.value), edits.value, digest);
  if (!priced.ok) return priced;
  if (priced.value.idle.length > 0) return fail(...priced.value.idle);
  const compiled = compile(priced.value.catalog, rules.value);
  const wrong = validateRequest(asked.value, compiled);
  return wrong.length > 0 ? fail(...wrong) : ok({ compiled, request: asked.value, at: scenario.date ?? at });
}

/** The catalog without the offers that are withdrawn, and with those that are added. */
function soldUnder(catalog: Catalog, withdrawn: Uint32Array, added: Offers | undefined): Catalog {
  if (withdrawn.length === 0 && added === undefined) return catalog;
  const out = new Set(withdrawn);
  const left = pickOffers(
    catalog.offers,
    inSequence(catalog.offers.size).filter((row) => !out.has(row)),
  );
  if (added === undefined) return { ...catalog, offers: left, withdrawn: pickOffers(catalog.offers, withdrawn) };
  const { offers } = orderOffers(joinOffers(left, added), catalog.types.size, catalog.regions.size);
  return { ...catalog, offers, withdrawn: pickOffers(catalog.offers, withdrawn) };
}
