import type { Attribute } from '../catalog/value.ts';
import { isRefusal, type Program, type RuleOf, readsOfRule } from '../rules/program.ts';
import type { Leaf, Rule } from '../rules/rule.ts';
import { type Conclusions, concludeAll, type SeenCapability } from './conclusions.ts';
import { touchedBy } from './coverage.ts';
import { type Diagram, type Diagrams, diagramsOver, TooManyNodes } from './diagram.ts';
import { presetFacts } from './facts.ts';
import type { Mutant } from './mutants.ts';
import { domainsOf, type Sample } from './samples.ts';

/** Whether a mutant concludes the same for all facts whatever, and if not, for which facts it does not. */

/** What differs, with facts for which it does. */
export interface Witness {
  readonly key:
    | { readonly kind: 'capability'; readonly name: string; readonly differs: 'level' | 'via' }
    | { readonly kind: 'refusal' | 'price' | 'reserve'; readonly rule: string };
  /** Facts to state beside what is preset; undefined among them must stay unknown. */
  readonly facts: ReadonlyMap<string, Sample>;
}

export type Verdict =
  | { readonly kind: 'equivalent' }
  | { readonly kind: 'different'; readonly witnesses: readonly Witness[] }
  /** More combinations than are looked at. */
  | { readonly kind: 'undecided' };

const MOST_NODES = 400_000;

const leavesIn = (rules: readonly (Rule | undefined)[]): readonly Leaf[] =>
  rules.flatMap((rule) =>
    rule === undefined ? [] : readsOfRule(rule).filter((part): part is Leaf => part.kind === 'leaf'),
  );

/** Capabilities that change where these do, by rules that read them. */
function reachedFrom(capabilities: Iterable<string>, rules: readonly Rule[]): ReadonlySet<string> {
  const reached = new Set(capabilities);
  for (let size = -1; size !== reached.size; ) {
    size = reached.size;
    for (const rule of rules) if (readsAny(rule, reached)) for (const name of touchedBy(rule)) reached.add(name);
  }
  return reached;
}

const readsAny = (rule: Rule, capabilities: ReadonlySet<string>): boolean =>
  readsOfRule(rule).some((part) => part.kind === 'capability' && capabilities.has(part.capability));

/** Compares mutants of one program with it. */
export interface Comparison {
  verdict(mutant: Mutant): Verdict;
}

/** How clearly two outcomes differ: not at all, only by what is unknown, or for certain. */
type Contrast = 0 | 1 | 2;

export function comparisonWith(program: Program, mutants: readonly Mutant[]): Comparison {
  const preset = presetFacts(program.vocabulary);
  const isKnown = ({ name }: Attribute): boolean => preset.has(name) || name === 'offer.cloud';
  const changed = mutants.flatMap((mutant) => mutant.changed.map(({ after }) => after));
  const domains = domainsOf([...leavesIn(program.rules), ...leavesIn(changed)], isKnown);
  const isExact = domains.every(({ exact }) => exact);
  let own: Diagrams;
  let original: Conclusions;
  const begin = (): void => {
    own = diagramsOver(domains, MOST_NODES);
    original = concludeAll(program, own);
  };
  begin();

  const contrast = (a: Diagram, b: Diagram, of: (x: unknown, y: unknown) => Contrast): Diagram =>
    own.combine([a, b], ([x, y]) => {
      const found = of(x, y);
      return own.constant(`contrast ${found}`, found);
    });
  const factsIn = (diagram: Diagram): readonly ReadonlyMap<string, Sample>[] =>
    ([2, 1] as const).flatMap((wanted) => own.factsFor(diagram, (found) => found === wanted, preset) ?? []);
  const plainly = (x: unknown, y: unknown): Contrast => (x === y ? 0 : 2);

  const compare = (mutant: Mutant): readonly Witness[] => {
    const theirs = concludeAll(mutant.program, own);
    const witnesses: Witness[] = [];
    const rules = [...program.rules, ...mutant.changed.flatMap(({ after }) => after ?? [])];
    const touched = mutant.changed.flatMap(({ before, after }) =>
      [before, after].flatMap((rule) => (rule === undefined ? [] : touchedBy(rule))),
    );
    const capabilities = reachedFrom(touched, rules);
    for (const name of capabilities) {
      const [a, b] = [original.seen(name), theirs.seen(name)];
      for (const differs of ['level', 'via'] as const) {
        const diagram = contrast(a, b, (x, y) => {
          const [one, other] = [x as SeenCapability, y as SeenCapability];
          if (one[differs] === other[differs]) return 0;
          return one.level === 'unknown' || other.level === 'unknown' ? 1 : 2;
        });
        for (const facts of factsIn(diagram)) witnesses.push({ key: { kind: 'capability', name, differs }, facts });
      }
    }
    const beforeOf = new Map(
      mutant.changed.flatMap(({ before }) => (before === undefined ? [] : [[before.id, before] as const])),
    );
    const afterOf = new Map(
      mutant.changed.flatMap(({ after }) => (after === undefined ? [] : [[after.id, after] as const])),
    );
    const others = program.rules.filter((rule) => !beforeOf.has(rule.id) && readsAny(rule, capabilities));
    const ids = new Set([...beforeOf.keys(), ...afterOf.keys(), ...others.map(({ id }) => id)]);
    for (const id of ids) {
      const unchanged = others.find((rule) => rule.id === id);
      const [old, now] = [unchanged ?? beforeOf.get(id), unchanged ?? afterOf.get(id)];
      const verb = (old ?? now)!.action.verb;
      if (verb === 'forbid' || verb === 'require') {
        const status = (conclusions: Conclusions, rule: Rule | undefined): Diagram =>
          rule !== undefined && isRefusal(rule) ? conclusions.refusal(rule) : own.constant('none', 'none');
        for (const facts of factsIn(contrast(status(original, old), status(theirs, now), plainly)))
          witnesses.push({ key: { kind: 'refusal', rule: id }, facts });
      } else if (verb === 'price' || verb === 'reserve') {
        // Where it applies, another action is told by amounts that the facts of conditions leave open.
        const isOther = JSON.stringify(old?.action) !== JSON.stringify(now?.action);
        const applies = (conclusions: Conclusions, rule: Rule | undefined): Diagram =>
          rule === undefined ? own.constant('0', 0) : conclusions.applies(rule as RuleOf<'price' | 'reserve'>);
        const diagram = contrast(applies(original, old), applies(theirs, now), (x, y) =>
          x !== y || (isOther && x !== 0) ? 2 : 0,
        );
        for (const facts of factsIn(diagram)) witnesses.push({ key: { kind: verb, rule: id }, facts });
      }
    }
    return witnesses;
  };

  return {
    verdict(mutant) {
      try {
        const witnesses = compare(mutant);
        if (witnesses.length > 0) return { kind: 'different', witnesses };
        return isExact ? { kind: 'equivalent' } : { kind: 'undecided' };
      } catch (error) {
        if (!(error instanceof TooManyNodes)) throw error;
        // What others have used up is no fault of the next.
        begin();
        return { kind: 'undecided' };
      }
    },
  };
}
