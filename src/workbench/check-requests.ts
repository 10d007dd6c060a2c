import { type Diagram, UNDECIDED } from '../rules/diagram.ts';
import type { RuleOf } from '../rules/program.ts';
import { AND } from '../rules/regions.ts';
import type { Rule } from '../rules/rule.ts';
import { atomsInWords } from './atom-words.ts';
import { type OverCatalog, onTheDay } from './check-catalog.ts';
import type { Finding } from './finding.ts';
import { type Meaning, refusedByAny } from './meaning.ts';
import { countInWords, factsRead, rowClasses, sizeOf, whereSite } from './rows.ts';

/**
 * Requests that rules leave without any machine: the smallest combinations of request facts (as Apriori finds frequent
 * sets: none is told that holds a smaller one) for which every machine is refused, be it every one that there could be
 * or every offer of a catalog.
 */

type Refusal = RuleOf<'forbid' | 'require'>;

/** Values of variables, by index. */
type Combination = ReadonlyMap<number, number>;

const MOST_QUESTIONS = 20_000;
const LARGEST = 3;

/** Where rules refuse whatever machine there could be, as a diagram of request facts. */
function refusingAny(over: Pick<OverCatalog, 'meaning' | 'date'>, rules: readonly Refusal[]): Diagram {
  const { regions } = over.meaning;
  return regions.diagrams.eliminate(
    onTheDay(over as OverCatalog, refusedByAny(over.meaning, rules)),
    (variable) => regions.attributeOf(variable).scope !== 'request',
    AND,
  );
}

/** Where rules refuse every offer of the catalog, on whatever image. */
function refusingAll(over: OverCatalog, rules: readonly Refusal[]): Diagram {
  const { catalog } = over;
  const { regions } = over.meaning;
  const { diagrams } = regions;
  const anyImage = diagrams.eliminate(
    onTheDay(over, refusedByAny(over.meaning, rules)),
    (variable) => regions.attributeOf(variable).scope === 'image',
    AND,
  );
  const read = factsRead(regions, anyImage);
  let all = diagrams.constant(1);
  for (const { site } of rowClasses(catalog, 'offer', read))
    all = diagrams.combine(all, whereSite(regions, anyImage, catalog, 'offer', site), AND);
  return all;
}

/** The smallest combinations under which a diagram of request facts is 1 throughout; undefined where they are too many. */
function smallest(meaning: Meaning, of: Diagram): readonly Combination[] | undefined {
  const { diagrams, atoms } = meaning.regions;
  if (of === UNDECIDED) return undefined;
  const variables = diagrams.dependsOn(of);
  const found: Combination[] = [];
  let questions = 0;
  let level: readonly Combination[] = [new Map()];
  for (let size = 0; size <= LARGEST; size += 1) {
    const open: Combination[] = [];
    for (const combination of level) {
      questions += 1;
      if (questions > MOST_QUESTIONS) return undefined;
      if (found.some((smaller) => [...smaller].every(([variable, index]) => combination.get(variable) === index)))
        continue;
      const values = diagrams.valuesOf(diagrams.restrict(of, (variable) => combination.get(variable)));
      if (!values.includes(0)) found.push(combination);
      // What is 0 throughout is so in every larger one.
      else if (values.includes(1)) open.push(combination);
    }
    level = open.flatMap((combination) => {
      const last = Math.max(-1, ...combination.keys());
      return variables
        .filter((variable) => variable > last)
        .flatMap((variable) =>
          [...atoms.variables[variable]!.values.keys()].map((index) => new Map([...combination, [variable, index]])),
        );
    });
  }
  return found;
}

/** Values of variables, by index: any of several. */
type Combinations = ReadonlyMap<number, readonly number[]>;

/** Combinations that differ in one attribute alone, together. */
function together(combinations: readonly Combination[]): readonly Combinations[] {
  let left: readonly Combinations[] = combinations.map(
    (one) => new Map([...one].map(([variable, index]) => [variable, [index]])),
  );
  for (const variable of new Set(combinations.flatMap((one) => [...one.keys()]))) {
    const groups = new Map<string, Map<number, readonly number[]>>();
    for (const one of left) {
      const own = one.get(variable);
      const key = JSON.stringify([own === undefined, [...one].filter(([other]) => other !== variable)]);
      const group = groups.get(key);
      if (group === undefined || own === undefined)
        groups.set(own === undefined ? `${key}${groups.size}` : key, new Map(one));
      else
        group.set(
          variable,
          [...group.get(variable)!, ...own].sort((a, b) => a - b),
        );
    }
    left = [...groups.values()];
  }
  return left;
}

