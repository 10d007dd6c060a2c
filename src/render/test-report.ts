import { visible } from '../diagnostic/visible.ts';
import type { TestReport } from '../workbench/test-report.ts';

/** The outcome of tests of rules, for people and for programs that read JUnit's XML. */

export const TEST_FORMATS = ['text', 'json', 'junit'] as const;
export type TestFormat = (typeof TEST_FORMATS)[number];

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

function toText({ passed, failed, modules, untested }: TestReport): string {
  const lines: string[] = [];
  for (const { module, file, tests, coverage } of modules) {
    const bad = tests.filter(({ status }) => status === 'failed');
    const outcome =
      bad.length === 0
        ? `${counted(tests.length, 'test')} passed`
        : `${bad.length} of ${counted(tests.length, 'test')} failed`;
    const covered = coverage === undefined ? '' : `, rules ${coverage.rules}, leaves ${coverage.leaves}`;
    lines.push(`${module}: ${outcome}${covered} (${file})`);
    for (const { name, place, differences, explanation } of bad) {
      lines.push('', `  FAILED ${name}`, `    at ${place}`);
      for (const { field, expected, actual } of differences) {
        lines.push(`    ${field}`, `      - expected ${expected}`, `      + actual   ${actual}`);
      }
      lines.push(...explanation.map((line) => `    ${line}`), '');
    }
    for (const { rule, place } of coverage?.['rules-not-fired'] ?? []) lines.push(`  never fires: ${rule} (${place})`);
    for (const { leaf, place, missed } of coverage?.['leaves-not-covered'] ?? [])
      lines.push(`  never ${missed.join(' or ')} while it decides: ${leaf} (${place})`);
    if (coverage?.exact === false)
      lines.push('  note: too many combinations to tell which outcomes are possible at all; all are counted');
  }
  for (const file of untested) lines.push(`${file}: no tests beside it`);
  lines.push('', failed === 0 ? `${counted(passed, 'test')} passed` : `${passed} passed, ${failed} failed`, '');
  return lines.map(visible).join('\n');
}

const escaped = (text: string): string =>
  visible(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A place as attributes; what came as a value has no line. */
function where(place: string): string {
  const [, file = place, line] = /^(.*?):(\d+):\d+$/.exec(place) ?? [];
  return `file="${escaped(file)}"${line === undefined ? '' : ` line="${line}"`}`;
}

/** JUnit's XML, as servers of continuous integration read it. No times: the same tests give the same bytes. */
function toJunit({ passed, failed, modules }: TestReport): string {
  const suites = modules.flatMap(({ module, tests }) => [
    `  <testsuite name="${escaped(module)}" tests="${tests.length}" failures="${tests.filter(({ status }) => status === 'failed').length}">`,
    ...tests.flatMap(({ name, place, status, differences, explanation }) => {
      const head = `    <testcase classname="${escaped(module)}" name="${escaped(name)}" ${where(place)}`;
      if (status === 'passed') return [`${head}/>`];
      const message = differences.map(
        ({ field, expected, actual }) => `${field}: expected ${expected}, actual ${actual}`,
      );
      return [
        `${head}>`,
        `      <failure message="${escaped(message.join('; '))}">${escaped([place, ...message, ...explanation].join('\n'))}</failure>`,
        '    </testcase>',
      ];
    }),
    '  </testsuite>',
  ]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${passed + failed}" failures="${failed}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

export function renderTests(report: TestReport, format: TestFormat): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  return format === 'junit' ? toJunit(report) : toText(report);
}
