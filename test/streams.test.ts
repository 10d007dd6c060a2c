import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { smallProblems } from '../benchmarks/problems.ts';
import { readDocument } from '../src/document/read.ts';
import { readProblem, solveRead } from '../src/plan/problem.ts';
import { storedInputs } from '../src/storage/inputs.ts';
import { ROOT, stowage } from './support/cli.ts';

const scratch = mkdtempSync(join(tmpdir(), 'stowage-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const CLI = join(ROOT, 'dist', 'cli.js');

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
};
const problem = (constraints: string): string =>
  JSON.stringify({
    format: 'stowage.problem/1',
    catalog: {
      types: [{ name: 'a', cloud: 'lab', arch: ['amd64'], cores: 2 }],
      offers: [{ type: 'a', region: 'r', price: '1' }],
    },
    request: { kind: 'machine', constraints },
  });
const fits = problem('');
const none = problem('cores=4');
const told = (out: string): readonly unknown[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { status, line: number, diagnostics } = JSON.parse(line);
      return diagnostics === undefined ? [status, number] : [status, number, diagnostics[0].code];
    });

describe('a stream of problems', () => {
  it('goes on after a bad line, counts blank ones, and exits by the worst', () => {
    const content = Buffer.concat([
      Buffer.from(`${fits}\r\n\n  \r\n${fits.slice(0, 40)}\n[1]\n{"format": "stowage.problem/1"}\n`),
      Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
      Buffer.from(`{"a": "${'x'.repeat(16_000_001)}"}\n${none}`),
    ]);
    const ran = stowage(['solve', file('some.jsonl', content)]);
    expect(told(ran.out)).toEqual([
      ['optimal', 1],
      ['error', 4, 'document-syntax'],
      ['error', 5, 'invalid-value'],
      ['error', 6, 'invalid-value'],
      ['error', 7, 'unreadable-line'],
      ['error', 8, 'line-too-long'],
      ['infeasible', 9],
    ]);
    expect(ran).toMatchObject({ code: 2, err: '' });
    expect(stowage(['solve', file('two.jsonl', `${none}\n${fits}\n`)]).code).toBe(1);
    expect(stowage(['solve', file('none.jsonl', '')])).toEqual({ code: 0, out: '', err: '' });
  });

  it('may come by standard input or by another name, with --lines; without, the input is one problem', () => {
    const expected = [
      ['optimal', 1],
      ['infeasible', 2],
    ];
    const input = `${fits}\n${none}\n`;
    expect(told(stowage(['solve', '-', '--lines'], { input }).out)).toEqual(expected);
    expect(told(stowage(['solve', '--lines', file('stream.txt', input)]).out)).toEqual(expected);
    expect(JSON.parse(stowage(['solve', '-', '--format', 'json'], { input: fits }).out).line).toBeUndefined();
    expect(stowage(['solve', '-'], { input }).code).toBe(2);
  });

  it('follows a version of Juju with --compat, whatever the problems say', () => {
    const some = file('juju.jsonl', `${fits}\n${none}\n`);
    const proofs = stowage(['solve', some, '--compat', 'juju-3.6'])
      .out.trim()
      .split('\n')
      .map((line) => JSON.parse(line).proof);
    expect(proofs).toEqual(['juju-3.6', null]);
    expect(stowage(['solve', file('juju.json', fits), '--compat', 'juju-2.8']).out).toContain("Juju 2.8's choice");
    expect(stowage(['solve', some, '--compat', 'juju-4']).code).toBe(2);
  });

  it('gives each problem the answer that it gets alone', () => {
    const problems = [...smallProblems(24, 5)];
    const streamed = stowage(['solve', '-', '--lines'], { input: problems.flatMap((one) => [one, one]).join('\n') });
    const answers = streamed.out.trim().split('\n');
    expect(answers).toHaveLength(48);
    // Places name the line of a stream.
    const placed = (text: string, line: number): string => text.replaceAll(`"<stdin>:${line}:`, '"<stdin>:');
    for (const [index, text] of answers.entries()) {
      const { line, ...answer } = JSON.parse(text);
      expect(line).toBe(index + 1);
      // Read with care, and with no rules known beforehand.
      const document = readDocument('<stdin>', problems[index >> 1]!);
      const alone = document.ok ? readProblem(document.value, storedInputs()) : document;
      if (!alone.ok) throw new Error(alone.diagnostics[0]!.message);
      expect(placed(JSON.stringify(answer), line)).toBe(JSON.stringify(solveRead(alone.value)));
    }
  });

  it('keeps its order when it is so long that two threads answer it', () => {
    const model = JSON.stringify({
      ...JSON.parse(fits),
      request: { kind: 'model', units: [{ id: 'web', count: 2, needs: { cores: 1 } }] },
    });
    const lines = Array.from({ length: 6_000 }, (_, index) =>
      index % 7 === 0
        ? none
        : index % 501 === 0
          ? '{"format": 1}'
          : index % 900 === 1
            ? model
            : index % 13 === 0
              ? ''
              : fits,
    );
    const input = lines.join('\n');
    const ran = stowage(['solve', '-', '--lines'], { input });
    const expected = new Map<string, unknown>();
    for (const line of new Set(lines)) {
      if (line === '') continue;
      const { line: _, ...answer } = JSON.parse(stowage(['solve', '-', '--lines'], { input: line }).out);
      expected.set(line, answer);
    }
    // Places name the line of a stream.
    const placed = (text: string, line: number): string => text.replaceAll(`"<stdin>:${line}`, '"<stdin>:1');
    let at = 0;
    for (const text of ran.out.trimEnd().split('\n')) {
      while (lines[at] === '') at += 1;
      at += 1;
      const { line, ...answer } = JSON.parse(placed(text, at));
      expect(line).toBe(at);
      expect(answer).toEqual(expected.get(lines[at - 1]!));
    }
    expect(at).toBe(lines.length);
    expect(ran).toMatchObject({ code: 2, err: '' });
  });

  it('is answered as its lines arrive', async () => {
    const child = spawn(process.execPath, [CLI, 'solve', '-', '--lines'], { cwd: ROOT, stdio: 'pipe' });
    const next = (): Promise<string> =>
      new Promise((resolve) => child.stdout.once('data', (data) => resolve(`${data}`)));
    for (const number of [1, 2]) {
      const answered = next();
      child.stdin.write(`${fits}\n`);
      expect(told(await answered)).toEqual([['optimal', number]]);
    }
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    expect(await closed).toBe(0);
  });

  it('ends quietly when its reader has seen enough', () => {
    const path = file('many.jsonl', `${fits}\n`.repeat(300));
    const ran = spawnSync('sh', ['-c', `"${process.execPath}" "${CLI}" solve "${path}" | head -n 1`], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(told(ran.stdout)).toEqual([['optimal', 1]]);
    expect(ran.stderr).toBe('');
  });

  it('is written to a file whole or not at all', async () => {
    const output = join(scratch, 'answers');
    expect(stowage(['solve', file('one.jsonl', fits), '-o', output])).toEqual({ code: 0, out: '', err: '' });
    const whole = readFileSync(output, 'utf8');
    expect(told(whole)).toEqual([['optimal', 1]]);

    const unreadable = stowage(['solve', '--lines', scratch, '-o', output]);
    expect(unreadable.code).toBe(2);
    expect(unreadable.err).toContain(`cannot read ${scratch}: it is a folder`);
    const unwritable = stowage(['solve', file('one.jsonl', fits), '-o', join(scratch, 'no', 'where')]);
    expect(unwritable.code).toBe(2);
    expect(unwritable.err).toContain('there is no such file');
    expect(stowage(['solve', join(scratch, 'missing.jsonl')]).err).toContain('there is no such file');

    const child = spawn(process.execPath, [CLI, 'solve', '-', '--lines', '-o', output], { cwd: ROOT });
    child.stdin.write(`${fits}\n${fits}\n`);
    const parts = (): readonly string[] => readdirSync(scratch).filter((name) => name.endsWith('.part'));
    while (parts().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(readFileSync(output, 'utf8')).toBe(whole);
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await closed;
    expect(parts()).toEqual([]);
    expect(readFileSync(output, 'utf8')).toBe(whole);
    expect(existsSync(join(scratch, 'no'))).toBe(false);
  });
});

describe('a stream of constraints', () => {
  it('gives a line for each, whatever it holds', () => {
    const input = Buffer.concat([
      Buffer.from('mem=1.5G\r\n\n'),
      Buffer.from([0x6d, 0xff, 0x0a]),
      Buffer.from(`tags=${'x'.repeat(1_000_000)}\ncores=2`),
    ]);
    const ran = spawnSync(process.execPath, [CLI, 'constraints', '-'], { cwd: ROOT, encoding: 'utf8', input });
    expect(ran.stdout.split('\n')).toEqual([
      '{"canonical":"mem=1536M"}',
      '{"canonical":""}',
      '{"error":{"code":"unreadable-line","message":"the line is no UTF-8 text"}}',
      '{"error":{"code":"line-too-long","message":"the line has more than 1000000 bytes"}}',
      '{"canonical":"cores=2"}',
      '',
    ]);
    expect(ran.status).toBe(2);
  });
});
