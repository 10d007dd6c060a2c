import type { Attribute } from '../catalog/value.ts';
import { isRefusal, type Program, type RuleOf, readsOfRule } from '../rules/program.ts';
import { attributesOf, type Leaf, type Rule } from '../rules/rule.ts';
import { FALSE, type Tri } from '../rules/tri.ts';
import { type Conclusions, concludeAll } from './conclusions.ts';
import { setBy, touchedBy } from './coverage.ts';
import { type Diagram, type Diagrams, diagramsOver, TooManyNodes } from './diagram.ts';
import { presetFacts } from './facts.ts';
import type { Mutant } from './mutants.ts';
import { domainsOf, type Sample } from './samples.ts';

/** Whether a mutant concludes the same for all facts whatever, and if not, for which facts it does not. */

/** What differs, with facts for which it does. */
export interface Witness {
  readonly key:
    | { readonly kind: 'capability'; readonly name: string; readonly differs: 'level' | 'via' }
    | { readonly kind: 'fact'; readonly name: string }
    | { readonly kind: 'refusal' | 'price' | 'prefer' | 'reserve'; readonly rule: string };
  /** Facts to state beside what is preset; undefined among them must stay unknown. */
  readonly facts: ReadonlyMap<string, Sample>;
}

export type Verdict =
  | { readonly kind: 'equivalent' }
  | { readonly kind: 'different'; readonly witnesses: readonly Witness[] }
  /** More combinations than are looked at. */
  | { readonly kind: 'undecided' };

const MOST_NODES = 400_000;
/** Combinations of diagrams that are looked at for one conclusion of one mutant. */
const MOST_COMBINATIONS = 20_000;
/** Combinations for which a conclusion differs that are enough to choose one of. */
const ENOUGH = 500;
/** Ways in which other facts are chosen where a difference is guessed. */
const GUESSES = 30;

const leavesIn = (rules: readonly (Rule | undefined)[]): readonly Leaf[] =>
  rules.flatMap((rule) =>
    rule === undefined ? [] : readsOfRule(rule).filter((part): part is Leaf => part.kind === 'leaf'),
  );

/** What a rule concludes that other rules may read, by names that tell capabilities from attributes. */
const givenBy = (rule: Rule): readonly string[] => [...touchedBy(rule).map((name) => `can.${name}`), ...setBy(rule)];

/** What a rule reads, by the same names; a price rule may read a size beside its condition. */
function readBy(rule: Rule): readonly string[] {
  const { action } = rule;
  const size = action.verb === 'price' && action.change.per !== undefined ? [action.change.per.name] : [];
  return [
    ...readsOfRule(rule).flatMap((part) =>
      part.kind === 'capability' ? [`can.${part.capability}`] : attributesOf(part).map(({ name }) => name),
    ),
    ...size,
  ];
}

/** Names that change where these do, by rules that read them. */
function reachedFrom(names: Iterable<string>, rules: readonly Rule[]): ReadonlySet<string> {
  const reached = new Set(names);
  for (let size = -1; size !== reached.size; ) {
    size = reached.size;
    for (const rule of rules)
      if (readBy(rule).some((name) => reached.has(name))) for (const name of givenBy(rule)) reached.add(name);
  }
  return reached;
}

/** Compares mutants of one program with it. */
export interface Comparison {
  verdict(mutant: Mutant): Verdict;
  /** Facts for which a mutant may conclude otherwise, where that cannot be worked out: for trying. */
  guesses(mutant: Mutant): readonly Witness[];
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

  const constantOf = (found: Contrast): Diagram => own.constant(`contrast ${found}`, found);
  const contrast = (a: Diagram, b: Diagram, of: (x: unknown, y: unknown) => Contrast): Diagram =>
    own.combine([a, b], ([x, y]) => constantOf(of(x, y)), undefined, MOST_COMBINATIONS);
  const factsIn = (diagram: Diagram): readonly ReadonlyMap<string, Sample>[] =>
    ([2, 1] as const).flatMap((wanted) => own.factsFor(diagram, (found) => found === wanted, preset) ?? []);
  const plainly = (x: unknown, y: unknown): Contrast => (x === y ? 0 : 2);

