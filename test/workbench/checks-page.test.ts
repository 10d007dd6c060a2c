import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../../src/document/read.ts';
import { findingLines } from '../../src/render/check.ts';
import { readRuleDocument } from '../../src/rules/parse.ts';
import { compileRules } from '../../src/rules/program.ts';
import { loadCatalog } from '../../src/storage/catalogs.ts';
import { loadRules, loadVocabulary } from '../../src/storage/packs.ts';
import { ruleDocuments } from '../../src/storage/rule-documents.ts';
import { checkRules } from '../../src/workbench/check.ts';
import { expiring } from '../../src/workbench/check-text.ts';
import { FINDING_KINDS, type Finding } from '../../src/workbench/finding.ts';
import { ROOT } from '../support/cli.ts';

/** rules/CHECKS.md shows what is really found. */

const page = readFileSync(join(ROOT, 'rules', 'CHECKS.md'), 'utf8');
const DAY = '2026-11-22';
const vocabulary = loadVocabulary();
const loaded = loadCatalog({ vocabulary, path: join(ROOT, 'rules', 'examples', 'juju-dev-2013', 'catalog') });
const beside = ruleDocuments(['default']);
const base = loadRules(['default']);
if (!loaded.ok || !beside.ok || !base.ok) throw new Error('the shipped data are damaged');
const catalog = loaded.value;

function findingsOf(text: string): readonly Finding[] {
  const document = readDocument('acme.yaml', text);
  if (!document.ok) throw new Error(document.diagnostics[0]!.message);
  const rules = readRuleDocument(document.value, vocabulary);
  // Dates are read as they are written.
  if (!rules.ok) return expiring(document.value, DAY);
  const program = compileRules(vocabulary, [...(base.ok ? base.value.rules : []), ...rules.value], '');
  if (!program.ok) throw new Error(program.diagnostics[0]!.message);
  const input = { judged: [document.value], beside: beside.ok ? beside.value : [], program: program.value };
  return checkRules({ ...input, catalog, date: DAY }).findings;
}

const sections = page
  .split(/^## /m)
  .slice(1)
  .map((text) => {
    const [, code = '', name = ''] = /^(R\d+) (\S+)$/m.exec(text) ?? [];
    return {
      code,
      name,
      rules: /```yaml\n([\s\S]*?)```/.exec(text)?.[1],
      shown: /```text\n([\s\S]*?)```/.exec(text)?.[1],
    };
  });

describe('the page of findings', () => {
  it('has every code with its name', () => {
    const known = Object.entries(FINDING_KINDS).map(([code, { name }]) => ({ code, name }));
    expect(sections.map(({ code, name }) => ({ code, name }))).toEqual(known);
  });

  it.each(sections.filter(({ rules }) => rules !== undefined))(
    'shows what is found: $code',
    ({ code, rules, shown }) => {
      const found = findingsOf(`format: 1\nmodule: acme\n${rules}`).filter((finding) => finding.code === code);
      expect(`${found.map((finding) => findingLines(finding).join('\n')).join('\n\n')}\n`).toBe(shown);
    },
  );

  it('has an example of all that can be shown', () => {
    expect(sections.filter(({ rules }) => rules === undefined).map(({ code }) => code)).toEqual(['R116']);
  });
});
