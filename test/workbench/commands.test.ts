import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CLI, stowage } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'stowage-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RULES = `format: 1
module: acme
rules:
  no-burstable:
    summary: s
    when: {request.env: production, type.burstable: true}
    forbid: true
`;
const TESTS = `format: 1
tests: acme
cases:
  production:
    with: {request: {env: production}}
    for-each:
      - {name: burstable, with: {type: {burstable: true}}, expect: {refused-by: [no-burstable]}}
      - {name: steady, with: {type: {burstable: false}}, expect: {refused-by: []}}
      - {name: not known, expect: {refused-by: [no-burstable]}}
      - {name: in staging, with: {type: {burstable: true}, request: {env: staging}}, expect: {refused-by: []}}
`;
const write = (name: string, text: string): void => {
  // As editors do: a new file in the place of the old one.
  writeFileSync(join(folder, `${name}~`), text);
  renameSync(join(folder, `${name}~`), join(folder, name));
};
const rules = (...args: readonly string[]) => stowage(['rules', ...args], { cwd: folder });

describe('stowage rules test', () => {
  it('tests what is named, a folder, or what the tests belong to', () => {
    write('acme.yaml', RULES);
    write('acme.test.yaml', TESTS);
    for (const target of ['.', 'acme.yaml', 'acme.test.yaml'])
      expect(rules('test', target)).toEqual({
        code: 0,
        out: 'acme: 4 tests passed (acme.test.yaml)\n\n4 tests passed\n',
        err: '',
      });
    expect(rules('test', '.', '--min-rules', '1', '--min-leaves', '5/5').code).toBe(0);
    expect(rules('mutate', '.')).toEqual({
      code: 0,
      out: 'acme: 9 mutants, 9 killed, 0 survived\n\nevery mutant is killed\n',
      err: '',
    });
  });

  it('ends with 1 where a row fails, tests are missing, or too little is covered', () => {
    write('acme.test.yaml', TESTS.replace('refused-by: []', 'refused-by: [no-burstable]'));
    const failed = rules('test', '.');
    expect(failed.code).toBe(1);
    expect(failed.out).toContain('FAILED production: steady\n    at acme.test.yaml:8:9\n');
    expect(rules('mutate', '.')).toMatchObject({ code: 2, out: '' });
    const xml = rules('test', '.', '--format', 'junit');
    expect(xml.out).toContain('<testsuites tests="4" failures="1">');
    expect(xml.out).toContain('file="acme.test.yaml" line="8"');
    expect(JSON.parse(rules('test', '.', '--format', 'json').out)).toMatchObject({ passed: 3, failed: 1 });
    write('acme.test.yaml', TESTS.replace(/.*not known.*\n/, ''));
    const less = rules('test', '.', '--min-leaves', '1');
    expect(less).toMatchObject({ code: 1, err: 'less is covered than asked for\n' });
    expect(less.out).toContain('leaves 4/5');
    expect(rules('test', '.', '--min-leaves', '4/5').code).toBe(0);
    const survived = rules('mutate', '.', '--format', 'json');
    expect(survived.code).toBe(1);
    expect(JSON.parse(survived.out)).toMatchObject({
      survived: 1,
      modules: [{ survivors: [{ operator: 'closed to open' }] }],
    });
    write('other.yaml', RULES.replace('acme', 'other'));
    expect(rules('test', '.')).toMatchObject({ code: 1 });
    rmSync(join(folder, 'other.yaml'));
  });

  it('ends with 2 and one diagnostic where a file is at fault', () => {
    write('acme.test.yaml', TESTS.replace('[no-burstable]', '[no-burstabel]'));
    const misspelt = rules('test', '.', '-o', 'report.txt');
    expect(misspelt).toMatchObject({ code: 2, out: '' });
    expect(misspelt.err).toContain('error: no rule is called "no-burstabel"\n  at acme.test.yaml:7:82\n');
    expect(misspelt.err).toContain('hint: did you mean no-burstable?');
    expect(() => readFileSync(join(folder, 'report.txt'))).toThrow();
    write('acme.test.yaml', TESTS);
    expect(rules('test', 'nowhere').err).toContain(
      '"nowhere" is neither a rule file, nor a folder of them, nor a shipped pack',
    );
    expect(rules('test', '.', '--min-rules', '2').code).toBe(2);
    expect(rules('test', '.', '--requests', 'nowhere').code).toBe(2);
    expect(rules('test', 'hostign').err).toContain('did you mean hosting?');
  });

  it('tests and checks again whenever a file is saved, and survives one that is at fault', async () => {
    write('acme.yaml', RULES);
    write('acme.test.yaml', TESTS);
    const child = spawn(process.execPath, [CLI, 'rules', 'test', '.', '--watch'], { cwd: folder });
    let said = '';
    const heard: (() => void)[] = [];
    const hear = (data: Buffer): void => {
      said += data;
      for (const one of heard) one();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const until = (text: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!said.includes(text)) return;
          said = said.slice(said.indexOf(text) + text.length);
          resolve();
        };
        heard.push(look);
        look();
      });
    await until('waiting for files to be saved');
    write('acme.yaml', RULES.replace('burstable: true', 'burstable: false'));
    await until('2 of 4 tests failed');
    write('acme.yaml', RULES.replace('forbid', 'forbad'));
    await until('did you mean forbid?');
    write('acme.yaml', RULES.replace('rules:', 'let: {unused: {type.cores: 2}}\nrules:'));
    await until('4 tests passed');
    await until('unused');
    write('acme.yaml', RULES);
    await until('4 tests passed');
    const code = await new Promise((resolve) => {
      child.on('close', resolve);
      child.kill('SIGINT');
    });
    expect(code).toBe(0);
  });
});
