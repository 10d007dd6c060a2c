import { placeOf, type Span } from '../diagnostic/diagnostic.ts';
import { codeFrame } from '../diagnostic/frame.ts';
import { visible } from '../diagnostic/visible.ts';
import type { Accepted, Checked } from '../workbench/check.ts';
import { FINDING_KINDS, type Finding } from '../workbench/finding.ts';
import { toSarif } from './sarif.ts';

/** What `rules check` found, as text with code frames, as JSON, or as SARIF for code hosts. */

export const CHECK_FORMATS = ['text', 'json', 'sarif'] as const;
export type CheckFormat = (typeof CHECK_FORMATS)[number];

const indented = (text: string): readonly string[] => text.split('\n').map((line) => `  ${line}`);

/** A finding as people read it: what, where, the line itself, what shows it, what to do. */
export function findingLines(finding: Finding): readonly string[] {
  const { code, span, message, witness = [], fix, related = [] } = finding;
  const { name, severity } = FINDING_KINDS[code];
  return [
    `${severity} ${code} ${name}: ${message}`,
    `  at ${placeOf(span)}`,
    ...(span.text === '' ? [] : indented(codeFrame(span))),
    ...(witness.length === 0 ? [] : [`  shown by: ${witness.join(', ')}`]),
    ...related.map((other) => `  see ${other.message} at ${placeOf(other.span)}`),
    ...(fix === undefined ? [] : [`  fix: ${fix}`]),
  ];
}

const acceptedLine = ({ finding, reason }: Accepted): string =>
  `  ${finding.code} ${FINDING_KINDS[finding.code].name} of ${finding.subject}: ${reason}`;

const several = (count: number, one: string): string => `${count === 0 ? 'no' : count} ${one}${count === 1 ? '' : 's'}`;

function toText({ findings, accepted, rules }: Checked, verbose: boolean): string {
  const counts = [
    several(findings.length, 'finding'),
    ...(accepted.length === 0 ? [] : [`${accepted.length} accepted`]),
  ];
  const parts = [
    ...findings.map((finding) => findingLines(finding).join('\n')),
    ...(verbose && accepted.length > 0 ? [['Accepted:', ...accepted.map(acceptedLine)].join('\n')] : []),
    `${several(rules, 'rule')} checked: ${counts.join(', ')}`,
  ];
  return `${parts.map((part) => part.split('\n').map(visible).join('\n')).join('\n\n')}\n`;
}

function placed(span: Span) {
  return { place: placeOf(span) };
}

function asJson({ code, subject, span, message, witness, fix, related }: Finding) {
  const { name, severity } = FINDING_KINDS[code];
  return {
    code,
    name,
    severity,
    subject,
    ...placed(span),
    message,
    ...(witness === undefined ? {} : { witness }),
    ...(fix === undefined ? {} : { fix }),
    ...(related === undefined || related.length === 0
      ? {}
      : { related: related.map((other) => ({ message: other.message, ...placed(other.span) })) }),
  };
}

/** With a newline at its end. The same findings give the same bytes. */
export function renderCheck(checked: Checked, format: CheckFormat, verbose = false): string {
  if (format === 'text') return toText(checked, verbose);
  const value =
    format === 'sarif'
      ? toSarif(checked.findings)
      : {
          format: 'stowage.check/1',
          rules: checked.rules,
          findings: checked.findings.map(asJson),
          accepted: checked.accepted.map(({ finding, reason }) => ({ ...asJson(finding), reason })),
        };
  return `${JSON.stringify(value, null, 2)}\n`;
}
