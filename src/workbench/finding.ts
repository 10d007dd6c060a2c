import { formatValue } from '../catalog/decode.ts';
import type { Attribute, Value } from '../catalog/value.ts';
import type { Span } from '../diagnostic/diagnostic.ts';
import { compareText } from '../quantity/order.ts';
import type { Example } from '../rules/regions.ts';

/** What the checker finds in rules: values, printed by `render`. */

export type Severity = 'error' | 'warning';

/** What a code stands for. Codes are stable: a finding keeps its code, and a code is never given to another. */
export interface FindingKind {
  /** `impossible-rule`. */
  readonly name: string;
  readonly severity: Severity;
  /** One sentence: what is found. */
  readonly about: string;
}

export const FINDING_KINDS = {
  R101: {
    name: 'impossible-rule',
    severity: 'error',
    about: 'No facts at all make the condition true: some of its parts contradict one another.',
  },
  R102: {
    name: 'dead-rule',
    severity: 'warning',
    about: 'The rule could apply, but to nothing in this catalog, whatever is asked for and on whatever image.',
  },
  R103: {
    name: 'refuses-everything',
    severity: 'error',
    about: 'For some requests, rules together refuse every machine that there could ever be.',
  },
  R104: {
    name: 'shadowed-rule',
    severity: 'warning',
    about: 'Wherever the rule applies, others that go before it decide: it is never what counts.',
  },
  R105: {
    name: 'redundant-rule',
    severity: 'warning',
    about: 'Without the rule everything would be the same: others say it already, or it changes nothing that is there.',
  },
  R106: {
    name: 'redundant-part',
    severity: 'warning',
    about: 'Without this part of a condition everything would be the same.',
  },
  R107: {
    name: 'overlapping-rows',
    severity: 'error',
    about: 'Two rows of a table, or two rules that set a fact, hold for the same facts and give different values.',
  },
  R108: {
    name: 'unused-name',
    severity: 'warning',
    about: 'A condition under "let" (or a parameter) that nothing reads.',
  },
  R109: {
    name: 'unserved-request',
    severity: 'warning',
    about: 'For some requests, rules refuse every offer of this catalog, though a machine that they allow could exist.',
  },
  R110: {
    name: 'misspelt-value',
    severity: 'warning',
    about: 'A value that neither the catalog nor the vocabulary has, but that is nearly one of theirs.',
  },
  R111: {
    name: 'expiring-rule',
    severity: 'warning',
    about: 'The rule applies no more, or will not in sixty days.',
  },
  R112: {
    name: 'no-evidence',
    severity: 'warning',
    about: 'The rule gives a version and does not say where that is known from ("source").',
  },
  R113: {
    name: 'refused-unknown',
    severity: 'warning',
    about: 'Rows of this catalog are refused only because a fact of them is not known.',
  },
  R114: {
    name: 'vacuous-rule',
    severity: 'warning',
    about:
      'What the rule does comes to nothing: it asks for what always holds, or changes a price or a reserve by nothing.',
  },
  R115: {
    name: 'unused-acceptance',
    severity: 'warning',
    about: 'A finding is accepted ("accept") that there is not.',
  },
  R116: {
    name: 'undecided',
    severity: 'warning',
    about: 'The question is too large to be decided exactly, so nothing is said about it.',
  },
} as const satisfies Readonly<Record<string, FindingKind>>;

export type FindingCode = keyof typeof FINDING_KINDS;

/** Something else that has to do with a finding. */
export interface Related {
  readonly message: string;
  readonly span: Span;
}

export interface Finding {
  readonly code: FindingCode;
  /** The rule that it is about, or the table, or the name. */
  readonly subject: string;
  readonly span: Span;
  /** One sentence. */
  readonly message: string;
  /** Facts that show it, in words. */
  readonly witness?: readonly string[];
  readonly fix?: string;
  readonly related?: readonly Related[];
  /** Rules that may accept it beside its subject: those that bring it about together. */
  readonly involved?: readonly string[];
}

/** Facts in words, in order of their names: `type.cores 4`, `image.os unknown`. */
export function exampleInWords(example: Example, attributeOf: (name: string) => Attribute): readonly string[] {
  return [...example]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, value]) => factInWords(attributeOf(name), value));
}

export function factInWords(attribute: Attribute, value: Value | undefined): string {
  return `${attribute.name} ${value === '' ? '""' : formatValue(attribute, value)}`;
}

/** By place, then by code: where files, rules and keys stand decides, and nothing else. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.span.source, b.span.source) ||
    a.span.start - b.span.start ||
    compareText(a.code, b.code) ||
    compareText(a.subject, b.subject) ||
    compareText(a.message, b.message)
  );
}
