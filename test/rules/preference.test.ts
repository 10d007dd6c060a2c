import { describe, expect, it } from 'vitest';
import { loadRules } from '../../src/index.ts';
import { rankPrice } from '../../src/rules/preference.ts';

const preferring = (...prefers: readonly Record<string, string>[]) => {
  const rules = Object.fromEntries(prefers.map((prefer, index) => [`r${index}`, { summary: 'x', prefer }]));
  const read = loadRules([{ format: 1, module: 'm', rules }]);
  if (!read.ok) throw new Error(read.diagnostics[0]!.message);
  return read.value.prefers;
};

describe('what an offer ranks by', () => {
  it.each([
    [1_000, [], 1_000],
    [1_000, [{ penalty: '3%' }], 1_030],
    [1_000, [{ bonus: '3 %' }], 970],
    // Together 7 % less, whatever their order; one after the other it would be 926.
    [1_000, [{ penalty: '3%' }, { bonus: '10%' }], 930],
    // Half a nano-dollar goes to the even one: 1.5 to 2, 2.5 to 2.
    [3, [{ bonus: '50%' }], 2],
    [5, [{ bonus: '50%' }], 2],
    [1_000, [{ bonus: '100%' }, { bonus: '20%' }], 0],
    [1_000_000, [{ penalty: '0.0001%' }], 1_000_001],
    [Number.MAX_SAFE_INTEGER, [{ penalty: '100%' }], Number.MAX_SAFE_INTEGER],
    [Number.NaN, [{ penalty: '3%' }], Number.NaN],
  ])('of %d nano-dollars under %j is %d', (billed, prefers, rank) =>
    expect(rankPrice(billed, preferring(...prefers))).toBe(rank),
  );

  it.each([
    [{ penalty: '3' }, '"3" is no penalty'],
    [{ bonus: '101%' }, '"101%" is no bonus of at most 100 %'],
    [{ penalty: '-3%' }, '"-3%" is no penalty'],
    [{ penalty: '0.00001%' }, '"0.00001%" is no penalty'],
    [{ penalty: '3%', bonus: '3%' }, 'exactly one of penalty and bonus'],
    [{}, 'exactly one of penalty and bonus'],
  ])('is not told by %j: %s', (prefer, message) => {
    expect(() => preferring(prefer as Record<string, string>)).toThrow(message);
  });
});
