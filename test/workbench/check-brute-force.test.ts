import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRules, isRefusal, type Program, violationOf } from '../../src/rules/program.ts';
import { referenceCapabilities, referenceTruth } from '../../src/rules/reference.ts';
import { partsOf, withCondition, withoutPart } from '../../src/rules/rewrite.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { FALSE, TRUE } from '../../src/rules/tri.ts';
import {
  impossible,
  overlaps,
  redundant,
  redundantParts,
  shadowed,
  vacuous,
} from '../../src/workbench/check-conditions.ts';
import { unserved } from '../../src/workbench/check-requests.ts';
import { meaningOf } from '../../src/workbench/meaning.ts';
import { ALL_FACTS, SMALL, type SmallFacts, smallRules } from '../arbitraries/small-rules.ts';
import { runs } from '../support/fuzz.ts';

/** Findings against every set of facts that there is, each judged word by word. */

const compiled = (rules: readonly Rule[]): Program => {
  const program = compileRules(SMALL, rules, '');
  if (!program.ok) throw new Error(program.diagnostics[0]!.message);
  return program.value;
};

const NONE = new Map();
const truthOf = (rule: Rule, facts: SmallFacts) => referenceTruth(rule.when, (name) => facts.get(name), NONE);

/** What rules say about facts, as a text: capabilities, and of refusals what each user would see. */
function said(program: Program, facts: SmallFacts, own: Rule): string {
  const lookup = (name: string) => facts.get(name);
  if (!isRefusal(own)) {
    const derived = referenceCapabilities(program, lookup);
    return JSON.stringify(
      ['a', 'b'].map((name) => derived.get(name) ?? { lower: 'absent', upper: 'absent', maybeAny: false }),
    );
  }
  const outcome = (rule: (typeof program.refusals)[number]): number => {
    const violated = referenceTruth(violationOf(rule), lookup, NONE);
    if (violated === FALSE) return 0;
    if (violated === TRUE || rule.onUnknown === 'refuse') return 2;
    return rule.onUnknown === 'warn' ? 1 : 0;
  };
  const others = program.refusals.filter(({ id }) => id !== own.id);
  if (others.some((rule) => outcome(rule) === 2)) return 'refused';
  const mine = program.refusals.find(({ id }) => id === own.id);
  return ['', 'told', 'refused'][mine === undefined ? 0 : outcome(mine)]!;
}