function inWords({ variables }: Meaning['regions']['atoms'], combinations: Combinations): string {
  return [...combinations].map(([variable, indexes]) => atomsInWords(variables[variable]!, indexes)).join(' and ');
}

/** Remembers what was worked out of some rules. */
function once(refusing: (rules: readonly Refusal[]) => Diagram): (rules: readonly Refusal[]) => Diagram {
  const known = new Map<string, Diagram>();
  return (rules) => {
    const key = rules.map(({ id }) => id).join(' ');
    const found = known.get(key) ?? refusing(rules);
    known.set(key, found);
    return found;
  };
}

/** The fewest rules that leave nothing, those that come last left out first. */
function fewest(rules: readonly Refusal[], leavesNothing: (rules: readonly Refusal[]) => boolean): readonly Refusal[] {
  let left = rules;
  for (const rule of [...rules].reverse()) {
    const fewer = left.filter((one) => one !== rule);
    if (leavesNothing(fewer)) left = fewer;
  }
  return left;
}

/** @param over without a catalog, only what follows from the rules alone */
export function unserved(
  over: Pick<OverCatalog, 'meaning' | 'date'> & Partial<Pick<OverCatalog, 'catalog'>>,
  judged: readonly Rule[],
): readonly Finding[] {
  const { meaning, catalog } = over;
  const rules = meaning.program.refusals.filter(({ effect }) => effect === 'enforce');
  const isJudged = (rule: Rule): boolean => judged.some(({ id }) => id === rule.id);
  if (!rules.some(isJudged)) return [];
  const { diagrams } = meaning.regions;
  const findings: Finding[] = [];
  const tell = (code: 'R103' | 'R109', whole: Diagram, refusing: (rules: readonly Refusal[]) => Diagram): void => {
    const combinations = smallest(meaning, whole);
    if (combinations === undefined) {
      const first = rules.find(isJudged)!;
      findings.push({
        code: 'R116',
        subject: first.id,
        span: first.span,
        message: 'which requests rules leave without a machine is too large to be decided',
        fix: 'let rules read fewer facts of requests',
      });
      return;
    }
    // Rules that are to blame for several combinations are told of them at once.
    const groups = new Map<string, { readonly blamed: readonly Refusal[]; readonly of: Combination[] }>();
    for (const combination of combinations) {
      const leavesNothing = (few: readonly Refusal[]): boolean => {
        const there = diagrams.restrict(refusing(few), (variable) => combination.get(variable));
        return !diagrams.valuesOf(there).includes(0);
      };
      const blamed = fewest(rules, leavesNothing);
      const key = blamed.map(({ id }) => id).join(' ');
      const group = groups.get(key) ?? { blamed, of: [] };
      groups.set(key, group);
      group.of.push(combination);
    }
    for (const { blamed, of } of groups.values()) {
      const first = blamed.find(isJudged);
      if (first === undefined) continue;
      const ids = blamed.map(({ id }) => id);
      const who = `${ids.join(' and ')} ${ids.length === 1 ? 'refuses' : 'together refuse'}`;
      const meant = ids.length === 1 ? 'narrow the rule' : 'narrow one of them';
      for (const words of together(of).map((some) => inWords(meaning.regions.atoms, some))) {
        const asked = words === '' ? 'whatever is asked for' : `for requests with ${words}`;
        findings.push({
          code,
          subject: first.id,
          span: first.span,
          message:
            code === 'R103'
              ? `${who} every machine that there could be, ${asked}`
              : `${who} each of the ${countInWords(sizeOf(catalog!, 'offer'), 'offer')} of this catalog, ${asked}`,
          fix: `${meant}, or accept the finding if this is meant`,
          related: blamed.filter((rule) => rule !== first).map((rule) => ({ message: rule.id, span: rule.span })),
          involved: ids,
        });
      }
    }
  };
  const never = refusingAny(over, rules);
  tell(
    'R103',
    never,
    once((some) => refusingAny(over, some)),
  );
  if (catalog !== undefined && catalog.offers.size > 0) {
    const whole = { ...over, catalog };
    const today = refusingAll(whole, rules);
    // What no machine could serve is told already.
    const only = diagrams.combine(today, never, (now, ever) => (ever === 1 ? 0 : now));
    tell(
      'R109',
      only,
      once((some) => refusingAll(whole, some)),
    );
  }
  return findings;
}
