import { type CapabilityState, deriveOne, NO_STATE } from '../rules/capability.ts';
import {
  ABSENT,
  ANY_VERSION,
  type Program,
  type RuleOf,
  type Stratum,
  versionOf,
  violationOf,
} from '../rules/program.ts';
import { easiestProvider } from '../rules/proof.ts';
import { hasCapability, type Level, type ReferenceCapability } from '../rules/reference.ts';
import type { Condition, Rule } from '../rules/rule.ts';
import { FALSE, not, TRUE, type Tri, UNKNOWN_TRUTH } from '../rules/tri.ts';
import type { Diagram, Diagrams } from './diagram.ts';

/** What a program concludes, as decision diagrams: for all facts at once. */

/** All that may be told apart of a capability by rules that read it. Versions are texts: levels are each program's own. */
interface Derived {
  readonly state: ReferenceCapability;
  readonly via: string;
}

/** What a test can see of a capability: whether it is there, in which version, and what its user has to do. */
export interface SeenCapability {
  readonly level: string;
  readonly via: string;
}

export interface Conclusions {
  condition(condition: Condition): Diagram;
  /** Outcomes are `SeenCapability`. */
  seen(capability: string): Diagram;
  /** Outcomes are `refuse`, `warn`, `none`. */
  refusal(rule: RuleOf<'forbid' | 'require'>): Diagram;
  /** Whether a price rule applies (certainly), or a reserve (perhaps). Outcomes are truths. */
  applies(rule: RuleOf<'price' | 'reserve'>): Diagram;
}

function levelAt(program: Program, level: number): Level {
  if (level === ABSENT) return 'absent';
  const version = versionOf(program, level);
  return version === undefined ? 'any' : { version };
}

const levelText = (level: Level): string => (typeof level === 'string' ? level : level.version);

/**
 * @param own diagrams over the samples of all leaves of the program
 */
export function concludeAll(program: Program, own: Diagrams): Conclusions {
  const tri = (value: Tri): Diagram => own.constant(String(value), value);
  const [no, yes] = [tri(FALSE), tri(TRUE)];
  const conditions = new Map<Condition, Diagram>();
  const strata = new Map<Stratum, ReadonlyMap<string, Diagram>>();
  const stratumOf = new Map(program.strata.flatMap((stratum) => stratum.capabilities.map((name) => [name, stratum])));
  const constantOf = (state: CapabilityState): Diagram => {
    const provider = easiestProvider(state, ANY_VERSION);
    const via = provider === undefined ? '' : `${provider.action.via} ${provider.action.steps.join('\n')}`;
    const derived: Derived = {
      state: {
        lower: levelAt(program, state.lower),
        upper: levelAt(program, state.upper),
        maybeAny: state.maybeAny,
      },
      via,
    };
    const levels = `${levelText(derived.state.lower)} ${levelText(derived.state.upper)}`;
    return own.constant(`state ${levels} ${state.maybeAny} ${via}`, derived);
  };

  /** @param soFar the diagrams of a stratum that is being derived */
  const condition = (asked: Condition, soFar?: ReadonlyMap<string, Diagram>): Diagram => {
    const known = soFar === undefined ? conditions.get(asked) : undefined;
    if (known !== undefined) return known;
    let made: Diagram;
    switch (asked.kind) {
      case 'leaf':
        made = own.leaf(asked);
        break;
      case 'not':
        made = own.combine([condition(asked.of, soFar)], ([truth]) => tri(not(truth as Tri)));
        break;
      case 'all':
        made = own.combine(
          asked.of.map((part) => condition(part, soFar)),
          (truths) => tri(Math.min(TRUE, ...(truths as Tri[])) as Tri),
          (parts) => (parts.includes(no) ? no : undefined),
        );
        break;
      case 'any':
        made = own.combine(
          asked.of.map((part) => condition(part, soFar)),
          (truths) => tri(Math.max(FALSE, ...(truths as Tri[])) as Tri),
          (parts) => (parts.includes(yes) ? yes : undefined),
        );
        break;
      case 'capability': {
        const diagram = soFar?.get(asked.capability) ?? state(asked.capability);
        made = own.combine([diagram], ([derived]) => {
          const present = hasCapability((derived as Derived).state, asked.atLeast);
          return tri(asked.present ? present : not(present));
        });
      }
    }
    if (soFar === undefined) conditions.set(asked, made);
    return made;
  };

  const deriveOver = (
    stratum: Stratum,
    soFar: ReadonlyMap<string, Diagram> | undefined,
  ): ReadonlyMap<string, Diagram> =>
    new Map(
      stratum.capabilities.map((name) => {
        const rules: readonly Rule[] = [
          ...stratum.providers.filter(({ action }) => action.grants.some((grant) => grant.capability === name)),
          ...stratum.refiners.filter(({ action }) => action.grants.some((grant) => grant.capability === name)),
          ...stratum.withholders.filter(({ action }) => action.capabilities.includes(name)),
        ];
        const asked = [...new Set(rules.map(({ when }) => when))];
        const diagram = own.combine(
          asked.map((one) => condition(one, soFar)),
          (truths) => constantOf(deriveOne(program, stratum, name, (one) => truths[asked.indexOf(one)] as Tri)),
        );
        return [name, diagram];
      }),
    );
  const statesOf = (stratum: Stratum): ReadonlyMap<string, Diagram> => {
    let found = strata.get(stratum);
    if (found !== undefined) return found;
    if (!stratum.recursive) found = deriveOver(stratum, undefined);
    else {
      // The least fixpoint, as the program itself finds it: from nothing, until nothing changes.
      let before: ReadonlyMap<string, Diagram> = new Map(
        stratum.capabilities.map((name) => [name, constantOf(NO_STATE)]),
      );
      for (;;) {
        const after = deriveOver(stratum, before);
        if ([...after].every(([name, diagram]) => before.get(name) === diagram)) break;
        before = after;
      }
      found = before;
    }
    strata.set(stratum, found);
    return found;
  };
  const state = (capability: string): Diagram => {
    const stratum = stratumOf.get(capability);
    return stratum === undefined ? constantOf(NO_STATE) : statesOf(stratum).get(capability)!;
  };

  return {
    condition: (asked) => condition(asked),
    seen: (capability) =>
      own.combine([state(capability)], ([outcome]) => {
        const { state: found, via } = outcome as Derived;
        const present = hasCapability(found, undefined);
        const seen: SeenCapability =
          present === TRUE
            ? { level: levelText(found.lower), via }
            : { level: present === UNKNOWN_TRUTH ? 'unknown' : 'false', via: '' };
        return own.constant(`seen ${seen.level} ${seen.via}`, seen);
      }),
    refusal: (rule) =>
      own.combine([condition(violationOf(rule))], ([truth]) => {
        const how =
          truth === FALSE
            ? 'none'
            : truth === TRUE
              ? rule.effect === 'warn'
                ? 'warn'
                : 'refuse'
              : rule.onUnknown === 'warn'
                ? 'warn'
                : rule.onUnknown === 'refuse' && rule.effect === 'enforce'
                  ? 'refuse'
                  : 'none';
        return own.constant(how, how);
      }),
    applies: (rule) =>
      own.combine([condition(rule.when)], ([truth]) =>
        tri((rule.action.verb === 'price' ? truth === TRUE : truth !== FALSE) ? TRUE : FALSE),
      ),
  };
}