  /**
   * Where a test sees a difference in a capability. Only where some rule that bears on it differs need the others be
   * looked at, which cuts off nearly all of them.
   */
  const capabilityContrast = (name: string, theirs: Conclusions): Diagram => {
    const [ours, others] = [original.bearing(name), theirs.bearing(name)];
    const operands = [...new Set([...ours, ...others].map(({ applies }) => applies))];
    const [at, otherAt] = [ours, others].map((list) => list.map(({ applies }) => operands.indexOf(applies)));
    const pairs = [...new Set([...ours, ...others].map(({ rule }) => rule.id))].flatMap((id) => {
      const [a, b] = [ours.findIndex(({ rule }) => rule.id === id), others.findIndex(({ rule }) => rule.id === id)];
      const [one, other] = [ours[a]?.rule.action, others[b]?.rule.action];
      const isSame = JSON.stringify(one) === JSON.stringify(other);
      return isSame && ours[a]?.applies === others[b]?.applies ? [] : [{ one: at![a], other: otherAt![b], isSame }];
    });
    const never = own.constant(String(FALSE), FALSE);
    const same = own.constant('seen 0 0', { level: 0, via: 0 });
    let found = 0;
    const settled = (parts: readonly Diagram[]): Diagram | undefined =>
      // Where enough is known to be told apart, the rest is not looked at.
      found >= ENOUGH ||
      pairs.every(({ one, other, isSame }) => {
        const [a, b] = [one === undefined ? never : parts[one]!, other === undefined ? never : parts[other]!];
        return a === b && (isSame || a === never);
      })
        ? same
        : undefined;
    return own.combine(
      operands,
      (truths) => {
        const one = original.seenGiven(
          name,
          at!.map((index) => truths[index] as Tri),
        );
        const other = theirs.seenGiven(
          name,
          otherAt!.map((index) => truths[index] as Tri),
        );
        const clear: Contrast = one.level === 'unknown' || other.level === 'unknown' ? 1 : 2;
        const level = one.level === other.level ? 0 : clear;
        const via = one.via === other.via ? 0 : clear;
        if (level === 2 || via === 2) found += 1;
        return own.constant(`seen ${level} ${via}`, { level, via });
      },
      settled,
      MOST_COMBINATIONS,
    );
  };

