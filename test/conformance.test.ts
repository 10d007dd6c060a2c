import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

/** Without places inside the problem: a file has lines, a value has paths. */
const unplaced = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer), (key, value) => {
    return (key === 'place' || key === 'path' || key === 'from') && !String(value).startsWith('rules/')
      ? undefined
      : value;
  });

const cases = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((file) => {
    const text = readText(join(folder, file));
    const document = text.ok ? readDocument(file, text.value) : text;
    if (!document.ok) throw new Error(document.diagnostics[0]!.message);
    return { name: file.replace('.yaml', ''), ...plain(document.value.value as Case) };
  });

/** The command line answers all cases as one stream, a problem a line. */
const streamed: Answer[] = [];
let exit: number | null = null;
beforeAll(() => {
  const path = join(scratch, 'cases.jsonl');
  writeFileSync(path, cases.map(({ problem }) => `${JSON.stringify(problem)}\n`).join(''));
  const ran = stowage(['solve', path]);
  exit = ran.code;
  streamed.push(
    ...ran.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer),
  );
});

describe('conformance', () => {
  for (const [index, { name, problem, expected }] of cases.entries()) {
    it(name, () => {
      const answer = solveProblem(problem);
      expect(answer).toMatchObject(expected as object);
      expect(answerSchema.safeParse(answer).error).toBeUndefined();

      const { line, ...fromCli } = streamed[index]!;
      expect(line).toBe(index + 1);
      expect(unplaced(fromCli)).toEqual(unplaced(answer));

      if (answer.stats.rows < 1000 && answer.status !== 'error') {
        expect(verify(answer, problem)).toEqual({ ok: true, value: [] });
      }
    });
  }

  it('has cases of bad input, so the stream ends in exit code 2', () => expect(exit).toBe(2));

  it.each([
    ['optimal', 'cheapest-machine-with-nested-kvm', 0],
    ['infeasible', 'nothing-fits-is-counted', 1],
    ['error', 'bad-price-blank', 2],
  ])('exits by status: %s', (_, name, code) => {
    const path = join(scratch, 'problem.json');
    writeFileSync(path, JSON.stringify(cases.find((one) => one.name === name)!.problem));
    const ran = stowage(['solve', path, '--format', 'json']);
    expect(ran.code).toBe(code);
    expect((JSON.parse(ran.out) as Answer).machines).toEqual(
      plain(solveProblem(cases.find((one) => one.name === name)!.problem).machines),
    );
  });
});
