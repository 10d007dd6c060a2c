import type { Catalog } from '../catalog/catalog.ts';
import { textAt } from '../catalog/column.ts';
import { jujuPick } from '../juju/pick.ts';
import { profileOf } from '../juju/provider-profiles.ts';
import { validatorOf } from '../juju/provider-validators.ts';
import { validateConstraints } from '../juju/validator.ts';
import { textOf } from '../request/constraints.ts';
import { jujuDialect } from '../request/dialect.ts';
import type { MachineRequest } from '../request/request.ts';
import type { AsJuju } from './compat.ts';
import type { Note } from './schema.ts';

/**
 * Where Juju's own provider of a cloud may choose otherwise than Juju's generic algorithm with prices as costs: it judges
 * types and costs in its own way, and refuses some constraints. None for clouds whose provider is not known here.
 *
 * @param request as Juju's client reads it, with the constraints that are dropped later
 * @param chosen name of the type that the generic algorithm chooses
 */
export function providerNotes(
  catalog: Catalog,
  request: MachineRequest,
  { version, region, agentArch }: AsJuju,
  chosen: string,
): readonly Note[] {
  const profile = region === undefined ? undefined : profileOf(textAt(catalog.regions, 'offer.cloud', region) ?? '');
  const validator = profile === undefined ? undefined : validatorOf(profile.provider);
  if (region === undefined || profile === undefined || validator === undefined) return [];
  const { name } = jujuDialect(version);
  const { provider } = profile;
  const note = (text: string): readonly Note[] => [{ code: 'provider', text }];
  const { fault } = validateConstraints(validator, request.constraints);
  if (fault !== undefined)
    return note(
      `the generic algorithm alone is followed here; Juju's ${provider} provider has been seen to refuse this: ${fault.message.replaceAll('\n', ', ')}`,
    );
  const isAmd64 = agentArch === undefined || agentArch === 'amd64' || textOf(request.constraints, 'arch') !== undefined;
  const pick = version === '3.6' && isAmd64 ? jujuPick(catalog, request, region) : undefined;
  const picked = pick === undefined ? undefined : textAt(catalog.types, 'type.name', pick.type);
  if (picked === chosen) return [];
  const isNamed = textOf(request.constraints, 'instance-type') !== undefined;
  const outcome =
    picked !== undefined
      ? `and would pick ${picked}`
      : `so it may ${isNamed ? 'not launch this type' : 'pick another type'}`;
  return note(
    `list prices count as costs here; ${name}'s own ${provider} provider judges types and costs in its own way, ${outcome}`,
  );
}
