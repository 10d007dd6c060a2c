import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { type CapabilityNeed, parseCapabilityNeed } from './constraints.ts';
import { faultIn, type SourceText } from './source-text.ts';

/** Juju's placement directives, as `juju add-machine` reads them. */
export type Placement =
  | { readonly kind: 'none' }
  /** A new machine with a container of this kind in it. */
  | { readonly kind: 'container'; readonly need: CapabilityNeed }
  /** A container on a machine that runs already. */
  | { readonly kind: 'existing'; readonly need: CapabilityNeed; readonly machine: string }
  /** Something that the provider understands: `zone=us-east-1a`. */
  | { readonly kind: 'directive'; readonly key: string; readonly value: string }
  /** The name of a machine of one's own (MAAS): `node-7`. `otherwise` is what is wrong where no machine is called so. */
  | { readonly kind: 'host'; readonly name: string; readonly otherwise: Diagnostic };

const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9.-]*$/;
const MACHINE_ID = /^(?:0|[1-9]\d*)(?:\/[a-z]+\/(?:0|[1-9]\d*))*$/;

export function parsePlacement(placement: SourceText, vocabulary: Vocabulary): Result<Placement> {
  const { text } = placement;
  const bad = (message: string, hint?: string): Result<Placement> =>
    fail(faultIn(placement, 'bad-placement', message, hint));
  if (text === '') return ok({ kind: 'none' });
  const containers = [...vocabulary.capabilities.values()].filter((one) => one.container).map((one) => one.name);
  const colon = text.indexOf(':');
  const scope = colon === -1 ? text : text.slice(0, colon);
  const directive = colon === -1 ? '' : text.slice(colon + 1);
  if (scope === '')
    return bad('placement scope missing', `write a container type before the colon: ${containers.join(', ')}`);
  if (scope === '#' || (colon === -1 && MACHINE_ID.test(text))) {
    return bad('machine-id cannot be specified when adding machines', 'a container on machine 4 is written lxd:4');
  }
  if (scope === 'ssh' || scope === 'winrm')
    return bad(`${text} names a machine that exists: there is nothing to choose`);
  if (/^[a-z0-9-]+=/.test(text) && !/^[a-z]+>=/.test(text)) {
    const equals = text.indexOf('=');
    const value = text.slice(equals + 1);
    return value === ''
      ? bad(`placement "${text}" names nothing`)
      : ok({ kind: 'directive', key: text.slice(0, equals), value });
  }
  const need = parseCapabilityNeed(scope, vocabulary);
  if ('reason' in need) {
    // With a known name before it, only the version can be wrong.
    if (vocabulary.capabilities.has(scope.split('>')[0]!)) {
      return bad(`placement "${text}": ${need.reason}`, 'a least version is written kvm>=1.1');
    }
    const message = `placement "${text}" is neither a container type nor a directive such as zone=NAME`;
    const hint = didYouMean(scope, containers);
    if (!HOST_NAME.test(text)) return bad(message, hint);
    return ok({ kind: 'host', name: text, otherwise: faultIn(placement, 'bad-placement', message, hint) });
  }
  if (!containers.includes(need.capability))
    return bad(`"${need.capability}" is no container type`, didYouMean(need.capability, containers));
  if (colon === -1) return ok({ kind: 'container', need });
  if (!MACHINE_ID.test(directive))
    return bad(
      `invalid value "${directive}" for "${scope}" scope: expected machine-id`,
      'a machine id is a number, or a container such as 0/lxd/1',
    );
  return ok({ kind: 'existing', need, machine: directive });
}
