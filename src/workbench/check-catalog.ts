import { distance } from 'fastest-levenshtein';
import type { Catalog } from '../catalog/catalog.ts';
import type { Attribute, Value } from '../catalog/value.ts';
import { compareText } from '../quantity/order.ts';
import { type Diagram, UNDECIDED } from '../rules/diagram.ts';
import { isRefusal, readsOfRule } from '../rules/program.ts';
import { OR } from '../rules/regions.ts';
import { appliesOf, conditionInWords } from '../rules/rewrite.ts';
import type { Condition, Leaf, Rule } from '../rules/rule.ts';
import { type RowScope, tableOf } from '../rules/space.ts';
import { TRUE, type Tri, UNKNOWN_TRUTH } from '../rules/tri.ts';
import { type Finding, factInWords } from './finding.ts';
import { conditionOf, type Meaning, regionOf } from './meaning.ts';
import {
  type Counted,
  countedBy,
  countInWords,
  factsRead,
  grouped,
  rowClasses,
  rowName,
  sizeOf,
  valueAtSite,
  whereSite,
} from './rows.ts';

/** Findings about rules over the rows of a catalog. Images and requests are free: what may be asked for is not closed. */
export interface OverCatalog {
  readonly meaning: Meaning;
  readonly catalog: Catalog;
  /** The day that rules are judged by. */
  readonly date: string | undefined;
}

/** A diagram on the day that rules are judged by. */
export function onTheDay({ meaning, date }: OverCatalog, of: Diagram): Diagram {
  return meaning.regions.where(of, ({ name }) => (name === 'request.date' ? { value: date } : undefined));
}

/** How many rows there are where a condition can be true (or at least unknown), for some request and some image. */
function matching(
  over: OverCatalog,
  condition: Condition,
  least: Tri = TRUE,
): { readonly count: number; readonly counted: Counted } {
  const { meaning, catalog } = over;
  const { regions } = meaning;
  const { diagrams } = regions;
  const holds = diagrams.map(regionOf(meaning, condition), (truth) => (truth >= least ? 1 : 0));
  const possible = diagrams.eliminate(
    onTheDay(over, holds),
    (variable) => ['image', 'request'].includes(regions.attributeOf(variable).scope),
    OR,
  );
  const read = factsRead(regions, possible);
  const counted = read.length === 0 ? 'type' : countedBy(read);
  const rows = rowClasses(catalog, counted, read).filter(({ site }) =>
    diagrams.valuesOf(whereSite(regions, possible, catalog, counted, site)).includes(1),
  );
  return { counted, count: rows.reduce((total, { count }) => total + count, 0) };
}

/** A rule that could apply, and does not to anything in the catalog. */
export function deadToday(over: OverCatalog, rule: Rule): Finding | undefined {
  const { meaning, catalog } = over;
  if (regionOf(meaning, conditionOf(rule)) === UNDECIDED) return undefined;
  const { count, counted } = matching(over, conditionOf(rule));
  if (count > 0 || sizeOf(catalog, counted) === 0) return undefined;
  const all = countInWords(sizeOf(catalog, counted), counted);
  if (rule.action.verb === 'require') {
    const applies = matching(over, appliesOf(rule));
    if (matching(over, conditionOf(rule), UNKNOWN_TRUTH).count > 0) return undefined;
    if (applies.count > 0)
      return {
        code: 'R114',
        subject: rule.id,
        span: rule.span,
        message: `${rule.id} requires what each of the ${countInWords(applies.count, applies.counted)} that it is about already has, in this catalog`,
        fix: 'require more, or remove the rule',
      };
  }
  const leaves = readsOfRule(rule).filter((leaf) => leaf.kind !== 'leaf' || isOfRows(leaf.attribute));
  const counts = leaves.map((leaf) => ({ leaf, ...matching(over, leaf) }));
  const none = counts.filter((one) => one.count === 0);
  const told = (none.length > 0 ? none : counts).map(
    (one) =>
      `"${conditionInWords(one.leaf)}": ${grouped(one.count)} of ${countInWords(sizeOf(catalog, one.counted), one.counted)}`,
  );
  return {
    code: 'R102',
    subject: rule.id,
    span: none[0]?.leaf.span ?? rule.span,
    message: `${rule.id} applies to none of the ${all} of this catalog`,
    ...(told.length === 0 ? {} : { witness: told }),
    fix: 'correct the condition, or accept the finding if the rule is for other catalogs',
  };
}

const isOfRows = ({ scope }: Attribute): boolean => scope !== 'request' && scope !== 'image';

// Examples, one of each class of rows.
const MOST_NAMES = 3;

