import { formatValue } from '../catalog/decode.ts';
import { placeOf } from '../diagnostic/diagnostic.ts';
import type { Derivation } from './derive.ts';
import { versionOf } from './program.ts';
import { type FactsAt, fillIn } from './proof.ts';
import type { Condition, Rule } from './rule.ts';
import type { Site } from './space.ts';
import { FALSE, TRUE, UNKNOWN_TRUTH } from './tri.ts';
import { capabilityInWords, leafInWords } from './words.ts';

/**
 * Why a capability is not there: of each rule that could give it, the fewest facts that would have to be otherwise.
 * A failed proof, as Soufflé explains the absence of a tuple, cut down to the step that is nearest.
 */

export interface MissingFact {
  /** What would have to hold: `type.bare-metal is true`. */
  readonly needs: string;
  readonly has: string;
  /** Whether it fails only because nobody knows. */
  readonly unknown: boolean;
}

export interface FailedRule {
  readonly rule: string;
  /** `file:line:column`. */
  readonly place: string;
  /** `provides` where its condition fails, `withholds` where it holds, `version` where what it gives is too old. */
  readonly how: 'provides' | 'withholds' | 'version';
  readonly summary: string;
  readonly missing: readonly MissingFact[];
}

/** The fewest facts that would have to change for a condition to hold (or, with `wanted` false, to fail). */
function missingOf(condition: Condition, wanted: boolean, derivation: Derivation, site: Site): readonly MissingFact[] {
  const truth = derivation.truth(condition, site);
  if (truth === (wanted ? TRUE : FALSE)) return [];
  const factsAt: FactsAt = (attribute) => derivation.factAt(attribute, site);
  switch (condition.kind) {
    case 'not':
      return missingOf(condition.of, !wanted, derivation, site);
    case 'all':
    case 'any': {
      const parts = condition.of.map((part) => missingOf(part, wanted, derivation, site));
      if ((condition.kind === 'all') === wanted) return parts.flat();
      return [...parts].sort((a, b) => a.length - b.length)[0] ?? [];
    }
    case 'leaf': {
      const setter = derivation.setterOf(condition.attribute, site);
      const value = formatValue(condition.attribute, factsAt(condition.attribute));
      return [
        {
          needs: leafInWords(condition, wanted),
          has: setter === undefined ? value : `${value}, set by rule ${setter}`,
          unknown: truth === UNKNOWN_TRUTH,
        },
      ];
    }
    case 'capability':
      return [
        {
          needs: capabilityInWords(condition, wanted),
          has: truth === UNKNOWN_TRUTH ? 'unknown' : condition.present === wanted ? 'absent' : 'present',
          unknown: truth === UNKNOWN_TRUTH,
        },
      ];
  }
}

/** Rules that stand between a site and a capability in some version, those that lack fewest facts first. */
export function failedProof(derivation: Derivation, capability: string, site: Site): readonly FailedRule[] {
  const { program } = derivation;
  const stratum = program.strata.find((one) => one.capabilities.includes(capability));
  if (stratum === undefined) return [];
  const factsAt: FactsAt = (attribute) => derivation.factAt(attribute, site);
  const told = (rule: Rule, how: FailedRule['how'], missing: readonly MissingFact[]): FailedRule => ({
    rule: rule.id,
    place: placeOf(rule.span),
    how,
    summary: fillIn(rule.summary, derivation, factsAt),
    missing,
  });
  const gives = (rule: (typeof stratum.providers)[number]): boolean =>
    rule.action.grants.some((grant) => grant.capability === capability);
  const withholders = stratum.withholders.filter(
    (rule) => rule.action.capabilities.includes(capability) && derivation.truth(rule.applies, site) !== FALSE,
  );
  const state = derivation.capability(capability, site);
  const failed = stratum.providers.filter(gives).map((rule) => {
    const missing = missingOf(rule.applies, true, derivation, site);
    if (missing.length > 0) return told(rule, 'provides', missing);
    const has = versionOf(program, state.lower) ?? 'a version that is not known';
    return told(rule, 'version', [
      { needs: `a newer ${capability}`, has, unknown: versionOf(program, state.lower) === undefined },
    ]);
  });
  // A rule that withholds what others give stands in the way by itself.
  const inTheWay = withholders.map((rule) => told(rule, 'withholds', missingOf(rule.applies, false, derivation, site)));
  // Where it is there already, only its version or what withholds it is to be told.
  const given = failed.filter(({ how }) => how === 'version');
  const open = given.length === 0 ? failed : inTheWay.length > 0 ? [] : given;
  // What nobody knows may yet be so: it weighs less than what is known to be otherwise.
  const contradicted = ({ missing: facts }: FailedRule): number => facts.filter(({ unknown }) => !unknown).length;
  return [...inTheWay, ...open].sort(
    (a, b) => contradicted(a) - contradicted(b) || a.missing.length - b.missing.length,
  );
}
