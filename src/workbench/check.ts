import type { Catalog } from '../catalog/catalog.ts';
import type { Attribute, Value } from '../catalog/value.ts';
import type { Document } from '../document/read.ts';
import type { Program } from '../rules/program.ts';
import type { Rule } from '../rules/rule.ts';
import { deadToday, misspelt, type OverCatalog, refusedUnknown, valuesIn } from './check-catalog.ts';
import { impossible, overlaps, redundant, redundantParts, shadowed, undecided, vacuous } from './check-conditions.ts';
import { unserved } from './check-requests.ts';
import { entriesOf, expiring, subjectOf, unused, withoutEvidence } from './check-text.ts';
import { compareFindings, FINDING_KINDS, type Finding, type FindingCode } from './finding.ts';
import { meaningOf } from './meaning.ts';
import { filledBy } from './rows.ts';

/**
 * What is wrong with rules, or likely not meant: see `FINDING_KINDS`. Nothing is sampled: what is found is so for the
 * facts that are told, and where something cannot be decided, that is a finding too.
 */

export interface CheckInput {
  /** The rule files that are judged. */
  readonly judged: readonly Document[];
  /** Those beside which they are read. */
  readonly beside: readonly Document[];
  /** The rules of all of them. */
  readonly program: Program;
  /** Without one, nothing is said about rows. */
  readonly catalog: Catalog | undefined;
  /** The day that rules are judged by. */
  readonly date: string | undefined;
}

/** A finding that its author knows of. */
export interface Accepted {
  readonly finding: Finding;
  readonly reason: string;
}

export interface Checked {
  readonly findings: readonly Finding[];
  readonly accepted: readonly Accepted[];
  /** How many rules were judged. */
  readonly rules: number;
}

export function checkRules(input: CheckInput): Checked {
  const { program, judged: files, beside, catalog, date } = input;
  const sources = new Set(files.map(({ source }) => source));
  const judged = program.rules.filter(({ span }) => sources.has(span.source));
  const findings: Finding[] = files.flatMap((document) => [
    ...unused(document, [...files, ...beside]),
    ...expiring(document, date),
  ]);
  for (const rule of judged) {
    const evidence = withoutEvidence(rule);
    if (evidence !== undefined) findings.push(evidence);
  }
  findings.push(...aboutMeaning(input, judged));
  return settled(files, findings, judged.length, catalog !== undefined);
}

function aboutMeaning(input: CheckInput, judged: readonly Rule[]): readonly Finding[] {
  const { program, date } = input;
  // Facts are those that rules see: what other rules set is there.
  const catalog = input.catalog && filledBy(input.catalog, program);
  const spoken = (attribute: Attribute): readonly Value[] => {
    if (attribute.name === 'request.date') return date === undefined ? [] : [date];
    return catalog === undefined ? [] : valuesIn(catalog, attribute);
  };
  const meaning = meaningOf(program, spoken);
  if (meaning === undefined) return judged.slice(0, 1).map(undecided);
  const findings: Finding[] = [];
  const sound: Rule[] = [];
  for (const rule of judged) {
    const found =
      impossible(meaning, rule) ?? vacuous(meaning, rule) ?? shadowed(meaning, rule) ?? redundant(meaning, rule);
    if (found === undefined) sound.push(rule);
    else findings.push(found);
  }
  findings.push(...redundantParts(meaning, sound));
  findings.push(...overlaps(meaning, judged));
  if (catalog === undefined) return [...findings, ...unserved({ meaning, date }, judged)];
  const over: OverCatalog = { meaning, catalog, date };
  for (const rule of sound) {
    const dead = deadToday(over, rule);
    if (dead !== undefined) findings.push(dead);
    findings.push(...refusedUnknown(over, rule));
  }
  findings.push(...misspelt(over, judged));
  findings.push(...unserved(over, judged));
  return findings;
}

/** What only a catalog can tell. */
const OF_ROWS: readonly FindingCode[] = ['R102', 'R109', 'R110', 'R113', 'R114'];

/** Findings without those that are accepted, and acceptances without a finding. */
function settled(files: readonly Document[], findings: readonly Finding[], rules: number, overRows: boolean): Checked {
  const open = new Set(findings);
  const accepted: Accepted[] = [];
  const left: Finding[] = [];
  for (const document of files) {
    for (const section of ['rules', 'tables'] as const) {
      for (const [name, { accept }] of entriesOf(document, section)) {
        const subject = subjectOf(document, name);
        for (const [code, reason] of Object.entries((accept ?? {}) as Readonly<Record<string, unknown>>)) {
          const isAbout = (id: string): boolean => id === subject || id.startsWith(`${subject}#`);
          const met = findings.filter(
            (finding) => finding.code === code && (isAbout(finding.subject) || finding.involved?.some(isAbout)),
          );
          for (const finding of met) {
            if (open.delete(finding)) accepted.push({ finding, reason: String(reason) });
          }
          const isKnown = Object.hasOwn(FINDING_KINDS, code);
          if (met.length > 0 || (isKnown && !overRows && OF_ROWS.includes(code as FindingCode))) continue;
          left.push({
            code: 'R115',
            subject,
            span: document.keySpanOf([section, name, 'accept', code]),
            message: isKnown
              ? `${subject} accepts ${code} (${FINDING_KINDS[code as FindingCode].name}), which is not found`
              : `${subject} accepts ${code}, which is no code`,
            fix: 'remove it',
          });
        }
      }
    }
  }
  return {
    findings: [...open, ...left].sort(compareFindings),
    accepted: accepted.sort((a, b) => compareFindings(a.finding, b.finding)),
    rules,
  };
}
