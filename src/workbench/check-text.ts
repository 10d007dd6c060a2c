import type { Document, Path } from '../document/read.ts';
import { nextDay } from '../rules/representatives.ts';
import type { Rule } from '../rules/rule.ts';
import type { Finding } from './finding.ts';

/** Findings about what stands in rule files: names that nothing reads, dates, evidence. */

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** A part of a file's text by its name: `rules.macs`. */
export function entriesOf(document: Document, section: string): readonly (readonly [name: string, value: Fields])[] {
  return Object.entries(fieldsOf(fieldsOf(document.value)[section])).map(([name, value]) => [name, fieldsOf(value)]);
}

/** The texts that stand under a key, anywhere below a value. */
function* under(value: unknown, key: string): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* under(item, key);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, below] of Object.entries(value)) {
      if (name === key && typeof below === 'string') yield below;
      else yield* under(below, key);
    }
  }
}

/** A name as another file may write it, after the module that it is of. */
const isMeant = (written: string, name: string): boolean =>
  written === name || written.endsWith(`.${name}`) || written.endsWith(`/${name}`);

/** Named conditions and parameters that no rule reads, be it through others. */
export function unused(document: Document, all: readonly Document[]): readonly Finding[] {
  const findings: Finding[] = [];
  const tell = (section: string, name: string, what: string): void => {
    const path: Path = [section, name];
    findings.push({
      code: 'R108',
      subject: name,
      span: document.keySpanOf(path),
      message: `nothing reads the ${what} "${name}"`,
      fix: 'remove it',
    });
  };
  const file = fieldsOf(document.value);
  const elsewhere = (key: string): readonly string[] =>
    all.filter((other) => other !== document).flatMap((other) => [...under(other.value, key)]);
  const named = fieldsOf(file.let);
  const read = new Set<string>();
  const reach = (value: unknown): void => {
    for (const name of under(value, 'is')) {
      if (read.has(name)) continue;
      read.add(name);
      if (Object.hasOwn(named, name)) reach(named[name]);
    }
  };
  reach(file.rules);
  reach(file.tables);
  for (const name of elsewhere('is')) {
    const own = Object.keys(named).find((one) => isMeant(name, one));
    if (own !== undefined && name !== own) {
      read.add(own);
      reach(named[own]);
    }
  }
  for (const name of Object.keys(named)) if (!read.has(name)) tell('let', name, 'condition');
  const params = [...under(file, 'param'), ...elsewhere('param')];
  for (const name of Object.keys(fieldsOf(file.params)))
    if (!params.some((written) => isMeant(written, name))) tell('params', name, 'parameter');
  return findings;
}

const SOON = 60;

/** The day so many days later. */
function daysAfter(date: string, days: number): string {
  let day = date;
  for (let count = 0; count < days; count += 1) day = nextDay(day) ?? day;
  return day;
}

/** Rules and tables that end, or have ended. */
export function expiring(document: Document, date: string | undefined): readonly Finding[] {
  if (date === undefined) return [];
  const findings: Finding[] = [];
  for (const section of ['rules', 'tables']) {
    for (const [name, { until }] of entriesOf(document, section)) {
      if (typeof until !== 'string' || until > daysAfter(date, SOON)) continue;
      findings.push({
        code: 'R111',
        subject: subjectOf(document, name),
        span: document.spanOf([section, name, 'until']),
        message:
          until <= date
            ? `${subjectOf(document, name)} applies no more: it ended on ${until}`
            : `${subjectOf(document, name)} ends on ${until}, within ${SOON} days of ${date}`,
        fix: until <= date ? 'remove it, or move the date' : 'move the date, or see to what follows it',
      });
    }
  }
  return findings;
}

/** `module/name`. */
export const subjectOf = (document: Document, name: string): string =>
  `${String(fieldsOf(document.value).module)}/${name}`;

/** Rules that give versions and do not say where these are known from. */
export function withoutEvidence(rule: Rule): Finding | undefined {
  const { action, source } = rule;
  if (source !== undefined || (action.verb !== 'provide' && action.verb !== 'refine')) return undefined;
  const given = action.grants.find(({ version }) => version !== undefined);
  if (given === undefined) return undefined;
  return {
    code: 'R112',
    subject: rule.id,
    span: rule.span,
    message: `${rule.id} gives ${given.capability} ${given.version} and does not say where that is known from`,
    fix: 'add source: with a URL or a document',
  };
}
