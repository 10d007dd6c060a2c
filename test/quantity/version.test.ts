import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, isVersion } from '../../src/quantity/version.ts';
import { runs } from '../support/fuzz.ts';

const hasDpkg = spawnSync('dpkg', ['--version']).status === 0;

const part = fc.stringMatching(/^[0-9][0-9a-zA-Z.+~]{0,6}$/);
const versions = fc
  .record({
    epoch: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    upstream: part,
    revision: fc.option(fc.stringMatching(/^[0-9a-zA-Z.+~]{1,4}$/), { nil: undefined }),
  })
  .map(
    ({ epoch, upstream, revision }) =>
      `${epoch === undefined ? '' : `${epoch}:`}${upstream}${revision === undefined ? '' : `-${revision}`}`,
  );

/** Orders of many pairs by dpkg itself, in one shell. */
function byDpkg(pairs: readonly (readonly [string, string])[]): readonly number[] {
  const script = pairs
    .map(
      ([a, b]) =>
        `if dpkg --compare-versions '${a}' lt '${b}'; then echo -1; elif dpkg --compare-versions '${a}' eq '${b}'; then echo 0; else echo 1; fi`,
    )
    .join('\n');
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim().split('\n').map(Number);
}

describe('versions', () => {
  it('come in the order of the Debian manual', () => {
    const sorted = [
      '1.0~~',
      '1.0~~a',
      '1.0~',
      '1.0',
      '1.0-1',
      '1.0-2',
      '1.0-10',
      '1.0a',
      '1.0+b',
      '1.2',
      '1.10',
      '2.0',
      '1:0.5',
    ];
    for (const [index, version] of sorted.entries()) {
      expect(compareVersions(version, version)).toBe(0);
      if (index > 0)
        expect([sorted[index - 1], version, compareVersions(sorted[index - 1]!, version)]).toEqual([
          sorted[index - 1],
          version,
          -1,
        ]);
    }
  });

  it('treat leading zeros, an absent epoch and an absent revision as nothing', () => {
    expect(compareVersions('1.01', '1.1')).toBe(0);
    expect(compareVersions('0:1.1', '1.1')).toBe(0);
    expect(compareVersions('5.0.0~git2209', '5.0.0')).toBe(-1);
  });

  it.skipIf(!hasDpkg)('come in the order of dpkg', () => {
    const pairs: (readonly [string, string])[] = [];
    fc.assert(
      fc.property(versions, versions, (a, b) => {
        pairs.push([a, b]);
      }),
      runs(300, 20_000),
    );
    const theirs = byDpkg(pairs);
    for (const [index, [a, b]] of pairs.entries())
      expect([a, b, Math.sign(compareVersions(a, b))]).toEqual([a, b, theirs[index]]);
  });

  it('are recognised', () => {
    expect(['1.1', '0.8.0~rc1', '1:5.0.3-2ubuntu7', '24.04'].every(isVersion)).toBe(true);
    expect(['', 'any', 'v1', '5.x via snap', '1 2', '-1'].some(isVersion)).toBe(false);
  });
});
