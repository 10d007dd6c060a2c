import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { faultIn, type SourceText } from './source-text.ts';

/** Where a bundle puts a unit: an element of an application's `to:`. */
export interface Directive {
  /** The kind of container that is made for the unit; undefined: none. */
  readonly container: string | undefined;
  readonly target: Target;
  readonly place: SourceText;
}

export type Target =
  | { readonly kind: 'new' }
  /** A machine of the bundle. */
  | { readonly kind: 'machine'; readonly id: string }
  /** With a unit of another application; of which one is not said where `unit` is undefined: the next in turn. */
  | { readonly kind: 'application'; readonly name: string; readonly unit: number | undefined };

const FORM = /^(?:([a-z]+):)?(?:(0|[1-9]\d*)|([a-z][a-z0-9-]*)(?:\/(0|[1-9]\d*))?)$/;
const EXAMPLES = 'write a machine (0), a container on it (lxd:0), a unit (db/0, lxd:db/0), an application (db), or new';

/**
 * A placement of a bundle, as Juju reads it: `[container:](machine|application[/unit]|new)`.
 *
 * @param warnings gets what is read in another way than it is written
 * @example parseDirective({ source: 'to', text: 'lxd:mysql/0' }, vocabulary, [])
 */
export function parseDirective(place: SourceText, vocabulary: Vocabulary, warnings: Diagnostic[]): Result<Directive> {
  const { text } = place;
  const bad = (message: string, hint?: string): Result<Directive> =>
    fail(faultIn(place, 'bad-placement', message, hint));
  if (/^[a-z0-9-]+=/.test(text)) {
    const message = `placement "${text}" is not for bundles, which know no directives of providers`;
    return bad(message, text.startsWith('zone=') ? `write constraints: zones=${text.slice(5)}` : EXAMPLES);
  }
  const [whole, written, machine, name, unit] = FORM.exec(text) ?? [];
  if (whole === undefined) return bad(`invalid placement syntax "${text}"`, EXAMPLES);
  // Juju 2 makes LXD containers of what bundles for Juju 1 call lxc.
  const isOld = written === 'lxc' && vocabulary.capabilities.has('lxd');
  const container = isOld ? 'lxd' : written;
  if (isOld) {
    const message = `placement "${text}": lxc is read as lxd, as Juju has done since 2.0`;
    warnings.push(faultIn(place, 'old-container', message));
  }
  if (container !== undefined && vocabulary.capabilities.get(container)?.container !== true) {
    const known = [...vocabulary.capabilities.values()].filter((one) => one.container).map((one) => one.name);
    return bad(`placement "${text}": "${container}" is no container type`, didYouMean(container, known));
  }
  if (machine !== undefined) return ok({ container, target: { kind: 'machine', id: machine }, place });
  if (name === 'new') {
    return unit === undefined
      ? ok({ container, target: { kind: 'new' }, place })
      : bad(`invalid placement syntax "${text}": new has no units`, 'write new alone');
  }
  return ok({
    container,
    target: { kind: 'application', name: name!, unit: unit === undefined ? undefined : Number(unit) },
    place,
  });
}
