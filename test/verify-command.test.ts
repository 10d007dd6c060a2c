import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Answer } from '../src/index.ts';
import { ROOT, stowage } from './support/cli.ts';

/** `stowage verify`, as it is called. */

const scratch = mkdtempSync(join(tmpdir(), 'stowage-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const written = (name: string, value: unknown): string => {
  const path = join(scratch, name);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
};
const model = written('model.json', {
  format: 'stowage.problem/1',
  catalog: {
    types: [{ name: 'k1', cloud: 'lab', arch: ['amd64'], cores: 2, mem: 4096 }],
    offers: [{ type: 'k1', region: 'r1', price: '0.1' }],
  },
  rules: [],
  request: { kind: 'model', units: [{ id: 'web', count: 3, needs: { mem: 2048 } }] },
  options: { at: '2026-11-22' },
});
const lab = join(ROOT, 'examples', 'lab.yaml');
const solved = (problem: string): Answer => JSON.parse(stowage(['solve', problem, '--format', 'json']).out) as Answer;
const verify = (answer: unknown, problem: string) =>
  stowage(['verify', written('answer.json', answer), '--problem', problem]);

describe('verify', () => {
  it('finds that answers of the program hold', () => {
    const out = 'The answer holds: 2 machines at 0.2 USD/h, and nothing costs less.\n';
    expect(verify(solved(model), model)).toEqual({ code: 0, out, err: '' });
    expect(verify(solved(lab), lab)).toMatchObject({ code: 0, err: '' });
    const piped = stowage(['verify', '-', '--problem', model, '--quiet'], { input: JSON.stringify(solved(model)) });
    expect(piped).toEqual({ code: 0, out: '', err: '' });
  });

  it('tells a line for each fault', () => {
    const answer = solved(model);
    answer.machines[0]!.units!.pop();
    const { code, out, err } = verify(answer, model);
    expect([code, err]).toEqual([1, '']);
    expect(out.split('\n').slice(0, 3)).toEqual([
      'The answer does not hold, for 2 faults:',
      '  machine new-0: the fill is {"mem":{"capacity":4096,"reserved":0,"used":2048}}, the answer says {"mem":{"capacity":4096,"reserved":0,"used":4096}}',
      '  web/1 is on no machine',
    ]);
    expect(verify(solved(model), lab).code).toBe(1);
  });

  it('says what is wrong with files that are no answer or no problem', () => {
    for (const [answer, problem, says] of [
      [{}, model, 'this is no answer'],
      [{ ...solved(model), cost: 'much' }, model, 'cost'],
      ['{"format": ', model, 'answer.json:1'],
      [solved(model), written('bad.yaml', 'format: stowage.problem/1\n'), 'bad.yaml'],
      [solved(model), join(scratch, 'none.yaml'), 'none.yaml'],
    ] as const) {
      const { code, out, err } = verify(answer, problem);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain(says);
      expect(err).not.toContain('    at ');
    }
    expect(stowage(['verify', model])).toMatchObject({ code: 2, out: '' });
  });
});
