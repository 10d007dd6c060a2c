import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { nearest } from '../diagnostic/nearest.ts';
import type { ApplicationText, BundleText } from '../request/bundle.ts';
import { faultIn } from '../request/source-text.ts';
import type { BundlePart } from './bundle-file.ts';

/**
 * Overlays laid over a base bundle as Juju does it: fields of applications are overwritten, lists among them as a whole;
 * an application without a body is taken out with its relations; machines replace all machines; relations are added.
 *
 * @param parts the base, then the overlays in order
 */
export function layOver(parts: readonly BundlePart[]): Result<BundleText> {
  const [base] = parts;
  const warnings: Diagnostic[] = [];
  const applications = new Map<string, ApplicationText>();
  let relations: BundleText['relations'] = [];
  let text: Pick<BundleText, 'base' | 'series' | 'machines'> = { machines: [] };
  const remotes = new Set<string>();
  for (const [index, part] of parts.entries()) {
    warnings.push(...part.warnings);
    const removed = new Set<string>();
    for (const [name, application] of part.applications) {
      const before = applications.get(name);
      if (application !== undefined) {
        applications.set(name, { ...before, ...application });
        continue;
      }
      const place = part.names.get(name)!;
      if (index === 0)
        return fail(faultIn(place, 'bad-application', `base application "${name}" has no body`, 'state its charm'));
      if (before === undefined) {
        const near = nearest(name, applications.keys());
        const hint = near.length === 0 ? undefined : `did you mean ${near.join(' or ')}?`;
        warnings.push(
          faultIn(place, 'unknown-application', `the overlay takes out "${name}", which is not there`, hint),
        );
      }
      applications.delete(name);
      removed.add(name);
    }
    const isGone = (endpoint: string): boolean => removed.has(endpoint.split(':')[0]!);
    relations = [...relations.filter((pair) => !pair.some((end) => isGone(end.text))), ...part.relations];
    // Whichever of the two ways an overlay uses, it replaces what stood there in either.
    const states = part.base !== undefined || part.series !== undefined;
    text = {
      ...text,
      ...(states ? { base: part.base, series: part.series } : {}),
      ...(part.machines === undefined ? {} : { machines: part.machines }),
    };
    for (const name of part.remotes) remotes.add(name);
  }
  return ok({
    place: base!.place,
    ...text,
    applications: [...applications.values()],
    relations,
    remotes: [...remotes],
    warnings,
  });
}
