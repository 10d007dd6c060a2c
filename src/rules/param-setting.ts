import { fail, ok, type Result, type Span } from '../diagnostic/diagnostic.ts';

/** Values that are given for parameters of rules. */

/** Where a value was given, as a diagnostic carries it. */
export interface Place {
  readonly span?: Span;
  readonly path?: string;
}

/** A value that is given for a parameter, by the command line or a problem file. */
export interface ParamSetting {
  /** `module.name`. */
  readonly id: string;
  readonly value: unknown;
  readonly place: Place;
}

/**
 * The setting that a text such as `acme.spot-factor=0.5` makes. A module may have dots, so the last one parts it from
 * the parameter.
 */
export function parseParamSetting(text: string, source: string): Result<ParamSetting> {
  const [, id, value = ''] = /^([a-z0-9][a-z0-9.-]*\.[a-z0-9][a-z0-9-]*)=(.*)$/s.exec(text) ?? [];
  const span: Span = { source, text, start: 0, end: text.length };
  if (id !== undefined) return ok({ id, value, place: { span } });
  return fail({
    code: 'bad-param',
    message: `"${text}" sets no parameter`,
    span,
    hint: 'write module.name=value, such as acme.spot-factor=0.5',
  });
}
