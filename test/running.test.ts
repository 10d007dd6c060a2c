import { describe, expect, it } from 'vitest';
import { runningSchema } from '../src/plan/running-schema.ts';
import { readMoney } from '../src/quantity/money.ts';
import { stowage } from './support/cli.ts';

const EXPORTED = ['plan', 'test/bundles/exported.yaml', '--model', 'test/statuses/wiki.json'];
const SETTLED = [...EXPORTED, '--machine', '0=m5.large', '--machine', '4=m5.xlarge'];

describe('a model that runs', () => {
  it.each<readonly [string, readonly string[]]>([
    ['that-several-types-may-be', EXPORTED],
    ['that-keeps-its-machines', SETTLED],
    ['whose-units-may-move', [...SETTLED, '--pack']],
    ['of-which-few-units-move', [...SETTLED, '--max-moves', '2', '--min-saving', '1%']],
    ['of-which-no-move-is-worth-it', [...SETTLED, '--min-saving', '50%']],
  ])('%s', async (name, args) => {
    const ran = stowage(args);
    await expect(`$ stowage ${args.join(' ')}\n${ran.out}${ran.err}exit code ${ran.code}\n`).toMatchFileSnapshot(
      `golden/model-${name}.txt`,
    );
  });

  it('costs what its machines and the new ones cost', () => {
    const read = (...more: readonly string[]) =>
      runningSchema.parse(JSON.parse(stowage([...SETTLED, ...more, '--format', 'json']).out));
    const kept = read();
    // m5.large at 0.096, twice m5.xlarge at 0.192; search/1 takes 2 cores and 6 GiB, and t3a.large is the least that has them.
    expect([kept.runs.cost, kept.model.cost, kept.moves, kept.released]).toEqual(['0.48', '0.0752', [], []]);
    const free = read('--pack');
    expect(Number(free.model.cost)).toBeLessThan(0.48 + 0.0752);
    expect(free.moves.map(({ unit }) => unit).sort()).toEqual(['cache/0', 'search/0', 'wiki/0', 'wiki/1']);
  });

  it('saves by each move what the model then costs less, and no more moves than allowed', () => {
    const read = (...more: readonly string[]) =>
      runningSchema.parse(JSON.parse(stowage([...SETTLED, ...more, '--format', 'json']).out)).replan!;
    const { moves, before, after, next } = read('--max-moves', '2', '--min-saving', '1%');
    // The machines that run, and the one that search/1 needs in any case.
    expect(before).toBe('0.5552');
    expect(moves.map(({ machine, units }) => [machine, units])).toEqual([
      ['1', ['wiki/1']],
      ['4', ['search/0']],
    ]);
    const saved = moves.reduce((sum, { saves }) => sum + readMoney(saves), 0n);
    expect(readMoney(before) - saved).toBe(readMoney(after));
    expect(next?.machine).toBe('0');
  });

  it.each<readonly [string, readonly string[]]>([
    ['give a percentage', [...SETTLED, '--min-saving', 'much']],
    ['names no type of a machine', [...EXPORTED, '--machine', 'm5.large']],
    ['machine 0 is no m5.xlarge: it has amd64, 2 cores, 8G', [...EXPORTED, '--machine', '0=m5.xlarge']],
    ['is no status of a model', ['plan', 'test/bundles/exported.yaml', '--model', 'package.json']],
    ['cannot read nowhere.json', ['plan', 'test/bundles/exported.yaml', '--model', 'nowhere.json']],
  ])('is not told from bad input: %s', (message, args) => {
    const ran = stowage(args);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toContain(message);
  });
});