describe('findings', () => {
  it('of impossible rules are those that no facts make true', () => {
    fc.assert(
      fc.property(smallRules, (rules) => {
        const meaning = meaningOf(compiled(rules))!;
        for (const rule of rules) {
          const possible = ALL_FACTS.some((facts) => truthOf(rule, facts) === TRUE);
          expect(impossible(meaning, rule)?.code).toBe(possible ? undefined : 'R101');
        }
      }),
      runs(60, 2_000),
    );
  });

  it('of redundant rules are those without which nothing would be said otherwise, whoever waives what', () => {
    fc.assert(
      fc.property(smallRules, (rules) => {
        const meaning = meaningOf(compiled(rules))!;
        for (const rule of rules) {
          const worlds = [rules, rules.filter((other) => other.id === rule.id || !other.waivable)];
          const isNeeded = worlds.some((world) => {
            const [before, after] = [compiled(world), compiled(world.filter(({ id }) => id !== rule.id))];
            return ALL_FACTS.some((facts) => said(before, facts, rule) !== said(after, facts, rule));
          });
          expect(redundant(meaning, rule)?.code).toBe(isNeeded ? undefined : 'R105');
        }
      }),
      runs(15, 300),
    );
  });

  it('of redundant parts are those without which nothing would be said otherwise', () => {
    fc.assert(
      fc.property(smallRules, (drawn) => {
        // No condition is shared, so every part stands in one rule.
        const rules = drawn.map((rule) => structuredClone(rule));
        const meaning = meaningOf(compiled(rules))!;
        for (const rule of rules) {
          const worlds = [rules, rules.filter((other) => other.id === rule.id || !other.waivable)];
          const idle = partsOf(rule.when).filter((part) => {
            const other = withCondition(rule, withoutPart(rule.when, part));
            return worlds.every((world) => {
              const [before, after] = [compiled(world), compiled(world.map((one) => (one === rule ? other : one)))];
              return ALL_FACTS.every((facts) => said(before, facts, rule) === said(after, facts, other));
            });
          });
          expect(redundantParts(meaning, [rule]).length).toBe(idle.length);
        }
      }),
      runs(6, 150),
    );
  });

  it('of overlapping rows are those that hold together and give something else', () => {
    fc.assert(
      fc.property(smallRules, (drawn) => {
        const rules = drawn.map((rule, index) => ({
          ...rule,
          id: `m/t#${index + 1}`,
          table: { table: 'm/t', row: index + 1, hit: 'unique' as const },
        }));
        const program = compiled(rules);
        const meaning = meaningOf(program)!;
        const pairs = rules.flatMap((rule, index) =>
          rules.slice(0, index).filter((other) => {
            if (!('grants' in rule.action) || !('grants' in other.action)) return false;
            const [mine, theirs] = [rule.action.grants[0]!, other.action.grants[0]!];
            if (mine.capability !== theirs.capability || mine.version === theirs.version) return false;
            return ALL_FACTS.some((facts) => truthOf(rule, facts) === TRUE && truthOf(other, facts) === TRUE);
          }),
        );
        expect(overlaps(meaning, program.rules).length).toBe(pairs.length);
      }),
      runs(25, 1_000),
    );
  });

  it('of shadowed rules are those that are beaten wherever they apply', () => {
    fc.assert(
      fc.property(smallRules, (rules) => {
        const meaning = meaningOf(compiled(rules))!;
        for (const rule of rules) {
          const { action } = rule;
          if (action.verb !== 'provide' && action.verb !== 'refine') continue;
          const { capability, version = '0' } = action.grants[0]!;
          const isBeaten = (facts: SmallFacts): boolean =>
            rules.some((other) => {
              if (other === rule || other.waivable || truthOf(other, facts) !== TRUE) return false;
              if (other.action.verb === 'withhold') return other.action.capabilities.includes(capability);
              if (action.verb !== 'refine' || other.action.verb !== 'refine') return false;
              const grant = other.action.grants[0]!;
              return grant.capability === capability && (grant.version ?? '0') > version;
            });
          const counts = ALL_FACTS.some((facts) => truthOf(rule, facts) === TRUE && !isBeaten(facts));
          expect(shadowed(meaning, rule)?.code).toBe(counts ? undefined : 'R104');
        }
      }),
      runs(60, 2_000),
    );
  });

  it('of requirements that always hold are those that refuse nothing and leave nothing open', () => {
    fc.assert(
      fc.property(smallRules, (rules) => {
        const program = compiled(rules);
        const meaning = meaningOf(program)!;
        for (const rule of program.refusals.filter(({ action }) => action.verb === 'require')) {
          const says = ALL_FACTS.some(
            (facts) => referenceTruth(violationOf(rule), (name) => facts.get(name), NONE) !== FALSE,
          );
          expect(vacuous(meaning, rule)?.code).toBe(says ? undefined : 'R114');
        }
      }),
      runs(60, 2_000),
    );
  });

  it('of requests that nothing can serve are the smallest combinations that leave nothing', () => {
    fc.assert(
      fc.property(smallRules, (rules) => {
        const program = compiled(rules);
        const meaning = meaningOf(program)!;
        const refused = (facts: SmallFacts): boolean =>
          program.refusals.some((rule) => {
            const violated = referenceTruth(violationOf(rule), (name) => facts.get(name), NONE);
            return violated === TRUE || (violated !== FALSE && rule.onUnknown === 'refuse');
          });
        const open = ALL_FACTS.filter((facts) => !refused(facts));
        const isDead = (asked: Readonly<Record<string, unknown>>): boolean =>
          !open.some((facts) => Object.entries(asked).every(([name, value]) => facts.get(name) === value));
        const single = [
          ...['p', 'q', 'r'].map((value) => ({ 'request.env': value })),
          ...[true, false].map((value) => ({ 'request.flag': value })),
        ];
        const pairs = single.slice(0, 3).flatMap((env) => single.slice(3).map((flag) => ({ ...env, ...flag })));
        const dead = isDead({})
          ? ['whatever is asked for']
          : [
              ...single.filter(isDead),
              ...pairs.filter(
                (pair) =>
                  isDead(pair) &&
                  !single.some(
                    (one) =>
                      isDead(one) &&
                      Object.entries(one).every(([name, value]) => (pair as Record<string, unknown>)[name] === value),
                  ),
              ),
            ].map((asked) => JSON.stringify(asked));
        const told = unserved({ meaning, date: undefined }, rules).flatMap(({ message }) => combinationsIn(message));
        expect(told.sort()).toEqual(dead.sort());
      }),
      runs(60, 3_000),
    );
  });
});

/** The combinations that a message tells of, one text each. */
function combinationsIn(message: string): readonly string[] {
  const asked = message.slice(message.indexOf(', ') + 2);
  if (asked === 'whatever is asked for') return [asked];
  const parts = asked.slice('for requests with '.length).split(' and ');
  return parts
    .reduce<Record<string, unknown>[]>(
      (before, part) => {
        const [, name = '', values = ''] = /^(\S+) (.*)$/.exec(part)!;
        return before.flatMap((one) =>
          values
            .split(' or ')
            .map((value) => ({ ...one, [name]: value === 'true' ? true : value === 'false' ? false : value })),
        );
      },
      [{}],
    )
    .map((one) => JSON.stringify(one));
}
