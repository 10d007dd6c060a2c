import { positionOf, type Span } from '../diagnostic/diagnostic.ts';
import { FINDING_KINDS, type Finding } from '../workbench/finding.ts';

/** Findings as SARIF 2.1.0 (OASIS), which code hosts show beside the lines that they are about. */

function physical(span: Span) {
  const artifactLocation = { uri: encodeURI(span.source) };
  if (span.text === '') return { physicalLocation: { artifactLocation } };
  const start = positionOf(span.text, span.start);
  const end = positionOf(span.text, span.end);
  return {
    physicalLocation: {
      artifactLocation,
      region: { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column },
    },
  };
}

export function toSarif(findings: readonly Finding[]) {
  const codes = Object.entries(FINDING_KINDS);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'stowage rules check',
            rules: codes.map(([id, { name, severity, about }]) => ({
              id,
              name,
              shortDescription: { text: about },
              defaultConfiguration: { level: severity },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(({ code, span, message, witness, fix, related = [] }) => ({
          ruleId: code,
          ruleIndex: codes.findIndex(([id]) => id === code),
          level: FINDING_KINDS[code].severity,
          message: {
            text: [
              message,
              ...(witness === undefined ? [] : [`Shown by: ${witness.join(', ')}.`]),
              ...(fix === undefined ? [] : [`Fix: ${fix}.`]),
            ].join('\n'),
          },
          locations: [physical(span)],
          ...(related.length === 0
            ? {}
            : {
                relatedLocations: related.map((other, id) => ({
                  id,
                  ...physical(other.span),
                  message: { text: other.message },
                })),
              }),
        })),
      },
    ],
  };
}
