import { textAt } from '../catalog/column.ts';
import type { Query } from '../match/query.ts';
import { requestFacts } from '../match/request-facts.ts';
import { variant, withoutCapability, withVersion } from '../request/variant.ts';
import { passesLevel } from '../rules/capability.ts';
import { type Derivation, derive } from '../rules/derive.ts';
import { ABSENT, isRead, levelOf, versionOf, withoutRules } from '../rules/program.ts';
import type { Rule } from '../rules/rule.ts';
import { FALSE, TRUE } from '../rules/tri.ts';
import { type LeverList, type Mend, named, nameLever, one, ordered, type Ways } from './lever.ts';

/** What may be changed where a machine cannot host what is asked for, or Juju cannot launch one that can. */
export interface HostingLevers {
  /** The lever of each capability that is asked for. */
  readonly capabilityLevers: ReadonlyMap<string, number>;
  /** Whether nothing but its own lever ever mends a capability. */
  readonly isPlain: boolean;
  hosting(capability: string, atLeast: string | undefined): Mend;
  launcher(): Mend;
  /** The lever that waives a rule. */
  waive(rule: Rule): number;
}

export function hostingLevers(query: Query, at: string | undefined, { add }: LeverList): HostingLevers {
  const { request, space, derivation, unaided } = query;
  const { program } = query.compiled;
  const { offers } = space;
  const capabilityLevers = new Map(
    request.containers.map(({ capability, atLeast }) => [
      capability,
      add({
        id: `can.${capability}`,
        felt: false,
        ...ordered('at-least'),
        describe(setting) {
          const version = setting === null ? undefined : versionOf(program, Number(setting));
          const now = `${capability}${atLeast === undefined ? '' : ` >= ${atLeast}`}`;
          if (setting === null) return `without ${now}`;
          return `${now} → ${capability}${version === undefined ? ' in any version' : ` >= ${version}`}`;
        },
        apply: (from, setting) =>
          setting === null
            ? withoutCapability(from, capability)
            : withVersion(from, capability, versionOf(program, Number(setting))),
      }),
    ]),
  );

  const withholders = program.strata.flatMap((stratum) => stratum.withholders).filter((rule) => rule.waivable);
  const waive = ({ id, owner, action }: Rule): number =>
    add({
      id: `rule ${id}`,
      felt:
        action.verb === 'withhold' && action.capabilities.some((capability) => isRead(program, `can.${capability}`)),
      ...named,
      describe: () => `waive rule ${id}${owner === undefined ? '' : ` (${owner} may)`}`,
      apply: (from) =>
        variant(from, (draft) => {
          draft.waived = [...draft.waived, id].sort();
        }),
      ...(owner === undefined ? {} : { owner }),
    });
  /** Ways to have a capability by a derivation: in the version that there is, without it, or without what withholds it. */
  const hostingBy = (own: Derivation): ((capability: string, atLeast: string | undefined) => Mend) => {
    const lenient =
      withholders.length === 0
        ? undefined
        : derive(
            withoutRules(own.program, (rule) => rule.action.verb === 'withhold' && rule.waivable),
            space,
            requestFacts(query.compiled, request, at),
          );
    return (capability, atLeast) => {
      const lever = capabilityLevers.get(capability)!;
      const least = levelOf(program, atLeast);
      return (offer, image) => {
        const site = query.site(offer, image);
        const { lower } = own.capability(capability, site);
        const drop = one(lever, lower === ABSENT || atLeast === undefined ? null : lower);
        if (image === -1 || lenient === undefined || passesLevel(lenient.capability(capability, site), least) !== TRUE)
          return [drop];
        const active = withholders.filter(
          (rule) => rule.action.capabilities.includes(capability) && own.truth(rule.applies, site) !== FALSE,
        );
        return active.length === 0 ? [drop] : [drop, new Map(active.map((rule) => [waive(rule), null]))];
      };
    };
  };

  const hosting = hostingBy(derivation);

  const launcher = (): Mend => {
    const lever = add(nameLever('launcher', 'juju'));
    const unaidedHosting = unaided === derivation ? hosting : hostingBy(unaided);
    const hosts = request.containers.map(({ capability, atLeast }) => ({
      capability,
      least: levelOf(program, atLeast),
      mend: unaidedHosting(capability, atLeast),
    }));
    return (offer, image, price) => {
      const anyLauncher = one(lever, null);
      if (textAt(offers, 'offer.market', offer) === 'spot') return [anyLauncher];
      const site = query.site(offer, image);
      const launchable = hosts
        .filter(({ capability, least }) => passesLevel(unaided.capability(capability, site), least) !== TRUE)
        .reduce<readonly Ways[]>(
          (ways, { mend }) =>
            ways.flatMap((way) => mend(offer, image, price).map((other) => new Map([...way, ...other]))),
          [new Map()],
        );
      return [anyLauncher, ...launchable];
    };
  };

  return { capabilityLevers, isPlain: withholders.length === 0, hosting, launcher, waive };
}
