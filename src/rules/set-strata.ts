import type { Attribute, Scope } from '../catalog/value.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { compareText } from '../quantity/order.ts';
import type { RuleOf, SetStratum } from './program.ts';
import { readsOf } from './reads.ts';
import { attributesOf } from './rule.ts';

/**
 * Rules that set facts, in order: a fact may rest on others that are set, and never on itself. All that it rests on
 * are facts of the same kind of row, so it is worked out once, before there is any request.
 */

const PLURAL: Readonly<Partial<Record<Scope, string>>> = { type: 'types', region: 'regions', image: 'images' };

/** What a rule reads that facts of its kind must not rest on. */
function strayReads(rule: RuleOf<'set'>): readonly Diagnostic[] {
  const scope = rule.action.facts[0]?.attribute.scope;
  if (scope === undefined) return [];
  return readsOf(rule.applies).flatMap((leaf): Diagnostic[] => {
    const others =
      leaf.kind === 'capability'
        ? [`can.${leaf.capability}`]
        : attributesOf(leaf).flatMap((one) => (one.scope === scope ? [] : [one.name]));
    const message = `${rule.id} sets facts of ${PLURAL[scope] ?? scope}, which cannot rest on ${others[0]}`;
    const hint = `its condition, its dates and what overrides it may read facts of ${PLURAL[scope] ?? scope} alone`;
    return others.length === 0 ? [] : [{ code: 'rule-set', message, span: leaf.span, hint }];
  });
}

/** @param faults where what is wrong is left */
export function setStrata(rules: readonly RuleOf<'set'>[], faults: Diagnostic[]): readonly SetStratum[] {
  faults.push(...rules.flatMap(strayReads));
  const byAttribute = new Map<Attribute, RuleOf<'set'>[]>();
  for (const rule of rules) {
    for (const { attribute } of rule.action.facts)
      byAttribute.set(attribute, [...(byAttribute.get(attribute) ?? []), rule]);
  }
  const strata: SetStratum[] = [];
  const done = new Set<Attribute>();
  const visit = (attribute: Attribute, open: readonly Attribute[]): void => {
    const own = byAttribute.get(attribute);
    if (own === undefined || done.has(attribute)) return;
    for (const rule of own) {
      for (const leaf of readsOf(rule.applies)) {
        if (leaf.kind === 'capability') continue;
        for (const read of attributesOf(leaf)) {
          const at = [...open, attribute].indexOf(read);
          if (at === -1) {
            visit(read, [...open, attribute]);
            continue;
          }
          const ring = [...open, attribute].slice(at).map(({ name }) => name);
          const message = `${rule.id} sets ${attribute.name} by what rests on it: ${[...ring, read.name].join(' <- ')}`;
          if (!faults.some(({ code }) => code === 'set-cycle'))
            faults.push({ code: 'set-cycle', message, span: leaf.span });
        }
      }
    }
    if (done.has(attribute)) return;
    done.add(attribute);
    strata.push({ attribute, rules: own });
  };
  const attributes = [...byAttribute.keys()].sort((a, b) => compareText(a.name, b.name));
  for (const attribute of attributes) visit(attribute, []);
  return strata;
}
