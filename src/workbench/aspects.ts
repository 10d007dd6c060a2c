import type { Diagram } from '../rules/diagram.ts';
import { ABSENT, type Program, type RuleOf, versionOf } from '../rules/program.ts';
import { stateOf } from '../rules/regions.ts';
import { appliesOf } from '../rules/rewrite.ts';
import type { Via } from '../rules/rule.ts';
import { FALSE, TRUE } from '../rules/tri.ts';
import { type Meaning, REFUSED, refusedBy, regionOf, TOLD } from './meaning.ts';

/** What rules say about offers, aspect by aspect, as diagrams that can be held against those of other rules. */

/** How a capability is had. */
export interface CapabilityOutcome {
  readonly presence: 'absent' | 'unknown' | 'present';
  readonly version: string | undefined;
  /** How, where it certainly is there. */
  readonly via: Via | undefined;
}

/** What `refusal` and `remark` come to is 0 or 1; all else is the number of a text in JSON. */

/** Numbers that stand for texts, the same in all diagrams. */
export interface Numbering {
  numberOf(text: string): number;
  textOf(number: number): string;
}

export function numbering(): Numbering {
  const texts: string[] = [];
  const numbers = new Map<string, number>();
  return {
    numberOf(text) {
      let number = numbers.get(text);
      if (number === undefined) {
        number = texts.length;
        numbers.set(text, number);
        texts.push(text);
      }
      return number;
    },
    textOf: (number) => texts[number]!,
  };
}

const VIAS: readonly Via[] = ['launch', 'image', 'after-launch', 'launch-option'];

function capabilityAspect(meaning: Meaning, name: string, numbers: Numbering): Diagram {
  const { program, regions, capabilities } = meaning;
  const { diagrams } = regions;
  const outcome = (one: CapabilityOutcome): number => numbers.numberOf(JSON.stringify(one));
  const state = capabilities.states.get(name);
  const stratum = program.strata.find((one) => one.capabilities.includes(name));
  if (state === undefined || stratum === undefined)
    return diagrams.constant(outcome({ presence: 'absent', version: undefined, via: undefined }));
  // The easiest way of those that certainly hold.
  let best = diagrams.constant(VIAS.length);
  for (const rule of stratum.providers) {
    if (!rule.action.grants.some(({ capability }) => capability === name)) continue;
    const way = VIAS.indexOf(rule.action.via);
    best = diagrams.combine(best, regionOf(meaning, appliesOf(rule)), (before, truth) =>
      truth === TRUE ? Math.min(before, way) : before,
    );
  }
  return diagrams.combine(state, best, (value, way) => {
    const { lower, upper } = stateOf(program, value);
    if (lower === ABSENT) {
      const presence = upper === ABSENT && !stateOf(program, value).maybeAny ? 'absent' : 'unknown';
      return outcome({ presence, version: undefined, via: undefined });
    }
    return outcome({ presence: 'present', version: versionOf(program, lower), via: VIAS[way] });
  });
}

/** Which of some rules apply, told by what they do: the same to whoever is billed, or keeps something back. */
function appliedAspect<R extends RuleOf<'price' | 'prefer' | 'reserve'>>(
  meaning: Meaning,
  rules: readonly R[],
  applies: (truth: number) => boolean,
  numbers: Numbering,
): Diagram {
  const { diagrams } = meaning.regions;
  let result = diagrams.constant(numbers.numberOf('[]'));
  for (const rule of rules) {
    const text = JSON.stringify(rule.action);
    result = diagrams.combine(result, regionOf(meaning, appliesOf(rule)), (before, truth) => {
      if (!applies(truth)) return before;
      const texts = JSON.parse(numbers.textOf(before)) as readonly string[];
      return numbers.numberOf(JSON.stringify([...texts, text].sort()));
    });
  }
  return result;
}

/** An aspect by its name: `can.kvm`, `refusal` (whether refused), `remark` (whether told of), `price`, `rank`, `reserve`. */
export function aspectOf(meaning: Meaning, name: string, numbers: Numbering): Diagram {
  const { program, regions } = meaning;
  const { diagrams } = regions;
  if (name === 'refusal' || name === 'remark') {
    const wanted = name === 'refusal' ? REFUSED : TOLD;
    return program.refusals
      .map((rule) => diagrams.map(refusedBy(meaning, rule), (outcome) => (outcome === wanted ? 1 : 0)))
      .reduce((a, b) => diagrams.combine(a, b, Math.max), diagrams.constant(0));
  }
  if (name === 'price') return appliedAspect(meaning, program.prices, (truth) => truth === TRUE, numbers);
  if (name === 'rank') return appliedAspect(meaning, program.prefers, (truth) => truth === TRUE, numbers);
  if (name === 'reserve') return appliedAspect(meaning, program.reserves, (truth) => truth !== FALSE, numbers);
  return capabilityAspect(meaning, name.slice('can.'.length), numbers);
}

/** All aspects that rules can have. */
export function aspectNames({ vocabulary }: Program): readonly string[] {
  return [
    ...[...vocabulary.capabilities.keys()].map((name) => `can.${name}`),
    'refusal',
    'remark',
    'price',
    'rank',
    'reserve',
  ];
}