  const compare = (mutant: Mutant): readonly Witness[] => {
    const theirs = concludeAll(mutant.program, own);
    const witnesses: Witness[] = [];
    const given = mutant.changed.flatMap(({ before, after }) =>
      [before, after].flatMap((rule) => (rule === undefined ? [] : givenBy(rule))),
    );
    const reached = reachedFrom(given, [...program.rules, ...mutant.program.rules]);
    for (const name of reached) {
      if (name.startsWith('can.')) {
        const capability = name.slice('can.'.length);
        const diagram = capabilityContrast(capability, theirs);
        for (const differs of ['level', 'via'] as const)
          for (const wanted of [2, 1] as const) {
            const isWanted = (seen: unknown): boolean =>
              (seen as Readonly<Record<string, Contrast>>)[differs] === wanted;
            const facts = own.factsFor(diagram, isWanted, preset);
            if (facts !== undefined) witnesses.push({ key: { kind: 'capability', name: capability, differs }, facts });
          }
      } else {
        const attribute = program.vocabulary.attributes.get(name)!;
        const diagram = contrast(original.value(attribute), theirs.value(attribute), (x, y) =>
          JSON.stringify(x) === JSON.stringify(y) ? 0 : x === undefined || y === undefined ? 1 : 2,
        );
        for (const facts of factsIn(diagram)) witnesses.push({ key: { kind: 'fact', name }, facts });
      }
    }
    const ids = new Set(
      mutant.changed.flatMap(({ before, after }) => [before, after].flatMap((rule) => rule?.id ?? [])),
    );
    const reading = program.rules.filter((rule) => readBy(rule).some((name) => reached.has(name)));
    for (const { id } of reading) ids.add(id);
    for (const id of ids) {
      const [old, now] = [program, mutant.program].map(({ rules }) => rules.find((rule) => rule.id === id));
      const { verb } = (old ?? now)!.action;
      if (verb === 'forbid' || verb === 'require') {
        const status = (conclusions: Conclusions, rule: Rule | undefined): Diagram =>
          rule !== undefined && isRefusal(rule) ? conclusions.refusal(rule) : own.constant('none', 'none');
        for (const facts of factsIn(contrast(status(original, old), status(theirs, now), plainly)))
          witnesses.push({ key: { kind: 'refusal', rule: id }, facts });
      } else if (verb === 'price' || verb === 'prefer' || verb === 'reserve') {
        // Where it applies, another action is told by amounts that the facts of conditions leave open.
        const isOther = JSON.stringify(old?.action) !== JSON.stringify(now?.action);
        const applies = (conclusions: Conclusions, rule: Rule | undefined): Diagram =>
          rule === undefined
            ? own.constant(String(FALSE), FALSE)
            : conclusions.applies(rule as RuleOf<'price' | 'prefer' | 'reserve'>);
        const diagram = contrast(applies(original, old), applies(theirs, now), (x, y) =>
          x !== y || (isOther && x !== FALSE) ? 2 : 0,
        );
        for (const facts of factsIn(diagram)) witnesses.push({ key: { kind: verb, rule: id }, facts });
      }
    }
    return witnesses;
  };

  /** Facts for which some rule that differs applies otherwise, with other facts chosen this way and that. */
  const guess = (mutant: Mutant): readonly Witness[] => {
    const theirs = concludeAll(mutant.program, own);
    return mutant.changed.flatMap(({ before, after }) => {
      const isOther = JSON.stringify(before?.action) !== JSON.stringify(after?.action);
      const [old, now] = [
        before === undefined ? never() : original.condition(before.applies),
        after === undefined ? never() : theirs.condition(after.applies),
      ];
      const diagram = contrast(old, now, (x, y) => (x !== y || (isOther && x !== FALSE) ? 2 : 0));
      const told = own.factsFor(diagram, (found) => found === 2, preset);
      if (told === undefined) return [];
      const names = [before, after].flatMap((rule) => (rule === undefined ? [] : touchedBy(rule)));
      return Array.from({ length: GUESSES }, (_, turn) => {
        const facts = new Map(told);
        for (const [place, { attribute, samples }] of domains.entries())
          if (turn > 0 && !facts.has(attribute.name))
            facts.set(attribute.name, samples[(turn * 7 + place * 3) % samples.length]);
        return [...new Set(names)].flatMap((name): readonly Witness[] =>
          (['level', 'via'] as const).map((differs) => ({ key: { kind: 'capability', name, differs }, facts })),
        );
      }).flat();
    });
  };
  const never = (): Diagram => own.constant(String(FALSE), FALSE);
  /** What is worked out, or nothing where diagrams outgrow their cap. */
  const bounded = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof TooManyNodes)) throw error;
      // What others have used up is no fault of the next.
      if (own.size() > MOST_NODES / 2) begin();
      return undefined;
    }
  };

  return {
    verdict(mutant) {
      const witnesses = bounded(() => compare(mutant));
      if (witnesses === undefined) return { kind: 'undecided' };
      if (witnesses.length > 0) return { kind: 'different', witnesses };
      return isExact ? { kind: 'equivalent' } : { kind: 'undecided' };
    },
    guesses: (mutant) => bounded(() => guess(mutant)) ?? [],
  };
}
