import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readDocument } from '../src/document/read.ts';
import { type Answer, answerSchema, solveProblem, verify } from '../src/index.ts';
import { readText } from '../src/storage/files.ts';
import { ROOT, stowage } from './support/cli.ts';

/** Cases `{problem, expected}`: library and command line answer alike, and as expected. */

const folder = join(ROOT, 'test', 'conformance');
const scratch = mkdtempSync(join(tmpdir(), 'stowage-'));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Case {
  readonly problem: unknown;
  readonly expected: unknown;
}

/** Values as JSON has them; `{}` in a list of expectations stands for "anything". */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const EXIT = { optimal: 0, feasible: 0, infeasible: 1, unknown: 1, error: 2 } as const;

describe('conformance', () => {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .sort()) {
    it(file.replace('.yaml', ''), () => {
      const text = readText(join(folder, file));
      const document = text.ok ? readDocument(file, text.value) : text;
      if (!document.ok) throw new Error(document.diagnostics[0]!.message);
      const { problem, expected } = plain(document.value.value as Case);
      const answer = solveProblem(problem);
      expect(answer).toMatchObject(expected as object);
      expect(answerSchema.safeParse(answer).error).toBeUndefined();

      const path = join(scratch, 'problem.json');
      writeFileSync(path, JSON.stringify(problem));
      const ran = stowage(['solve', path, '--format', 'json']);
      expect(ran.code).toBe(EXIT[answer.status]);
      // Places differ: a file has lines, a value has none.
      const { diagnostics: _cli, ...fromCli } = JSON.parse(ran.out) as Answer;
      const { diagnostics: _library, ...fromLibrary } = plain(answer);
      expect(fromCli).toEqual(fromLibrary);

      const small = answer.stats.rows < 1000 && answer.status !== 'error';
      if (small) expect(verify(answer, problem)).toEqual({ ok: true, value: [] });
    });
  }
});
