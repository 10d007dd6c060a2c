import { type Diagnostic, fail, ok, type Result } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/nearest.ts';
import { placeIn } from '../document/read.ts';
import { type Problem, solveRead } from '../plan/problem.ts';
import { formatMoney, parseMoney } from '../quantity/money.ts';
import { planInWords } from './plan-row.ts';
import type { TestSuite } from './test-file.ts';
import { differencesOf, type TestOutcome } from './test-run.ts';

/** Plans of saved requests, written down to be read in a diff. */

const FIELDS = ['type', 'cloud', 'region', 'market', 'price', 'cost', 'image', 'status'];

/** @param problemAt the problem file that a suite names */
export function runSnapshots(
  suite: TestSuite,
  problemAt: (path: string) => Result<Problem>,
): Result<readonly TestOutcome[]> {
  const faults: Diagnostic[] = [];
  const outcomes = Object.entries(suite.text.snapshot ?? {}).flatMap(
    ([name, { problem: path, plan }]): readonly TestOutcome[] => {
      const at = ['snapshot', name];
      for (const field of Object.keys(plan)) {
        if (FIELDS.includes(field)) continue;
        const hint = didYouMean(field, FIELDS);
        faults.push({
          code: 'unknown-key',
          message: `a plan has no "${field}"`,
          ...placeIn(suite.document, [...at, 'plan', field], 'key'),
          ...(hint === undefined ? {} : { hint }),
        });
      }
      if (Object.keys(plan).length === 0)
        faults.push({
          code: 'empty-expectation',
          message: `"${name}" expects nothing`,
          ...placeIn(suite.document, [...at, 'plan']),
        });
      const problem = problemAt(path);
      if (!problem.ok) {
        faults.push(...problem.diagnostics);
        return [];
      }
      const real = planInWords(solveRead(problem.value));
      const expected = Object.fromEntries(
        Object.entries(plan).map(([field, raw]) => {
          const price = field === 'price' || field === 'cost' ? parseMoney(String(raw)) : undefined;
          return [field, price === undefined ? String(raw) : formatMoney(price)];
        }),
      );
      const differences = differencesOf(expected, real);
      return [
        {
          name: `snapshot: ${name}`,
          span: suite.document.keySpanOf(at),
          differences,
          explanation: differences.length === 0 ? [] : [`stowage solve ${path} tells why`],
        },
      ];
    },
  );
  return faults.length > 0 ? fail(...faults) : ok(outcomes);
}
