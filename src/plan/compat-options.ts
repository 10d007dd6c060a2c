import type { Vocabulary } from '../catalog/value.ts';
import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { type Document, type Path, placeIn } from '../document/read.ts';
import { parseConstraints } from '../request/constraints.ts';
import { type CompatMode, jujuDialect, jujuVersionOf } from '../request/dialect.ts';
import type { SourceText } from '../request/source-text.ts';
import type { JujuSetting } from './compat.ts';

/** The options of a problem file that bear on whose way of choosing is followed. */
export interface CompatOptions {
  readonly compat?: CompatMode | undefined;
  readonly arches?: readonly string[] | undefined;
  readonly 'agent-arch'?: string | undefined;
  readonly cloud?: string | undefined;
  readonly region?: string | undefined;
  readonly engine?: string | undefined;
  readonly top?: number | undefined;
}

const JUJU_ONLY = ['arches', 'agent-arch', 'cloud', 'region'] as const;

/**
 * How Juju is to be asked; undefined where it is not. Options that have no meaning in the mode are faults.
 *
 * @param textOf the text of an option with its place
 */
export function readCompatOptions(
  document: Document,
  options: CompatOptions,
  vocabulary: Vocabulary,
  textOf: (path: Path, text: string) => SourceText,
): Result<JujuSetting | undefined> {
  const version = jujuVersionOf(options.compat ?? 'none');
  const faults: Diagnostic[] = [];
  const fault = (option: string, message: string, hint?: string): void => {
    const place = placeIn(document, ['options', option]);
    faults.push({ code: 'not-with-compat', message, ...place, ...(hint === undefined ? {} : { hint }) });
  };
  if (version === undefined) {
    for (const option of JUJU_ONLY)
      if (options[option] !== undefined)
        fault(option, `${option} has a meaning only where Juju chooses`, 'add compat: juju-3.6 or juju-2.8');
    return faults.length > 0 ? fail(...faults) : ok(undefined);
  }
  const { name, archs } = jujuDialect(version);
  if (options.engine === 'lp') fault('engine', `the linear program has no meaning where ${name} chooses`);
  if ((options.top ?? 1) > 1) fault('top', `${name} chooses one type and ranks no others`);
  const agentArch = options['agent-arch'];
  if (version === '2.8' && agentArch !== undefined)
    fault('agent-arch', `${name} looks at no agent's architecture`, 'arches lists those that agents exist for');
  for (const [option, given] of [
    ['arches', options.arches ?? []] as const,
    ['agent-arch', [agentArch ?? []].flat()] as const,
  ])
    for (const arch of given)
      if (!archs.includes(arch)) fault(option, `"${arch}" is no architecture of ${name}`, didYouMean(arch, archs));
  const places = (['cloud', 'region'] as const).flatMap((option): SourceText[] => {
    const value = options[option];
    return value === undefined ? [] : [textOf(['options', option], `${option}=${value.replaceAll(' ', '\\ ')}`)];
  });
  const where = parseConstraints(places, vocabulary);
  if (!where.ok || faults.length > 0) return fail(...faults, ...(where.ok ? [] : where.diagnostics));
  const placeHint = 'name one as options.cloud and options.region';
  return ok({ version, where: where.value, archs: options.arches, agentArch, placeHint });
}