/** Rows that a refusal refuses only because facts of them are not known. */
export function refusedUnknown(over: OverCatalog, rule: Rule): readonly Finding[] {
  if (!isRefusal(rule) || rule.effect !== 'enforce' || rule.onUnknown !== 'refuse') return [];
  const { meaning, catalog } = over;
  const { regions } = meaning;
  const { diagrams, atoms } = regions;
  const unknown = onTheDay(
    over,
    diagrams.map(regionOf(meaning, conditionOf(rule)), (truth) => (truth === UNKNOWN_TRUTH ? 1 : 0)),
  );
  if (unknown === UNDECIDED) return [];
  const findings: Finding[] = [];
  for (const counted of ['type', 'region', 'image', 'offer'] as const) {
    const own = factsRead(regions, unknown).filter(({ scope }) => scope === counted);
    if (own.length === 0) continue;
    // All else is known: what is not known elsewhere is told there.
    let elsewhere = unknown;
    for (const variable of diagrams.dependsOn(unknown)) {
      const { attribute, kind, values } = atoms.variables[variable]!;
      if (attribute.scope === counted || kind === 'member') continue;
      const known = diagrams.choose(
        variable,
        values.map((value, index) => diagrams.constant(kind === 'known' ? index : value === undefined ? 0 : 1)),
      );
      elsewhere = diagrams.combine(elsewhere, known, Math.min);
    }
    const possible = diagrams.eliminate(elsewhere, (variable) => regions.attributeOf(variable).scope !== counted, OR);
    let refused = 0;
    const names: string[] = [];
    const lacking = new Map<string, number>();
    for (const { site, count } of rowClasses(catalog, counted, own)) {
      if (!diagrams.valuesOf(whereSite(regions, possible, catalog, counted, site)).includes(1)) continue;
      refused += count;
      if (names.length < MOST_NAMES) names.push(rowName(catalog, counted, site));
      for (const attribute of own) {
        if (valueAtSite(catalog, attribute, site) === undefined)
          lacking.set(attribute.name, (lacking.get(attribute.name) ?? 0) + count);
      }
    }
    if (refused === 0) continue;
    const missing = [...lacking].sort(([a], [b]) => compareText(a, b)).map(([name]) => name);
    findings.push({
      code: 'R113',
      subject: rule.id,
      span: rule.span,
      message: `${rule.id} can refuse ${grouped(refused)} of ${countInWords(sizeOf(catalog, counted), counted)} only because ${missing.join(' or ')} is not known`,
      witness: names,
      fix: 'fill in the fact, or say what unknown means: on-unknown: warn or allow, or accept the finding',
    });
  }
  return findings;
}

/** The values that an attribute has in the catalog. */
export function valuesIn(catalog: Catalog, { name, scope }: Attribute): readonly Value[] {
  if (scope === 'request') return [];
  const column = tableOf(catalog, scope as RowScope).columns.get(name);
  return column?.values.filter((value) => value !== undefined) ?? [];
}

const SWAPPED = /[^a-z0-9]+/;

/** Whether two names may be meant to be one: few letters differ, or the same words stand in another order. */
function isNear(name: string, other: string): boolean {
  const [a, b] = [name.toLowerCase(), other.toLowerCase()];
  const words = (text: string): string => text.split(SWAPPED).sort(compareText).join(' ');
  return distance(a, b) <= Math.max(1, Math.floor(a.length / 4)) || (SWAPPED.test(a) && words(a) === words(b));
}

// Shorter names differ in one letter from many that are meant to be others.
const SHORTEST = 3;

/** Values in conditions that nothing has, and that are nearly one that something has. */
export function misspelt(over: OverCatalog, judged: readonly Rule[]): readonly Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<Leaf>();
  for (const rule of judged) {
    for (const leaf of readsOfRule(rule)) {
      if (leaf.kind !== 'leaf' || seen.has(leaf)) continue;
      seen.add(leaf);
      const { attribute } = leaf;
      const { kind } = attribute;
      const isOpen = kind.kind === 'name' || ((kind.kind === 'enum' || kind.kind === 'set') && kind.open);
      if (!isOpen) continue;
      const known = new Set(valuesIn(over.catalog, attribute).flatMap((value) => [value].flat().map(String)));
      if ('values' in kind) for (const value of kind.values) known.add(value);
      for (const { operator, operand } of leaf.tests) {
        if (operand.kind !== 'values' || operator === 'known') continue;
        for (const value of operand.values.map(String)) {
          if (value.includes('*') || value.length < SHORTEST || known.has(value)) continue;
          const near = [...known].filter((one) => isNear(value, one)).sort(compareText);
          if (near.length === 0) continue;
          findings.push({
            code: 'R110',
            subject: rule.id,
            span: leaf.span,
            message: `nothing has ${factInWords({ ...attribute, kind: { kind: 'name' } }, value)}`,
            fix: `did you mean ${near.slice(0, 3).join(' or ')}?`,
          });
        }
      }
    }
  }
  return findings;
}
